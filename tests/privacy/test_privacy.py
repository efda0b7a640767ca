"""Exports and deletions over HTTP, and the steps of an export, with moto's storage."""

import gzip
import io
import json
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.privacy.collect_export_part.handler import handler as collect_export_part
from functions.privacy.finish_data_request.handler import handler as finish_data_request
from functions.privacy.plan_export.handler import handler as plan_export
from functions.privacy.zip_export.handler import handler as zip_export
from reelstack.accounts import sessions
from reelstack.behavior import archive, stored_event
from reelstack.behavior.resume import Sighting
from reelstack.feed import choices
from reelstack.feed.choices import HiddenKind
from reelstack.interactions import comments, likes, watch_positions
from reelstack.moderation import reports
from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.privacy import data_requests, event_export, export_documents, exports, zip_upload
from reelstack.social import blocks, follows
from reelstack.tables.accounts import User
from reelstack.tables.moderation import AuditEntry, Strike
from reelstack.tables.privacy import DataRequest
from tests.accounts.test_administration import ADMIN, WHY
from tests.accounts.test_profiles import problem
from tests.privacy.test_account_erasure import clip_of

Call = Callable[..., Any]
Event = Callable[[str], dict[str, Any]]
ME = "/v1/me/export"


def export(call: Call, event: Event, context: Any, user: str = "bob") -> dict[str, list[dict[str, Any]]]:
    """A whole export, as its machine would make it: file name -> its lines (of media: its bytes)."""
    asked = call("privacy", "POST", ME, user=user)
    assert (asked.status, asked.json["state"], asked.json["files"]) == (202, "running", [])
    given = {"user_id": user, "request_id": asked.json["export_id"]}
    for part in exports.COLLECTED:
        collect_export_part(event("privacy/collect_export_part.likes") | given | {"part": part}, context)
    assert 80 < call("privacy", "GET", ME, user=user).json["percent"] < 100
    volumes = plan_export(event("privacy/plan_export.ok") | given, context)["volumes"]
    files = [zip_export(event("privacy/zip_export.first") | given | {"volume": volume}, context) for volume in volumes]
    assert finish_data_request(event("privacy/finish_data_request.export") | given | {"files": files}, context) == {
        "settled": True
    }
    told = call("privacy", "GET", ME, user=user).json
    assert (told["state"], told["percent"], [f["name"] for f in told["files"]]) == (
        "done",
        100,
        [f["name"] for f in files],
    )
    assert all("X-Amz-Expires=900" in file["download_url"] for file in told["files"])
    held: dict[str, Any] = {}
    for file in files:
        key = f"exports/{user}/{given['request_id']}/{file['name']}"
        body = seam.client("s3").get_object(Bucket="uploads", Key=key)["Body"].read()
        assert len(body) == file["size_bytes"]
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            assert archive.testzip() is None
            for name in archive.namelist():
                content = archive.read(name)
                held[name] = content if name.startswith("media/") else [json.loads(x) for x in content.splitlines()]
    return held


def test_an_export_holds_what_is_mine_and_of_others_only_whom_i_may_see(call: Call, event: Event, context: Any) -> None:
    for user_id in ("ann", "bob", "cid", "dan"):
        User(user_id, created_at=1, display_name=user_id).save()
    clip_of("ann")
    likes.like("bob", "vid")
    comments.write("vid", "ann", "Hers")
    comments.write("vid", "bob", "Mine, @ann")
    for other in ("ann", "cid", "dan"):
        follows.follow("bob", other)
        follows.follow(other, "bob")
    blocks.block("cid", "bob")
    blocks.block("bob", "eve")
    User("dan").update([User.deleted_at.set(1)])
    reports.report_video("bob", "vid", reports.Reason.SPAM, "watches")
    for user_id in ("ann", "bob"):
        watch_positions.keep(user_id, [Sighting("vid", 20_000, 5, "view", "1")])
    Strike("bob", "old", kind="rejected", at=7, expires_at=9).save()
    for kind, named in (
        (HiddenKind.VIDEOS, "vid"),
        (HiddenKind.CREATORS, "ann"),
        (HiddenKind.CREATORS, "cid"),
        (HiddenKind.TAGS, "cats"),
    ):
        choices.hide("bob", kind, named)
    choices.set_interests("bob", choices.Interests(("tea",), ("de",)))
    held = export(call, event, context)
    assert {line["hidden"] for line in held["feed-choices.jsonl"] if "hidden" in line} == {"vid", "ann", "cats"}
    assert (held["feed-choices.jsonl"][-1]["interests"], held["feed-choices.jsonl"][-1]["languages"]) == (
        ["tea"],
        ["de"],
    )
    assert held["strikes.jsonl"] == [{"video_id": "old", "kind": "rejected", "at": 7}]
    assert held["live-interests.jsonl"] == [{"left_out": {"reason": "this-stage-has-no-cache"}}]
    assert held["watch-positions.jsonl"] == [{"video_id": "vid", "position_ms": 20_000, "seen_at": 5}]
    assert set(held) == {f"{part}.jsonl" for part in export_documents.PARTS}
    assert held["profile.jsonl"][0]["display_name"] == "bob"
    assert [line["video_id"] for line in held["likes.jsonl"]] == ["vid"]
    assert [line["text"] for line in held["comments.jsonl"]] == ["Mine, @ann"]
    assert [line["followee_id"] for line in held["following.jsonl"]] == ["ann"]
    assert [line["follower_id"] for line in held["followers.jsonl"]] == ["ann"]
    assert [line["other_id"] for line in held["blocks.jsonl"]] == ["eve"], "whom I blocked, not who blocked me"
    assert [line["subject"] for line in held["reports.jsonl"]] == ["vid"]
    assert held["videos.jsonl"] == []
    assert "cid" not in json.dumps(held)


def test_a_creators_export_holds_the_originals(call: Call, event: Event, context: Any) -> None:
    User("ann", created_at=1).save()
    clip_of("ann")
    seam.client("s3").put_object(Bucket="uploads", Key="originals/normal/up-vid", Body=b"moving pictures")
    held = export(call, event, context, user="ann")
    assert held["media/vid/original.mp4"] == b"moving pictures"
    assert [(line["video_id"], line["title"]) for line in held["videos.jsonl"]] == [("vid", "vid")]
    assert held["uploads.jsonl"][0]["size_bytes"] == 1


def test_the_best_rendition_stands_for_an_archived_original(call: Call, event: Event, context: Any) -> None:
    User("ann", created_at=1).save()
    video = clip_of("ann")
    renditions = [{"name": "avc-480", "width": 854, "height": 480}, {"name": "hevc-720", "width": 1280, "height": 720}]
    video.asset = {**video.asset, "renditions": renditions}
    video.save()
    s3 = seam.client("s3")
    s3.put_object(Bucket="uploads", Key="originals/normal/up-vid", Body=b"x", StorageClass="GLACIER")
    for name in ("avc-480.mp4", "hevc-720.mp4", "sound.mp4"):
        s3.put_object(Bucket="media", Key=f"v/vid/1/{name}", Body=name.encode())
    held = export(call, event, context, user="ann")
    assert {name for name in held if name.startswith("media/")} == {"media/vid/hevc-720.mp4", "media/vid/sound.mp4"}


def test_archives_have_a_bounded_size(call: Call, event: Event, context: Any, aws: Config, monkeypatch: Any) -> None:
    User("ann", created_at=1).save()
    clip_of("ann")
    monkeypatch.setattr(exports, "VOLUME_BYTES", 1)
    monkeypatch.setattr(zip_upload, "PART_BYTES", 5 * 1024 * 1024)
    seam.client("s3").put_object(Bucket="uploads", Key="originals/normal/up-vid", Body=bytes(11 * 1024 * 1024))
    held = export(call, event, context, user="ann")
    assert held["media/vid/original.mp4"] == bytes(11 * 1024 * 1024)


def test_asked_twice_is_one_export_and_a_failed_one_can_be_asked_for_again(
    call: Call, event: Event, context: Any, aws: Config
) -> None:
    first = call("privacy", "POST", ME, user="bob").json
    assert call("privacy", "POST", ME, user="bob").json == first
    states = seam.client("stepfunctions")
    assert len(states.list_executions(stateMachineArn=aws.export_machine_arn)["executions"]) == 1
    given = {"user_id": "bob", "request_id": first["export_id"], "kind": "export", "error": {"Error": "Boom"}}
    finish_data_request(given, context)
    assert call("privacy", "GET", ME, user="bob").json["state"] == "failed"
    assert call("privacy", "POST", ME, user="bob").json["export_id"] != first["export_id"]
    DataRequest("bob", "export").update([DataRequest.expires_at.set(1)])
    assert problem(call("privacy", "GET", ME, user="bob")) == (404, "export-not-found")
    assert problem(call("privacy", "GET", ME, user="ann")) == (404, "export-not-found"), "nobody else's"


def test_asked_from_two_places_at_once_is_one_export(call: Call, aws: Config) -> None:
    with ThreadPoolExecutor(2) as both:
        told = list(both.map(lambda _: exports.ask("bob").request_id, range(2)))
    assert len(set(told)) == 1
    states = seam.client("stepfunctions")
    assert len(states.list_executions(stateMachineArn=aws.export_machine_arn)["executions"]) == 1


def test_deleting_the_account_hides_it_at_once_and_ends_its_sessions(call: Call) -> None:
    call("accounts", "GET", "/v1/me", user="bob", session="s1")
    told = call("privacy", "DELETE", "/v1/me", user="bob", session="s1")
    assert (told.status, told.json["state"], told.json["percent"]) == (202, "waiting", 0)
    assert told.json["erased_from"] - told.json["deleted_at"] >= 30 * 24 * 3600 * 1000
    assert call("privacy", "DELETE", "/v1/me", user="bob", session="s1").json == told.json
    assert problem(call("accounts", "GET", "/v1/users/bob", user="ann")) == (404, "user-not-found")
    sessions._kept.clear()
    assert problem(call("accounts", "GET", "/v1/me", user="bob", session="s1")) == (401, "session-revoked")


def test_an_administrator_deletes_and_recovers_and_both_are_noted(call: Call) -> None:
    User("bob", created_at=1).save()
    path = "/v1/users/bob/{}".format
    assert problem(call("privacy", "POST", path("recover"), body=WHY, **ADMIN)) == (404, "erasure-not-found")
    assert call("privacy", "POST", path("delete"), body=WHY, **ADMIN).status == 202
    assert call("privacy", "GET", path("erasure"), **ADMIN).json["state"] == "waiting"
    assert call("privacy", "POST", path("recover"), body=WHY, **ADMIN).status == 204
    assert call("accounts", "GET", "/v1/users/bob", user="ann").status == 200
    assert [(e.action, e.actor) for e in AuditEntry.query("user:bob")] == [("deleted", "ada"), ("recovered", "ada")]
    assert call("privacy", "POST", path("delete"), body=WHY, **ADMIN).status == 202, "again, later"
    DataRequest("bob", "erasure").update([DataRequest.state.set("running")])
    assert problem(call("privacy", "POST", path("recover"), body=WHY, **ADMIN)) == (409, "nothing-to-recover")


def test_what_is_no_request_gets_one_clear_answer(call: Call) -> None:
    for what in ("delete", "recover"):
        path = f"/v1/users/bob/{what}"
        assert problem(call("privacy", "POST", path, body={}, **ADMIN)) == (422, "invalid-request")
        assert problem(call("privacy", "POST", path, body={"reason": "x" * 501}, **ADMIN)) == (422, "invalid-request")
        assert problem(call("privacy", "POST", path, body={"reason": "x" * 99_999}, **ADMIN)) == (
            413,
            "request-too-large",
        )
        assert problem(call("privacy", "POST", path, body="{", **ADMIN)) == (400, "malformed-json")
        assert problem(call("privacy", "POST", path, body=WHY, user="mia", roles=("moderator",))) == (
            403,
            "role-missing",
        )
    assert problem(call("privacy", "POST", "/v1/users/ada/delete", body=WHY, **ADMIN)) == (403, "own-account")
    assert problem(call("privacy", "POST", "/v1/users/nobody/delete", body=WHY, **ADMIN)) == (404, "user-not-found")


def test_the_service_answers_the_gateways_event(aws: Config, event: Event, context: Any) -> None:
    from functions.privacy.api.handler import handler

    asked = event("privacy/api.export")
    asked["headers"]["x-origin-verify"] = "only-the-cdn-knows"
    assert handler(asked, context)["statusCode"] == 404


def test_an_export_holds_ones_events_of_ninety_days_and_nobody_elses(call: Call, event: Event, context: Any) -> None:
    User("bob", created_at=1).save()
    today = datetime.fromtimestamp(time.time(), UTC).date()
    compacted, before = str(today - timedelta(days=2)), str(today - timedelta(days=91))

    def keep(key: str, *events: dict[str, Any]) -> None:
        lines = b"".join(stored_event.line({**stored_event.FIELDS, **one}) + b"\n" for one in events)
        seam.client("s3").put_object(Bucket="data", Key=key, Body=gzip.compress(lines))

    mine = {"viewer": "bob", "type": "play", "video_id": "vid", "owner_id": "ann", "tags": ["cats"]}
    of_others = {**mine, "id": "7", "viewer": "ann", "tags": ["bob"]}
    raw = f"events/day={today}/hour=08/s-1-2.jsonl.gz"
    keep(raw, {**mine, "id": "1"}, of_others, {**mine, "id": "2", "type": "block", "target": "eve"})
    keep(f"events/day={compacted}/hour=08/s-1-2.jsonl.gz", {**mine, "id": "is read from the compacted object"})
    keep(archive.by_viewer_key(compacted, archive.viewer_bucket("bob")), {**mine, "id": "3"}, {**mine, "id": "1"})
    keep(f"events/day={before}/hour=08/s-1-2.jsonl.gz", {**mine, "id": "too old"})
    told = export(call, event, context)["events.jsonl"]
    assert [(line["id"], line["type"]) for line in told] == [("1", "play"), ("2", "block"), ("3", "play")]
    assert not {"owner_id", "viewer", "target"} & {name for line in told for name in line}
    assert told[0]["tags"] == ["cats"]


def test_events_that_take_too_long_to_find_are_left_out_and_told(aws: Config, monkeypatch: Any) -> None:
    today = datetime.fromtimestamp(time.time(), UTC).date()
    seam.client("s3").put_object(Bucket="data", Key=f"events/day={today}/hour=08/s-1-2.jsonl.gz", Body=b"")
    monkeypatch.setattr(event_export, "SECONDS", 0)
    assert list(event_export.read("bob")) == [
        {"left_out": {"until": str(today), "reason": "too-many-events-that-are-not-compacted"}}
    ]


def test_who_opts_out_has_what_was_archived_marked_so(call: Call) -> None:
    for choice, noted in ((True, False), (False, True)):
        assert call("accounts", "PATCH", "/v1/me", user="bob", body={"personalised": choice}).status == 200
        assert bool(data_requests.find("bob", data_requests.Kind.OPT_OUT)) is noted
