"""One walk through everything that people do, the same in both profiles: from the upload of a clip to its takedown."""

import json
import uuid
import zipfile
from pathlib import Path

import m3u8

from reelstack_client import Client, Video
from tests.cloud.driver import Driver, draw, eventually, playback, problem
from tests.cloud.test_accounts import Eve

WITHIN_SECONDS = 60
KINDS = {"like", "comment", "follow"}


def walk(drive: Driver, tmp_path: Path) -> None:
    """Upload → play → like → comment → follow → notify → export → takedown, repeated and too many requests."""
    eve = Eve(drive)  # somebody new: an export asked for twice on one day is the same
    eve.sign_up()
    viewer = eve.client("phone")
    video = drive.produce(draw(tmp_path / "clip.mp4", seconds=1))
    assert video.state == "published", (video.reason, video.reason_detail)
    played = playback(viewer, video.video_id).master_url
    segment = _a_segment(drive, played)
    assert drive.http.get(segment, headers={"range": "bytes=0-99"}).status_code == 206
    text = _said(drive, viewer, video)
    _repeated_requests_are_done_once(drive, video)
    _too_many_requests_are_refused(drive)
    _exported(viewer, tmp_path, video, text)
    _taken_down(drive, video, segment)
    viewer.social.unfollow(video.owner_id)  # others count ann's followers


def _a_segment(drive: Driver, master_url: str) -> str:
    master = m3u8.loads(drive.http.get(master_url).text, uri=master_url)
    address: str = master.playlists[0].absolute_uri
    playlist = m3u8.loads(drive.http.get(address).text, uri=address)
    return str(playlist.segments[0].absolute_uri)


def _said(drive: Driver, viewer: Client, video: Video) -> str:
    """The viewer likes, comments and follows: it is counted, and ann is told. Returns the comment's text."""
    ann, me, text = drive.client("ann"), viewer.accounts.me().user_id, f"Hello {uuid.uuid4().hex}"
    viewer.interactions.like(video.video_id)
    viewer.interactions.comment(video.video_id, text)
    viewer.social.follow(ann.accounts.me().user_id)
    counted = eventually(
        lambda: ann.videos.get(video.video_id), lambda now: (now.likes, now.comments) == (1, 1), WITHIN_SECONDS
    )
    assert (counted.likes, counted.comments) == (1, 1)
    told = eventually(
        lambda: {one.kind for one in ann.notifications.inbox(limit=50).items if me in one.people},
        lambda kinds: kinds >= KINDS,
        WITHIN_SECONDS,
    )
    assert told >= KINDS
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


def _exported(viewer: Client, tmp_path: Path, video: Video, text: str) -> None:
    (file,) = viewer.privacy.export(tmp_path, seconds=WITHIN_SECONDS, every=0.5)
    with zipfile.ZipFile(file) as archive:
        told = {
            name: [json.loads(line) for line in archive.read(f"{name}.jsonl").splitlines()]
            for name in ("likes", "comments")
        }
    assert [line["video_id"] for line in told["likes"]] == [video.video_id]
    assert [line["text"] for line in told["comments"]] == [text]


def _taken_down(drive: Driver, video: Video, segment: str) -> None:
    drive.call("POST", f"/v1/videos/{video.video_id}/takedown", user="mia", json={"reason": "walk"}).raise_for_status()
    # Who asks for one byte of a segment is asked for the token again.
    status = eventually(lambda: drive.http.get(segment).status_code, lambda status: status == 403, WITHIN_SECONDS)
    assert status == 403
    refused = drive.call("GET", f"/v1/videos/{video.video_id}/playback", user="bob")
    assert refused.status_code in (403, 404), refused.text
