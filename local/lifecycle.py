"""S3's lifecycle rules as MiniStack keeps them, and when each is due. Pure; `local.emulator_lifecycle` applies them.

How S3 counts: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Moves = tuple[tuple[int, str], ...]
"""(days, storage class)"""
DAY = timedelta(days=1)
SMALLEST_MOVED_BYTES = 128 * 1024
"""No rule moves a smaller object to another class, unless it has a filter by size."""
CLASSES = (
    *("STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA"),
    *("GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"),
)
"""Storage classes in the order in which a rule may move an object: down only."""


def due(since: datetime, days: int) -> datetime:
    """When what is `since` is `days` old, by S3's count: on the midnight (UTC) at or after that moment."""
    moment = since.astimezone(UTC) + days * DAY
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight == moment else midnight + DAY


@dataclass(frozen=True)
class Rule:
    """One enabled rule. Days are None where it does not do that."""

    prefix: str
    tags: Mapping[str, str]
    larger_than: int | None
    smaller_than: int | None
    expires_days: int | None
    removes_markers: bool
    moves: Moves
    old_expire_days: int | None
    old_kept: int
    """How many noncurrent versions stay whatever their age."""
    old_moves: Moves
    aborts_days: int | None

    def covers(self, key: str, size: int, tags: Mapping[str, str]) -> bool:
        return (
            key.startswith(self.prefix)
            and self.tags.items() <= tags.items()
            and (self.larger_than is None or size > self.larger_than)
            and (self.smaller_than is None or size < self.smaller_than)
        )

    def moves_size(self, size: int) -> bool:
        """Whether an object of this size is moved at all."""
        return size >= SMALLEST_MOVED_BYTES or self.larger_than is not None or self.smaller_than is not None


def rules(kept: list[dict[str, Any]]) -> list[Rule]:
    """The enabled ones of a bucket's configuration."""
    return [_rule(one) for one in kept if one.get("Status") == "Enabled"]


def lowest(moves: Moves, since: datetime, now: datetime, present: str) -> str:
    """The class in which an object belongs now: the lowest that is due, or the present one."""
    reached = [name for days, name in moves if due(since, days) <= now]
    return max([present, *reached], key=CLASSES.index)


def _rule(kept: dict[str, Any]) -> Rule:
    several = kept.get("Filter", {})
    terms = several.get("And", several)
    tags = terms.get("Tags", [terms["Tag"]] if "Tag" in terms else [])
    old = kept.get("NoncurrentVersionExpiration", {})
    return Rule(
        prefix=terms.get("Prefix", ""),
        tags={tag["Key"]: tag["Value"] for tag in tags},
        larger_than=terms.get("ObjectSizeGreaterThan"),
        smaller_than=terms.get("ObjectSizeLessThan"),
        expires_days=kept.get("Expiration", {}).get("Days"),
        removes_markers=bool(kept.get("Expiration", {}).get("ExpiredObjectDeleteMarker")),
        moves=tuple((move["Days"], move["StorageClass"]) for move in kept.get("Transitions", [])),
        old_expire_days=old.get("NoncurrentDays"),
        old_kept=old.get("NewerNoncurrentVersions", 0),
        old_moves=tuple(
            (move["NoncurrentDays"], move["StorageClass"]) for move in kept.get("NoncurrentVersionTransitions", [])
        ),
        aborts_days=kept.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation"),
    )
