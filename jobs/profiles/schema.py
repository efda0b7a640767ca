"""The columns of events in Parquet: those of behavior.stored_event.FIELDS, and `unknown`.

What a later version of the service adds to a record is kept in `unknown`, as JSON text by name, so that a column can
be made of it later. A field that is missing, has another type or is a number out of range gets its neutral value, so
that no line stops a day. No known column changes its type.
"""

import json
from typing import Any

from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as T  # noqa: N812

from reelstack.behavior import stored_event

TYPES = {str: T.StringType(), bool: T.BooleanType(), int: T.LongType(), float: T.DoubleType()}
UNKNOWN = "unknown"
STRINGS = T.ArrayType(T.StringType())
MOST = 2**53
"""No whole number that we store is greater; of such ones a thousand can be added before Spark's arithmetic stops the
job. Of the others Infinity and NaN are out of range."""


def fields() -> Any:
    return T.StructType([T.StructField(name, _type(neutral)) for name, neutral in stored_event.FIELDS.items()])


def columns() -> Any:
    """Of the files. They are named when events are read: to look into the files first costs Spark a job each time."""
    return T.StructType([*fields().fields, T.StructField(UNKNOWN, T.StringType())])


def parsed(lines: Any) -> Any:
    """Events of a column `value` with one JSON object a row."""
    read = lines.select(
        F.from_json("value", fields()).alias("event"),
        F.from_json("value", T.MapType(T.StringType(), T.StringType())).alias("members"),
    )
    known = F.array(*(F.lit(name) for name in stored_event.FIELDS))
    others = F.map_filter("members", lambda name, _: ~F.array_contains(known, name))
    in_order = F.map_from_entries(F.array_sort(F.map_entries(others)))
    columns = [
        F.coalesce(_in_range(F.col(f"event.{name}"), neutral), _neutral(neutral)).alias(name)
        for name, neutral in stored_event.FIELDS.items()
    ]
    return read.select(*columns, F.when(F.size(others) > 0, F.to_json(in_order)).otherwise("").alias(UNKNOWN))


def as_contract() -> str:
    """Column names and types as text, for the test that compares them with FIELDS."""
    return json.dumps({field.name: field.dataType.simpleString() for field in fields()})


def _in_range(column: Any, neutral: Any) -> Any:
    """Null if it is not."""
    if isinstance(neutral, bool) or not isinstance(neutral, int | float):
        return column
    return F.when(column.between(-MOST, MOST), column)


def _type(neutral: Any) -> Any:
    return STRINGS if isinstance(neutral, list) else TYPES[type(neutral)]


def _neutral(neutral: Any) -> Any:
    return F.array().cast(STRINGS) if isinstance(neutral, list) else F.lit(neutral)
