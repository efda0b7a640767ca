"""The Spark session of a run, and how rows are spread.

On EMR Serverless the job's settings decide; on a laptop one JVM with two threads does all, listens on 127.0.0.1 only,
and leaves no folder behind. Times are UTC. Rows of a viewer lie in the bucket crc32(viewer) % 64, so that a viewer is
erased by a rewrite of one file in 64.
"""

import os
import zlib
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

from jobs.profiles.place import STAGING

BUCKETS = 64
LOCAL = {
    "spark.master": "local[2]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    # Of a small day most time goes into compiling: of plans to Java, of Java to machine code, of plans anew.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    # ReservedCodeCacheSize: without the second compiler it is 48 MB, which three days fill; then methods are compiled
    # again and again.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=160m -XX:+UseSerialGC",
    # From 33 folders on Spark lists them in a job, with a task for each; a day of events has 64.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
    # Spark's own file system keeps a hidden .crc beside each file, which would be uploaded with it.
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
}
ALWAYS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    # Partitions that Spark joins by size would give files of other sizes, and other bytes.
    "spark.sql.adaptive.coalescePartitions.enabled": "false",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}


def session(data: str) -> Any:
    is_local = not data.startswith("s3")
    if is_local:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.appName("reelstack-profiles")
    for name, value in {**ALWAYS, **(LOCAL if is_local else {})}.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    spark.sparkContext.setCheckpointDir(f"{data.rstrip('/')}/{STAGING}/checkpoints")
    return spark


def none(spark: Any, columns: str) -> Any:
    """No rows. `createDataFrame([])` would start workers of Python for them."""
    return spark.range(0).select(F.from_json(F.lit("{}"), columns).alias("row")).select("row.*")


def bucket_of(viewer: str) -> int:
    return zlib.crc32(viewer.encode()) % BUCKETS


def bucketed(rows: Any, *order: str, by: str = "viewer") -> Any:
    """The rows with their `bucket`, each bucket whole in one partition and sorted."""
    found = rows.withColumn("bucket", (F.crc32(F.col(by)) % BUCKETS).cast("int"))
    return found.repartition("bucket").sortWithinPartitions("bucket", *order)


def in_buckets(rows: Any, by: str = "viewer") -> Any:
    """Groups to give to a function in Python, which sees all rows of a viewer (or a clip) at once."""
    return rows.groupBy((F.crc32(F.col(by)) % BUCKETS).cast("int").alias("bucket"))
