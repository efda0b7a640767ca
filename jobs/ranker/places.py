"""Where a training reads and writes: a folder on this machine, or a bucket.

A write replaces the whole object at once: a reader sees the old content or the new one.
"""

import tempfile
from pathlib import Path
from typing import Any, Protocol

LACKING = "s3:ListBucket"
"""What S3 says that a role lacks which may not list the bucket, of an object that is not there."""


class Missing(KeyError):
    """There is no object of this key."""

    def __str__(self) -> str:
        return f"there is no {self.args[0]}"


class Place(Protocol):
    def read(self, key: str) -> bytes:
        """Raises Missing."""

    def write(self, key: str, content: bytes) -> None: ...

    def delete(self, key: str) -> None:
        """What is not there is deleted already."""

    def keys(self, prefix: str) -> list[str]:
        """All keys below a prefix that ends with "/", sorted."""


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, key: str) -> bytes:
        try:
            return (self.root / key).read_bytes()
        except FileNotFoundError as error:
            raise Missing(key) from error

    def write(self, key: str, content: bytes) -> None:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)

    def delete(self, key: str) -> None:
        (self.root / key).unlink(missing_ok=True)

    def keys(self, prefix: str) -> list[str]:
        files = (path for path in (self.root / prefix).rglob("*") if path.is_file() and not path.name.startswith("."))
        return sorted(path.relative_to(self.root).as_posix() for path in files)


class Bucket:
    def __init__(self, name: str, client: Any = None) -> None:
        if client is None:
            import boto3

            client = boto3.client("s3")
        self.name, self.client = name, client

    def read(self, key: str) -> bytes:
        try:
            content: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        except self.client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in ("NoSuchKey", "404") and LACKING not in str(error):
                raise
            raise Missing(key) from error
        return content

    def write(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)

    def keys(self, prefix: str) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return sorted(item["Key"] for page in pages for item in page.get("Contents", ()))


def at(data: str) -> Place:
    """The place of `--data`."""
    return Bucket(data.removeprefix("s3://").rstrip("/")) if data.startswith("s3://") else Folder(Path(data))
