"""What the tests of the shipped collector on simulated GPUs have in common. No figure here is measured."""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest

BUILD = os.environ["FLOPPROF_BUILD"]
FLOPPROF = os.path.join(BUILD, "bin/flopprof")
SIMGPU = os.path.join(BUILD, "tests/simgpu")
JOB = os.path.join(SIMGPU, "driver_job")


def wait_for(row):
    for _ in range(300):
        found = row()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError


class SimulatedGpu(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="flopprof-gpu-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.run_db = os.path.join(self.folder, "run.db")

    def attached(self, *what, options=(), command=None, **variables):
        """Runs the job, which must not notice anything: it always prints the same and ends with 7."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("FLOPPROF_", "SIMGPU_", "LD_", "CUDA_"))}
        environment = {**clean, "LD_LIBRARY_PATH": SIMGPU, **variables}
        attach = [FLOPPROF, "run", "-f", "-o", self.run_db, *options, "--"]
        job = command or [JOB, *map(str, what)]
        result = subprocess.run(attach + job, env=environment, capture_output=True, timeout=60)
        self.assertEqual((result.returncode, result.stderr), (7, b""))
        self.assertTrue(result.stdout.endswith(b"done\n"))

    def report(self, *options):
        result = subprocess.run(
            [FLOPPROF, "report", self.run_db, "--format", "json", *options], capture_output=True, check=True
        )
        return json.loads(result.stdout)

    def rows(self, query):
        connection = sqlite3.connect(self.run_db)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def gpu_ns_of_steps(self):
        return [ns for (ns,) in self.rows("SELECT gpu_ns FROM step_total ORDER BY step")]

    def row(self, query):
        """One row of a run.db that is only being made, or nothing; a plain connect() would make it."""
        try:
            connection = sqlite3.connect(f"file:{self.run_db}?mode=ro", uri=True, timeout=10)
            try:
                return connection.execute(query).fetchone()
            finally:
                connection.close()
        except sqlite3.OperationalError:
            return None

    def faults(self):
        return {f["what"]: f for f in self.report()["faults"] if "overhead" not in f["what"]}
