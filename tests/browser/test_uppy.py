"""Uppy's own packages from npm, unchanged, in Chromium on the deployed page: its content security policy, CORS, all."""

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local import programs
from local.places import ROOT
from local.up import Cloud
from reelstack_client import Video
from tests.browser.scenarios import in_chromium
from tests.cloud.driver import Driver, draw, problem

pytestmark = [pytest.mark.cloud, pytest.mark.browser, pytest.mark.engines]  # long: make test has seven minutes

MIB = 1024 * 1024
NOISE = ("-vf", "noise=alls=90:allf=t", "-b:v", "24M", "-minrate", "24M", "-maxrate", "24M", "-bufsize", "4M")


@pytest.fixture(scope="module")
def drive(cloud: Cloud) -> Any:
    made = Driver(cloud.outputs, cloud.people)
    yield made
    made.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Clips of three parts each."""
    folder = tmp_path_factory.mktemp("uppy")
    drawn = [draw(folder / f"{name}.mp4", seconds=5, more=NOISE) for name in ("paused", "left", "cancelled")]
    assert all(10 * MIB < file.stat().st_size <= 15 * MIB for file in drawn), [f.stat().st_size for f in drawn]
    return drawn


@pytest.fixture(scope="module")
def script(drive: Driver, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Uppy and the preset as one file of the site, where the content security policy lets a page load it from."""
    folder = tmp_path_factory.mktemp("bundle")
    config = folder / "vite.config.mjs"
    entry = ROOT / "tests/browser/uppy_entry.ts"
    config.write_text(
        f"export default {{ build: {{ lib: {{ entry: {str(entry)!r}, formats: ['es'], fileName: 'uppy' }}, "
        f"outDir: {str(folder / 'out')!r}, target: 'es2022' }} }};\n"
    )
    vite = [str(programs.node().path), str(ROOT / "node_modules/vite/bin/vite.js"), "build", "--config", str(config)]
    subprocess.run(vite, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (made,) = (folder / "out").glob("uppy*")
    key = "assets/test-uppy.js"
    drive.aws("s3").put_object(
        Bucket=drive.outputs.buckets["web"], Key=key, Body=made.read_bytes(), ContentType="text/javascript"
    )
    return f"/{key}"


@pytest.fixture(scope="module")
def found(drive: Driver, files: list[Path], script: str, sample: Video) -> dict[str, Any]:
    ann = drive.people["ann"]
    return in_chromium(
        "uppy",
        url=drive.outputs.edge_url,
        username=ann.name,
        password=ann.password,
        storage=drive.outputs.endpoint,
        script=script,
        files=[str(file) for file in files],
    )


@pytest.fixture(scope="module")
def sample(cloud: Cloud) -> Video:
    """A clip in the feed, so that the page has something to show."""
    assert cloud.sample
    return cloud.sample.video


def original(drive: Driver, upload_id: str) -> str:
    key, bucket = f"originals/normal/{upload_id}", drive.outputs.buckets["uploads"]
    return hashlib.sha256(drive.aws("s3").get_object(Bucket=bucket, Key=key)["Body"].read()).hexdigest()


def test_a_paused_upload_goes_on_with_what_storage_lacks_and_is_published(
    drive: Driver, files: list[Path], found: dict[str, Any]
) -> None:
    paused = found["paused"]
    assert (paused["successful"], paused["failed"]) == (1, [])
    assert original(drive, paused["upload_id"]) == hashlib.sha256(files[0].read_bytes()).hexdigest()
    asked = found["ofPaused"]
    assert asked[:2] == ["GET", "PUT 1"], asked
    assert asked.count("GET") == 2, "storage is asked what it holds when the upload goes on"
    assert asked.count("PUT 1") == 1, "what storage holds is not sent again"
    assert asked[-2:] == ["PUT 3", "POST"]
    video = drive.client("ann").videos.wait(paused["video_id"], seconds=180, every=0.5)
    assert (video.state, video.title) == ("published", "Uppy: pause")
    told = drive.call("GET", f"/v1/uploads/{paused['upload_id']}").json()
    assert (told["state"], bool(told["crc64nvme"])) == ("completed", True)


def test_an_upload_survives_the_page_it_was_begun_on(drive: Driver, files: list[Path], found: dict[str, Any]) -> None:
    left, again = found["left"], found["again"]
    assert again["upload_id"] == left["upload_id"]
    assert (again["successful"], again["failed"]) == (1, [])
    assert "PUT 1" in found["ofLeft"]
    assert found["ofAgain"][0] == "GET"
    assert "PUT 1" not in found["ofAgain"]
    assert original(drive, again["upload_id"]) == hashlib.sha256(files[1].read_bytes()).hexdigest()


def test_a_cancelled_upload_is_aborted_and_its_video_forgotten(drive: Driver, found: dict[str, Any]) -> None:
    cancelled = found["cancelled"]
    assert drive.call("GET", f"/v1/uploads/{cancelled['upload_id']}").json()["state"] == "aborted"
    assert problem(drive.call("GET", f"/v1/videos/{cancelled['video_id']}")) == (404, "video-not-found")


def test_the_page_had_nothing_to_complain_about(found: dict[str, Any]) -> None:
    assert found["complaints"] == []
