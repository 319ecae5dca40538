"""Steps and phases: one update is one step, whatever the optimiser and the micro-batches."""

import unittest

from observed_job import JobTest, is_modern

# One step is a forward pass of 2 x 4 x 15 FLOPs, and backward the weight's gradient: the same again.
OPTIMISERS = """
import sys, torch
from torch import nn
optimisers = [torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop,
              torch.optim.Adagrad, torch.optim.Adadelta, torch.optim.NAdam, torch.optim.ASGD]

class Mine(torch.optim.SGD):
    def step(self, closure=None):
        return super().step(closure)

class FromNothing(torch.optim.Optimizer):
    def __init__(self, parameters):
        super().__init__(parameters, {})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.sub_(parameter.grad, alpha=0.1)

for kind in [*optimisers, Mine]:
    net = nn.Linear(5, 3)
    optimizer = kind(net.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        net(torch.randn(4, 5)).sum().backward()
        optimizer.step()
net = nn.Linear(5, 3)
optimizer = FromNothing(net.parameters())
for _ in range(2):
    net(torch.randn(4, 5)).sum().backward()
    optimizer.step()
"""

LBFGS = """
import torch
from torch import nn
net, x = nn.Linear(5, 1), torch.randn(4, 5)
optimizer = torch.optim.LBFGS(net.parameters(), max_iter=3, tolerance_grad=0, tolerance_change=0)
closures = 0
def closure():
    global closures
    closures += 1
    optimizer.zero_grad()
    loss = (net(x) - 1).pow(2).mean()
    loss.backward()
    return loss
for _ in range(2):
    optimizer.step(closure)
print(closures)
"""

LOOP = """
import torch
from torch import nn
net = nn.Linear(5, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.randn(4, 5)

# Four micro-batches are one step.
for batch in range(8):
    net(x).sum().backward()
    if batch % 4 == 3:
        optimizer.step()
        optimizer.zero_grad()

def evaluate():
    with torch.no_grad():
        net(x)
    with torch.inference_mode():
        net(x)

# Evaluation stands apart, before, between and after the steps.
evaluate()
net(x).sum().backward()
evaluate()
optimizer.step()
evaluate()
# Work that no update follows belongs to no step.
net(x).sum().backward()
"""

GAN = """
import torch
from torch import nn
generator, critic = nn.Linear(2, 5), nn.Linear(5, 1)
generating = torch.optim.Adam(generator.parameters(), lr=0.1)
criticising = torch.optim.Adam(critic.parameters(), lr=0.1)
for _ in range(3):
    fake = generator(torch.randn(4, 2))
    (critic(torch.randn(4, 5)).mean() - critic(fake.detach()).mean()).backward()
    criticising.step()
    criticising.zero_grad()
    critic(fake).mean().backward()
    generating.step()
    generating.zero_grad()
"""

SCALER = """
import torch
from torch import nn
net = nn.Linear(5, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scaler = torch.amp.GradScaler("cpu", init_scale=2.0)
for step in range(4):
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = net(torch.randn(4, 5)).float().sum()
    if step == 1:
        loss = loss * float("inf")
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
print(scaler.get_scale())
"""

IN_BACKWARD = """
import torch
from torch import nn
net = nn.Sequential(nn.Linear(5, 3), nn.Linear(3, 2))
optimizers = {p: torch.optim.SGD([p], lr=0.1) for p in net.parameters()}
def update(parameter):
    optimizers[parameter].step()
    optimizers[parameter].zero_grad()
for parameter in net.parameters():
    parameter.register_post_accumulate_grad_hook(update)
for _ in range(3):
    net(torch.randn(4, 5)).sum().backward()
"""

FORWARD = 2 * 4 * 15
STEP = 2 * FORWARD


class Steps(JobTest):
    def test_are_updates_of_any_optimiser(self):
        run = self.run_job(OPTIMISERS)
        self.assertEqual(run.steps(), [STEP] * 20)
        self.assertEqual(run.phases(), {"forward": 20 * FORWARD, "backward": 20 * FORWARD})
        self.assertEqual(run.query("SELECT step_source FROM process"), [("optimizer",)])
        self.assertEqual(run.faults(), [])

    def test_of_lbfgs_hold_their_closures_forward_and_backward(self):
        run = self.run_job(LBFGS)
        closures = run.printed()
        phases = run.phases()
        self.assertEqual(len(run.steps()), 2)
        self.assertEqual((phases["forward"], phases["backward"]), (closures * 40, closures * 40))
        self.assertEqual(run.total()[1], sum(phases.values()))
        # The rest is the optimiser's own: products of directions, no part of the model's passes.
        self.assertEqual(set(phases) - {"forward", "backward", "optimizer"}, set())

    def test_take_micro_batches_together_and_leave_evaluation_out(self):
        run = self.run_job(LOOP)
        self.assertEqual(run.steps(), [4 * STEP, 4 * STEP, STEP])
        self.assertEqual(run.phases(), {"forward": 9 * FORWARD, "backward": 9 * FORWARD,
                                        "evaluation": 6 * FORWARD, "other": STEP})
        self.assertEqual(run.total(), (3, 9 * STEP, 0))

    def test_of_two_optimisers_are_the_updates_of_both(self):
        run = self.run_job(GAN)
        # Critic: the generator's pass, two of its own, two weight gradients. Generator: the critic's
        # pass and both its gradients, and the generator's weight gradient.
        self.assertEqual(run.steps(), 3 * [80 + 4 * 40, 3 * 40 + 80])
        self.assertEqual(run.total()[0], 6)

    @unittest.skipUnless(is_modern, "torch.amp.GradScaler of the CPU came later")
    def test_that_the_scaler_skips_are_no_steps_and_lose_nothing(self):
        run = self.run_job(SCALER)
        self.assertEqual(run.printed(), 1.0)
        self.assertEqual(run.steps(), [STEP, 2 * STEP, STEP])

    @unittest.skipUnless(is_modern, "hooks after accumulation came with 2.1")
    def test_of_optimisers_that_update_inside_the_backward_pass_are_one_each_pass(self):
        run = self.run_job(IN_BACKWARD)
        self.assertEqual(run.total()[0], 3)
        forward = 2 * 4 * (15 + 6)
        every_pass = forward + forward + 2 * 4 * 6
        self.assertEqual(sum(run.phases().values()), 3 * every_pass)


if __name__ == "__main__":
    unittest.main()
