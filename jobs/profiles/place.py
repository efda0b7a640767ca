"""The place where a run reads and writes: a bucket or a folder, by Spark's own file systems.

Every file has a name that does not change from run to run, so that a second run leaves files of the same names. Spark
names its files by a random id, hence it writes to _staging/ and `publish` renames. On S3 a rename is a copy and a
deletion; a run that dies between leaves the target incomplete, and running the step again mends it.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

STAGING = "_staging"
BUCKET = "bucket"


@dataclass(frozen=True)
class Place:
    spark: Any
    root: str

    def at(self, path: str) -> str:
        return f"{self.root.rstrip('/')}/{path}"

    def exists(self, path: str) -> bool:
        return bool(self._files.exists(self._path(path)))

    def names(self, path: str) -> list[str]:
        """Names of files and folders in a folder, in order; none if it is not there."""
        if not self.exists(path):
            return []
        return sorted(found.getPath().getName() for found in self._files.listStatus(self._path(path)))

    def days(self, folder: str) -> list[str]:
        """The days a folder has, oldest first."""
        found = (name.removeprefix("day=").removesuffix(".json") for name in self.names(folder) if "day=" in name)
        return sorted(found)

    def read_text(self, path: str) -> str | None:
        if not self.exists(path):
            return None
        stream = self._files.open(self._path(path))
        try:
            return str(getattr(self.spark._jvm, "org.apache.commons.io.IOUtils").toString(stream, "UTF-8"))
        finally:
            stream.close()

    def read_json(self, path: str) -> Any:
        text = self.read_text(path)
        return None if text is None else json.loads(text)

    def write_text(self, path: str, text: str) -> None:
        """Replaces the file at once: a reader sees the old or the new one."""
        if self._is_bucket:  # an object is there, whole, when its stream is closed; a rename replaces none
            self._write(path, text)
            return
        staged = f"{STAGING}/{path}"
        self._write(staged, text)
        self._make_folder_of(path)
        # Hadoop's rename may refuse a target that is there; that of a folder's own file system replaces it.
        Path(self.at(staged)).replace(self.at(path))

    def _write(self, path: str, text: str) -> None:
        stream = self._files.create(self._path(path), True)
        # Not closed if this fails: S3 would then have an object of what was written so far.
        stream.write(bytearray(text.encode()))
        stream.close()

    def write_json(self, path: str, value: Any) -> None:
        self.write_text(path, json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n")

    def delete(self, path: str) -> None:
        self._files.delete(self._path(path), True)

    def rename(self, source: str, target: str) -> None:
        self._make_folder_of(target)
        if not self._files.rename(self._path(source), self._path(target)):
            raise OSError(f"{self.at(source)} could not be renamed to {self.at(target)}")

    def publish(self, rows: Any, target: str, name: str = "bucket-{:02}.parquet") -> None:
        """Writes rows that have a column `bucket` as one file a bucket, instead of what `target` held.

        `name`: of a bucket's file; one that ends with .gz gets the only other column as lines. The rows of a bucket lie
        in one partition, sorted."""
        staged = f"{STAGING}/{target}"
        self.delete(staged)
        writer = rows.write.partitionBy(BUCKET)
        if name.endswith(".gz"):
            writer.text(self.at(staged), compression="gzip")
        else:
            writer.parquet(self.at(staged), compression="snappy")
        self.delete(target)
        for folder in self.names(staged):
            if not folder.startswith(f"{BUCKET}="):
                continue
            number = int(folder.removeprefix(f"{BUCKET}="))
            parts = [part for part in self.names(f"{staged}/{folder}") if part.startswith("part-")]
            if len(parts) != 1:
                raise OSError(f"bucket {number} of {target} was written as {len(parts)} files, not one")
            self.rename(f"{staged}/{folder}/{parts[0]}", f"{target}/{name.format(number)}")
        self.delete(staged)

    def publish_files(self, rows: Any, target: str, extension: str) -> None:
        """Writes sorted rows as part-00000.<extension> and so on, instead of what `target` held. parquet or jsonl."""
        staged = f"{STAGING}/{target}"
        self.delete(staged)
        if extension == "parquet":
            rows.write.parquet(self.at(staged), compression="snappy")
        else:
            rows.write.text(self.at(staged))
        self.delete(target)
        parts = [name for name in self.names(staged) if name.startswith("part-")]
        for number, part in enumerate(parts):
            self.rename(f"{staged}/{part}", f"{target}/part-{number:05}.{extension}")
        self.delete(staged)

    def _make_folder_of(self, path: str) -> None:
        """S3 has no folders. On a laptop Hadoop would start `chmod` for each, in a process of its own."""
        if not self._is_bucket:
            Path(self.at(path)).parent.mkdir(parents=True, exist_ok=True)

    @property
    def _is_bucket(self) -> bool:
        return "://" in self.root

    @cached_property
    def _files(self) -> Any:
        return self._path("").getFileSystem(self.spark._jsc.hadoopConfiguration())

    def _path(self, path: str) -> Any:
        return self._path_class(self.at(path) if path else self.root)

    @cached_property
    def _path_class(self) -> Any:
        # By its whole name, and once: `_jvm.org.apache` is looked for in all of Spark's jars at each dot.
        return getattr(self.spark._jvm, "org.apache.hadoop.fs.Path")
