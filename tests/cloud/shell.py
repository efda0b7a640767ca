"""A person's shell in a folder of its own, for lines that docs tell people to type."""

import os
import re
import subprocess
import sys
from pathlib import Path

from local.places import Places

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ADDRESS = re.compile(r"\w+://\S+")
"""A web address is clicked at, not read."""
SECONDS = 240
RAW = ("reelstack logs aws", "reelstack token bob")
"""What these print is not for reading: it is as programs wrote it."""


class Shell:
    """Runs lines as a person's shell would, in a folder of its own."""

    def __init__(self, places: Places, folder: Path) -> None:
        self.folder, self.video_id = folder, "VIDEO_ID"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "REELSTACK_"))},
            "REELSTACK_LOCAL_DIR": str(places.home),
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
            "HOME": str(folder),
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def run(self, line: str) -> str:
        """What it printed for a person. Fails if it fails, or prints a UUID."""
        line = line.replace("VIDEO_ID", self.video_id)
        if "--listen" in line:
            return self._listen(line)
        done = subprocess.run(
            ["bash", "-c", line],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
            cwd=self.folder,
            env=self.environment,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        told = done.stdout + done.stderr
        assert told.strip(), f"{line} did something and says nothing of it"
        assert line in RAW or not UUID.search(ADDRESS.sub("", told)), f"{line} shows an id of a person:\n{told}"
        if line.startswith("reelstack upload"):
            self.video_id = done.stdout.split()[0]
        return told

    def _listen(self, line: str) -> str:
        """The first line that it prints. Nobody waits longer, however slowly it starts."""
        listening = ["timeout", str(SECONDS), "bash", "-c", f"exec {line}"]
        with subprocess.Popen(
            listening,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            env=self.environment,
        ) as process:
            assert process.stdout is not None
            told = process.stdout.readline()
            process.terminate()
        assert told.strip(), f"{line} heard of nothing"
        assert not UUID.search(ADDRESS.sub("", told)), f"{line} shows an id of a person:\n{told}"
        return told
