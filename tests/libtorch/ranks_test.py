"""Jobs of four ranks on one machine: one file for all of them, or a file each that become one."""

import json
import os
import signal
import subprocess
import unittest

from observed_job import EVERY_STEP, FLOPPROF, PYTHON, JobTest, Run, is_modern

RESNET18 = """
import os
os.environ["OMP_NUM_THREADS"] = "1"
import torch, torch.distributed as dist
from torch import nn
torch.set_num_threads(1)

class Block(nn.Module):
    def __init__(self, width_in, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(width_in, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.down = nn.Sequential()
        if stride != 1:
            self.down = nn.Sequential(nn.Conv2d(width_in, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        out = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(out + self.down(x))

def resnet18():
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    for width_in, width, stride in ((64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)):
        layers += [Block(width_in, width, stride), Block(width, width, 1)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))

import gc
dist.init_process_group("gloo")
net = nn.parallel.DistributedDataParallel(resnet18())
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
for _ in range(3):
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(torch.randn(2, 3, 32, 32)), torch.tensor([1, 2])).backward()
    optimizer.step()
# Else the group lives into the interpreter's end, where torch's gloo threads may abort (pytorch #190489); the
# network is in a cycle of references.
del net
gc.collect()
dist.destroy_process_group()
"""
# Multiply-adds of one 32 x 32 image: the first convolution, the four stages, the classifier.
FIRST_MACS = 3 * 64 * 49 * 16 * 16
MACS = FIRST_MACS + 9_437_184 + 3 * 8_388_608 + 5_120
# Two images; forward, and both gradients but that of the first convolution's input.
RANK_STEP = 434_565_120
assert RANK_STEP == 2 * 2 * (3 * MACS - FIRST_MACS)

# What torchrun does; Debian's cannot start with its own Python.
LAUNCHER = """
import os, subprocess, sys
script, port = sys.argv[1:]
ranks = [subprocess.Popen([sys.executable, script], env=dict(
    os.environ, RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="4", MASTER_ADDR="127.0.0.1", MASTER_PORT=port))
    for rank in range(4)]
sys.exit(max(rank.wait() for rank in ranks))
"""

# Each rank on its own. One of them dies after half of the steps, when these are surely written.
DYING = """
import os, signal, time, torch
from torch import nn
torch.set_num_threads(1)
net = nn.Linear(5, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for step in range(6):
    if step == 3 and os.environ["RANK"] == "2":
        time.sleep(4)
        os.kill(os.getpid(), signal.SIGKILL)
    optimizer.zero_grad()
    net(torch.randn(4, 5)).sum().backward()
    optimizer.step()
"""
DYING_STEP = 240


def port():
    return str(20000 + os.getpid() % 20000)


class Ranks(JobTest):
    def run_data_parallel(self):
        folder = self.folder_for(self.addCleanup)
        script = self.write_script(folder, RESNET18)
        torchrun = [PYTHON, "-m", "torch.distributed.run", "--nproc_per_node", "4", "--master_port", port(), script]
        by_hand = [PYTHON, self.write_script(folder, LAUNCHER, "launch.py"), script, port()]
        return self.run_in(folder, torchrun if is_modern else by_hand, timeout=500)

    def report_by_rank(self, run, *options):
        report = subprocess.run([FLOPPROF, "report", run.path, "--by", "rank", *options], stdout=subprocess.PIPE,
                                check=True)
        return report.stdout.decode()

    def test_of_data_parallel_training_have_the_flops_of_one_times_four(self):
        run = self.run_data_parallel()
        self.assertEqual(run.total()[:2], (3, 4 * 3 * RANK_STEP))
        self.assertEqual(run.query("SELECT rank, steps, model_flops FROM rank_total WHERE rank NOT NULL ORDER BY rank"),
                         [(rank, 3, 3 * RANK_STEP) for rank in range(4)])
        self.assertEqual(run.faults(), [])
        report = json.loads(self.report_by_rank(run, "--format", "json"))
        self.assertEqual(report["run"]["ranks"], 4)
        self.assertEqual([(world["size"], world["missing_ranks"]) for world in report["run"]["worlds"]], [(4, [])])
        rows = [row for row in report["by_rank"] if row["rank"] is not None]
        self.assertEqual([row["model_flops"] for row in rows], [3 * RANK_STEP] * 4)
        self.assertTrue(all(0 < row["median_step_seconds"] <= row["max_step_seconds"] for row in rows))
        self.assertEqual({row["ended"] for row in rows}, {"exited"})
        # The fastest rank of each step is behind none: together they cannot all be behind.
        self.assertLess(min(row["behind_fastest_share"] for row in rows), 1)
        for form in "text", "markdown", "csv":
            self.assertIn("rank", self.report_by_rank(run, "--format", form))

    def test_with_a_launcher_each_lose_nothing_when_one_is_killed(self):
        folder = self.folder_for(self.addCleanup)
        script = self.write_script(folder, DYING)
        launchers = [subprocess.Popen(
            [FLOPPROF, "run", "-o", "run.db", *EVERY_STEP, "--", PYTHON, script], cwd=folder, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=self.environment(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="4",
                                                         MASTER_ADDR="127.0.0.1", MASTER_PORT=port()))
            for rank in range(4)]
        for launcher in launchers:
            out, err = launcher.communicate(timeout=400)
            self.assertEqual((out, err), (b"", b""))
        self.assertEqual([launcher.returncode for launcher in launchers], [0, 0, 128 + signal.SIGKILL, 0])
        files = sorted(name for name in os.listdir(folder) if name.endswith(".db"))
        self.assertEqual(files, ["run.db"] + ["run.rank%d.db" % rank for rank in range(4)])
        run = Run(os.path.join(folder, "run.db"), None)
        self.assertEqual(run.query("SELECT rank, steps, model_flops FROM rank_total ORDER BY rank"),
                         [(0, 6, 6 * DYING_STEP), (1, 6, 6 * DYING_STEP), (2, 3, 3 * DYING_STEP),
                          (3, 6, 6 * DYING_STEP)])
        self.assertEqual(run.total()[:2], (6, (3 * 6 + 3) * DYING_STEP))
        self.assertEqual(run.query("SELECT ended, exit_status FROM run"), [("signalled", 137)])
        report = self.report_by_rank(run)
        self.assertIn("fault: process killed (1 x", report)
        self.assertIn("3 of 4 ranks made 6 steps; rank 2: 3 (killed before its end)", report)


if __name__ == "__main__":
    unittest.main()
