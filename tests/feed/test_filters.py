import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.feed import filters, item_table, seen, sessions
from reelstack.feed.filters import Excluded
from tests.feed.catalogues import NOW, catalogue, crowd

TABLE = item_table.make(catalogue(crowd(400)), [("v7", None)], NOW).prepare()
IDS = st.lists(st.integers(0, 399).map(lambda number: f"v{number}"), max_size=40)
OWNERS = st.lists(st.integers(0, 49).map(lambda number: f"o{number}"), max_size=5)
TAGS = st.lists(st.integers(0, 19).map(lambda number: f"tag{number}"), max_size=3)


def of(served: list[str], watched: list[str], videos: list[str], creators: list[str], tags: list[str]) -> Excluded:
    hashes = np.array([sessions.clip_hash(one) for one in served], dtype=np.uint32)
    return Excluded(
        "o3", hashes, (), watched, frozenset(videos), frozenset(creators), frozenset(tags), ["de"] if tags else []
    )


@settings(max_examples=60)
@given(IDS, IDS, IDS, OWNERS, TAGS)
def test_nothing_excluded_passes_and_every_drop_is_counted(
    served: list[str], watched: list[str], videos: list[str], creators: list[str], tags: list[str]
) -> None:
    excluded = of(served, watched, videos, creators, tags)
    rows = np.arange(len(TABLE))
    kept = filters.keep(TABLE, rows, excluded)
    assert int(kept.which.sum()) + sum(kept.dropped.values()) == len(rows)
    for row in rows:
        clip = TABLE.clip(int(row))
        refused = clip.video_id == "v7" or excluded.refuses(clip.video_id, clip.owner_id, clip.tags, clip.language)
        assert bool(kept.which[row]) is not refused, clip


def test_seen_clips_are_left_out() -> None:
    whole = np.zeros(seen.BITS, dtype=np.uint8)
    whole[seen.positions(seen.hashes(["v1", "v2"])).ravel()] = 1
    excluded = Excluded(filters=(np.packbits(whole).tobytes(), None))
    kept = filters.keep(TABLE, np.array([1, 2, 3]), excluded)
    assert kept.which.tolist() == [False, False, True]
    assert kept.dropped == {"seen": 2}
    assert excluded.refuses("v1", "x", (), "")


def test_a_creator_has_so_many_candidates_the_first_ones() -> None:
    rows = np.arange(400)
    few = filters.cap_creators(TABLE, rows, 2)
    for owner in range(50):
        own = [int(row) for row in rows if TABLE.clip(int(row)).owner_id == f"o{owner}"]
        assert [row for row in own if few[row]] == own[:2]
    assert filters.cap_creators(TABLE, rows[:0]).tolist() == []
