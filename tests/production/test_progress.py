"""How far a production is, as its owner reads it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.platform.config import Config
from reelstack.production import backlog, progress
from reelstack.production.jobs import Order
from reelstack.production.progress import Planned, progress_of
from reelstack.production.steps import Work
from reelstack.tables.production import Lease
from reelstack.tables.videos import Video
from reelstack.uploads.priorities import Priority
from tests.support.complete_uploads import complete_upload

SECONDS = st.floats(0, 10_000)
PLANNED = st.builds(Planned, st.integers(1, 12), st.integers(0, 120), SECONDS, SECONDS, SECONDS, st.just(0))


@settings(max_examples=60, deadline=None)
@given(PLANNED, SECONDS)
def test_progress_goes_forward_only_and_ends_with_every_rendition(planned: Planned, elapsed: float) -> None:
    steps = [progress_of(planned, watchable=False, segments_made=0, elapsed_seconds=elapsed)]
    for made in range(planned.segments + 1):
        steps.append(progress_of(planned, watchable=True, segments_made=made, elapsed_seconds=elapsed))
    done = [step.renditions_done for step in steps]
    assert done == sorted(done)
    assert (done[0], done[-1], steps[-1].stage) == (0, planned.renditions, "packaging")
    assert all(step.remaining_seconds and step.remaining_seconds >= 1 for step in steps)


def test_an_owner_reads_each_stage_of_a_production(production: Any, clip: Path, call: Callable[..., Any]) -> None:
    def read(user: str = "ann") -> Any:
        told = call("videos", "GET", "/v1/videos/v1", user=user).json["progress"]
        return told and (told["stage"], told["renditions_done"], told["renditions_total"])

    production.upload(clip)
    Lease("production", "u1-1", upload_id="u1", owner_id="ann", taken_at=1).save()
    seen = [read()]
    for step in ("probe", "encode_first_rung", "transcode", "transcode"):
        production.run(step)
        seen.append(read())
    assert seen == [
        ("probing", 0, None),
        ("first-rung", 0, 2),
        ("encoding", 1, 2),
        ("packaging", 2, 2),
        ("packaging", 2, 2),
    ]
    Video("v1").update(actions=[Video.state.set("published")])
    assert read() is None


def test_who_waits_behind_others_is_told_a_longer_time(aws: Config, call: Callable[..., Any]) -> None:
    def remaining(upload: Any) -> Any:
        told = call("videos", "GET", f"/v1/videos/{upload.video_id}", user=upload.owner_id).json
        assert (told["state"], told["progress"]["stage"]) == ("queued", "queued")
        return told["progress"]["remaining_seconds"]

    waiting = [complete_upload(Priority.NORMAL, owner) for owner in ("ann", *"bcdefghijk")]
    assert remaining(waiting[0]) is None, "it is in the queue, and has no place yet"
    for upload in waiting:
        backlog.admit(Order(upload.upload_id, 1), upload)
    assert remaining(waiting[0]) < remaining(waiting[-1])


def test_a_segment_of_an_ended_production_leaves_no_lease(aws: Config) -> None:
    progress.note_segment(Work(upload_id="u1", attempt=1), 3)
    assert list(Lease.query("production")) == []
