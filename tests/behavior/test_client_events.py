"""Events are read one by one: what is known strictly, what is not known kept or told."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.behavior import client_events, stored_event
from reelstack.behavior.client_events import TYPES, EventRefused, Quality, read
from reelstack.behavior.receipts import Receipt
from reelstack.behavior.stored_event import FIELDS, Clip, Viewer

ID, VIEW = "01930b9e-7c00-7abc-8def-0123456789ab", "01930b9e-7c00-7abc-8def-0123456789ac"
SERVED = 1_789_999_990_000
OF_CLIP = {"id": ID, "at": 1_790_000_000_000, "video_id": "clip"}
OF_VIEW = {"view_id": VIEW, "watched_ms": 4000, "position_ms": 1500}
EXAMPLES: dict[str, dict[str, Any]] = {
    "impression": {},
    "play": {"muted": True},
    "progress": {**OF_VIEW, "speed": 1.5, "muted": False},
    **dict.fromkeys(("finish", "replay", "skip", "pause"), OF_VIEW),
    "profile_visit": {"user_id": "us-east-1:bob", "video_id": "clip"},
    "hide": {"what": "tag", "tag": "cats"},
    "quality": {"view_id": VIEW},
}
MEASURED: dict[str, Any] = {"played_ms": 12_400, "bsa": 1, "bsda": 420, "msd": 180, "preloaded": True, "first_br": 820}
MEASURED |= {
    "pb": 1450,
    "tb": 2600,
    "mtp": 4300,
    "switches": 1,
    "rendition_ms": {"820": 2000, "1570": 10_400},
    "loops": 1,
}
MEASURED |= {"device_stalls": 1, "device_stalled_ms": 220}
MEASURED |= {"bytes": 2_300_000, "wasted_bytes": 52_000, "dfa": 2, "frames": 372, "ec": ["network"]}
EXAMPLES["quality"] |= MEASURED


def example(kind: str, **more: Any) -> dict[str, Any]:
    return {**OF_CLIP, "type": kind, **EXAMPLES[kind], **more}


def refused(event: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(EventRefused) as told:
        read(event)
    return told.value.reason, str(told.value)


def test_there_is_an_example_of_each_type() -> None:
    assert set(EXAMPLES) == set(TYPES)


@pytest.mark.parametrize("kind", TYPES)
def test_each_type_is_read_and_its_record_has_every_field_in_its_type(kind: str) -> None:
    event = read(example(kind, shoe_size=43))
    clip = Clip("clip", "bob", ("cats", "dogs"), 15_000)
    receipt = Receipt("clip", "answer", 2, "newest", 0, "newest", "", 1.0, SERVED, "")
    record = stored_event.of_client(event, Viewer("ann", True, True), clip, receipt, (SERVED + 1, SERVED + 2))
    again = json.loads(stored_event.line(record))
    assert list(again) == list(FIELDS)
    assert {name: type(value) for name, value in again.items()} == {name: type(value) for name, value in FIELDS.items()}
    assert (again["viewer"], again["owner_id"], again["position"], again["at"]) == ("ann", "bob", 2, SERVED + 1)
    measured = MEASURED if kind == "quality" else {}
    assert json.loads(again["extra"]) == {"shoe_size": 43, **measured}, "members that are not known survive"
    for name, value in example(kind).items():
        if name in FIELDS and name != "at":
            assert again[name] == value
    assert again["target"] == {"hide": "cats", "profile_visit": "us-east-1:bob"}.get(kind, "")


@pytest.mark.parametrize(("dated", "at"), [(-1, 0), (0, 0), (5, 5)])
def test_nothing_happened_before_the_answer_that_has_shown_it(dated: int, at: int) -> None:
    receipt = Receipt("clip", "answer", 2, "newest", 0, "newest", "", 1.0, SERVED, "")
    viewer, times = Viewer("ann", True, True), (SERVED + dated, SERVED + 9)
    assert stored_event.of_client(read(example("play")), viewer, None, receipt, times)["at"] == SERVED + at
    assert stored_event.of_client(read(example("play")), viewer, None, None, times)["at"] == SERVED + dated


def test_an_event_is_not_later_than_its_arrival_though_a_server_s_clock_is_ahead() -> None:
    receipt = Receipt("clip", "answer", 2, "newest", 0, "newest", "", 1.0, SERVED, "")
    record = stored_event.of_client(read(example("play")), Viewer("ann", True, True), None, receipt, (1, SERVED - 5))
    assert record["at"] == record["received_at"] == SERVED - 5


def test_measures_of_quality_are_no_fields_that_readers_of_events_know() -> None:
    assert not MEASURED.keys() & FIELDS.keys()
    assert Quality.model_fields.keys() == MEASURED.keys() | {"id", "type", "at", "video_id", "receipt", "view_id"}


def test_what_a_player_cannot_tell_is_not_zero() -> None:
    event = read({**OF_CLIP, "type": "quality", "played_ms": 0, "bsa": 0, "bsda": 0})
    record = stored_event.of_client(event, Viewer("s:1", False, False), None, None, (1, 2))
    assert json.loads(record["extra"]) == {"bsa": 0, "bsda": 0, "ec": [], "played_ms": 0}


def test_an_event_of_quality_with_everything_fits_into_a_kilobyte_of_the_stream() -> None:
    clip = Clip("0193f2a9c01d4e73f2a9", "0193f2a9-c01d-4e73-8f2a-9c01d4e73f2a", ("cats", "dogs"), 15_000, "en")
    receipt = Receipt(
        clip.video_id, "0193f2a9c01d4e73", 2, "interests", 0, "ranked-2", "2026-11-29", 0.25, 1_789_999_990_000, ""
    )
    viewer = Viewer("0193f2a9-c01d-4e73-8f2a-9c01d4e73f2b", True, True, "DE")
    times = (1_790_000_000_000, 1_790_000_000_100)
    line = stored_event.line(stored_event.of_client(read(example("quality")), viewer, clip, receipt, times))
    assert len(line) <= 1024, "Kinesis counts in kilobytes"


@pytest.mark.parametrize(
    "change",
    [
        {"bsa": -1},
        {"bsda": 10**9},
        {"bsa": True},
        {"pb": 1e3},
        {"mtp": 10**7},
        {"bytes": 2**41},
        {"rendition_ms": {"820.5": 1}},
        {"rendition_ms": {"a": 1}},
        {"rendition_ms": {"820": -1}},
        {"rendition_ms": {str(number): 1 for number in range(17)}},
        {"ec": ["net work"]},
        {"ec": ["network"] * 17},
        {"view_id": "x"},
        {"played_ms": None},
    ],
)
def test_measures_are_bounded(change: dict[str, Any]) -> None:
    reason, detail = refused(example("quality", **change))
    assert reason == "malformed"
    assert detail.startswith(next(iter(change)))


def test_no_client_reports_what_tables_know() -> None:
    for kind in stored_event.TABLE_TYPES:
        assert refused({"id": ID, "type": kind, "at": 0, "video_id": "clip"})[0] == "unknown-type"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"id": "01930b9e-7c00-4abc-8def-0123456789ab"}, "id"),  # UUIDv4
        ({"id": None}, "id"),
        ({"at": -1}, "at"),
        ({"at": "1790000000000"}, "at"),
        ({"at": 1.5}, "at"),
        ({"video_id": "a/b"}, "video_id"),
        ({"watched_ms": -1}, "watched_ms"),
        ({"watched_ms": 10**9}, "watched_ms"),
        ({"speed": 0}, "speed"),
        ({"speed": float("inf")}, "event"),
        ({"shoe_size": float("nan")}, "event"),
        ({"shoe_size": [{"left": float("-inf")}]}, "event"),
        ({"shoe_name": "\ud800"}, "event"),
        ({"\udfff": 1}, "event"),
        ({"type": "\ud800"}, "event"),
        ({"view_id": "x"}, "view_id"),
        ({"receipt": "x" * 601}, "receipt"),
        ({"type": 5}, "event"),
        ({"type": "DROP TABLE"}, "event"),
    ],
)
def test_an_event_that_cannot_be_read_is_told_where(change: dict[str, Any], place: str) -> None:
    reason, detail = refused({**example("progress"), **change})
    assert reason == "malformed"
    assert detail.startswith(f"{place}: ")


@pytest.mark.parametrize("written", ["cats", " cats\t", "\x01ca\u200bts"])
def test_a_hidden_tag_has_the_form_in_which_tags_are_stored(written: str) -> None:
    record = stored_event.of_client(read(example("hide", tag=written)), Viewer("ann", True, True), None, None, (1, 2))
    assert record["target"] == "cats"


@pytest.mark.parametrize("change", [{"what": "video"}, {"tag": None}, {"tag": "\x01"}, {"tag": "c" * 41}])
def test_a_tag_is_hidden_with_its_name_only(change: dict[str, Any]) -> None:
    assert refused(example("hide", **change))[0] == "malformed"


def test_a_hidden_tag_has_the_form_in_which_the_table_has_it() -> None:
    assert read(example("hide", tag=" ca\x01fe\u0301\u200b ")).tag == "caf\u00e9"
    for tag in ("x" * 41, "\x01", "\ufdd0"):
        reason, detail = refused(example("hide", tag=tag))
        assert (reason, detail.split(":")[0]) == ("malformed", "tag")


def test_a_profile_that_is_visited_is_named_as_accounts_are() -> None:
    for user_id in ("", "a\x01b", "x" * 129):
        assert refused(example("profile_visit", user_id=user_id))[0] == "malformed"


def test_a_large_event_is_refused_before_it_is_read() -> None:
    at_most = client_events.MAX_EVENT_BYTES - len(json.dumps(example("play", note=""), ensure_ascii=False))
    assert read(example("play", note="x" * (at_most % 2) + "é" * (at_most // 2)))
    assert refused({**example("play", note="x" * (at_most + 1)), "id": "?" * len(ID)})[0] == "too-large"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def no_json(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


@given(
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from([*FIELDS, "receipt", "user_id", "tag", "shoe_size"]), json_values),
)
def test_whatever_comes_is_read_or_refused(kind: str, changes: dict[str, Any]) -> None:
    try:
        event = read(example(kind, **changes))
    except EventRefused as error:
        event = error
    if isinstance(event, EventRefused):
        assert event.reason in ("malformed", "unknown-type")
        return
    record = stored_event.of_client(event, Viewer("ann", True, True), None, None, (1, 2))
    assert list(json.loads(stored_event.line(record))) == list(FIELDS)
    assert not record["extra"] or json.loads(record["extra"], parse_constant=no_json)
    assert {name: type(value) for name, value in record.items()} == {
        name: type(value) for name, value in FIELDS.items()
    }
    assert (record["viewer"], record["origin"], record["propensity"]) == ("ann", "direct", 0.0), "nothing is forged"


def test_the_schema_of_the_documentation_takes_and_refuses_the_same() -> None:
    schema = client_events.json_schema()
    batch = {"sent_at": 1, "events": [example(kind) for kind in TYPES]}
    jsonschema.validate(batch, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"sent_at": 1, "events": [example("play", id="x")]}, schema)
