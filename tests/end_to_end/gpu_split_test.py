"""Executed FLOPs by phase, operator and kernel, told apart by the shipped collector on simulated GPUs. A block of
`gemm` is 1000 operations of bf16 tensor cores, one of `relu` 7 and one of `sgd` 3 fused multiply-adds. No figure
here is measured."""

import csv
import io
import os
import subprocess
import unittest

from simulated_gpu import FLOPPROF, SIMGPU, SimulatedGpu

COUNTS = (
    "gemm:sm__ops_path_tensor_op_hgmma_src_bf16_dst_fp32.sum=1000;"
    "relu:sm__sass_thread_inst_executed_op_ffma_pred_on.sum=7;"
    "sgd:sm__sass_thread_inst_executed_op_ffma_pred_on.sum=3"
)
RELU = 16 * 7 * 2
SGD = 8 * 3 * 2
STEPS = 1200


class Split(SimulatedGpu):
    def trained(self, job, steps=STEPS, **variables):
        command = [os.path.join(SIMGPU, "trained_job"), job, str(steps)]
        self.counted(command, XDG_DATA_HOME=os.path.join(SIMGPU, "data"), **variables)

    def counted(self, command, **variables):
        variables = {"SIMGPU_COUNTS": COUNTS, "SIMGPU_CALL_US": "1000", **variables}
        self.attached(command=command, options=["--every", "1"], **variables)

    def executed(self, by, key="executed_flops"):
        return {row[by]: row[key] for row in self.report("--by", by)[f"by_{by}"]}

    def totals(self):
        return self.report()["totals"]


class Steps(Split):
    def test_are_told_apart_by_phase_operator_and_kernel_to_the_digit(self):
        self.trained("network")
        self.assertLessEqual(set(self.faults()), {"counters not evaluated"}, "the last ones, on a busy machine")
        forward, backward = 2 * 64 * 1000, 2 * 128 * 1000
        self.assertEqual(self.totals()["executed_flops"], STEPS * (forward + backward + 2 * RELU + SGD))
        self.assertEqual(
            {phase: flops for phase, flops in self.executed("phase").items() if flops is not None},
            {
                "forward": STEPS * (forward + RELU),
                "backward": STEPS * (backward + RELU),
                "optimizer": STEPS * SGD,
            },
        )
        self.assertEqual(
            self.executed("op"),
            {
                "aten::mm": STEPS * (forward + backward),
                "aten::relu": STEPS * 2 * RELU,
                "Optimizer.step#SGD.step": STEPS * SGD,
            },
        )
        self.assertEqual(
            self.executed("kernel"),
            {"gemm": STEPS * (forward + backward), "relu": STEPS * 2 * RELU, "sgd": STEPS * SGD},
        )
        self.assertEqual(set(self.executed("kernel", "executed_source").values()), {"extrapolated"})
        self.assertAlmostEqual(self.executed("op", "executed_to_model")["aten::mm"], 64 / 60)
        self.assertEqual(self.rows("SELECT executed_flops = told_kernel_flops, steps_without FROM split_total"), [(1, 0)])

    def test_are_cut_beside_steps_that_are_counted_whole(self):
        self.trained("network")
        looks = dict(self.rows("SELECT look, count(*) FROM step_launches GROUP BY look"))
        self.assertGreaterEqual(looks[3], 6 + 2, "cuts between kernels with two sets of counters")
        self.assertGreater(looks[2], 4)

    def test_in_which_one_kernel_does_different_work_are_told_apart_by_place(self):
        self.trained("uneven", 600)
        products = (7 + 3) * 64 * 1000
        self.assertEqual(
            self.executed("kernel"),
            {"gemm": 600 * products, "relu": 600 * 8 * RELU, "sgd": 600 * SGD},
        )
        self.assertEqual(self.executed("op")["aten::mm"], 600 * products)

    def test_whose_work_depends_on_data_are_not_told_apart_and_the_report_says_so(self):
        self.trained("network", SIMGPU_JITTER="10")
        self.assertEqual(set(self.executed("kernel").values()), {None})
        self.assertEqual(set(self.executed("phase").values()), {None})
        text = subprocess.run([FLOPPROF, "report", self.run_db], capture_output=True, check=True, text=True).stdout
        self.assertIn("not told apart", text)

    def test_of_several_devices_are_told_apart_on_each(self):
        self.counted([os.path.join(SIMGPU, "driver_job"), "two_devices", "1500"], SIMGPU_DEVICES="2")
        self.assertEqual(self.executed("kernel"), {"gemm": 1500 * 64 * 1000, "relu": 1500 * RELU})

    def test_of_graphs_have_the_graph_in_place_of_its_kernels(self):
        self.counted([os.path.join(SIMGPU, "driver_job"), "captured", "600"])
        kernels = self.executed("kernel")
        self.assertIsNone(kernels["gemm"])

    def test_that_threads_launch_in_any_order_are_counted_all_the_same(self):
        self.counted([os.path.join(SIMGPU, "driver_job"), "racing", "600"])
        self.assertEqual(self.totals()["executed_flops"], 600 * 20 * (16 * 1000 + RELU))
        for flops in self.executed("kernel").values():
            self.assertIn(flops, (None, 600 * 20 * 16 * 1000, 600 * 20 * RELU))


class Report(Split):
    def test_has_what_was_executed_in_every_format(self):
        self.trained("network")
        flops = STEPS * (2 * 64 + 2 * 128) * 1000
        table = subprocess.run(
            [FLOPPROF, "report", self.run_db, "--by", "kernel", "--format", "csv"], capture_output=True, check=True, text=True
        ).stdout
        rows = {row["kernel"]: row for row in csv.DictReader(io.StringIO(table))}
        self.assertEqual(rows["gemm"]["executed_flops"], str(flops))
        for options in (["--by", "op"], ["--by", "phase", "--format", "markdown"]):
            text = subprocess.run(
                [FLOPPROF, "report", self.run_db, *options], capture_output=True, check=True, text=True
            ).stdout
            self.assertIn("executed FLOPs", text)


if __name__ == "__main__":
    unittest.main()
