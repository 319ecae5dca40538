"""Jobs of many processes and threads, and jobs that end badly."""

import os
import signal
import sqlite3
import subprocess
import time
import unittest

from observed_job import EVERY_STEP, FLOPPROF, PYTHON, JobTest, Run, is_modern

NET = """
import os, sys, torch
from torch import nn

def train(steps, net=None):
    net = net or nn.Linear(5, 3)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        net(torch.randn(4, 5)).sum().backward()
        optimizer.step()
"""
FORWARD = 120
STEP = 240

# What torchrun does; Debian's cannot start with its own Python.
LAUNCHER = """
import os, subprocess, sys
script, port = sys.argv[1:]
ranks = [subprocess.Popen([sys.executable, script], env=dict(
    os.environ, RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=port))
    for rank in range(2)]
sys.exit(max(rank.wait() for rank in ranks))
"""

RANKS = NET + """
import gc
import torch.distributed as dist
dist.init_process_group("gloo")
net = nn.parallel.DistributedDataParallel(nn.Linear(5, 3))
train(6, net)
# Else the group lives into the interpreter's end, where torch's gloo threads may abort (pytorch #190489); the
# network is in a cycle of references.
del net
gc.collect()
dist.destroy_process_group()
"""

LOADER = """
import sys, torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

class Images(Dataset):
    def __len__(self):
        return 16

    def __getitem__(self, i):
        return torch.mm(torch.ones(2, 3), torch.ones(3, 5))[0]

if __name__ == "__main__":
    net = nn.Linear(5, 3)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for batch in DataLoader(Images(), batch_size=4, num_workers=2, multiprocessing_context=sys.argv[1]):
        optimizer.zero_grad()
        net(batch).sum().backward()
        optimizer.step()
"""
WORKER = 60

FORK = NET + """
train(2)
torch.set_num_threads(1)
child = os.fork()
if child == 0:
    # What the parent's threads hold is not waited for: a plain product, no backward pass.
    with torch.no_grad():
        torch.mm(torch.ones(4, 5), torch.ones(5, 6))
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
train(3)
"""

THREADS = NET + """
import threading
torch.set_num_threads(1)
threads = [threading.Thread(target=train, args=(20,)) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""

COMPILED = """
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 32))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
compiled = torch.compile(net)
x = torch.randn(16, 64)
for _ in range(3):
    optimizer.zero_grad()
    compiled(x).sum().backward()
    optimizer.step()
"""


class Processes(JobTest):
    def run_two_ranks(self, text):
        folder = self.folder_for(self.addCleanup)
        script = self.write_script(folder, text)
        port = str(20000 + os.getpid() % 20000)
        torchrun = [PYTHON, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--master_port", port, script]
        by_hand = [PYTHON, self.write_script(folder, LAUNCHER, "launch.py"), script, port]
        return self.run_in(folder, torchrun if is_modern else by_hand)

    def test_of_two_ranks_make_one_step_together(self):
        run = self.run_two_ranks(RANKS)
        self.assertEqual(run.total()[:2], (6, 2 * 6 * STEP))
        self.assertEqual(run.steps(), [2 * STEP] * 6)
        self.assertEqual(run.query("SELECT rank, local_rank, world_size, steps, model_flops FROM process_total"
                                   " WHERE steps > 0 ORDER BY rank"),
                         [(0, 0, 2, 6, 6 * STEP), (1, 1, 2, 6, 6 * STEP)])
        self.assertEqual(run.query("SELECT DISTINCT ranks FROM step_total"), [(2,)])
        self.assertEqual(run.faults(), [])

    def loaded_by(self, start):
        run = self.run_job(LOADER, arguments=[start])
        self.assertEqual(run.total()[:2], (4, 4 * STEP))
        # Sixteen products of the workers belong to no step of theirs.
        phases = run.phases()
        self.assertEqual((phases["forward"], phases["backward"]), (4 * FORWARD, 4 * FORWARD))
        self.assertEqual(phases.get("other", 0) + phases.get("evaluation", 0), 16 * WORKER)
        self.assertEqual(run.query("SELECT count(*) FROM process"), [(3,)])
        self.assertEqual(run.faults(), [])

    def test_of_forked_loaders_leave_their_records(self):
        self.loaded_by("fork")

    def test_of_spawned_loaders_leave_their_records(self):
        self.loaded_by("spawn")

    def test_forked_in_mid_training_count_their_own_work_only(self):
        run = self.run_job(FORK)
        self.assertEqual(run.total()[:2], (5, 5 * STEP))
        parts = run.query("SELECT pid = (SELECT min(pid) FROM process), sum(e9 * 1000000000 + rest)"
                          " FROM work_total JOIN process ON process.id = process GROUP BY 1 ORDER BY 1")
        self.assertEqual(parts, [(0, 240), (1, 5 * STEP)])

    def test_that_end_by_os_exit_are_whole(self):
        run = self.run_job(NET + "train(7)\nos._exit(3)\n", status=3)
        self.assertEqual(run.total()[:2], (7, 7 * STEP))
        self.assertEqual(run.query("SELECT count(*) FROM process WHERE ended_at_ns IS NULL"), [(0,)])

    def test_that_are_killed_miss_at_most_their_last_second(self):
        folder = self.folder_for(self.addCleanup)
        script = self.write_script(folder, NET + """
import time
for i in range(10 ** 6):
    train(1)
    print(i + 1, time.time(), flush=True)
    time.sleep(0.01)
""")
        path = os.path.join(folder, "run.db")
        job = subprocess.Popen([FLOPPROF, "run", "-o", path, *EVERY_STEP, "--", PYTHON, script],
                               env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(job.stdout.close)
        self.addCleanup(job.stderr.close)
        seen, began_at = [], None
        for line in job.stdout:
            seen.append([float(part) for part in line.split()])
            began_at = began_at or seen[0][1]
            if seen[-1][1] - began_at > 3.5:
                break
        (pid,), = Run(path, None).query("SELECT pid FROM process")
        killed_at = time.time()
        os.kill(pid, signal.SIGKILL)
        seen += [[float(part) for part in line.split()] for line in job.stdout if len(line.split()) == 2]
        self.assertEqual(job.wait(), 137)
        run = Run(path, None)
        steps, flops, _ = run.total()
        self.assertEqual(flops, steps * STEP)
        # The drain thread may be late on a busy machine, but never by a whole period more.
        surely_written = [int(number) for number, at in seen if at < killed_at - 2]
        self.assertGreaterEqual(steps, surely_written[-1])
        self.assertEqual(run.query("SELECT ended, exit_status FROM run"), [("signalled", 137)])
        self.assertEqual(run.query("SELECT count(*) FROM process WHERE ended_at_ns IS NULL"), [(1,)])


class Threads(JobTest):
    def test_that_train_at_once_lose_nothing(self):
        run = self.run_job(THREADS)
        self.assertEqual(run.total()[:2], (80, 80 * STEP))
        self.assertEqual(sum(run.phases().values()), 80 * STEP)


@unittest.skipUnless(is_modern, "torch.compile came with 2.0")
class Compiled(JobTest):
    def test_networks_have_the_flops_of_plain_ones(self):
        folder = self.folder_for(self.addCleanup)
        script = self.write_script(folder, COMPILED)
        run = self.run_in(folder, [PYTHON, script], env={"TORCHINDUCTOR_CACHE_DIR": folder + "/cache"})
        forward, first = 2 * 16 * (64 * 96 + 96 * 32), 2 * 16 * 64 * 96
        self.assertEqual(run.phases(), {"forward": 3 * forward, "backward": 3 * (2 * forward - first)})
        self.assertEqual(run.steps(), [3 * forward - first] * 3)


if __name__ == "__main__":
    unittest.main()
