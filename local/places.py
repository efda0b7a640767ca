"""Where the laptop cloud keeps its things: all of it below one folder, `.local` or what REELSTACK_LOCAL_DIR names."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""


@dataclass(frozen=True)
class Places:
    """The folders and files of one laptop cloud. Two clouds with two homes (and ports) know nothing of each other."""

    home: Path

    @property
    def state(self) -> Path:
        """What survives `down`: the emulator's snapshot, objects, the cache's dump."""
        return self.home / "state"

    @property
    def run(self) -> Path:
        """What lives only while the cloud is up: pid files, temporary files, an empty home for programs."""
        return self.home / "run"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def assembly(self) -> Path:
        """The synthesized CDK app, after `local.template` went over it."""
        return self.home / "cdk.out"

    @property
    def outputs(self) -> Path:
        return self.home / "outputs.json"

    @property
    def users(self) -> Path:
        return self.home / "users.json"

    @property
    def ports(self) -> Path:
        return self.home / "ports.json"

    @property
    def choices(self) -> Path:
        """Profile and endpoint of the last `up`: local/choices.py."""
        return self.home / "choices.json"

    @property
    def edge_config(self) -> Path:
        return self.home / "edge.json"

    @property
    def template_changes(self) -> Path:
        """What `local.template` left out or changed, and why: docs/truth.md is generated from it."""
        return self.home / "template-changes.json"

    @property
    def deployed(self) -> Path:
        """Exists from the first deployment on."""
        return self.home / "deployed"

    def make(self) -> None:
        """Makes the folders; only their owner may read them, for they hold passwords."""
        for folder in (self.home, self.state, self.run, self.logs, self.run / "tmp", self.run / "home"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def places() -> Places:
    """The cloud this shell means."""
    return Places(Path(os.environ.get("REELSTACK_LOCAL_DIR", ROOT / ".local")).resolve())
