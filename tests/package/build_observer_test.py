"""`flopprof build-observer`, and the message that sends people to it."""

import glob
import os
import shutil
import subprocess
import sys
import unittest

from installed_prefix import InstalledTest, files_below

DEBIAN_LIBTORCH = "/usr/include/ATen/record_function.h"
JOB = "import torch; torch.ones(2, 3) @ torch.ones(3, 5); print('done')"


class BuildObserver(InstalledTest):
    def build(self, *arguments, **variables):
        return subprocess.run(
            [self.flopprof, "build-observer", *arguments], env=dict(os.environ, **variables),
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )

    def run_job(self, **variables):
        return subprocess.run(
            [self.flopprof, "run", "--force", "-o", "run.db", "--", sys.executable, "-c", JOB],
            env=dict(os.environ, **variables), cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )

    def faults(self):
        return [what for what, in self.query("SELECT what FROM fault")]

    def fake_torch(self, name, library):
        root = os.path.join(self.folder, name)
        for folder in ("include/ATen", "lib"):
            os.makedirs(os.path.join(root, folder))
        open(os.path.join(root, "include/ATen/record_function.h"), "w").close()
        for file in ("libtorch_cpu.so", "libc10.so"):
            shutil.copy(library, os.path.join(root, "lib", file))
        return root

    def test_says_which_header_a_folder_lacks(self):
        built = self.build(self.folder)
        self.assertEqual((built.returncode, built.stdout), (2, ""))
        self.assertIn("no include/ATen/record_function.h in " + self.folder, built.stderr)

    def test_says_that_a_library_has_no_build_id(self):
        text = os.path.join(self.folder, "text")
        with open(text, "w") as file:
            file.write("not an ELF file")
        built = self.build(self.fake_torch("without_id", text))
        self.assertEqual((built.returncode, built.stdout), (1, ""))
        self.assertIn("without_id/lib/libtorch_cpu.so has no build id", built.stderr)

    def test_says_that_there_is_no_compiler(self):
        root = self.fake_torch("no_compiler", os.path.join(self.prefix, "lib/libflopprof.so"))
        built = self.build(root, CXX="/nowhere/c++")
        self.assertEqual((built.returncode, built.stdout), (1, ""))
        self.assertIn("cannot run /nowhere/c++; install g++, or name one in CXX", built.stderr)

    def test_leaves_nothing_behind_when_the_compiler_fails(self):
        root = self.fake_torch("refused", os.path.join(self.prefix, "lib/libflopprof.so"))
        before = files_below(self.prefix)
        built = self.build(root, CXX="false")
        self.assertEqual((built.returncode, built.stdout), (1, ""))
        self.assertIn("false ended with status 1; nothing was installed", built.stderr)
        self.assertEqual(files_below(self.prefix), before)

    def test_makes_a_job_counted_that_was_not(self):
        if not os.path.exists(DEBIAN_LIBTORCH) or sys.executable != "/usr/bin/python3":
            self.skipTest("needs the distribution's PyTorch and its headers")
        observers = os.path.join(self.prefix, "lib/flopprof/observers")
        shutil.rmtree(observers, ignore_errors=True)
        open(observers, "w").close()  # a file: nothing can be installed here
        home = os.path.join(self.folder, "data")

        unseen = self.run_job(XDG_DATA_HOME=home)
        self.assertEqual((unseen.returncode, unseen.stdout), (0, "done\n"))
        self.assertIn("flopprof: build it with: flopprof build-observer '/usr'\n", unseen.stderr)
        self.assertEqual(self.faults(), ["no observer for LibTorch"])

        built = self.build("/usr", XDG_DATA_HOME=home)
        self.assertEqual(built.returncode, 0, built.stderr)
        observer, = glob.glob(os.path.join(home, "flopprof/observers/*"))
        self.assertEqual(built.stdout, observer + "\n")

        seen = self.run_job(XDG_DATA_HOME=home)
        self.assertEqual((seen.returncode, seen.stdout, seen.stderr), (0, "done\n", ""))
        self.assertEqual(self.query("SELECT sum(model_flops) FROM phase_total"), [(60,)])


if __name__ == "__main__":
    unittest.main()
