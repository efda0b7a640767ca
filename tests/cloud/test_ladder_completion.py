"""`ladder_policy` popular on the running cloud: a clip becomes whole while it is watched, and no player notices."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import m3u8
import pytest

from local import programs
from reelstack.platform.config import PREFIX
from tests.cloud.driver import Driver, draw, eventually, playback
from tests.cloud.test_behavior import played, report, waiting

pytestmark = [pytest.mark.cloud, pytest.mark.engines]
ENOUGH = 3
BEGUN, WHOLE = {"avc-480", "hevc-720"}, {"avc-480", "hevc-480", "avc-720", "hevc-720"}


@pytest.fixture
def popular(drive: Driver) -> Iterator[None]:
    """The two functions that read the policy have it; the rest of the cloud is as others use it."""
    lambdas = drive.aws("lambda")
    names = [drive.outputs.functions[one] for one in ("probe", "count_plays")]
    before = {name: lambdas.get_function_configuration(FunctionName=name)["Environment"] for name in names}
    policy = {f"{PREFIX}LADDER_POLICY": "popular", f"{PREFIX}LADDER_PLAYS": str(ENOUGH)}
    try:
        for name, own in before.items():
            changed = {"Variables": {key: policy.get(key, value) for key, value in own["Variables"].items()}}
            lambdas.update_function_configuration(FunctionName=name, Environment=changed)
        yield
    finally:
        for name, own in before.items():
            lambdas.update_function_configuration(FunctionName=name, Environment=own)


def variants(http: httpx.Client, master_url: str) -> set[str]:
    """Names of the renditions that a master playlist lists."""
    return {str(one.uri).removesuffix(".m3u8") for one in m3u8.loads(http.get(master_url).text).playlists}


def play_through(http: httpx.Client, master_url: str) -> dict[str, bytes]:
    """All that a player can fetch from an address: its playlists, and every segment by its range."""
    master = m3u8.loads(http.get(master_url).raise_for_status().text, uri=master_url)
    fetched = {}
    for address in [*(one.absolute_uri for one in master.playlists), *(one.absolute_uri for one in master.media)]:
        playlist = http.get(address).raise_for_status()
        fetched[address] = playlist.content
        for segment in m3u8.loads(playlist.text, uri=address).segments:
            length, _, start = segment.byterange.partition("@")
            asked = f"bytes={start}-{int(start) + int(length) - 1}"
            answer = http.get(segment.absolute_uri, headers={"range": asked})
            assert (answer.status_code, len(answer.content)) == (206, int(length)), (segment.absolute_uri, asked)
            fetched[f"{segment.absolute_uri} {asked}"] = answer.content
    return fetched


@contextmanager
def watching(drive: Driver, video_id: str) -> Iterator[list[set[str]]]:
    """Two viewers, over and over until the end, and once more after it: who holds the first address, and who asks for
    a new one each time. The list gets what the second is offered; what fails is raised at the end."""
    seen: list[set[str]] = []
    failed: list[BaseException] = []
    ended = threading.Event()
    with httpx.Client(timeout=30) as http:
        first = playback(drive.client("bob"), video_id).master_url
        before = play_through(http, first)

        def watch() -> None:
            try:
                last = False
                while not last:
                    last = ended.is_set()
                    assert play_through(http, first) == before
                    new = drive.client("bob").videos.playback(video_id).master_url
                    play_through(http, new)
                    seen.append(variants(http, new))
            except BaseException as error:  # told by the thread of the test
                failed.append(error)

        viewers = threading.Thread(target=watch)
        viewers.start()
        try:
            yield seen
        finally:
            ended.set()
            viewers.join(60)
    if failed:
        raise failed[0]


def decoded(url: str) -> tuple[int, bytes]:
    """Exit code and complaints of a player that goes through all renditions."""
    command = [str(programs.ffmpeg()), "-v", "warning", "-i", url, "-map", "0", "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    return done.returncode, done.stderr


def newest(drive: Driver, video_id: str) -> dict[str, Any]:
    """The clip as a feed shows it, with a receipt."""

    def look() -> list[dict[str, Any]]:
        items = drive.call("GET", "/v1/feed/latest", user="bob").json()["items"]
        return [item for item in items if item["video_id"] == video_id]

    return eventually(look, bool)[0]


@pytest.mark.usefixtures("popular")
def test_a_clip_becomes_whole_while_it_is_watched_and_no_player_notices(drive: Driver, tmp_path: Path) -> None:
    video = drive.produce(draw(tmp_path / "clip.mp4", "1280x720", seconds=4))
    assert video.state == "published", video.reason_detail
    old = playback(drive.client("bob"), video.video_id).master_url
    assert variants(drive.http, old) == BEGUN
    shown = newest(drive, video.video_id)
    with watching(drive, video.video_id) as seen:
        report(drive, "bob", *(played(shown) for _ in range(ENOUGH - 1)))
        assert eventually(lambda: waiting(drive), lambda left: left == 0) == 0
        assert not drive.client("ann").videos.get(video.video_id).reencoding
        report(drive, "bob", played(shown))
        assert eventually(lambda: seen[-1:], lambda offered: offered == [WHOLE], 90) == [WHOLE]
    assert [one for n, one in enumerate(seen) if n == 0 or one != seen[n - 1]] == [BEGUN, WHOLE], "at once, and once"
    assert variants(drive.http, old) == BEGUN
    new = playback(drive.client("bob"), video.video_id).master_url
    assert [decoded(url) for url in (old, new)] == [(0, b"")] * 2
    report(drive, "bob", *(played(shown) for _ in range(ENOUGH)))
    assert eventually(lambda: waiting(drive), lambda left: left == 0) == 0
    assert not drive.client("ann").videos.get(video.video_id).reencoding, "a clip that is whole is left alone"
