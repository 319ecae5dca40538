"""Executed FLOPs, counted on simulated GPUs by the shipped collector: each block of `gemm` is 1000 operations of
bf16 tensor cores, each of `relu` 7 fused multiply-adds. No figure here is measured."""

import json
import os
import subprocess
import unittest

from simulated_gpu import FLOPPROF, SimulatedGpu

COUNTS = (
    "gemm:sm__ops_path_tensor_op_hgmma_src_bf16_dst_fp32.sum=1000;"
    "relu:sm__sass_thread_inst_executed_op_ffma_pred_on.sum=7"
)


class Counting(SimulatedGpu):
    def counted(self, job, steps=500, options=(), **variables):
        """Some seconds of steps: the counters are ready after the first."""
        self.attached(job, steps, options=options, SIMGPU_COUNTS=COUNTS, SIMGPU_CALL_US="2000", **variables)

    def of_signatures(self, flop_class, device=0):
        """What steps of each signature are known to execute."""
        return {
            flops
            for (flops,) in self.rows(
                "SELECT flops FROM executed_signature WHERE flop_class = (SELECT id FROM flop_class WHERE "
                f"name = '{flop_class}') AND device = {device} AND signature IN (SELECT signature FROM step_launches)"
            )
        }

    def looks(self):
        return dict(self.rows("SELECT look, count(*) FROM step_launches GROUP BY look"))


class Steps(Counting):
    def test_execute_what_the_counters_of_other_steps_like_them_say(self):
        self.counted("cubes")
        totals = self.report()["totals"]
        self.assertEqual(totals["steps"], 500)
        self.assertEqual(totals["executed_flops"], 500 * (64 * 1000 + 16 * 7 * 2))
        self.assertEqual(totals["executed_flops_source"], "extrapolated")
        self.assertGreater(self.looks()[2], 4)
        self.assertEqual(self.faults(), {})

    def test_are_counted_apart_from_those_that_launch_something_else(self):
        self.counted("changing", 600, options=["--every", "2"])
        self.assertEqual(self.of_signatures("tensor_bf16"), {64 * 1000, 512 * 1000})
        totals = self.report()["totals"]
        self.assertEqual(totals["executed_flops"], 200 * 512 * 1000 + 400 * 64 * 1000)

    def test_are_counted_on_each_device(self):
        self.counted("two_devices", SIMGPU_DEVICES="2")
        self.assertEqual(self.of_signatures("tensor_bf16", 0), {64 * 1000})
        self.assertEqual(self.of_signatures("fp32", 1), {16 * 7 * 2})
        self.assertEqual(self.report()["totals"]["executed_flops"], 500 * (64 * 1000 + 16 * 14))

    def test_are_counted_in_all_contexts_of_a_device_together(self):
        self.counted("two_contexts")
        self.assertEqual(self.of_signatures("tensor_bf16"), {2 * 64 * 1000})

    def test_that_are_graphs_are_counted_and_capturing_them_is_not_disturbed(self):
        self.counted("captured")
        self.assertEqual(self.of_signatures("tensor_bf16") - {None}, {64 * 1000})

    def test_whose_graph_was_changed_are_others(self):
        self.counted("updated_graph", 400, options=["--every", "1"])
        self.assertLessEqual(self.of_signatures("tensor_bf16") - {None}, {64 * 1000, 512 * 1000})

    def test_of_which_no_two_are_alike_have_no_count_that_was_not_counted(self):
        self.counted("growing", 300)
        self.assertIsNone(self.report()["totals"]["executed_flops"])

    def test_that_disagree_get_an_interval(self):
        self.counted("cubes", 800, options=["--every", "1"], SIMGPU_JITTER="10")
        rows = self.rows("SELECT flops, margin95_flops FROM executed_signature WHERE data_dependent AND flops > 50000")
        self.assertTrue(rows)
        for flops, margin in rows:
            self.assertLess(abs(flops - 64_000), 0.11 * 64_000)
            self.assertGreater(margin, 0)

    def test_of_other_chips_are_counted_with_their_sets(self):
        for chip in ("GA100", "AD102", "GB100"):
            self.counted("cubes", SIMGPU_CHIP=chip)
            self.assertEqual(self.of_signatures("fp32"), {16 * 7 * 2}, chip)


class HandedOn(Counting):
    STEP = 64 * 1000 + 16 * 7 * 2
    HEAVIER = 64 * 1100 + 16 * 7 * 2

    def flopprof(self, *words, status=0):
        done = subprocess.run([FLOPPROF, *words], cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def test_are_compared_with_those_of_another_run(self):
        self.counted("cubes")
        os.rename(self.run_db, os.path.join(self.folder, "before.db"))
        self.attached("cubes", 500, SIMGPU_COUNTS=COUNTS.replace("1000", "1100"), SIMGPU_CALL_US="2000")
        grown = self.flopprof("diff", "before.db", "run.db", "--fail-above", "5%", status=3)
        self.assertIn("executed FLOPs per step grew by 9.97 %", grown.stderr)
        compared = json.loads(self.flopprof("diff", "before.db", "run.db", "--format", "json").stdout)
        executed, = [total for total in compared["totals"] if total["quantity"] == "executed_flops"]
        self.assertEqual((executed["a"], executed["b"]), (500 * self.STEP, 500 * self.HEAVIER))
        self.assertEqual(executed["verdict"], "differs, extrapolated")
        same = json.loads(self.flopprof("diff", "run.db", "run.db", "--format", "json").stdout)
        executed, = [total for total in same["totals"] if total["quantity"] == "executed_flops"]
        self.assertEqual(executed["verdict"], "equal")

    def test_are_counters_of_a_trace(self):
        self.counted("cubes")
        self.flopprof("export", "run.db", "--to", "chrome", "-o", "trace.json", "--peak-flops", "1e9")
        with open(os.path.join(self.folder, "trace.json")) as file:
            events = json.load(file)["traceEvents"]
        steps = [event for event in events if event.get("cat") == "step"]
        self.assertEqual([step["args"]["executed_flops"] for step in steps], [self.STEP] * 500)
        rates = [event["args"]["value"] for event in events if event["name"] == "executed FLOP/s"]
        shares = [event["args"]["value"] for event in events if event["name"] == "HFU"]
        self.assertGreaterEqual(len(rates), 501)  # and nought where no step runs
        for rate, share in zip(rates, shares):
            self.assertAlmostEqual(share, rate / 1e9)
        self.assertIn("HFU", self.flopprof("top", "run.db", "--peak-flops", "1e9").stdout)


class Faults(Counting):
    def test_counters_that_are_forbidden_are_told_with_the_remedy_and_times_are_measured(self):
        for call in ("cuptiProfilerInitialize", "cuptiRangeProfilerEnable", "cuptiRangeProfilerStart"):
            self.counted("cubes", 400, SIMGPU_FAULT=f"{call}=35")
            fault = self.faults()["executed FLOPs not counted"]
            self.assertIn(call, fault["detail"])
            self.assertIn("NVreg_RestrictProfilingToAdminUsers", fault["remedy"])
            totals = self.report()["totals"]
            self.assertIsNone(totals["executed_flops"])
            self.assertAlmostEqual(totals["gpu_seconds"], 400 * 64e-6, 3)

    def test_a_gpu_that_never_rests_is_not_waited_for_for_ever(self):
        self.counted("cubes", 400, SIMGPU_NEVER_IDLE="1")
        self.assertIn("step not counted", self.faults())
        self.assertIsNone(self.report()["totals"]["executed_flops"])

    def test_a_chip_that_nobody_knows_is_named(self):
        self.counted("cubes", 400, SIMGPU_CHIP="GX999")
        self.assertIn("GX999", self.faults()["executed FLOPs not counted"]["detail"])

    def test_a_rival_that_holds_the_counters_is_told(self):
        self.attached("rival", 900, SIMGPU_COUNTS=COUNTS, SIMGPU_CALL_US="2000")
        self.assertIn("executed FLOPs not counted", self.faults())


class Timeline(Counting):
    def test_holds_every_kernel_of_the_steps_that_were_asked_for(self):
        self.counted("cubes", 300, options=["--trace-steps", "200:202"])
        rows = self.rows(
            "SELECT value, gridX, gridY, gridZ FROM CUPTI_ACTIVITY_KIND_KERNEL "
            "JOIN StringIds ON StringIds.id = demangledName ORDER BY start"
        )
        self.assertEqual(sorted(rows), 3 * [("gemm", 4, 4, 4)] + 3 * [("relu", 8, 2, 1)])

    def test_of_a_recorded_tape_is_that_of_its_job(self):
        options = ["--trace-steps", "0:49"]
        kernels = (
            "SELECT value, gridX, [end] - start, streamId FROM CUPTI_ACTIVITY_KIND_KERNEL "
            "JOIN StringIds ON StringIds.id = demangledName ORDER BY start, streamId"
        )
        tapes = os.path.join(self.folder, "tapes")
        self.attached("cubes", 50, options=options, FLOPPROF_RECORD=tapes)
        job = self.gpu_ns_of_steps(), self.rows(kernels)
        self.assertEqual(len(job[1]), 2 * 50)
        (process,) = os.listdir(tapes)
        self.attached("tape", options=options, SIMGPU_TAPE=os.path.join(tapes, process))
        self.assertEqual((self.gpu_ns_of_steps(), self.rows(kernels)), job)


if __name__ == "__main__":
    unittest.main()
