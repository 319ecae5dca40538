"""What a fleet of runs cost, asked of a data set that `flopprof export --to parquet` wrote.

The questions are SQL that Spark and DuckDB both speak; this module holds them, and prints the answers. An engine
gives `tables(folder)`, which makes the views `runs`, `ranks` and `accuracy`, and `rows(sql)`.

FLOPs are decimals of 38 digits and are summed as such. Nanoseconds of GPUs are widened to the same before they
are summed: a million GPUs leave 64 bits within a day. Shares are worked out here, from exact sums, so that every
engine prints the same digits.
"""

import argparse
import decimal
import json
import pathlib
import sys

SCHEMA_VERSION = 1
DATA_SET_VERSION = 1
DIMENSIONS = ("project", "model", "user", "week")
OFFENDERS = 20

# The columns that are read, and their types in both engines. Whatever stands in a path is text there.
COLUMNS = {
    "runs": {
        "run": "VARCHAR", "project": "VARCHAR", "model": "VARCHAR", "user": "VARCHAR", "generated": "BOOLEAN",
        "started_at": "TIMESTAMP", "processes": "BIGINT", "steps": "BIGINT",
        "model_flops": "DECIMAL(38,0)", "executed_flops": "DECIMAL(38,0)", "gpu_ns": "BIGINT",
        "mfu_peak_flops": "DECIMAL(38,6)", "hfu_peak_flops": "DECIMAL(38,6)", "faults": "BIGINT",
    },
    "ranks": {
        "run": "VARCHAR", "process": "BIGINT", "model_flops": "DECIMAL(38,0)", "executed_flops": "DECIMAL(38,0)",
        "gpu_ns": "BIGINT", "allocated_ns": "BIGINT", "overhead_ns": "BIGINT",
    },
    "accuracy": {
        "run": "VARCHAR", "metric": "VARCHAR", "target": "DOUBLE", "reached": "BOOLEAN",
        "flops_to_target": "DECIMAL(38,0)", "gpu_ns_to_target": "BIGINT",
    },
}

# One row a run, its sums made from its ranks. MFU is of runs whose peak is known: their FLOPs stand beside it.
RUN_SUMS = """
SELECT r.run, r.project, r.model, r."user", CAST(date_trunc('week', r.started_at) AS DATE) AS week, r.generated,
       r.steps, r.processes, r.faults, r.mfu_peak_flops, r.hfu_peak_flops,
       r.model_flops AS told_model_flops, r.executed_flops AS told_executed_flops, r.gpu_ns AS told_gpu_ns,
       s.found_processes, s.model_flops, s.executed_flops, s.allocated_ns, s.overhead_ns,
       CASE WHEN r.gpu_ns IS NOT NULL THEN coalesce(s.gpu_ns, 0) END AS gpu_ns,
       CASE WHEN r.mfu_peak_flops IS NOT NULL THEN s.model_flops END AS mfu_flops,
       CASE WHEN r.hfu_peak_flops IS NOT NULL THEN s.executed_flops END AS hfu_flops
FROM runs r LEFT JOIN (
  SELECT run, count(*) AS found_processes, sum(model_flops) AS model_flops, sum(executed_flops) AS executed_flops,
         sum(CAST(gpu_ns AS DECIMAL(38,0))) AS gpu_ns, sum(CAST(allocated_ns AS DECIMAL(38,0))) AS allocated_ns,
         sum(CAST(overhead_ns AS DECIMAL(38,0))) AS overhead_ns
  FROM ranks GROUP BY run
) s ON s.run = r.run
"""

GROUPS = """
SELECT {key} AS name, count(*) AS runs, sum(processes) AS processes, sum(steps) AS steps,
       sum(CASE WHEN generated THEN 1 ELSE 0 END) AS generated_runs, sum(CASE WHEN faults > 0 THEN 1 ELSE 0 END)
         AS runs_with_faults,
       sum(model_flops) AS model_flops, sum(executed_flops) AS executed_flops,
       count(executed_flops) AS runs_with_executed_flops, sum(gpu_ns) AS gpu_ns, count(gpu_ns) AS runs_with_gpus,
       sum(allocated_ns) AS allocated_ns, sum(overhead_ns) AS overhead_ns, sum(mfu_flops) AS mfu_flops,
       sum(mfu_peak_flops) AS mfu_peak_flops, sum(hfu_flops) AS hfu_flops,
       sum(CASE WHEN hfu_flops IS NOT NULL THEN hfu_peak_flops END) AS hfu_peak_flops
FROM run_sums {group}
"""

# What a run left unused of its GPUs' peak. Runs whose peak is not known are in no such list.
OFFENDERS_QUERY = """
SELECT run, project, model, "user", week, mfu_flops, mfu_peak_flops, hfu_flops, hfu_peak_flops, gpu_ns, allocated_ns,
       mfu_peak_flops - mfu_flops AS unused_flops
FROM run_sums WHERE mfu_peak_flops IS NOT NULL ORDER BY unused_flops DESC, run LIMIT {most}
"""

ACCURACY = """
SELECT s.model, a.metric, a.target, count(*) AS runs, sum(CASE WHEN a.reached THEN 1 ELSE 0 END) AS reached,
       min(a.flops_to_target) AS least_flops, max(a.flops_to_target) AS most_flops,
       sum(a.flops_to_target) AS flops_to_target, count(a.flops_to_target) AS runs_with_flops,
       sum(CAST(a.gpu_ns_to_target AS DECIMAL(38,0))) AS gpu_ns_to_target,
       count(a.gpu_ns_to_target) AS runs_with_gpu_time,
       sum(CASE WHEN a.reached THEN NULL ELSE s.model_flops END) AS flops_of_runs_that_missed
FROM accuracy a JOIN run_sums s ON s.run = a.run GROUP BY s.model, a.metric, a.target
ORDER BY s.model NULLS LAST, a.metric, a.target
"""

CHEAPEST = """
SELECT model, metric, target, run FROM (
  SELECT s.model, a.metric, a.target, a.run,
         row_number() OVER (PARTITION BY s.model, a.metric, a.target ORDER BY a.flops_to_target, a.run) AS place
  FROM accuracy a JOIN run_sums s ON s.run = a.run WHERE a.flops_to_target IS NOT NULL
) t WHERE place = 1
"""

# Ranks that do not add up to their run: files are missing, or are of another export.
DIFFERENCES = """
SELECT run, processes, found_processes, told_model_flops, model_flops, told_executed_flops, executed_flops,
       told_gpu_ns, gpu_ns
FROM run_sums
WHERE coalesce(found_processes, 0) <> processes OR coalesce(model_flops, 0) <> told_model_flops
   OR coalesce(executed_flops, -1) <> coalesce(told_executed_flops, -1)
   OR coalesce(gpu_ns, 0) <> coalesce(told_gpu_ns, 0)
ORDER BY run LIMIT 100
"""


class NotADataSet(Exception):
    pass


def check(folder):
    """Of a folder of this machine; on another file system the tables have to speak for themselves."""
    mark = pathlib.Path(folder) / "_flopprof.json"
    if not mark.exists():
        raise NotADataSet(f"{folder} is no data set of flopprof; `flopprof export RUN --to parquet -o {folder}` "
                          "makes one")
    version = json.loads(mark.read_text()).get("data_set_version")
    if version != DATA_SET_VERSION:
        raise NotADataSet(f"{folder} has version {version} of the data set, this reads {DATA_SET_VERSION}")


def whole(value):
    return None if value is None else int(value)


def seconds(nanoseconds):
    return None if nanoseconds is None else int(nanoseconds) / 1e9


def share(flops, peak):
    if flops is None or peak is None or not peak:
        return None
    return float(flops) / float(decimal.Decimal(peak))


def sums(row):
    return {
        "runs": row["runs"],
        "processes": whole(row["processes"]) or 0,
        "steps": whole(row["steps"]) or 0,
        "generated_runs": whole(row["generated_runs"]) or 0,
        "runs_with_faults": whole(row["runs_with_faults"]) or 0,
        "model_flops": whole(row["model_flops"]) or 0,
        "executed_flops": whole(row["executed_flops"]),
        "runs_with_executed_flops": row["runs_with_executed_flops"],
        "gpu_seconds": seconds(row["gpu_ns"]),
        "runs_with_gpus": row["runs_with_gpus"],
        "allocated_gpu_seconds": seconds(row["allocated_ns"]),
        "mfu": share(row["mfu_flops"], row["mfu_peak_flops"]),
        "hfu": share(row["hfu_flops"], row["hfu_peak_flops"]),
        "flopprof_overhead_seconds": seconds(row["overhead_ns"]),
    }


def grouped(rows, dimension):
    key = "week" if dimension == "week" else '"user"' if dimension == "user" else dimension
    found = [{dimension: None if row["name"] is None else str(row["name"]), **sums(row)}
             for row in rows(GROUPS.format(key=key, group=f"GROUP BY {key}"))]
    if dimension == "week":  # its Monday
        return sorted(found, key=lambda row: row[dimension] or "")
    return sorted(found, key=lambda row: (-row["model_flops"], row[dimension] is None, row[dimension] or ""))


def offender(row):
    return {"run": row["run"], "project": row["project"], "model": row["model"], "user": row["user"],
            "week": None if row["week"] is None else str(row["week"]),
            "mfu": share(row["mfu_flops"], row["mfu_peak_flops"]),
            "hfu": share(row["hfu_flops"], row["hfu_peak_flops"]),
            "gpu_seconds": seconds(row["gpu_ns"]), "allocated_gpu_seconds": seconds(row["allocated_ns"]),
            "unused_flops": None if row["unused_flops"] is None else round(decimal.Decimal(row["unused_flops"]))}


def to_accuracy(rows):
    cheapest = {(row["model"], row["metric"], row["target"]): row["run"] for row in rows(CHEAPEST)}
    return [{"model": row["model"], "metric": row["metric"], "target": row["target"], "runs": row["runs"],
             "reached": whole(row["reached"]), "least_flops": whole(row["least_flops"]),
             "cheapest_run": cheapest.get((row["model"], row["metric"], row["target"])),
             "most_flops": whole(row["most_flops"]), "flops_to_target": whole(row["flops_to_target"]),
             "runs_with_flops": row["runs_with_flops"], "gpu_seconds_to_target": seconds(row["gpu_ns_to_target"]),
             "runs_with_gpu_time": row["runs_with_gpu_time"],
             "flops_of_runs_that_missed": whole(row["flops_of_runs_that_missed"])} for row in rows(ACCURACY)]


def difference(row):
    return {"run": row["run"], "processes": row["processes"], "processes_found": row["found_processes"] or 0,
            "model_flops": whole(row["told_model_flops"]), "model_flops_found": whole(row["model_flops"]),
            "executed_flops": whole(row["told_executed_flops"]),
            "executed_flops_found": whole(row["executed_flops"]),
            "gpu_seconds": seconds(row["told_gpu_ns"]), "gpu_seconds_found": seconds(row["gpu_ns"])}


def answers(rows, engine, most=OFFENDERS):
    """All of it, once the engine has made `run_sums` of RUN_SUMS."""
    found = {"schema_version": SCHEMA_VERSION, "engine": engine,
             "totals": sums(next(iter(rows(GROUPS.format(key="NULL", group="")))))}
    for dimension in DIMENSIONS:
        found[f"by_{dimension}"] = grouped(rows, dimension)
    found["worst_offenders"] = [offender(row) for row in rows(OFFENDERS_QUERY.format(most=most))]
    found["to_accuracy"] = to_accuracy(rows)
    found["differences"] = [difference(row) for row in rows(DIFFERENCES)]
    return found


def quantity(value, unit):
    if value is None:
        return "-"
    for prefix, size in (("E", 1e18), ("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= size:
            return f"{value / size:.3g} {prefix}{unit}" if abs(value) < 1000 * size else f"{value:.3e} {unit}"
    return f"{value:.3g} {unit}"


def percent(value):
    return "-" if value is None else f"{100 * value:.1f} %"


def cell(text):
    """One line, whatever a name holds."""
    text = "-" if text is None else "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(text))
    return text if len(text) <= 40 else text[:39] + "…"


def table(title, head, lines, out):
    if not lines:
        return
    lines = [[cell(text) for text in line] for line in lines]
    widths = [max(len(text) for text in column) for column in zip(head, *lines)]
    print(f"\n{title}", file=out)
    for line in [head, ["-" * width for width in widths], *lines]:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip(), file=out)


def print_text(found, out):
    total = found["totals"]
    for row in found["differences"]:
        print(f"NOT WHOLE: run {cell(row['run'])}: {row['processes_found']} of {row['processes']} processes, "
              f"{row['model_flops_found']} of {row['model_flops']} model FLOPs are in `ranks`", file=out)
    print(f"{total['runs']} runs of {total['processes']} processes ({total['generated_runs']} generated), "
          f"{total['runs_with_faults']} with faults; {found['engine']}", file=out)
    head = ["", "runs", "model FLOPs", "executed", "GPU-seconds", "MFU", "HFU"]

    def line(name, row):
        return [name, row["runs"], quantity(row["model_flops"], "FLOP"), quantity(row["executed_flops"], "FLOP"),
                quantity(row["gpu_seconds"], "s"), percent(row["mfu"]), percent(row["hfu"])]

    table("All", head, [line("", total)], out)
    for dimension in DIMENSIONS:
        table(f"By {dimension}", [dimension, *head[1:]],
              [line(row[dimension], row) for row in found[f"by_{dimension}"]], out)
    table("Worst offenders, by FLOPs of the peak that were not used",
          ["run", "project", "model", "user", "MFU", "unused"],
          [[row["run"], row["project"], row["model"], row["user"], percent(row["mfu"]),
            quantity(row["unused_flops"], "FLOP")] for row in found["worst_offenders"]], out)
    table("Cost to accuracy", ["model", "metric", "target", "runs", "reached", "least FLOPs", "cheapest run"],
          [[row["model"], row["metric"], f"{row['target']:g} %", row["runs"], row["reached"],
            quantity(row["least_flops"], "FLOP"), row["cheapest_run"]] for row in found["to_accuracy"]], out)


def parser(description):
    arguments = argparse.ArgumentParser(description=description)
    arguments.add_argument("data_set", help="the folder that `flopprof export --to parquet` wrote")
    arguments.add_argument("--format", choices=("text", "json"), default="text")
    arguments.add_argument("--top", type=int, default=OFFENDERS, metavar="N", help="worst offenders")
    return arguments


def finish(found, form, out=None):
    """Prints; 3 where ranks do not add up to their run."""
    out = out or sys.stdout
    if form == "json":
        json.dump(found, out, indent=2)
        print(file=out)
    else:
        print_text(found, out)
    return 3 if found["differences"] else 0


def run(options, package, ask):
    """The status of a program that prints what `ask()` found; `package` is what it imports from PyPI."""
    try:
        return finish(ask(), options.format)
    except NotADataSet as error:
        print(f"fleet: {error}", file=sys.stderr)
    except ImportError as error:
        print(f"fleet: {error}; pip install {package}", file=sys.stderr)
    return 1
