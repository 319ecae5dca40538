"""What the run that this process is part of has done so far."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import warnings
from typing import IO, Any, Dict, Optional

from flopprof import _where

_SECONDS_BETWEEN = 1.0
# Of the time, what the reading child may take of a core: 1 in this many.
_SHARE_OF_READING = 20
# run.db is written every second: when no step has come for so long, none will.
_SECONDS_WITHOUT_NEWS = 5.0


class LiveMetrics:
    """The report's totals, read beside the training, which never waits for them.

    A child process reads run.db again and again, at most once a second and a twentieth of the time.
    `peak_flops` is what one device can do, in FLOP/s, where flopprof does not know it (a CPU).
    """

    def __init__(self, peak_flops: Optional[float] = None) -> None:
        self._peak_flops = peak_flops
        self._run = os.environ.get("FLOPPROF_RUN", "")
        self._child: Optional["subprocess.Popen[bytes]"] = None
        self._output: Optional[IO[bytes]] = None
        self._started_at = 0.0
        self._next_at = 0.0
        self._before: Optional[Dict[str, Any]] = None
        self._metrics: Dict[str, float] = {}
        self._trained_steps = 0
        self._first_step = 0
        if not self._run:
            warnings.warn(
                "no FLOPs to log: this process is not part of a run;"
                " start it with `flopprof run -- ...`", stacklevel=3)

    def begin(self, step: int) -> None:
        """Training begins, after `step` steps of an earlier job."""
        self._first_step = step - self._trained_steps

    def metrics(self) -> Dict[str, float]:
        """The newest that are known, by the name they are logged under; empty: none yet."""
        self._take()
        if self._run and self._child is None and time.monotonic() >= self._next_at:
            self._start()
        return dict(self._metrics)

    def last_metrics(self, step: int) -> Dict[str, float]:
        """Training ended after `step` steps: the same as soon as they stand in run.db."""
        self._trained_steps = step - self._first_step
        known, since = 0.0, time.monotonic()
        while self._run and time.monotonic() - since < _SECONDS_WITHOUT_NEWS:
            self._next_at = 0.0
            steps = self.metrics().get("flopprof/steps", 0.0)
            if steps >= self._trained_steps:
                break
            if steps > known:
                known, since = steps, time.monotonic()
            time.sleep(0.02)
        return dict(self._metrics)

    def _start(self) -> None:
        self._started_at = time.monotonic()
        self._next_at = self._started_at + _SECONDS_BETWEEN
        try:
            self._output = tempfile.TemporaryFile()
            self._child = subprocess.Popen(
                [_where.program(), "report", self._run, "--format", "json"],
                env=_where.environment_outside(), stdin=subprocess.DEVNULL, stdout=self._output,
                stderr=subprocess.DEVNULL)
        except OSError as error:
            self._run = ""
            warnings.warn("no FLOPs to log: %s" % error, stacklevel=2)

    def _take(self) -> None:
        if self._child is None or self._output is None:
            return
        try:
            ended, status, usage = os.wait4(self._child.pid, os.WNOHANG)
            if ended == 0:
                return
            took = usage.ru_utime + usage.ru_stime
        except ChildProcessError:  # the job waits for any child, and has taken ours
            status, took = 0, time.monotonic() - self._started_at
        self._child.returncode = status
        self._next_at = max(self._next_at, self._started_at + _SHARE_OF_READING * took)
        self._output.seek(0)
        text = self._output.read().decode("utf-8", "replace")
        if status == 0 and text:
            self._add(json.loads(text))
        self._output.close()
        self._child = self._output = None

    def _add(self, report: Dict[str, Any]) -> None:
        totals = report["totals"]
        if totals["model_flops_source"] == "none" and totals["executed_flops"] is None:
            return
        self._metrics["flopprof/steps"] = float(totals["steps"])
        self._metrics["flopprof/model_flops"] = float(totals["model_flops"])
        before = self._before or {"model_flops": 0, "step_seconds": 0}
        flops = totals["model_flops"] - before["model_flops"]
        seconds = totals["step_seconds"] - before["step_seconds"]
        if seconds > 0 and flops > 0:
            self._metrics["flopprof/model_flops_per_second"] = flops / seconds
        self._before = totals
        mfu = totals["mfu"]
        if mfu is None and self._peak_flops and totals["step_seconds"] > 0:
            mfu = totals["model_flops"] / (
                totals["step_seconds"] * self._peak_flops * _devices(report))
        for name, value in (("executed_flops", totals["executed_flops"]), ("mfu", mfu),
                            ("hfu", totals["hfu"])):
            if value is not None:
                self._metrics["flopprof/" + name] = float(value)


def _devices(report: Dict[str, Any]) -> int:
    """Those that ran kernels; without any, each host's processor."""
    kinds = [device["kind"] for device in report["run"]["devices"]]
    return max(1, kinds.count("gpu") or len(kinds))
