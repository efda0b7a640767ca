"""A video that is taken out is out of reach on every path within seconds; each path is tried all along."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import m3u8
import pytest

from reelstack_client import Playback, Video
from tests.cloud.driver import Driver, draw, eventually, playback, problem, traces
from tests.cloud.test_privacy import EXPIRING

pytestmark = pytest.mark.cloud

WITHIN_SECONDS = 10
EVERY_SECONDS = 0.25
OPENED_SECONDS = 150


class Poller:
    """Tries named paths over and over and remembers when each last let somebody in: a path tells a status."""

    def __init__(self, paths: dict[str, Callable[[], int]]) -> None:
        self.paths = paths
        self.opened: dict[str, float] = {}
        self.last: dict[str, object] = {}
        self.tries = dict.fromkeys(paths, 0)
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._try, args=item, daemon=True) for item in paths.items()]

    def __enter__(self) -> "Poller":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def _try(self, name: str, path: Callable[[], int]) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            try:
                self.last[name] = status = path()
                if status < 300:
                    self.opened[name] = began
                self.tries[name] += 1
            except httpx.TransportError as error:
                self.last[name] = error  # a kept connection that the server had closed: nothing was answered or tried
            self._over.wait(EVERY_SECONDS)

    def never_open(self) -> dict[str, object]:
        """What was last heard of the paths that never were open."""
        return {name: self.last.get(name) for name in self.paths.keys() - self.opened.keys()}

    def tried_again(self) -> None:
        """Returns when each path has been tried twice more: once at least begins after this call."""
        before = dict(self.tries)
        assert eventually(lambda: all(self.tries[name] >= before[name] + 2 for name in before), bool, 60)


def fetched(drive: Driver, url: str) -> int:
    return drive.http.get(url, headers={"range": "bytes=0-99"}).status_code


def assets(drive: Driver, watched: Playback) -> dict[str, str]:
    """Every address a player meets: master, media playlists, renditions, sound, poster."""
    master = m3u8.loads(drive.http.get(watched.master_url).text, uri=watched.master_url)
    playlists = [p.absolute_uri for p in master.playlists] + [m.absolute_uri for m in master.media if m.uri]
    found = [watched.master_url, *playlists, str(watched.poster_url)]
    for address in playlists:
        playlist = m3u8.loads(drive.http.get(address).text, uri=address)
        found += {segment.absolute_uri for segment in playlist.segments}
    prefix = watched.master_url.rpartition("/")[0]
    found.append(f"{prefix}/preview.m3u8")
    return {address.rpartition("/")[2]: address for address in found}


def ways(drive: Driver, video: Video, user: str) -> dict[str, Callable[[], int]]:
    """Every way to a video for somebody who is not its owner."""
    watched = playback(drive.client(user), video.video_id)
    path = f"/v1/videos/{video.video_id}"

    def api(tail: str, method: str = "GET") -> Callable[[], int]:
        return lambda: drive.call(method, path + tail, user=user).status_code

    def new_token() -> int:
        answer = drive.call("GET", f"{path}/playback", user=user)
        if answer.status_code != 200:
            return answer.status_code
        return fetched(drive, drive.outputs.edge_url + answer.json()["master_url"])

    def in_feed() -> int:
        answer = drive.call("GET", "/v1/feed/latest?limit=50", user=user)
        return answer.status_code if answer.status_code != 200 or video.video_id in answer.text else 404

    def in_bucket() -> int:
        bucket = drive.outputs.buckets["media"]
        there = drive.aws("s3").list_objects_v2(Bucket=bucket, Prefix=f"v/{video.video_id}/")["KeyCount"]
        return 200 if there else 404

    def token_in_flight(url: str) -> Callable[[], int]:
        return lambda: fetched(drive, url)

    return {
        "video": api(""),
        "playback": api("/playback"),
        "likes": api("/likes"),
        "like": api("/like", "PUT"),
        "new token": new_token,
        "feed": in_feed,
        "served prefix": in_bucket,
        **{f"token in flight: {name}": token_in_flight(url) for name, url in assets(drive, watched).items()},
    }


@contextmanager
def polled(drive: Driver, video: Video, leave_out: tuple[str, ...] = ()) -> Iterator[Poller]:
    paths = {name: way for name, way in ways(drive, video, "bob").items() if name not in leave_out}
    with Poller(paths) as poller:
        # Some thirty at once: each waits for a process of its own, however busy the machine.
        assert eventually(poller.never_open, lambda names: not names, OPENED_SECONDS) == {}
        yield poller


def shut(poller: Poller) -> None:
    """Fails unless every path is shut for good within the time allowed, from now on: the service has just answered."""
    since = time.monotonic()
    time.sleep(WITHIN_SECONDS)
    poller.tried_again()
    late = {name: round(at - since, 1) for name, at in poller.opened.items() if at > since + WITHIN_SECONDS}
    assert not late, f"still open so many seconds later: {late}"


def quarantined(drive: Driver, video: Video) -> list[str]:
    answer = drive.aws("s3").list_objects_v2(
        Bucket=drive.outputs.buckets["media"], Prefix=f"quarantine/{video.video_id}/"
    )
    return [item["Key"] for item in answer.get("Contents", [])]


def behind_the_cdn(drive: Driver, key: str) -> int:
    """Status of an object at the emulator's CloudFront, which reads by origin access control, without our edge."""
    host = {"host": drive.outputs.distribution_domain, "x-forwarded-proto": "https"}
    return httpx.get(f"{drive.outputs.endpoint}/{key}", headers=host, timeout=30).status_code


@pytest.mark.engines  # long: with others like it, make test would take longer than ten minutes
def test_a_takedown_shuts_every_path_within_seconds_and_an_appeal_opens_them_again(
    drive: Driver, tmp_path: Path
) -> None:
    video = drive.produce(draw(tmp_path / "down.mp4"), title="down")
    assert video.state == "published", video.reason_detail
    master = playback(drive.client("bob"), video.video_id).master_url
    key = f"v/{video.video_id}/" + master.split("/", 7)[7]
    assert behind_the_cdn(drive, key) == 200
    path = f"/v1/videos/{video.video_id}"
    with polled(drive, video) as poller:
        answer = drive.call("POST", f"{path}/takedown", user="mia", json={"reason": "not yours"})
        assert (answer.status_code, answer.json()["state"]) == (200, "rejected")
        shut(poller)
    assert problem(drive.call("GET", f"{path}/playback", user="bob")) == (403, "video-moderated")
    assert problem(drive.call("GET", f"{path}/playback", user="ann")) == (403, "video-moderated")
    own = drive.client("ann").videos.get(video.video_id)
    assert (own.reason, own.reason_detail, own.playable) == ("taken-down", "not yours", False)
    kept = quarantined(drive, video)
    assert len(kept) > 5
    assert {behind_the_cdn(drive, name) for name in (key, *kept)} <= {403, 404}, "served by nothing"
    invalidations = drive.aws("cloudfront").list_invalidations(DistributionId=drive.outputs.distribution_id)
    assert invalidations["InvalidationList"]["Items"]

    assert drive.call("POST", f"{path}/appeal", user="ann", json={"text": "it is mine"}).status_code == 202
    approve = {"verdict": "approve", "reason": "shown to be theirs"}
    assert problem(drive.call("POST", f"{path}/verdict", user="mia", json=approve)) == (403, "second-reviewer-required")
    review = drive.call("POST", f"/v1/reviews/{video.video_id}/claim", user="ada").json()
    assert (review["appeal"], review["reason"]) == ("it is mine", "taken-down")
    shown = next(item["url"] for item in review["evidence"] if item["name"].endswith(".mp4"))
    assert fetched(drive, shown) == 206
    assert drive.call("POST", f"{path}/verdict", user="ada", json=approve).status_code == 200
    back = eventually(lambda: drive.client("ann").videos.get(video.video_id), lambda now: now.state == "published")
    assert (back.state, back.reason, back.published_at) == ("published", None, video.published_at)
    assert quarantined(drive, video) == []
    again = playback(drive.client("bob"), video.video_id)
    opened = eventually(
        lambda: {fetched(drive, url) for url in assets(drive, again).values()}, lambda now: now == {206}
    )
    assert opened == {206}
    assert fetched(drive, master) == 403, "tokens from before the takedown stay refused"
    entries = drive.call("GET", f"{path}/audit", user="mia").json()["items"]
    assert [entry["action"] for entry in entries] == ["taken-down", "appealed", "claimed", "decided"]


@pytest.mark.engines
def test_a_deleted_video_is_out_of_reach_on_every_path_and_then_erased(drive: Driver, tmp_path: Path) -> None:
    video = drive.produce(draw(tmp_path / "deleted.mp4"), title="deleted")
    with polled(drive, video) as poller:
        drive.client("ann").videos.delete(video.video_id)
        shut(poller)
    assert problem(drive.call("GET", f"/v1/videos/{video.video_id}/playback", user="ann")) == (404, "video-not-found")
    assert eventually(lambda: look_for_deleted(drive, video), lambda left: not left, 90) == []


def look_for_deleted(drive: Driver, video: Video) -> list[str]:
    """Looks for deleted videos as the schedule does, as if the minutes between two passes were over; returns in which
    buckets and tables something of this one is left, but for others' items, which lead nowhere: docs/privacy.md."""
    key = {"video_id": {"S": video.video_id}}
    videos, dynamodb = drive.outputs.tables["videos"], drive.aws("dynamodb")
    if "Item" in dynamodb.get_item(TableName=videos, Key=key):
        now = {":now": {"N": str(int(time.time() * 1000))}}
        change = {"UpdateExpression": "SET erase_at = :now", "ExpressionAttributeValues": now}
        dynamodb.update_item(TableName=videos, Key=key, **change)
    answer = drive.aws("lambda").invoke(FunctionName=drive.outputs.functions["erase_deleted_videos"], Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    return sorted(traces(drive, video.video_id).keys() - EXPIRING - {"likes", "notifications", "timelines"})


@pytest.mark.engines
def test_a_video_made_private_stays_with_its_owner_alone(drive: Driver, tmp_path: Path) -> None:
    video = drive.produce(draw(tmp_path / "private.mp4"), title="private")
    with polled(drive, video, leave_out=("served prefix",)) as poller:
        drive.client("ann").videos.edit(video.video_id, visibility="private")
        shut(poller)
    assert problem(drive.call("GET", f"/v1/videos/{video.video_id}", user="bob")) == (403, "video-private")
    own = drive.client("ann").videos.playback(video.video_id)
    assert {fetched(drive, url) for url in assets(drive, own).values()} == {206}
    drive.client("ann").videos.edit(video.video_id, visibility="public")
    assert fetched(drive, playback(drive.client("bob"), video.video_id).master_url) == 206


def test_a_clip_that_is_rejected_was_never_reachable_by_another_user(drive: Driver, tmp_path: Path) -> None:
    """The title makes a person look; a stranger tries every path from before the upload is complete to the end."""
    client = drive.client("ann")
    seen: dict[str, Any] = {}
    upload = client.uploads.upload(draw(tmp_path / "never.mp4"), title="what the fuck is never")
    path, prefix = f"/v1/videos/{upload.video_id}", f"{drive.outputs.edge_url}/v/{upload.video_id}"
    bob = drive.client("bob").videos.playback(drive.client("bob").feed.published().items[0].video_id).master_url
    borrowed = bob.split("/t/")[1].split("/")[0]
    names = ("preview.m3u8", "master.m3u8", "poster.jpg", "avc-480.mp4", "hevc-480.mp4", "sound.mp4")
    guesses = [f"{prefix}/1/{name}" for name in names] + [f"{prefix}/t/{borrowed}/1/{name}" for name in names]

    def reached() -> int:
        answers = [drive.call("GET", path + tail, user="bob") for tail in ("", "/playback", "/likes")]
        answers += [drive.http.get(url) for url in guesses]
        seen.update({str(answer.url): answer.status_code for answer in answers})
        listed = upload.video_id in drive.call("GET", "/v1/feed/latest?limit=50", user="bob").text
        return 200 if listed else min(answer.status_code for answer in answers)

    with Poller({"stranger": reached}) as poller:
        video = client.videos.wait(upload.video_id, seconds=120, every=0.3)
        assert video.state == "review"
        owns = client.videos.playback(video.video_id)
        assert fetched(drive, owns.master_url) == 206
        poller.tried_again()
        held = drive.call("POST", f"/v1/reviews/{video.video_id}/claim", user="ada")
        assert held.status_code == 200, held.text
        reject = {"verdict": "reject", "reason": "not here"}
        assert problem(drive.call("POST", f"{path}/verdict", user="mia", json=reject)) == (409, "review-held")
        assert drive.call("POST", f"{path}/verdict", user="ada", json=reject).status_code == 200
        done = eventually(lambda: client.videos.get(video.video_id), lambda now: now.state == "rejected")
        assert (done.state, done.reason, done.reason_detail) == ("rejected", "review-declined", "not here")
        gone = eventually(lambda: fetched(drive, owns.master_url), lambda status: status == 403)
        assert gone == 403, "not by its owner's token either"
        assert eventually(lambda: quarantined(drive, video), bool)
        poller.tried_again()
    assert poller.tries["stranger"] > 3
    assert poller.opened == {}, seen
