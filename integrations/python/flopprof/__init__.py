"""Marks for a training script, and runs in pandas.

Nothing here is needed to be measured, and marks do nothing in a process that flopprof is not
attached to:

    import flopprof

    for batch in loader:
        with flopprof.step():
            ...

    run = flopprof.open("run.db")
    run.totals["model_flops"], run.steps(), run.operators(), run.kernels(), run.faults()

flopprof.lightning and flopprof.huggingface have callbacks that log FLOPs and MFU beside the loss.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from typing import TYPE_CHECKING, Iterator, Optional, Union

from flopprof import _where

if TYPE_CHECKING:
    from flopprof._run import Run

__all__ = ["formula", "layer", "open", "step", "step_begin", "step_end"]

_ERROR_BYTES = 512
_library: Optional[ctypes.PyDLL] = None


def _load() -> Optional[ctypes.PyDLL]:
    for prefix in _where.prefixes():
        try:
            library = ctypes.PyDLL(os.path.join(prefix, "lib", "libflopprof.so"))
        except OSError:
            continue
        library.flopprof_step_begin.argtypes = [ctypes.c_char_p]
        library.flopprof_layer_enter.argtypes = [ctypes.c_char_p]
        library.flopprof_add_formula.argtypes = [
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_size_t,
        ]
        for name in ("flopprof_step_begin", "flopprof_step_end", "flopprof_layer_enter",
                     "flopprof_layer_leave"):
            getattr(library, name).restype = None
        return library
    return None


def _attached() -> Optional[ctypes.PyDLL]:
    """The collector, or None in a process that is not part of a run."""
    global _library
    if _library is None and os.environ.get("FLOPPROF_RUN"):
        _library = _load()
    return _library


def step_begin(name: Optional[str] = None) -> None:
    """A step, one optimiser update, begins here."""
    library = _attached()
    if library is not None:
        library.flopprof_step_begin(None if name is None else os.fsencode(name))


def step_end() -> None:
    """The step ends here."""
    library = _attached()
    if library is not None:
        library.flopprof_step_end()


@contextlib.contextmanager
def step(name: Optional[str] = None) -> Iterator[None]:
    """The body is one step, also when it raises."""
    step_begin(name)
    try:
        yield
    finally:
        step_end()


@contextlib.contextmanager
def layer(path: str) -> Iterator[None]:
    """What the body does on this thread belongs to the layer `path`."""
    library = _attached()
    if library is None:
        yield
        return
    library.flopprof_layer_enter(os.fsencode(path))
    try:
        yield
    finally:
        library.flopprof_layer_leave()


def formula(op: str, expression: str) -> None:
    """Counts calls of the operator `op` by `expression`.

    formula("mylib::op", "2*numel(0)*size(1,1)") raises ValueError when the expression is wrong;
    without a run it is not looked at.
    """
    library = _attached()
    if library is None:
        return
    error = ctypes.create_string_buffer(_ERROR_BYTES)
    words = os.fsencode(op), os.fsencode(expression)
    if library.flopprof_add_formula(*words, error, len(error)) != 0:
        raise ValueError(error.value.decode("utf-8", "replace"))


def open(path: Union[str, "os.PathLike[str]"]) -> Run:  # noqa: A001
    """The run.db at `path`, for pandas. Raises FileNotFoundError, and ValueError for what is no run."""
    from flopprof._run import Run

    return Run(path)
