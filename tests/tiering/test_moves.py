"""Moves: down by tag, up by a copy that changes nothing but the class; again is nothing, gone is reported."""

from typing import Any

import pytest

from reelstack.platform import aws as seam
from reelstack.platform import storage_classes
from reelstack.platform.config import Config
from reelstack.tables.production import Lease
from reelstack.tiering import classes, moves
from reelstack.tiering.moves import Line, Move
from reelstack.videos import archives
from reelstack.videos.videos import ArchiveState
from tests.videos.test_videos import make

KEY = "v/a/1/720.mp4"
CONTENT = b"x" * 200_000


@pytest.fixture
def s3(aws: Config) -> Any:
    client = seam.client("s3")
    client.put_bucket_versioning(Bucket=aws.media_bucket, VersioningConfiguration={"Status": "Enabled"})
    return client


def _put(s3: Any, storage_class: str = "STANDARD", **more: Any) -> Move:
    given = {
        "ContentType": "video/mp4",
        "CacheControl": "public, max-age=31536000, immutable",
        "Metadata": {"by": "us"},
    }
    made = s3.put_object(Bucket="media", Key=KEY, Body=CONTENT, StorageClass=storage_class, **given | more)
    return Move(key=KEY, etag=made["ETag"], size=len(CONTENT), source=storage_class, target="GLACIER_IR")


def _up(move: Move) -> Move:
    return move.model_copy(update={"source": "GLACIER_IR", "target": "STANDARD"})


def _tags(s3: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in s3.get_object_tagging(Bucket="media", Key=KEY)["TagSet"]}


def _versions(s3: Any) -> list[Any]:
    return list(s3.list_object_versions(Bucket="media", Prefix=KEY).get("Versions", []))


def test_down_is_a_tag_beside_the_others_and_no_new_version(s3: Any) -> None:
    move = _put(s3, Tagging="produced=yes")
    for _ in range(2):
        assert moves.move_one(move) == "moved"
        assert _tags(s3) == {"produced": "yes", "tier": "cold"}
        assert len(_versions(s3)) == 1


def test_up_keeps_everything_but_the_class_and_leaves_one_version(s3: Any) -> None:
    move = _up(_put(s3, "GLACIER_IR", Tagging="produced=yes&tier=cold", ChecksumAlgorithm="SHA256"))
    before = s3.head_object(Bucket="media", Key=KEY)
    assert moves.move_one(move) == "moved"
    after = s3.head_object(Bucket="media", Key=KEY)
    same = ("ETag", "ContentLength", "ContentType", "CacheControl", "Metadata")
    assert [after[name] for name in same] == [before[name] for name in same]
    assert after.get("StorageClass", "STANDARD") == "STANDARD"
    assert _tags(s3) == {"produced": "yes"}
    assert len(_versions(s3)) == 1
    assert moves.move_one(move) == "there"


def test_a_copy_that_was_killed_before_its_end_is_ended_by_the_next_call(s3: Any) -> None:
    move = _up(_put(s3, "GLACIER_IR"))
    s3.copy_object(Bucket="media", Key=KEY, CopySource={"Bucket": "media", "Key": KEY}, StorageClass="STANDARD")
    assert len(_versions(s3)) == 2
    assert moves.move_one(move) == "there"
    (left,) = _versions(s3)
    assert left["IsLatest"]
    assert s3.get_object(Bucket="media", Key=KEY)["Body"].read() == CONTENT


def test_what_is_gone_or_changed_since_the_plan_is_skipped_and_named(s3: Any) -> None:
    move = _put(s3)
    other = move.model_copy(update={"etag": '"other"'})
    gone = move.model_copy(update={"key": "v/b/1/720.mp4"})
    result = moves.move_all(Line(run="r", number=0, moves=[other, gone, _up(gone), move]))
    assert result.counts == {"changed": 1, "gone": 2, "moved": 1}
    assert result.skipped == {"changed": [KEY], "gone": ["v/b/1/720.mp4"] * 2}


def test_an_object_that_is_deleted_keeps_its_marker(s3: Any) -> None:
    move = _put(s3)
    s3.delete_object(Bucket="media", Key=KEY)
    assert moves.move_one(move) == "gone"
    assert moves.move_one(_up(move)) == "gone"


def test_ten_tags_leave_no_room(s3: Any) -> None:
    move = _put(s3, Tagging="&".join(f"t{at}=1" for at in range(10)))
    assert moves.move_one(move) == "tags-full"


def test_a_tag_that_has_done_its_work_is_taken_off(s3: Any) -> None:
    move = _put(s3, "GLACIER_IR", Tagging="tier=cold&produced=yes").model_copy(update={"source": "GLACIER_IR"})
    for _ in range(2):
        assert moves.move_one(move) == "there"
        assert _tags(s3) == {"produced": "yes"}


def _archived(video_id: str, state: ArchiveState) -> None:
    make(video_id=video_id, archive_state=state)


def test_what_its_owner_archived_keeps_its_tag_whatever_a_plan_says(s3: Any) -> None:
    down = _put(s3, Tagging="tier=archive&produced=yes")
    up = down.model_copy(update={"source": "GLACIER_IR", "target": "STANDARD"})
    off = down.model_copy(update={"target": "STANDARD"})
    assert {moves.move_one(one) for one in (down, off)} == {"archived"}
    s3.copy_object(
        Bucket="media", Key=KEY, CopySource={"Bucket": "media", "Key": KEY}, StorageClass="GLACIER_IR"
    )  # its tags come along
    assert moves.move_one(up) == "archived"
    assert _tags(s3) == {"tier": "archive", "produced": "yes"}


@pytest.mark.parametrize("state", list(ArchiveState))
def test_a_video_that_is_archived_since_the_plan_is_left_to_the_reconciler_of_archives(
    s3: Any, state: ArchiveState
) -> None:
    move = _put(s3)
    _archived("a", state)
    result = moves.move_all(Line(run="r", number=0, moves=[move]))
    assert result.counts == {"archived": 1}
    assert _tags(s3) == {}
    assert [note.execution for note in Lease.query(archives.ARCHIVES)] == ["a"]


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_what_has_to_be_restored_first_is_left_alone(s3: Any, storage_class: str) -> None:
    move = _put(s3, storage_class)
    for planned in ("STANDARD", "GLACIER_IR"):
        assert moves.move_one(move.model_copy(update={"source": planned, "target": "STANDARD_IA"})) == "archived"
    assert s3.head_object(Bucket="media", Key=KEY)["StorageClass"] == storage_class
    assert len(_versions(s3)) == 1


def _in_parts(s3: Any) -> Move:
    """An object as versions before wrote those above 8 MiB."""
    upload = s3.create_multipart_upload(Bucket="media", Key=KEY, StorageClass="GLACIER_IR")["UploadId"]
    given = {"Bucket": "media", "Key": KEY, "UploadId": upload}
    part = s3.upload_part(**given, PartNumber=1, Body=CONTENT)
    made = s3.complete_multipart_upload(**given, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    return Move(key=KEY, etag=made["ETag"], size=len(CONTENT), source="GLACIER_IR", target="STANDARD")


def test_an_object_in_parts_is_not_copied_since_its_etag_would_change(s3: Any) -> None:
    move = _in_parts(s3)
    assert move.etag.endswith('-1"')
    assert moves.move_one(move) == "in-parts"
    assert not moves.is_movable(move.etag, move.size, move.source, move.target)
    assert moves.is_movable(move.etag, move.size, "STANDARD", "GLACIER_IR")
    assert s3.head_object(Bucket="media", Key=KEY)["ETag"] == move.etag
    assert len(_versions(s3)) == 1


def test_more_than_one_copy_takes_stays(s3: Any) -> None:
    move = _up(_put(s3, "GLACIER_IR")).model_copy(update={"size": moves.MOST_COPIED_BYTES + 1})
    assert not moves.is_movable(move.etag, move.size, move.source, move.target)
    assert moves.move_one(move) == "changed"


def test_a_copy_that_is_not_like_what_was_copied_goes_and_the_version_before_is_the_newest_again(s3: Any) -> None:
    before = {"ETag": '"a"', "ContentLength": 1, "ChecksumSHA256": "x", "ChecksumType": "FULL_OBJECT"}
    assert storage_classes.is_same(before, dict(before))
    for name, value in {"ETag": '"b"', "ContentLength": 2, "ChecksumSHA256": "y"}.items():
        assert not storage_classes.is_same(before, before | {name: value})
    in_parts = before | {"ETag": '"a-2"', "ChecksumSHA256": "z", "ChecksumType": "COMPOSITE"}
    assert storage_classes.is_same(in_parts, before), "nothing but the size can be compared"


def test_an_object_that_is_deleted_while_it_is_copied_is_gone(s3: Any) -> None:
    move = _up(_put(s3, "GLACIER_IR"))

    def delete(**_: Any) -> None:
        s3.delete_object(Bucket="media", Key=KEY)

    s3.meta.events.register("after-call.s3.CopyObject", delete)
    try:
        assert moves.move_one(move) == "gone"
    finally:
        s3.meta.events.unregister("after-call.s3.CopyObject", delete)
    assert len(_versions(s3)) == 1
    assert not storage_classes.exists("media", KEY)


def test_old_versions_with_other_content_stay(s3: Any) -> None:
    s3.put_object(Bucket="media", Key=KEY, Body=b"other", StorageClass="GLACIER_IR")
    move = _up(_put(s3, "GLACIER_IR"))
    assert moves.move_one(move) == "moved"
    assert moves.move_one(move) == "there"
    assert sorted(version["Size"] for version in _versions(s3)) == [5, len(CONTENT)]


def test_classes_are_in_the_order_in_which_rules_move() -> None:
    assert classes.CLASSES == moves.LOWER
