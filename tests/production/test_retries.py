"""An owner's further attempts: so many a video, counted like uploads, never by an administrator."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from infra.stages import STAGES
from reelstack.platform.config import PREFIX, Config, config
from reelstack.production import retries
from reelstack.production.errors import NothingToRetry
from reelstack.tables.uploads import Usage
from reelstack.tables.videos import Video
from reelstack.uploads import quotas
from reelstack.videos import lifecycle, videos
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
PATH = "/v1/videos/vid/retry"


def fail_again() -> None:
    video = videos.find("vid")
    lifecycle.begin("vid", int(video.attempt))
    assert lifecycle.fail("vid", int(video.attempt), "production-failed", "")


def test_an_owner_tries_three_times_and_an_administrator_as_often_as_it_takes(call: Call) -> None:
    make(state="failed")
    for attempt in (2, 3, 4):
        assert call("videos", "POST", PATH).json["attempt"] == attempt
        fail_again()
    refused = call("videos", "POST", PATH)
    assert problem(refused) == (409, "retries-exhausted")
    assert refused.json["max_retries"] == 3
    for _ in range(2):
        assert call("videos", "POST", PATH, user="ada", roles=("admin",)).status == 202
        fail_again()


def test_a_retry_is_an_upload_of_the_day(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}MAX_UPLOADS_PER_DAY", "2")
    config.cache_clear()
    make(state="failed")
    for _ in range(2):
        assert call("videos", "POST", PATH).status == 202
        fail_again()
    assert problem(call("videos", "POST", PATH)) == (403, "daily-uploads-exceeded")
    assert videos.find("vid").state == "failed"
    assert Usage.get("ann", quotas._today()).uploads == 2


def test_asking_at_the_same_time_is_one_attempt_and_counts_once(aws: Config) -> None:
    make(state="failed")
    found = [videos.find("vid") for _ in range(4)]

    def ask(video: Video) -> bool:
        try:
            return retries.request(video, "ann").state == "queued"
        except NothingToRetry:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(ask, found))
    assert (videos.find("vid").attempt, videos.find("vid").retries, Usage.get("ann", quotas._today()).uploads) == (
        2,
        1,
        1,
    )


def test_retrying_has_a_rate_of_its_own() -> None:
    for stage in ("dev", "prod"):
        rate = STAGES[stage].route_rates["POST /v1/videos/{video_id}/retry"]
        assert rate.per_second * 86_400 + rate.at_once < 2_000
