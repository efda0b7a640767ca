"""What anybody may send stops no day, and moves no clip further than one viewer does."""

import pytest

from reelstack.feed import features
from reelstack.feed.features import Totals
from tests.profiles import made_days
from tests.profiles.made_days import CLIPS, DAYS, FRESH
from tests.profiles.spark_world import World

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("spark"), pytest.mark.timeout(1200)]


def test_what_a_stranger_repeats_moves_a_clip_once_and_stops_no_day(world: World) -> None:
    (fresh,) = [row for row in world.read(f"clips-{DAYS[1]}") if row["video_id"] == FRESH["video_id"]]
    assert (fresh["plays"], fresh["finishes"], fresh["hides"], fresh["views"]) == (0, 5, 1, 5)
    assert fresh["quality"] == features.rate(Totals(), "finishes")
    (counted,) = [row for row in world.read(f"play_counts-{DAYS[1]}") if row["video_id"] == FRESH["video_id"]]
    assert counted["watched_ms"] == (30 + 4) * FRESH["duration_ms"]
    report = world.json(f"profiles/quality/day={DAYS[1]}.json")
    holes = next(gate for gate in report["gates"] if gate["name"] == "holes")
    assert report["counts"]["holes"] > made_days.FORGED > report["judged"]["holes"]
    assert report["counts"]["holes"] / report["counts"]["events"] > holes["most"]
    assert (report["failed"], world.results["status"][f"all {DAYS[1]}"]) == ([], 0)


def test_an_id_that_a_stranger_gives_to_two_events_counts_as_the_play(world: World) -> None:
    found = [event for event in world.read(f"events-{DAYS[1]}") if event["viewer"] == made_days.FORGER]
    clips = [event["video_id"] for event in found if event["type"] == "play"]
    assert clips == [CLIPS[2]["video_id"]] * 3, "not those whose id the day before had"


def test_what_was_opened_by_its_address_is_in_no_list(world: World) -> None:
    folder = world.folder / "data/lists"
    texts = [path.read_text() for path in folder.rglob("*.json")]
    assert any(CLIPS[0]["video_id"] in text for text in texts)
    assert not any(FRESH["video_id"] in text for text in texts)
