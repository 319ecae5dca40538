"""tools/digits_trend in its small form: from training to data set and trend, nothing stood in for."""

import csv
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = os.environ["FLOPPROF_BUILD"]
SOURCE = os.environ["FLOPPROF_SOURCE"]
HAVE_PACKAGES = all(importlib.util.find_spec(name) for name in ("torch", "sklearn"))


@unittest.skipUnless(HAVE_PACKAGES, "needs torch and scikit-learn")
class DigitsTrend(unittest.TestCase):
    def test_makes_a_data_set_with_its_trend_from_measured_runs(self):
        folder = tempfile.mkdtemp(prefix="flopprof-test-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        output = os.path.join(folder, "digits")
        subprocess.run(
            [os.path.join(SOURCE, "tools/digits_trend"), "--quick", "--python", sys.executable,
             "--flopprof", os.path.join(BUILD, "bin/flopprof"), output],
            check=True, stdout=subprocess.DEVNULL, timeout=110)
        with open(os.path.join(output, "digits_sota.csv"), newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["Metric"] for row in rows], ["Digits97"] * 2)
        self.assertEqual([row["Publication"] for row in rows], ["LeNet-5", "ResNet (3 blocks)"])
        self.assertEqual([row["Publication Date"] for row in rows], ["11/1/1998", "12/10/2015"])
        self.assertEqual(rows[0]["Reduction Factor"], "1")
        with open(os.path.join(output, "lenet5.json")) as file:
            lenet = json.load(file)
        self.assertTrue(lenet["reached"])
        self.assertEqual(lenet["source"], "modelled")
        with open(os.path.join(output, "lenet5-1.csv")) as file:
            steps = next(int(row["step"]) for row in csv.DictReader(file)
                         if float(row["top1"]) >= 97)
        # 44 batches of 32 and one of 29 an epoch. An image's MACs: conv1 9,600 and conv2 13,824,
        # linear 7,680, 10,080 and 840: forward twice that in FLOPs, backward twice the forward's
        # but for the input of conv1.
        self.assertEqual(steps % 45, 0)
        self.assertEqual(lenet["flops_to_target"], steps // 45 * 1437 * 2 * (3 * 42024 - 9600))
        with open(os.path.join(output, "trend.json")) as file:
            level, = json.load(file)["levels"]
        self.assertEqual((level["level"], level["points"]), ("Digits97", 2))
        for page in ("pages/lenet5.md", "pages/lenet5.svg", "pages/resnet.md", "trend.svg"):
            self.assertTrue(os.path.getsize(os.path.join(output, page)) > 0, page)


if __name__ == "__main__":
    unittest.main()
