"""A rehearsal (`--dry-run`) does what needs no AWS account, and says what a deployment or its end would do."""

import json
from pathlib import Path

from deployment.errors import CdkFailed, SettingsIncomplete
from deployment.target import cdk, check_settings
from infra.costs import clips, idle
from infra.costs.clips import Clip
from infra.costs.report import idle_lines
from infra.engines import interests_zip
from infra.settings import Settings
from local.places import ROOT


def deploy(settings: Settings, admin_email: str | None) -> list[str]:
    """Writes the templates; the lines say what a deployment would make of them. Raises CdkFailed."""
    if cdk(settings.stage, ["synth", "--quiet"]):
        raise CdkFailed("cdk synth ended badly; what it said is above")
    folder = ROOT / "build" / "cdk.out" / settings.stage
    stacks = [
        f"would deploy {file.name.split('.')[0]}: {len(json.loads(file.read_text())['Resources'])} resources"
        for file in sorted(folder.glob("*.template.json"))
    ]
    invited = [f"would invite {admin_email} as an administrator"] if admin_email else []
    after = [
        "would make the first playback key",
        "would let both deployments of the feed answer",
        "would build and publish the web app",
    ]
    if settings.profile == "full":
        built = "has" if interests_zip.built_jar() else "would first build"
        after = [f"{built} the Kinesis connector of the Flink job", *after, "would start the Flink job"]
    return [*_missing(settings), *stacks, *after, *invited, *prices(settings, folder)]


def prices(settings: Settings, folder: Path) -> list[str]:
    """What the stage of these templates would cost: a month in which nobody uses it, and a thousand typical clips."""
    idle_month = idle.total(idle_lines(folder))
    clip = Clip()
    thousand = idle.total(clips.lines(settings, 1000, clip))
    made = (
        f"{thousand:.2f} $ for 1,000 clips of {clip.seconds} s, kept {clip.months} months, {clip.views} views of each"
    )
    return [
        f"would cost {idle_month:.2f} $ a month while nobody uses it: reelstack cost idle --stage {settings.stage}",
        f"would cost {made}: reelstack cost clips 1000 --stage {settings.stage}",
    ]


def destroy(settings: Settings) -> list[str]:
    """The lines say what would be gone, or why it is refused."""
    if settings.keep_data:
        return [f"would refuse: stage {settings.stage} keeps its data (keep_data in infra/stages.py)"]
    return [
        *_missing(settings),
        f"would empty every bucket of stage {settings.stage}, old versions too",
        f"would delete the stacks of stage {settings.stage} with all tables, accounts and keys",
    ]


def _missing(settings: Settings) -> list[str]:
    try:
        check_settings(settings)
    except SettingsIncomplete as error:
        return [f"would stop before anything below: {error}"]
    return []
