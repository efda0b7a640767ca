"""Decayed sums of a file of events, once in SQL and once in a Python operator: `.venv-flink/bin/python
bench/_flink_operators.py <sql | python> <file of JSON lines>` prints {"cpu_seconds": …} of the JVM and what runs in it.

Both read the same file, weigh likes and finishes alike, keep a sum for each viewer and tag, and emit each change.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyflink.common import Configuration, Row
from pyflink.common.typeinfo import Types
from pyflink.datastream import KeyedProcessFunction, RuntimeContext, StreamExecutionEnvironment
from pyflink.datastream.state import MapStateDescriptor
from pyflink.java_gateway import get_gateway
from pyflink.table import StreamTableEnvironment

HALF_LIFE_MS, LANDMARK = 1_200_000, 1_796_000_000_000
SETTINGS = {"python.execution-mode": "thread", "pipeline.object-reuse": "true", "parallelism.default": "1"}
TABLE = """CREATE TABLE events (`viewer` STRING, `tags` ARRAY<STRING>, `at` BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'json')"""
TAGS = "SELECT `viewer`, `tag`, `at` FROM events CROSS JOIN UNNEST(`tags`) AS t(`tag`)"
SUMS = f"""SELECT `viewer`, `tag`, SUM(POWER(2, CAST(`at` - {LANDMARK} AS DOUBLE) / {HALF_LIFE_MS})) AS `total`
FROM ({TAGS}) GROUP BY `viewer`, `tag`"""


class Sums(KeyedProcessFunction):  # type: ignore[misc]  # PyFlink has no types
    def open(self, runtime_context: RuntimeContext) -> None:
        self._sums = runtime_context.get_map_state(MapStateDescriptor("sums", Types.STRING(), Types.DOUBLE()))

    def process_element(self, value: Row, ctx: Any) -> Iterator[Row]:  # noqa: ARG002  # Flink's signature
        viewer, tag, at = value[0], value[1], value[2]
        total = (self._sums.get(tag) or 0.0) + 2.0 ** ((at - LANDMARK) / HALF_LIFE_MS)
        self._sums.put(tag, total)
        yield Row(viewer, tag, total)


def main(kind: str, path: Path) -> None:
    configuration = Configuration()
    for name, value in SETTINGS.items():
        configuration.set_string(name, value)
    env = StreamExecutionEnvironment.get_execution_environment(configuration)
    tables = StreamTableEnvironment.create(env)
    tables.execute_sql(TABLE.format(path=path.resolve().as_uri()))
    columns = "`viewer` STRING, `tag` STRING, `total` DOUBLE, PRIMARY KEY (`viewer`, `tag`) NOT ENFORCED"
    tables.execute_sql(f"CREATE TABLE nothing ({columns}) WITH ('connector' = 'blackhole')")
    if kind == "sql":
        tables.execute_sql(f"INSERT INTO nothing {SUMS}").wait()
    else:
        stream = tables.to_data_stream(tables.sql_query(TAGS))
        kept = Types.ROW([Types.STRING(), Types.STRING(), Types.DOUBLE()])
        summed = stream.key_by(lambda row: row[0], key_type=Types.STRING()).process(Sums(), output_type=kept)
        tables.from_data_stream(summed).execute_insert("nothing").wait()
    ticks = _ticks(get_gateway().jvm.java.lang.ProcessHandle.current().pid())
    print(json.dumps({"cpu_seconds": ticks / os.sysconf("SC_CLK_TCK")}))


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
