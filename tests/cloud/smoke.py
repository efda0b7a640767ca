"""One walk through everything that people do, the same in both profiles: from the upload of a clip to its takedown."""

import json
import uuid
import zipfile
from pathlib import Path

import m3u8

from reelstack_client import Video
from tests.cloud.driver import Driver, draw, eventually, problem

WITHIN_SECONDS = 30
COMMENTS = {"like", "comment", "follow"}


def walk(drive: Driver, tmp_path: Path) -> None:
    """Upload → play → like → comment → follow → notify → export → takedown, repeated and too many requests."""
    video = drive.produce(draw(tmp_path / "smoke.mp4", seconds=1))
    assert video.state == "published", (video.reason, video.reason_detail)
    played = drive.client("bob").videos.playback(video.video_id).master_url
    segment = _a_segment(drive, played)
    assert drive.http.get(segment, headers={"range": "bytes=0-99"}).status_code == 206
    text = _said(drive, video)
    _repeated_requests_are_done_once(drive, video)
    _too_many_requests_are_refused(drive)
    _exported(drive, tmp_path, video, text)
    _taken_down(drive, video, segment)


def _a_segment(drive: Driver, master_url: str) -> str:
    master = m3u8.loads(drive.http.get(master_url).text, uri=master_url)
    address: str = master.playlists[0].absolute_uri
    playlist = m3u8.loads(drive.http.get(address).text, uri=address)
    return str(playlist.segments[0].absolute_uri)


def _said(drive: Driver, video: Video) -> str:
    """Bob likes, comments and follows: it is counted, and ann is told. Returns the comment's text."""
    bob, ann, text = drive.client("bob"), drive.client("ann"), f"Hello {uuid.uuid4().hex}"
    bob.interactions.like(video.video_id)
    bob.interactions.comment(video.video_id, text)
    bob.social.follow(ann.accounts.me().user_id)
    counted = eventually(
        lambda: ann.videos.get(video.video_id), lambda now: (now.likes, now.comments) == (1, 1), WITHIN_SECONDS
    )
    assert (counted.likes, counted.comments) == (1, 1)
    told = eventually(
        lambda: {one.kind for one in ann.notifications.inbox(limit=50).items if one.video_id in (video.video_id, None)},
        lambda kinds: kinds >= COMMENTS,
        WITHIN_SECONDS,
    )
    assert told >= COMMENTS
    return text


def _repeated_requests_are_done_once(drive: Driver, video: Video) -> None:
    path, key = f"/v1/videos/{video.video_id}/comments", uuid.uuid4().hex
    answers = [
        drive.call("POST", path, user="mia", json={"text": "Once"}, headers={"idempotency-key": key}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["comment_id"] == answers[1].json()["comment_id"]
    other = drive.call("POST", path, user="mia", json={"text": "Twice"}, headers={"idempotency-key": key})
    assert problem(other) == (409, "idempotency-key-reused")


def _too_many_requests_are_refused(drive: Driver) -> None:
    answers = [drive.call("POST", "/v1/production/redrive", user="ada", json={}) for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert answers[0].status_code == 200
    assert refused
    assert int(refused[0].headers["retry-after"]) > 0


def _exported(drive: Driver, tmp_path: Path, video: Video, text: str) -> None:
    (file,) = drive.client("bob").privacy.export(tmp_path, seconds=WITHIN_SECONDS * 2, every=0.5)
    with zipfile.ZipFile(file) as archive:
        told = {
            name: [json.loads(line) for line in archive.read(f"{name}.jsonl").splitlines()]
            for name in ("likes", "comments")
        }
    assert video.video_id in [line["video_id"] for line in told["likes"]]
    assert text in [line["text"] for line in told["comments"]]


def _taken_down(drive: Driver, video: Video, segment: str) -> None:
    drive.call("POST", f"/v1/videos/{video.video_id}/takedown", user="mia", json={"reason": "smoke"}).raise_for_status()
    # Who asks for one byte of a segment is asked for the token again.
    status = eventually(lambda: drive.http.get(segment).status_code, lambda status: status == 403, WITHIN_SECONDS)
    assert status == 403
    refused = drive.call("GET", f"/v1/videos/{video.video_id}/playback", user="bob")
    assert refused.status_code in (403, 404), refused.text
