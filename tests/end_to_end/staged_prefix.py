"""A prefix as `cmake --install` makes it, with the stand-in for the collector in it."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

BUILD = os.environ["FLOPPROF_BUILD"]
SOURCE = os.environ["FLOPPROF_SOURCE"]
PROGRAMS = os.path.join(BUILD, "tests", "end_to_end")
LIBTORCH = os.path.join(PROGRAMS, "libtorch_cpu.so")
NATIVE_JOB = os.path.join(PROGRAMS, "native_job")
LATE_JOB = os.path.join(PROGRAMS, "late_job")


def stage(prefix):
    for folder in ("bin", "lib"):
        os.makedirs(os.path.join(prefix, folder))
    shutil.copy(os.path.join(BUILD, "bin/flopprof"), os.path.join(prefix, "bin/flopprof"))
    shutil.copy(os.path.join(BUILD, "lib/libflopprof_preload.so"), os.path.join(prefix, "lib"))
    shutil.copy(
        os.path.join(PROGRAMS, "libfake_collector.so"), os.path.join(prefix, "lib/libflopprof.so")
    )
    shutil.copytree(os.path.join(BUILD, "share"), os.path.join(prefix, "share"))


class AttachTest(unittest.TestCase):
    """Each test has a fresh folder, and a fake torch that Python finds in `src`."""

    prefix_name = "prefix"

    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="flopprof-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.prefix = os.path.join(self.folder, self.prefix_name)
        stage(self.prefix)
        self.flopprof = os.path.join(self.prefix, "bin/flopprof")
        self.log = os.path.join(self.folder, "calls.log")
        self.job = os.path.join(self.folder, "job")
        self.write("src/torch/__init__.py", "import ctypes\nctypes.CDLL(%r)\nready = True\n" % LIBTORCH)

    def write(self, name, text):
        path = os.path.join(self.job, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return path

    def environment(self, **more):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("FLOPPROF_", "PYTHON", "LD_"))}
        return dict(clean, FAKE_COLLECTOR_LOG=self.log, PYTHONDONTWRITEBYTECODE="1", **more)

    def start(self, command, options=(), **more):
        environment = self.environment(**more.pop("env", {}))
        more.setdefault("cwd", self.job)
        return subprocess.Popen(
            [self.flopprof, "run", *options, "--", *command],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more
        )

    def run_job(self, *command, options=(), stdin=b"", **more):
        job = self.start(command, options, stdin=subprocess.PIPE, **more)
        out, err = job.communicate(stdin, timeout=120)
        return subprocess.CompletedProcess(command, job.returncode, out, err)

    def run_python(self, text, python=sys.executable, arguments=(), **more):
        script = self.write("script.py", text)
        more["env"] = dict({"PYTHONPATH": "src"}, **more.get("env", {}))
        return self.run_job(python, *arguments, script, **more)

    def calls(self):
        """What the collector was called with: [(pid, call, argument)]."""
        if not os.path.exists(self.log):
            return []
        with open(self.log) as log:
            return [(int(pid), call, rest) for pid, call, rest in (l.rstrip("\n").split(" ", 2) for l in log)]

    def call_names(self):
        return [call for _, call, _ in self.calls()]

    def query(self, sql, name="run.db"):
        connection = sqlite3.connect(os.path.join(self.job, name))
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def faults(self):
        return [what for what, in self.query("SELECT what FROM fault ORDER BY what")]

    def assert_untouched(self, result, status=0, out=None):
        self.assertEqual((result.returncode, result.stderr), (status, b""))
        if out is not None:
            self.assertEqual(result.stdout, out)


def printed_json(result):
    return json.loads(result.stdout)
