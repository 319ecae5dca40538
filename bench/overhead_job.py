"""A training job that times its own steps: overhead.py runs it bare, attached and under torch's tools.

Prints one JSON line: seconds of a step (the least mean over blocks of steps, which other work on the
machine disturbs least) and the peak of resident memory.
"""
import contextlib
import json
import resource
import sys
import time

import torch
from torch import nn


def block(channels_in, channels, stride):
    return nn.Sequential(
        nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
        nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))


class Residual(nn.Module):
    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.main = block(channels_in, channels, stride)
        self.short = nn.Identity() if stride == 1 and channels_in == channels else nn.Sequential(
            nn.Conv2d(channels_in, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        return torch.relu(self.main(x) + self.short(x))


def resnet18():
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    for channels_in, channels, stride in [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1),
                                          (128, 256, 2), (256, 256, 1), (256, 512, 2), (512, 512, 1)]:
        layers.append(Residual(channels_in, channels, stride))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000))


def mlp():
    return nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 4))


def main(job, tool, blocks, steps):
    torch.manual_seed(0)
    if job == "resnet18":
        model, x, y = resnet18(), torch.randn(8, 3, 224, 224), torch.randint(0, 1000, (8,))
    else:
        torch.set_num_threads(1)
        model, x, y = mlp(), torch.randn(8, 16), torch.randint(0, 4, (8,))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)

    def train(count):
        for _ in range(count):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()

    def observed():
        if tool == "torch.profiler":
            return torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], with_flops=True)
        if tool == "FlopCounterMode":
            from torch.utils.flop_counter import FlopCounterMode
            return FlopCounterMode(display=False)
        return contextlib.nullcontext()

    train(max(1, steps // 10))
    means = []
    for _ in range(blocks):
        with observed():  # a profiler that is never stopped would keep every event in memory
            began_at = time.perf_counter()
            train(steps)
            means.append((time.perf_counter() - began_at) / steps)
    print(json.dumps({"step_seconds": min(means),
                      "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
