"""What README, docs and help tell people to type works as it is written, in the order in which it is written.

Names in capitals stand for what the commands before have printed. No command prints an id of a person: those are UUIDs.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from PIL import Image

from cli.main import app
from local.places import Places
from reelstack_client import Video
from tests.cloud.driver import Driver, draw
from tests.cloud.shell import SECONDS, Shell

ROOT = Path(__file__).parent.parent.parent
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
ON_AWS = ROOT / "docs/on-aws.md"
"""Only AWS can answer its commands: tests/infra/test_on_aws.py holds them against the services' models."""
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)

ELSEWHERE = {
    "git clone": "there is a checkout",
    "make up": "the fixture did",
    "make down": "the fixture does",
    "make test": "this is it",
    "make check": "runs beside this in CI",
    "make synth": "`deploy --dry-run` writes the same templates",
    ".venv/bin/pytest": "this is it",
    ".venv/bin/pre-commit install": "writes into the checkout's .git",
    ". .venv/bin/activate": "PATH is set so",
    "reelstack archive": "tests/cloud/test_archives.py: a clip that is archived is of no use to the lines after it",
    "aws s3 sync": "reads the archive of a deployed stage",
    **dict.fromkeys(
        ("aws cloudfront-keyvaluestore", "etag()", "store=$(aws", "--query 'Stacks", '--value "{'),
        "writes into a store of a deployed stage: tests/cloud/test_edge_refusal.py",
    ),
}
"""How lines begin that are not run here, each with the reason."""
REHEARSED = {
    "make deploy STAGE=dev ADMIN=you@example.com": "reelstack deploy dev --admin you@example.com --dry-run",
    ".venv/bin/reelstack doctor --stage dev": "reelstack doctor --stage dev || true",
}
"""What needs an AWS account, and what is run in its place. `doctor` says that there are no credentials."""

pytestmark = [pytest.mark.cloud, pytest.mark.engines, pytest.mark.timeout(900)]


def lines(page: Path) -> list[str]:
    """Every line of its shell blocks, without comments."""
    found = [line for block in BLOCK.findall(page.read_text()) for line in block.splitlines()]
    return [bare for line in found if (bare := re.sub(r"(^|\s+)#\s.*", "", line).strip())]


@pytest.fixture
def clean_record(drive: Driver) -> None:
    """Ann has no strikes, as on a new laptop: what other tests took down would send her next clips to a moderator."""
    ann, table = drive.client("ann").accounts.me().user_id, drive.outputs.tables["strikes"]
    wanted = {"KeyConditionExpression": "creator_id = :ann", "ExpressionAttributeValues": {":ann": {"S": ann}}}
    for strike in drive.aws("dynamodb").query(TableName=table, **wanted)["Items"]:
        key = {name: strike[name] for name in ("creator_id", "video_id")}
        drive.aws("dynamodb").delete_item(TableName=table, Key=key)


def test_the_readme_can_be_typed_from_top_to_bottom(
    places: Places, drive: Driver, clean_record: None, tmp_path: Path
) -> None:
    shell = Shell(places, tmp_path)
    run = []
    for line in lines(ROOT / "README.md"):
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            shell.environment[name] = value
        elif not line.startswith(tuple(ELSEWHERE)):
            shell.run(REHEARSED.get(line, line))
            run.append(line)
    assert len(run) > 10
    assert drive.outputs.edge_url


def test_no_other_page_has_lines_that_nobody_runs() -> None:
    left = {line for page in PAGES if page not in (ROOT / "README.md", ON_AWS) for line in lines(page)} - {*EVERY}
    assert [line for line in left if not line.startswith(tuple(ELSEWHERE))] == []


# --- the Python client ------------------------------------------------------------------------------------------------

PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
BEFORE = """
import os

video_id, who = os.environ["VIDEO_ID"], "ann"
my_access_token = lambda: os.environ[f"TOKEN_{who}"]
"""
AFTER = """
client.social.unblock(bob.user_id)
client.accounts.edit(bio="")
"""
"""Others follow ann and talk to bob in tests of the same cloud."""


@pytest.mark.parametrize(("page", "after"), [("sdk", AFTER), ("quick-start", "")])
def test_the_python_of_the_pages_about_clients_runs(
    drive: Driver, sample: Video, tmp_path: Path, page: str, after: str
) -> None:
    """In the order in which it is written, by ann; what it says is for administrators, by ada."""
    draw(tmp_path / "clip.mp4", seconds=1)
    Image.new("RGB", (64, 64), "navy").save(tmp_path / "me.jpg")
    blocks = PYTHON.findall((ROOT / f"docs/{page}.md").read_text())
    assert blocks
    by_whom = ['who = "ada"\n' + block + 'who = "ann"\n' if "for admins" in block else block for block in blocks]
    script = "\n".join((BEFORE, *by_whom, after)).replace("https://clips.example.com", drive.outputs.edge_url)
    environment = {
        **os.environ,
        "VIDEO_ID": sample.video_id,
        **{f"TOKEN_{name}": drive.token(name) for name in ("ann", "ada")},
        "XDG_STATE_HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        cwd=tmp_path,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()


# --- every command ----------------------------------------------------------------------------------------------------

EVERY = """
reelstack sample clip.mp4 --seconds 3 --upright
reelstack upload clip.mp4 --title "Every command"
reelstack videos
reelstack show VIDEO_ID
reelstack edit VIDEO_ID --tag everything
reelstack play VIDEO_ID
reelstack check-hls "$(reelstack play VIDEO_ID)"
reelstack archive show VIDEO_ID
reelstack feed --limit 5
reelstack feed --latest
reelstack feed explain @bob
reelstack hide tag spiders
reelstack hidden
reelstack hide tag spiders --undo
reelstack interests
reelstack profile @ann
reelstack profile --display-name "Bob the Builder"
reelstack avatar me.png
reelstack avatar
reelstack sessions
reelstack follow @ann
reelstack followers @ann
reelstack following @bob
reelstack timeline
reelstack profile --privacy private --as ann
reelstack follow @ann --as mia
reelstack requests --as ann
reelstack answer @mia accept --as ann
reelstack profile --privacy public --as ann
reelstack like VIDEO_ID
reelstack comment VIDEO_ID "Where is this, @ann?"
reelstack comments VIDEO_ID
reelstack bookmark VIDEO_ID
reelstack share VIDEO_ID
reelstack notifications --as ann
reelstack block @mia
reelstack block @mia --undo
reelstack search every
reelstack search bob --users
reelstack report VIDEO_ID --reason spam --detail "sells watches"
reelstack reviews
reelstack claim VIDEO_ID
reelstack release VIDEO_ID
reelstack takedown VIDEO_ID --reason "sells watches"
reelstack appeal VIDEO_ID --text "I do not"
reelstack reviews appeals
reelstack decide VIDEO_ID approve --reason "harmless" --as ada
reelstack audit VIDEO_ID
reelstack remoderate --dry-run
reelstack produce VIDEO_ID --rendition avc-480
reelstack reencode --codec hevc --limit 1
reelstack production
reelstack dead-letters
reelstack redrive
reelstack recount @ann
reelstack suspend @bob --reason "sells watches"
reelstack restore @bob
reelstack role @bob creator
reelstack role @bob creator --withdraw
reelstack token bob
reelstack export-me archives --as mia
reelstack delete VIDEO_ID --yes
reelstack analytics
reelstack time
reelstack experiments show
reelstack status
reelstack logs aws
reelstack doctor
reelstack cost clips 1000
reelstack cost report
reelstack cost report --by creator
reelstack cost report --by video
reelstack cost model --viewers 1000000 --uploads 1000
reelstack cost model --daily-users 100000000 --minutes 60 --stored-pb 100 --uploads 1000 --seconds 15
reelstack cost model --viewers 1000000 --set requests_a_second=0.15 --set originals=delete --svg model.svg
reelstack capacity
reelstack capacity --daily-users 100000 --minutes 30 --uploads 0.1
reelstack tiering plan
reelstack tiering run --limit-dollars 5
reelstack destroy dev --dry-run
""".strip().splitlines()
NOT_HERE = {
    "up": "the fixture did",
    "down": "the fixture does",
    "bench": "takes minutes: bench/",
    "npm": "is npm",
    "synth": "`deploy --dry-run` does the same",
    "deploy": "README",
    "password": "tests/cloud/test_accounts.py: a demo user's other sign-ins would end, those of other tests too",
    "delete-me": "tests/cloud/test_privacy.py: the demo user would be gone",
    "retry": "needs a failure: tests/cloud/test_production.py",
    "feed-snapshot": "writes into the checkout: tests/feed/test_feed_snapshot.py",
    "simulate": "takes minutes: tests/simulation/",
    "profiles": "needs Spark: tests/local/test_profiles_run.py",
}
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # it is a group


def test_every_command_is_typed_here_or_says_where() -> None:
    assert {line.split()[1] for line in EVERY} | NOT_HERE.keys() == COMMANDS.keys()


def test_every_command_works_and_speaks_of_people_by_name(places: Places, drive: Driver, tmp_path: Path) -> None:
    shell = Shell(places, tmp_path)
    Image.new("RGB", (64, 64), "navy").save(tmp_path / "me.png")
    failed = list[str]()
    for line in EVERY:
        try:
            shell.run(line)
        except AssertionError as error:  # the others are of interest too
            failed.append(str(error).partition("\nassert")[0])
    assert not failed, "\n".join(failed)
    assert drive.outputs.edge_url
