"""The job's SQL has the columns of the stored event, and its constants are those of reelstack.feed.scores."""

import json
import re
from pathlib import Path

import pytest

from jobs.interests import constants, statements
from jobs.interests.options import Options, of_arguments, of_properties
from reelstack.behavior import client_events, stored_event
from reelstack.feed import live_signals, scores

KINDS = {str: "STRING", int: ("INT", "BIGINT"), float: "DOUBLE", bool: "BOOLEAN", list: "ARRAY<STRING>"}
READ_FROM = {"source.init.position": "LATEST", "source.reader.type": "POLLING"}
COLUMN = re.compile(r"^    `(\w+)` ([A-Z]+(?:<STRING>)?),$", re.MULTILINE)


def test_the_source_has_the_columns_of_a_stored_event() -> None:
    columns = COLUMN.findall(statements.source(Options()))
    assert [name for name, _ in columns] == list(stored_event.FIELDS)
    for name, kind in columns:
        assert kind in KINDS[type(stored_event.FIELDS[name])], name


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("kinesis", {"connector": "kinesis", "stream.arn": "arn:x", "aws.region": "r", "aws.endpoint": "http://k"}),
        ("files", {"connector": "filesystem", "path": "/p", "source.monitor-interval": "200 ms"}),
        ("archive", {"connector": "filesystem", "path": "/p"}),
    ],
)
def test_sources_differ_in_their_connector_alone(source: str, expected: dict[str, str]) -> None:
    given = Options(source=source, path="/p", stream_arn="arn:x", region="r", endpoint="http://k")
    table, named = statements.source(given).split("WITH (")
    assert table == statements.source(Options()).split("WITH (")[0]
    assert dict(re.findall(r"'(.+)' = '(.*)'", named)) == {
        **(expected | READ_FROM if source == "kinesis" else expected),
        "format": "json",
        "json.ignore-parse-errors": "true",
    }


def test_a_line_without_a_time_has_an_event_time() -> None:
    """Flink ends the job, for good after its restarts, at a row whose time is NULL."""
    (ddl,) = (line for line in statements.source(Options()).splitlines() if line.startswith("    `event_time`"))
    assert "COALESCE(TO_TIMESTAMP_LTZ(`at`, 3), TO_TIMESTAMP_LTZ(0, 3))" in ddl


def test_the_sources_wait_for_late_events_as_long_as_the_windows_say() -> None:
    assert f"INTERVAL '{constants.LATE_MS // 1000}' SECOND" in statements.source(Options())


def test_every_statement_is_filled_in() -> None:
    text = "\n".join([*statements.told(), *statements.views(2)])
    assert "$" not in text
    for view in (*statements.REPLACED, *statements.APPENDED, *statements.HEARTBEAT):
        assert f"CREATE TEMPORARY VIEW {view} AS" in text


def test_no_list_of_constants_is_unnested() -> None:
    """Flink joins it as a source of its own, which keeps all rows and is read again after some starts."""
    text = "\n".join([*statements.told(), *statements.views(1)])
    assert "UNNEST(`" in text
    assert not re.search(r"UNNEST\(ARRAY\['[^`]*\)", text)


def test_a_hidden_tag_is_a_whole_key() -> None:
    """A word that begins with CHR(1) is one: a tag that somebody hides must not become the key of a creator."""
    hides = [line for line in "\n".join(statements.views(1)).splitlines() if "'hide'" in line and "'tag' THEN" in line]
    assert [f"CHR(1) || '{scores.TAG}' || `target`" in line for line in hides] == [True]


def test_the_age_of_a_clip_is_that_of_what_trends() -> None:
    """Anybody could date a direct play of a fresh clip a day back."""
    firsts = [line for line in "\n".join(statements.views(1)).splitlines() if line.endswith("AS `first_at`")]
    assert len(firsts) == len(live_signals.WINDOWS_SECONDS)
    assert all("MIN(`at`) FILTER (WHERE `shown` OR `weight` <> 0)" in line for line in firsts)


def test_each_weight_is_in_the_sql() -> None:
    text = "\n".join(statements.views(1))
    for kind, weight in scores.WEIGHTS.items():
        assert f"WHEN '{kind}' THEN {weight!r}E0" in text


def test_every_type_of_event_is_known() -> None:
    assert set(constants.CLIENT_TYPES) == set(client_events.TYPES)


def test_how_a_clip_played_takes_no_part_in_any_aggregate() -> None:
    (first, _) = statements.told()
    assert f"<> '{stored_event.QUALITY}'" in first
    assert stored_event.QUALITY in client_events.TYPES
    counted = {*constants.COUNTED, *constants.WATCHING, *live_signals.TRENDING_KINDS, *scores.WEIGHTS}
    assert stored_event.QUALITY not in counted


def test_trending_and_windows_know_only_kinds_that_exist() -> None:
    kinds = {*client_events.TYPES, *stored_event.TABLE_TYPES, "fast_skip"}
    assert {*constants.COUNTED, *constants.WATCHING, *live_signals.TRENDING_KINDS} <= kinds


def test_a_term_never_leaves_what_a_float_holds() -> None:
    assert live_signals.EPOCH_HALF_LIVES <= scores.MOST_HALF_LIVES


def test_each_window_is_a_whole_number_of_steps() -> None:
    assert all(seconds % slide == 0 for seconds, slide in live_signals.WINDOWS_SECONDS.items())


def test_enhanced_fan_out_names_its_consumer() -> None:
    fanned = statements.source(Options(source="kinesis", reader="EFO", consumer="live", stream_arn="arn:x"))
    assert "'source.efo.consumer.name' = 'live'" in fanned
    assert "consumer" not in statements.source(Options(source="kinesis"))


def test_managed_flink_gives_its_options_as_properties() -> None:
    properties = {"stream.arn": "arn:x", "cache": "valkeys://c:6379", "parallelism": "2"}
    found = of_properties(json.dumps([{"PropertyGroupId": "interests", "PropertyMap": properties}]))
    assert (found.managed, found.source, found.stream_arn, found.parallelism) == (True, "kinesis", "arn:x", 2)
    assert found.checkpoint_ms == 10_000


def test_the_command_line_gives_options_too() -> None:
    assert of_arguments(["--source", "files", "--watermark-ms", "0"]) == Options(source="files", watermark_ms=0)


def test_every_sql_file_is_used() -> None:
    used = {"told", "interests", "history", "windows", "window", "totals", "events"}
    assert {path.stem for path in Path(statements.FOLDER).iterdir()} == used
