"""Reads a run.db. Also a program of its own: python3 _read.py RUN QUERY prints the rows as JSON.

A process of a running job holds run.db open with a SQLite of its own. A second SQLite in the same
process must not touch that file: closing it would take away the locks of the first, which POSIX
keeps by process. There the reading is left to a child.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import urllib.parse
from typing import Any, List, Tuple

Rows = Tuple[List[str], List[List[Any]]]

_SECONDS_FOR_A_LOCK = 30


def rows(path: str, query: str) -> Rows:
    """The columns' names and the rows. Raises sqlite3.Error."""
    # What a killed writer left half done is undone by who may write.
    mode = "rw" if os.access(path, os.W_OK) else "ro"
    uri = "file:%s?mode=%s" % (urllib.parse.quote(os.path.abspath(path)), mode)
    connection = sqlite3.connect(uri, uri=True, timeout=_SECONDS_FOR_A_LOCK)
    try:
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        connection.execute("PRAGMA query_only = 1")
        cursor = connection.execute(query)
        return [column[0] for column in cursor.description], [list(row) for row in cursor]
    finally:
        connection.close()


if __name__ == "__main__":
    try:
        json.dump(rows(sys.argv[1], sys.argv[2]), sys.stdout)
    except sqlite3.Error as error:
        sys.exit(str(error))
