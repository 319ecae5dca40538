"""The console script: the program takes this process's place."""

from __future__ import annotations

import os
import sys

from flopprof import _where


def main() -> None:
    try:
        path = _where.program()
    except FileNotFoundError as error:
        sys.exit("flopprof: %s" % error)
    os.execv(path, ["flopprof", *sys.argv[1:]])
