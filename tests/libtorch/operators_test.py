"""Single operators: FLOPs by hand, and to the digit those of torch.utils.flop_counter where it counts."""

import unittest

from observed_job import CASES, EVERY_STEP, JobTest, is_modern

JOB = CASES + """
import json
from torch.nn import functional as F
try:
    from torch.utils.flop_counter import FlopCounterMode
except ImportError:
    FlopCounterMode = None
peer = {}

def rand(*sizes, grad=False, dtype=torch.float32):
    return torch.randn(*sizes, dtype=dtype, requires_grad=grad)

def run(name, work):
    # Not under the peer itself: it decomposes some operators before we could see them.
    with case(name):
        work()
    if FlopCounterMode is None:
        return
    with FlopCounterMode(display=False) as counter:
        work()
    peer[name] = counter.get_total_flops()

a, b, v = rand(4, 5), rand(5, 6), rand(5)
run("mm", lambda: torch.mm(a, b))
run("addmm", lambda: torch.addmm(rand(6), a, b))
run("mm into out", lambda: torch.mm(a, b, out=torch.empty(4, 6)))
run("addmm in place", lambda: rand(4, 6).addmm_(a, b))
run("bmm", lambda: torch.bmm(rand(3, 4, 5), rand(3, 5, 6)))
run("bmm into out", lambda: torch.bmm(rand(3, 4, 5), rand(3, 5, 6), out=torch.empty(3, 4, 6)))
run("baddbmm", lambda: torch.baddbmm(rand(3, 4, 6), rand(3, 4, 5), rand(3, 5, 6)))
run("addbmm", lambda: torch.addbmm(rand(4, 6), rand(3, 4, 5), rand(3, 5, 6)))
run("einsum", lambda: torch.einsum("bij,bjk->bik", rand(3, 4, 5), rand(3, 5, 6)))
run("matmul of 4-d", lambda: torch.matmul(rand(2, 3, 4, 5), rand(2, 3, 5, 6)))
run("linear of 3-d", lambda: F.linear(rand(2, 3, 5), rand(7, 5), rand(7)))
run("mv", lambda: torch.mv(a, v))
run("addmv", lambda: torch.addmv(rand(4), a, v))
run("mv into out", lambda: torch.mv(a, v, out=torch.empty(4)))
run("dot", lambda: torch.dot(v, v))
run("vdot", lambda: torch.vdot(v, v))
run("inner", lambda: torch.inner(rand(4, 5), rand(6, 5)))
run("chain of matrices", lambda: torch.linalg.multi_dot([a, b, rand(6, 2)]))
run("variety", lambda: (
    torch.mm(a, b), torch.addmm(rand(4, 6), a, b, beta=0.5, alpha=0.5), torch.matmul(rand(5, 6), rand(6, 7)),
    torch.einsum("ab,bc->ac", rand(6, 7), rand(7, 8)), nn.Linear(9, 10)(rand(8, 9))))

run("complex mm", lambda: torch.mm(rand(4, 5, dtype=torch.complex64), rand(5, 6, dtype=torch.complex64)))
run("double mm", lambda: torch.mm(rand(4, 5, dtype=torch.float64), rand(5, 6, dtype=torch.float64)))
run("bfloat16 mm", lambda: torch.mm(a.bfloat16(), b.bfloat16()))
with case("integer mm"):
    torch.mm(a.long(), b.long())
run("mm of nothing", lambda: torch.mm(rand(0, 5), b))
run("mm over nothing", lambda: torch.mm(rand(4, 0), rand(0, 6)))
run("bmm of nothing", lambda: torch.bmm(rand(0, 4, 5), rand(0, 5, 6)))
run("conv of no images", lambda: F.conv2d(rand(0, 3, 6, 6), rand(6, 3, 4, 4)))

run("conv1d", lambda: F.conv1d(rand(2, 3, 10), rand(4, 3, 3), stride=2, padding=1))
run("conv2d", lambda: F.conv2d(rand(2, 3, 6, 6), rand(6, 3, 4, 4), padding=1))
run("conv2d of one image without batch", lambda: F.conv2d(rand(3, 6, 6), rand(6, 3, 4, 4), padding=1))
run("conv2d strided and dilated", lambda: F.conv2d(rand(2, 3, 9, 9), rand(6, 3, 3, 3), stride=2, dilation=2))
run("conv2d same", lambda: F.conv2d(rand(2, 3, 6, 6), rand(6, 3, 4, 4), padding="same"))
run("conv2d unequal", lambda: F.conv2d(rand(1, 2, 7, 9), rand(3, 2, 3, 2), stride=(2, 1), padding=(1, 0)))
run("conv2d in groups", lambda: F.conv2d(rand(2, 4, 6, 6), rand(6, 2, 3, 3), groups=2))
run("conv2d depthwise", lambda: F.conv2d(rand(2, 4, 6, 6), rand(4, 1, 3, 3), groups=4, padding=1))
run("conv2d of doubles", lambda: F.conv2d(rand(2, 3, 6, 6, dtype=torch.float64),
                                          rand(6, 3, 4, 4, dtype=torch.float64), padding=1))
run("conv3d", lambda: F.conv3d(rand(1, 2, 5, 6, 7), rand(3, 2, 3, 3, 3), padding=1))
run("conv3d of doubles", lambda: F.conv3d(rand(1, 2, 5, 6, 7, dtype=torch.float64),
                                          rand(3, 2, 3, 3, 3, dtype=torch.float64)))
run("conv_transpose1d", lambda: F.conv_transpose1d(rand(2, 3, 5), rand(3, 4, 3), stride=2))
run("conv_transpose2d", lambda: F.conv_transpose2d(rand(2, 3, 5, 5), rand(3, 4, 3, 3), stride=2))
run("conv_transpose2d in groups", lambda: F.conv_transpose2d(rand(2, 4, 5, 5), rand(4, 3, 3, 3), groups=2))

def backward(work, *inputs):
    result = work(*inputs)
    result.backward(torch.ones_like(result))

run("mm backward", lambda: backward(torch.mm, rand(4, 5, grad=True), rand(5, 6, grad=True)))
run("mm backward to one side", lambda: backward(torch.mm, rand(4, 5), rand(5, 6, grad=True)))
run("bmm backward", lambda: backward(torch.bmm, rand(3, 4, 5, grad=True), rand(3, 5, 6, grad=True)))
run("conv2d backward", lambda: backward(
    lambda x, w: F.conv2d(x, w, padding=1), rand(2, 3, 6, 6, grad=True), rand(6, 3, 4, 4, grad=True)))
run("conv2d backward to the weight", lambda: backward(
    lambda x, w: F.conv2d(x, w, padding=1), rand(2, 3, 6, 6), rand(6, 3, 4, 4, grad=True)))
run("conv2d backward to the input", lambda: backward(
    lambda x, w: F.conv2d(x, w, padding=1), rand(2, 3, 6, 6, grad=True), rand(6, 3, 4, 4)))
run("conv2d in groups backward", lambda: backward(
    lambda x, w: F.conv2d(x, w, groups=2), rand(2, 4, 6, 6, grad=True), rand(6, 2, 3, 3, grad=True)))
run("conv2d in groups backward to the input", lambda: backward(
    lambda x, w: F.conv2d(x, w, groups=2), rand(2, 4, 6, 6, grad=True), rand(6, 2, 3, 3)))
run("conv2d depthwise backward", lambda: backward(
    lambda x, w: F.conv2d(x, w, groups=4), rand(2, 4, 6, 6, grad=True), rand(4, 1, 3, 3, grad=True)))
run("conv3d backward", lambda: backward(
    F.conv3d, rand(1, 2, 5, 6, 7, grad=True), rand(3, 2, 3, 3, 3, grad=True)))
run("conv_transpose2d backward", lambda: backward(
    lambda x, w: F.conv_transpose2d(x, w, stride=2), rand(2, 3, 5, 5, grad=True), rand(3, 4, 3, 3, grad=True)))

if MODERN:
    from torch.nn.attention import SDPBackend, sdpa_kernel

    def attend(backend, grad, **sizes):
        with sdpa_kernel(backend):
            q = rand(4, 8, 128, 64, grad=grad)
            k, v = rand(4, 8, 128, 64, grad=grad), rand(4, 8, 128, 64, grad=grad)
            out = F.scaled_dot_product_attention(q, k, v)
            if grad:
                out.backward(torch.ones_like(out))

    run("flash attention", lambda: attend(SDPBackend.FLASH_ATTENTION, False))
    run("flash attention backward", lambda: attend(SDPBackend.FLASH_ATTENTION, True))
    run("attention by matrices", lambda: attend(SDPBackend.MATH, False))
    run("attention by matrices backward", lambda: attend(SDPBackend.MATH, True))
    run("attention of fewer key heads", lambda: F.scaled_dot_product_attention(
        rand(2, 8, 16, 32), rand(2, 8, 24, 32), rand(2, 8, 24, 32)))
    run("grouped mm", lambda: torch._grouped_mm(
        rand(8, 16).bfloat16(), rand(2, 16, 32).bfloat16(), offs=torch.tensor([3, 8], dtype=torch.int32)))
    run("scaled mm", lambda: torch._scaled_mm(
        rand(16, 32).to(torch.float8_e4m3fn), rand(32, 16).t().contiguous().t().to(torch.float8_e4m3fn),
        scale_a=torch.tensor(1.0), scale_b=torch.tensor(1.0), out_dtype=torch.float32))

print(json.dumps(peer))
"""

# (forward, backward). A multiply-add is two FLOPs.
BY_HAND = {
    "mm": (240, 0), "addmm": (240, 0), "mm into out": (240, 0), "addmm in place": (240, 0),
    "bmm": (720, 0), "bmm into out": (720, 0), "baddbmm": (720, 0), "addbmm": (720, 0),
    "einsum": (720, 0), "matmul of 4-d": (1440, 0), "linear of 3-d": (420, 0),
    "mv": (40, 0), "addmv": (40, 0), "mv into out": (40, 0), "dot": (10, 0), "vdot": (10, 0),
    "inner": (240, 0), "complex mm": (960, 0), "double mm": (240, 0), "bfloat16 mm": (240, 0),
    "chain of matrices": (200, 0),  # (4 x 5) (5 x 6) (6 x 2): first the right pair, 120 + 80
    "variety": (3012, 0),
    "conv1d": (2 * 2 * 5 * 4 * 9, 0),
    "conv2d": (28800, 0),
    "conv2d of one image without batch": (14400, 0),
    "conv2d strided and dilated": (2 * 2 * 9 * 6 * 27, 0),
    "conv2d same": (2 * 2 * 36 * 6 * 48, 0),
    "conv2d unequal": (2 * 4 * 8 * 3 * 12, 0),
    "conv2d in groups": (2 * 2 * 16 * 6 * 18, 0),
    "conv2d depthwise": (2 * 2 * 36 * 4 * 9, 0),
    "conv2d of doubles": (28800, 0),
    "conv3d": (2 * 210 * 3 * 54, 0),
    "conv3d of doubles": (2 * 60 * 3 * 54, 0),
    "conv_transpose1d": (2 * 2 * 5 * 3 * 12, 0),
    "conv_transpose2d": (2 * 2 * 25 * 3 * 36, 0),
    "conv_transpose2d in groups": (2 * 2 * 25 * 4 * 27, 0),
    "mm backward": (240, 480),
    "mm backward to one side": (240, 240),
    "bmm backward": (720, 1440),
    "conv2d backward": (28800, 57600),
    "conv2d backward to the weight": (28800, 28800),
    "conv2d backward to the input": (28800, 28800),
    "conv2d in groups backward": (6912, 13824),
    "conv2d in groups backward to the input": (6912, 6912),
    "conv2d depthwise backward": (2304, 4608),
    "conv3d backward": (2 * 60 * 3 * 54, 4 * 60 * 3 * 54),
    "conv_transpose2d backward": (10800, 21600),
}
MODERN_BY_HAND = {
    "flash attention": (134217728, 0),
    "flash attention backward": (134217728, 335544320),  # 2.5 times: the scores are made again
    "attention by matrices": (134217728, 0),
    "attention by matrices backward": (134217728, 268435456),
    "attention of fewer key heads": (2 * 2 * 8 * 16 * 24 * 64, 0),
    "grouped mm": (2 * 8 * 16 * 32, 0),
    "scaled mm": (2 * 16 * 32 * 16, 0),
}
WITHOUT_FLOPS = ["integer mm", "mm of nothing", "mm over nothing", "bmm of nothing", "conv of no images"]

# What the peer leaves out, or counts otherwise, and why.
PEER_DIFFERS = {
    "mv": 0, "addmv": 0, "mv into out": 0, "dot": 0, "vdot": 0,  # it does not know vectors
    "addbmm": 0, "addmm in place": 0, "grouped mm": 0,
    "complex mm": 240,  # a complex multiply-add as one real one
    # The weight's gradient as if every input channel met every output channel.
    "conv2d in groups backward": 6912 + 6912 + 2 * 6912,
    "conv2d depthwise backward": 2304 + 2304 + 4 * 2304,
}


class Operators(JobTest):
    @classmethod
    def setUpClass(cls):
        cls.job = cls.run_class_job(JOB)
        cls.by_hand = dict(BY_HAND, **(MODERN_BY_HAND if is_modern else {}))

    def test_have_the_flops_of_their_shapes(self):
        cases = self.job.cases()
        self.assertEqual({name: cases.get(name, ())[:2] for name in self.by_hand},
                         {name: list(flops) for name, flops in self.by_hand.items()})

    def test_without_a_multiplication_have_none(self):
        cases = self.job.cases()
        self.assertEqual({name: cases[name] for name in WITHOUT_FLOPS}, {name: [0, 0, 0] for name in WITHOUT_FLOPS})

    def test_are_never_uncounted_here(self):
        known = set(self.by_hand) | set(WITHOUT_FLOPS)
        uncounted = {name: self.job.uncounted(name) for name in known}
        for name in "attention by matrices", "attention by matrices backward":
            self.assertEqual({op for op in uncounted.pop(name, ())} - {"aten::_softmax_backward_data"},
                             {"aten::_softmax", "aten::mul"} if is_modern else set())
        self.assertEqual({name: ops for name, ops in uncounted.items() if ops}, {})

    def test_add_up_to_the_run(self):
        steps = [forward + backward for forward, backward in self.by_hand.values()]
        self.assertEqual(sorted(self.job.steps()), sorted(steps + [0] * len(WITHOUT_FLOPS)))
        self.assertEqual(self.job.total(), (len(steps) + len(WITHOUT_FLOPS), sum(steps), 0))
        self.assertEqual(self.job.faults(), [])

    @unittest.skipUnless(is_modern, "this PyTorch has no FlopCounterMode")
    def test_agree_with_flop_counter_mode(self):
        cases, peer = self.job.cases(), self.job.printed()
        ours = {name: sum(cases[name]) for name in peer}
        self.assertEqual({name: flops for name, flops in peer.items() if flops != ours[name]}, PEER_DIFFERS)


if __name__ == "__main__":
    unittest.main()
