"""Every time that a table holds is known, and is moved back by `reelstack time`."""

from pathlib import Path

import pytest
from pynamodb.attributes import NumberAttribute
from pynamodb.models import Model
from typer.testing import CliRunner

from cli.main import app
from local import aging, time_attributes, times
from local.errors import NotUp, TimeInvalid
from reelstack.tables.model import deployed, schema
from reelstack.tables.registry import TABLES

NO_TIMES = {
    *(
        *("viewers", "views", "watched_ms", "finishes"),
        "size_bytes",
        "part_size_bytes",
        "uploads",
        "retries",
        "attempt",
        "attempts",
        "decision_tries",
        "version",
        "leftovers",
        "reencode_attempt",
    ),
    *("duration_ms", "position_ms", "width", "height", "cost_microdollars", "microdollars", "productions"),
    *("shard", "like_shards", "parts", "held", "failures", "tries", "round", "wake_ups", "high", "normal"),
    "ladder_tries",
    *("likes", "comments", "replies", "shares", "bookmarks", "plays"),
    *("followers", "following", "requested", "taken", "quality", "exposure"),
    *("writes", "records", "measured_writes", "measured_records", "reports"),
    "urgency",  # orders reviews: of equal scores the older one first, which holds as it is
}
"""Numbers of our tables that are no times. A new number is in here, or its name says that it is one."""


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_every_number_of_a_table_is_a_time_by_its_name_or_known_to_be_none(model: type[Model]) -> None:
    numbers = {name for name, attribute in model.get_attributes().items() if isinstance(attribute, NumberAttribute)}
    assert {name for name in numbers if not time_attributes.A_TIME.search(name)} <= NO_TIMES
    assert not {name for name in NO_TIMES if time_attributes.A_TIME.search(name)}


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_every_time_to_live_is_moved_but_where_tokens_are_compared_with_it(model: type[Model]) -> None:
    ttl = deployed(model).ttl
    if ttl and model not in time_attributes.WITH_THE_CLOCK:
        assert ttl in time_attributes.numbers(model)


def test_no_key_of_a_table_is_a_time_that_is_a_number() -> None:
    """Moved, it would be another item to whoever holds its key; an index may have one."""
    for model in TABLES:
        keys = {key["AttributeName"] for key in schema(model)["key_schema"]}
        assert not keys & set(time_attributes.numbers(model)), model


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"at": {"N": "1795420800"}}, {"at": {"N": "1795161600"}}),
        ({"at": {"N": "1795420800123"}}, {"at": {"N": "1795161600123"}}),
        ({"at": {"N": "0"}}, {"at": {"N": "0"}}),
        ({"at": {"NULL": True}}, {"at": {"NULL": True}}),
        ({"day": {"S": "2026-11-23"}}, {"day": {"S": "2026-11-20"}}),
        ({"day": {"S": "open"}}, {"day": {"S": "open"}}),
        ({"place": {"S": "v#1795420800123#vid"}}, {"place": {"S": "v#1795161600123#vid"}}),
        ({"place": {"S": "a#1795420800123"}}, {"place": {"S": "a#1795420800123"}}),
        ({"size_bytes": {"N": "1795420800"}}, {"size_bytes": {"N": "1795420800"}}),
    ],
)
def test_an_item_is_three_days_older(before: times.Item, after: times.Item) -> None:
    texts = {name: pattern for (_, name), pattern in time_attributes.TEXTS.items()}
    assert times.earlier(before, ["at"], texts, 3 * 24 * 3600, 3) == after


@pytest.mark.parametrize(("text", "seconds"), [("+3d", 259_200), ("+12h", 43_200)])
def test_days_and_hours_can_go_by(text: str, seconds: int) -> None:
    assert aging.parsed(text) == seconds


@pytest.mark.parametrize("text", ["3d", "-3d", "+3", "+0d", "+1w", "+99999d", "+\u0663d", ""])
def test_anything_else_is_no_time_that_can_go_by(text: str) -> None:
    with pytest.raises(TimeInvalid):
        aging.parsed(text)


def test_time_goes_by_on_the_laptops_own_cloud_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REELSTACK_LOCAL_DIR", str(tmp_path))
    here = CliRunner().invoke(app, ["time", "+3d"])
    assert isinstance(here.exception, NotUp)
    monkeypatch.setenv("REELSTACK_URL", "https://clips.example.com")
    elsewhere = CliRunner().invoke(app, ["time", "+3d"])
    assert elsewhere.exit_code == 2
    assert "unset REELSTACK_URL" in elsewhere.output


def test_half_days_move_a_date_at_every_second_midnight() -> None:
    texts = {"day": r"(\d{4}-\d\d-\d\d)$"}
    day = {"day": {"S": "2026-11-23"}}
    assert times.earlier(day, [], texts, 12 * 3600, 0) == day
    assert times.earlier(day, [], texts, 12 * 3600, 1) == {"day": {"S": "2026-11-22"}}
