"""The cost report: what a key says of its object, sums that add up, other policies by hand, and a cloud's listing."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.cost_report import Listing, Names, Place
from infra.costs import holdings
from infra.costs.holdings import Kind, Stored
from infra.costs.report import bytes_of
from reelstack.platform import aws as seam
from reelstack.platform.s3_prices import S3
from reelstack.tables.accounts import User
from reelstack.tables.videos import Video
from reelstack.uploads.uploads import video_id_of
from reelstack.videos import archive_prices

GB = 2**30
"""As S3 bills: its FAQ converts byte-hours by 1,073,741,824."""
TENTH = GB // 10
GROUPINGS: tuple[holdings.By, ...] = ("class", "codec", "rendition", "video", "creator")


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("v/v1/1/hevc-720.mp4", Kind("hevc", "hevc-720")),
        ("v/v1/12/managed/avc-480.mp4", Kind("avc", "avc-480")),
        ("v/v1/1/av1-1080.mp4", Kind("av1", "av1-1080")),
        ("v/v1/1/sound.mp4", Kind("sound", "sound")),
        ("v/v1/1/master.m3u8", Kind("other", "playlists, posters, sprites")),
        ("quarantine/v1/1/hevc-720.mp4", Kind("hevc", "hevc-720")),
        ("originals/high/u1", Kind("original", "original")),
        ("u/ann/1.jpg", Kind("other", "u/")),
        ("exports/ann/e1/reelstack-1.zip", Kind("other", "exports/")),
    ],
)
def test_a_key_says_what_its_object_is(key: str, kind: Kind) -> None:
    assert holdings.kind(key) == kind


def test_other_policies_by_hand() -> None:
    """A tenth of a GB of 0, 30 and 90 days; and a poster, which no policy moves: it would be charged as 128 KiB."""
    stored = [
        Stored("v/v1/1/hevc-720.mp4", TENTH, "STANDARD", 0, "v1"),
        Stored("v/v2/1/hevc-720.mp4", TENTH, "STANDARD", 30, "v2"),
        Stored("v/v3/1/hevc-720.mp4", TENTH, "GLACIER_IR", 90, "v3"),
        Stored("v/v3/1/poster.jpg", 50_000, "STANDARD", 900, "v3"),
    ]
    found = holdings.report(stored, "class")
    poster = 50_000 / GB * 0.023
    assert found.whole.dollars == pytest.approx(0.2 * 0.023 + 0.1 * 0.004 + poster)
    assert found.otherwise == {
        "all-Standard": pytest.approx(0.3 * 0.023 + poster),
        "lifecycle by age": pytest.approx(0.1 * (0.023 + 0.0125 + 0.004) + poster),
        "Intelligent-Tiering": pytest.approx(0.1 * (0.023 + 0.0125 + 0.004) + poster + 3 * 0.0025 / 1000),
    }
    assert {row.name: row.objects for row in found.rows.values()} == {"STANDARD": 3, "GLACIER_IR": 1}


def test_a_report_and_the_price_of_an_archive_agree() -> None:
    sizes = [TENTH, 7 * TENTH]
    standard = sum(holdings.month(size, "STANDARD") for size in sizes)
    assert standard == pytest.approx(archive_prices.standard_month(sizes), rel=0.001)


def test_what_is_small_is_charged_as_128_kib_in_a_cold_class() -> None:
    assert holdings.month(1000, "STANDARD_IA") == pytest.approx(131_072 / GB * 0.0125)
    assert holdings.month(1000, "STANDARD") == pytest.approx(1000 / GB * 0.023)


def test_a_class_without_a_price_is_told_and_in_no_sum() -> None:
    found = holdings.report([Stored("v/v1/1/a", 1, "EXPRESS_ONEZONE", 1), Stored("x", 1, "STANDARD", 1)], "class")
    assert found.unknown == {"EXPRESS_ONEZONE": 1}
    assert found.whole.objects == 1


OBJECTS = st.lists(
    st.builds(
        Stored,
        key=st.sampled_from(["v/v1/1/hevc-720.mp4", "v/v2/1/sound.mp4", "originals/high/u1", "u/ann/1.jpg"]),
        size_bytes=st.integers(0, 10**10),
        storage_class=st.sampled_from(sorted(S3)),
        age_days=st.floats(0, 1000),
        video_id=st.sampled_from(["", "v1", "v2"]),
    ),
    max_size=30,
)


@given(OBJECTS, st.sampled_from(GROUPINGS), st.integers(1, 3))
@settings(max_examples=100, deadline=None)
def test_rows_are_a_whole_by_whatever_they_are_grouped(stored: list[Stored], by: holdings.By, most: int) -> None:
    found = holdings.report(stored, by, str.upper)
    for rows in (found.sorted(), found.sorted(most)):
        assert sum(row.objects for row in rows) == len(stored) == found.whole.objects
        assert sum(row.size_bytes for row in rows) == sum(one.size_bytes for one in stored)
        assert sum(row.dollars for row in rows) == pytest.approx(found.whole.dollars)
    assert len(found.sorted(most)) <= most + 1
    assert found.otherwise["lifecycle by age"] <= found.otherwise["all-Standard"] * 1.0001


@pytest.mark.parametrize(
    ("size", "said"), [(0, "0 bytes"), (999, "999 bytes"), (37.5e6, "37.5 MB"), (1.7e18, "1.7 EB")]
)
def test_bytes_are_told_in_steps_of_a_thousand(size: float, said: str) -> None:
    assert bytes_of(size) == said


# --- of a cloud ------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(aws: Any) -> Place:
    """A clip of ann's with its original, one whose account is gone, and a picture."""
    s3, mine = seam.client("s3"), video_id_of("u1")
    for bucket, key in (
        ("uploads", "originals/high/u1"),
        ("media", f"v/{mine}/1/hevc-720.mp4"),
        ("media", "v/v2/1/hevc-720.mp4"),
        ("media", "v/v3/1/hevc-720.mp4"),
        ("media", "u/ann/1.jpg"),
    ):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x" * 1000)
    User("ann", handle="ann", created_at=1).save()
    Video(mine, owner_id="ann", title="Bunny", state="published", upload_id="u1", created_at=1).save()
    Video("v2", owner_id="gone", title="Bear", state="published", upload_id="u2", created_at=1).save()
    return Place(seam.client, ("uploads", "media"), "videos_table", "users_table")


def test_originals_belong_to_their_clip_and_people_have_names(place: Place) -> None:
    names = Names(place)
    found = holdings.report(Listing(place, None), "creator", names.creator_of)
    rows = {row.name: row.objects for row in found.rows.values()}
    assert rows == {"@ann": 2, "(account gone)": 1, "(no such clip any more)": 1, "(not of a clip)": 1}
    assert names.titles([video_id_of("u1"), "v3"]) == {video_id_of("u1"): f"Bunny  @ann  ({video_id_of('u1')})"}


def test_a_listing_stops_where_it_is_told_to_and_says_so(place: Place) -> None:
    cut, whole = Listing(place, 2), Listing(place, 5)
    assert (len(list(cut)), cut.was_cut) == (2, True)
    assert (len(list(whole)), whole.was_cut) == (5, False)
    assert all(one.age_days < 1 for one in whole)


def test_storage_classes_are_those_of_the_listing(place: Place) -> None:
    seam.client("s3").put_object(Bucket="media", Key="v/v9/1/a.mp4", Body=b"x", StorageClass="GLACIER_IR")
    assert {row.name for row in holdings.report(Listing(place, None), "class").rows.values()} == {
        "STANDARD",
        "GLACIER_IR",
    }
