"""Backward passes of every kind: checkpointing, gradients of gradients, functions written by hand."""

import unittest

from observed_job import CASES, JobTest, is_modern

CHECKPOINT = """
import sys, torch
from torch import nn
from torch.utils.checkpoint import checkpoint
block = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8))
head = nn.Linear(8, 4)
parameters = [*block.parameters(), *head.parameters()]
optimizer = torch.optim.SGD(parameters, lr=0.1)
for _ in range(3):
    x = torch.randn(5, 8, requires_grad=True)
    if sys.argv[1] == "none":
        y = block(x)
    else:
        y = checkpoint(block, x, use_reentrant=sys.argv[1] == "reentrant")
    optimizer.zero_grad()
    head(y).sum().backward()
    optimizer.step()
"""
BLOCK = 2 * 5 * (8 * 16 + 16 * 8)
HEAD = 2 * 5 * 8 * 4

NESTED = """
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint
a, b = nn.Linear(8, 8, bias=False), nn.Linear(8, 8, bias=False)
x = torch.randn(4, 8, requires_grad=True)
inner = lambda x: checkpoint(b, x, use_reentrant=False)
y = checkpoint(lambda x: inner(a(x).relu()), x, use_reentrant=False)
y.sum().backward()
torch.optim.SGD(a.parameters(), lr=0.1).step()
"""

OTHERS = CASES + """
import warnings
warnings.filterwarnings("ignore")

class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x @ w

    @staticmethod
    def backward(ctx, gradient):
        x, w = ctx.saved_tensors
        return gradient @ w.t(), x.t() @ gradient

def rand(*sizes):
    return torch.randn(*sizes, requires_grad=True)

with case("written by hand"):
    Twice.apply(rand(4, 5), rand(5, 6)).sum().backward()

class Opaque(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.from_numpy(x.detach().numpy() * 2)

    @staticmethod
    def backward(ctx, gradient):
        return torch.from_numpy(gradient.numpy() * 2)

with case("without operators"):
    Opaque.apply(rand(4)).sum().backward()

with case("gradient"):
    x, w = rand(4, 5), rand(5, 6)
    torch.autograd.grad((x @ w).sum(), [x])

# y = x w; dy/dx = g w^T; its sum's gradient with respect to w is one more product.
with case("gradient of a gradient"):
    x, w = rand(4, 5), rand(5, 6)
    gradient, = torch.autograd.grad((x @ w).pow(2).sum(), [x], create_graph=True)
    gradient.pow(2).sum().backward()

if MODERN:
    with case("vmap"):
        torch.vmap(torch.mm)(torch.randn(3, 4, 5), torch.randn(3, 5, 6))
    with case("vmap over one side"):
        torch.vmap(torch.mv, in_dims=(None, 0))(torch.randn(4, 5), torch.randn(3, 5))
    with case("functional gradient"):
        torch.func.grad(lambda x, w: (x @ w).sum(), argnums=(0, 1))(torch.randn(4, 5), torch.randn(5, 6))
    with case("functional gradient of a gradient"):
        # x^T x: forward, its gradient's two products; each of the three gives two more.
        torch.func.grad(lambda x: torch.func.grad(lambda x: torch.mm(x, x).pow(2).sum())(x).sum())(torch.randn(4, 4))
    with case("functional gradient of vmap"):
        torch.func.grad(lambda w: torch.vmap(lambda x: w @ x)(torch.randn(3, 5, 2)).sum())(torch.randn(6, 5))
    with case("gradients per sample"):
        torch.vmap(torch.func.grad(lambda w, x: (w @ x).sum()), in_dims=(None, 0))(
            torch.randn(6, 5), torch.randn(3, 5, 2))
    with case("tensor subclass"):
        class Wrapped(torch.Tensor):
            @staticmethod
            def __new__(cls, inner):
                return torch.Tensor._make_wrapper_subclass(cls, inner.shape, dtype=inner.dtype)

            def __init__(self, inner):
                self.inner = inner

            @classmethod
            def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
                plain = [one.inner if isinstance(one, Wrapped) else one for one in args]
                return func(*plain, **(kwargs or {}))

        torch.mm(Wrapped(torch.randn(4, 5)), Wrapped(torch.randn(5, 6)))
    with case("tensor subclass on the right"):
        torch.mm(torch.randn(4, 5), Wrapped(torch.randn(5, 6)))
    with case("meta"):
        torch.mm(torch.empty(4, 5, device="meta"), torch.empty(5, 6, device="meta"))
    with case("fake"):
        from torch._subclasses.fake_tensor import FakeTensorMode
        with FakeTensorMode():
            torch.mm(torch.randn(4, 5), torch.randn(5, 6))
"""


class Checkpointing(JobTest):
    def checkpointed(self, kind):
        run = self.run_job(CHECKPOINT, arguments=[kind])
        self.assertEqual(run.phases(), {"forward": 3 * (BLOCK + HEAD), "backward": 3 * 2 * (BLOCK + HEAD)})
        self.assertEqual(run.steps(), [3 * (BLOCK + HEAD)] * 3)
        self.assertEqual(run.faults(), [])
        return run.total()[2]

    def test_none_computes_nothing_again(self):
        self.assertEqual(self.checkpointed("none"), 0)

    def test_reentrant_stands_apart_and_changes_no_model_flops(self):
        self.assertEqual(self.checkpointed("reentrant"), 3 * BLOCK)

    def test_not_reentrant_stands_apart_and_changes_no_model_flops(self):
        # From 2.1 on it stops as soon as it has all that was saved: the last product is not computed.
        again = 2 * 5 * 8 * 16 if is_modern else BLOCK
        self.assertEqual(self.checkpointed("not"), 3 * again)


class Gradients(JobTest):
    @classmethod
    def setUpClass(cls):
        cls.job = cls.run_class_job(OTHERS)

    def check(self, **expected):
        cases = self.job.cases()
        self.assertEqual({name: sum(cases.get(name, [])) for name in expected}, expected)

    def test_of_functions_written_by_hand_count_what_they_call(self):
        self.assertEqual(self.job.cases()["written by hand"][:2], [240, 480])
        self.assertEqual(self.job.uncounted("written by hand"), {"aten::sum": 1})

    def test_of_functions_without_operators_are_listed(self):
        self.assertEqual(self.job.uncounted("without operators").get("OpaqueBackward"), 1)

    def test_by_autograd_grad_are_backward_work(self):
        self.assertEqual(self.job.cases()["gradient"][:2], [240, 240])

    def test_of_gradients_are_backward_work(self):
        # forward 1; first gradient 1 (only x's); then of that product both sides, and through y of
        # x w again: w's and, for x is a leaf that wants one too, x's.
        self.assertEqual(self.job.cases()["gradient of a gradient"][:2], [240, 5 * 240])

    @unittest.skipUnless(is_modern, "functorch is a package of its own before 2.0")
    def test_of_functorch_are_counted_once_where_the_work_is(self):
        self.check(**{"vmap": 720, "vmap over one side": 3 * 40, "functional gradient": 720,
                      "gradients per sample": 3 * 2 * 120,
                      "functional gradient of vmap": 3 * 2 * 120,
                      # The outer gradient's graph is made out of sight: its six products have no layer.
                      "functional gradient of a gradient": 3 * 128, "": 6 * 128})

    @unittest.skipUnless(is_modern, "needs torch.library of 2.x")
    def test_wrapped_tensors_count_once_and_those_without_data_never(self):
        self.check(**{"tensor subclass": 240, "tensor subclass on the right": 240, "meta": 0, "fake": 0})


if __name__ == "__main__":
    unittest.main()
