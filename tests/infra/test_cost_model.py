"""The model of a whole service: three sizes added up by hand, inputs that contradict each other, and its pages."""

import json
import math
import xml.etree.ElementTree as ElementTree
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli.main import app
from infra.capacity import table
from infra.checks import cost_model
from infra.costs import prices
from infra.costs.model import estimate, picture
from infra.costs.model.demand import Contradiction, Given, settle
from infra.costs.model.estimate import Estimate
from infra.costs.model.habits import AT_LEAST, AT_MOST, CHOICES, MOST, Habits, with_changes
from infra.stages import STAGES
from reelstack.platform import s3_prices

PROD = STAGES["prod"]
MIDDLE = cost_model.SIZES["middle"]
SECONDS = 2_628_000
"""Of a month: 730 hours."""


@pytest.fixture(scope="module")
def sizes() -> dict[str, Estimate]:
    return cost_model.found()


def dollars(found: Estimate, what: str) -> float:
    return sum(line.dollars for line in found.lines if line.what == what)


def of_group(found: Estimate, group: str) -> float:
    return found.of_groups().get(group, 0.0)


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_small_service_costs_what_a_hand_adds_up_to(sizes: dict[str, Estimate]) -> None:
    """1,000 daily users, half an hour each: 20.83 viewers, 54.75 million seconds, 2.607 million views of 21 s. One
    upload in 1,000 s: 2,628 a month, 31,536 clips of 37.5 MB and 16.6 MB after a year."""
    found = sizes["small"]
    media, api = 54.75 + 2.607 * 4, 0.2607 + 0.5214 + 1.6946 + 0.009125 + 0.0158
    """Millions: ranges and files; feed, events, other calls of viewers, searches, uploads."""
    delivery = [
        7_387.3 * 0.085,  # GB at 1,028 kbit/s and 5 % more
        *(media * 1.00, api * 1.00, (media + api) * 0.10, (media + 0.2607) * 0.03, (media + api) * 0.60),
        *((media + api) * 360 / 1000 * 0.023, media * 0.03 * 0.75, media * 0.02 * 0.40),
        *(7_387.3 * 0.02 * 0.3 * 0.03, media * 0.02 * 0.3 * 9.60),  # of clips in Glacier Instant Retrieval
        *((media + api) * 0.0015 * 0.5, 2_628 * 0.02 / 10 * 0.001),
    ]
    assert of_group(found, "delivery") == pytest.approx(sum(delivery), rel=0.01)
    encoding = 2_628 * (387.4 * 1769 / 1024 * 0.0000133334 + 0.00002)
    transitions, requests, writes, puts = (
        2_628 * 36 * 0.000025,
        2_628 * 0.000273,
        2_628 * 40 * 0.625e-6,
        2_628 * 10 * 5e-6,
    )
    said = 2_628 * (4e-6 + 6 * 0.4e-6 + 25 * 2_000 / 1e9 * 0.5 + 25 * 0.05 * 5e-6) + 2_628 * 160 * 1800 / 1e9 * 0.023
    produced = encoding + transitions + requests + writes + puts + said
    assert of_group(found, "production") == pytest.approx(produced, rel=0.02)
    originals = 98.55 * 0.023 + 98.55 * 11 * 0.004
    renditions = 43.638 * (0.023 + 2 * 0.0125 + 9 * 0.004)
    moves = 2_628 * (20e-6 + 6 * 10e-6 + 6 * 20e-6)
    tables = (31_536 * 6_000 + 1_000 * 8_000) / 1e9 * 0.45
    assert of_group(found, "storage") == pytest.approx(originals + renditions + moves + tables, rel=0.02)
    people = 2_000 * 0.0055 + 54.75 / 60 * 0.25 + 1_000 * 2 * 30.417 * 1.5e-6
    assert of_group(found, "people") == pytest.approx(people, rel=0.01)
    calls = api - 0.2607
    answered = calls * (1.00 + 0.533335 + 4 * 0.125 + 0.8 * 0.5 + 0.05 * 5) + 0.2607 * (
        1 + 1.4 + 1.25 + 0.322 + 1 + 0.02
    )
    liked = 2.607 * 0.15 * 8 * (0.625 + 3.53335 / 100)
    assert of_group(found, "API") == pytest.approx(answered + liked, rel=0.01)
    watched = (
        2.607 * 5 * (0.08 + 0.04 + 0.06 + 0.02 + 0.0429 + 0.00673 + 0.03125 + 0.05625) + 0.62 + 0.876 + 5.09 + 1.21
    )
    assert of_group(found, "events") == pytest.approx(watched, rel=0.01)
    together = sum(delivery) + produced + originals + renditions + moves + tables + people + answered + liked + watched
    assert found.dollars == pytest.approx(together, rel=0.01)


def test_a_million_viewers_and_a_thousand_uploads_a_second_cost_what_a_hand_adds_up_to(
    sizes: dict[str, Estimate],
) -> None:
    """2.628e12 seconds watched, 1.2514e11 views, 2.628e9 uploads a month, a year of them kept."""
    found = sizes["middle"]
    media, api = 2_628_000 + 500_571, 12_514 + 25_029 + 81_343 + 219 + 15_768  # millions
    by_hand = {
        "CDN: bytes": 139_770 + (354_582_900 - 5_024_000) * 0.02,
        "CDN: ranges of clips": media - 500_571,
        "CDN: playlists, posters, files": 500_571,
        "CDN: the API": api,
        "firewall: requests": (media + api) * 0.60,
        "edge functions": (media + api) * 0.10,
        "KeyValueStore: reads": (media + 12_514 + 62_571 + 219) * 0.03,
        "Origin Shield": media * 0.03 * 0.75,
        "invalidations": (2.628e9 * 0.001 - 1000) * 0.005,
        "origin: requests of GLACIER_IR": media * 0.02 * 0.3 * 9.6,
        "origin: read out of GLACIER_IR": 354_582_900 * 0.02 * 0.3 * 0.03,
        # 387.4 vCPU-seconds are 669.2 GB-seconds a clip; 0.0000133334 $, then 0.0000120001 $, then 0.0000106667 $
        "encoding: functions": 7.5e9 * 0.0000133334
        + 11.25e9 * 0.0000120001
        + (2.628e9 * 669.2 - 18.75e9) * 0.0000106667
        # 93.3 GB-seconds of disk beyond 512 MB, and 25 calls
        + 2.628e9 * (93.3 * 3.5 / 3.46 * 0.0000000309 + 25 * 0.2e-6),
        "encoding: state transitions": 2.628e9 * (12 + 3 * 8) * 0.000025,
        "encoding: S3 requests": 2.628e9 * 0.000273,
        "uploads: S3 requests": 2.628e9 * 10 * 5e-6,
        "uploads: table writes": 2.628e9 * 40 * 0.625e-6,
        "encoding: logs": 2.628e9 * 25 * 2_000 / 1e9 * 0.5,
        "encoding: traces": 2.628e9 * 25 * 0.05 * 5e-6,
        "originals: Standard": 50_000 * 0.023 + 450_000 * 0.022 + (98_550_000 - 500_000) * 0.021,
        "originals: Glacier Instant Retrieval": 98_550_000 * 11 * 0.004,
        "originals: moves to Glacier IR": 2.628e9 * 0.00002,
        "renditions: Standard": 50_000 * 0.023 + 450_000 * 0.022 + (43_637_940 - 500_000) * 0.021,
        "renditions: Standard-IA": 43_637_940 * 2 * 0.0125,
        "renditions: Glacier Instant Retrieval": 43_637_940 * 9 * 0.004,
        "renditions: moves to Standard-IA": 2.628e9 * 6 * 0.00001,
        "renditions: moves to Glacier IR": 2.628e9 * 6 * 0.00002,
        "work files and chunks": 2.628e9 / 30 * (0.016605 * 2 + 0.0375 * 0.2 / 24) * 0.023,
        "tables: items": (3.1536e10 * 6_000 + 24e6 * 8_000) / 1e9 * 0.25,
        "tables: continuous backups": (3.1536e10 * 6_000 + 24e6 * 8_000) / 1e9 * 0.20,
        "accounts: Lite": 550 + 900_000 * 0.0046 + 9_000_000 * 0.00325 + 38_000_000 * 0.0025,
        "API: gateway": api - 12_514,
        "API: functions": (api - 12_514) * (0.20 + 0.05 * 0.5 * 13.3334),
        "API: table reads": (api - 12_514) * 4 * 0.125,
        "API: table writes": 125_143 * 0.15 * 8 * 0.625,
        "interests: KPUs beyond the idle stage's": (math.ceil(625_714e6 / SECONDS * 4 / 580) - 1) * (730 * 0.11 + 5),
        "cache: memory": ((24e6 * 12_000 + 3.1536e10 * 0.02 * 2_000) / 1e9 - 0.1) * 730 * 0.084,
        "search: r7g.large.search": math.ceil(3.1536e10 * 4_000 / 1e9 / 500) * 730 * 0.186,
        "stream: put": 625_714 * 0.08,
    }
    for what, amount in by_hand.items():
        assert dollars(found, what) == pytest.approx(amount, rel=0.01), what
    named = sum(by_hand.values())
    assert named == pytest.approx(found.dollars, rel=0.01), "what is not named here is less than a hundredth"


def test_a_hundred_million_users_and_100_pb_cost_what_a_hand_adds_up_to(sizes: dict[str, Estimate]) -> None:
    """100 M × 60 minutes: 4.1667 M viewers, 1.095e13 seconds, 1.0429e12 views of 10.5 s; 2.628e9 uploads of 18.75 MB
    and 8.3 MB, so that 100 PB are the uploads of 1.4066 months."""
    found = sizes["large"]
    assert found.size.stored_clips * found.size.clip.gb == pytest.approx(100e6)
    assert found.size.demand.months == pytest.approx(1.4066, rel=0.001)
    media, api = 10_950_000 + 4_171_429, 104_286 + 208_571 + 677_857 + 912 + 15_768
    by_hand = {
        "CDN: bytes": 139_770 + (1_477_428_750 - 5_024_000) * 0.02,
        "CDN: ranges of clips": 10_950_000,
        "CDN: playlists, posters, files": 4_171_429,
        "CDN: the API": api,
        "CDN: log, 90 days": (media + api) * 1e6 * 360 / 1e9 * 0.021,
        "firewall: requests": (media + api) * 0.60,
        "edge functions": (media + api) * 0.10,
        "KeyValueStore: reads": (media + 104_286 + 521_429 + 912) * 0.03,
        "Origin Shield": media * 0.03 * 0.75,
        "origin: S3 requests": media * 0.02 * 0.40,
        "invalidations": (2.628e9 * 0.001 - 1000) * 0.005,
        "encoding: state transitions": 2.628e9 * (12 + 3 * 4) * 0.000025,
        "encoding: S3 requests": 2.628e9 * 0.000183,
        "originals: Standard": 2.628e9 * 0.01875 * 0.021,
        "originals: Glacier Instant Retrieval": 2.628e9 * 0.01875 * 0.4066 * 0.004,
        "renditions: Standard": 2.628e9 * 0.0083025 * 0.021,
        "renditions: Standard-IA": 2.628e9 * 0.0083025 * 0.4066 * 0.0125,
        "renditions: moves to Standard-IA": 2.628e9 * 6 * 0.00001,
        "accounts: Lite": 550 + 900_000 * 0.0046 + 9_000_000 * 0.00325 + 190_000_000 * 0.0025,
        "API: gateway": api - 104_286,
        "API: functions": (api - 104_286) * (0.20 + 0.05 * 0.5 * 13.3334),
        "API: table reads": (api - 104_286) * 4 * 0.125,
        "API: table writes": 1_042_857 * 0.15 * 8 * 0.625,
        "API: logs": (api - 104_286) * 1e6 * 800 / 1e9 * 0.5,
        "API: traces": (api - 104_286) * 0.05 * 5,
        "interests: KPUs beyond the idle stage's": 5_214_286e6 / SECONDS * 4 / 580 * (730 * 0.11 + 5),
        "stream: put": 5_214_286 * 0.08,
        "stream: read once": 5_214_286 * 0.04,
        "interests: read by fan-out": 5_214_286 * 0.06,
        "daily jobs: profiles into tables": 5_214_286 * 0.05625,
        "daily jobs: plays into tables": 5_214_286 * 0.03125,
        "archive: keep 400 days": 5_214_286 * 0.042933,
        "feed: function": 104_286 * 1.4,
        "feed: DynamoDB": 104_286 * 1.25,
        "feed: gateway": 104_286,
        "feed: logs and traces": 104_286,
        "uploads: S3 requests": 2.628e9 * 6 * 5e-6,
        "uploads: table writes": 2.628e9 * 40 * 0.625e-6,
        "encoding: logs": 2.628e9 * 21 * 2_000 / 1e9 * 0.5,
        "cache: memory": (1e8 * 12_000 + 3.6966e9 * 0.02 * 2_000) / 1e9 * 730 * 0.084,
        "stream: keep 7 days": 5_214_286 * 0.02,
        "sockets: open": 1.095e13 / 60 * 0.25e-6,
    }
    for what, amount in by_hand.items():
        assert dollars(found, what) == pytest.approx(amount, rel=0.01), what
    # 1.384 + 3 × 8.04 + 4 × 4 × 9.778 + 1.25 + 2 × 2.153 + 2 × 4.59 vCPU-seconds a clip, at 1,769 MB each
    encoding = 2.628e9 * 196.7 * 1769 / 1024 * 0.0000106667
    assert dollars(found, "encoding: functions") == pytest.approx(encoding, rel=0.01)
    assert sum(by_hand.values()) + encoding == pytest.approx(found.dollars, rel=0.01)


def test_requests_cost_like_bytes_and_units_make_them_few() -> None:
    """One range for 2 s of picture and of sound is 2.6 M $ for a million viewers, beside 7.1 M $ for bytes."""
    now = estimate.estimate(PROD, MIDDLE, Habits())
    assert dollars(now, "CDN: ranges of clips") == pytest.approx(2.6e6, rel=0.02)
    assert dollars(now, "CDN: bytes") == pytest.approx(7.1e6, rel=0.02)
    fewer = estimate.estimate(PROD, MIDDLE, Habits(requests_a_second=0.15, files_a_view=0.5))
    ranges, files = (dollars(fewer, f"CDN: {what}") for what in ("ranges of clips", "playlists, posters, files"))
    assert ranges + files == pytest.approx(0.46e6, rel=0.03)


def test_work_files_are_no_events_and_would_have_been_a_hundred_thousand_dollars(sizes: dict[str, Estimate]) -> None:
    """An original's arrival and three events of ours; each of some fifty work files would be one more."""
    assert dollars(sizes["middle"], "events on the bus") == pytest.approx(2.628e9 * 4e-6)
    announced = estimate.estimate(PROD, MIDDLE, Habits(events_a_clip=4 + 45))
    assert announced.dollars - sizes["middle"].dollars == pytest.approx(118_000, rel=0.01)


# --- inputs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"daily_users": 1e8, "minutes_a_day": 60, "viewers": 1e6}, ("4,166,667", "1,000,000", "24,000,000", "14.4")),
        ({"daily_users": 1000, "viewers": 2000}, ("2,000", "1,000")),
        ({"daily_users": 1000, "uploads_a_second": 1000}, ("86,400", "200", "432,000")),
        (
            {"uploads_a_second": 10, "months": 12, "stored_pb": 100, "daily_users": 1e7},
            ("17.1 PB", "100 PB", "70.3 months"),
        ),
        ({"minutes_a_day": 1441}, ("1,441", "1,440")),
        ({"clip_seconds": 601}, ("601", "600")),
        ({"viewers": 0}, ("viewers is 0",)),
        ({"uploads_a_second": -1}, ("uploads a second is -1",)),
        ({"viewers": math.nan}, ("viewers is nan",)),
        ({"months": math.inf}, ("months is inf",)),
        ({"daily_users": 1e10}, ("1e+10", "8.3e+09")),
        ({"viewers": 1e6, "minutes_a_day": 1e-6}, ("8.3e+09",)),
        ({"uploads_a_second": 1e-3, "stored_pb": 100}, ("100 PB", "years")),
    ],
)
def test_inputs_that_contradict_each_other_are_refused_with_both_numbers_and_what_fits(
    wrong: dict[str, float], said: tuple[str, ...]
) -> None:
    with pytest.raises(Contradiction) as refused:
        estimate.estimate(PROD, Given(**wrong), Habits())  # type: ignore[arg-type]
    for number in said:
        assert number in str(refused.value)


@given(users=st.floats(1e3, 1e8), minutes=st.floats(1, 300), uploads=st.floats(1e-4, 2), months=st.floats(0.1, 120))
@settings(max_examples=50, deadline=None)
def test_what_fits_together_is_taken_whichever_two_are_given(
    users: float, minutes: float, uploads: float, months: float
) -> None:
    viewers = users * minutes / 1440
    base = Given(uploads_a_second=uploads, months=months)
    ways = (
        replace(base, daily_users=users, minutes_a_day=minutes),
        replace(base, daily_users=users, viewers=viewers),
        replace(base, minutes_a_day=minutes, viewers=viewers),
        replace(base, daily_users=users, minutes_a_day=minutes, viewers=viewers),
    )
    whole = [settle(way, PROD, 0.05) for way in ways]
    for one in whole:
        assert one.viewers == pytest.approx(one.daily_users * one.minutes_a_day / 1440)
        assert (one.daily_users, one.viewers) == pytest.approx((users, viewers))


def test_who_watches_all_day_is_no_contradiction_by_a_rounding() -> None:
    for users in (3, 7, 1234.1, 99_999):
        assert settle(Given(daily_users=users, viewers=users, uploads_a_second=1e-4), PROD, 0.05).minutes_a_day == (
            pytest.approx(1440)
        )


def test_what_cannot_be_twice_is_left_out_of_the_sensitivity_table() -> None:
    most = PROD.max_uploads_per_day * 1000 / 86_400
    now = estimate.estimate(PROD, Given(daily_users=1000, uploads_a_second=most), Habits())
    told = {change.what for change in estimate.sensitivity(now)}
    assert "uploads a second × 0.5" in told
    assert "uploads a second × 2" not in told


@pytest.mark.parametrize("name", [field.name for field in fields(Habits) if field.name not in CHOICES])
def test_an_assumption_may_be_as_small_and_as_large_as_it_can_be(name: str) -> None:
    beside = {"taken_down": ["withdrawn=1"], "withdrawn": ["taken_down=0"]}.get(name, [])
    for value in (AT_LEAST.get(name, 0), AT_MOST.get(name, MOST)):
        habits = with_changes(Habits(), [*beside, f"{name}={value}"])
        found = estimate.estimate(PROD, Given(viewers=1e4, uploads_a_second=1), habits)
        assert all(math.isfinite(line.dollars) for line in found.lines)
        assert all(math.isfinite(row.need.amount) and row.need.amount >= 0 for row in table.rows(found))


@given(more=st.sampled_from(["viewers", "uploads_a_second", "months"]), factor=st.floats(1.5, 20))
@settings(max_examples=15, deadline=None)
def test_more_of_anything_costs_more_and_no_line_is_odd(more: str, factor: float) -> None:
    before = Given(viewers=1e4, uploads_a_second=1, months=6)
    after = replace(before, **{more: getattr(before, more) * factor})
    small, large = (estimate.estimate(PROD, one, Habits()) for one in (before, after))
    assert large.dollars > small.dollars
    assert all(math.isfinite(line.dollars) and line.dollars > 0 for line in (*small.lines, *large.lines))


@given(st.floats(0, 1e10), st.floats(0, 1e10))
def test_steps_never_make_more_cheaper(one: float, other: float) -> None:
    few, many = sorted((one, other))
    assert prices.in_steps(few, prices.DELIVERED_STEPS) <= prices.in_steps(many, prices.DELIVERED_STEPS)


def test_steps_by_hand() -> None:
    assert prices.in_steps(60_000, prices.DELIVERED_STEPS) == pytest.approx(850 + 3_200 + 600)
    assert prices.in_steps(0, s3_prices.STANDARD_STEPS) == 0


@pytest.mark.parametrize(
    "change",
    [
        "kbps",
        "speed=1",
        "kbps=fast",
        "kbps=-1",
        "kbps=inf",
        "kbps=nan",
        "policy=cold",
        "watched=0",
        "origin_share=1.1",
        "taken_down=0.5",
    ],
)
def test_an_assumption_that_is_none_is_refused(change: str) -> None:
    with pytest.raises(ValueError, match=r"kbps|what can be set|policy|watched|origin_share|taken_down"):
        with_changes(Habits(), [change])


def test_an_assumption_that_is_said_twice_is_refused_unless_it_is_the_same() -> None:
    assert with_changes(Habits(), ["kbps=2", "kbps=2"]).kbps == 2
    with pytest.raises(ValueError, match="kbps is said twice: 1 and 2"):
        with_changes(Habits(), ["kbps=1", "ladder=0.5", "kbps=2"])


# --- what is printed -------------------------------------------------------------------------------------------------


def test_shares_are_a_whole_and_each_line_has_unit_and_source(sizes: dict[str, Estimate]) -> None:
    for found in sizes.values():
        assert sum(found.share(line) for line in found.lines) == pytest.approx(1)
        assert len({(line.group, line.what) for line in found.lines}) == len(found.lines)
        assert all(line.unit and line.source.startswith("aws.amazon.com/") for line in found.lines)
        assert set(found.of_groups()) <= set(picture.COLORS)


def test_the_sensitivity_table_has_the_largest_effect_first(sizes: dict[str, Estimate]) -> None:
    now = sizes["middle"]
    effects = [abs(change.dollars - now.dollars) for change in estimate.sensitivity(now)]
    assert effects == sorted(effects, reverse=True)
    assert effects[0] > 0.3 * now.dollars


def test_the_command_prints_every_line_with_its_share_and_draws_a_picture(tmp_path: Path) -> None:
    arguments = ["cost", "model", "--viewers", "1000000", "--uploads", "1000", "--svg", str(tmp_path / "model.svg")]
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == 0, shown.output
    told = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).output)
    assert told["dollars"] == pytest.approx(sum(line["dollars"] for line in told["lines"]))
    for line in told["lines"]:
        assert line["what"] in shown.output
        assert f"{line['share']:.1%}" in shown.output
        assert line["source"]
    assert told["as_of"] == prices.AS_OF
    drawn = ElementTree.fromstring((tmp_path / "model.svg").read_text())
    texts = " ".join(text.text or "" for text in drawn.iter("{http://www.w3.org/2000/svg}text"))
    assert "CDN: bytes" in texts
    assert "15.1%" in texts


def test_the_command_refuses_in_a_sentence() -> None:
    shown = CliRunner().invoke(app, ["cost", "model", "--daily-users", "1e8", "--minutes", "60", "--viewers", "1e6"])
    assert shown.exit_code == 2
    said = " ".join(shown.output.replace("│", " ").split())
    assert "4,166,667" in said
    assert "14.4 minutes" in said


@pytest.mark.parametrize(
    "wrong", [["--viewers", "nan"], ["--set", "watched=0"], ["--svg", "/nowhere/at/all.svg"], ["--stage", "local"]]
)
def test_what_cannot_be_done_is_a_sentence(wrong: list[str]) -> None:
    shown = CliRunner().invoke(app, ["cost", "model", *wrong])
    assert (shown.exit_code, "Invalid value" in shown.output) == (2, True)


def test_the_pages_say_what_the_code_does(sizes: dict[str, Estimate]) -> None:
    """If not: python -m infra.checks.cost_model."""
    stale = [path.name for path, text in cost_model.pages(sizes).items() if path.read_text() != text]
    assert stale == []
