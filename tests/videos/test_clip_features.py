"""What the daily profiles say of clips: the newest row stays, whatever comes twice, late or out of order."""

import pytest

from reelstack.tables.videos import Video
from reelstack.videos import clip_features
from reelstack.videos.clip_features import ClipFeatures

pytestmark = pytest.mark.usefixtures("aws")


def video(video_id: str = "v1", state: str = "published") -> None:
    Video(video_id, owner_id="ann", title="x", upload_id="u", created_at=1, state=state).save()


def kept(video_id: str = "v1") -> tuple[float | None, float | None]:
    found = Video.get(video_id, consistent_read=True)
    return found.quality, found.exposure


def test_the_newest_row_stays_whatever_comes_late_or_twice() -> None:
    video()
    old, new = ClipFeatures("v1", 0.2, 10, 100), ClipFeatures("v1", 0.654321, 30, 200)
    assert [clip_features.keep([row]) for row in (new, old, new)] == [1, 0, 0]
    assert kept() == (0.6543, 30)


def test_rows_of_clips_that_are_deleted_or_unknown_make_nothing() -> None:
    video("gone", state="deleted")
    assert clip_features.keep([ClipFeatures(one, 0.5, 1, 100) for one in ("gone", "never")]) == 0
    assert kept("gone") == (None, None)
    assert Video.count("never") == 0


@pytest.mark.parametrize("row", [(1.1, 1, 1), (-0.1, 1, 1), (float("nan"), 1, 1), (0.5, -1, 1), (0.5, 1, 0)])
def test_a_batch_with_an_impossible_row_is_refused_whole(row: tuple[float, int, int]) -> None:
    video()
    with pytest.raises(ValueError, match="v1"):
        clip_features.keep([ClipFeatures("v1", 0.5, 1, 100), ClipFeatures("v1", *row)])
    assert kept() == (None, None)
