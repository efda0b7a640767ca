"""The command line as a shell calls it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.places import Places
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
