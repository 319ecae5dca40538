"""A training job that times its own steps: overhead.py runs it bare, attached and under other tools.

Prints one JSON line: seconds of a step (the least mean over blocks of steps, which other work on the
machine disturbs least, the median, and all means), and the peak of resident memory; with --log, a line a
block before it.
"""
import argparse
import contextlib
import json
import os
import resource
import statistics
import time

import torch
from torch import nn

import training_networks as networks
from training_flops import SIZES


def parsed():
    parser = argparse.ArgumentParser()
    parser.add_argument("job", choices=["resnet18", "mlp", "resnet50", "gpt2"])
    parser.add_argument("tool", choices=["none", "torch.profiler", "FlopCounterMode"])
    parser.add_argument("blocks", type=int)
    parser.add_argument("steps", type=int, help="of a block")
    parser.add_argument("--seconds", type=float, default=0, help="go on with blocks for at least so long")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--size", choices=["full", "tiny"], default="full")
    parser.add_argument("--batch", type=int, help="another batch; halved where memory does not hold it")
    parser.add_argument("--compile", action="store_true", help="with torch.compile")
    parser.add_argument("--log", action="store_true")
    return parser.parse_args()


class Job:
    def __init__(self, options, batch):
        device, generator = options.device, torch.manual_seed(0)
        if options.job == "mlp":
            torch.set_num_threads(1)
            model, x, y = networks.mlp(), torch.randn(8, 16), torch.randint(0, 4, (8,))
        elif options.job == "resnet18":
            model, x, y = networks.resnet18(), torch.randn(8, 3, 224, 224), torch.randint(0, 1000, (8,))
        elif options.job == "resnet50":
            size = SIZES["resnet50"][options.size]
            model = networks.resnet50(size)
            x = torch.randn(batch, 3, size.pixels, size.pixels, generator=generator)
            y = torch.randint(0, size.classes, (batch,), generator=generator)
        else:
            size = SIZES["gpt2"][options.size]
            model = networks.Gpt(size)
            x = torch.randint(0, size.vocabulary, (batch, size.context), generator=generator)
            y = torch.randint(0, size.vocabulary, (batch * size.context,), generator=generator)
        self.batch, self.on_gpu = len(x), device != "cpu"
        as_images = {"memory_format": torch.channels_last} if self.on_gpu and x.dim() == 4 else {}
        self.model, self.x, self.y = model.to(device, **as_images), x.to(device, **as_images), y.to(device)
        if options.job == "gpt2":
            self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=3e-4)
        else:
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=1e-3, momentum=0.9)
        self.run = torch.compile(self.model) if options.compile else self.model

    def train(self, count):
        for _ in range(count):
            self.optimizer.zero_grad()
            half = torch.autocast("cuda", dtype=torch.bfloat16) if self.on_gpu else contextlib.nullcontext()
            with half:
                loss = nn.functional.cross_entropy(self.run(self.x), self.y)
            loss.backward()
            self.optimizer.step()
        if self.on_gpu:
            torch.cuda.synchronize()


def observed(tool, on_gpu):
    if tool == "torch.profiler":
        activities = [torch.profiler.ProfilerActivity.CPU]
        if on_gpu:
            activities.append(torch.profiler.ProfilerActivity.CUDA)
        return torch.profiler.profile(activities=activities, with_flops=True)
    if tool == "FlopCounterMode":
        from torch.utils.flop_counter import FlopCounterMode
        return FlopCounterMode(display=False)
    return contextlib.nullcontext()


def warmed_up(options):
    sizes = SIZES.get(options.job)
    batch = options.batch or (sizes[options.size].batch if sizes else 0)
    while True:
        try:
            job = Job(options, batch)
            job.train(max(1, options.steps // 10) if options.device == "cpu" else 5)
            return job
        except torch.cuda.OutOfMemoryError:
            if batch < 2:
                raise
        job, batch = None, batch // 2
        torch.cuda.empty_cache()


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main():
    options = parsed()
    job = warmed_up(options)
    means, began = [], time.perf_counter()
    while len(means) < options.blocks or time.perf_counter() - began < options.seconds:
        with observed(options.tool, job.on_gpu):  # one that is never stopped would keep every event in memory
            began_at = time.perf_counter()
            job.train(options.steps)
            means.append((time.perf_counter() - began_at) / options.steps)
        if options.log:
            print(json.dumps({"seconds": time.perf_counter() - began, "steps": len(means) * options.steps,
                              "step_seconds": means[-1], "resident_bytes": resident_bytes()}), flush=True)
    figures = {"step_seconds": min(means), "step_seconds_median": statistics.median(means),
               "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
               "batch": job.batch, "parameters": sum(p.numel() for p in job.model.parameters()),
               "steps": len(means) * options.steps, "means": means}
    if job.on_gpu:
        figures["peak_gpu_bytes"] = torch.cuda.max_memory_allocated()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
