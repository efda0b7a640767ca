"""Page caps: creators and tags in the order that comes out, whatever order goes in."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.feed import page_caps
from reelstack.feed.page_caps import Shown
from reelstack.feed.ranked_page import Choice

CLIPS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.frozensets(st.sampled_from("rstuvw"), max_size=2), st.booleans()),
    max_size=30,
)


def fits(clip: Shown | Choice, recent: Sequence[Shown | Choice]) -> bool:
    """By the words of the rule, beside the nine clips before it."""
    near = [*recent[-9:], clip]
    tags = Counter(tag for one in near for tag in set(one.tags))
    creators = sum(one.owner_id == clip.owner_id for one in near)
    apart = not recent or recent[-1].owner_id != clip.owner_id
    return apart and creators <= 2 and all(tags[tag] <= 3 for tag in clip.tags)


@settings(max_examples=100)
@given(CLIPS, st.lists(st.sampled_from("abc"), max_size=12), st.integers(1, 30))
def test_a_place_breaks_the_caps_only_if_no_clip_that_is_left_would_keep_them(
    given_: list[tuple[str, frozenset[str], bool]], owners: list[str], most: int
) -> None:
    clips = [Choice(f"v{n}", one, tuple(tags), "hot", explores=new) for n, (one, tags, new) in enumerate(given_)]
    before = [Shown(one) for one in owners]
    made, held = page_caps.arranged(clips, most, before)
    assert len(made) == min(most, len(clips)) == len({one.video_id for one in made})
    holds = True
    for place, one in enumerate(made):
        recent = [*before, *made[:place]]
        left = [other for other in clips if other not in made[:place] and not other.explores]
        good = fits(one, recent) and (place > 0 or not one.explores)
        assert good or not any(fits(other, recent) for other in left), (place, made)
        holds = holds and good
        assert holds or held <= place
    if left_over := [one for one in clips if not one.explores]:
        assert not made[0].explores, left_over


@given(st.lists(st.sampled_from("abcdefghijklmnop"), min_size=20, max_size=20, unique=False), st.integers(1, 9))
def test_what_keeps_the_caps_stays_as_it_is(owners: list[str], place: int) -> None:
    clips = [Choice(f"v{n}", f"{one}{n // 9}", (), "hot", explores=n == place) for n, one in enumerate(owners)]
    recent_ok = all(fits(one, clips[:n]) for n, one in enumerate(clips))
    if recent_ok:
        assert page_caps.arranged(clips, 20) == (clips, 20)


def test_a_clip_that_explores_keeps_its_place_and_others_make_room() -> None:
    """Two of its creator stand before it for their value."""
    clips = [Choice(f"v{n}", "new" if n in (1, 4, 7) else f"o{n}", (), "hot", explores=n == 7) for n in range(12)]
    made, held = page_caps.arranged(clips, 10)
    assert made[7].video_id == "v7"
    assert sum(one.owner_id == "new" for one in made) == 2
    assert held == 10


def test_two_clips_of_a_creator_are_no_neighbours_across_pages() -> None:
    clips = [Choice(f"v{n}", f"o{n % 2}", (), "hot") for n in range(4)]
    made, _ = page_caps.arranged(clips, 2, [Shown("o0")])
    assert [one.owner_id for one in made] == ["o1", "o0"]
    assert all(one != other for one, other in pairwise(["o0", *(one.owner_id for one in made)]))
