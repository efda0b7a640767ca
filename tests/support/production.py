"""A production under way: an upload in storage, its items, and the steps to run on it one after another."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from tests.clips import drawn
from tests.support.functions import handler_of, sample_of

KEY = "originals/normal/u1"
BUCKETS = ("uploads", "intermediates", "media")
ROWS = (Upload, Video)
CASES = {"transcode": "segment"}


class Left:
    """What steps left in storage and tables, to be laid out again where they would have to run again."""

    def __init__(self) -> None:
        s3, db = seam.client("s3"), seam.client("dynamodb")
        self.objects = list[dict[str, Any]]()
        for bucket in BUCKETS:
            for one in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
                found = s3.get_object(Bucket=bucket, Key=one["Key"])
                said = {name: found[name] for name in ("ContentType", "CacheControl", "Metadata") if name in found}
                self.objects.append({"Bucket": bucket, "Key": one["Key"], "Body": found["Body"].read(), **said})
        self.rows = {rows.Meta.table_name: db.scan(TableName=rows.Meta.table_name)["Items"] for rows in ROWS}

    def lay(self) -> None:
        s3, db = seam.client("s3"), seam.client("dynamodb")
        for one in self.objects:
            s3.put_object(**one)
        for table, rows in self.rows.items():
            for row in rows:
                db.put_item(TableName=table, Item=row)


LEFT: dict[str, Left] = {}


class Production:
    """Runs steps by name on their sample events, after `upload`."""

    def __init__(self, event: Callable[[str], dict[str, Any]], context: Any) -> None:
        self.event, self.context = event, context

    def upload(self, path: Path, *, content_type: str = "video/mp4", sha256: str | None = None) -> None:
        seam.client("s3").upload_file(str(path), "uploads", KEY)
        Upload(
            "u1",
            owner_id="ann",
            video_id="v1",
            key=KEY,
            s3_upload_id="s3",
            size_bytes=path.stat().st_size,
            part_size_bytes=5 * 1024 * 1024,
            content_type=content_type,
            sha256=sha256,
            state="completed",
            created_at=1,
        ).save()
        Video("v1", owner_id="ann", title="Bunny", state="processing", upload_id="u1", created_at=1).save()

    def once(self, name: str, make: Callable[[], None]) -> None:
        """What `make` leaves, which is made once in a process: it encodes."""
        if name in LEFT:
            LEFT[name].lay()
        else:
            make()
            LEFT[name] = Left()

    def clear(self) -> None:
        """As if nothing had been uploaded and made yet."""
        s3 = seam.client("s3")
        for bucket in BUCKETS:
            for one in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=one["Key"])

    def run(self, step: str, **changes: Any) -> Any:
        handler = handler_of(step)
        return handler({**self.event(sample_of(step, CASES.get(step, "ok"))), **changes}, self.context)

    def objects(self, bucket: str, prefix: str = "") -> dict[str, bytes]:
        """Every object below `prefix`, by its key."""
        s3 = seam.client("s3")
        found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        return {one["Key"]: s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in found}


@pytest.fixture
def production(aws: Config, event: Callable[[str], dict[str, Any]], context: Any) -> Production:
    return Production(event, context)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two and a half seconds, 320 by 180, with a tone."""
    return drawn(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=2.5, fps="10")
