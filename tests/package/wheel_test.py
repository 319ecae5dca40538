"""`pip install .`: the wheel that it builds from a clean clone, in a virtual environment of its own."""

import glob
import importlib.util
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
import zipfile

from installed_prefix import CMAKE, SOURCE, files_below, run

DEBIAN_LIBTORCH = "/usr/include/ATen/record_function.h"
MARKED_JOB = """
import flopprof, sys
for _ in range(3):
    with flopprof.step():
        pass
print(flopprof.__file__)
sys.exit(7)
"""


def clone(folder):
    """What a clone has: the sources, and nothing that was built."""
    built = shutil.ignore_patterns("build*", ".git", "__pycache__", "run*.db")
    shutil.copytree(SOURCE, folder, ignore=lambda at, names: built(at, names) if at == SOURCE else [])


def build_wheel(source, folder):
    """As `pip wheel .` does it, with what this build has: its compilers, its type, no CUDA."""
    settings = {"build-dir": "build", "cmake.build-type": os.environ["FLOPPROF_BUILD_TYPE"],
                "cmake.define.FLOPPROF_CUDA": "OFF",
                "cmake.define.FLOPPROF_TORCH_ROOTS": "/usr" if os.path.exists(DEBIAN_LIBTORCH) else ""}
    options = ["--config-settings=%s=%s" % setting for setting in settings.items()]
    # What ccache compiled in another folder is the same here.
    environment = dict(os.environ, CC=os.environ["FLOPPROF_CC"], CXX=os.environ["FLOPPROF_CXX"],
                       CCACHE_BASEDIR=source, CCACHE_NOHASHDIR="1")
    run(sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index",
        "-w", folder, *options, source, env=environment)
    wheel, = glob.glob(os.path.join(folder, "flopprof-*.whl"))
    return wheel


@unittest.skipUnless(importlib.util.find_spec("scikit_build_core"), "no scikit-build-core (PyPI)")
class Wheel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = os.path.realpath(tempfile.mkdtemp(prefix="flopprof-wheel-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.source = os.path.join(cls.folder, "clone")
        clone(cls.source)
        cls.wheel = build_wheel(cls.source, cls.folder)
        cls.venv = os.path.join(cls.folder, "venv")
        run(sys.executable, "-m", "venv", cls.venv)
        cls.python = os.path.join(cls.venv, "bin", "python")
        cls.flopprof = os.path.join(cls.venv, "bin", "flopprof")
        run(cls.python, "-m", "pip", "install", "--no-index", "--no-deps", cls.wheel)

    def in_folder(self, *command):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("FLOPPROF_", "PYTHON", "LD_"))}
        return subprocess.run(command, cwd=self.folder, env=clean, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_job(self, *job):
        return self.in_folder(self.flopprof, "run", "-f", "-o", "run.db", "--", *job)

    def report(self):
        printed = self.in_folder(self.flopprof, "report", "run.db", "--format", "json")
        self.assertEqual(printed.returncode, 0, printed.stderr)
        return json.loads(printed.stdout)

    def test_is_for_any_python_and_carries_the_whole_prefix(self):
        self.assertRegex(os.path.basename(self.wheel), r"^flopprof-0\.1\.0-py3-none-linux_\w+\.whl$")
        with zipfile.ZipFile(self.wheel) as archive:
            modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        self.assertTrue(modes["flopprof/_prefix/bin/flopprof"] & stat.S_IXUSR)
        for name in ("__init__.py", "py.typed", "lightning.py", "huggingface.py",
                     "_prefix/lib/libflopprof.so", "_prefix/lib/libflopprof_preload.so",
                     "_prefix/share/flopprof/hook/sitecustomize.py",
                     "_prefix/share/flopprof/observer-src/integrations/libtorch/observer.cpp",
                     "_prefix/include/flopprof/mark.h"):
            self.assertIn("flopprof/" + name, modes)

    def test_names_neither_the_sources_nor_the_build_folder(self):
        prefix, = glob.glob(os.path.join(self.venv, "lib/*/site-packages/flopprof/_prefix"))
        files = files_below(prefix)
        self.assertGreater(len(files), 20)
        for path in files:
            with open(path, "rb") as file:
                self.assertNotIn(self.source.encode(), file.read(), path)

    def test_has_a_program_that_attaches_to_a_job_with_marks(self):
        job = self.run_job(self.python, "-c", MARKED_JOB)
        self.assertEqual((job.returncode, job.stderr), (7, ""))
        self.assertIn("site-packages/flopprof/__init__.py", job.stdout)
        report = self.report()
        self.assertEqual(report["totals"]["steps"], 3)
        # A job of nothing but steps has no time that a share could be of.
        self.assertEqual([f["what"] for f in report["faults"] if "overhead" not in f["what"]], [])

    def test_opens_a_run_and_needs_pandas_for_frames_alone(self):
        self.run_job(self.python, "-c", MARKED_JOB)
        opened = self.in_folder(self.python, "-c", "import flopprof; run = flopprof.open('run.db');"
                                "print(run.report()['totals']['steps'], flush=True); run.steps()")
        self.assertEqual(opened.stdout, "3\n")
        self.assertIn("No module named 'pandas'", opened.stderr)

    def test_counts_a_job_of_another_python_that_has_torch(self):
        has_torch = self.in_folder("/usr/bin/python3", "-c", "import torch").returncode == 0
        if not os.path.exists(DEBIAN_LIBTORCH) or not has_torch:
            self.skipTest("needs the distribution's PyTorch and its headers")
        job = self.run_job("/usr/bin/python3", "-c",
                           "import torch, flopprof; torch.ones(2, 3) @ torch.ones(3, 5)")
        self.assertEqual((job.returncode, job.stdout, job.stderr), (0, "", ""))
        phases = {row["phase"]: row["model_flops"] for row in self.report()["by_phase"]}
        self.assertEqual(sum(phases.values()), 60)

    def test_build_that_lacks_packages_names_all_of_them(self):
        configured = self.in_folder(CMAKE, "-S", self.source, "-B", os.path.join(self.folder, "lacking"),
                                    "-DCMAKE_SYSTEM_IGNORE_PATH=/usr/include")
        self.assertEqual(configured.returncode, 1)
        self.assertRegex(configured.stderr,
                         "apt-get install libsqlite3-dev libcli11-dev .* libevent-dev libprotozero-dev")


if __name__ == "__main__":
    unittest.main()
