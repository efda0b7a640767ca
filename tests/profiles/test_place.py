"""A pointer is replaced at once, on S3 as in a folder: no reader finds it missing."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from jobs.profiles.place import Place


@dataclass
class Bucket:
    """Hadoop's file system over S3: an object is there when its stream is closed, and a rename replaces none."""

    objects: dict[str, bytes] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    is_full: bool = False

    def create(self, path: str, _overwrite: bool) -> "Stream":  # as Hadoop has it
        return Stream(self, path)

    def rename(self, source: str, target: str) -> bool:
        if target in self.objects:
            return False
        self.objects[target] = self.objects.pop(source)
        return True

    def delete(self, path: str, _recursive: bool) -> None:
        self.removed.append(path)
        self.objects.pop(path, None)


@dataclass
class Stream:
    bucket: Bucket
    path: str
    written: bytes = b""

    def write(self, content: bytearray) -> None:
        self.written += bytes(content[: 3 if self.bucket.is_full else None])
        if self.bucket.is_full:
            raise OSError("no space is left")

    def close(self) -> None:
        self.bucket.objects[self.path] = self.written


@dataclass(frozen=True)
class On(Place):
    held: Bucket = field(default_factory=Bucket)

    @cached_property
    def _files(self) -> Any:
        return self.held

    def _path(self, path: str) -> Any:
        return self.at(path)


def test_an_object_is_replaced_without_a_moment_in_which_it_is_not_there() -> None:
    place = On(None, "s3://data")
    for text in ("old", "new"):
        place.write_text("lists/current.json", text)
        assert place.held.objects == {"s3://data/lists/current.json": text.encode()}
    assert place.held.removed == []


def test_a_write_that_breaks_off_leaves_what_was_there() -> None:
    place = On(None, "s3://data")
    place.write_text("lists/current.json", "old")
    place.held.is_full = True
    with pytest.raises(OSError, match="no space"):
        place.write_text("lists/current.json", "newer")
    assert place.held.objects == {"s3://data/lists/current.json": b"old"}


@dataclass
class Folder(Bucket):
    """The laptop's: a file grows while it is written."""

    def create(self, path: str, _overwrite: bool) -> Any:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return Path(path).open("wb")


def test_a_file_is_replaced_by_one_that_is_whole(tmp_path: Path) -> None:
    place = On(None, str(tmp_path), Folder())
    for text in ("old", "new"):
        place.write_text("lists/current.json", text)
        assert (tmp_path / "lists/current.json").read_text() == text
    assert not list((tmp_path / "_staging/lists").iterdir())
