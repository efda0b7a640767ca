"""What Flink is told to run: everything between the source and Valkey.

Which operators there are, in which order, and what each keeps is the shape of the job's state: checkpoints.GENERATION
says what a change of it needs.
"""

from collections.abc import Sequence

from pyflink.common.typeinfo import Types
from pyflink.datastream import DataStream, StreamExecutionEnvironment
from pyflink.table import DataTypes, Schema, StreamTableEnvironment, Table
from pyflink.table.changelog_mode import ChangelogMode

from jobs.interests import sink, statements
from jobs.interests.options import Options
from jobs.interests.settings import DUPLICATES_MS, STATE_TTL, STATE_TTL_MS


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
