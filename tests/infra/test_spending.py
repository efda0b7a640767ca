"""No cost bombs: what one signed-in user can cost in a day is known, line by line, and within the stage's budget."""

from fractions import Fraction

import pytest

from infra.catalogue import FUNCTIONS
from infra.checks import spending, spending_work
from infra.checks.clips import CLIPS, Clip, planned, priced
from infra.checks.dearest_clip import dearest_clip, within_limits
from infra.checks.spending_work import BY_STAFF_OR_CLOCK, INVOKED, PER_VIDEO
from infra.settings import Settings
from infra.stages import STAGES
from reelstack.failure_reasons import Refused
from reelstack.production import cost_estimate
from tests.authorization import rows

ANYBODYS = (None, "viewer", "creator")
DEPLOYED = ["dev", "prod"]


def test_every_route_of_users_is_priced() -> None:
    """A new route fails here until somebody has thought about what it can cost."""
    wanted = {row.route for row in rows() if row.role in ANYBODYS}
    assert {request.route for request in spending.requests()} == wanted
    assert len(spending_work.ROUTES.strip().splitlines()) == len(wanted) + 1


def test_every_function_is_priced_where_a_user_can_set_it_off() -> None:
    priced = {name.partition(" ")[0] for name in INVOKED}
    for line in FUNCTIONS:
        known = line.trigger in ("http", "step") or line.name in {*priced, *PER_VIDEO, *BY_STAFF_OR_CLOCK}
        assert known, f"{line.name}: who sets it off, and what does that cost?"
    for request in spending.requests():
        assert spending.price(request, STAGES["prod"]) > 0  # KeyError for a consumer that nobody priced


@pytest.mark.parametrize("stage", DEPLOYED)
def test_one_user_cannot_cost_more_in_a_day_than_the_stage_allows(stage: str) -> None:
    settings = STAGES[stage]
    assert 0 < spending.total(settings) <= settings.user_dollars_per_day


def test_no_clip_that_is_accepted_costs_more_than_a_production_is_priced() -> None:
    prod = STAGES["prod"]
    (row,) = [row for row in spending.rows(prod) if row.limit == "slots per creator"]
    assert row.times == prod.production_slots_per_creator
    for clip in CLIPS:
        assert priced(planned(clip, prod), clip.size_bytes(prod), prod) <= row.each, clip
    assert within_limits(prod) > row.each == prod.max_clip_dollars
    cheaper = prod.model_copy(update={"max_duration_seconds": 30})
    assert dearest_clip(cheaper) == within_limits(cheaper) < prod.max_clip_dollars


def test_what_would_cost_more_than_a_clip_may_is_refused_with_the_limit() -> None:
    prod = STAGES["prod"]
    plan = planned(Clip("4K", 240, "hlg", Fraction(10)), prod, key_frame_seconds=10)
    with pytest.raises(Refused, match=r"at most 2.00 \$ \(max_clip_dollars\)") as refused:
        priced(plan, prod.max_upload_bytes, prod)
    assert refused.value.reason == "transcode-too-costly"


def test_segments_are_priced_as_many_at_a_time_as_the_settings_make() -> None:
    assert Settings.model_fields["segment_workers"].default == cost_estimate.WORKERS


@pytest.mark.parametrize("stage", DEPLOYED)
def test_no_rate_of_a_route_and_no_quota_can_be_left_out(stage: str) -> None:
    """That the sum would notice: each of the dear routes breaks the budget, or comes near it, at the common rate."""
    settings = STAGES[stage]
    without = settings.model_copy(update={"route_rates": {}})
    assert spending.total(without) > 10 * settings.user_dollars_per_day
    for name in ("PATCH /v1/me", "PATCH /v1/videos/{video_id}", "PUT /v1/users/{user_id}/follow"):
        rates = {route: rate for route, rate in settings.route_rates.items() if route != name}
        assert spending.total(settings.model_copy(update={"route_rates": rates})) > settings.user_dollars_per_day, name
    unlimited = settings.model_copy(update={"max_uploads_per_day": 100_000})
    assert spending.total(unlimited) > settings.user_dollars_per_day


def test_what_a_change_sets_off_is_read_from_the_catalogue() -> None:
    request = next(one for one in spending.requests() if one.route == "PUT /v1/videos/{video_id}/like")
    assert {name for name, _ in spending._followers(request)} == {"count_interactions", "notify"}


def test_the_page_is_what_the_settings_say() -> None:
    assert spending.PAGE.read_text() == spending.page(STAGES["prod"]), "run `python -m infra.checks.spending`"
