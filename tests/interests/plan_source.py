"""Lets Flink plan the job's sources, and prints of each its plan, or why there is none, as JSON (test_connector.py).

Runs in the environment of the job: .venv-flink/bin/python -m tests.interests.plan_source [connectors.jar]
"""

import json
import sys
from pathlib import Path

from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import StreamTableEnvironment

from jobs.interests import statements
from jobs.interests.options import Options

STREAM = {
    "stream_arn": "arn:aws:kinesis:eu-central-1:111111111111:stream/reelstack-prod-events",
    "region": "eu-central-1",
}
SOURCES = {
    "files": Options(source="files", path="/tmp"),  # nothing is read: a plan opens no file
    "polling": Options(source="kinesis", endpoint="http://127.0.0.1:4566", position="TRIM_HORIZON", **STREAM),
    "enhanced fan-out": Options(source="kinesis", reader="EFO", **STREAM),
}
"""As a laptop reads where there is no connector, as it reads where there is one, and as Managed Flink does."""


def plan(options: Options, jar: str) -> dict[str, str]:
    env = StreamExecutionEnvironment.get_execution_environment()
    if jar:
        env.add_jars(Path(jar).resolve().as_uri())
    tables = StreamTableEnvironment.create(env)
    tables.execute_sql(statements.source(options))
    try:
        return {"plan": tables.explain_sql("SELECT * FROM events")}
    except Exception as error:  # Java's, of many classes
        return {"refused": str(error)}


if __name__ == "__main__":
    print(json.dumps({name: plan(options, "".join(sys.argv[1:2])) for name, options in SOURCES.items()}))
