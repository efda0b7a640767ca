"""Live signals are read as they were packed, of any epoch, and of a known version only."""

import zlib
from dataclasses import replace

import pytest

from reelstack.feed import live_signals, scores
from reelstack.feed.live_signals import Counts, UnknownVersion, parse_region, parse_viewer, trend

NOW = 1_796_000_000_000
HOUR, DAY = 3600, 86400


def _sums(events: list[tuple[int, float]], letter: str) -> dict[bytes, bytes]:
    """What the job's SQL keeps of events of one interest: a sum for each epoch, the last two of them."""
    half_life = scores.HALF_LIVES_MS[live_signals.HALVES[letter]]
    epoch_ms = live_signals.EPOCH_HALF_LIVES * half_life
    fields: dict[bytes, bytes] = {b"v": b"\x01"}
    totals: dict[int, float] = {}
    for at, weight in events:
        epoch = at // epoch_ms
        totals[epoch] = totals.get(epoch, 0.0) + scores.forward(weight, at, epoch * epoch_ms, half_life)
        fields[f"{letter}{epoch % 2}:t:tea".encode()] = live_signals.pack_pair(epoch * epoch_ms, totals[epoch])
    return fields


@pytest.mark.parametrize("letter", ["s", "i"])
def test_a_score_is_the_same_on_both_sides_of_a_rebase(letter: str) -> None:
    name = live_signals.HALVES[letter]
    half_life = scores.HALF_LIVES_MS[name]
    border = (NOW // (256 * half_life) + 1) * 256 * half_life
    events = [(border + half_life * step // 4, 1.0 + step % 3) for step in range(-40, 40)]
    now = border + 12 * half_life
    found = getattr(parse_viewer(_sums(events, letter), now), name)["t:tea"]
    assert found == pytest.approx(sum(weight * 2 ** ((at - now) / half_life) for at, weight in events), rel=1e-12)


def test_years_of_events_never_overflow() -> None:
    half_life = scores.SESSION_HALF_LIFE_MS
    events = [(NOW + step * 100 * half_life, 3.0) for step in range(400)]
    now = events[-1][0]
    assert parse_viewer(_sums(events, "s"), now).session["t:tea"] == pytest.approx(3.0)


def test_a_viewer_who_is_not_known_has_no_signals() -> None:
    assert parse_viewer({}, NOW) == live_signals.ViewerSignals()


def test_the_last_watched_are_newest_first() -> None:
    fields = {b"v": b"\x01", b"w:a": live_signals.pack_pair(5, 0.5), b"w:b": live_signals.pack_pair(9, 1.0)}
    assert parse_viewer(fields, NOW).watched == (("b", 1.0), ("a", 0.5))


def test_a_region_is_read_as_it_was_packed() -> None:
    items = {"v:a": {HOUR: Counts(plays=3, weight=-2.5), DAY: Counts(plays=9)}, "t:日本": {600: Counts(likes=1)}}
    read = parse_region(live_signals.pack_region({600: 1, HOUR: 2, DAY: 3}, items))
    assert read.ends == {600: 1, HOUR: 2, DAY: 3}
    assert list(read.items) == ["v:a", "t:日本"]
    assert read.items["v:a"] == {600: Counts(), HOUR: Counts(plays=3, weight=-2.5), DAY: Counts(plays=9)}


def test_a_region_without_items_is_read_as_it_was_packed() -> None:
    assert parse_region(live_signals.pack_region({}, {})).items == {}
    assert parse_region(None) == live_signals.RegionSignals()


def test_a_window_that_ended_long_ago_says_nothing() -> None:
    region = parse_region(live_signals.pack_region({HOUR: NOW}, {"v:a": {HOUR: Counts(plays=3)}}))
    assert region.counts("v:a", HOUR, NOW + HOUR * 1000).plays == 3
    assert region.counts("v:a", HOUR, NOW + HOUR * 1000 + 1).plays == 0
    assert region.counts("v:b", HOUR, NOW).plays == 0


def test_another_version_is_refused() -> None:
    with pytest.raises(UnknownVersion):
        parse_viewer({b"v": b"\x02"}, NOW)
    with pytest.raises(UnknownVersion):
        parse_viewer({b"w:a": live_signals.pack_pair(5, 0.5)}, NOW)
    with pytest.raises(UnknownVersion):
        parse_region(b"\x02")
    with pytest.raises(UnknownVersion):
        live_signals.parse_heartbeat({b"0": b"\x02"})


def test_a_heartbeat_is_the_worst_of_the_parts() -> None:
    parts = {b"0": live_signals.pack_beat(NOW, 5), b"1": live_signals.pack_beat(NOW - 9, 0)}
    assert live_signals.parse_heartbeat(parts) == live_signals.Heartbeat(NOW - 9, 5)
    assert live_signals.parse_heartbeat({}) is None


def test_what_is_liked_as_always_does_not_trend() -> None:
    hour, day = Counts(shown=100, weight=50.0, first_at=1), Counts(shown=1100, weight=550.0, first_at=1)
    assert trend({HOUR: hour, DAY: day}) == pytest.approx(1.0, abs=0.01)


def test_plays_alone_do_not_trend() -> None:
    day = Counts(plays=10**6, shown=1000, weight=500.0, first_at=1)
    assert trend({HOUR: Counts(plays=10**6, shown=500, weight=100.0, first_at=1), DAY: day}) < 1.0


def test_what_is_liked_better_than_before_trends() -> None:
    day = Counts(shown=1100, weight=650.0, first_at=1)
    assert trend({HOUR: Counts(shown=100, weight=150.0, first_at=1), DAY: day}) > 2.0


def test_few_viewers_move_trending_less_than_many() -> None:
    few, many = Counts(shown=2, weight=4.0, first_at=1), Counts(shown=200, weight=400.0, first_at=1)
    assert 1.0 < trend({HOUR: few, DAY: few}) < trend({HOUR: many, DAY: many})


def test_one_viewer_moves_trending_by_no_more_than_the_cap() -> None:
    one = Counts(shown=1, weight=live_signals.VIEWER_CAP, first_at=1)
    bound = 1 + live_signals.VIEWER_CAP / (live_signals.TYPICAL_SHOWN * live_signals.TYPICAL_RATE)
    assert trend({HOUR: one, DAY: one}) <= bound


def test_trending_fades_with_age() -> None:
    hour = Counts(shown=100, weight=150.0, first_at=NOW)
    young, old = Counts(first_at=NOW), Counts(first_at=NOW - DAY * 1000)
    assert trend({HOUR: hour, DAY: old}) == pytest.approx(trend({HOUR: hour, DAY: young}) / 2)


def test_who_has_no_account_or_no_receipt_moves_no_trend() -> None:
    """Their plays are counted, and are no event that `first_at` knows."""
    told = {HOUR: Counts(shown=100, weight=150.0, first_at=NOW), DAY: Counts(shown=100, weight=150.0, first_at=NOW)}
    assert trend({HOUR: Counts(plays=10**6)}) == trend({HOUR: Counts(plays=1), DAY: told[DAY]}) == 0
    assert trend({length: replace(counts, plays=10**6) for length, counts in told.items()}) == trend(told)


def test_hides_and_reports_lower_it() -> None:
    assert trend({HOUR: Counts(shown=50, weight=-100.0, first_at=1)}) < 0


@pytest.mark.parametrize("cut", [1, 2, 7, -1])
def test_a_value_that_is_cut_off_or_damaged_is_refused(cut: int) -> None:
    """The job takes such a region for an empty one: it goes on, and its next windows fill it."""
    blob = live_signals.pack_region({HOUR: NOW}, {"v:a": {HOUR: Counts(plays=3)}})
    body = zlib.decompress(blob[1:])
    for damaged in (blob[:cut], blob[:1] + b"?" + blob[2:], blob[:1] + zlib.compress(body[:cut])):
        with pytest.raises(UnknownVersion):
            parse_region(damaged)
    pair = live_signals.pack_pair(NOW, 1.0)
    for fields in ({b"s0:t:a": pair[:cut]}, {b"x0:t:a": pair}, {b"": pair}, {b"w:\xff": pair}):
        with pytest.raises(UnknownVersion):
            parse_viewer({b"v": bytes([live_signals.VERSION]), **fields}, NOW)
    with pytest.raises(UnknownVersion):
        live_signals.parse_heartbeat({b"0": live_signals.pack_beat(1, 2)[:cut]})
