"""What simulated people report is what the service takes."""

import pytest

from cli.simulation import remote
from cli.simulation.world import Outcome
from reelstack.behavior import client_events, plausibility
from reelstack_client import Video


@pytest.mark.parametrize(("outcome", "share", "last"), [(Outcome(9, finish=True), 1.0, "finish"),
                                                        (Outcome(1, fast_skip=True), 0.1, "skip")])  # fmt: skip
def test_reports_are_events_that_a_viewer_can_have_made_at_once(outcome: Outcome, share: float, last: str) -> None:
    video = Video(video_id="v1", owner_id="ann", title="x", state="published", receipt="r")
    impression, play, end = (client_events.read(event) for event in remote.events_of(video, outcome, share))
    assert (impression.type, play.type, end.type) == ("impression", "play", last)
    assert end.view_id == play.id
    assert {impression.receipt, play.receipt, end.receipt} == {"r"}
    assert plausibility.can_have_watched(end.watched_ms, 0, 0)


def test_a_clip_is_known_again_by_its_title() -> None:
    assert remote.row_of(remote.title_of(12)) == 12
    assert remote.row_of("Big Buck Bunny") is None
