"""A fleet of runs: exported to Parquet, asked about with DuckDB and with Spark, against each run's own report."""

import importlib.util
import json
import os
import pathlib
import pwd
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

from exchange_test import FLOPPROF, add_model_flops, make_nsys_export

SOURCE = pathlib.Path(os.environ["FLOPPROF_SOURCE"])
FLEET = SOURCE / "integrations"
MOST = 2**63 - 1
HOSTILE = "p'\"</script>\\\n\x1b[31m%=/" + "x" * 10_000
HAS_PARQUET = (FLOPPROF.parent.parent / "libexec/flopprof/flopprof_parquet").exists()
HAS_DUCKDB = importlib.util.find_spec("duckdb") is not None
HAS_SPARK = importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None


def flopprof(*words, status=0):
    done = subprocess.run([FLOPPROF, *map(str, words)], capture_output=True, text=True, timeout=100)
    if done.returncode != status:
        raise AssertionError(f"status {done.returncode}: {done.stderr}")
    return done


def make_run(folder, name, steps=12):
    """Steps of 1000 ns of one H100, busy for 300 of them."""
    capture, run = folder / f"{name}.sqlite", folder / f"{name}.db"
    make_nsys_export(capture, steps)
    flopprof("import", capture, "-o", run, "--step-range", "step *")
    with sqlite3.connect(run) as db:
        db.execute("UPDATE run SET run_id = ?", (name,))
        db.execute("UPDATE gpu_device SET name = 'NVIDIA H100 80GB HBM3'")
    db.close()
    return run


def add_second_rank(run):
    """Two ranks of one world, each with a GPU of its own and FLOPs beyond 64 bits."""
    with sqlite3.connect(run) as db:
        db.execute("UPDATE process SET rank = 0, world_size = 2, world = 'w'")
        db.execute("UPDATE op_work SET model_flops = ?", (MOST,))
        db.execute("INSERT INTO op_work SELECT process, step_class, phase, layer, op, 1, 0, 0, model_flops, 0, 0"
                   " FROM op_work")
        for table in ("step", "op_work", "gpu_step", "step_launches", "gpu_device", "process"):
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            key = "id" if table == "process" else "process"
            changed = {key: "2", "uuid": "'GPU-b'", "rank": "1"}
            picked = ", ".join(changed.get(column, column) for column in columns)
            db.execute(f"INSERT INTO {table} SELECT {picked} FROM {table}")
    db.close()


def report(run):
    return json.loads(flopprof("report", run, "--peak", "tensor_bf16", "--format", "json").stdout)


def by(answers, dimension):
    return {row[dimension]: row for row in answers[f"by_{dimension}"]}


@unittest.skipUnless(HAS_PARQUET, "flopprof was built without Apache Arrow")
class Fleet(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.path = pathlib.Path(folder.name)
        cls.one = make_run(cls.path, "123e4")  # an id that looks like a number
        add_model_flops(cls.one)
        cls.two = make_run(cls.path, "two")
        add_model_flops(cls.two)
        add_second_rank(cls.two)
        cls.three = make_run(cls.path, "three", steps=20)
        add_model_flops(cls.three, 3000)
        with sqlite3.connect(cls.three) as db:
            db.execute("UPDATE run SET started_at_ns = started_at_ns + 7 * 86400 * 1000000000")
        db.close()
        cls.log = cls.path / "log.csv"
        cls.log.write_text("step,top1\n5,50\n10,76\n20,80\n")
        cls.to_target = ("--accuracy", cls.log, "--metric", "top1", "--target", 75)

    def export(self, to, *more):
        """Three runs of three models."""
        label = ("--label", "user=ada", "--label", f"project={HOSTILE}")
        flopprof("export", self.one, "--to", "parquet", "-o", to, "--peak", "tensor_bf16", "--label",
                 "model=one", *label, *more)
        flopprof("export", self.two, "--to", "parquet", "-o", to, "--peak", "tensor_bf16", "--label",
                 "model=two", *label, *more)
        flopprof("export", self.three, "--to", "parquet", "-o", to, "--peak", "tensor_bf16", "--label",
                 "model=three", "--label", "user=grace", *self.to_target, *more)

    def folder(self, name):
        return self.path / f"{self.id().rpartition('.')[2]}-{name}"

    def ask(self, program, to, *words, status=0):
        done = subprocess.run([*program, to, "--format", "json", *words], capture_output=True, text=True,
                              timeout=1500)
        self.assertEqual(done.returncode, status, done.stderr[-4000:])
        return json.loads(done.stdout)

    def duckdb(self, to, *words, status=0):
        if not HAS_DUCKDB:
            self.skipTest("no duckdb (PyPI)")
        return self.ask([sys.executable, FLEET / "duckdb/fleet.py"], to, *words, status=status)

    def check_against_reports(self, answers):
        models = by(answers, "model")
        for run, model in ((self.one, "one"), (self.two, "two"), (self.three, "three")):
            totals = report(run)["totals"]
            row = models[model]
            for key in ("model_flops", "executed_flops", "gpu_seconds", "allocated_gpu_seconds", "mfu", "hfu"):
                self.assertEqual(row[key], totals[key], f"{model}: {key}")
            self.assertIsNotNone(row["mfu"])
        self.assertEqual(models["one"]["model_flops"], 12_000)
        self.assertEqual(models["two"]["model_flops"], 36893488147419103228)  # 4 x (2^63 - 1)
        self.assertEqual(models["two"]["gpu_seconds"], 7.2e-6)
        self.assertEqual(answers["totals"]["model_flops"], 36893488147419175228)
        self.assertEqual(answers["totals"]["gpu_seconds"], 1.68e-5)
        self.assertEqual(answers["totals"]["processes"], 4)

    def check_groups(self, answers):
        self.assertEqual(by(answers, "user")["ada"]["runs"], 2)
        self.assertEqual(by(answers, "user")["grace"]["model_flops"], 60_000)
        self.assertEqual(by(answers, "project")[HOSTILE]["runs"], 2)
        self.assertEqual(by(answers, "project")[None]["runs"], 1)
        self.assertEqual([(row["week"], row["runs"]) for row in answers["by_week"]],
                         [("2023-11-13", 2), ("2023-11-20", 1)])
        # 20 µs of a device unused but for 60,000 FLOPs, 24 µs in which more was done than it can, 12 µs.
        self.assertEqual([row["run"] for row in answers["worst_offenders"]], ["three", "123e4", "two"])
        self.assertEqual(answers["worst_offenders"][1]["unused_flops"], 11_872_788_000)
        self.assertEqual(answers["to_accuracy"][0]["cheapest_run"], "three")
        self.assertEqual(answers["to_accuracy"][0]["least_flops"], 30_000)
        self.assertEqual(answers["differences"], [])

    def test_duckdb_agrees_with_the_reports_to_the_digit(self):
        to = self.folder("set")
        self.export(to)
        answers = self.duckdb(to)
        self.check_against_reports(answers)
        self.check_groups(answers)

    def test_spark_agrees_with_the_reports_and_with_duckdb(self):
        if not HAS_SPARK:
            self.skipTest("no pyspark (PyPI) or no Java")
        to = self.folder("set")
        self.export(to)
        import pyspark
        submit = pathlib.Path(pyspark.__file__).parent / "bin/spark-submit"
        # Four rows are not worth compiling queries for.
        quick = [word for setting in ("spark.ui.enabled=false", "spark.sql.shuffle.partitions=2",
                                      "spark.sql.codegen.wholeStage=false",
                                      "spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1")
                 for word in ("--conf", setting)]
        spark = self.ask([submit, "--master", "local[2]", *quick, "--py-files", FLEET / "fleet/flopprof_fleet.py",
                          FLEET / "spark/fleet.py"], to)
        self.check_against_reports(spark)
        self.check_groups(spark)
        duck = self.duckdb(to)
        self.assertTrue(spark.pop("engine").startswith("Spark "))
        self.assertTrue(duck.pop("engine").startswith("DuckDB "))
        self.assertEqual(spark, duck)

    def test_division_by_run_gives_the_same_answers(self):
        ranks, runs = self.folder("ranks"), self.folder("runs")
        self.export(ranks)
        self.export(runs, "--partition-by", "run")
        self.assertEqual(len(list((ranks / "ranks").rglob("*.parquet"))), 4)
        self.assertEqual(len(list((runs / "ranks").rglob("*.parquet"))), 3)
        self.assertEqual(self.duckdb(ranks), self.duckdb(runs))

    def test_cost_to_accuracy_is_what_convert_says(self):
        to = self.folder("set")
        self.export(to)
        entry = json.loads(flopprof("convert", self.three, *self.to_target).stdout)
        row = self.duckdb(to)["to_accuracy"][0]
        self.assertEqual((row["model"], row["metric"], row["target"], row["reached"]),
                         ("three", "top1", 75.0, 1))
        self.assertEqual(row["flops_to_target"], entry["flops_to_target"])
        self.assertEqual(row["gpu_seconds_to_target"], entry["gpu_seconds_to_target"])

    def test_exporting_twice_doubles_nothing(self):
        to = self.folder("set")
        self.export(to)
        once = self.duckdb(to)
        self.export(to)
        self.assertEqual(self.duckdb(to), once)
        again = flopprof("export", self.one, "--to", "parquet", "-o", to)
        self.assertIn("in place of what the data set had of it", again.stdout)

    def test_a_rank_that_was_lost_on_the_way_is_told(self):
        to = self.folder("set")
        self.export(to)
        shutil.rmtree(next((to / "ranks/run=two").glob("host=*")) / "rank=1")
        lost = self.duckdb(to, status=3)["differences"]
        self.assertEqual([(row["run"], row["processes"], row["processes_found"]) for row in lost],
                         [("two", 2, 1)])
        self.assertEqual(lost[0]["model_flops_found"], 18446744073709551614)

    def test_one_run_in_two_files_is_refused(self):
        copy = self.path / "copy.db"
        shutil.copy(self.one, copy)
        done = flopprof("export", self.one, copy, "--to", "parquet", "-o", self.folder("set"), status=1)
        self.assertIn("are of one run", done.stderr)

    def test_several_runs_go_in_one_command(self):
        to = self.folder("set")
        done = flopprof("export", self.one, self.two, self.three, "--to", "parquet", "-o", to)
        self.assertEqual(len(done.stdout.splitlines()), 3)
        self.assertEqual(sorted(p.name for p in (to / "runs").iterdir()), ["run=123e4", "run=three", "run=two"])

    def test_what_is_no_run_leaves_no_run(self):
        broken = self.path / "broken.db"
        broken.write_bytes(self.one.read_bytes()[:-5000])
        to = self.folder("set")
        self.assertIn("truncated", flopprof("export", broken, "--to", "parquet", "-o", to, status=1).stderr)
        self.assertIn("not an SQLite file",
                      flopprof("export", self.log, "--to", "parquet", "-o", to, status=1).stderr)
        self.assertFalse((to / "runs").exists())

    def test_a_folder_of_something_else_is_left_alone(self):
        done = flopprof("export", self.one, "--to", "parquet", "-o", self.path, status=1)
        self.assertIn("holds something else", done.stderr)
        done = flopprof("export", self.one, "--to", "parquet", "-o", self.log, status=1)
        self.assertIn("is a file", done.stderr)

    def test_wrong_usage_says_what_is_right(self):
        def wrong(*words):
            return flopprof("export", *words, status=2).stderr
        self.assertIn("name it with -o", wrong(self.one, "--to", "parquet"))
        self.assertIn("takes one run", wrong(self.one, self.two, "--to", "hatchet"))
        self.assertIn("go with --to parquet", wrong(self.one, "--to", "hatchet", "--label", "a=b"))
        self.assertIn("NAME=VALUE", wrong(self.one, "--to", "parquet", "-o", self.folder("set"), "--label", "a"))
        self.assertIn("--metric", wrong(self.one, "--to", "parquet", "-o", "x", "--accuracy", self.log))
        self.assertIn("no such class", wrong(self.one, "--to", "parquet", "-o", "x", "--peak", "fp3"))

    def test_text_answers_fit_a_line_whatever_a_name_holds(self):
        if not HAS_DUCKDB:
            self.skipTest("no duckdb (PyPI)")
        to = self.folder("set")
        self.export(to)
        done = subprocess.run([sys.executable, FLEET / "duckdb/fleet.py", to], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(max(map(len, done.stdout.splitlines())), 200)
        self.assertNotIn("\x1b", done.stdout)

    def test_a_folder_that_is_no_data_set_is_refused(self):
        if not HAS_DUCKDB:
            self.skipTest("no duckdb (PyPI)")
        done = subprocess.run([sys.executable, FLEET / "duckdb/fleet.py", self.path / "none"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("is no data set of flopprof", done.stderr)


@unittest.skipUnless(HAS_PARQUET and HAS_DUCKDB, "flopprof was built without Apache Arrow, or no duckdb (PyPI)")
class MadeFleet(unittest.TestCase):
    def test_a_made_up_fleet_adds_up_and_says_what_it_is(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            run = make_run(path, "measured")
            add_model_flops(run)
            flopprof("export", run, "--to", "parquet", "-o", path / "measured", "--partition-by", "run")
            for name in ("fleet", "again"):
                subprocess.run([sys.executable, SOURCE / "bench/make_fleet.py", path / "measured", "-o",
                                path / name, "--runs", "7", "--ranks", "5"], check=True)
            answers = [json.loads(subprocess.run(
                [sys.executable, FLEET / "duckdb/fleet.py", path / name, "--format", "json"],
                capture_output=True, text=True, check=True).stdout) for name in ("fleet", "again")]
            self.assertEqual(answers[0], answers[1])
            self.assertEqual(answers[0]["totals"]["runs"], 7)
            self.assertEqual(answers[0]["totals"]["processes"], 35)
            self.assertEqual(answers[0]["totals"]["generated_runs"], 7)
            self.assertTrue(0 < answers[0]["totals"]["mfu"] < 1)


class Labels(unittest.TestCase):
    def labels(self, *options, **variables):
        with tempfile.TemporaryDirectory() as folder:
            run = pathlib.Path(folder) / "run.db"
            subprocess.run([FLOPPROF, "run", "-o", run, *options, "--", "true"], check=True,
                           env={**os.environ, **variables}, capture_output=True)
            with sqlite3.connect(run) as db:
                return dict(db.execute("SELECT label, value FROM run_label"))

    def test_a_run_belongs_to_its_user_unless_told_otherwise(self):
        user = pwd.getpwuid(os.geteuid()).pw_name
        self.assertEqual(self.labels(), {"user": user})
        self.assertEqual(self.labels("--label", "user=ada", "--label", "team=a=b"), {"user": "ada", "team": "a=b"})

    def test_variables_are_the_default(self):
        self.assertEqual(self.labels("--label", "user=x", "--label", "project=vision", FLOPPROF_PROJECT="speech",
                                     FLOPPROF_MODEL="resnet50"),
                         {"user": "x", "project": "vision", "model": "resnet50"})

    def test_what_is_no_label_is_wrong_usage_before_the_job_runs(self):
        for words in (["vision"], ["=vision"], ["project=a", "project=b"]):
            options = [word for label in words for word in ("--label", label)]
            with tempfile.TemporaryDirectory() as folder:
                done = flopprof("run", "-o", pathlib.Path(folder) / "run.db", *options, "--", "touch",
                                pathlib.Path(folder) / "ran", status=2)
                self.assertIn("--label", done.stderr)
                self.assertEqual(list(pathlib.Path(folder).iterdir()), [])


class WithoutArrow(unittest.TestCase):
    def test_a_flopprof_built_without_arrow_says_what_to_install(self):
        with tempfile.TemporaryDirectory() as folder:
            prefix = pathlib.Path(folder)
            (prefix / "bin").mkdir()
            shutil.copy(FLOPPROF, prefix / "bin/flopprof")
            done = subprocess.run([prefix / "bin/flopprof", "export", "run.db", "--to", "parquet", "-o", "x"],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("pip install pyarrow", done.stderr)


if __name__ == "__main__":
    unittest.main()
