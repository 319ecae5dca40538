"""The installed prefix: it may be moved, and CMake projects find it."""

import glob
import os
import subprocess
import sys
import unittest

from installed_prefix import BUILD, CMAKE, SOURCE, InstalledTest, files_below, run


def run_path_of(file):
    tags = run("readelf", "-d", file)
    return [line for line in tags.splitlines() if "(RPATH)" in line or "(RUNPATH)" in line]


class InstalledPrefix(InstalledTest):
    def run_attached(self, *job):
        return subprocess.run(
            [self.flopprof, "run", "--force", "-o", "run.db", "--", *job],
            cwd=self.folder, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )

    def test_names_neither_the_sources_nor_the_build_folder(self):
        for path in files_below(self.prefix):
            with open(path, "rb") as file:
                text = file.read()
            for folder in (SOURCE, BUILD, self.folder):
                self.assertNotIn(folder.encode(), text, path)

    def test_holds_no_run_path(self):
        binaries = [self.flopprof] + glob.glob(os.path.join(self.prefix, "lib/**/*.so"), recursive=True)
        self.assertGreaterEqual(len(binaries), 3)
        for path in binaries:
            self.assertEqual(run_path_of(path), [], path)

    def test_serves_a_cmake_project_after_it_was_moved(self):
        build = os.path.join(self.folder, "consumer")
        run(CMAKE, "-S", os.path.join(SOURCE, "tests/package/consumer"), "-B", build,
            "-DCMAKE_PREFIX_PATH=" + self.prefix)
        self.assertIn("flopprof 0.1", run(CMAKE, "--build", build, "--verbose"))
        job = self.run_attached(os.path.join(build, "consumer"))
        self.assertEqual((job.returncode, job.stderr), (7, ""))
        self.assertEqual(self.query("SELECT ended, exit_status FROM run"), [("exited", 7)])

    def test_counts_a_job_after_it_was_moved(self):
        if not glob.glob(os.path.join(self.prefix, "lib/flopprof/observers/*.so")):
            self.skipTest("no LibTorch to count")
        if subprocess.run([sys.executable, "-c", "import torch"], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("%s has no torch" % sys.executable)
        job = self.run_attached(sys.executable, "-c",
                                "import torch; torch.ones(2, 3) @ torch.ones(3, 5)")
        self.assertEqual((job.returncode, job.stderr), (0, ""))
        self.assertEqual(self.query("SELECT sum(model_flops) FROM phase_total"), [(60,)])


if __name__ == "__main__":
    unittest.main()
