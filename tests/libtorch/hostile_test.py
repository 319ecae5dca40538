"""Names, nesting and endings that nobody expects change no number and harm no job."""

import unittest

from observed_job import CASES, JobTest

NAMES = CASES + """
import json
names = ['quo"ted', "it's; DROP TABLE step; --", "new\\nline", "x" * 10000, "\\u00fcn\\u00efcode \\U0001f4a5", "%s%n{}", ""]

def forward(ctx, x):
    return x.clone()

def backward(ctx, gradient):
    return gradient.clone()

for name in names:
    kind = type(name, (torch.autograd.Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)})
    with case("layer of " + name):
        x = torch.ones(4, 5, requires_grad=True)
        y = kind.apply(x)
        torch.mm(y, torch.ones(5, 6)).backward(torch.ones(4, 6))
print(json.dumps(names))
"""

DEEP = CASES + """
library = torch.library.Library("mine", "DEF")
library.define("deep(Tensor x, int depth) -> Tensor")
library.impl("deep", lambda x, depth: torch.mm(x, x) if depth == 0 else torch.ops.mine.deep(x, depth - 1), "CPU")
import sys, threading
sys.setrecursionlimit(10 ** 5)
threading.stack_size(512 * 2 ** 20)
x = torch.ones(4, 4)
def work():
    with case("deep"):
        torch.ops.mine.deep(x, 300)
    with case("too deep"):
        torch.ops.mine.deep(x, 600)
    with case("after"):
        torch.mm(x, x)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""

FAILING = CASES + """
net = nn.Sequential(nn.Linear(5, 3), nn.Linear(3, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
with case("sizes that do not fit"):
    for work in (lambda: torch.mm(torch.ones(4, 5), torch.ones(4, 5)),
                 lambda: torch.nn.functional.conv2d(torch.ones(1, 3, 2, 2), torch.ones(4, 3, 3, 3))):
        try:
            work()
        except RuntimeError:
            pass
with case("a forward pass that is tried again"):
    handle = net[1].register_forward_pre_hook(lambda module, inputs: 1 / 0)
    try:
        net(torch.ones(4, 5))
    except ZeroDivisionError:
        handle.remove()
    net(torch.ones(4, 5)).backward(torch.ones(4, 2))
    optimizer.step()

class Fails(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        raise ZeroDivisionError("on purpose")

with case("a backward pass that is tried again"):
    x, w = torch.ones(4, 5, requires_grad=True), torch.ones(5, 6, requires_grad=True)
    try:
        (Fails.apply(x) @ w).backward(torch.ones(4, 6))
    except ZeroDivisionError:
        pass
    (x @ w).backward(torch.ones(4, 6))
"""

SCOPES = CASES + """
from torch.autograd.profiler import record_function
net = nn.Linear(5, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
# Scopes that end out of order, and the job's own profiler at the same time.
outer, inner = record_function("outer"), record_function("inner")
outer.__enter__(); inner.__enter__()
net(torch.ones(4, 5)).backward(torch.ones(4, 3))
outer.__exit__(None, None, None); inner.__exit__(None, None, None)
optimizer.step()
with torch.profiler.profile() as profile:
    net(torch.ones(4, 5)).backward(torch.ones(4, 3))
    optimizer.step()
assert any(event.key == "aten::addmm" for event in profile.key_averages())
"""


class Hostile(JobTest):
    def test_names_are_kept_as_they_are(self):
        run = self.run_job(NAMES)
        cases = run.cases()
        for name in run.printed():
            self.assertEqual(cases["layer of " + name], [240, 240, 0], repr(name[:20]))
        self.assertEqual((len(run.steps()), run.faults()), (7, []))

    def test_nesting_beyond_all_bounds_is_a_fault_and_no_crash(self):
        run = self.run_job(DEEP)
        cases = run.cases()
        self.assertEqual((cases["deep"][0], cases["after"][0]), (128, 128))
        self.assertEqual(set(run.faults()), {"operators nested too deeply"})

    def test_what_fails_has_not_been_computed(self):
        run = self.run_job(FAILING)
        cases = run.cases()
        self.assertEqual(cases["sizes that do not fit"], [0, 0, 0])
        # The first layer twice; backward the second layer's two gradients and the first one's.
        self.assertEqual(cases["a forward pass that is tried again"][:2], [120 + 168, 2 * 48 + 120])
        self.assertEqual(cases["a backward pass that is tried again"][:2], [480, 4 * 240])
        self.assertEqual(run.faults(), [])

    def test_scopes_out_of_order_and_another_profiler_disturb_nothing(self):
        run = self.run_job(SCOPES)
        self.assertEqual((run.steps(), run.faults()), ([240, 240], []))


if __name__ == "__main__":
    unittest.main()
