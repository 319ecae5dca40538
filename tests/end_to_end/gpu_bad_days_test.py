"""What may go wrong on a GPU, one thing at a time: the job never notices, and no number is wrong."""

import json
import os
import random
import signal
import sqlite3
import struct
import subprocess
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from simulated_gpu import FLOPPROF, JOB, SIMGPU, SimulatedGpu, wait_for

GEMM = "sm__ops_path_tensor_op_hgmma_src_bf16_dst_fp32.sum"
RELU = "sm__sass_thread_inst_executed_op_ffma_pred_on.sum"
COUNTS = f"gemm:{GEMM}=1000;relu:{RELU}=7"
# Of the 64 blocks of gemm and 16 of relu in a step, by hand: an FMA is two operations.
EXACT = {("tensor_bf16", 64_000), ("fp32", 224)}
TURNS = os.environ.get("FLOPPROF_TURNS", ",#2").split(",")  # of a call, that fail; "": all
KILLS = int(os.environ.get("FLOPPROF_KILLS", "6"))
LAG_NS = 2_500_000_000  # a second until it is written, and what a busy machine adds
ANSWERS = (7, 26, 35, 999)
DRIVER = {"cuCtxPopCurrent_v2", "cuCtxPushCurrent_v2", "cuCtxRecordEvent", "cuDriverGetVersion", "cuEventCreate",
          "cuEventDestroy_v2", "cuEventQuery"}


def child_of(launcher):
    """The job, once it is the job: not before the launcher has become it."""
    with open(f"/proc/{launcher}/task/{launcher}/children") as file:
        for child in file.read().split():
            if os.path.realpath(f"/proc/{child}/exe") == os.path.realpath(JOB):
                return int(child)
    return None


class BadDay(SimulatedGpu):
    def rows(self, query, run_db=None):
        connection = sqlite3.connect(f"file:{run_db or self.run_db}?mode=ro", uri=True)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def counted(self, run_db=None):
        """What counted steps hold, by class; zeros are of the classes that the job does not use."""
        query = "SELECT name, flops FROM executed_own JOIN flop_class ON id = flop_class WHERE flops <> 0"
        return set(self.rows(query, run_db))

    def in_parallel(self, trial, trials):
        """The jobs mostly sleep. Says of every trial what it failed with."""
        with ThreadPoolExecutor(4) as pool:
            running = {name: pool.submit(trial, name) for name in trials}
        failed = {name: error for name, one in running.items() if (error := one.exception()) is not None}
        self.assertEqual(failed, {}, f"{len(failed)} of {len(trials)} trials")

    def paced(self, run_db, **variables):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("FLOPPROF_", "SIMGPU_", "LD_", "CUDA_"))}
        environment = dict(clean, LD_LIBRARY_PATH=SIMGPU, SIMGPU_COUNTS=COUNTS, **variables)
        command = [FLOPPROF, "run", "-f", "-o", run_db, "--every", "20", "--", JOB, "paced"]
        result = subprocess.run(command, env=environment, capture_output=True, timeout=100)
        said = f"{variables}: {result.stderr.decode()}"
        self.assertEqual((result.returncode, result.stdout, result.stderr), (7, b"done\n", b""), said)

    def assert_nothing_is_wrong(self, run_db, said):
        self.assertLessEqual(self.counted(run_db), EXACT, said)
        for (ns,) in self.rows("SELECT gpu_ns FROM step_total", run_db):
            self.assertIn(ns, (64_000, None), said)


class Calls(BadDay):
    """Each call of the profiling library and of the driver that is the collector's own fails: the first time,
    always, and with every kind of answer."""

    def functions(self):
        self.paced(self.run_db, SIMGPU_CALLED=os.path.join(self.folder, "called"))
        with open(os.path.join(self.folder, "called")) as file:
            return sorted(set(file.read().split()))

    def test_that_fail_reach_neither_the_job_nor_a_number(self):
        functions = self.functions()
        self.assertIn("cuptiRangeProfilerPopRange", functions)
        self.assertLessEqual(DRIVER, set(functions))
        self.assertGreaterEqual(len(functions), 24 + len(DRIVER))
        trials = [f"{name}{turn}={ANSWERS[at % len(ANSWERS)]}"
                  for at, name in enumerate(functions) for turn in TURNS]

        def trial(fault):
            run_db = os.path.join(self.folder, fault.replace("#", "-") + ".db")
            self.paced(run_db, SIMGPU_FAULT=fault)
            self.assert_nothing_is_wrong(run_db, fault)

        self.in_parallel(trial, trials)

    def test_that_fail_while_a_graph_is_captured_reach_neither_the_job_nor_a_number(self):
        for turn in TURNS:
            for code in (1, 901):
                self.attached("", command=[JOB, "captured", "4"], SIMGPU_FAULT=f"cuStreamIsCapturing{turn}={code}")
                self.assertLessEqual(set(self.gpu_ns_of_steps()), {80_000, None})

    def test_that_are_denied_leave_the_gpu_seconds_and_say_so(self):
        for code in (26, 27, 33, 35, 39, 40, 41):
            self.paced(self.run_db, SIMGPU_FAULT=f"cuptiRangeProfilerEnable={code}")
            self.assertEqual(self.counted(), set())
            self.assertEqual({ns for (ns,) in self.rows("SELECT gpu_ns FROM step_total")}, {64_000})
            self.assertIn("executed FLOPs not counted", self.faults(), code)


class Killed(BadDay):
    def test_at_any_moment_a_job_leaves_a_run_that_lacks_its_last_second_at_most(self):
        chance = random.Random(7)

        def trial(number):
            run_db = os.path.join(self.folder, f"{number}.db")
            progress = os.path.join(self.folder, f"{number}.txt")
            with open(progress, "wb") as output:
                launcher = subprocess.Popen(
                    [FLOPPROF, "run", "-o", run_db, "--every", "20", "--", JOB, "goes_on"],
                    env=dict(os.environ, LD_LIBRARY_PATH=SIMGPU, SIMGPU_COUNTS=COUNTS), stdout=output,
                    stderr=subprocess.PIPE)
            self.addCleanup(launcher.kill)
            self.addCleanup(launcher.stderr.close)
            job = wait_for(lambda: child_of(launcher.pid))
            wait_for(lambda: os.path.getsize(progress) > 0)
            time.sleep(chance.uniform(0, 3))
            os.kill(job, signal.SIGKILL)
            self.assertEqual(launcher.wait(30), 128 + signal.SIGKILL)
            self.check_killed(run_db, progress)

        self.in_parallel(trial, range(KILLS))

    def check_killed(self, run_db, progress):
        with open(progress) as file:
            done = [line.split() for line in file if line.endswith("\n")]
        last_ns = int(done[-1][1])
        told = len([1 for _, ns in done if int(ns) <= last_ns - LAG_NS])
        written, = self.rows("SELECT steps FROM run_total", run_db)[0]
        self.assertGreaterEqual(written, told)
        report = subprocess.run([FLOPPROF, "report", run_db, "--format", "json"], capture_output=True, check=True)
        said = {fault["what"] for fault in json.loads(report.stdout)["faults"]}
        seen = self.rows("SELECT count(*) FROM process", run_db)[0][0]
        self.assertTrue(said & {"process killed" if seen else "nothing attached"}, said)
        self.assertLessEqual(self.counted(run_db), EXACT)


class Memory(BadDay):
    MOST_KB = 64 * 1024
    OF_THE_JOB_KB = 8 * 1024

    def peak_kb_of(self, job, steps, *options):
        environment = dict(os.environ, LD_LIBRARY_PATH=SIMGPU, SIMGPU_COUNTS=COUNTS)
        command = [FLOPPROF, "run", "-f", "-o", self.run_db, *options, "--", JOB, job, str(steps)]
        launcher = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        self.addCleanup(launcher.kill)
        peak, pid = 0, wait_for(lambda: child_of(launcher.pid))
        while launcher.poll() is None:
            try:
                with open(f"/proc/{pid}/status") as file:
                    peak = max([peak] + [int(line.split()[1]) for line in file if line.startswith("VmHWM:")])
            except (FileNotFoundError, ProcessLookupError):
                pass
            time.sleep(0.02)
        self.assertEqual(launcher.returncode, 7)
        return peak

    def test_has_an_end_where_steps_come_faster_than_they_can_be_written(self):
        for what in (("ticks", 200_000), ("cubes", 10_000, "--every", "1"), ("many", 0)):
            self.assertLess(self.peak_kb_of(*what), self.MOST_KB + self.OF_THE_JOB_KB, what)


class Records(BadDay):
    def test_have_the_same_meaning_in_the_form_of_every_version(self):
        for version in (120900, 130001, 130100, 130400):
            self.attached("steps", SIMGPU_CUPTI_VERSION=str(version))
            self.assertEqual(self.gpu_ns_of_steps(), [100_000] * 3, version)
            self.assertEqual(self.faults(), {})

    def test_come_in_every_threads_own_buffer(self):
        self.attached("threads", SIMGPU_DEVICES="4", SIMGPU_RECORDS="thread_buffers")
        self.assertEqual([d["kernels"] for d in self.report()["by_device"]], [2000] * 4)

    def test_come_flushes_late(self):
        self.attached("run_ahead", SIMGPU_RECORDS="late=3")
        self.assertEqual(self.gpu_ns_of_steps(), [100_000, 200_000, 300_000])

    def test_come_after_a_flush_that_takes_its_time(self):
        self.attached("steps", SIMGPU_SLOW_FLUSH_MS="300")
        self.assertEqual(self.gpu_ns_of_steps(), [100_000] * 3)

    def test_of_a_captured_launch_are_those_of_its_graph(self):
        self.attached("", command=[JOB, "captured", "4"])
        self.assertEqual(self.gpu_ns_of_steps(), [80_000] * 4)
        self.assertEqual(self.faults(), {})

    def test_of_a_step_that_never_ends_are_of_no_step(self):
        self.attached("endless")
        self.assertEqual(self.gpu_ns_of_steps()[:1], [100_000])
        self.assertEqual(self.report()["totals"]["gpu_seconds"], 100e-6)


class Tapes(BadDay):
    """tests/simgpu/tape.h says what a tape is; this one is written here."""

    def event(self, kind, payload=b""):
        return struct.pack("<II", kind, len(payload)) + payload + bytes(-len(payload) % 8)

    def call(self, correlation, site):
        """cuLaunchKernel of 64 blocks of 128 threads."""
        return self.event(7, struct.pack("<IIIi4Q10I", 307, site, correlation, 0, 0xC0, 0xF0, 0, 0,
                                         64, 1, 1, 128, 1, 1, 1, 1, 1, 0) + b"gemm")

    def kernel(self, correlation, began_at, ended_at):
        """CUpti_ActivityKernel10, as far as it is read."""
        record = bytearray(216)
        for form, at, value in (("<I", 0, 10), ("<Q", 16, began_at), ("<Q", 24, ended_at), ("<I", 92, correlation),
                                ("<Q", 104, 0x7F00)):
            struct.pack_into(form, record, at, value)
        return struct.pack("<II", len(record), 0) + record

    def test_are_played_as_the_job_that_was_recorded(self):
        with open(os.path.join(self.folder, "tape"), "wb") as file:
            file.write(b"floptape" + struct.pack("<II", 1, 130001))
            file.write(self.event(3, struct.pack("<QII", 0xC0, 1, 0)) + self.event(8, struct.pack("<Q", 0x7F00) + b"gemm"))
            for number in (1, 2):
                file.write(self.event(1) + self.call(number, 0) + self.call(number, 1) + self.event(2))
            file.write(self.event(9, self.kernel(1, 1_000, 4_000) + self.kernel(2, 5_000, 12_000)))
        self.attached("tape", SIMGPU_TAPE=self.folder)
        self.assertEqual(self.gpu_ns_of_steps(), [3_000, 7_000])
        kernel, = self.report("--by", "kernel")["by_kernel"]
        self.assertEqual((kernel["kernel"], kernel["launches"]), ("gemm", 2))


class Rivals(BadDay):
    def test_that_hold_the_counters_leave_the_gpu_seconds(self):
        self.attached("", options=["--every", "20"], command=[JOB, "rival", "1500"], SIMGPU_COUNTS=COUNTS,
                      SIMGPU_CALL_US="1000")
        self.assertEqual(set(self.gpu_ns_of_steps()), {64_000})
        self.assertEqual(self.counted(), set())
        self.assertIn("executed FLOPs not counted", self.faults())


if __name__ == "__main__":
    unittest.main()
