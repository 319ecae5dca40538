"""Operators that nobody knows: listed as uncounted, or counted by a formula of the user's."""

import os
import subprocess
import unittest

from observed_job import CASES, EVERY_STEP, FLOPPROF, JobTest, is_modern

LIBRARY = CASES + """
library = torch.library.Library("mine", "DEF")
library.define("scale(Tensor x, int times) -> Tensor")
library.impl("scale", lambda x, times: torch.from_numpy(x.detach().numpy() * times), "CPU")
library.define("blend(Tensor x, Tensor y) -> Tensor")
library.impl("blend", lambda x, y: torch.mm(x, y), "CPU")
library.define("rest(Tensor x) -> Tensor")
library.impl("rest", lambda x: x.clone(), "CPU")
x = torch.ones(4, 4)
"""

CALLS = LIBRARY + """
with case("custom"):
    for _ in range(3):
        torch.ops.mine.scale(x, 5)
    torch.ops.mine.blend(x, x)
"""

COMMON = CASES + """
net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
                    nn.Flatten(), nn.Linear(64, 8), nn.Dropout())
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
images, labels = torch.randn(2, 3, 8, 8), torch.zeros(2, dtype=torch.long)
with flopprof.layer("step"):
    out = nn.functional.softmax(net(images).view(2, 8).t().contiguous().t(), 1)
    loss = nn.functional.cross_entropy(out.clone(), labels)
    loss.backward()
    optimizer.step()
"""

HUGE = LIBRARY + """
import sys
with case("huge"):
    torch.ops.mine.scale(torch.ones(1).expand(int(sys.argv[1]), int(sys.argv[2])), 2)
""".replace("mine.scale(torch", "mine.view_of(torch")
HUGE = HUGE.replace('x = torch.ones(4, 4)', '''library.define("view_of(Tensor x, int times) -> Tensor")
library.impl("view_of", lambda x, times: x[:1, :1].clone(), "CPU")''')


class Formulas(JobTest):
    def with_formulas(self, job, text, **more):
        folder = self.folder_for(self.addCleanup)
        path = self.write_script(folder, text, "formulas.txt")
        return self.run_job(job, options=(*EVERY_STEP, "--formulas", path), **more)

    def test_without_one_an_operator_is_listed_unless_what_it_calls_is_counted(self):
        run = self.run_job(CALLS)
        self.assertEqual(run.uncounted("custom"), {"mine::scale": 3})
        self.assertEqual(run.counted("custom"), {"aten::mm": (1, 128)})
        self.assertEqual(run.query("SELECT uncounted_calls FROM process_total"), [(3,)])

    def test_in_a_file_count_an_operator_and_not_what_it_calls(self):
        run = self.with_formulas(CALLS, "# ours\nmine::scale = 2 * numel(0) * int(1)\n"
                                        "mine::blend = size(0, 0) + size(1, -1)  # not the product\n")
        self.assertEqual(run.counted("custom"), {"mine::scale": (3, 480), "mine::blend": (1, 8)})
        self.assertEqual((run.uncounted("custom"), run.faults()), ({}, []))

    def test_in_the_script_count_from_there_on(self):
        run = self.run_job(CALLS + """
flopprof.formula("mine::scale", "2 * numel(0)")
with case("later"):
    torch.ops.mine.scale(x, 5)
""")
        self.assertEqual(run.uncounted("custom"), {"mine::scale": 3})
        self.assertEqual(run.counted("later"), {"mine::scale": (1, 32)})

    def test_may_overrule_ours(self):
        run = self.with_formulas(LIBRARY + "with case('mm'):\n    torch.mm(x, x)\n", "aten::mm = 7\n")
        self.assertEqual(run.counted("mm"), {"aten::mm": (1, 7)})

    def test_that_do_not_fit_the_call_leave_it_uncounted(self):
        run = self.with_formulas(CALLS, "mine::scale = size(1, 0)\nmine::blend = size(0, 9)\n")
        self.assertEqual(run.uncounted("custom"), {"mine::scale": 3})
        self.assertEqual(run.counted("custom"), {"aten::mm": (1, 128)})

    def test_beyond_64_bits_are_a_fault_and_no_number(self):
        run = self.with_formulas(HUGE, "mine::view_of = numel(0) * numel(0)\n",
                                 arguments=[str(2 ** 31), str(2 ** 31)])
        self.assertEqual(run.uncounted("huge"), {"mine::view_of": 1})
        self.assertEqual((run.total()[1], run.faults()), (0, ["FLOP count beyond 64 bits"]))

    def test_just_within_64_bits_are_exact_also_in_sums(self):
        run = self.with_formulas(HUGE + 2 * "\n".join(HUGE.splitlines()[-2:] + [""]),
                                 "mine::view_of = numel(0) - 1 + numel(0)\n", arguments=[str(2 ** 31), str(2 ** 31)])
        self.assertEqual(run.total()[1], "%d" % (3 * (2 ** 63 - 1)))

    def test_that_are_wrong_are_refused_before_the_job_starts(self):
        folder = self.folder_for(self.addCleanup)
        path = self.write_script(folder, "a::b = 2\nmine::scale = 2 * numle(0)\n", "formulas.txt")
        result = subprocess.run([FLOPPROF, "run", "--formulas", path, "--", "touch", "started"], cwd=folder,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((result.returncode, os.path.exists(os.path.join(folder, "started"))), (2, False))
        self.assertIn("formulas.txt:2:19", result.stderr.decode())
        self.assertEqual(os.listdir(folder), ["formulas.txt"])

    def test_that_are_wrong_in_the_script_raise(self):
        run = self.run_job(LIBRARY + """
try:
    flopprof.formula("mine::scale", "2 *")
except ValueError as error:
    print(error)
""")
        self.assertIn("column", run.out)


class WhatIsListed(JobTest):
    def test_is_arithmetic_and_never_a_view_or_a_copy(self):
        run = self.run_job(COMMON)
        uncounted = run.uncounted()
        norm = {"aten::native_batch_norm"}
        for op in ["aten::_softmax", "aten::_log_softmax", "aten::nll_loss_forward"]:
            self.assertEqual(uncounted.get(op), 1, (op, uncounted))
        self.assertEqual([calls for op, calls in uncounted.items() if op in norm], [1], uncounted)
        moves = ("view", "t", "clone", "copy_", "contiguous", "detach", "empty", "reshape", "transpose",
                 "as_strided", "flatten", "max_pool2d", "relu", "threshold_backward", "ones_like", "expand")
        self.assertEqual([op for op in uncounted if op in ["aten::" + move for move in moves]], [])

    def test_a_counted_operator_is_counted_once_however_deep_it_is_nested(self):
        run = self.run_job(COMMON + """
with case("sparse"):
    torch.mm(torch.eye(4).to_sparse(), torch.ones(4, 6))
with case("convolution"):
    nn.functional.conv3d(torch.randn(1, 2, 5, 6, 7), torch.randn(3, 2, 3, 3, 3))
    nn.functional.conv2d(torch.randn(1, 2, 5, 6).double(), torch.randn(3, 2, 3, 3).double())
""")
        self.assertEqual(sum(flops for _, flops in run.counted("convolution").values()),
                         2 * 60 * 3 * 54 + 2 * 12 * 3 * 18)
        self.assertEqual(sum(calls for calls, _ in run.counted("convolution").values()), 2)
        # A sparse product has fewer than its sizes say: it is listed, and the handling of its parts is not.
        self.assertEqual((run.counted("sparse"), run.uncounted("sparse")), ({}, {"aten::addmm": 1}))


if __name__ == "__main__":
    unittest.main()
