"""Owed clips: which of them a process asks for, and which no more."""

from reelstack.feed import exploration, owed_clips
from reelstack.feed.item_table import ItemTable
from reelstack.feed.owed_clips import ASKED, Owing
from tests.feed import catalogues
from tests.feed.catalogues import HOUR, NOW, clip


def burst(count: int, age_ms: int = HOUR) -> ItemTable:
    """Each of a creator with many clips, so that it is owed EXPOSURE_FLOOR."""
    return catalogues.newcomers(*(clip(f"v{n}", owner=f"o{n % 5}", age_ms=age_ms + n) for n in range(count)))


def test_a_few_are_asked_for_each_time() -> None:
    drawn = Owing().draw(burst(50), NOW)
    assert (len(drawn.video_ids), drawn.among, drawn.chance) == (50, 50, 1.0)


def test_of_many_each_is_asked_for_in_time_and_as_likely_as_another() -> None:
    table, owing, found = burst(600), Owing(), set[str]()
    for _ in range(30):
        drawn = owing.draw(table, NOW)
        assert (len(drawn.video_ids), drawn.among, drawn.chance) == (ASKED, 600, ASKED / 600)
        found |= set(drawn.video_ids)
    assert len(found) > 590


def test_what_had_its_impressions_is_asked_for_no_more() -> None:
    """All counters of a process: in a few requests it has only what is still owed some."""
    table, owing = burst(600), Owing()
    counted = {f"v{n}": exploration.EXPOSURE_FLOOR if n % 10 else 3 for n in range(600)}
    for _ in range(40):
        drawn = owing.draw(table, NOW)
        owing.learn(drawn, {one: counted[one] for one in drawn.video_ids})
    drawn = owing.draw(table, NOW)
    assert sorted(drawn.video_ids) == sorted(f"v{n}" for n in range(0, 600, 10))
    assert drawn.among == 60


def test_a_first_clip_is_owed_twice_as_many() -> None:
    table, owing = catalogues.newcomers(clip("v1")), Owing()
    drawn = owing.draw(table, NOW)
    owing.learn(drawn, {"v1": exploration.EXPOSURE_FLOOR})
    assert owing.draw(table, NOW).floors == {"v1": 2 * exploration.EXPOSURE_FLOOR}


def test_older_clips_are_owed_nothing_and_forgotten() -> None:
    table, owing = burst(5, exploration.OWED_MS - 10), Owing()
    drawn = owing.draw(table, NOW)
    owing.learn(drawn, dict.fromkeys(drawn.video_ids, 2 * exploration.EXPOSURE_FLOOR))
    assert owing.done
    assert owing.draw(table, NOW + HOUR) == owed_clips.Drawn()
    assert not owing.done
