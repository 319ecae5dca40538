"""What is taken from other tools and handed to them, with those tools where they are at hand."""

import gzip
import json
import os
import pathlib
import socket
import sqlite3
import subprocess
import tempfile
import time
import unittest

FLOPPROF = pathlib.Path(os.environ["FLOPPROF_BUILD"]) / "bin/flopprof"
HOSTILE = "</script>\"'\\\n\x1b[31m{}," + "x" * 10_000
PROCESS = 5 << 24

try:
    import hatchet
except ImportError:
    hatchet = None
try:
    import prometheus_client.openmetrics.parser as openmetrics
    import prometheus_client.parser as text_format
except ImportError:
    openmetrics = None


def make_nsys_export(path, steps=12):
    """Steps of 1000 ns that launch a kernel of 300 ns and one of 100 ns beside it."""
    db = sqlite3.connect(path)
    db.executescript("""
        CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start, end, deviceId, correlationId, globalPid,
            demangledName);
        CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start, end, globalTid, correlationId);
        CREATE TABLE NVTX_EVENTS (start, end, eventType, text, globalTid);
        CREATE TABLE ANALYSIS_DETAILS (duration);
        INSERT INTO ANALYSIS_DETAILS VALUES (20000);
        CREATE TABLE TARGET_INFO_SESSION_START_TIME (utcEpochNs);
        INSERT INTO TARGET_INFO_SESSION_START_TIME VALUES (1700000000000000000);
        CREATE TABLE TARGET_INFO_GPU (id, name, uuid);
        INSERT INTO TARGET_INFO_GPU VALUES (0, 'Example GPU', 'GPU-a');
    """)
    db.executemany("INSERT INTO StringIds VALUES (?, ?)", [(1, HOSTILE), (2, "relu")])
    for step in range(steps):
        at = 1000 * (step + 1)
        db.execute("INSERT INTO NVTX_EVENTS VALUES (?, ?, 59, ?, ?)",
                   (at, at + 1000, f"step {step}", PROCESS + 1))
        for number, (length, name) in enumerate([(300, 1), (100, 2)]):
            correlation = 2 * step + number
            db.execute("INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (?, ?, ?, ?)",
                       (at + 10, at + 20, PROCESS + 1, correlation))
            db.execute("INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES (?, ?, 0, ?, ?, ?)",
                       (at + 100, at + 100 + length, correlation, PROCESS, name))
    db.commit()
    db.close()


def add_model_flops(run, flops=1000):
    """As if every step had been observed: one operator with a hostile name."""
    with sqlite3.connect(run) as db:
        db.execute("UPDATE process SET libtorch = '2.5.0'")
        db.execute("UPDATE step SET model_flops = ?, signature = 7", (flops,))
        steps = db.execute("SELECT count(*) FROM step").fetchone()[0]
        db.executemany("INSERT OR IGNORE INTO StringIds (value) VALUES (?)",
                       [("",), ("aten::" + HOSTILE,)])
        ids = [db.execute("SELECT id FROM StringIds WHERE value = ?", (value,)).fetchone()[0]
               for value in ("", "aten::" + HOSTILE)]
        db.execute("INSERT INTO op_work VALUES (1, 0, 'forward', ?, ?, 0, ?, 0, ?, 0, ?)",
                   (*ids, steps, steps * flops, steps * 400))
    db.close()


class Exchange(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        self.nsys = self.path / "capture.sqlite"
        make_nsys_export(self.nsys)
        self.run_db = self.path / "run.db"
        self.flopprof("import", self.nsys, "-o", self.run_db, "--step-range", "step *")
        add_model_flops(self.run_db)

    def flopprof(self, *words, status=0):
        done = subprocess.run([FLOPPROF, *map(str, words)], capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, status, done.stderr)
        return done


class Import(Exchange):
    def test_the_report_has_steps_and_gpu_seconds(self):
        report = json.loads(self.flopprof("report", self.run_db, "--format", "json").stdout)
        self.assertEqual(report["totals"]["steps"], 12)
        self.assertEqual(report["totals"]["kernels"], 24)
        self.assertEqual(report["totals"]["kernel_seconds"], 4.8e-6)
        self.assertEqual(report["totals"]["gpu_seconds"], 3.6e-6)
        self.assertEqual(report["run"]["started_at"], "2023-11-14T22:13:20.000Z")
        self.assertEqual(report["by_device"][0]["name"], "Example GPU")

    def test_a_run_that_is_there_stays_unless_it_may_be_replaced(self):
        before = self.run_db.read_bytes()
        done = self.flopprof("import", self.nsys, "-o", self.run_db, status=2)
        self.assertIn("--force", done.stderr)
        self.assertEqual(self.run_db.read_bytes(), before)
        self.flopprof("import", self.nsys, "-o", self.run_db, "--force")
        self.assertNotEqual(self.run_db.read_bytes(), before)

    def test_a_failed_import_leaves_the_run_that_was_there(self):
        before = self.run_db.read_bytes()
        self.flopprof("import", self.nsys, "-o", self.run_db, "-f", "--step-range", "no", status=1)
        self.assertEqual(self.run_db.read_bytes(), before)
        self.assertEqual(sorted(p.name for p in self.path.iterdir()), ["capture.sqlite", "run.db"])

    def test_a_missing_export_fails(self):
        self.assertIn("no such file",
                      self.flopprof("import", self.path / "no", "-o", "x", status=1).stderr)


class Diff(Exchange):
    def setUp(self):
        super().setUp()
        self.other = self.path / "other.db"
        self.flopprof("import", self.nsys, "-o", self.other, "--step-range", "step *")

    def test_equal_runs_differ_in_nothing(self):
        add_model_flops(self.other)
        self.flopprof("diff", self.run_db, self.other, "--fail-above", "0%")

    def test_more_flops_than_allowed_end_with_three(self):
        add_model_flops(self.other, 1100)
        done = self.flopprof("diff", self.run_db, self.other, "--fail-above", "5%", status=3)
        self.assertIn("model FLOPs per step grew by 10.00 %", done.stderr)
        self.assertIn("+10.0 %", done.stdout)
        self.flopprof("diff", self.run_db, self.other, "--fail-above", "15%")
        self.flopprof("diff", self.run_db, self.other)

    def test_a_share_that_is_none_is_wrong_usage(self):
        for share in ("5 %", "-1%", "much", "nan"):
            self.flopprof("diff", self.run_db, self.other, f"--fail-above={share}", status=2)

    def test_json_holds_every_part(self):
        parts = json.loads(self.flopprof("diff", self.run_db, self.other, "--format", "json").stdout)
        self.assertEqual([k["kernel"] for k in parts["by_kernel"]], [HOSTILE, "relu"])
        self.assertEqual(parts["totals"][1]["verdict"], "only in A")


class Chrome(Exchange):
    def trace(self):
        path = self.path / "trace.json.gz"
        self.flopprof("export", self.run_db, "--to", "chrome", "-o", path, "--peak-flops", "1e12")
        return path

    def test_slices_of_a_row_nest_and_counters_go_forward(self):
        trace = json.loads(gzip.decompress(self.trace().read_bytes()))
        rows, counters = {}, {}
        for event in trace["traceEvents"]:
            if event["ph"] == "X":
                rows.setdefault((event["pid"], event["tid"]), []).append(
                    (round(event["ts"] * 1000), -round(event["dur"] * 1000)))
            elif event["ph"] == "C":
                counters.setdefault((event["pid"], event["name"]), []).append(event["ts"])
        self.assertEqual(set(name for _, name in counters), {"model FLOP/s", "MFU", "GPUs busy"})
        for times in counters.values():
            self.assertEqual(times, sorted(times))
        for slices in rows.values():
            open_until = []
            for began, minus in sorted(slices):
                while open_until and open_until[-1] <= began:
                    open_until.pop()
                if open_until:
                    self.assertLessEqual(began - minus, open_until[-1])
                open_until.append(began - minus)


class Hatchet(Exchange):
    def test_hatchet_reads_the_tree(self):
        if hatchet is None:
            self.skipTest("no hatchet (PyPI: llnl-hatchet)")
        tree, devices = json.loads(self.flopprof("export", self.run_db, "--to", "hatchet").stdout)
        frame = hatchet.GraphFrame.from_literal([tree])
        self.assertEqual(sorted(frame.exc_metrics),
                         ["count", "cpu_time (ns)", "model_flops", "time (ns)"])
        self.assertEqual(frame.dataframe["time (ns)"].sum(), 4800)
        self.assertEqual(frame.dataframe["model_flops"].sum(), 12_000)
        self.assertIn("aten::" + HOSTILE, set(frame.dataframe["name"]))
        frame.subtree_sum(["model_flops"], ["model_flops (inc)"])
        root = frame.graph.roots[0]
        self.assertEqual(frame.dataframe.loc[root, "model_flops (inc)"], 12_000)
        self.assertEqual(devices["CUDA"]["0"]["name"], "Example GPU")


class Prometheus(Exchange):
    def textfile(self, *words):
        folder = self.path / "node_exporter"
        folder.mkdir(exist_ok=True)
        self.flopprof("export", self.run_db, "--to", "prometheus", "--textfile", folder, *words)
        self.assertEqual([p.name for p in folder.iterdir()], ["flopprof_run.prom"])
        return (folder / "flopprof_run.prom").read_text()

    def test_openmetrics_parses_and_names_no_series_twice(self):
        if openmetrics is None:
            self.skipTest("no prometheus_client (PyPI)")
        text = self.flopprof("export", self.run_db, "--to", "prometheus").stdout
        families = {f.name: f for f in openmetrics.text_string_to_metric_families(text)}
        self.assertEqual(families["flopprof_steps"].type, "counter")
        self.assertEqual(families["flopprof_steps"].samples[0].value, 12)
        self.assertEqual(families["flopprof_model_flops"].samples[0].labels, {"source": "modelled"})
        kernels = families["flopprof_kernel_time_seconds"].samples
        self.assertAlmostEqual(sum(sample.value for sample in kernels), 4.8e-6)
        self.assertTrue(all(len(k.labels["kernel"]) <= 200 for k in kernels))

    def test_the_textfile_is_in_the_text_format(self):
        if openmetrics is None:
            self.skipTest("no prometheus_client (PyPI)")
        families = {f.name: f for f in text_format.text_string_to_metric_families(self.textfile())}
        self.assertEqual(families["flopprof_steps"].type, "counter")
        self.assertEqual(families["flopprof_gpu_seconds"].samples[0].value, 3.6e-6)

    def test_watching_ends_with_the_job(self):
        with sqlite3.connect(self.run_db) as db:
            db.execute("UPDATE run SET ended = NULL, ended_at_ns = NULL, host = ?, launcher_pid = ?,"
                       " started_at_ns = ?", (socket.gethostname(), os.getpid(), time.time_ns()))
        folder = self.path / "node_exporter"
        folder.mkdir()
        watching = subprocess.Popen([FLOPPROF, "export", self.run_db, "--to", "prometheus",
                                     "--textfile", folder, "--watch", "0.05"])
        file = folder / "flopprof_run.prom"
        deadline = time.monotonic() + 20
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertIn("flopprof_running 1\n", file.read_text())
        self.assertIsNone(watching.poll())
        with sqlite3.connect(self.run_db) as db:
            db.execute("UPDATE run SET ended = 'exited', ended_at_ns = started_at_ns + 1")
        self.assertEqual(watching.wait(20), 0)
        self.assertIn("flopprof_running 0\n", file.read_text())

    def test_a_textfile_folder_that_is_none_is_wrong_usage(self):
        done = self.flopprof("export", self.run_db, "--to", "prometheus", "--textfile",
                             self.path / "no", status=2)
        self.assertIn("no folder", done.stderr)
        self.flopprof("export", self.run_db, "--to", "chrome", "--textfile", self.path, status=2)


class BadRuns(Exchange):
    def test_every_way_out_refuses_what_it_cannot_read(self):
        newer = self.path / "newer.db"
        cut = self.path / "cut.db"
        newer.write_bytes(self.run_db.read_bytes())
        with sqlite3.connect(newer) as db:
            db.execute("PRAGMA user_version = 99")
        db.close()
        cut.write_bytes(self.run_db.read_bytes()[:-4096])
        for path, message in ((newer, "schema 99"), (cut, "truncated"),
                              (self.nsys, "not a run of flopprof")):
            for to in ("chrome", "hatchet", "prometheus"):
                done = self.flopprof("export", path, "--to", to, status=1)
                self.assertIn(message, done.stderr)
                self.assertEqual(done.stdout, "")
            self.assertIn(message, self.flopprof("diff", self.run_db, path, status=1).stderr)

    def test_a_run_without_steps_goes_out_in_every_format(self):
        empty = self.path / "empty.db"
        self.flopprof("import", self.nsys, "-o", empty)
        for to in ("chrome", "hatchet"):
            json.loads(self.flopprof("export", empty, "--to", to).stdout)
        self.assertIn("flopprof_steps_total 0\n",
                      self.flopprof("export", empty, "--to", "prometheus").stdout)

    def test_an_output_that_cannot_be_written_fails_and_leaves_nothing(self):
        for name in ("no/trace.json", "no/trace.json.gz"):
            self.flopprof("export", self.run_db, "--to", "chrome", "-o", self.path / name, status=1)
        with open("/dev/full", "w") as full:
            done = subprocess.run([FLOPPROF, "export", self.run_db, "--to", "chrome"], stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write", done.stderr)


if __name__ == "__main__":
    unittest.main()
