"""Where flopprof's libraries and programs are."""

from __future__ import annotations

import os
from typing import Dict, Iterator

_PRELOADED = "libflopprof_preload.so"
# What a child of ours needs to run; the rest of the environment may hold what attaches it.
_KEPT = ("PATH", "HOME", "XDG_DATA_HOME", "TMPDIR", "LANG", "LC_ALL")


def prefixes() -> Iterator[str]:
    """Folders with bin/ and lib/: of the run that this process is part of, then this package's."""
    for entry in os.environ.get("LD_PRELOAD", "").replace(" ", ":").split(":"):
        if os.path.basename(entry) == _PRELOADED:
            yield os.path.dirname(os.path.dirname(entry))
    folder = os.path.dirname(os.path.realpath(__file__))
    yield os.path.join(folder, "_prefix")  # in a wheel
    for _ in range(4):  # share/flopprof/python/flopprof
        folder = os.path.dirname(folder)
    yield folder


def program() -> str:
    """The path of the flopprof program. Raises FileNotFoundError."""
    for prefix in prefixes():
        path = os.path.join(prefix, "bin", "flopprof")
        if os.access(path, os.X_OK):
            return path
    raise FileNotFoundError("no flopprof program beside this package; install flopprof again")


def environment_outside() -> Dict[str, str]:
    """The variables of a child that is no part of the job."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}
