"""`export --to chrome`, loaded by Perfetto's own trace_processor and asked in SQL.

The program is taken from TRACE_PROCESSOR_SHELL or from PATH (trace_processor_shell, trace_processor);
PyPI's `perfetto`, which fetches it from the network, will do where it can.
"""

import csv
import io
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from exchange_test import FLOPPROF, HOSTILE, add_model_flops, make_nsys_export

PROGRAM = (os.environ.get("TRACE_PROCESSOR_SHELL") or shutil.which("trace_processor_shell")
           or shutil.which("trace_processor"))


def ask_program(trace, query):
    """Its query file mode prints CSV, strings in quotes."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(query + ";\n")
        file.flush()
        done = subprocess.run([PROGRAM, "-q", file.name, str(trace)], check=True, timeout=100,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return [tuple(row) for row in list(csv.reader(io.StringIO(done.stdout)))[1:] if row]


def ask_package(trace, query):
    from perfetto.trace_processor import TraceProcessor

    with TraceProcessor(trace=str(trace)) as processor:
        return [tuple(map(str, row.__dict__.values())) for row in processor.query(query)]


class TraceProcessor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ask_of = staticmethod(ask_program if PROGRAM else ask_package)
        if PROGRAM is None:
            with tempfile.NamedTemporaryFile("w", suffix=".json") as trace:
                trace.write('{"traceEvents":[]}')
                trace.flush()
                try:
                    ask_package(trace.name, "SELECT 1 AS one")
                except Exception:  # no package, no program, no network: all say that it is not at hand
                    raise unittest.SkipTest("no trace_processor_shell in PATH or TRACE_PROCESSOR_SHELL")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.run_db = self.folder / "run.db"
        make_nsys_export(self.folder / "capture.sqlite")
        self.flopprof("import", self.folder / "capture.sqlite", "-o", self.run_db,
                      "--step-range", "step *")
        add_model_flops(self.run_db)
        self.trace = self.folder / "trace.json.gz"
        self.flopprof("export", self.run_db, "--to", "chrome", "-o", self.trace, "--peak-flops", "1e12")

    def flopprof(self, *words):
        subprocess.run([FLOPPROF, *words], check=True, stderr=subprocess.DEVNULL, timeout=60)

    def ask(self, query):
        return self.ask_of(self.trace, query)

    def number(self, query):
        return float(self.ask(query)[0][0])

    def test_reads_the_trace_without_an_error(self):
        self.assertEqual(
            self.ask("SELECT name, value FROM stats WHERE severity = 'error' AND value > 0"), [])

    def test_finds_each_step_with_its_flops(self):
        steps = "FROM slice WHERE category = 'step'"
        self.assertEqual(self.number("SELECT count(*) AS n " + steps), 12)
        self.assertEqual(self.number("SELECT sum(dur) AS n " + steps), 12_000)
        self.assertEqual(self.number(
            "SELECT sum(extract_arg(arg_set_id, 'args.model_flops')) AS n " + steps), 12_000)

    def test_finds_counters_of_rate_and_of_mfu(self):
        # It calls the track by the event's name and its argument's.
        most = ("SELECT max(c.value) AS v FROM counter c JOIN process_counter_track t"
                " ON c.track_id = t.id WHERE t.name GLOB '%s*'")
        self.assertEqual(self.number(most % "model FLOP/s"), 1e9)  # 1000 FLOP in a microsecond
        self.assertEqual(self.number(most % "MFU"), 0.001)

    def test_finds_operators_and_kernels_by_names_as_they_are(self):
        self.assertEqual(self.number("SELECT sum(extract_arg(arg_set_id, 'args.model_flops')) AS n"
                                     " FROM slice WHERE category = 'operator'"), 12_000)
        self.assertEqual(self.number("SELECT max(length(name)) AS n FROM slice"
                                     " WHERE category = 'kernel'"), len(HOSTILE))
        self.assertEqual(self.number("SELECT sum(dur) AS n FROM slice WHERE category = 'kernel'"),
                         4800)


if __name__ == "__main__":
    unittest.main()
