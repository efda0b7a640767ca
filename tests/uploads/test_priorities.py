"""Whose upload is produced first."""

from reelstack.uploads.priorities import LARGE_FOLLOWING, Priority, of_upload


def test_staff_and_large_followings_go_first() -> None:
    assert of_upload({"viewer", "creator"}, followers=0) == Priority.NORMAL
    assert of_upload({"viewer", "moderator"}, followers=0) == Priority.HIGH
    assert of_upload({"creator"}, followers=LARGE_FOLLOWING) == Priority.HIGH
    assert of_upload({"creator"}, followers=LARGE_FOLLOWING - 1) == Priority.NORMAL
