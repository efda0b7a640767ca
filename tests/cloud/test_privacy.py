"""A creator's export and the end of an account, on the deployed cloud: afterwards no store holds anything of hers."""

import json
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from local import programs
from reelstack.privacy import account_erasure
from reelstack.tables.model import deployed
from reelstack_client import NotSignedIn, Video
from tests.cloud.driver import Driver, draw, eventually, traces
from tests.cloud.test_accounts import CACHE_SECONDS, Eve

pytestmark = [pytest.mark.cloud, pytest.mark.engines]

ERASED_SECONDS = 400
"""The session cache, a minute of the schedule, the withdrawal, two looks and, once, another round."""
EXPIRING = {deployed(model).field.removesuffix("_table") for model in account_erasure.NOT_ERASED}


def test_a_creator_takes_her_data_along_and_leaves_nothing_behind(drive: Driver, sample: Video, tmp_path: Path) -> None:
    eve = Eve(drive)
    eve.sign_up()
    groups = {"UserPoolId": drive.outputs.user_pool_id, "Username": eve.name, "GroupName": "creator"}
    drive.aws("cognito-idp").admin_add_user_to_group(**groups)
    client = eve.client("phone")
    me, ann = client.accounts.me().user_id, drive.client("ann").accounts.me().user_id
    client.accounts.edit(display_name="Eve the Brief")
    client.accounts.claim_handle(eve.name)
    upload = client.uploads.upload(draw(tmp_path / "eve.mp4"), title="Hers")
    clip = client.videos.wait(upload.video_id, seconds=120, every=0.3)
    assert clip.state == "published"
    before = drive.client("ann").videos.get(sample.video_id)
    client.interactions.like(sample.video_id)
    client.interactions.comment(sample.video_id, "Lovely")
    client.social.follow(ann)
    drive.client("bob").interactions.like(clip.video_id)
    drive.client("bob").interactions.comment(clip.video_id, "Hello Eve")
    counted = eventually(
        lambda: drive.client("ann").videos.get(sample.video_id), lambda now: (now.likes or 0) > (before.likes or 0)
    )
    assert counted.likes == (before.likes or 0) + 1

    (file,) = client.privacy.export(tmp_path, seconds=120, every=0.5)
    with zipfile.ZipFile(file) as archive:
        told = {
            name: [json.loads(line) for line in archive.read(name).splitlines()]
            for name in archive.namelist()
            if name.endswith(".jsonl")
        }
        archive.extract(f"media/{clip.video_id}/original.mp4", tmp_path)
    assert told["profile.jsonl"][0]["sign_in"]["email"] == f"{eve.name}@example.com"
    assert [line["video_id"] for line in told["likes.jsonl"]] == [sample.video_id]
    assert [line["text"] for line in told["comments.jsonl"]] == ["Lovely"]
    assert [line["followee_id"] for line in told["following.jsonl"]] == [ann]
    assert [line["title"] for line in told["videos.jsonl"]] == ["Hers"]
    played = tmp_path / "media" / clip.video_id / "original.mp4"
    decoded = [str(programs.ffmpeg()), "-v", "error", "-i", str(played), "-f", "null", "-"]
    assert subprocess.run(decoded, check=True, capture_output=True, timeout=60).stderr == b""

    assert client.privacy.delete_account().state == "waiting"
    ada = drive.client("ada").privacy
    done = eventually(lambda: ada.erasure(me), lambda now: now.state in ("done", "failed"), ERASED_SECONDS)
    assert (done.state, done.left) == ("done", ())
    with pytest.raises(NotSignedIn):
        client.accounts.me()
    now = eventually(
        lambda: drive.client("ann").videos.get(sample.video_id), lambda now: now.likes == before.likes, CACHE_SECONDS
    )
    assert (now.likes, now.comments) == (before.likes, before.comments)
    pool = drive.outputs.user_pool_id
    users = drive.aws("cognito-idp").list_users(UserPoolId=pool, Filter=f'sub = "{me}"')["Users"]
    assert users == []
    time.sleep(CACHE_SECONDS)
    left = traces(drive, me, clip.video_id, upload.upload_id)
    # Tombstones of the account; bob's like, by an id that leads nowhere; what expires by itself: docs/privacy.md.
    allowed = EXPIRING | {"users", "data_requests", "notifications", "likes", "counters"}
    assert not left.keys() - allowed, left
    assert traces(drive, me).keys() <= EXPIRING | {"users", "data_requests", "notifications"}
    of_others = [json.loads(item) for item in left.get("notifications", [])]
    assert all(item["user_id"]["S"] != me and "expires_at" in item for item in of_others), of_others
    left.pop("idempotency", None)  # answers that name her, for a day, found by a digest alone
    named = {
        table: [one for one in items if "Eve the Brief" in one or eve.name in one] for table, items in left.items()
    }
    assert {table: items for table, items in named.items() if items} == {}
