"""What being attached costs a job: bare, attached, and under other tools, in one run.

    python3 bench/overhead.py --flopprof build/bin/flopprof --python /usr/bin/python3
    python3 bench/overhead.py --device cuda --jobs resnet50 gpt2 --seconds 200 --json FILE

The variants of a job take turns, in each round from another one on, so that what else the machine does
meets all of them. Three ratios to the bare job: the least step time of all rounds over the bare one's, which other
guests of the machine disturb least; the mean of all steps over the bare one's, in which what is done now and then has
its share; the median over the rounds of the ratio of the least within a round.
Prints a table, and what the reports say of the jobs' FLOPs beside what was worked out by hand; --json FILE keeps all
raw figures, after each run.
"""
import argparse
import dataclasses
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from training_flops import SIZES, of_step

HERE = os.path.dirname(os.path.abspath(__file__))
# What a run of each job is made of: blocks of steps.
CPU_RUNS = {"resnet18": (2, 3), "mlp": (20, 800), "resnet50": (2, 1), "gpt2": (2, 1)}
GPU_BLOCKS, GPU_STEPS, GPU_SECONDS = 3, 5, 6
NCU = ["ncu", "--target-processes", "all", "--clock-control", "none", "--launch-skip", "3000", "--launch-count", "20",
       "--metrics", "sm__ops_path_tensor_src_bf16_dst_fp32.sum", "--log-file", os.devnull]


@dataclasses.dataclass(frozen=True)
class Variant:
    name: str
    attach: list = None  # the options of `flopprof run`
    tool: str = "none"
    prefix: tuple = ()
    once: bool = False


def variants(device):
    yield Variant("bare")
    yield Variant("attached, budget 1 %", attach=[])
    if device == "cpu":
        yield Variant("attached, --every 1", attach=["--every", "1"])
    yield Variant("torch.profiler with_flops", tool="torch.profiler")
    if device == "cpu":
        yield Variant("FlopCounterMode", tool="FlopCounterMode")
    elif shutil.which("ncu"):
        yield Variant("ncu on 20 kernels", prefix=tuple(NCU), once=True)


def job_command(options, job, variant, batch):
    name, _, compiled = job.partition("_")
    command = [*variant.prefix, options.python, os.path.join(HERE, "overhead_job.py"), name, variant.tool]
    if options.device == "cpu":
        blocks, steps = (1, 1) if options.size == "tiny" else CPU_RUNS[name]
        command += [str(blocks), str(max(1, steps // 10) if variant.tool != "none" and name == "mlp" else steps)]
    else:
        command += [str(GPU_BLOCKS), str(GPU_STEPS)]
        command += [] if variant.prefix else ["--seconds", str(GPU_SECONDS)]
    command += ["--device", options.device, "--size", options.size]
    command += ["--compile"] if compiled else []
    return command + (["--batch", str(batch)] if batch else [])


def run_once(options, job, variant, batch, folder):
    command = job_command(options, job, variant, batch)
    run_db = os.path.join(folder, "run.db")
    if variant.attach is not None:
        command = [options.flopprof, "run", "-f", "-o", run_db, *variant.attach, "--", *command]
    began_at = time.monotonic()
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=options.limit)
    except subprocess.TimeoutExpired:
        return {"failed": f"took more than {options.limit} s", "command": command}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        return {"failed": done.stderr[-2000:], "status": done.returncode, "command": command}
    figures = json.loads(lines[-1])
    figures["process_seconds"] = time.monotonic() - began_at
    if variant.attach is not None:
        report = subprocess.run([options.flopprof, "report", run_db, "--format", "json"],
                                stdout=subprocess.PIPE, text=True, check=True)
        report = json.loads(report.stdout)
        totals = report["totals"]
        figures["totals"], figures["per_step"], figures["faults"] = totals, report["per_step"], report["faults"]
        figures["run_db_bytes_per_step"] = os.path.getsize(run_db) / max(1, totals["steps"])
        figures["model_flops_per_step"] = totals["model_flops"] // max(1, totals["steps"])
    return figures


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flopprof", default="build/bin/flopprof")
    parser.add_argument("--python", default=sys.executable, help="the interpreter whose torch is measured")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, help="no run begins after so long")
    parser.add_argument("--limit", type=float, default=600, help="seconds of one run, which is then given up")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--size", default="full", choices=["full", "tiny"], help="of resnet50 and gpt2")
    parser.add_argument("--jobs", nargs="*", default=["resnet18", "mlp"], choices=[*CPU_RUNS, "gpt2_compiled"])
    parser.add_argument("--json", metavar="FILE", help="keep the raw figures, with the table, here")
    return parser.parse_args()


def turns(options):
    """Every run there is to make: all jobs of a round before the next round."""
    for number in range(options.rounds):
        for job in options.jobs:
            order = list(variants(options.device))
            for variant in order[number % len(order):] + order[:number % len(order)]:
                if number == 0 or not variant.once:
                    yield number, job, variant


def main():
    options = parsed()
    began_at, raw, batch, torch = time.monotonic(), {}, {}, torch_of(options.python)
    with tempfile.TemporaryDirectory() as folder:
        for number, job, variant in turns(options):
            if options.seconds and time.monotonic() - began_at > options.seconds:
                break
            if sys.stderr.isatty():
                print(f"\r{job}: {variant.name:40}", end="", file=sys.stderr)
            figures = run_once(options, job, variant, batch.get(job), folder)
            raw.setdefault(job, {}).setdefault(variant.name, {})[number] = figures
            if job in SIZES and "batch" in figures:
                batch[job] = figures["batch"]
            keep(options, raw, torch)
    print("\n".join([*table(raw), *flops(options, raw)]))


def keep(options, raw, torch):
    if not options.json:
        return
    with open(options.json + ".new", "w", encoding="utf-8") as file:
        json.dump({"command": sys.argv, "date": time.strftime("%Y-%m-%d"), "torch": torch, "processors": os.cpu_count(),
                   "table": list(table(raw)), "flops": list(flops(options, raw)), "raw": raw}, file, indent=1)
    os.replace(options.json + ".new", options.json)


def torch_of(python):
    return subprocess.run([python, "-c", "import torch; print(torch.__version__)"],
                          stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def timed(rounds):
    return {number: one for number, one in rounds.items() if "step_seconds" in one}


def table(raw):
    yield ("| job | variant | least step | least over bare's | mean over bare's | "
           "in a round, over bare's: median (least to most) |")
    yield "|---|---|---|---|---|---|"
    for job, by_variant in raw.items():
        bare = timed(by_variant.get("bare", {}))
        for name, rounds in by_variant.items():
            rounds = timed(rounds)
            ratios = [one["step_seconds"] / bare[n]["step_seconds"] for n, one in rounds.items() if n in bare]
            if not ratios:
                yield f"| {job} | {name} | did not run, or without a bare run beside it | | | |"
                continue
            least, least_bare = (min(one["step_seconds"] for one in runs.values()) for runs in (rounds, bare))
            mean, mean_bare = (statistics.fmean(m for one in runs.values() for m in one["means"])
                               for runs in (rounds, bare))
            yield (f"| {job} | {name} | {least * 1e3:.4g} ms | {least / least_bare:.3f} | {mean / mean_bare:.3f} | "
                   f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}) |")


def flops(options, raw):
    """What the reports say, beside what was worked out by hand."""
    for job, by_variant in raw.items():
        name = job.partition("_")[0]
        reports = [one for v, runs in by_variant.items() if v.startswith("attached") for one in timed(runs).values()]
        if name not in SIZES or not reports:
            continue
        one = reports[-1]
        by_hand = of_step(name, dataclasses.replace(SIZES[name][options.size], batch=one["batch"]))
        executed = (one["per_step"]["executed_flops"] or {}).get("median")
        yield f"{job}, FLOPs of a step: model {one['model_flops_per_step']:,}, executed {executed or 'not counted'}"
        yield "  by hand: " + ", ".join(f"{rule} {count:,}" for rule, count in by_hand.items())
        yield f"  MFU {one['totals']['mfu']}, HFU {one['totals']['hfu']}"
        best = min(run["step_seconds"] for runs in by_variant.values() for run in timed(runs).values())
        yield f"  model FLOPs by hand over the least step time: {by_hand['model'] / best / 1e12:.4g} TFLOP/s"


if __name__ == "__main__":
    main()
