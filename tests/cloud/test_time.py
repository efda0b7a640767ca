"""Days go by on the deployed cloud, by `local.aging`: decisions, appeals, retries, and what ends by itself.

Tests name the day that they need, counted from their fixture; time only goes forward. The clock stays, so what was
signed before stays valid.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from local import aging
from local.places import Places
from local.progress import Steps
from reelstack.privacy import exports
from reelstack_client import Upload, Video, Wishes
from tests.cloud.driver import Driver, draw, eventually, problem, traces
from tests.cloud.test_privacy import EXPIRING

pytestmark = [pytest.mark.cloud, pytest.mark.engines]

IN_REVIEW = "what the fuck is {}"
"""A title that makes a person look."""
SMALLEST_ARCHIVED_BYTES = 128 * 1024
"""S3 moves no smaller object to another class."""


class Calendar:
    """The days that have gone by since it was made, and what the schedules said at last."""

    def __init__(self, places: Places) -> None:
        self._places, self.day = places, 0
        self.ran: dict[str, str] = {}

    def reach(self, day: int) -> None:
        if day > self.day:
            done = aging.age(self._places, (day - self.day) * 24 * 3600, Steps(aging.STEPS))
            self.day, self.ran = day, done.ran


class Uses:
    """What a test does with the clips of ann."""

    drive: Driver

    def plays(self, video: Video) -> bool:
        """Whether it is published, and a viewer gets its playlist, once denials of its tokens are through."""
        state = eventually(lambda: self.drive.client("ann").videos.get(video.video_id).state, "published".__eq__)
        assert state == "published"
        get = self.drive.client("bob").videos.playback
        return eventually(lambda: "#EXTM3U" in httpx.get(get(video.video_id).master_url).text, bool)

    def decide(self, video: Video, verdict: str, moderator: str = "mia") -> str:
        """The state that follows."""
        self.drive.client(moderator).moderation.decide(video.video_id, verdict, "looked at")  # type: ignore[arg-type]
        get = self.drive.client("ann").videos.get
        return eventually(lambda: get(video.video_id).state, lambda state: state in ("published", "rejected"))

    def objects(self, bucket: str, prefix: str) -> list[str]:
        found = self.drive.aws("s3").list_objects_v2(Bucket=self.drive.outputs.buckets[bucket], Prefix=prefix)
        return [one["Key"] for one in found.get("Contents", [])]


def _in_review(drive: Driver, folder: Path, names: tuple[str, ...]) -> dict[str, Video]:
    """A clip of each name that waits for a person."""
    ann, file = drive.client("ann"), draw(folder / "clip.mp4", seconds=1, audio=False)
    sent = {name: ann.uploads.upload(file, title=IN_REVIEW.format(name)) for name in names}
    clips = {name: ann.videos.wait(one.video_id, seconds=120, every=0.3) for name, one in sent.items()}
    assert {clip.state for clip in clips.values()} == {"review"}
    return clips


def _failed(drive: Driver, folder: Path) -> Upload:
    """A clip whose production was stopped from outside."""
    lossless = draw(folder / "failed.mp4", seconds=1, audio=False, more=("-qp", "1"))
    assert lossless.stat().st_size >= SMALLEST_ARCHIVED_BYTES
    upload = drive.client("ann").uploads.upload(lossless, title="failed")
    states, machine = drive.aws("stepfunctions"), drive.outputs.machines["production"]
    running = {"stateMachineArn": machine, "statusFilter": "RUNNING"}
    (found, *_) = eventually(lambda: states.list_executions(**running)["executions"], bool)
    states.stop_execution(executionArn=found["executionArn"])
    ended = drive.client("ann").videos.wait(upload.video_id, seconds=60, every=0.3)
    assert (ended.state, ended.retryable) == ("failed", True)
    return upload


def _begun(drive: Driver, *, chunks: bool = False) -> Upload:
    """An upload whose first piece has arrived, of two."""
    uploads = drive.client("ann").uploads
    size = (2 if chunks else 10) * 1024 * 1024
    wishes = Wishes("begun", visibility="private")
    upload = uploads.create(size, "video/mp4", wishes, secrets.token_hex(8), chunks=chunks)
    _send(drive, upload, 1)
    return upload


def _send(drive: Driver, upload: Upload, number: int) -> None:
    (part,) = drive.client("ann").uploads.sign(upload.upload_id, {number: None})
    assert httpx.put(part.url, content=bytes(part.size_bytes), headers=part.headers).status_code == 200


# --- a fortnight, in every run of the tests ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Fortnight(Uses):
    """A clip in review, and uploads that nobody completes."""

    drive: Driver
    days: Calendar
    clip: Video
    left: tuple[Upload, Upload]
    played: str
    """An address that was signed on the first day."""


@pytest.fixture(scope="module")
def fortnight(drive: Driver, places: Places, sample: Video, tmp_path_factory: pytest.TempPathFactory) -> Fortnight:
    (clip,) = _in_review(drive, tmp_path_factory.mktemp("fortnight"), ("approved on 3",)).values()
    played = drive.client("bob").videos.playback(sample.video_id).master_url
    return Fortnight(drive, Calendar(places), clip, (_begun(drive), _begun(drive, chunks=True)), played)


def test_what_is_approved_after_3_days_plays(fortnight: Fortnight) -> None:
    fortnight.days.reach(3)
    clip = fortnight.clip
    assert fortnight.decide(clip, "approve") == "published"
    assert fortnight.plays(clip)
    fortnight.drive.client("ann").videos.delete(clip.video_id)
    assert eventually(lambda: fortnight.objects("media", f"v/{clip.video_id}/"), lambda left: not left) == []


def test_uploads_that_nobody_completed_have_left_nothing_after_13_days(fortnight: Fortnight) -> None:
    fortnight.days.reach(13)
    drive, ids = fortnight.drive, [id_ for one in fortnight.left for id_ in (one.upload_id, one.video_id)]
    # The day's count of open uploads names them until that set is full: it is looked through then.
    assert traces(drive, *ids).keys() - EXPIRING - {"usage"} == set()
    listed = drive.aws("s3").list_multipart_uploads(Bucket=drive.outputs.buckets["uploads"])
    assert not [one for one in listed.get("Uploads", []) if one["Key"].endswith(tuple(ids))]
    for one in fortnight.left:
        assert problem(drive.call("GET", f"/v1/uploads/{one.upload_id}")) == (404, "upload-not-found")
        assert problem(drive.call("GET", f"/v1/videos/{one.video_id}")) == (404, "video-not-found")


def test_a_deleted_video_is_erased_after_10_days(fortnight: Fortnight) -> None:
    fortnight.days.reach(13)
    left = traces(fortnight.drive, fortnight.clip.video_id).keys() - EXPIRING
    assert left <= {"notifications", "timelines"}, "others' lead nowhere, and expire"


def test_what_was_signed_before_stays_valid_and_schedules_do_not_fail(fortnight: Fortnight) -> None:
    fortnight.days.reach(13)
    assert httpx.get(fortnight.played).status_code == 200
    assert [name for name, said in fortnight.days.ran.items() if said.startswith("failed")] == []


# --- forty days -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class World(Uses):
    """Clips in review, two of them rejected on the first day, a failed production, an export, a begun upload."""

    drive: Driver
    days: Calendar
    clips: dict[str, Video]
    failed: Upload
    begun: Upload

    def declined(self, name: str) -> None:
        """Rejects it; its owner sees why, and has nothing to try again."""
        clip = self.clips[name]
        assert self.decide(clip, "reject") == "rejected"
        now = self.drive.client("ann").videos.get(clip.video_id)
        assert (now.reason, now.retryable) == ("review-declined", False)


NAMES = ("approved on 13", "rejected on 3", "rejected on 13", "appealed on 3", "appealed on 13")


@pytest.fixture(scope="module")
def world(drive: Driver, places: Places, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    drive.client("bob").privacy.ask_for_export()
    clips = _in_review(drive, folder, NAMES)
    made = World(drive, Calendar(places), clips, _failed(drive, folder), _begun(drive))
    for name in ("appealed on 3", "appealed on 13"):
        assert made.decide(clips[name], "reject") == "rejected"
    assert eventually(lambda: drive.client("bob").privacy.export_state().state, "done".__eq__, 60) == "done"
    return made


@pytest.mark.engines  # seven productions
def test_what_is_rejected_after_3_days_is_not_for_its_owner_to_try_again(world: World) -> None:
    world.days.reach(3)
    world.declined("rejected on 3")


@pytest.mark.engines  # seven productions
def test_an_appeal_after_3_days_brings_a_clip_back(world: World) -> None:
    world.days.reach(3)
    clip = world.clips["appealed on 3"]
    world.drive.client("ann").moderation.appeal(clip.video_id, "it is harmless")
    world.decide(clip, "approve", "ada")
    assert world.plays(clip)


@pytest.mark.engines  # seven productions
def test_an_upload_goes_on_after_3_days(world: World) -> None:
    world.days.reach(3)
    uploads = world.drive.client("ann").uploads
    assert [part.number for part in uploads.get(world.begun.upload_id).held] == [1]
    _send(world.drive, world.begun, 2)
    assert uploads.complete(world.begun.upload_id).state == "completed"
    world.drive.client("ann").videos.wait(world.begun.video_id, seconds=60, every=0.3)


@pytest.mark.engines  # seven productions
def test_an_export_can_be_fetched_after_3_days(world: World) -> None:
    world.days.reach(3)
    (file,) = world.drive.client("bob").privacy.export_state().files
    assert httpx.get(file.download_url).status_code == 200


@pytest.mark.engines  # seven productions
def test_what_is_decided_after_13_days_is_carried_out(world: World) -> None:
    world.days.reach(13)
    assert world.decide(world.clips["approved on 13"], "approve") == "published"
    assert world.plays(world.clips["approved on 13"])
    world.declined("rejected on 13")


@pytest.mark.engines  # seven productions
def test_an_export_is_gone_after_13_days(world: World) -> None:
    world.days.reach(13)
    bob = world.drive.client("bob").accounts.me().user_id
    assert problem(world.drive.call("GET", "/v1/me/export", user="bob")) == (404, "export-not-found")
    assert world.objects("uploads", f"{exports.PREFIX}{bob}/") == []


@pytest.mark.engines  # seven productions
def test_an_appeal_after_13_days_that_waits_for_27_brings_a_clip_back(world: World) -> None:
    world.days.reach(13)
    clip = world.clips["appealed on 13"]
    world.drive.client("ann").moderation.appeal(clip.video_id, "it is harmless")
    world.days.reach(40)
    world.decide(clip, "approve", "ada")
    assert world.plays(clip)


@pytest.mark.engines  # seven productions
def test_a_retry_after_40_days_reads_an_archived_original(world: World) -> None:
    world.days.reach(40)
    drive, failed = world.drive, world.failed
    original = {"Bucket": drive.outputs.buckets["uploads"], "Key": f"originals/normal/{failed.upload_id}"}
    assert drive.aws("s3").head_object(**original)["StorageClass"] == "GLACIER_IR"
    drive.client("ann").videos.retry(failed.video_id)
    assert world.plays(drive.client("ann").videos.get(failed.video_id))
