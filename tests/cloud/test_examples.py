"""The examples for phones: Kotlin is compiled and makes every request against the cloud, Swift is read."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import tree_sitter_swift
from tree_sitter import Language, Parser

from local import people
from local.places import Places
from local.processes import wait_until
from reelstack_client import Video
from tests.cloud.driver import Driver, draw

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
MAVEN_SECONDS, RUN_SECONDS, FEED_SECONDS = 280, 120, 60


@pytest.mark.parametrize("file", sorted((EXAMPLES / "ios").glob("*.swift")), ids=lambda file: file.name)
def test_the_example_for_ios_is_swift(file: Path) -> None:
    """Nothing here compiles Swift; tree-sitter finds what is no Swift at all."""
    tree = Parser(Language(tree_sitter_swift.language())).parse(file.read_bytes())
    assert not tree.root_node.has_error


@pytest.fixture(scope="module")
def classpath(tmp_path_factory: pytest.TempPathFactory) -> str:
    if shutil.which("mvn") is None or shutil.which("java") is None:
        pytest.skip("the Kotlin compiler is fetched by Maven and needs Java 17")
    build = tmp_path_factory.mktemp("kotlin")
    told = [f"-DbuildFolder={build}", f"-DoutputDirectory={build / 'jars'}"]
    maven = ["mvn", "--quiet", "--batch-mode", "--file", str(EXAMPLES / "android/pom.xml"), "compile", COPY, *told]
    subprocess.run(maven, check=True, timeout=MAVEN_SECONDS, stdin=subprocess.DEVNULL)
    return f"{build / 'classes'}:{build / 'jars'}/*"


@pytest.mark.cloud
@pytest.mark.engines
@pytest.mark.timeout(600)
def test_the_example_for_android_makes_every_request(
    classpath: str, places: Places, drive: Driver, sample: Video, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    draw(clip, seconds=2)
    passwords = {one.name: one.password for one in people.read(places)}
    signing_in = [word for name in ("bob", "ann") for word in (name, passwords[name])]
    wait_until(lambda: bool(drive.client("bob").feed.page(limit=1).items), FEED_SECONDS)
    named = drive.outputs
    told = [named.edge_url, named.endpoint, named.client_id, str(clip), *signing_in]
    run = ["java", "-cp", classpath, "dev.reelstack.example.MainKt", *told]
    done = subprocess.run(run, capture_output=True, text=True, timeout=RUN_SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert (said["accepted"], said["comments"], said["upload"]) == (3, 1, "completed")
    assert said["unit_starts"] == "ftyp"
    assert said["unit_bytes"] > 1000
    assert drive.client("bob").videos.get(said["video_id"]).liked
    assert drive.client("ann").videos.wait(said["uploaded_video_id"]).title == "From Kotlin"
    assert not list(tmp_path.glob("*.upload")), "what is done is forgotten"
