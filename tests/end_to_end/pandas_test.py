"""`import flopprof`: runs in pandas, with the numbers of `flopprof report`."""

import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

from exchange_test import FLOPPROF, HOSTILE, add_model_flops, make_nsys_export

PYTHON_PATH = os.path.join(os.environ["FLOPPROF_BUILD"], "share/flopprof/python")
sys.path.insert(0, PYTHON_PATH)

import flopprof  # noqa: E402

try:
    import pandas
except ImportError:
    pandas = None


class Opened(unittest.TestCase):
    def setUp(self):
        if pandas is None:
            self.skipTest("no pandas (PyPI)")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.path = self.folder / "run.db"
        make_nsys_export(self.folder / "capture.sqlite")
        subprocess.run([FLOPPROF, "import", self.folder / "capture.sqlite", "-o", self.path,
                        "--step-range", "step *"], check=True, stderr=subprocess.DEVNULL)
        add_model_flops(self.path)
        self.run_db = flopprof.open(self.path)

    def change(self, sql, *values):
        with sqlite3.connect(self.path) as db:
            db.execute(sql, values)
        db.close()

    def report(self, *options):
        done = subprocess.run([FLOPPROF, "report", self.path, "--format", "json", *options],
                              check=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout)


class Run(Opened):
    def test_has_the_totals_of_the_report(self):
        totals = self.run_db.totals
        self.assertEqual((totals["steps"], totals["model_flops"], totals["gpu_seconds"]),
                         (12, 12_000, 3.6e-6))
        self.assertIs(type(totals["model_flops"]), int)
        self.assertEqual(dict(totals), self.report()["totals"])

    def test_has_the_steps_of_the_report(self):
        steps = self.run_db.steps()
        self.assertEqual(list(steps["model_flops"]), [1000] * 12)
        self.assertEqual(list(steps["gpu_ns"]), [300] * 12)
        self.assertEqual(str(steps["model_flops"].dtype), "int64")
        reported = self.report("--by", "step")["by_step"]
        self.assertEqual(list(steps["step"]), [step["step"] for step in reported])
        self.assertEqual(list(steps["wall_ns"] / 1e9), [step["wall_seconds"] for step in reported])

    def test_has_operators_and_kernels_with_names_as_they_are(self):
        operators = self.run_db.operators()
        self.assertEqual(list(operators["op"]), ["aten::" + HOSTILE])
        self.assertEqual(list(operators["model_flops"]), [12_000])
        kernels = self.run_db.kernels()
        self.assertEqual(list(kernels["kernel"]), [HOSTILE, "relu"])
        self.assertEqual(list(kernels["kernel_ns"]), [3600, 1200])
        self.assertEqual([k["kernel_seconds"] for k in self.report("--by", "kernel")["by_kernel"]],
                         list(kernels["kernel_ns"] / 1e9))

    def test_has_the_faults_of_the_report(self):
        self.change("INSERT INTO fault VALUES (0, ?, 2, 1700000000000000000, 'which', 'do this')",
                    HOSTILE)
        faults = self.run_db.faults()
        self.assertIn((HOSTILE, 2, "2023-11-14T22:13:20.000Z", "which", "do this"),
                      list(faults.itertuples(index=False, name=None)))
        self.assertEqual(faults.to_dict("records"), self.report()["faults"])

    def test_has_phases_classes_layers_and_ranks(self):
        self.assertEqual(list(self.run_db.phases()["phase"]), ["forward"])
        self.assertEqual(list(self.run_db.layers()["model_flops"]), [12_000])
        self.assertEqual(list(self.run_db.ranks()["steps"]), [12])
        self.assertEqual(len(self.run_db.classes()), 0)

    def test_says_that_a_step_was_not_counted_and_not_nought(self):
        self.change("UPDATE step SET model_flops = NULL, step_class = 5 WHERE step = 3")
        flops = self.run_db.steps()["model_flops"]
        self.assertEqual(str(flops.dtype), "Int64")
        self.assertEqual(list(flops.isna()), [at == 3 for at in range(12)])

    def test_keeps_every_digit_of_what_64_bits_cannot_hold(self):
        most = 2**63 - 1
        self.change("UPDATE op_work SET model_flops = ?", most)
        self.change("INSERT INTO op_work SELECT process, step_class, phase, layer, op, 1, calls,"
                    " uncounted_calls, model_flops, recomputed_flops, cpu_ns FROM op_work")
        self.assertEqual(self.run_db.totals["model_flops"], 18_446_744_073_709_551_614)
        self.assertEqual(list(self.run_db.operators()["model_flops"]), [18_446_744_073_709_551_614])
        self.change("UPDATE step SET model_flops = ? WHERE step = 0", most)
        self.assertEqual(self.run_db.steps()["model_flops"][0], 9_223_372_036_854_775_807)

    def test_answers_a_question_in_sql_and_changes_nothing(self):
        frame = self.run_db.sql("SELECT sum(wall_ns) AS wall_ns FROM step_total")
        self.assertEqual(frame["wall_ns"][0], 12_000)
        with self.assertRaises(ValueError):
            self.run_db.sql("DELETE FROM step")
        self.assertEqual(len(self.run_db.steps()), 12)

    def test_has_frames_when_it_has_nothing(self):
        empty = self.folder / "empty.db"
        subprocess.run([FLOPPROF, "import", self.folder / "capture.sqlite", "-o", empty],
                       check=True, stderr=subprocess.DEVNULL)
        run = flopprof.open(str(empty))
        self.assertEqual(len(run.steps()), 0)
        self.assertEqual(list(run.steps().columns), list(self.run_db.steps().columns))

    def test_follows_a_run_that_goes_on(self):
        self.change("INSERT INTO step SELECT process, 12, step_class, began_after_ns, wall_ns,"
                    " model_flops, signature FROM step WHERE step = 11")
        self.assertEqual(len(self.run_db.steps()), 13)


class WhatIsNoRun(Opened):
    def test_is_refused_with_the_reason(self):
        with self.assertRaisesRegex(FileNotFoundError, "nothing.db: no such file"):
            flopprof.open(self.folder / "nothing.db")
        text = self.folder / "notes.txt"
        text.write_text("no database\n" * 100)
        with self.assertRaisesRegex(ValueError, "notes.txt: file is not a database"):
            flopprof.open(text)
        with self.assertRaisesRegex(ValueError, "capture.sqlite is SQLite, but not a run"):
            flopprof.open(self.folder / "capture.sqlite")

    def test_from_a_newer_flopprof_has_no_totals(self):
        self.change("PRAGMA user_version = 99")
        with self.assertRaisesRegex(ValueError, "has schema 99"):
            self.run_db.totals


class Import(unittest.TestCase):
    def in_python(self, text, *launcher, **variables):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("FLOPPROF_", "LD_"))}
        return subprocess.run([*launcher, sys.executable, "-c", text], check=True, cwd=self.folder,
                              env=dict(clean, PYTHONPATH=PYTHON_PATH, **variables),
                              stdout=subprocess.PIPE, text=True).stdout

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_brings_in_nothing_that_is_not_used(self):
        self.assertEqual(self.in_python(
            "import sys, flopprof\n"
            "with flopprof.step(): pass\n"
            "print({'numpy', 'pandas', 'torch', 'sqlite3', 'subprocess'} & set(sys.modules))"),
            "set()\n")

    def test_in_a_job_reads_the_jobs_own_run_outside_of_the_process(self):
        """A second SQLite here would take away the locks of the collector's."""
        if pandas is None:
            self.skipTest("no pandas (PyPI)")
        out = self.in_python(
            "import os, sqlite3, time, flopprof\n"
            "for _ in range(3):\n"
            "    with flopprof.step(): time.sleep(0.01)\n"
            "time.sleep(1.5)\n"
            "sqlite3.connect = None\n"
            "run = flopprof.open(os.environ['FLOPPROF_RUN'])\n"
            "print(len(run.steps()), run.totals['steps'])\n",
            FLOPPROF, "run", "--")
        self.assertEqual(out, "3 3\n")


if __name__ == "__main__":
    unittest.main()
