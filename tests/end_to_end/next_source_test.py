"""Where hardware counters are refused: the run goes on with the activity of tensor cores, which the stand-in for the
driver's management library says is 40 % at 1.5 GHz, and the report says so. No figure here is measured."""

import os
import subprocess
import time
import unittest

from simulated_gpu import FLOPPROF, SimulatedGpu

FORBIDDEN = {"SIMGPU_FAULT": "cuptiProfilerInitialize=35"}
H100 = "NVIDIA H100 80GB HBM3"
H100_FLOPS_A_CYCLE = 132 * 4096  # in bf16: multiprocessors, and what each does, dense
NO_ACTIVITY = "tensor activity not measured"


class NextSource(SimulatedGpu):
    def job(self, *what, **variables):
        """Some seconds of a job that is noticed to be the same as ever."""
        self.called = os.path.join(self.folder, "nvml_called")
        if os.path.exists(self.called):
            os.remove(self.called)
        self.attached(*(what or ("cubes", 500)), SIMGPU_CALL_US="2000", SIMGPU_NVML_CALLED=self.called, **variables)
        self.totals = self.report()["totals"]

    def calls(self):
        if not os.path.exists(self.called):
            return []
        with open(self.called) as file:
            return file.read().split()

    def states(self):
        return {source["source"]: source["state"] for source in self.totals["flop_sources"]}

    def assert_estimated(self, said=None):
        self.assertIsNone(self.totals["executed_flops"], said)
        self.assertEqual(self.totals["executed_flops_source"], "none", said)
        estimate = self.totals["executed_flops_estimate"]
        self.assertEqual((estimate["source"], estimate["from"]), ("none", "tensor activity"), said)
        self.assertAlmostEqual(estimate["active_share"]["tensor"], 0.4, 6, said)
        self.assertAlmostEqual(estimate["active_share"]["fp32"], 0.2, 6, said)
        self.assertGreater(estimate["watched_device_seconds"], 0.2, said)
        self.assertEqual(self.states(), {"hardware counters": "not used", "tensor activity": "used",
                                         "model FLOPs": "not used"}, said)
        self.assertNotIn(NO_ACTIVITY, self.faults(), said)
        return estimate


class Refusals(NextSource):
    def test_of_every_kind_are_followed_by_the_activity_of_tensor_cores(self):
        for code in (26, 33, 35, 40, 41):
            self.job("cubes", 1000, SIMGPU_FAULT=f"cuptiRangeProfilerEnable={code}")
            self.assert_estimated(code)
            counters = self.totals["flop_sources"][0]
            self.assertIn(f"({code})", counters["why"])
            self.assertNotEqual(counters["remedy"], "")
            self.assertAlmostEqual(self.totals["gpu_seconds"], 1000 * 64e-6, 2)

    def test_by_a_tool_that_holds_cupti_are_too(self):
        self.job("primary", 900, SIMGPU_HOLDER="nsys")
        self.assertIsNone(self.totals["gpu_seconds"])
        self.assertIn("nsys", self.totals["flop_sources"][0]["why"])
        self.assert_estimated()

    def test_of_a_chip_whose_counters_nobody_knows_are_too(self):
        self.job(SIMGPU_CHIP="GX999")
        self.assert_estimated()


class Estimates(NextSource):
    def test_are_active_cycles_times_what_the_card_does_in_one(self):
        self.job(SIMGPU_NAME=H100, **FORBIDDEN)
        estimate = self.assert_estimated()
        cycles = estimate["watched_device_seconds"] * 0.4 * 1.5e9
        self.assertAlmostEqual(estimate["at_most"] / (cycles * H100_FLOPS_A_CYCLE), 1, 6)
        self.assertEqual(estimate["if_in_class"], "tensor_bf16")
        self.assertEqual(self.report("--peak", "tensor_fp8")["totals"]["executed_flops_estimate"]["at_most"],
                         2 * estimate["at_most"])

    def test_stand_in_the_text_beside_the_reason_and_its_remedy(self):
        self.job(SIMGPU_NAME=H100, **FORBIDDEN)
        text = subprocess.run([FLOPPROF, "report", self.run_db], capture_output=True, check=True).stdout.decode()
        self.assertRegex(text, "executed FLOPs: +not counted\n")
        self.assertRegex(text, r"tensor cores active: +40.0 % of .* on 1 GPU, all work on it\n")
        self.assertRegex(text, r"FLOPs, estimate: +at most about .*FLOP if in tensor_bf16\n")
        self.assertRegex(text, "hardware counters: not used: cuptiProfilerInitialize: .*remedy: let users count")
        self.assertRegex(text, "tensor activity: used: an estimate")

    def test_are_of_all_devices_in_use_and_no_other(self):
        self.job("two_devices", 1200, SIMGPU_DEVICES="3", **FORBIDDEN)
        self.assertEqual(self.rows("SELECT device FROM gpu_activity ORDER BY device"), [(0,), (1,)])
        self.assertEqual(self.assert_estimated()["devices"], 2)

    def test_of_a_part_of_a_gpu_have_no_flops(self):
        self.job(SIMGPU_MIG="1", SIMGPU_NAME=H100 + " MIG 1g.10gb", **FORBIDDEN)
        estimate = self.assert_estimated()
        self.assertIsNone(estimate["at_most"])
        self.assertIn("MIG 1g.10gb", estimate["missing"])

    def test_survive_a_sample_that_fails(self):
        self.job(SIMGPU_NVML_FAULT="nvmlGpmSampleGet#2=15", **FORBIDDEN)
        self.assert_estimated()


    def test_go_on_while_the_job_forks_and_none_of_its_children_notices(self):
        began_at = time.monotonic()
        self.job("forks_often", 900, SIMGPU_NVML_MS="4", **FORBIDDEN)
        self.assert_estimated()
        self.assertLess(time.monotonic() - began_at, 30)  # 45 children, and not a second each
        self.assertEqual(self.rows("SELECT count(*) FROM process"), [(1,)])


class Nothing(NextSource):
    def test_is_loaded_where_the_counters_work(self):
        self.job(SIMGPU_COUNTS="gemm:sm__ops_path_tensor_op_hgmma_src_bf16_dst_fp32.sum=1000")
        self.assertEqual(self.totals["executed_flops"], 500 * 64 * 1000)
        self.assertEqual(self.calls(), [])
        self.assertEqual(self.totals.keys() & {"flop_sources", "executed_flops_estimate"}, set())

    def test_is_loaded_in_a_process_without_a_gpu(self):
        self.called = os.path.join(self.folder, "nvml_called")
        self.attached(command=["/bin/sh", "-c", "echo done; exit 7"], SIMGPU_NVML_CALLED=self.called, **FORBIDDEN)
        self.assertEqual(self.calls(), [])

    def test_is_measured_where_the_next_source_is_refused_too_and_that_is_told(self):
        for fault, status, steps in (("nvmlInit_v2", 9, 400), ("nvmlGpmQueryDeviceSupport", 3, 400),
                                     ("nvmlGpmSampleGet", 4, 800)):
            self.job("cubes", steps, SIMGPU_NVML_FAULT=f"{fault}={status}", **FORBIDDEN)
            self.assert_refused(f"{fault}: ", f"({status})")
        self.job("cubes", 800, SIMGPU_GPM="2=80", **FORBIDDEN)
        self.assert_refused("nvmlGpmMetricsGet: not supported on this device")

    def assert_refused(self, *texts):
        fault = self.faults()[NO_ACTIVITY]
        for text in texts:
            self.assertIn(text, fault["detail"])
        self.assertNotEqual(fault["remedy"], "")
        self.assertNotIn("executed_flops_estimate", self.totals)
        self.assertEqual(self.states()["tensor activity"], "not used")
        self.assertAlmostEqual(self.totals["gpu_seconds"], self.totals["steps"] * 64e-6, 2)


class Samples(NextSource):
    def samples(self):
        return self.calls().count("nvmlGpmSampleGet")

    def test_are_a_second_apart_and_rarer_where_they_are_slow(self):
        self.job("cubes", 800, **FORBIDDEN)
        seconds = self.totals["executed_flops_estimate"]["watched_device_seconds"]
        self.assertLessEqual(self.samples(), seconds + 3)
        self.job("cubes", 800, SIMGPU_NVML_MS="50", **FORBIDDEN)
        self.assertLessEqual(self.samples(), 2)  # the first and the last


if __name__ == "__main__":
    unittest.main()
