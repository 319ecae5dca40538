"""The README's report is what the example gives today."""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = os.environ["FLOPPROF_BUILD"]
SOURCE = os.environ["FLOPPROF_SOURCE"]
FLOPPROF = os.path.join(BUILD, "bin/flopprof")
EXAMPLE = os.path.join(BUILD, "share/flopprof/examples/train_digits.py")


def counts_in(report):
    """Its counts: the lines of the head without times, and the phases' and operators' FLOPs. Operators
    without any stand in the order of their time, which differs from run to run."""
    head = re.findall(r"^(steps|training model FLOPs|  exactly|per step, [^:]*): +(.*)$", report, re.M)
    rows = re.findall(r"^(\w+|aten::\w+) +([\d.]+ \w?FLOP) +modelled", report, re.M)
    return head + [row for row in rows if row[1] != "0 FLOP"]


class Readme(unittest.TestCase):
    def test_shows_the_counts_that_the_example_gives(self):
        if not glob.glob(os.path.join(BUILD, "lib/flopprof/observers/*.so")):
            self.skipTest("no LibTorch to count")
        if subprocess.run([sys.executable, "-c", "import torch, sklearn"], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("%s has no torch or no sklearn" % sys.executable)
        folder = tempfile.mkdtemp(prefix="flopprof-readme-")
        self.addCleanup(shutil.rmtree, folder)
        # A budget that observes every step: then each number is counted, whatever the machine's load.
        subprocess.run([FLOPPROF, "run", "--every", "1", "--", sys.executable, EXAMPLE], cwd=folder,
                       check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        report = subprocess.run([FLOPPROF, "report", "run.db"], cwd=folder, check=True,
                                stdout=subprocess.PIPE, text=True).stdout
        with open(os.path.join(SOURCE, "README.md")) as file:
            shown = counts_in(file.read())
        given = dict(counts_in(report))
        self.assertGreaterEqual(len(shown), 10)
        # By hand: 1437 images, ten epochs, 7,945,728 FLOP each, forward and backward.
        self.assertIn(("  exactly", "114,180,111,360"), shown)
        for name, count in shown:
            self.assertEqual((name, given.get(name)), (name, count))


if __name__ == "__main__":
    unittest.main()
