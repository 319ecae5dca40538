"""GPU-seconds of kernels that run at the same time, on a real GPU: the union of what the device's own clock saw."""

import json
import os
import subprocess
import tempfile
import unittest

BUILD = os.environ["FLOPPROF_BUILD"]
FLOPPROF = os.path.join(BUILD, "bin/flopprof")
JOB = os.path.join(BUILD, "tests/end_to_end/overlap_job")
NO_GPU = 77
KERNELS = 20
SECONDS_A_KERNEL = 10e-6  # what a kernel's record holds before its first block begins, and after its last


class Overlap(unittest.TestCase):
    def run_of(self, *arguments):
        folder = tempfile.TemporaryDirectory(prefix="flopprof-overlap-")
        self.addCleanup(folder.cleanup)
        run_db = os.path.join(folder.name, "run.db")
        done = subprocess.run([FLOPPROF, "run", "-o", run_db, "--every", "1", "--", JOB, *arguments],
                              capture_output=True, timeout=100)
        if done.returncode == NO_GPU:
            self.skipTest("no GPU")
        self.assertEqual(done.returncode, 0, done.stderr)
        printed = subprocess.run([FLOPPROF, "report", run_db, "--format", "json"], capture_output=True, check=True)
        return json.loads(done.stdout), json.loads(printed.stdout)["totals"]

    def check(self, by_the_device, totals):
        slack = KERNELS * SECONDS_A_KERNEL
        self.assertAlmostEqual(totals["gpu_seconds"], by_the_device["union_ns"] / 1e9,
                               delta=slack + 0.03 * by_the_device["union_ns"] / 1e9)
        self.assertAlmostEqual(totals["kernel_seconds"], by_the_device["sum_ns"] / 1e9,
                               delta=slack + 0.03 * by_the_device["sum_ns"] / 1e9)

    def test_of_two_streams_are_their_union(self):
        by_the_device, totals = self.run_of()
        self.assertGreater(by_the_device["sum_ns"], 1.5 * by_the_device["union_ns"])
        self.check(by_the_device, totals)

    def test_of_dependent_launches_in_one_stream_are_their_union(self):
        by_the_device, totals = self.run_of("dependent")
        self.assertGreater(by_the_device["sum_ns"], 1.5 * by_the_device["union_ns"])
        self.check(by_the_device, totals)


if __name__ == "__main__":
    unittest.main()
