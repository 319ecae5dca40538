"""The callbacks for Lightning and Hugging Face's Trainer, in real ones: FLOPs stand beside the loss."""

import csv
import glob
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

BUILD = os.environ["FLOPPROF_BUILD"]
FLOPPROF = os.path.join(BUILD, "bin/flopprof")
PYTHON_PATH = os.path.join(BUILD, "share/flopprof/python")
sys.path.insert(0, PYTHON_PATH)

STEPS = 40
# A linear layer from 4 to 3 on batches of 2: 2*2*4*3 forward, as many for the weights' gradient.
FLOPS_OF_A_STEP = 96
PEAK = 1e6

LIGHTNING_JOB = """
import time, torch, {lightning} as lightning, flopprof.lightning
from {lightning}.loggers import CSVLogger

class Model(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 3)
    def training_step(self, batch, _):
        time.sleep(0.1)
        loss = self.layer(batch[0]).square().mean()
        self.log("loss", loss)
        return loss
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.01)

data = torch.utils.data.TensorDataset(torch.randn(2 * {steps}, 4))
trainer = lightning.Trainer(
    max_epochs=1, accelerator="cpu", devices=1, logger=CSVLogger("logs"), log_every_n_steps=1,
    enable_progress_bar=False, enable_checkpointing=False, enable_model_summary=False,
    callbacks=[flopprof.lightning.FlopsCallback(peak_flops={peak})])
trainer.fit(Model(), torch.utils.data.DataLoader(data, batch_size=2))
"""

HUGGING_FACE_JOB = """
import json, time, torch, transformers, flopprof.huggingface

class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 3)
    def forward(self, x, labels=None):
        time.sleep(0.1)
        return {{"loss": self.layer(x).square().mean()}}

class Seen(transformers.TrainerCallback):
    logs = []
    def on_log(self, args, state, control, logs=None, **_):
        self.logs.append(dict(logs))

data = [{{"x": torch.randn(4), "labels": torch.zeros(3)}} for _ in range(2 * {steps})]
trainer = transformers.Trainer(
    Model(), transformers.TrainingArguments(
        "out", max_steps={steps}, per_device_train_batch_size=2, logging_steps=1, report_to="none",
        use_cpu=True, save_strategy="no", disable_tqdm=True),
    train_dataset=data, callbacks=[Seen()])
flopprof.huggingface.attach(trainer, peak_flops={peak})
trainer.train()
with open("seen.json", "w") as file:
    json.dump({{"history": trainer.state.log_history, "seen": Seen.logs}}, file)
"""


def first_of(*names):
    return next((name for name in names if importlib.util.find_spec(name)), None)


@unittest.skipUnless(glob.glob(os.path.join(BUILD, "lib/flopprof/observers/*.so")), "no LibTorch to count")
@unittest.skipUnless(first_of("torch"), "this Python has no torch")
class Trainers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def train(self, job, *launcher, **words):
        script = self.folder / "train.py"
        script.write_text(job.format(steps=STEPS, peak=PEAK, **words))
        clean = {k: v for k, v in os.environ.items() if not k.startswith("FLOPPROF_")}
        done = subprocess.run(
            [*launcher, sys.executable, str(script)], cwd=self.folder, text=True,
            env=dict(clean, PYTHONPATH=PYTHON_PATH, HF_HUB_OFFLINE="1", CUDA_VISIBLE_DEVICES=""),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def train_attached(self, job, **words):
        self.train(job, FLOPPROF, "run", "--every", "1", "--", **words)
        report = subprocess.run([FLOPPROF, "report", "run.db", "--format", "json"], check=True,
                                cwd=self.folder, stdout=subprocess.PIPE).stdout
        totals = json.loads(report)["totals"]
        self.assertEqual((totals["steps"], totals["model_flops"]), (STEPS, STEPS * FLOPS_OF_A_STEP))
        return totals

    def check_logged(self, beside_the_loss, last, totals):
        """Live and in whole steps, and at the end what the report says."""
        self.assertGreaterEqual(len(beside_the_loss), 5)
        flops = [float(row["flopprof/model_flops"]) for row in beside_the_loss]
        self.assertEqual(flops, sorted(flops))
        self.assertGreaterEqual(len(set(flops)), 2)
        self.assertLess(flops[0], STEPS * FLOPS_OF_A_STEP)
        for each in flops:
            self.assertEqual(each % FLOPS_OF_A_STEP, 0)
        self.assertEqual(float(last["flopprof/model_flops"]), STEPS * FLOPS_OF_A_STEP)
        mfu = STEPS * FLOPS_OF_A_STEP / (totals["step_seconds"] * PEAK)
        self.assertAlmostEqual(float(last["flopprof/mfu"]) / mfu, 1, places=3)

    def test_lightning_logs_them_beside_the_loss(self):
        lightning = first_of("lightning", "pytorch_lightning")
        if lightning is None:
            self.skipTest("no Lightning (PyPI)")
        module = "lightning.pytorch" if lightning == "lightning" else lightning
        totals = self.train_attached(LIGHTNING_JOB, lightning=module)
        with open(glob.glob(str(self.folder / "logs/**/metrics.csv"), recursive=True)[0]) as file:
            rows = list(csv.DictReader(file))
        live = [row for row in rows if row["loss"] and row["flopprof/model_flops"]]
        self.check_logged(live, rows[-1], totals)

    def test_hugging_face_logs_them_beside_the_loss_and_for_every_logger(self):
        if first_of("transformers") is None:
            self.skipTest("no transformers (PyPI)")
        totals = self.train_attached(HUGGING_FACE_JOB)
        logs = json.loads((self.folder / "seen.json").read_text())
        live = [row for row in logs["history"] if "loss" in row and "flopprof/model_flops" in row]
        self.check_logged(live, logs["history"][-1], totals)
        seen = [row for row in logs["seen"] if "loss" in row and "flopprof/model_flops" in row]
        self.assertEqual(len(seen), len(live))

    def test_train_as_ever_without_a_run_and_say_that_there_are_none(self):
        if first_of("transformers") is None:
            self.skipTest("no transformers (PyPI)")
        out = self.train(HUGGING_FACE_JOB)
        self.assertEqual(out.count("no FLOPs to log: this process is not part of a run"), 1)
        self.assertNotIn("flopprof/", (self.folder / "seen.json").read_text())


class LiveMetrics(unittest.TestCase):
    """What both callbacks ask."""

    def test_without_a_run_there_are_none_and_that_is_said_once(self):
        from flopprof._live import LiveMetrics as Live

        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            live = Live()
            self.assertEqual((live.metrics(), live.last_metrics(5)), ({}, {}))
        self.assertEqual(len(said), 1)
        self.assertIn("flopprof run -- ...", str(said[0].message))


if __name__ == "__main__":
    unittest.main()
