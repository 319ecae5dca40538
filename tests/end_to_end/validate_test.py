"""`flopprof validate` with networks that really run, and with a run of the user's own."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

FLOPPROF = os.path.join(os.environ["FLOPPROF_BUILD"], "bin/flopprof")
HAVE_TORCHVISION = bool(
    importlib.util.find_spec("torch") and importlib.util.find_spec("torchvision")
)

ONE_IMAGE = """
import torch
with torch.no_grad():
    torch.nn.Linear(1000, 500)(torch.zeros(1, 1000))
"""

TRAINING = """
import torch
model = torch.nn.Linear(1000, 500)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
for _ in range(3):
    model(torch.zeros(8, 1000)).sum().backward()
    optimizer.step()
"""


class ValidateTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="flopprof-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def validate(self, *arguments):
        return subprocess.run([FLOPPROF, "validate", *arguments], cwd=self.folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=110)

    def run_python(self, text):
        subprocess.run([FLOPPROF, "run", "--every", "1", "--", sys.executable, "-c", text],
                       cwd=self.folder, check=True)


@unittest.skipUnless(HAVE_TORCHVISION, "needs torch and torchvision")
class Networks(ValidateTest):
    def test_are_run_and_set_against_every_published_figure(self):
        result = self.validate("--python", sys.executable, "--model", "alexnet", "--model",
                               "resnet18", "--format", "json")
        rows = json.loads(result.stdout)["rows"]
        self.assertEqual({row["measured"] for row in rows if row["model"] == "resnet18"},
                         {1814073344})
        self.assertEqual({(row["input"], row["measured"]) for row in rows
                          if row["model"] == "alexnet" and row["input"] == 224},
                         {(224, 714188480)})
        verdicts = {(row["model"], row["published"], row["claimed_unit"]): row["verdict"]
                    for row in rows}
        self.assertEqual(verdicts["alexnet", 1.4e9, "FLOPs"], "agrees")
        self.assertEqual(verdicts["alexnet", 0.714e9, "FLOPs"], "agrees as MACs")
        self.assertEqual(verdicts["alexnet", 0.77e9, "FLOPs"], "variant")
        self.assertEqual(verdicts["alexnet", 727e6, "FLOPs"], "variant")
        self.assertEqual(verdicts["resnet18", 1.82e9, "MACs"], "agrees")
        self.assertEqual(verdicts["resnet18", 1.70e9, "FLOPs"], "GiMAC")
        differs = "differs" in verdicts.values()
        self.assertEqual(result.returncode, 3 if differs else 0)

    def test_at_another_input_show_the_resolution(self):
        result = self.validate("--python", sys.executable, "--model", "resnet18", "--input", "160",
                               "--format", "json")
        rows = json.loads(result.stdout)["rows"]
        self.assertEqual({row["input"] for row in rows}, {160})
        self.assertIn("resolution", {row["verdict"] for row in rows})

    def test_of_another_python_need_torch_there(self):
        result = self.validate("--python", "/bin/false", "--model", "alexnet")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("/bin/false", result.stderr)
        self.assertIn("--python", result.stderr)


@unittest.skipUnless(HAVE_TORCHVISION, "needs torch and torchvision")
class OwnRun(ValidateTest):
    def judged(self, *arguments):
        result = self.validate("run.db", *arguments, "--format", "json")
        return result, json.loads(result.stdout)["rows"][0]

    def test_of_one_evaluation_pass_is_judged(self):
        self.run_python(ONE_IMAGE)
        result, row = self.judged("--published", "1e6:FLOPs")
        self.assertEqual((row["measured"], row["ratio"], row["verdict"]), (500000, 1.0, "agrees"))
        self.assertEqual(result.returncode, 0)
        result, row = self.judged("--published", "5e5:FLOPs")
        self.assertEqual((row["ratio"], row["verdict"]), (2.0, "agrees as MACs"))
        result, row = self.judged("--published", "7e5:FLOPs")
        self.assertEqual((row["verdict"], result.returncode), ("differs", 3))

    def test_of_a_training_is_judged_by_the_image(self):
        self.run_python(TRAINING)
        result, row = self.judged("--published", "500e3:MACs", "--batch-size", "8")
        self.assertEqual((row["quantity"], row["measured"]), ("macs_per_image", 500000))
        self.assertEqual(row["verdict"], "agrees")
        result, row = self.judged("--published", "500e3:MACs")
        self.assertEqual((row["quantity"], row["measured"]), ("macs_per_step", 4000000))
        self.assertIn("--batch-size", result.stderr)

    def test_without_flops_cannot_be_judged(self):
        self.run_python("pass")
        result = self.validate("run.db", "--published", "1e6:FLOPs")
        self.assertEqual(result.returncode, 1)
        self.assertIn("holds no FLOPs", result.stderr)


class WrongUsage(ValidateTest):
    def test_names_what_would_be_right(self):
        for arguments, words in ((["--model", "resnet5"], "resnet50"),
                                 (["--published", "1e9:FLOPs"], "run.db"),
                                 (["--batch-size", "8"], "run.db"),
                                 (["x.db", "--model", "alexnet"], "not both")):
            result = self.validate(*arguments)
            self.assertEqual((result.returncode, result.stdout), (2, ""), arguments)
            self.assertIn(words, result.stderr)

    def test_wants_a_number_and_a_unit(self):
        for published in ("3.8e9", "3.8e9:GFLOPs", "big:FLOPs", "-1:MACs"):
            result = self.validate("run.db", "--published", published)
            self.assertEqual(result.returncode, 2, published)
            self.assertIn("published", result.stderr)


if __name__ == "__main__":
    unittest.main()
