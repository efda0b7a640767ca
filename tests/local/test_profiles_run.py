"""Days of events from the bucket through Spark into the tables, as `reelstack profiles run` does it.

Only the steps that tables are loaded from are run: all of them stand in tests/profiles/test_spark.py.
"""

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from functions.behavior.load_daily_plays.handler import handler as load_daily_plays
from functions.behavior.sum_daily_plays.handler import handler as sum_daily_plays
from functions.feed.load_viewer_profiles.handler import handler as load_viewer_profiles
from local.errors import JobFailed
from local.places import ROOT
from local.profiles import Bucket, run_job
from reelstack.counters import daily_plays
from reelstack.feed import viewer_profiles
from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.tables.accounts import User
from tests.profiles import made_days, reference
from tests.profiles.made_days import CLIPS, UNWILLING, VIEWERS
from tests.videos.test_videos import make

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("spark"), pytest.mark.timeout(600)]
DAY, WITHOUT_EVENTS = made_days.DAYS[:2]
STEPS = "collect,play_counts,viewers"


@pytest.fixture
def bucket(aws: Config, tmp_path: Path) -> Bucket:
    """What archive_events left of the first made day, and who and what is in it."""
    subprocess.run(["python3", "local/bootstrap.py", "spark"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    made_days.write(tmp_path / "made", made_days.make(), [])
    s3 = seam.client("s3")
    for path in (tmp_path / "made" / "events" / f"day={DAY}").rglob("*.gz"):
        key = path.relative_to(tmp_path / "made").as_posix()
        s3.put_object(Bucket="data", Key=key, Body=path.read_bytes())
    for clip in CLIPS:
        make(str(clip["video_id"]), owner=str(clip["owner_id"]))
    for name in (*VIEWERS, *UNWILLING, *{clip["owner_id"] for clip in CLIPS}):
        User(name, created_at=1, personalised=name not in UNWILLING).save()
    return Bucket(s3, "data", tmp_path / "mirror")


def test_days_of_the_archive_are_in_the_tables_up_to_the_one_whose_gate_fails(
    bucket: Bucket, event: Callable[[str], dict[str, Any]], context: Any
) -> None:
    context.get_remaining_time_in_millis = lambda: 900_000
    bucket.fetch()
    with pytest.raises(JobFailed, match="a gate"):
        run_job(bucket, "spark", "jobs.profiles.main", STEPS, "--day", DAY, "--through", WITHOUT_EVENTS)
    held = [one["Key"] for one in bucket.s3.list_objects_v2(Bucket="data", Prefix="profiles/")["Contents"]]
    assert len([key for key in held if f"day={DAY}" in key]) > 10
    assert [key for key in held if f"day={WITHOUT_EVENTS}" in key] == [f"profiles/quality/day={WITHOUT_EVENTS}.json"]
    given = {"day": DAY, "line": 0}
    assert load_daily_plays(given, context)["done"]
    assert load_viewer_profiles(given, context)["done"]
    summed = sum_daily_plays({"day": DAY}, context)

    expected = reference.play_counts(made_days.make().events(), DAY)
    day = date.fromisoformat(DAY)
    for video_id, row in expected.items():
        (found,) = daily_plays.read(video_id, day, day)
        said = {name: getattr(found, name) for name in ("plays", "viewers", "watched_ms", "finishes", "sources")}
        assert said == {**{name: row[name] for name in said}, "viewers": len(row["viewers"])}
        (of_owner,) = daily_plays.read(f"user/{row['owner_id']}", day, day)
        assert of_owner.viewers == row["owner_viewers"]
        assert not found.views or found.views >= found.reached[0] >= found.reached[-1] >= 0
    plays = sum(row["plays"] for row in expected.values())
    owned = {clip["owner_id"] for clip in CLIPS}
    of_owners = [found for owner in owned for found in daily_plays.read(f"user/{owner}", day, day)]
    assert summed["archived"] == sum(found.plays for found in of_owners) == plays
    assert viewer_profiles.read(VIEWERS[0])
    assert not any(viewer_profiles.read(viewer) for viewer in UNWILLING)
