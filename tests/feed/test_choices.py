"""What a viewer chose: in force with the next answer, whoever else writes at the same time, with a cache or without."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from valkey import Valkey

from reelstack.behavior.table_changes import key_of
from reelstack.feed import choices
from reelstack.feed.choices import Choices, Hidden, HiddenKind, Interests
from reelstack.feed.errors import HiddenLimitReached
from reelstack.platform.config import Config
from reelstack.tables.feed import FeedChoices
from reelstack.tables.model import connection

READ = "provide-client-params.dynamodb.GetItem"
WORDS = st.text(st.sampled_from("ab[]%.#Ö "), min_size=1, max_size=6)


@pytest.fixture
def reads(aws: Config) -> Iterator[list[bool]]:
    """For each item that was read, whether consistently."""
    wire, found = connection().client.meta.events, list[bool]()

    def note(params: dict[str, Any], **_: Any) -> None:
        found.append(bool(params.get("ConsistentRead")))

    wire.register(READ, note)
    yield found
    wire.unregister(READ, note)


def listed(viewer: str = "bob", kind: HiddenKind | None = None, limit: int = 2) -> list[tuple[str, str]]:
    """Every page."""
    found: list[tuple[str, str]] = []
    cursor: str | None = None
    while True:
        page, cursor = choices.list_hidden(viewer, kind, limit, cursor)
        found += [(entry.kind, entry.named) for entry in page]
        if cursor is None:
            return found


def test_what_is_hidden_is_hidden_at_once_and_shown_again_at_once(cached: Valkey) -> None:
    assert choices.choices_of("bob") == Choices(), "now the cache has it"
    choices.hide("bob", HiddenKind.VIDEOS, "vid")
    choices.hide("bob", HiddenKind.CREATORS, "ann")
    choices.hide("bob", HiddenKind.TAGS, "Cats")
    assert choices.hidden_of("bob") == Hidden(frozenset({"vid"}), frozenset({"ann"}), frozenset({"cats"}))
    for kind, named in ((HiddenKind.VIDEOS, "vid"), (HiddenKind.CREATORS, "ann"), (HiddenKind.TAGS, "Cats")):
        choices.show_again("bob", kind, named)
    assert choices.hidden_of("bob") == Hidden()
    assert choices.hidden_of(None) == choices.hidden_of("cid") == Hidden()


@pytest.mark.parametrize("undone", ["Cats", "cats", "#CATS"])
def test_a_tag_is_shown_again_by_any_spelling_of_it(cached: Valkey, undone: str) -> None:
    for spelling in ("Cats", "#cats", "dogs"):
        choices.hide("bob", HiddenKind.TAGS, spelling)
    choices.show_again("bob", HiddenKind.TAGS, undone)
    assert choices.hidden_of("bob").tags == {"dogs"}
    assert listed() == [("tags", "dogs")]


def test_a_viewers_choices_are_read_once_and_kept(cached: Valkey, reads: list[bool]) -> None:
    for _ in range(3):
        choices.choices_of("bob")
    assert reads == [True]


def test_without_a_cache_each_answer_reads_the_item_once_as_it_is_now(aws: Config, reads: list[bool]) -> None:
    choices.hide("bob", HiddenKind.VIDEOS, "vid")
    reads.clear()
    assert choices.hidden_of("bob").videos == {"vid"}
    assert reads == [True]


def test_hiding_twice_changes_nothing(aws: Config) -> None:
    choices.hide("bob", HiddenKind.VIDEOS, "vid")
    before = FeedChoices.get("bob").serialize()
    choices.hide("bob", HiddenKind.VIDEOS, "vid")
    assert FeedChoices.get("bob").serialize() == before
    choices.show_again("bob", HiddenKind.TAGS, "never")
    choices.show_again("cid", HiddenKind.TAGS, "never")
    assert FeedChoices.count("cid") == 0, "taking back what is not there writes nothing"


def test_devices_that_hide_at_once_lose_nothing(aws: Config) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: choices.hide("bob", HiddenKind.VIDEOS, f"v{n}"), range(24)))
        list(pool.map(lambda n: choices.hide("bob", HiddenKind.TAGS, f"t{n}"), range(8)))
        list(pool.map(lambda n: choices.show_again("bob", HiddenKind.VIDEOS, f"v{n}"), range(12)))
    hidden = choices.hidden_of("bob")
    assert hidden.videos == {f"v{n}" for n in range(12, 24)}
    assert hidden.tags == {f"t{n}" for n in range(8)}


def test_of_too_many_videos_the_first_hidden_goes_and_other_kinds_refuse(
    aws: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choices, "LIMITS", dict.fromkeys(HiddenKind, 3))
    for number in range(5):
        choices.hide("bob", HiddenKind.VIDEOS, f"v{number}")
    assert choices.hidden_of("bob").videos == {"v2", "v3", "v4"}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: choices.hide("bob", HiddenKind.VIDEOS, f"w{n}"), range(3)))
    assert choices.hidden_of("bob").videos == {"w0", "w1", "w2"}
    for kind in (HiddenKind.CREATORS, HiddenKind.TAGS):
        for number in range(3):
            choices.hide("bob", kind, f"x{number}")
        choices.hide("bob", kind, "x0")
        with pytest.raises(HiddenLimitReached):
            choices.hide("bob", kind, "x3")
        choices.show_again("bob", kind, "x0")
        choices.hide("bob", kind, "x3")


def test_the_fullest_item_is_read_by_four_units() -> None:
    lengths = {HiddenKind.VIDEOS: 20, HiddenKind.CREATORS: 36, HiddenKind.TAGS: 16}
    # Beside its name an entry has a number of 13 digits, of 8 bytes, and a byte of its own.
    size = sum(most * (lengths[kind] + 9) for kind, most in choices.LIMITS.items())
    assert size < 16 * 1024, size


def test_a_list_of_hides_is_whole_and_newest_first(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter((10, 20, 20, 20, 30))
    monkeypatch.setattr(choices, "now_ms", lambda: next(times))
    tags = [(HiddenKind.TAGS, "x" * 40), (HiddenKind.TAGS, "Ö[1] %.b")]
    said = [(HiddenKind.VIDEOS, "a"), *tags, (HiddenKind.CREATORS, "c"), (HiddenKind.VIDEOS, "b")]
    for kind, named in said:
        choices.hide("bob", kind, named)
    found = listed()
    assert sorted(found) == sorted(said)
    assert (found[0], found[-1]) == (said[-1], said[0])
    assert listed(kind=HiddenKind.VIDEOS) == [("videos", "b"), ("videos", "a")]


def test_interests_replace_those_before_and_leave_hides_alone(cached: Valkey) -> None:
    choices.set_interests("bob", Interests(("climbing",), ("de",)))
    choices.hide("bob", HiddenKind.TAGS, "cats")
    choices.set_interests("bob", Interests(("cooking", "tea"), ()))
    assert choices.choices_of("bob") == Choices(Hidden(tags=frozenset({"cats"})), Interests(("cooking", "tea"), ()))


@given(WORDS)
def test_no_tag_is_taken_for_a_path(tag: str) -> None:
    assert choices._named(HiddenKind.TAGS, key_of(tag)) == tag
    assert not set("[]") & set(key_of(tag))


@given(*(st.frozensets(st.sampled_from(names)) for names in ("abc", "xy", "pq")))
def test_a_video_is_hidden_by_itself_its_creator_or_any_of_its_tags(
    videos: frozenset[str], creators: frozenset[str], tags: frozenset[str]
) -> None:
    hidden = Hidden(videos, creators, tags)
    for video in "abc":
        for owner in "xy":
            for said in ((), ("p",), ("#P", "r"), ("r",)):
                expected = video in videos or owner in creators or ("p" in tags and len(said) > 0 and said[0] != "r")
                assert hidden.hides(video, owner, said) == expected
