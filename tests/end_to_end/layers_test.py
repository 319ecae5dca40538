"""`--layers` on a real PyTorch, where the test's Python has one."""

import importlib.util
import unittest

from staged_prefix import AttachTest

MODEL = """
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear, self.fails = nn.Linear(4, 4), False

    def forward(self, x):
        x = self.linear(x)
        if self.fails:
            raise RuntimeError("on purpose")
        return x

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.rest = Block(), nn.Sequential(Block(), nn.ReLU())

    def forward(self, x):
        return self.rest(self.first(x))

net, x = Net(), torch.ones(2, 4)
"""


@unittest.skipUnless(importlib.util.find_spec("torch"), "this Python has no PyTorch")
class Layers(AttachTest):
    def layers_entered(self, text, options=("--layers",)):
        """The paths of the layers that were open at each enter, outermost first."""
        self.assert_untouched(self.run_python(MODEL + text, options=options, env={"PYTHONPATH": ""}))
        open_layers, seen = [], []
        for _, call, argument in self.calls()[2:]:
            if call == "layer_enter":
                open_layers.append(argument)
                seen.append(list(open_layers))
            elif call == "layer_leave":
                open_layers.pop()
        return seen, open_layers

    def test_are_named_by_their_path_in_the_outermost_module(self):
        seen, left_open = self.layers_entered("net(x)")
        self.assertEqual(seen, [
            ["Net"], ["Net", "first"], ["Net", "first", "first.linear"],
            ["Net", "rest"], ["Net", "rest", "rest.0"], ["Net", "rest", "rest.0", "rest.0.linear"],
            ["Net", "rest", "rest.1"]])
        self.assertEqual(left_open, [])

    def test_that_an_exception_ended_are_left(self):
        text = ("net.first.fails = True\n"
                "try:\n  net(x)\nexcept RuntimeError: pass\n"
                "net.first.fails = False\nnet.rest(x)")
        seen, left_open = self.layers_entered(text)
        self.assertEqual(seen[3:5], [["Sequential"], ["Sequential", "0"]])
        self.assertEqual(left_open, [])

    def test_are_each_threads_own(self):
        text = ("import threading\n"
                "class Waits(nn.Module):\n"
                "  def forward(self, x):\n"
                "    t = threading.Thread(target=lambda: net.rest[1](x)); t.start(); t.join(); return x\n"
                "Waits()(x)")
        seen, left_open = self.layers_entered(text)
        self.assertEqual([paths[-1] for paths in seen], ["Waits", "ReLU"])
        self.assertEqual(left_open, [])

    def test_are_not_told_apart_unless_asked_for(self):
        seen, _ = self.layers_entered("net(x)", options=())
        self.assertEqual(seen, [])

    def test_break_no_graph_under_compile_and_do_not_show_in_its_warnings(self):
        text = "if hasattr(torch, 'compiler'): torch.compile(net, fullgraph=True, backend='eager')(x)"
        result = self.run_python(MODEL + text, options=["--layers"], env={"PYTHONPATH": ""})
        self.assertEqual(result.returncode, 0)
        self.assertNotIn(b"hooks", result.stderr)


if __name__ == "__main__":
    unittest.main()
