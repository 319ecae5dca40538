"""Lightning logs FLOPs and MFU beside the loss:

    trainer = lightning.Trainer(callbacks=[flopprof.lightning.FlopsCallback()])

in a job that `flopprof run` has started. Importing this module imports Lightning.
"""

from __future__ import annotations

import sys
from typing import Any, Optional

from flopprof._live import LiveMetrics

__all__ = ["FlopsCallback"]

# Lightning comes under two names, and a job that uses one may have the other as well.
if "pytorch_lightning" in sys.modules and "lightning.pytorch" not in sys.modules:
    from pytorch_lightning import Callback
else:
    try:
        from lightning.pytorch import Callback
    except ImportError:
        from pytorch_lightning import Callback


class FlopsCallback(Callback):  # type: ignore[misc]
    """Logs flopprof/model_flops, flopprof/model_flops_per_second, flopprof/mfu and, of a GPU whose
    counters may be read, flopprof/executed_flops and flopprof/hfu: the run's totals so far.

    `peak_flops`: what one device can do, in FLOP/s, where flopprof does not know it. `prog_bar`: show
    them in the progress bar too.
    """

    def __init__(self, peak_flops: Optional[float] = None, prog_bar: bool = False) -> None:
        self._live = LiveMetrics(peak_flops)
        self._prog_bar = prog_bar

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        self._live.begin(trainer.global_step)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, *_: Any) -> None:
        metrics = self._live.metrics() if trainer.is_global_zero else {}
        if metrics:
            pl_module.log_dict(metrics, prog_bar=self._prog_bar, on_step=True, on_epoch=False,
                               rank_zero_only=True)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        metrics = self._live.last_metrics(trainer.global_step) if trainer.is_global_zero else {}
        for logger in trainer.loggers if metrics else ():
            logger.log_metrics(metrics, step=trainer.global_step)
