#!/usr/bin/env python3
"""What a fleet of runs cost, with DuckDB: python3 fleet.py DATA_SET [--format json]

One machine, no server; `pip install duckdb`. integrations/spark/fleet.py answers the same with Spark.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "fleet"))
import flopprof_fleet as fleet  # noqa: E402


def view(db, folder, name):
    """Names of columns are quoted: `user` is a word of SQL."""
    columns = fleet.COLUMNS[name]
    if any((folder / name).glob("run=*")):
        picked = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in columns.items())
        files = str(folder / name / "**" / "*.parquet").replace("'", "''")
        source = f"read_parquet('{files}', hive_partitioning = true, hive_types_autocast = false)"
        db.execute(f"CREATE VIEW {name} AS SELECT {picked} FROM {source}")
    else:
        empty = ", ".join(f'CAST(NULL AS {kind}) AS "{column}"' for column, kind in columns.items())
        db.execute(f"CREATE VIEW {name} AS SELECT {empty} WHERE false")


def ask(folder, most=fleet.OFFENDERS, threads=None):
    import duckdb
    folder = pathlib.Path(folder)
    fleet.check(folder)
    db = duckdb.connect(config={"threads": threads} if threads else {})
    db.execute("SET TimeZone = 'UTC'")
    for name in fleet.COLUMNS:
        view(db, folder, name)
    db.execute(f"CREATE TEMP TABLE run_sums AS {fleet.RUN_SUMS}")

    def rows(sql):
        cursor = db.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values)) for values in cursor.fetchall()]

    return fleet.answers(rows, f"DuckDB {duckdb.__version__}", most)


def main():
    arguments = fleet.parser("What a fleet of runs cost, with DuckDB")
    arguments.add_argument("--threads", type=int, help="of this machine; all by default")
    options = arguments.parse_args()
    return fleet.run(options, "duckdb", lambda: ask(options.data_set, options.top, options.threads))


if __name__ == "__main__":
    sys.exit(main())
