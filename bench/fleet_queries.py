#!/usr/bin/env python3
"""What it costs to ask a fleet, by runs and by ranks: a CSV line a measurement, on stdout.

    build/fleet-venv/bin/python bench/fleet_queries.py MEASURED_DATA_SET FOLDER [--engine duckdb --engine spark]

MEASURED_DATA_SET is an export divided by run. FOLDER gets the made-up fleets (bench/make_fleet.py), and keeps them.
An engine is started once, and its first fleet is asked once more to warm it up. `cpu_seconds` is the processor time
that the answer took on all cores, which other guests of the machine change little; `seconds` is the wall time.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
FLEETS = ((10, 1000), (100, 1000), (300, 1000), (1000, 10), (1000, 100), (1000, 1000))

# Each prints what starting it took, then a line a folder: wall seconds, processor seconds, the answers.
START = """
import json, os, pathlib, sys, time
began = time.monotonic()
import fleet
def ticks(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
"""
ASK = {
    "duckdb": """
def cpu(): return time.process_time()
def ask(folder): return fleet.ask(folder, threads=threads)
""",
    "spark": """
spark = fleet.session(f"local[{threads}]")
spark.sparkContext.setLogLevel("ERROR")
java = spark.sparkContext._gateway.proc.pid
def cpu(): return time.process_time() + ticks(java)
def ask(folder):
    spark.catalog.clearCache()
    return fleet.ask(spark, folder)
"""}
LOOP = """
print(json.dumps([time.monotonic() - began, cpu(), None]), flush=True)
for folder in sys.argv[2:]:
    began, before = time.monotonic(), cpu()
    answers = ask(folder)
    print(json.dumps([time.monotonic() - began, cpu() - before, answers]), flush=True)
"""


def measurements(engine, threads, folders):
    script = (f"import sys\nsys.path.insert(0, {str(HERE.parent / 'integrations' / engine)!r})\n"
              f"threads = int(sys.argv[1])\n{START}{ASK[engine]}{LOOP}")
    with subprocess.Popen([sys.executable, "-c", script, str(threads), *map(str, folders)],
                          stdout=subprocess.PIPE, text=True) as worker:
        for line in worker.stdout:
            if line.startswith("["):
                yield json.loads(line)
    if worker.returncode != 0:
        sys.exit(f"fleet_queries: {engine} ended with status {worker.returncode}")


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
    arguments.add_argument("--fleet", action="append", metavar="RUNSxRANKS")
    options = arguments.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    fleets = [tuple(map(int, text.split("x"))) for text in options.fleet or ()] or list(FLEETS)
    paths = [make(options.measured, options.folder, *size) for size in fleets]
    print("engine,threads,runs,ranks,files,bytes,seconds,cpu_seconds,model_flops,load")
    known = {}
    for engine in options.engine or tuple(ASK):
        found = measurements(engine, options.threads, [paths[0], *paths])
        wall, cpu, _ = next(found)
        print(f"start of {engine},{options.threads},,,,,{wall:.2f},{cpu:.2f},,{os.getloadavg()[0]:.1f}", flush=True)
        for (runs, ranks), path, (wall, cpu, answers) in zip([fleets[0], *fleets], [paths[0], *paths], found):
            name = answers.pop("engine")
            if known.setdefault(path, answers) != answers or answers["differences"]:
                sys.exit(f"fleet_queries: {name} answers {path} otherwise than before, or it is not whole")
            sizes = [file.stat().st_size for file in path.rglob("*.parquet")]
            print(f"{name},{options.threads},{runs},{ranks},{len(sizes)},{sum(sizes)},{wall:.2f},{cpu:.2f},"
                  f"{answers['totals']['model_flops']},{os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
