"""The shipped collector on a real GPU: every launch is there, in the step that made it."""

import json
import os
import sqlite3
import subprocess
import tempfile
import unittest

BUILD = os.environ["FLOPPROF_BUILD"]
FLOPPROF = os.path.join(BUILD, "bin/flopprof")
JOB = os.path.join(BUILD, "tests/end_to_end/device_job")
NO_GPU = 77
STEPS = 20


class Device(unittest.TestCase):
    arguments = []

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="flopprof-device-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.run_db = os.path.join(cls.folder.name, "run.db")
        done = subprocess.run([FLOPPROF, "run", "-o", cls.run_db, "--", JOB, *cls.arguments], capture_output=True, timeout=100)
        if done.returncode == NO_GPU:
            raise unittest.SkipTest("no GPU")
        assert (done.returncode, done.stdout) == (0, b"done\n"), done
        printed = subprocess.run([FLOPPROF, "report", cls.run_db, "--by", "kernel", "--format", "json"],
                                 capture_output=True, check=True)
        cls.report = json.loads(printed.stdout)


class Marked(Device):
    def test_counts_every_launch_in_steps_and_outside(self):
        launches = {k["kernel"]: (k["launches"], k["other_launches"]) for k in self.report["by_kernel"]}
        self.assertEqual(launches, {"flopprof_fadd": (3 * STEPS, 0), "flopprof_ffma": (2 * STEPS, 0),
                                    "flopprof_fmul": (0, 1)})

    def test_places_five_kernels_in_each_step(self):
        connection = sqlite3.connect(self.run_db)
        self.addCleanup(connection.close)
        kernels = connection.execute("SELECT step, kernels FROM gpu_step WHERE step >= 0 ORDER BY step").fetchall()
        self.assertEqual(kernels, [(step, 5) for step in range(STEPS)])

    def test_finds_times_that_can_be(self):
        totals = self.report["totals"]
        self.assertGreater(totals["gpu_seconds"], 0)
        self.assertLessEqual(totals["gpu_seconds"], totals["kernel_seconds"])
        self.assertLess(totals["gpu_seconds"], self.report["run"]["wall_seconds"])

    def test_missed_nothing(self):
        self.assertEqual([f for f in self.report["faults"] if "GPU" in f["what"]], [])


class Unmarked(Device):
    arguments = ["unmarked"]

    def test_gets_its_steps_from_the_period_of_its_launches(self):
        connection = sqlite3.connect(self.run_db)
        self.addCleanup(connection.close)
        self.assertEqual(connection.execute("SELECT step_source FROM process").fetchall(), [("period",)])
        kernels = connection.execute("SELECT step, kernels FROM gpu_step WHERE step >= 0 AND kernels > 0").fetchall()
        self.assertEqual({count for _, count in kernels}, {6})
        # Found after 20 periods and 2 s, which is 40 of its pauses at most.
        self.assertIn(self.report["totals"]["steps"], range(30, 60))

    def test_missed_nothing(self):
        whats = [f["what"] for f in self.report["faults"]]
        self.assertIn("steps found by the period of launches", whats)
        self.assertEqual([what for what in whats if "GPU" in what or "period of launches lost" in what or
                          "do not fit" in what], [])


if __name__ == "__main__":
    unittest.main()
