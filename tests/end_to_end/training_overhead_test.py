"""The benchmark of training jobs, with networks so small that a processor trains them."""

import glob
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unittest

BUILD = os.environ["FLOPPROF_BUILD"]
BENCH = os.path.join(os.environ["FLOPPROF_SOURCE"], "bench")
sys.path.insert(0, BENCH)

import training_flops  # noqa: E402


class ByHand(unittest.TestCase):
    def test_knows_what_is_published_of_both_networks(self):
        self.assertEqual(training_flops.resnet50_macs(training_flops.ResNetSize(batch=1))[1], 4_089_184_256)
        gpt2 = training_flops.GptSize(batch=1, vocabulary=50257)
        self.assertEqual(training_flops.gpt_parameters(gpt2), 124_439_808)

    def test_takes_the_attention_of_gpt2_for_what_palm_does(self):
        size = training_flops.GptSize(batch=1)
        attention = training_flops.of_step("gpt2", size)["attention in it"]
        self.assertEqual(attention, 1024 * 12 * 12 * 12 * 64 * 1024)  # a token: 12 L H Q T


class Overhead(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if importlib.util.find_spec("torch") is None:
            raise unittest.SkipTest("no torch")
        with tempfile.TemporaryDirectory(prefix="flopprof-overhead-") as folder:
            file = os.path.join(folder, "figures.json")
            command = [sys.executable, os.path.join(BENCH, "overhead.py"), "--jobs", "resnet50", "gpt2",
                       "--size", "tiny", "--rounds", "1", "--flopprof",
                       os.path.join(BUILD, "bin/flopprof"), "--json", file]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True,
                                  env={**os.environ, "OMP_NUM_THREADS": "1"})
            cls.printed = done.stdout
            with open(file, encoding="utf-8") as figures:
                cls.raw = json.load(figures)["raw"]

    def test_times_steps_bare_attached_and_under_torchs_profiler(self):
        for job in "resnet50", "gpt2":
            for variant in "bare", "attached, budget 1 %", "attached, --every 1", "torch.profiler with_flops":
                self.assertGreater(self.raw[job][variant]["0"].get("step_seconds", 0), 0, self.raw[job][variant])

    def test_builds_the_networks_that_were_worked_out_by_hand(self):
        self.assertEqual(self.raw["gpt2"]["bare"]["0"]["parameters"], 118_528)
        self.assertEqual(self.raw["resnet50"]["bare"]["0"]["parameters"], 23_528_522)

    def test_reports_the_model_flops_that_were_worked_out_by_hand(self):
        if not glob.glob(os.path.join(BUILD, "lib/flopprof/observers/*.so")):
            self.skipTest("no observer of a LibTorch was built")
        counted = {job: self.raw[job]["attached, --every 1"]["0"]["model_flops_per_step"] for job in self.raw}
        self.assertEqual(counted, {"resnet50": 3_965_435_904, "gpt2": 47_185_920})

    def test_prints_both_beside_each_other(self):
        self.assertIn("by hand: model 47,185,920", self.printed)
        self.assertIn("| gpt2 | attached, budget 1 % |", self.printed)


if __name__ == "__main__":
    unittest.main()
