"""From a file to a playing clip, through everything that is deployed."""

import contextlib
import io
import json
import subprocess
import uuid
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import m3u8
import pytest

from local import programs
from reelstack_client import Video
from tests.cloud.driver import Driver, draw, eventually, playback, problem

pytestmark = pytest.mark.cloud


def master_of(drive: Driver, video: Video, user: str = "bob") -> str:
    return playback(drive.client(user), video.video_id).master_url


def rendition_sizes(master_url: str) -> set[tuple[str, tuple[int, int]]]:
    master = m3u8.loads(httpx.get(master_url).text, uri=master_url)
    return {(p.stream_info.codecs.split(",")[0][:4], p.stream_info.resolution) for p in master.playlists}


def test_the_sample_clip_answers_every_address_with_ranges(drive: Driver, sample: Video) -> None:
    url = master_of(drive, sample)
    master = m3u8.loads(httpx.get(url).text, uri=url)
    assert {codecs.split(",")[0][:4] for p in master.playlists if (codecs := p.stream_info.codecs)} == {"avc1", "hvc1"}
    media = [p.absolute_uri for p in master.playlists] + [m.absolute_uri for m in master.media if m.uri]
    for address in media:
        playlist = m3u8.loads(httpx.get(address).text, uri=address)
        objects = {urljoin(address, segment.uri) for segment in playlist.segments}
        assert len(objects) == 1, "one object a rendition"
        answer = httpx.get(objects.pop(), headers={"range": "bytes=0-99"})
        assert (answer.status_code, len(answer.content)) == (206, 100)
        assert answer.headers["content-range"].startswith("bytes 0-99/")


def test_every_rendition_decodes_whole_through_the_edge(drive: Driver, sample: Video) -> None:
    url = master_of(drive, sample)
    for playlist in m3u8.loads(httpx.get(url).text, uri=url).playlists:
        counted = subprocess.run(
            [
                str(programs.ffprobe()),
                *("-v", "error", "-count_frames", "-select_streams", "v:0"),
                *("-show_entries", "stream=codec_name,codec_tag_string,nb_read_frames", "-of", "json"),
                playlist.absolute_uri,
            ],
            capture_output=True,
            check=True,
            timeout=60,
        )
        stream = json.loads(counted.stdout)["streams"][0]
        assert (int(stream["nb_read_frames"]), counted.stderr) == (132, b"")


@pytest.mark.parametrize(
    ("name", "size", "audio", "shape"),
    [("portrait", "270x480", True, (270, 480)), ("square-silent", "300x300", False, (300, 300))],
)
def test_other_shapes_come_out_as_they_are(
    drive: Driver, tmp_path: Path, name: str, size: str, audio: bool, shape: tuple[int, int]
) -> None:
    video = drive.produce(draw(tmp_path / f"{name}.mp4", size, audio=audio))
    assert video.state == "published", video.reason_detail
    assert (video.width, video.height) == shape
    sizes = rendition_sizes(master_of(drive, video))
    assert sizes == {("avc1", shape), ("hvc1", shape)}, "a small source is never made larger"


def test_a_rotated_clip_comes_out_upright(drive: Driver, tmp_path: Path) -> None:
    lying = draw(tmp_path / "lying.mp4", "320x180")
    turned = tmp_path / "turned.mp4"
    ffmpeg = [str(programs.ffmpeg()), "-v", "error", "-display_rotation:v:0", "90", "-i", str(lying)]
    subprocess.run([*ffmpeg, "-c", "copy", str(turned)], check=True, timeout=30)
    video = drive.produce(turned)
    assert (video.state, video.width, video.height) == ("published", 180, 320)


def test_the_owner_watches_before_the_verdict_and_nobody_else(drive: Driver, tmp_path: Path) -> None:
    """The title makes a person look; until then it exists for its owner only. No execution waits meanwhile."""
    video = drive.produce(draw(tmp_path / "words.mp4"), title="what the fuck")
    assert video.state == "review"
    states, machines = drive.aws("stepfunctions"), drive.outputs.machines
    assert (
        eventually(
            lambda: states.list_executions(stateMachineArn=machines["production"], statusFilter="RUNNING")[
                "executions"
            ],
            lambda found: not found,
        )
        == []
    )
    own = drive.client("ann").videos.playback(video.video_id)
    assert httpx.get(own.master_url).status_code == 200
    assert problem(drive.call("GET", f"/v1/videos/{video.video_id}/playback", user="bob")) == (409, "video-processing")
    assert video.video_id not in {item.video_id for item in drive.client("bob").feed.published().items}
    drive.client("mia").moderation.decide(video.video_id, "approve", "a figure of speech")
    done = eventually(lambda: drive.client("ann").videos.get(video.video_id), lambda video: video.state == "published")
    assert done.state == "published"
    assert httpx.get(master_of(drive, video)).status_code == 200


def test_a_declined_clip_is_gone_for_all_but_its_owner(drive: Driver, tmp_path: Path) -> None:
    video = drive.produce(draw(tmp_path / "words.mp4"), title="what the fuck again")
    assert video.state == "review"
    drive.client("mia").moderation.decide(video.video_id, "reject", "not here")
    done = eventually(lambda: drive.client("ann").videos.get(video.video_id), lambda video: video.state == "rejected")
    assert (done.state, done.reason, done.reason_detail) == ("rejected", "review-declined", "not here")
    # For a second a cache may have the video as it was.
    seen = eventually(
        lambda: problem(drive.call("GET", f"/v1/videos/{video.video_id}/playback", user="bob")),
        lambda answer: answer != (409, "video-processing"),
    )
    assert seen == (403, "video-moderated")


def test_a_deleted_video_is_refused_to_tokens_in_flight(drive: Driver, tmp_path: Path) -> None:
    video = drive.produce(draw(tmp_path / "gone.mp4"))
    url = master_of(drive, video)
    assert httpx.get(url).status_code == 200
    drive.client("ann").videos.delete(video.video_id)
    assert eventually(lambda: httpx.get(url).status_code, lambda status: status == 403) == 403


# --- once ------------------------------------------------------------------------------------------------------------


def test_an_upload_is_produced_once_whatever_events_come(drive: Driver, tmp_path: Path) -> None:
    file = draw(tmp_path / "once.mp4")
    client = drive.client("ann")
    upload = client.uploads.upload(file, title="once")
    client.videos.wait(upload.video_id, seconds=60)
    s3, uploads = drive.aws("s3"), drive.outputs.buckets["uploads"]
    key = f"originals/normal/{upload.upload_id}"
    detail = {
        "bucket": {"name": uploads},
        "object": {"key": key, "size": file.stat().st_size},
        "reason": "CompleteMultipartUpload",
    }
    again = {"version": "0", "source": "aws.s3", "detail-type": "Object Created", "detail": detail}
    for _ in range(2):
        drive.aws("sqs").send_message(QueueUrl=drive.outputs.queues["production_normal"], MessageBody=json.dumps(again))
    s3.copy_object(Bucket=uploads, Key=f"{key}-copy", CopySource={"Bucket": uploads, "Key": key})
    s3.put_object(Bucket=drive.outputs.buckets["intermediates"], Key=f"chunks/{upload.upload_id}/1", Body=b"x")
    drive.aws("lambda").invoke(FunctionName=drive.outputs.functions["start_production"], Payload=json.dumps(again))
    left = eventually(lambda: waiting(drive), lambda count: count == 0)
    assert left == 0
    assert drive.executions(upload.upload_id) == [f"{upload.upload_id}-1"]


def waiting(drive: Driver) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    url = drive.outputs.queues["production_normal"]
    found = drive.aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


# --- likes -----------------------------------------------------------------------------------------------------------


def test_64_likes_and_unlikes_at_once_leave_the_exact_count(drive: Driver, sample: Video) -> None:
    """32 users: each likes twice at the same time; every second one takes it back."""
    users = [make_user(drive, f"fan-{uuid.uuid4()}") for _ in range(32)]
    path = f"/v1/videos/{sample.video_id}"
    before = drive.call("GET", f"{path}/likes").json()["likes"]

    def call(method: str, token: str) -> int:
        headers = {"authorization": f"Bearer {token}"}
        return httpx.request(method, f"{drive.outputs.edge_url}{path}/like", headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(64) as pool:
        assert set(pool.map(lambda token: call("PUT", token), users * 2)) == {204}
        assert set(pool.map(lambda token: call("DELETE", token), users[::2] * 2)) == {204}
    expected = before + 16
    count = eventually(lambda: drive.call("GET", f"{path}/likes").json()["likes"], lambda count: count == expected)
    assert count == expected


def make_user(drive: Driver, name: str) -> str:
    """A viewer's access token."""
    cognito, pool, password = drive.aws("cognito-idp"), drive.outputs.user_pool_id, "Correct-horse-7"
    cognito.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
    answer = cognito.initiate_auth(
        ClientId=drive.outputs.client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )
    return str(answer["AuthenticationResult"]["AccessToken"])


# --- rights ----------------------------------------------------------------------------------------------------------

PROBE = """
import boto3
def handler(event, context):
    try:
        getattr(boto3.client(event["service"]), event["call"])(**event["with"])
    except Exception as error:
        return getattr(error, "response", {}).get("Error", {}).get("Code") or repr(error)
    return "allowed"
"""


@contextlib.contextmanager
def lambda_function(drive: Driver, name: str, role: str) -> Iterator[Callable[[str, str, dict[str, Any]], str]]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("probe.py", PROBE)
    functions = drive.aws("lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="probe.handler",
        Code={"ZipFile": packed.getvalue()},
        Timeout=20,
    )

    def ask(service: str, call: str, arguments: dict[str, Any]) -> str:
        payload = json.dumps({"service": service, "call": call, "with": arguments})
        return str(json.loads(functions.invoke(FunctionName=name, Payload=payload)["Payload"].read()))

    try:
        yield ask
    finally:
        functions.delete_function(FunctionName=name)


def test_a_function_is_refused_what_its_catalogue_line_does_not_say(drive: Driver) -> None:
    """A function of our own with count_interactions' role: it may update counters, and not read uploads."""
    role = drive.aws("lambda").get_function_configuration(FunctionName=drive.outputs.functions["count_interactions"])[
        "Role"
    ]
    tables, buckets = drive.outputs.tables, drive.outputs.buckets
    name = "rights-probe"
    with lambda_function(drive, name, role) as ask:
        count = {"TableName": tables["counters"], "Key": {"key": {"S": "nobody"}}}
        assert ask("dynamodb", "get_item", count) == "allowed"
        upload = {"TableName": tables["uploads"], "Key": {"upload_id": {"S": "x"}}}
        for service, call, arguments in (
            ("dynamodb", "get_item", upload),
            ("dynamodb", "delete_item", count),
            ("s3", "get_object", {"Bucket": buckets["uploads"], "Key": "originals/normal/x"}),
            ("s3", "put_object", {"Bucket": buckets["media"], "Key": "v/x", "Body": ""}),
            ("secretsmanager", "get_secret_value", {"SecretId": drive.outputs.secrets["origin"]}),
            ("stepfunctions", "start_execution", {"stateMachineArn": drive.outputs.machines["production"]}),
        ):
            assert "AccessDenied" in ask(service, call, arguments), (service, call)
