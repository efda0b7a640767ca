"""Orders: one attempt at one upload, read from S3's event of a finished upload or from our own request. Pure."""

import json
from dataclasses import dataclass
from typing import Any

from reelstack.uploads.priorities import Priority


class NotAnUpload(ValueError):
    """A message that names no upload of ours. It will end in the dead-letter queue."""


@dataclass(frozen=True)
class Order:
    """One attempt at one upload. `renditions`: only these are made anew, the others taken over; empty means all."""

    upload_id: str
    attempt: int
    priority: Priority = Priority.NORMAL
    renditions: tuple[str, ...] = ()

    @property
    def execution(self) -> str:
        return f"{self.upload_id}-{self.attempt}"

    @classmethod
    def from_message(cls, body: str) -> "Order":
        """Reads an S3 "Object Created" event or our own ProductionRequested. Raises NotAnUpload."""
        try:
            event = json.loads(body)
            detail = event["detail"]
            if event["source"] == "aws.s3":
                _, priority, upload_id = detail["object"]["key"].split("/")
                return cls(upload_id, 1, Priority(priority))
            return cls(
                _text(detail["upload_id"]),
                int(detail["attempt"]),
                Priority(detail.get("priority") or Priority.NORMAL),
                tuple(_text(name) for name in detail.get("renditions") or ()),
            )
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise NotAnUpload(body[:300]) from error

    def to_message(self) -> str:
        """The same order as a message; `from_message` reads it back."""
        detail = {
            "upload_id": self.upload_id,
            "attempt": self.attempt,
            "priority": self.priority,
            "renditions": list(self.renditions),
        }
        return json.dumps({"source": "reelstack", "detail-type": "ProductionRequested", "detail": detail})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value
