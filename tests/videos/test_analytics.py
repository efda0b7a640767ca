"""What creators see of how their clips are watched: theirs alone, by day, and how old it is."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cli.output import analytics_lines
from reelstack.platform.config import Config
from reelstack.tables.accounts import User
from reelstack.tables.counters import Counter, DailyPlays
from reelstack.videos import analytics
from reelstack_client import Analytics
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
LAST = date(2026, 11, 28)
ENDS_MS = int(datetime(2026, 11, 29, tzinfo=UTC).timestamp() * 1000)
SEEN = {
    "watched_ms": 60_000,
    "finishes": 2,
    "sources": {"newest": 3, "direct": 1},
    "loaded_at": ENDS_MS + 1,
    "expires_at": 2,
}
WHOLE = [20 - point for point in range(20)]


@pytest.fixture(autouse=True)
def world(aws: Config) -> None:
    for name in ("ann", "bob"):
        User(name, created_at=1, handle=name).save()
    make()
    DailyPlays("all", LAST.isoformat(), plays=4, **SEEN).save()


def day(key: str, ago: int, plays: int = 4, **more: Any) -> None:
    DailyPlays(key, (LAST - timedelta(days=ago)).isoformat(), plays=plays, **SEEN, **more).save()


def ask(call: Call, path: str = "/v1/videos/vid/analytics", user: str = "ann", **query: Any) -> Any:
    asked = "&".join(f"{name}={value}" for name, value in {"until": LAST.isoformat(), **query}.items())
    return call("videos", "GET", f"{path}?{asked}", user=user)


def test_plays_viewers_and_watch_time_are_told_by_day_and_days_without_any_are_there(call: Call) -> None:
    day("vid", 0, viewers=3)
    day("vid", 2, 8, viewers=5)
    day("vid", 7, viewers=9)
    Counter("vid", plays=40).save()
    found = ask(call, days=7).json
    assert [one["plays"] for one in found["days"]] == [0, 0, 0, 0, 8, 0, 4]
    assert [one["viewers"] for one in found["days"]] == [0, 0, 0, 0, 5, 0, 3]
    assert (found["first_day"], found["last_day"]) == ("2026-11-22", "2026-11-28")
    assert (found["plays"], found["watched_ms"], found["finishes"]) == (12, 120_000, 4)
    assert (found["finish_rate"], found["sources"]) == (4 / 12, {"newest": 6, "direct": 2})
    assert (found["plays_now"], found["as_of"], found["retention"]) == (40, ENDS_MS, [])


def test_retention_is_weighed_by_views_over_the_days_that_know_it(call: Call) -> None:
    day("vid", 0, 20, viewers=1, views=20, reached=WHOLE)
    day("vid", 1, 50, viewers=1, views=20, reached=[0] * 20)
    day("vid", 2, 99, viewers=1)
    curve = ask(call).json["retention"]
    assert [(one["percent"], one["share"]) for one in curve][:2] == [(5, 0.5), (10, 19 / 40)]
    assert curve[-1] == {"percent": 100, "share": 1 / 40}


def test_no_more_than_all_plays_were_finished(call: Call) -> None:
    day("vid", 0, plays=1, viewers=1)
    found = ask(call).json
    assert (found["plays"], found["finishes"], found["finish_rate"]) == (1, 2, 1.0)


def test_of_all_my_clips_each_viewer_is_told_once_a_day_if_they_were_counted(call: Call) -> None:
    day("user/ann", 2)
    day("user/ann", 1, viewers=3)
    found = ask(call, "/v1/me/analytics", days=3).json
    assert [(one["plays"], one["viewers"]) for one in found["days"]] == [(4, None), (4, 3), (0, 0)]
    assert "video_id" not in found
    assert ask(call, "/v1/me/analytics", user="bob").json["plays"] == 0


def test_a_day_that_is_not_loaded_is_missing_and_as_of_says_so(call: Call) -> None:
    found = ask(call, until="2026-11-30", days=4).json
    assert [one["day"] for one in found["days"]] == ["2026-11-27", "2026-11-28"]
    assert found["as_of"] == ENDS_MS
    DailyPlays("all", LAST.isoformat()).delete()
    assert (ask(call).json["as_of"], ask(call).json["days"]) == (None, [])


def test_the_last_day_is_yesterday_unless_another_is_named(call: Call) -> None:
    answer = call("videos", "GET", "/v1/videos/vid/analytics", user="ann").json
    assert answer["last_day"] == (datetime.now(UTC).date() - timedelta(days=1)).isoformat()


def test_nobody_but_the_owner_and_admins_is_told(call: Call) -> None:
    assert problem(ask(call, user="bob")) == (403, "not-your-video")
    assert call("videos", "GET", "/v1/videos/vid/analytics", user="root", roles=("admin",)).status == 200
    assert problem(ask(call, "/v1/videos/none/analytics")) == (404, "video-not-found")


@pytest.mark.parametrize(
    "query", [{"days": 0}, {"days": 91}, {"until": "soon"}, {"until": "0"}, {"until": "2026-11-28T00:00"}]
)
def test_a_range_is_at_most_ninety_days(call: Call, query: dict[str, Any]) -> None:
    assert problem(ask(call, **query)) == (422, "invalid-request")


@pytest.mark.parametrize("until", ["0001-01-01", "1999-10-05", "9999-12-31"])
def test_days_on_which_nothing_can_have_been_played_are_empty(call: Call, until: str) -> None:
    found = ask(call, until=until, days=90).json
    assert found["plays"] == 0


def test_a_day_that_was_loaded_before_its_end_is_counted_until_then(call: Call) -> None:
    DailyPlays("all", LAST.isoformat(), plays=4, **{**SEEN, "loaded_at": ENDS_MS - 1000}).save()
    assert ask(call).json["as_of"] == ENDS_MS - 1000


def test_the_command_line_says_what_counts_the_first_day() -> None:
    found = Analytics.model_validate(analytics.of_video("vid", 2, LAST).model_dump(mode="json"))
    lines = analytics_lines(found.model_copy(update={"as_of": None, "plays_now": 2}))
    assert "`reelstack profiles run`" in lines[0]
    assert lines[1] == "2 plays so far"


def test_the_command_line_draws_days_and_says_how_old_they_are() -> None:
    day("vid", 0, 20, viewers=1, views=20, reached=WHOLE)
    lines = analytics_lines(Analytics.model_validate(analytics.of_video("vid", 2, LAST).model_dump(mode="json")))
    assert lines[0] == "2026-11-27 to 2026-11-28, counted until 2026-11-29 00:00:00 UTC"
    assert lines[1] == "20 plays, 1.0 min watched, 10% to the end"
    assert lines[3] == f"2026-11-27  {'':30}        0  0 viewers  0.0 min"
    assert lines[4].startswith(f"2026-11-28  {'▇' * 30}       20  1 viewer")
    assert lines[5].split() == ["newest", "▇▇▇▇", "3"]
    assert lines[-1].split() == ["at", "100", "%", "▇▇", "5%"]
