"""Lifecycle rules in MiniStack's S3, which keeps them and never acts on them.

`apply` does once, to every bucket, what S3 does each midnight. The time of what it does is the present, so whoever
lets several days pass calls it once a day. An expiry is told as a deletion, to which nothing of ours listens.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from ministack.services import s3

from local.lifecycle import Rule, due, lowest, rules

Version = dict[str, Any]


def apply(now: datetime) -> Counter[str]:
    """Returns how often each thing was done, e.g. {"expired": 2, "moved to GLACIER_IR": 1}."""
    done: Counter[str] = Counter()
    for bucket, kept in list(s3._bucket_lifecycle.items()):
        sweep = Sweep(bucket, rules(kept), now, done)
        for key in sorted(keys(bucket)):
            sweep.expire(key)
            sweep.remove_old(key)
            sweep.move(key)
        sweep.abort()
    return done


def keys(bucket: str) -> set[str]:
    """Every key of which the bucket holds anything, deletion markers too."""
    versioned = {key for name, key in s3._object_versions if name == bucket}
    return versioned | set(s3._buckets[bucket]["objects"])


def versions(bucket: str, key: str) -> list[Version]:
    """From the oldest to the newest; an object that was written before versioning is none."""
    found: list[Version] = s3._object_versions.get((bucket, key)) or []
    return found


@dataclass(frozen=True)
class Sweep:
    """One bucket and its enabled rules, at one time."""

    bucket: str
    rules: Sequence[Rule]
    now: datetime
    done: Counter[str]

    def expire(self, key: str) -> None:
        """Ends the current version: in a versioned bucket a marker hides it, which makes it a noncurrent one."""
        held = self._current(key)
        if held and any(self._is_due(held, rule.expires_days) and self._covers(rule, key, held) for rule in self.rules):
            s3._delete_object(self.bucket, key)
            self.done["expired"] += 1

    def remove_old(self, key: str) -> None:
        """Removes noncurrent versions, and a marker under which nothing is left."""
        for rule in self.rules:
            held = list(versions(self.bucket, key))
            old = max(len(held) - 1 - rule.old_kept, 0)
            for version, successor in list(pairwise(held))[:old]:
                if self._is_due(successor, rule.old_expire_days) and self._covers(rule, key, version):
                    self._remove(key, version)
            held = versions(self.bucket, key)
            # A rule with days takes a marker of that age, one with the flag takes it at once.
            if (
                [version.get("is_delete_marker") for version in held] == [True]
                and (rule.removes_markers or self._is_due(held[0], rule.expires_days))
                and self._covers(rule, key, held[0])
            ):
                self._remove(key, held[0])

    def move(self, key: str) -> None:
        """Changes storage classes, of the current version and of noncurrent ones. Their age stays what it is."""
        held, current = versions(self.bucket, key), self._current(key)
        for rule in self.rules:
            for version, successor in pairwise(held):
                self._place(rule, key, lowest(rule.old_moves, _time(successor), self.now, _class(version)), version)
            if current:  # it stands in the list of versions too
                made = lowest(rule.moves, _time(current), self.now, _class(current))
                self._place(rule, key, made, current, *held[-1:])

    def abort(self) -> None:
        for upload_id, upload in list(s3._multipart_uploads.items()):
            limits = [rule.aborts_days for rule in self.rules if upload["key"].startswith(rule.prefix)]
            since = {"last_modified": upload["created"]}
            if upload["bucket"] == self.bucket and any(self._is_due(since, days) for days in limits):
                del s3._multipart_uploads[upload_id]
                self.done["uploads aborted"] += 1

    def _current(self, key: str) -> Version | None:
        found: Version | None = s3._buckets[self.bucket]["objects"].get(key)
        return found

    def _remove(self, key: str, version: Version) -> None:
        s3._delete_object_version(s3._buckets[self.bucket], self.bucket, key, version["version_id"])
        self.done["markers removed" if version.get("is_delete_marker") else "old versions removed"] += 1

    def _place(self, rule: Rule, key: str, made: str, *records: Version) -> None:
        """Moves the version that these records tell of."""
        held = records[0]
        is_moved = made != _class(held) and rule.moves_size(held["size"]) and not held.get("is_delete_marker")
        if is_moved and self._covers(rule, key, held):
            for record in records:
                record["storage_class"] = made
            self.done[f"moved to {made}"] += 1

    def _is_due(self, held: Version, days: int | None) -> bool:
        return days is not None and due(_time(held), days) <= self.now

    def _covers(self, rule: Rule, key: str, held: Version) -> bool:
        version = held.get("version_id")
        tags = s3._object_tags.get((self.bucket, key, None if version == "null" else version))
        return rule.covers(key, held["size"], tags or {})


def _class(held: Version) -> str:
    return held.get("storage_class") or "STANDARD"


def _time(held: Version) -> datetime:
    return datetime.fromisoformat(held["last_modified"]).astimezone(UTC)
