"""The command line as a shell calls it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from local.places import Places
from reelstack_client import Video
from tests.cloud.driver import Driver, draw, problem

pytestmark = pytest.mark.cloud


def test_a_creator_uploads_changes_and_deletes_a_clip_from_a_shell(
    drive: Driver, places: Places, tmp_path: Path
) -> None:
    def reelstack(*words: str, status: int = 0) -> str:
        command = [sys.executable, "-m", "cli.main", *words]
        environment = {**os.environ, "REELSTACK_LOCAL_DIR": str(places.home)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=environment)
        assert done.returncode == status, done.stderr
        return done.stdout

    clip = str(draw(tmp_path / "shell.mp4"))
    video_id = json.loads(reelstack("upload", clip, "--title", "From a shell", "--no-wait", "--json"))["video_id"]
    edited = json.loads(reelstack("edit", video_id, "--visibility", "private", "--tag", "quiet", "--json"))
    assert (edited["title"], edited["visibility"], edited["tags"]) == ("From a shell", "private", ["quiet"])
    assert problem(drive.call("GET", f"/v1/videos/{video_id}", user="bob")) == (403, "video-private")
    reelstack("edit", video_id, status=1)
    reelstack("delete", video_id, status=1)
    assert drive.client("ann").videos.get(video_id).title == "From a shell", "not without --yes"
    assert reelstack("delete", video_id, "--yes") == "deleted\n"
    assert problem(drive.call("GET", f"/v1/videos/{video_id}")) == (404, "video-not-found")


def test_a_cloud_says_what_it_stores_and_whose_it_is(drive: Driver, places: Places, sample: Video) -> None:
    def report(by: str) -> dict[str, dict[str, float]]:
        arguments = ["cost", "report", "--by", by, "--json"]
        done = CliRunner().invoke(app, arguments, env={"REELSTACK_LOCAL_DIR": str(places.home)})
        assert done.exit_code == 0, done.output
        told = json.loads(done.stdout)
        assert sum(row["size_bytes"] for row in told["rows"]) == told["together"]["size_bytes"] > 0
        assert set(told["otherwise"]) == {"all-Standard", "lifecycle by age", "Intelligent-Tiering"}
        return {row["name"]: row for row in told["rows"]}

    author = drive.client("ann").videos.get(sample.video_id).author
    assert author
    name = f"@{author.handle}" if author.handle else author.display_name
    assert report("creator")[name]["objects"] > 5
    assert {"avc", "hevc", "original", "sound"} <= report("codec").keys()
    assert any(sample.video_id in row and sample.title in row for row in report("video"))
