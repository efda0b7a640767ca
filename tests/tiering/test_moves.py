"""Moves: down by tag, up by a copy that changes nothing but the class; again is nothing, gone is reported."""

from typing import Any

import pytest

from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.tiering import moves
from reelstack.tiering.moves import Line, Move

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
    assert moves.move_one(move) == "moved"
    assert _tags(s3) == {"produced": "yes", "tier": "cold"}
    assert moves.move_one(move) == "there"
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
    assert moves.move_one(move) == "moved"
    assert _tags(s3) == {"produced": "yes"}
    assert moves.move_one(move) == "there"
