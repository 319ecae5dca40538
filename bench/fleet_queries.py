#!/usr/bin/env python3
"""What it costs to ask a fleet, by runs and by ranks: a CSV line a measurement, on stdout.

    build/fleet-venv/bin/python bench/fleet_queries.py MEASURED_DATA_SET FOLDER [--engine duckdb --engine spark]

MEASURED_DATA_SET is an export divided by run. FOLDER gets the made-up fleets (bench/make_fleet.py), and keeps them.
Each measurement is a process of its own; `seconds` is its wall time, the start of the engine in it, and
`answer_seconds` that of the queries alone. Both engines' answers are compared.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
FLEETS = ((10, 1000), (100, 1000), (300, 1000), (1000, 10), (1000, 100), (1000, 1000))

ASK = {
    "duckdb": """
import fleet
began = time.monotonic()
answers = fleet.ask(sys.argv[1], threads=int(sys.argv[2]))
seconds = time.monotonic() - began
""",
    "spark": """
import fleet
spark = fleet.session(f"local[{sys.argv[2]}]")
spark.sparkContext.setLogLevel("ERROR")
began = time.monotonic()
answers = fleet.ask(spark, sys.argv[1])
seconds = time.monotonic() - began
"""}


def ask(engine, folder, threads):
    script = f"import json, sys, time\nsys.path.insert(0, {str(HERE.parent / 'integrations' / engine)!r})\n"
    script += ASK[engine] + "print(json.dumps([seconds, answers]))\n"
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", script, str(folder), str(threads)], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"fleet_queries: {engine}: {done.stderr[-3000:]}")
    seconds, answers = json.loads(done.stdout.splitlines()[-1])
    return time.monotonic() - began, seconds, answers


def make(measured, folder, runs, ranks):
    path = folder / f"{runs}x{ranks}"
    if not path.exists():
        began = time.monotonic()
        subprocess.run([sys.executable, HERE / "make_fleet.py", measured, "-o", path, "--runs", str(runs),
                        "--ranks", str(ranks)], check=True)
        print(f"made {path.name} in {time.monotonic() - began:.1f} s", file=sys.stderr)
    return path


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("measured", type=pathlib.Path)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--engine", action="append", choices=tuple(ASK))
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    arguments.add_argument("--repeats", type=int, default=3)
    options = arguments.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print("engine,threads,runs,ranks,files,bytes,repeat,seconds,answer_seconds,model_flops,load")
    for runs, ranks in FLEETS:
        path = make(options.measured, options.folder, runs, ranks)
        files = [file.stat().st_size for file in path.rglob("*.parquet")]
        before = None
        for engine in options.engine or tuple(ASK):
            for repeat in range(options.repeats):
                wall, seconds, answers = ask(engine, path, options.threads)
                name = answers.pop("engine")
                if before not in (None, answers):
                    sys.exit(f"fleet_queries: {engine} answers {path} otherwise than the measurement before")
                before = answers
                if answers["differences"]:
                    sys.exit(f"fleet_queries: {path}: {answers['differences'][0]}")
                print(f"{name},{options.threads},{runs},{ranks},{len(files)},{sum(files)},{repeat},{wall:.2f},"
                      f"{seconds:.2f},{answers['totals']['model_flops']},{os.getloadavg()[0]:.1f}", flush=True)
    print(f"children used {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MiB at most",
          file=sys.stderr)


if __name__ == "__main__":
    main()
