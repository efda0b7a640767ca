"""One clip and all that acts on it, in process: production, moderation, its owner, and what follows from each change.

`follow` does what streams and the event bus do: it hands each change of the video's item to its consumers until nothing
changes any more. `interrupted` has something happen right before a chosen write of something else.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from reelstack.events import ProductionRequested, RestoreGranted, VideoWithdrawn
from reelstack.moderation import decision_machine, remoderation, review_queue, takedowns
from reelstack.platform import aws as seam
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.platform.stream_records import StreamRecord
from reelstack.production import attempts, executions, leftovers, slots
from reelstack.production.jobs import Order
from reelstack.tables.model import connection
from reelstack.tables.production import Lease
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.uploads.priorities import Priority
from reelstack.videos import change_events, lifecycle, videos
from reelstack.videos.lifecycle import Rejection

WRITES = ("UpdateItem", "PutItem", "DeleteItem", "TransactWriteItems")
UNCLEAR, BAD = {"sexual": 0.8}, {"sexual": 0.99}
"""What the thresholds of the stage send to a person, and what they reject."""


class ClipWorld:
    def __init__(self, name: str = "vid", state: str = "uploading", **more: Any) -> None:
        self.name, self.upload_id = name, f"up-{name}"
        attributes = {"owner_id": "ann", "title": name, "created_at": 1, **more}
        made = Video(name, state=state, upload_id=self.upload_id, **attributes)
        made.save()
        Upload(
            self.upload_id,
            owner_id="ann",
            video_id=name,
            key=f"originals/normal/{self.upload_id}",
            s3_upload_id="s3",
            size_bytes=10,
            part_size_bytes=10,
            content_type="video/mp4",
            state="completed",
            created_at=1,
        ).save()
        seam.client("s3").put_object(Bucket="uploads", Key=f"originals/normal/{self.upload_id}", Body=b"x")
        self.seen: dict[str, Any] = made.serialize()

    @classmethod
    def published(cls, name: str = "vid") -> "ClipWorld":
        """With its objects."""
        made = cls(name)
        made.start(1)
        made.write(1)
        assert attempts.publish(name, 1, made.asset(1), {})
        made.end(1)
        made.follow()
        return made

    @property
    def video(self) -> Video:
        return Video.get(self.name, consistent_read=True)

    # --- production --------------------------------------------------------------------------------------------------

    def asset(self, attempt: int) -> dict[str, Any]:
        played = {"master": "master.m3u8", "duration_ms": 1000, "width": 1280, "height": 720, "renditions": []}
        return {"prefix": f"v/{self.name}/{attempt}/", **played}

    def start(self, attempt: int) -> bool:
        executions.start(Order(self.upload_id, attempt, Priority.NORMAL))
        return self.runs(attempt)

    def runs(self, attempt: int) -> bool:
        return slots.is_held(f"{self.upload_id}-{attempt}")

    def write(self, attempt: int) -> None:
        """What a step of this attempt leaves in the media bucket."""
        for key in ("master.m3u8", "avc-480.mp4"):
            seam.client("s3").put_object(Bucket="media", Key=f"v/{self.name}/{attempt}/{key}", Body=b"x")

    def end(self, attempt: int, status: str = "SUCCEEDED") -> None:
        executions.finish(f"{self.upload_id}-{attempt}", status)

    def reject(self, attempt: int) -> bool:
        return attempts.reject(self.name, attempt, Rejection("moderated", "", {}, self.asset(attempt)))

    def fail(self, attempt: int) -> bool:
        return attempts.fail(self.name, attempt, "production-failed", "")

    # --- people ------------------------------------------------------------------------------------------------------

    def take_down(self) -> None:
        takedowns.take_down(self.name, "no", "mia")

    def delete(self) -> None:
        videos.delete(videos.find(self.name))

    def judge_again(self, labels: dict[str, float]) -> None:
        """As if thresholds had changed so that these scores are no more what they were."""
        Video(self.name).update([Video.labels.set(labels)])
        remoderation.remoderate(100, None, dry_run=False)

    # --- what follows ------------------------------------------------------------------------------------------------

    def follow(self) -> None:
        while changed := self._change():
            for event in change_events.read(changed):
                match event:
                    case VideoWithdrawn():
                        takedowns.withdraw(self.name)
                    case RestoreGranted():
                        takedowns.restore(self.name)
                    case ProductionRequested():
                        self.start(event.attempt)
            if change_events.ended(changed):
                review_queue.close(self.name)

    def _change(self) -> StreamRecord | None:
        found = [video.serialize() for video in Video.query(self.name, consistent_read=True)]
        after, before = (found[0] if found else {}), self.seen
        self.seen = after
        return StreamRecord({"dynamodb": {"OldImage": before, "NewImage": after}}) if after != before else None

    def carry_out_decisions(self) -> None:
        """What the machine `decision` does, for each execution that was started and did not break."""
        decision_machine.resend()
        states = seam.client("stepfunctions")
        for run in states.list_executions(stateMachineArn=config().decision_machine_arn)["executions"]:
            given = json.loads(states.describe_execution(executionArn=run["executionArn"])["input"])
            if given["video_id"] != self.name or run["status"] != "RUNNING":
                continue
            if given["verdict"] == "approve":
                lifecycle.publish(self.name, given["attempt"], given["asset"], given["labels"])
            else:
                declined = Rejection("review-declined", given["reason"], given["labels"], given["asset"])
                lifecycle.reject(self.name, given["attempt"], declined)

    def tidy(self) -> None:
        """All that is noted to go is due, and goes."""
        for noted in Lease.query(leftovers.REPLACED):
            Lease(leftovers.REPLACED, noted.execution, taken_at=now_ms() - 1).save()
        leftovers.remove_due(time.monotonic() + 60)

    def objects(self, prefix: str = "v/") -> set[str]:
        found = seam.client("s3").list_objects_v2(Bucket="media", Prefix=f"{prefix}{self.name}/").get("Contents", [])
        return {str(one["Key"]) for one in found}


@contextmanager
def interrupted(write: int, act: Callable[[], Any]) -> Iterator[list[str]]:
    """`act` happens right before the write of this number, from 0. The list holds the operations that were begun."""
    wire, begun = connection().client.meta.events, list[str]()

    def note(model: Any, **_: Any) -> None:
        begun.append(model.name)
        if len(begun) == write + 1:
            stop()
            act()

    def stop() -> None:
        for operation in WRITES:
            wire.unregister(f"before-call.dynamodb.{operation}", note)

    for operation in WRITES:
        wire.register(f"before-call.dynamodb.{operation}", note)
    try:
        yield begun
    finally:
        stop()
