"""`--layers`: FLOPs by module, forward and backward."""

import unittest

from observed_job import EVERY_STEP, JobTest

JOB = """
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(4, 4, 1, bias=False)

    def forward(self, x):
        return x + self.conv2(self.conv1(x).relu())

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 1, bias=False)
        self.layer1 = nn.Sequential(Block(), Block())
        self.head = nn.Linear(4, 2)
        self.scale = nn.Parameter(torch.randn(2, 2))

    def forward(self, x):
        return self.head(self.layer1(self.stem(x)).mean((2, 3))) @ self.scale

net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    net(torch.randn(2, 3, 5, 5)).sum().backward()
    optimizer.step()
with torch.no_grad():
    net(torch.randn(2, 3, 5, 5))
"""

PIXELS = 2 * 25
STEM, CONV1, CONV2 = 2 * PIXELS * 12, 2 * PIXELS * 16 * 9, 2 * PIXELS * 16
HEAD, OWN = 2 * 2 * 8, 2 * 2 * 4


class Layers(JobTest):
    @classmethod
    def setUpClass(cls):
        cls.job = cls.run_class_job(JOB, options=(*EVERY_STEP, "--layers"))

    def test_have_forward_backward_and_evaluation_work(self):
        flops = {layer: sums for layer, sums in self.job.cases().items() if any(sums)}
        expected = {"stem": (STEM, STEM), "head": (HEAD, 2 * HEAD), "Net": (OWN, 2 * OWN)}
        for block in "layer1.0", "layer1.1":
            expected[block + ".conv1"] = (CONV1, 2 * CONV1)
            expected[block + ".conv2"] = (CONV2, 2 * CONV2)
        self.assertEqual(flops, {layer: [3 * forward, 3 * backward, forward]
                                 for layer, (forward, backward) in expected.items()})

    def test_add_up_to_the_run(self):
        sums = self.job.query("SELECT sum(model_flops), sum(evaluation_flops) FROM layer_total")[0]
        phases = self.job.phases()
        self.assertEqual(sums, (self.job.total()[1], phases["evaluation"]))
        self.assertEqual(self.job.total()[1], phases["forward"] + phases["backward"])
        # (stem, two blocks, head, own product) forward once and backward twice, but for the stem once.
        self.assertEqual(self.job.steps(), [3 * (STEM + 2 * (CONV1 + CONV2) + HEAD + OWN) - STEM] * 3)


if __name__ == "__main__":
    unittest.main()
