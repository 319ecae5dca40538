#!/usr/bin/env python3
"""What a fleet of runs cost, with Spark:

    spark-submit --py-files integrations/fleet/flopprof_fleet.py integrations/spark/fleet.py DATA_SET [--format json]

Local or on a cluster: DATA_SET is whatever the executors can read (a folder, hdfs://, s3a://). `pip install
pyspark` and a Java runtime serve for one machine. integrations/duckdb/fleet.py answers the same with DuckDB.
"""

import pathlib
import sys

try:
    import flopprof_fleet as fleet
except ImportError:  # called where it lies
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "fleet"))
    import flopprof_fleet as fleet

SPARK_TYPES = {"VARCHAR": "STRING"}


def view(spark, folder, name):
    columns = {column: SPARK_TYPES.get(kind, kind) for column, kind in fleet.COLUMNS[name].items()}
    schema = ", ".join(f"`{column}` {kind}" for column, kind in columns.items())
    path = f"{folder.rstrip('/')}/{name}"
    jvm = spark._jvm
    hadoop_path = jvm.org.apache.hadoop.fs.Path(path)
    there = hadoop_path.getFileSystem(spark._jsc.hadoopConfiguration()).exists(hadoop_path)
    frame = spark.read.schema(schema).parquet(path) if there else spark.createDataFrame([], schema)
    frame.createOrReplaceTempView(name)


def rows_of(spark):
    return lambda sql: [row.asDict() for row in spark.sql(sql.replace('"', "`")).collect()]


def ask(spark, folder, most=fleet.OFFENDERS):
    if "://" not in folder:
        fleet.check(folder)
    for name in fleet.COLUMNS:
        view(spark, folder, name)
    run_sums = spark.sql(fleet.RUN_SUMS.replace('"', "`")).cache()
    run_sums.createOrReplaceTempView("run_sums")
    return fleet.answers(rows_of(spark), f"Spark {spark.version}", most)


def session(master):
    from pyspark.sql import SparkSession
    builder = (SparkSession.builder.appName("flopprof fleet")
               .config("spark.sql.session.timeZone", "UTC")
               .config("spark.ui.showConsoleProgress", "false")
               # A sum that leaves 38 digits is an error, not nothing.
               .config("spark.sql.ansi.enabled", "true")
               # A run's id of digits alone stays the text that it is.
               .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false"))
    spark = (builder.master(master) if master else builder).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def main():
    arguments = fleet.parser("What a fleet of runs cost, with Spark")
    arguments.add_argument("--master", help="local[*] for this machine; spark-submit's by default")
    options = arguments.parse_args()
    return fleet.run(options, "pyspark", lambda: ask(session(options.master), options.data_set, options.top))


if __name__ == "__main__":
    sys.exit(main())
