import pytest
from valkey import Valkey
from valkey.exceptions import ValkeyError

from reelstack.feed import newcomers
from reelstack.platform import cache
from reelstack.platform.config import Config
from tests.feed.catalogues import clip


def read(added_ms: int = 0) -> tuple[list[newcomers.Entry], int]:
    return newcomers.parse(cache.run([newcomers.since(added_ms)])[0])


def test_a_clip_is_there_once_in_its_latest_state(cached: Valkey) -> None:
    first = clip("v1", "ann", ["cats", "ä"], language="de", region="AT")
    newcomers.add(first)
    newcomers.add(first)
    found, newest = read()
    assert found == [("v1", first)]
    assert newest > 0
    newcomers.withdraw("v1")
    newcomers.withdraw("never there")
    assert dict(read()[0]) == {"v1": None, "never there": None}
    newcomers.add(first)
    assert dict(read()[0])["v1"] == first


def test_only_what_came_since_then_is_asked_for(cached: Valkey) -> None:
    newcomers.add(clip("v1"))
    _, newest = read()
    assert read(newest + newcomers.OVERLAP_MS + 1) == ([], 0)
    assert [video_id for video_id, _ in read(newest)[0]] == ["v1"]


def test_a_clip_whose_command_was_long_under_way_is_not_missed(cached: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newcomers, "OVERLAP_MS", 0)
    command = newcomers.noted(clip("made first"))
    newcomers.add(clip("added first"))
    _, newest = read()
    cache.run([command])
    assert ("made first", clip("made first")) in read(newest)[0]
    seconds, micros = cached.time()  # type: ignore[misc]
    assert read()[1] <= seconds * 1000 + micros // 1000


def test_the_oldest_go(cached: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newcomers, "MOST", 3)
    for number in range(5):
        newcomers.add(clip(f"v{number}"))
    assert {video_id for video_id, _ in read()[0]} == {"v2", "v3", "v4"}
    assert cached.hlen(f"{newcomers.KEY}:of") == 3


def test_without_a_cache_it_raises(aws: Config) -> None:
    with pytest.raises(ValkeyError):
        newcomers.add(clip("v1"))
