"""What being attached costs a job: bare, attached, and under torch's own counters, in one run.

    python3 bench/overhead.py --flopprof build/bin/flopprof --python /usr/bin/python3

The variants of a job take turns, in each round from another one on, so that what else the machine does
meets all of them. Two ratios to the bare job: the median over the rounds of the ratio within a round, and the least step
time of all rounds over the bare one's, which other guests of the machine disturb less.
Prints a table; --json FILE keeps all raw figures.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
JOBS = {"resnet18": {"blocks": 2, "steps": 3}, "mlp": {"blocks": 20, "steps": 800}}


def variants(job):
    yield "bare", None, "none"
    yield "attached, budget 1 %", [], "none"
    yield "attached, --every 1", ["--every", "1"], "none"
    yield "torch.profiler with_flops", None, "torch.profiler"
    yield "FlopCounterMode", None, "FlopCounterMode"


def run_once(options, job, tool, attach, folder):
    size = JOBS[job]
    steps = size["steps"] if tool == "none" or job == "resnet18" else size["steps"] // 10
    command = [options.python, os.path.join(HERE, "overhead_job.py"), job, tool, str(size["blocks"]), str(steps)]
    run_db = os.path.join(folder, "run.db")
    if attach is not None:
        command = [options.flopprof, "run", "-f", "-o", run_db, *attach, "--", *command]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        return None
    figures = json.loads(done.stdout.splitlines()[-1])
    if attach is not None:
        report = subprocess.run([options.flopprof, "report", run_db, "--format", "json"],
                                stdout=subprocess.PIPE, text=True, check=True)
        totals = json.loads(report.stdout)["totals"]
        figures["run_db_bytes_per_step"] = os.path.getsize(run_db) / totals["steps"]
        figures["model_flops_per_step"] = totals["model_flops"] // totals["steps"]
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flopprof", default="build/bin/flopprof")
    parser.add_argument("--python", default=sys.executable, help="the interpreter whose torch is measured")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", nargs="*", default=list(JOBS), choices=list(JOBS))
    parser.add_argument("--json", metavar="FILE", help="keep the raw figures, with the table, here")
    options = parser.parse_args()
    raw = {}
    with tempfile.TemporaryDirectory() as folder:
        for job in options.jobs:
            for number in range(options.rounds):
                order = list(variants(job))
                for name, attach, tool in order[number % len(order):] + order[:number % len(order)]:
                    if sys.stderr.isatty():
                        print(f"\r{job}: {name:40}", end="", file=sys.stderr)
                    raw.setdefault(job, {}).setdefault(name, []).append(run_once(options, job, tool, attach, folder))
    lines = list(table(raw))
    print("\n".join(lines))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"command": sys.argv, "date": time.strftime("%Y-%m-%d"), "torch": torch_of(options.python),
                       "processors": os.cpu_count(), "table": lines, "raw": raw}, file, indent=1)


def torch_of(python):
    return subprocess.run([python, "-c", "import torch; print(torch.__version__)"],
                          stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def table(raw):
    yield "| job | variant | least step | least over bare's | in a round, over bare's: median (least to most) |"
    yield "|---|---|---|---|---|"
    for job, by_variant in raw.items():
        bare = by_variant["bare"]
        least_bare = min(one["step_seconds"] for one in bare if one)
        for name, rounds in by_variant.items():
            ratios = [one["step_seconds"] / other["step_seconds"] for one, other in zip(rounds, bare) if one and other]
            if not ratios:
                yield f"| {job} | {name} | not available in this torch | | |"
                continue
            least = min(one["step_seconds"] for one in rounds if one)
            yield (f"| {job} | {name} | {least * 1e3:.4g} ms | {least / least_bare:.3f} | "
                   f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}) |")


if __name__ == "__main__":
    main()
