"""Sampled runs: what was not observed is extrapolated, exactly where that can be known, and says so."""

import unittest

from observed_job import EVERY_STEP, JobTest

NET = """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
torch.set_num_threads(1)
net = nn.Linear(5, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

def update(x):
    optimizer.zero_grad()
    net(x).sum().backward()
    optimizer.step()

def evaluate(batches, images=4):
    with torch.no_grad():
        for _ in range(batches):
            net(torch.randn(images, 5))
"""
CONSTANT = NET + """
for _ in range(100):
    update(torch.randn(4, 5))
"""
IDLE_BEFORE_ITS_END = CONSTANT + """
import time
time.sleep(1.3)
"""
MANY = NET + """
for _ in range(3000):
    update(torch.randn(4, 5))
"""
# 26 images in batches of 4: six whole ones and a last one of 2.
LOADED = NET + """
loader = DataLoader(TensorDataset(torch.randn(26, 5)), batch_size=4)
for epoch in range(%d):
    for x, in loader:
        update(x)
"""
LOADED_AND_EVALUATED = NET + """
training = DataLoader(TensorDataset(torch.randn(26, 5)), batch_size=4)
held_out = DataLoader(TensorDataset(torch.randn(10, 5)), batch_size=4)
for epoch in range(%d):
    for x, in training:
        update(x)
    with torch.no_grad():
        for x, in held_out:
            net(x)
"""
ACCUMULATED = NET + """
loader = DataLoader(TensorDataset(torch.randn(26, 5)), batch_size=4)
for epoch in range(60):
    for i, (x,) in enumerate(loader):
        net(x).sum().backward()
        if i %% 2 == 1 or i == len(loader) - 1:
            optimizer.step()
            optimizer.zero_grad()
""".replace("%%", "%")
PREFETCHED = NET + """
loader = DataLoader(TensorDataset(torch.randn(26, 5)), batch_size=4)
for epoch in range(60):
    batches = iter(loader)
    x = next(batches, None)
    while x is not None:
        following = next(batches, None)
        update(x[0])
        x = following
"""
FOREVER = NET + """
loader = DataLoader(TensorDataset(torch.randn(26, 5)), batch_size=4)
batches = iter(loader)
for _ in range(60 * 7):
    try:
        x, = next(batches)
    except StopIteration:
        batches = iter(loader)
        x, = next(batches)
    update(x)
"""
SLICED = NET + """
images = torch.randn(26, 5)
for epoch in range(60):
    for at in range(0, 26, 4):
        update(images[at:at + 4])
"""
SHAPES = NET + """
import random
random.seed(1)
for _ in range(200):
    update(torch.randn(random.choice([2, 4, 6]), 5))
"""
STEP = 240
LAST = 120
EPOCH = 6 * STEP + LAST


class Sampled(JobTest):
    def exact_or_none(self, run, steps, epochs):
        """The exact total where every step has a number; else the steps that have none are told."""
        wrong = [(number, flops) for number, flops in enumerate(run.steps())
                 if flops not in (None, LAST if number % 7 == 6 else STEP)]
        self.assertEqual(wrong, [])
        without, = run.query("SELECT steps_without_flops FROM run_total")[0]
        self.assertEqual(without, run.steps().count(None))
        self.assertEqual(len(run.steps()), steps)
        missing = sum(LAST if number % 7 == 6 else STEP
                      for number, flops in enumerate(run.steps()) if flops is None)
        self.assertEqual(run.total()[1], epochs * EPOCH - missing)
        return without

    def test_a_job_that_idles_unobserved_before_its_end_ends_as_ever(self):
        # Long enough for the interval to be looked into, while torch takes itself apart.
        for _ in range(3):
            run = self.run_job(IDLE_BEFORE_ITS_END, options=("--every", "1000000"))
            self.assertEqual(run.err, "")

    def test_every_seventh_step_tells_the_others(self):
        run = self.run_job(CONSTANT, options=("--every", "7"))
        self.assertEqual(run.total()[:2], (100, 100 * STEP))
        self.assertEqual(run.steps(), [STEP] * 100)
        observed = [number for number, source in enumerate(run.sources()) if source == "modelled"]
        self.assertEqual([number // 7 for number in observed][:14], list(range(14)))
        self.assertEqual(set(run.sources()), {"modelled", "extrapolated"})
        self.assertEqual(run.phases(), {"forward": 12000, "backward": 12000})
        self.assertEqual(run.query("SELECT observed_steps, steps_without_flops FROM run_total"), [(len(observed), 0)])
        self.assertIn(len(observed), (14, 15))  # the last block has two steps

    def test_within_the_budget_are_exact_on_a_constant_job(self):
        run = self.run_job(MANY, options=("--overhead-budget", "0.01%"))
        self.assertEqual(run.total()[:2], (3000, 3000 * STEP))
        self.assertEqual(set(run.steps()), {STEP})
        observed, = run.query("SELECT observed_steps FROM run_total")[0]
        self.assertLess(observed, 3000)

    def test_a_long_evaluation_after_training_is_seen_although_steps_are_sampled(self):
        run = self.run_job(CONSTANT + """
import time
end = time.time() + 4
while time.time() < end:
    evaluate(100)
""", options=("--every", "20"))
        self.assertEqual(run.total()[:2], (100, 100 * STEP))
        self.assertGreater(run.phases().get("evaluation", 0), 0)

    def test_a_smaller_last_batch_of_an_epoch_is_not_taken_for_a_whole_one(self):
        for options in (), ("--every", "7"), ("--every", "5"):
            with self.subTest(options):
                run = self.run_job(LOADED % 60, options=options)
                without = self.exact_or_none(run, 420, 60)
                print("\n%s: %d of 420 steps without FLOPs" % (options, without))
                if options != ("--every", "7"):
                    self.assertEqual(without, 0)

    def test_epochs_that_end_with_an_evaluation_are_told_apart_as_well(self):
        run = self.run_job(LOADED_AND_EVALUATED % 60, options=())
        self.assertEqual(self.exact_or_none(run, 420, 60), 0)

    def test_batches_that_are_fetched_ahead_are_told_apart_as_well(self):
        run = self.run_job(PREFETCHED, options=())
        # Nothing is requested after the last batch: that it was a smaller one cannot be known.
        self.assertLessEqual(self.exact_or_none(run, 420, 60), 1)

    def test_a_loader_that_starts_again_is_told_apart_as_well(self):
        run = self.run_job(FOREVER, options=())
        self.assertLessEqual(self.exact_or_none(run, 420, 60), 1)

    def test_accumulated_batches_are_told_apart_as_well(self):
        run = self.run_job(ACCUMULATED, options=())
        expected = [2 * STEP, 2 * STEP, 2 * STEP, LAST] * 60
        self.assertEqual([(a, b) for a, b in zip(run.steps(), expected) if a not in (None, b)], [])
        self.assertEqual(len(run.steps()), 240)

    def test_data_dependent_steps_have_an_interval_that_holds_them(self):
        run = self.run_job(SHAPES, options=("--every", "3"))
        rows = run.query("SELECT source, model_flops_min, model_flops_max FROM process_step ORDER BY step")
        import random
        random.seed(1)
        truth = [60 * random.choice([2, 4, 6]) for _ in range(200)]
        for (source, least, most), flops in zip(rows, truth):
            self.assertTrue(least <= flops <= most, (source, least, most, flops))
        self.assertEqual(run.query("SELECT max(signatures) FROM class_total"), [(3,)])


if __name__ == "__main__":
    unittest.main()
