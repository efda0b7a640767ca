"""The writer states absolute values, waits while Valkey is away, and keeps what it writes within bounds."""

from collections.abc import Iterator
from typing import Any

import pytest
import valkey

from jobs.interests import writer as subject
from jobs.interests.constants import INTEREST_ROW, TOTAL_ROW, WATCHED_ROW, WINDOW_ROW
from jobs.interests.writer import Change, Region, Writer
from reelstack.feed import live_signals, scores
from reelstack.feed.live_signals import Counts

NOW = 1_796_000_000_000
HOUR = 3600


@pytest.fixture
def client(valkey_url: str) -> Iterator[Any]:
    with valkey.Valkey.from_url(valkey_url) as made:
        made.flushall()
        yield made


@pytest.fixture
def writer(valkey_url: str, client: Any) -> Iterator[Writer]:
    made = Writer(valkey_url)
    yield made
    made.close()


def _interest(key: str, total: float, slot: str = "s0", landmark: int = NOW) -> Change:
    return Change(INTEREST_ROW, "ann", f"{slot}:{key}", landmark, total, "")


def _window(item: str, end: int, plays: int, seconds: int = HOUR) -> Change:
    return Change(f"{WINDOW_ROW}{seconds}", "de", item, end, 2.0, f"{plays},1,0,0,0,0,0,1,5000,{end - 1000}")


def test_writing_twice_changes_nothing(writer: Writer, client: Any) -> None:
    changes = [_interest("t:tea", 2.0), Change(WATCHED_ROW, "ann", "clip-1", NOW, 0.5, ""), _window("v:a", NOW, 3)]
    writer.write(changes)
    once = client.hgetall(live_signals.viewer_key("ann")), client.get(live_signals.region_key("de"))
    writer.write(changes)
    assert (client.hgetall(live_signals.viewer_key("ann")), client.get(live_signals.region_key("de"))) == once


def test_of_two_changes_of_one_field_the_last_counts(writer: Writer, client: Any) -> None:
    writer.write([_interest("t:tea", 2.0), _interest("t:tea", 5.0)])
    assert live_signals.read_viewer(client, "ann", NOW).session == {"t:tea": 5.0}


def test_a_clip_that_left_the_last_watched_is_removed(writer: Writer, client: Any) -> None:
    row = Change(WATCHED_ROW, "ann", "clip-1", NOW, 0.5, "")
    writer.write([row, Change(WATCHED_ROW, "ann", "clip-2", NOW + 1, 1.0, "")])
    writer.write([row._replace(gone=True)])
    assert live_signals.read_viewer(client, "ann", NOW).watched == (("clip-2", 1.0),)


def test_valkey_that_is_away_is_waited_for(writer: Writer, client: Any, valkey_url: str) -> None:
    waited: list[float] = []

    def comes_back(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 6:
            patient._client = valkey.Valkey.from_url(valkey_url)

    patient = Writer("valkey://127.0.0.1:1", comes_back)
    patient.write([_interest("t:tea", 2.0)])
    patient.close()
    assert live_signals.read_viewer(client, "ann", NOW).session == {"t:tea": 2.0}
    assert waited == sorted(waited)
    assert waited[-1] == subject.LONGEST_PAUSE_SECONDS


def test_a_heartbeat_does_not_wait() -> None:
    writer = Writer("valkey://127.0.0.1:1", lambda _: pytest.fail("waited"))
    writer.beat("0", NOW, 0)
    writer.close()


def test_a_later_window_takes_the_place_of_the_one_before(writer: Writer, client: Any) -> None:
    writer.write([_window("v:a", NOW, 3), _window("v:b", NOW, 4)])
    writer.write([_window("v:b", NOW + 120_000, 5)])
    region = live_signals.parse_region(client.get(live_signals.region_key("de")))
    assert region.ends[HOUR] == NOW + 120_000
    assert {item: windows[HOUR].plays for item, windows in region.items.items()} == {"v:b": 5}


def test_a_replayed_earlier_window_is_dropped(writer: Writer, client: Any) -> None:
    writer.write([_window("v:a", NOW, 3)])
    writer.write([_window("v:a", NOW - 120_000, 9)])
    assert live_signals.parse_region(client.get(live_signals.region_key("de"))).items["v:a"][HOUR].plays == 3


def test_a_new_writer_goes_on_with_what_valkey_holds(writer: Writer, client: Any, valkey_url: str) -> None:
    writer.write([_window("v:a", NOW, 3), _window("v:a", NOW, 8, 86400)])
    second = Writer(valkey_url)
    second.write([_window("v:a", NOW + 120_000, 4)])
    second.close()
    windows = live_signals.parse_region(client.get(live_signals.region_key("de"))).items["v:a"]
    assert (windows[HOUR].plays, windows[86400].plays) == (4, 8)


def test_a_region_keeps_the_most_trending_items_only() -> None:
    region = Region()
    for number in range(live_signals.MOST_ITEMS + 50):
        region.put(HOUR, _window(f"v:{number:05d}", NOW, 1)._replace(total=float(number)))
    region.put(HOUR, _window("t:tea", NOW, 1))
    kept = live_signals.parse_region(region.pack()).items
    assert len(kept) == live_signals.MOST_ITEMS + 1
    assert "v:00049" not in kept
    assert {"v:00050", "t:tea"} <= kept.keys()


def test_a_blob_of_an_unknown_version_is_written_anew() -> None:
    assert Region.of(b"\x09rest").ends == {}


def test_the_weakest_interests_of_a_viewer_are_dropped(
    writer: Writer, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_signals, "MOST_INTERESTS", 3)
    monkeypatch.setattr(live_signals, "WATCHED", 1)
    landmark = int(__import__("time").time() * 1000)
    writer.write([_interest(f"t:{n}", n - 5.0, landmark=landmark) for n in range(9)])
    kept = live_signals.read_viewer(client, "ann", landmark).session
    assert kept == {"t:0": -5.0, "t:1": -4.0, "t:8": 3.0} or len(kept) == 3


def test_a_viewer_of_many_clips_and_few_interests_is_written(
    writer: Writer, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_signals, "MOST_INTERESTS", 3)
    monkeypatch.setattr(live_signals, "WATCHED", 1)
    watched = [Change(WATCHED_ROW, "ann", f"clip-{number}", NOW, 0.5, "") for number in range(9)]
    writer.write([*watched, _interest("t:tea", 1.0)])
    assert live_signals.read_viewer(client, "ann", NOW).session == {"t:tea": 1.0}


def test_a_history_that_nothing_was_taken_back_of_ends_at_its_newest_clips(
    client: Any, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that lost its state writes clips and takes none back. Few interests: none of them is to be dropped."""
    monkeypatch.setattr(live_signals, "MOST_INTERESTS", 3)
    monkeypatch.setattr(live_signals, "WATCHED", 2)
    impatient = Writer(valkey_url, lambda _: pytest.fail("Valkey refused a write"))
    impatient.write([Change(WATCHED_ROW, "ann", f"clip-{n}", NOW + n, 0.5, "") for n in range(9)])
    impatient.close()
    kept = client.hkeys(live_signals.viewer_key("ann"))
    assert sorted(kept) == [live_signals.VERSION_FIELD, b"w:clip-7", b"w:clip-8"]


def test_nothing_is_dropped_of_a_viewer_who_has_little(writer: Writer, client: Any) -> None:
    writer.write([_interest("t:tea", 2.0)])
    writer._prune("ann")
    assert live_signals.read_viewer(client, "ann", NOW).session == {"t:tea": 2.0}


def test_totals_are_absolute(writer: Writer, client: Any) -> None:
    writer.write([Change(TOTAL_ROW, "", "late_600", 3, 0.0, ""), Change(TOTAL_ROW, "", "late_600", 4, 0.0, "")])
    assert client.hgetall(live_signals.TOTALS_KEY) == {b"late_600": b"4"}


def test_every_key_has_an_end(writer: Writer, client: Any) -> None:
    writer.write([_interest("t:tea", 1.0), _window("v:a", NOW, 3), Change(TOTAL_ROW, "", "late_600", 3, 0.0, "")])
    writer.beat("0", NOW, 5)
    assert client.dbsize() == 4
    assert all(client.ttl(key) > 0 for key in client.keys("*"))


def test_counts_go_through_the_sql_in_the_order_of_their_class() -> None:
    text = Region()
    text.put(HOUR, Change(f"{WINDOW_ROW}{HOUR}", "", "v:a", NOW, 11.0, "1,2,3,4,5,6,7,8,9,10"))
    assert text.rows[HOUR]["v:a"] == Counts(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11.0)


def test_half_lives_have_different_letters() -> None:
    assert len(live_signals.HALVES) == len(scores.HALF_LIVES_MS)
