"""Hugging Face's Trainer logs FLOPs and MFU beside the loss:

    trainer = transformers.Trainer(...)
    flopprof.huggingface.attach(trainer)

in a job that `flopprof run` has started. Importing this module imports transformers.
"""

from __future__ import annotations

from typing import Any, Dict, Optional

from transformers import TrainerCallback

from flopprof._live import LiveMetrics

__all__ = ["FlopsCallback", "attach"]


class FlopsCallback(TrainerCallback):  # type: ignore[misc]
    """Adds flopprof/model_flops, flopprof/model_flops_per_second, flopprof/mfu and, of a GPU whose
    counters may be read, flopprof/executed_flops and flopprof/hfu to what the Trainer logs: the
    run's totals so far.

    Callbacks that come before it do not see them, so attach() puts it first. `peak_flops`: what one
    device can do, in FLOP/s, where flopprof does not know it.
    """

    def __init__(self, peak_flops: Optional[float] = None) -> None:
        self._live = LiveMetrics(peak_flops)

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._live.begin(state.global_step)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.is_world_process_zero:
            self._live.metrics()  # so that a log finds new ones

    def on_log(self, args: Any, state: Any, control: Any,
               logs: Optional[Dict[str, float]] = None, **_: Any) -> None:
        if logs is None or not state.is_world_process_zero:
            return
        is_last = "train_runtime" in logs
        metrics = (self._live.last_metrics(state.global_step) if is_last else self._live.metrics())
        logs.update(metrics)
        if state.log_history:
            state.log_history[-1].update(metrics)


def attach(trainer: Any, peak_flops: Optional[float] = None) -> FlopsCallback:
    """Puts the callback before all others of `trainer`, so that every logger sees the metrics."""
    callback = FlopsCallback(peak_flops)
    trainer.callback_handler.callbacks.insert(0, callback)
    return callback
