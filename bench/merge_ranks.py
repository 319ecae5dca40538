#!/usr/bin/env python3
"""How long does merging the files of many ranks take, and in how much memory?

Makes files of ranks with the rows of a long job, merges growing numbers of them, and prints seconds, the most
memory that the merge held, and both against the smallest number of ranks: time should grow with the ranks, memory
should not. Reading all files once (`cat`) stands beside it."""

import argparse
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time

WORLD = "Slurm 1.0"
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1) "


def make_template(flopprof, path, steps, operators, kernels):
    """A finished run whose one process made `steps` steps on one GPU, looked at every hundredth time."""
    subprocess.run([flopprof, "run", "-o", path, "--", "true"], check=True)
    db = sqlite3.connect(path)
    at = db.execute("SELECT started_at_ns FROM run").fetchone()[0]
    db.execute("INSERT INTO process (id, pid, parent_pid, start_ticks, host, command, started_at_ns,"
               " last_written_at_ns, ended_at_ns, rank, local_rank, world_size, world, libtorch, cpu_name,"
               " step_source, callbacks, callback_ns, overhead_ns) VALUES (1, 1, 1, 1, 'node', '[\"train\"]', ?1, ?1,"
               " ?1, 0, 0, 1, ?2, '2.15.0', 'CPU', 'optimizer', 0, 0, 0)", (at, WORLD))
    db.execute("INSERT INTO StringIds (value) VALUES ('')")
    db.execute(NUMBERS + "INSERT INTO StringIds (value) SELECT 'aten::operator_of_some_length_' || i FROM n",
               (operators,))
    db.execute(NUMBERS + "INSERT INTO StringIds (value) SELECT 'void at::native::vectorized_elementwise_kernel<4, at::"
               "native::CUDAFunctor_add<float>, std::array<char*, 3ul> >(int, float, ' || i || ')' FROM n", (kernels,))
    db.execute(NUMBERS + "INSERT INTO step SELECT 1, i, 1, i * 200000000, 200000000 + i % 977,"
               " CASE WHEN i % 100 = 0 THEN 123456789012 END, CASE WHEN i % 100 = 0 THEN 77 END FROM n", (steps,))
    db.execute("INSERT INTO op_work SELECT 1, 1, phase, 1, id, 0, 1000, 0, 123456789, 0, 1000000 FROM StringIds,"
               " (SELECT 'forward' AS phase UNION SELECT 'backward') WHERE id BETWEEN 2 AND ?", (operators + 1,))
    db.execute("INSERT INTO gpu_device VALUES (1, 0, 'NVIDIA H100 80GB HBM3', 'GPU-0')")
    db.execute(NUMBERS + "INSERT INTO step_launches SELECT 1, i, 77, 1000, i % 100 = 0 FROM n", (steps,))
    db.execute(NUMBERS + "INSERT INTO gpu_step SELECT 1, i * 100, 0, 1000, 190000000, 180000000, 0, 0, 0, 0, 0 FROM n",
               (steps // 100,))
    db.execute("INSERT INTO kernel_work SELECT 1, id, 1, 1000, 1000000 FROM StringIds WHERE id > ?", (operators + 1,))
    db.commit()
    db.close()


def make_ranks(template, folder, ranks):
    paths = []
    for rank in range(ranks):
        paths.append(os.path.join(folder, "run.rank%d.db" % rank))
        shutil.copy(template, paths[-1])
        db = sqlite3.connect(paths[-1])
        db.execute("PRAGMA synchronous = OFF")
        db.execute("UPDATE process SET rank = ?, local_rank = ?, pid = ?, world_size = ?, host = ?",
                   (rank, rank % 8, 1000 + rank, ranks, "node%d" % (rank // 8)))
        db.execute("UPDATE gpu_device SET uuid = ?", ("GPU-%d" % rank,))
        db.execute("UPDATE run SET run_id = ?", ("of rank %d" % rank,))
        db.commit()
        db.close()
    return paths


def timed(command):
    """(seconds, those of them on a processor, most memory in MB)"""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command[:3]
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flopprof", default="build/bin/flopprof")
    parser.add_argument("--ranks", type=int, nargs="+", default=[16, 64, 256])
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--operators", type=int, default=150)
    parser.add_argument("--kernels", type=int, default=200)
    arguments = parser.parse_args()
    print("%d steps, %d operators, %d kernels a rank" % (arguments.steps, arguments.operators, arguments.kernels))
    print("ranks  files MB  cat s  merge s  CPU s  per rank  memory MB  report s  CPU s")
    first = None
    for ranks in arguments.ranks:
        with tempfile.TemporaryDirectory(prefix="flopprof-merge-") as folder:
            template = os.path.join(folder, "template.db")
            make_template(arguments.flopprof, template, arguments.steps, arguments.operators, arguments.kernels)
            paths = make_ranks(template, folder, ranks)
            size = sum(os.path.getsize(path) for path in paths) / 1e6
            reading, _, _ = timed(["cat", *paths])
            merged = os.path.join(folder, "all.db")
            seconds, busy, memory = timed([arguments.flopprof, "merge", *paths, "-o", merged])
            report, report_busy, _ = timed([arguments.flopprof, "report", merged, "--by", "rank"])
            first = first or (busy / ranks, memory)
            print("%5d  %8.1f  %5.2f  %7.2f  %5.2f  x %6.2f  %5.1f x %.2f  %8.2f  %5.2f" % (
                ranks, size, reading, seconds, busy, busy / ranks / first[0], memory, memory / first[1], report,
                report_busy))


if __name__ == "__main__":
    main()
