"""The feature vector: bounded, versioned, and of the moment it was made at."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.feed import features
from reelstack.feed.features import FEATURES, ClipState, Moment, Totals, ViewerState

NOW = 1_795_420_800_000
CLIP = ClipState("v", "ann", ("cats", "home"), "de", "DE", 20_000, NOW - 3_600_000, Totals(100, 40, 10, 5, 0))
VIEWER = ViewerState(
    "bob", "DE", "de", Totals(50, 25, 5), {"t:cats": 4.0}, {"c:ann": -2.0, "d:2": 1.0}, {"t:home": 9.0}
)
counts = st.integers(0, 10**9)
totals = st.builds(Totals, counts, counts, counts, counts, counts)
interests = st.dictionaries(st.sampled_from(["t:cats", "t:home", "c:ann", "l:de", "d:2"]), st.floats(-1e6, 1e6))


def named(vector: list[int]) -> dict[str, int]:
    return dict(zip((feature.name for feature in FEATURES), features.check(vector), strict=True))


@given(totals, totals, totals, interests, interests, interests, st.integers(0, 10**13), st.text(max_size=10))
def test_every_bucket_lies_within_its_feature(
    clip: Totals,
    hour: Totals,
    viewer: Totals,
    session: dict[str, float],
    interest: dict[str, float],
    long_term: dict[str, float],
    now: int,
    source: str,
) -> None:
    vector = features.vector(
        dataclasses.replace(VIEWER, totals=viewer, session=session, interest=interest, long_term=long_term),
        dataclasses.replace(CLIP, totals=clip, last_hour=hour),
        Moment(now, source, now % 500),
    )
    assert all(0 <= bucket < feature.size for bucket, feature in zip(features.check(vector), FEATURES, strict=True))


def test_edges_ascend_and_names_are_unique() -> None:
    assert all(list(feature.edges) == sorted(set(feature.edges)) for feature in FEATURES)
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)


def test_interests_and_matches_are_those_of_this_clip() -> None:
    mine, foreign = (
        named(features.vector(VIEWER, clip, Moment(NOW)))
        for clip in (CLIP, dataclasses.replace(CLIP, owner_id="eve", tags=("dogs",), language="fr", region="FR"))
    )
    assert mine["tags_session"] > foreign["tags_session"]
    assert mine["tags_long_term"] > foreign["tags_long_term"]
    assert mine["creator_interest"] < foreign["creator_interest"]
    assert (mine["same_language"], mine["same_region"]) == (1, 1)
    assert (foreign["same_language"], foreign["same_region"]) == (0, 0)


def test_a_clip_without_language_or_region_matches_nobody() -> None:
    clip, viewer = (
        dataclasses.replace(CLIP, language="", region=""),
        dataclasses.replace(VIEWER, language="", region=""),
    )
    found = named(features.vector(viewer, clip, Moment(NOW)))
    assert (found["same_language"], found["same_region"]) == (0, 0)


def test_a_rate_without_plays_is_its_prior_and_follows_what_happens() -> None:
    assert features.rate(Totals(), "finishes") == features.PRIORS["finishes"][0]
    assert features.rate(Totals(10_000, finishes=9_000), "finishes") == pytest.approx(0.9, abs=0.01)


def test_a_rate_is_a_share_whatever_clients_told_of() -> None:
    assert features.rate(Totals(finishes=14), "finishes") == 1.0
    assert features.rate(Totals(likes=-3), "likes") == 0.0


def test_the_weekday_begins_on_monday() -> None:
    monday = 1_795_392_000_000  # 2026-11-23T00:00Z
    assert [named(features.vector(VIEWER, CLIP, Moment(monday + day * 86_400_000)))["weekday"] for day in range(7)] == [
        *range(7)
    ]


@pytest.mark.parametrize("logged", [[], [0] * 27, [features.VERSION], [features.VERSION + 1] + [0] * len(FEATURES)])
def test_a_vector_of_another_version_or_length_is_refused(logged: list[int]) -> None:
    with pytest.raises(ValueError, match="version"):
        features.check(logged)
