"""A run.db in pandas."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Dict, List, Union

from flopprof import _read, _where

if TYPE_CHECKING:
    import pandas

_READER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "_read.py")
_MOST_FIRST = "ORDER BY length(model_flops) DESC, model_flops DESC, cpu_ns DESC"


class RunError(ValueError):
    """The file is no run that can be read; the text says what it is."""


def _output_of(*command: str) -> str:
    done = subprocess.run(
        command, env=_where.environment_outside(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise RunError(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout.decode("utf-8", "replace")


def _exact(name: str, values: List[Any]) -> "pandas.Series":
    """Integers as they are: SQLite has those beyond 64 bits as text, pandas as Python's."""
    import pandas

    if "flops" in name:
        values = [int(v) if isinstance(v, str) and v.isdigit() else v for v in values]
    known = [v for v in values if v is not None]
    if not known or not all(isinstance(v, int) for v in known):
        return pandas.Series(values, dtype=None if values else object)
    if any(not -(2**63) <= v < 2**63 for v in known):
        return pandas.Series(values, dtype=object)
    return pandas.Series(values, dtype="int64" if len(known) == len(values) else "Int64")


class Run:
    """One run.db, of a job that has ended or of one that goes on; each call reads it afresh.

    Frames have the columns of the views in run.db, whose names end in their unit. Numbers are those
    of `flopprof report`; a FLOP count is an exact integer, however large.
    """

    def __init__(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Raises FileNotFoundError, and RunError for what is no run."""
        self.path = os.fspath(path)
        if not os.path.isfile(self.path):
            raise FileNotFoundError("%s: no such file; `flopprof run -o` makes one" % self.path)
        if not self._rows("SELECT 1 FROM sqlite_master WHERE name = 'run_total'")[1]:
            raise RunError("%s is SQLite, but not a run of flopprof" % self.path)

    def __repr__(self) -> str:
        return "flopprof.open(%r)" % self.path

    def report(self, *options: str) -> Dict[str, Any]:
        """What `flopprof report --format json` prints, with more of its options if given."""
        report: Dict[str, Any] = json.loads(
            _output_of(_where.program(), "report", self.path, "--format", "json", *options))
        return report

    @property
    def totals(self) -> "pandas.Series":
        """`totals` of the report, by key: steps, model_flops, executed_flops, mfu, hfu, ..."""
        import pandas

        totals = self.report()["totals"]
        return pandas.Series(list(totals.values()), index=list(totals), dtype=object)

    def sql(self, query: str) -> "pandas.DataFrame":
        """The rows of a query; `flopprof report --sql` prints those that the views are made of."""
        import pandas

        names, rows = self._rows(query)
        return pandas.DataFrame(
            {name: _exact(name, [row[at] for row in rows]) for at, name in enumerate(names)})

    def steps(self) -> "pandas.DataFrame":
        """Steps in order: model_flops, executed_flops, their sources, wall_ns, gpu_ns."""
        return self.sql("SELECT * FROM step_total ORDER BY world, step")

    def phases(self) -> "pandas.DataFrame":
        return self.sql(
            "SELECT * FROM phase_total ORDER BY"
            " instr('forward backward optimizer evaluation other', phase)")

    def operators(self) -> "pandas.DataFrame":
        """Operators, those with the most FLOPs first: calls, model_flops, uncounted_calls, cpu_ns."""
        return self.sql("SELECT * FROM op_total %s, op" % _MOST_FIRST)

    def layers(self) -> "pandas.DataFrame":
        """Layers, where the run was made with --layers."""
        return self.sql("SELECT * FROM layer_total %s, layer" % _MOST_FIRST)

    def kernels(self) -> "pandas.DataFrame":
        """GPU kernels, those with the most time first; in steps, and outside in other_ columns."""
        return self.sql(
            "SELECT * FROM kernel_total ORDER BY kernel_ns DESC, other_kernel_ns DESC, kernel")

    def classes(self) -> "pandas.DataFrame":
        """Executed FLOPs by class."""
        return self.sql(
            "SELECT * FROM executed_class_total ORDER BY"
            " length(executed_flops) DESC, executed_flops DESC, class")

    def ranks(self) -> "pandas.DataFrame":
        """Processes."""
        return self.sql("SELECT * FROM process_total ORDER BY rank IS NULL, rank, process")

    def faults(self) -> "pandas.DataFrame":
        """What the run could not see: what, count, since, detail, remedy."""
        import pandas

        names = ("what", "count", "since", "detail", "remedy")
        faults = self.report()["faults"]
        return pandas.DataFrame({name: [fault[name] for fault in faults] for name in names})

    def _rows(self, query: str) -> _read.Rows:
        try:
            if os.environ.get("FLOPPROF_RUN"):  # a process of a job: see _read
                names, rows = json.loads(
                    _output_of(sys.executable, "-I", "-S", _READER, self.path, query))
                return names, rows
            return _read.rows(self.path, query)
        except sqlite3.Error as error:
            raise RunError("%s: %s" % (self.path, error)) from error
