"""Runs one forward pass of each network asked for, for flopprof to count: evaluation mode, no
gradient, one image or sequence, random weights.

    measure_model.py ANSWER.json NETWORK@INPUT...

The answer says of each network whether it ran, and how many elements its layers have that other
counters of operations add to the multiply-adds."""

import json
import os
import sys

_FOLDER = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, _FOLDER)
sys.path.insert(1, os.path.join(os.path.dirname(_FOLDER), "python"))

import torch
from torch import nn

import flopprof
from networks import NETWORKS, Attention, Transformer


def _normal(tensor, mean=0.0, std=1.0, *_, **__):
    with torch.no_grad():
        return tensor.normal_(mean, std)


# No count depends on the weights, and drawing truncated normals can take minutes.
nn.init.trunc_normal_ = _normal


def built(name):
    if name in NETWORKS:
        return NETWORKS[name]()
    import torchvision

    builder = getattr(torchvision.models, name, None)
    if builder is None:
        raise LookupError("torchvision %s has no %s" % (torchvision.__version__, name))
    # These two draw theirs with SciPy, unless told not to.
    return builder(init_weights=False) if name in ("googlenet", "inception_v3") else builder()


class Beside:
    """What counters add to the multiply-adds of convolutions and linear layers."""

    def __init__(self, model):
        self.counts = dict.fromkeys(
            ("conv_bias_outputs", "conv_bias_inputs", "linear_macs", "batch_norm_elements",
             "layer_norm_elements", "relu_elements", "attention_macs", "logits_macs"), 0)
        for module in model.modules():
            module.register_forward_hook(self._add)

    def _add(self, module, inputs, output):
        counts = self.counts
        if isinstance(module, nn.Conv2d) and module.bias is not None:
            counts["conv_bias_outputs"] += output.numel()
            counts["conv_bias_inputs"] += output.numel() * module.in_channels // module.groups
        elif isinstance(module, nn.Linear):
            counts["linear_macs"] += output.numel() * module.in_features
        elif isinstance(module, nn.BatchNorm2d):
            counts["batch_norm_elements"] += output.numel()
        elif isinstance(module, nn.LayerNorm):
            counts["layer_norm_elements"] += output.numel()
        elif isinstance(module, (nn.ReLU, nn.ReLU6)):
            counts["relu_elements"] += output.numel()
        elif isinstance(module, Attention):
            counts["attention_macs"] += 2 * output.numel() * output.shape[1]
        elif isinstance(module, Transformer) and output.shape[-1] != module.width:
            counts["logits_macs"] += output.numel() * module.width


def input_of(model, size):
    if isinstance(model, Transformer):
        return torch.zeros(1, size, model.width)
    return torch.zeros(1, 3, size, size)


def measure(wanted):
    name, _, size = wanted.rpartition("@")
    model = built(name).eval()
    data = input_of(model, int(size))
    beside = Beside(model)
    # The hooks look at shapes and change nothing that the model does.
    with torch.no_grad(), flopprof.layer(wanted):
        model(data)
    return beside.counts


def main():
    answer = {}
    for wanted in sys.argv[2:]:
        try:
            answer[wanted] = measure(wanted)
        except Exception as error:
            answer[wanted] = {"error": "%s: %s" % (type(error).__name__, error)}
    with open(sys.argv[1], "w") as file:
        json.dump(answer, file)


main()
