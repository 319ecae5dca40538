#!/usr/bin/env python3
"""A fleet as large as you like, made from the export of measured runs:

    python3 bench/make_fleet.py MEASURED_DATA_SET -o FLEET --runs 1000 --ranks 1000

Each run is one of the measured ones, its numbers multiplied by a factor that its number gives, divided among its
ranks so that they add up. It is marked `generated`: it shows what the queries cost, and says nothing of any GPU.
Where the measured run has no GPU, its ranks are given one each, busy for 0.1 to 0.9 of the steps, of a peak of 1e15
FLOP/s. The files are divided by run.
"""

import argparse
import datetime
import decimal
import json
import pathlib
import sys

PEAK = 10**15  # FLOP/s of one made-up device
PROJECTS, USERS, WEEKS = 20, 50, 52
FIRST_DAY = datetime.datetime(2025, 1, 6, tzinfo=datetime.timezone.utc)  # a Monday


def factor(number, of):
    """1 to `of`, the same on every machine."""
    return 1 + number * 2654435761 % 2**32 * of // 2**32


def divided(total, parts):
    """Integers that add up to `total`."""
    return [total * (part + 1) // parts - total * part // parts for part in range(parts)]


def read(folder, table):
    import pyarrow.dataset as dataset
    return dataset.dataset(folder / table, format="parquet", partitioning="hive").to_table().to_pylist()


def schema_of(folder, table):
    """Of the files of a data set divided by run."""
    import pyarrow.parquet as parquet
    return parquet.read_schema(next((folder / table).glob("run=*/*.parquet")))


def made_run(number, measured, ranks):
    """The row of `runs`, without what GPUs add, and the work of all its ranks."""
    scale = factor(number, 10_000)
    run = dict(measured, generated=True, ranks=ranks, processes=ranks, faults=number % 10 == 0,
               project=f"project {factor(number, PROJECTS)}", user=f"user {factor(number * 7, USERS)}",
               model=measured["model"] or f"model {number % 5}",
               started_at=FIRST_DAY + datetime.timedelta(days=7 * (number % WEEKS), hours=number % 160))
    run["model_flops"] = int(measured["model_flops"]) * scale * ranks
    run["executed_flops"] = run["model_flops"] * factor(number * 3, 40) // 100 + run["model_flops"]
    run["executed_flops_source"] = "extrapolated"
    run["overhead_ns"] = measured["overhead_ns"] * ranks
    run["devices"] = ranks
    run["device_name"] = measured["device_name"] or "made-up GPU"
    step_ns = max(1, measured["wall_ns"]) * scale
    run["wall_ns"] = step_ns
    run["allocated_ns"] = step_ns * ranks
    run["gpu_ns"] = run["allocated_ns"] * (9 + factor(number * 5, 80)) // 100
    capacity = decimal.Decimal(run["allocated_ns"]) * PEAK / 10**9
    # A job of shapes that small would not use a thousandth of such a device: it is taken to use up to half.
    run["model_flops"] = max(run["model_flops"], int(capacity) * factor(number * 11, 50) // 100)
    run["executed_flops"] = run["model_flops"] * (100 + factor(number * 3, 40)) // 100
    run["mfu_peak_flops"] = run["hfu_peak_flops"] = capacity
    run["mfu"] = run["model_flops"] / float(capacity)
    run["hfu"] = run["executed_flops"] / float(capacity)
    run["peak_flops_per_second"], run["peak_class"], run["peak_source"] = float(PEAK), "fp32", "made up"
    return run


def columns_of_ranks(run, measured, ranks):
    """By column; a list is by rank, anything else is the same for all."""
    columns = dict(measured)
    for name in ("model_flops", "executed_flops", "gpu_ns", "allocated_ns", "overhead_ns"):
        columns[name] = divided(run[name], ranks)
    columns.update(process=list(range(1, ranks + 1)), rank=list(range(ranks)), world_size=ranks,
                   local_rank=[rank % 8 for rank in range(ranks)],
                   host=[f"node-{rank // 8:04d}" for rank in range(ranks)], devices=1,
                   device_name=run["device_name"], started_at=run["started_at"], wall_ns=run["wall_ns"],
                   executed_flops_source=run["executed_flops_source"])
    return columns


def write(path, columns, schema, rows):
    import pyarrow
    import pyarrow.parquet as parquet
    arrays = []
    for field in schema:
        values = columns.get(field.name)
        values = values if isinstance(values, list) else [values] * rows
        if pyarrow.types.is_decimal(field.type):
            values = [None if value is None else decimal.Decimal(value) for value in values]
        if pyarrow.types.is_int64(field.type):
            values = [None if value is None else int(value) for value in values]
        arrays.append(pyarrow.array(values, type=field.type))
    path.mkdir(parents=True)
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), path / "part-0.parquet")


def accuracy_of(number, name, run):
    reached = number % 4 != 0
    share = 40 + factor(number * 13, 60)
    return {"metric": "top1", "target": 75.0, "reached": reached, "accuracy": 75.1 if reached else 70.0,
            "step": run["steps"] * share // 100 if reached else None,
            "flops_to_target": run["model_flops"] * share // 100 if reached else None,
            "flops_to_target_source": "modelled" if reached else None, "steps_without_flops": 0 if reached else None,
            "gpu_ns_to_target": run["gpu_ns"] * share // 100 if reached else None,
            "wall_ns_to_target": run["wall_ns"] * share // 100 if reached else None}


def accuracy_schema():
    import pyarrow
    flops, whole = pyarrow.decimal128(38, 0), pyarrow.int64()
    return pyarrow.schema([("metric", pyarrow.string()), ("target", pyarrow.float64()),
                           ("reached", pyarrow.bool_()), ("accuracy", pyarrow.float64()), ("step", whole),
                           ("flops_to_target", flops), ("flops_to_target_source", pyarrow.string()),
                           ("steps_without_flops", whole), ("gpu_ns_to_target", whole),
                           ("wall_ns_to_target", whole)])


def make(measured_folder, folder, runs, ranks):
    if json.loads((measured_folder / "_flopprof.json").read_text())["partition_by"] != "run":
        sys.exit("make_fleet: export the measured runs with --partition-by run")
    measured = sorted(read(measured_folder, "runs"), key=lambda row: row["run"])
    processes = read(measured_folder, "ranks")
    schemas = {table: schema_of(measured_folder, table) for table in ("runs", "ranks")}
    folder.mkdir(parents=True)
    (folder / "_flopprof.json").write_text((measured_folder / "_flopprof.json").read_text())
    for number in range(runs):
        like = measured[number % len(measured)]
        one = next(row for row in processes if row["run"] == like["run"])
        name = f"run={number:032x}"
        run = made_run(number, like, ranks)
        write(folder / "runs" / name, run, schemas["runs"], 1)
        write(folder / "ranks" / name, columns_of_ranks(run, one, ranks), schemas["ranks"], ranks)
        write(folder / "accuracy" / name, accuracy_of(number, name, run), accuracy_schema(), 1)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("measured", type=pathlib.Path)
    arguments.add_argument("-o", "--output", type=pathlib.Path, required=True)
    arguments.add_argument("--runs", type=int, default=1000)
    arguments.add_argument("--ranks", type=int, default=1000)
    options = arguments.parse_args()
    if options.output.exists():
        sys.exit(f"make_fleet: {options.output} is there already; give another folder")
    make(options.measured, options.output, options.runs, options.ranks)


if __name__ == "__main__":
    main()
