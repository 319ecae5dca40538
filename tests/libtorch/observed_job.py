"""Runs a Python job under `flopprof run` with the PyTorch that is being tested, and reads its run.db."""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

BUILD = os.environ["FLOPPROF_BUILD"]
PYTHON = os.environ["FLOPPROF_TORCH_PYTHON"]
FLOPPROF = os.path.join(BUILD, "bin/flopprof")
EVERY_STEP = ("--every", "1")

# What jobs that ask about single operators begin with: each case is a step and a layer of its own.
CASES = """
import contextlib, torch, flopprof
from torch import nn
torch.set_num_threads(2)
torch.manual_seed(0)
MODERN = int(torch.__version__.split(".")[0]) >= 2

@contextlib.contextmanager
def case(name):
    with flopprof.step(), flopprof.layer(name):
        yield
"""


def torch_version():
    """(major, minor) of the tested PyTorch, or None where there is none."""
    try:
        found = subprocess.run([PYTHON, "-c", "import torch; print(torch.__version__)"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return tuple(int(part) for part in found.stdout.decode().split(".")[:2])


TORCH = tuple(int(part) for part in os.environ.get("FLOPPROF_TORCH_VERSION", "0.0").split("."))
is_modern = TORCH >= (2, 0)


class Run:
    """One finished (or still running) run: what its views say."""

    def __init__(self, path, process):
        self.path, self.process = path, process
        self.out = process.stdout.decode() if process else ""
        self.err = process.stderr.decode() if process else ""

    def query(self, sql, *arguments):
        connection = sqlite3.connect("file:%s?mode=ro" % self.path, uri=True)
        try:
            return connection.execute(sql, arguments).fetchall()
        finally:
            connection.close()

    def printed(self):
        """What the job printed as JSON, in its last line."""
        return json.loads(self.out.strip().splitlines()[-1])

    def total(self):
        """(steps, model FLOPs, recomputed FLOPs) of the training work."""
        return self.query("SELECT steps, model_flops, recomputed_flops FROM run_total")[0]

    def phases(self):
        """{phase: model FLOPs}, phases without any left out."""
        return dict(self.query("SELECT phase, model_flops FROM phase_total WHERE model_flops <> 0"))

    def steps(self):
        return [flops for flops, in self.query("SELECT model_flops FROM step_total ORDER BY world, step")]

    def sources(self):
        return [source for source, in self.query("SELECT source FROM step_total ORDER BY world, step")]

    def cases(self):
        """{case: (forward, backward, evaluation) FLOPs}"""
        return {name: flops for name, *flops in self.query(
            "SELECT layer, forward_flops, backward_flops, evaluation_flops FROM layer_total")}

    def ops(self, case=None):
        """{operator: (calls, model FLOPs, uncounted calls)}, all phases, of one case or of the run."""
        rows = self.query(
            "SELECT o.value, sum(calls), sum(e9 * 1000000000 + rest), sum(uncounted_calls)"
            " FROM work_total JOIN StringIds o ON o.id = op JOIN StringIds l ON l.id = layer"
            " WHERE ?1 IS NULL OR l.value = ?1 GROUP BY op", case)
        return {op: tuple(sums) for op, *sums in rows}

    def counted(self, case=None):
        """{operator: (calls, model FLOPs)} of those that were counted."""
        return {op: row[:2] for op, row in self.ops(case).items() if row[1] > 0}

    def uncounted(self, case=None):
        """{operator: uncounted calls}"""
        return {op: row[2] for op, row in self.ops(case).items() if row[2] > 0}

    def faults(self):
        return [what for what, in self.query("SELECT what FROM fault ORDER BY what, detail")]


class JobTest(unittest.TestCase):
    """Each run has a fresh folder, removed with the test, or with the class for what setUpClass ran."""

    longMessage = True
    maxDiff = None

    @classmethod
    def folder_for(cls, cleanup):
        folder = os.path.realpath(tempfile.mkdtemp(prefix="flopprof-libtorch-"))
        cleanup(shutil.rmtree, folder, ignore_errors=True)
        return folder

    @staticmethod
    def environment(**more):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("FLOPPROF_", "PYTHON", "LD_"))}
        return dict(clean, PYTHONDONTWRITEBYTECODE="1", OMP_NUM_THREADS="2", **more)

    @classmethod
    def run_in(cls, folder, command, options=EVERY_STEP, status=0, timeout=150, env=None):
        path = os.path.join(folder, "run.db")
        process = subprocess.run([FLOPPROF, "run", "-o", path, *options, "--", *command], cwd=folder,
                                 env=cls.environment(**(env or {})), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout)
        if process.returncode != status:
            raise AssertionError("exit status %d, expected %d\n%s%s" % (
                process.returncode, status, process.stdout.decode(), process.stderr.decode()))
        return Run(path, process)

    @classmethod
    def write_script(cls, folder, text, name="train.py"):
        path = os.path.join(folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def run_job(self, text, options=EVERY_STEP, arguments=(), **more):
        folder = self.folder_for(self.addCleanup)
        script = self.write_script(folder, text)
        return self.run_in(folder, [PYTHON, script, *arguments], options, **more)

    @classmethod
    def run_class_job(cls, text, options=EVERY_STEP, **more):
        folder = cls.folder_for(cls.addClassCleanup)
        return cls.run_in(folder, [PYTHON, cls.write_script(folder, text)], options, **more)


def main():
    """Exit status 77, which CTest takes for skipped, without the PyTorch that is to be tested."""
    version = torch_version()
    if version is None:
        print("SKIPPED: %s has no PyTorch" % PYTHON)
        raise SystemExit(77)
    import sys
    os.environ["FLOPPROF_TORCH_VERSION"] = "%d.%d" % version
    global TORCH, is_modern
    TORCH, is_modern = version, version >= (2, 0)
    unittest.main(module=sys.argv[1], argv=sys.argv[1:], verbosity=2)


if __name__ == "__main__":
    import observed_job
    observed_job.main()
