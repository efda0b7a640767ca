"""The job `interests`: it reads the stream of events and keeps in Valkey what is true of viewers and clips now.

    .venv-flink/bin/python -m jobs.interests.main --cache valkey://127.0.0.1:6390 --state <folder> <source>
    <source>  --source files --path <folder>
              --source kinesis --stream-arn <arn> --region <region> [--endpoint <url>] --jar <connectors.jar>
              --source archive --path <folder, or s3://…/events/day=…/hour=…>

PYTHONPATH is the repository and layers/common/python; the JVM needs Java 17. Options (jobs/interests/options.py), each
also a property of the group `interests` in /etc/flink/application_properties.json, where Managed Flink puts them
(`stream.arn` for --stream-arn and so on):

--source           kinesis | files | archive. files: segments of JSON lines that local/segment_feeder.py renames into
                   --path. archive: read once to its end, then the program ends; no heartbeat is written.
--cache            valkey:// or valkeys:// address.
--path --stream-arn --region --endpoint --reader (POLLING | EFO) --consumer (name for EFO) --position (TRIM_HORIZON |
                   LATEST; only for a start without state) --jar
--state            folder (or file:// address) of checkpoints and savepoints. The newest complete one is where the job
                   starts. Managed Flink keeps state itself: not given there.
--checkpoint-ms    1000; 10000 on Managed Flink.
--parallelism      1; Managed Flink's own is taken there.
--watermark-ms     200: how often watermarks advance; 0 = with each event, for tests.
--pid-file         gets {"client": pid, "jvm": pid}: the JVM outlives a client that was killed, so who starts the job
                   ends both.

SIGTERM and SIGINT stop the job with a savepoint in --state; the exit code is 0. A job that failed for good (its
restarts are bounded) ends with 1. A Valkey that does not answer holds the stream back and fails nothing.
"""

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

if __package__ in (None, ""):  # Managed Flink runs main.py of the zip, beside the folders jobs/ and reelstack/
    sys.path.insert(0, str(Path(__file__).parent))

from pyflink.common import Configuration
from pyflink.common.typeinfo import Types
from pyflink.datastream import DataStream, StreamExecutionEnvironment
from pyflink.java_gateway import get_gateway
from pyflink.table import DataTypes, Schema, StreamTableEnvironment, Table
from pyflink.table.changelog_mode import ChangelogMode

from jobs.interests import options as given
from jobs.interests import sink, statements
from jobs.interests.checkpoints import newest_state
from jobs.interests.options import Options
from jobs.interests.settings import DUPLICATES_MS, STATE_TTL, STATE_TTL_MS, address, settings

NAME = "interests"
LOOKED_EVERY_SECONDS = 0.2
FAILED, ENDED = ("FAILED", "CANCELED"), ("FINISHED", "FAILED", "CANCELED")
_log = logging.getLogger(__name__)


def build(env: StreamExecutionEnvironment, options: Options) -> None:
    """Everything between the source and Valkey, ready to be executed."""
    tables = StreamTableEnvironment.create(env)
    tables.execute_sql(statements.source(options))
    _tell(tables)
    count = env.get_parallelism()
    for view in statements.views(count):
        tables.execute_sql(view)
    appended = statements.APPENDED + (() if options.source == "archive" else statements.HEARTBEAT)
    rows = [_replacing(tables, view) for view in statements.REPLACED]
    rows.append(tables.to_changelog_stream(_rows(tables, appended), _schema(), ChangelogMode.insert_only()))
    keyed = rows[0].union(*rows[1:]).key_by(lambda row: sink.part(row, count), key_type=Types.INT())
    keyed.process(sink.Sink(options.cache), output_type=sink.ROW_TYPE).uid("valkey").name("valkey")


def _tell(tables: StreamTableEnvironment) -> None:
    """The view `told`: a stream by itself, so that the source is read once for all outputs, and ids of events are kept
    for a shorter time than everything else."""
    for view in statements.told():
        tables.execute_sql(view)
    tables.get_config().set(STATE_TTL, f"{DUPLICATES_MS} ms")
    stream = tables.to_data_stream(tables.from_path("told_events"))
    tables.get_config().set(STATE_TTL, f"{STATE_TTL_MS} ms")
    schema = Schema.new_builder().column_by_expression("arrived", "PROCTIME()")
    tables.create_temporary_view("told", stream, schema.watermark("event_time", "SOURCE_WATERMARK()").build())


def _replacing(tables: StreamTableEnvironment, view: str) -> DataStream:
    schema = _schema(keyed=True)
    return tables.to_changelog_stream(_rows(tables, (view,)), schema, ChangelogMode.upsert())


def _rows(tables: StreamTableEnvironment, views: Sequence[str]) -> Table:
    columns = ", ".join(f"COALESCE(CAST(`{name}` AS {kind}), {nothing}) AS `{name}`" for name, kind, nothing in _CASTS)
    return tables.sql_query(" UNION ALL ".join(f"SELECT {columns} FROM {view}" for view in views))  # noqa: S608  # ours


def _schema(*, keyed: bool = False) -> Schema:
    builder = Schema.new_builder()
    for name, kind in zip(sink.ROW, _COLUMNS, strict=True):
        builder = builder.column(name, kind)
    return (builder.primary_key("owner", "field") if keyed else builder).build()


_COLUMNS = (
    *(DataTypes.STRING().not_null(), DataTypes.STRING().not_null(), DataTypes.STRING().not_null()),
    *(DataTypes.BIGINT().not_null(), DataTypes.DOUBLE().not_null(), DataTypes.STRING().not_null()),
)
_CASTS = (
    *(("kind", "STRING", "''"), ("owner", "STRING", "''"), ("field", "STRING", "''")),
    *(("number", "BIGINT", "0"), ("total", "DOUBLE", "0.0E0"), ("counts", "STRING", "''")),
)


def main(argv: list[str]) -> int:
    options = given.read(argv)
    configuration = Configuration()
    for name, value in settings(options).items():
        configuration.set_string(name, value)
    if state := newest_state(options.state):
        configuration.set_string("execution.state-recovery.path", state)
        print(f"interests: starts at {state}", flush=True)
    env = StreamExecutionEnvironment.get_execution_environment(configuration)
    if options.jar:
        env.add_jars(Path(options.jar).resolve().as_uri())
    build(env, options)
    if options.managed:
        env.execute(NAME)
        return 0
    if options.pid_file:
        pids = {"client": os.getpid(), "jvm": get_gateway().jvm.java.lang.ProcessHandle.current().pid()}
        Path(options.pid_file).write_text(json.dumps(pids))
    return _watch(env.execute_async(NAME), options)


def _watch(job: Any, options: Options) -> int:
    """Until the job ends, or a signal asks for its end."""
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, _frame: asked.append(got))
    print(f"interests: reads by {options.source}", flush=True)
    while not asked:
        status = job.get_job_status().result().name
        if status in ENDED:
            print(f"interests: {status.lower()}", flush=True)
            return 1 if status in FAILED else 0
        time.sleep(LOOKED_EVERY_SECONDS)
    if options.state:
        print(f"interests: stopped at {_stop(job, options.state)}", flush=True)
    else:
        job.cancel().result()
    return 0


def _stop(job: Any, folder: str) -> str:
    """Where the savepoint is. Java's method is called directly: PyFlink 2.3 names one of two parameters, which Flink 2
    no longer has."""
    form = get_gateway().jvm.org.apache.flink.core.execution.SavepointFormatType.CANONICAL
    return str(job._j_job_client.stopWithSavepoint(False, address(folder), form).get())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
