"""The shipped collector on simulated GPUs, from `flopprof run` to the report. No figure here is measured."""

import os
import shutil
import signal
import subprocess
import unittest

from simulated_gpu import FLOPPROF, JOB, SIMGPU, SimulatedGpu, wait_for


class Steps(SimulatedGpu):
    def test_hold_the_union_and_the_sum_of_the_kernels_they_launched(self):
        self.attached("steps")
        report = self.report("--by", "kernel")
        totals = report["totals"]
        self.assertEqual(totals["steps"], 3)
        self.assertAlmostEqual(totals["gpu_seconds"], 300e-6, 12)
        self.assertAlmostEqual(totals["kernel_seconds"], 450e-6, 12)
        self.assertAlmostEqual(totals["allocated_gpu_seconds"], totals["step_seconds"], 12)
        self.assertAlmostEqual(report["per_step"]["gpu_seconds"]["median"], 100e-6, 12)
        self.assertEqual([(k["kernel"], k["launches"], k["other_launches"]) for k in report["by_kernel"]],
                         [("gemm", 3, 0), ("relu", 3, 0), ("init", 0, 1)])
        device, = report["by_device"]
        self.assertEqual((device["device"], device["name"], device["kernels"]), (0, "Simulated GPU", 6))
        self.assertAlmostEqual(device["other_gpu_seconds"], 10e-6, 12)
        self.assertEqual(self.faults(), {})

    def test_own_a_kernel_that_runs_when_they_are_over(self):
        self.attached("run_ahead")
        self.assertEqual(self.gpu_ns_of_steps(), [100_000, 200_000, 300_000])

    def test_take_their_kernels_from_all_threads_on_all_devices(self):
        for trial in range(5):
            self.attached("threads", SIMGPU_DEVICES="4")
            devices = self.report()["by_device"]
            self.assertEqual([d["kernels"] for d in devices], [2000] * 4)
            for device in devices:
                self.assertAlmostEqual(device["kernel_seconds"], 2000e-6, 12)
                self.assertAlmostEqual(device["gpu_seconds"], 500e-6, 12)
            self.assertEqual(self.faults(), {})

    def test_leave_a_refused_launch_out(self):
        self.attached("refused")
        self.assertEqual(self.gpu_ns_of_steps(), [100_000])
        self.assertEqual(self.faults(), {})

    def test_hold_all_kernels_of_their_graphs(self):
        self.attached("graph")
        self.assertEqual(self.gpu_ns_of_steps(), [50_000, 50_000])

    def whole_graphs(self, steps=2500, **variables):
        self.attached("paced_graphs", steps, options=["--every", "2", "--trace-steps", "2400:2401"], **variables)
        return self.report("--by", "kernel")

    def test_whose_kernels_are_mostly_nodes_have_their_graphs_traced_as_a_whole(self):
        report = self.whole_graphs(SIMGPU_GRAPH_GAP_NS="1000")
        self.assertLessEqual(set(self.gpu_ns_of_steps()), {85_000, 86_000} | set(range(85_001, 86_000)))
        traced = dict(self.rows("SELECT graphs, count(*) FROM gpu_step WHERE step >= 0 GROUP BY graphs"))
        self.assertGreater(traced[0], 8)
        self.assertGreater(traced[1], 100)
        of_graphs = "SELECT DISTINCT kernels, busy_ns, graph_ns FROM gpu_step WHERE graphs = 1"
        self.assertEqual(self.rows(of_graphs), [(1, 86_000, 81_000)])
        totals = report["totals"]
        self.assertEqual(totals["steps_with_whole_graphs"], traced[1])
        self.assertEqual(totals["steps_without_kernel_seconds"], 0)
        self.assertEqual(totals["kernels"], 3 * 2500)
        self.assertAlmostEqual(totals["kernel_seconds"], 2500 * 85e-6, 12)
        shares = {kernel["kernel"]: kernel["kernel_seconds"] for kernel in report["by_kernel"]}
        self.assertAlmostEqual(shares["gemm"] / shares["adam"], 64 / 5, 9)
        self.assertTrue([note for note in report["notes"] if f"{traced[1]} steps were traced with their" in note])
        self.assertLessEqual(set(self.faults()), {"evaluation not fully counted"})

    def test_that_were_asked_for_are_traced_node_by_node_in_any_case(self):
        self.whole_graphs()
        on_the_timeline = "SELECT step, count(*) FROM CUPTI_ACTIVITY_KIND_KERNEL GROUP BY step"
        self.assertEqual(self.rows(on_the_timeline), [(2400, 3), (2401, 3)])

    def test_with_graphs_on_several_devices_go_back_to_single_nodes(self):
        report = self.whole_graphs(6000, SIMGPU_RECORDS="split_graphs")
        self.assertIn("graphs on more than one device", self.faults())
        self.assertLessEqual(set(self.gpu_ns_of_steps()), {85_000, None})
        late = "SELECT count(*) FROM gpu_step WHERE step > 5500 AND kernels = 3"
        self.assertGreater(self.rows(late)[0][0], 20)
        self.assertEqual(report["totals"]["steps_with_whole_graphs"], 0)

    def test_whose_graphs_cannot_be_traced_as_a_whole_are_traced_node_by_node(self):
        self.attached("paced_graphs", 2500, options=["--every", "2"], SIMGPU_FAULT="cuptiActivityEnable#51=27")
        self.assertEqual(set(self.gpu_ns_of_steps()), {85_000})

    def test_outlive_the_context(self):
        self.attached("reset")
        self.assertEqual(self.gpu_ns_of_steps(), [100_000, 200_000])

    def test_are_the_parents_after_a_fork(self):
        self.attached("forks")
        self.assertEqual(self.gpu_ns_of_steps(), [100_000] * 3)

    def test_are_the_childs_when_it_is_the_first_to_use_cuda(self):
        self.attached("child_steps")
        self.assertEqual(self.gpu_ns_of_steps(), [100_000] * 3)

    def test_of_two_ranks_are_one_step(self):
        rank = f"MASTER_ADDR=here WORLD_SIZE=2 RANK=%d {JOB} steps"
        self.attached("", command=["sh", "-c", f"{rank % 0} & {rank % 1} > /dev/null; wait; exit 7"])
        self.assertEqual(self.gpu_ns_of_steps(), [200_000] * 3)
        device, = self.report()["by_device"]  # both processes see the same one
        self.assertEqual(device["kernels"], 12)

    def test_go_on_when_correlation_ids_begin_anew(self):
        self.attached("steps", SIMGPU_FIRST_CORRELATION=str(2**32 - 6))
        self.assertEqual(self.gpu_ns_of_steps(), [100_000] * 3)
        self.assertEqual(self.faults(), {})

    def test_keep_every_record_of_a_long_burst_or_say_which_step_lacks_some(self):
        self.attached("many")
        whole = {ns for ns in self.gpu_ns_of_steps() if ns is not None}
        self.assertEqual(whole | {20_000_000}, {20_000_000})

    def test_are_the_nvtx_ranges_that_were_asked_for(self):
        self.attached("ranges", options=["--step-range", "iteration"])
        self.assertEqual(self.gpu_ns_of_steps(), [100_000, 200_000])
        device, = self.report()["by_device"]
        self.assertAlmostEqual(device["other_gpu_seconds"], 40e-6, 12)

    def test_name_their_kernels_as_the_author_wrote_them(self):
        self.attached("names")
        names = [kernel["kernel"] for kernel in self.report("--by", "kernel")["by_kernel"]]
        self.assertEqual(names, ["gemm(float*)", "hostile\"';--\n" + "x" * 10_000])

    def test_that_were_written_survive_a_kill(self):
        command = [FLOPPROF, "run", "-o", self.run_db, "--", JOB, "hangs"]
        environment = dict(os.environ, LD_LIBRARY_PATH=SIMGPU)
        launcher = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        self.addCleanup(launcher.kill)
        written = "SELECT pid FROM process JOIN gpu_step ON process = id WHERE step = 2"
        os.kill(wait_for(lambda: self.row(written))[0], signal.SIGKILL)
        self.assertEqual(launcher.wait(30), 128 + signal.SIGKILL)
        self.assertEqual(self.gpu_ns_of_steps(), [100_000] * 3)
        self.assertIn("process killed", self.faults())

    def test_of_a_job_that_launches_nothing_have_no_gpu_time(self):
        self.attached("nothing")
        self.assertIsNone(self.report()["totals"]["gpu_seconds"])


class Faults(SimulatedGpu):
    def test_dropped_records_leave_their_step_out(self):
        self.attached("steps", SIMGPU_RECORDS="drop=6")  # init, 2, 2, then one of the third step
        self.assertEqual(self.gpu_ns_of_steps(), [100_000, 100_000, None])
        totals = self.report()["totals"]
        self.assertAlmostEqual(totals["gpu_seconds"], 200e-6, 12)
        self.assertEqual(totals["steps_without_gpu_seconds"], 1)
        faults = self.faults()
        self.assertEqual(faults["GPU records dropped"]["count"], 1)
        self.assertEqual(faults["GPU records missing"]["count"], 1)
        self.assertEqual(faults["GPU-seconds of steps not known"]["count"], 1)

    def test_a_kernel_without_times_leaves_its_step_out(self):
        self.attached("steps", SIMGPU_RECORDS="zero=3")  # the second of the first step
        self.assertEqual(self.gpu_ns_of_steps()[:2], [None, 100_000])
        self.assertIn("GPU kernels without times", self.faults())

    def test_buffers_that_come_late_and_last_one_first_change_nothing(self):
        self.attached("run_ahead", SIMGPU_RECORDS="reverse")
        self.assertEqual(self.gpu_ns_of_steps(), [100_000, 200_000, 300_000])
        self.assertEqual(self.faults(), {})

    def test_another_profiler_is_named(self):
        self.attached("steps", SIMGPU_HOLDER="nsys")
        fault = self.faults()["another profiler in the way"]
        self.assertIn("CUPTI for nsys", fault["detail"])
        self.assertIsNone(self.report()["totals"]["gpu_seconds"])
        self.assertEqual(self.report()["totals"]["steps"], 3)

    def test_without_a_driver_there_is_no_gpu_and_nothing_to_say(self):
        for code in (999, 15):
            self.attached("steps", SIMGPU_FAULT=f"cuptiSubscribe_v2={code}")
            self.assertEqual(self.faults(), {})
            self.assertIsNone(self.report()["totals"]["gpu_seconds"])

    def test_a_library_that_the_driver_does_not_know_is_told(self):
        mapped = os.path.join(self.folder, "libcupti.so.13")
        shutil.copy(os.path.join(SIMGPU, "libcupti.so.13"), mapped)
        self.attached("steps", LD_PRELOAD=mapped, SIMGPU_CUPTI_VERSION="140000")
        fault = self.faults()["GPU work not counted"]
        self.assertIn("version 140000, which this driver (CUDA 13.0) does not know", fault["detail"])
        self.assertIsNone(self.report()["totals"]["gpu_seconds"])

    def test_a_refusal_says_which_call_and_why(self):
        self.attached("steps", SIMGPU_FAULT="cuptiActivityEnable=35")
        self.assertIn("cuptiActivityEnable: simulated error (35)", self.faults()["GPU work not counted"]["detail"])

    def test_the_copy_in_the_toolkit_that_the_job_names_is_taken(self):
        driver, toolkit = os.path.join(self.folder, "driver"), os.path.join(self.folder, "cuda")
        os.makedirs(driver)
        os.makedirs(os.path.join(toolkit, "lib64"))
        shutil.copy(os.path.join(SIMGPU, "libcuda.so.1"), driver)
        taken = os.path.join(toolkit, "lib64/libcupti.so.13")
        shutil.copy(os.path.join(SIMGPU, "libcupti.so.13"), taken)
        self.attached("steps", LD_LIBRARY_PATH=driver, CUDA_HOME=toolkit, SIMGPU_FAULT="cuptiActivityEnable=35")
        self.assertIn(taken, self.faults()["GPU work not counted"]["detail"])

    def test_the_copy_that_the_job_has_mapped_is_taken(self):
        mapped = os.path.join(self.folder, "libcupti.so.13")
        shutil.copy(os.path.join(SIMGPU, "libcupti.so.13"), mapped)
        self.attached("steps", LD_PRELOAD=mapped, SIMGPU_FAULT="cuptiActivityEnable=35")
        self.assertIn(mapped, self.faults()["GPU work not counted"]["detail"])

    def test_records_that_another_profiler_takes_leave_their_steps_out(self):
        self.attached("robbed")
        self.assertEqual(self.gpu_ns_of_steps(), [100_000, None, None])
        self.assertEqual(self.faults()["GPU records missing"]["count"], 2)

    def test_a_failure_of_any_call_reaches_no_job_and_no_total(self):
        calls = os.path.join(self.folder, "calls")
        self.attached("steps", SIMGPU_CALLS=calls)
        with open(calls) as file:
            number = int(file.read())
        self.assertGreater(number, 15)
        for code in (7, 35, 999):
            for turn in range(1, number + 1):
                self.attached("steps", SIMGPU_FAULT=f"#{turn}={code}")
                for ns in self.gpu_ns_of_steps():
                    self.assertIn(ns, (100_000, None), f"call {turn}")


if __name__ == "__main__":
    unittest.main()
