"""Marks for a training script: steps, layers and formulas of its own operators.

Nothing here is needed to be measured, and nothing happens in a process that flopprof is not
attached to:

    import flopprof

    for batch in loader:
        with flopprof.step():
            ...
"""

import contextlib
import ctypes
import os

__all__ = ["formula", "layer", "step", "step_begin", "step_end"]

_ERROR_BYTES = 512
_library = None


def _candidates():
    folder = os.path.dirname(os.path.realpath(__file__))
    for _ in range(4):  # share/flopprof/python/flopprof
        folder = os.path.dirname(folder)
    yield os.path.join(folder, "lib", "libflopprof.so")
    for entry in os.environ.get("LD_PRELOAD", "").replace(" ", ":").split(":"):
        if os.path.basename(entry) == "libflopprof_preload.so":
            yield os.path.join(os.path.dirname(entry), "libflopprof.so")


def _load():
    for path in _candidates():
        try:
            library = ctypes.PyDLL(path)
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


def _attached():
    """The collector, or None in a process that is not part of a run."""
    global _library
    if _library is None and os.environ.get("FLOPPROF_RUN"):
        _library = _load()
    return _library


def step_begin(name=None):
    """A step, one optimiser update, begins here."""
    library = _attached()
    if library is not None:
        library.flopprof_step_begin(None if name is None else os.fsencode(name))


def step_end():
    library = _attached()
    if library is not None:
        library.flopprof_step_end()


@contextlib.contextmanager
def step(name=None):
    """The body is one step, also when it raises."""
    step_begin(name)
    try:
        yield
    finally:
        step_end()


@contextlib.contextmanager
def layer(path):
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


def formula(op, expression):
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
