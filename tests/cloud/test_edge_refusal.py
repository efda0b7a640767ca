"""The deployed cloud's edge refuses what can wait, from the event to the flag's end, and nothing else."""

import json
import time
from collections.abc import Iterator

import pytest

from reelstack.events import SOURCE, FeedLevelChanged
from reelstack.platform.clock import now_ms
from tests.cloud.driver import Driver, eventually, problem

pytestmark = [pytest.mark.cloud, pytest.mark.engines]
HOLDS_SECONDS = 60
WAITS, DOES_NOT = "/v1/videos?limit=1", "/v1/feed?limit=1"


def say(drive: Driver, level: int, refuses_until: int) -> None:
    told = FeedLevelChanged(level=level, at=now_ms(), refuses_until=refuses_until)
    entry = {"Source": SOURCE, "DetailType": told.name, "Detail": told.model_dump_json()}
    answer = drive.aws("events").put_events(Entries=[{"EventBusName": drive.outputs.bus, **entry}])
    assert not answer["FailedEntryCount"], answer


@pytest.fixture
def overloaded(drive: Driver) -> Iterator[None]:
    say(drive, 3, int(time.time()) + HOLDS_SECONDS)
    yield
    say(drive, 0, 0)
    assert eventually(lambda: drive.call("GET", WAITS).status_code, (200).__eq__) == 200


def test_what_can_wait_is_refused_before_any_service_is_asked(drive: Driver, overloaded: None) -> None:
    refused = eventually(lambda: drive.call("GET", WAITS), lambda answer: answer.status_code == 503)
    assert problem(refused) == (503, "service-overloaded")
    assert 1 <= int(refused.headers["retry-after"]) <= 5
    assert "apigw-requestid" not in refused.headers
    assert json.loads(refused.text)["correlation_id"]
    assert drive.call("GET", DOES_NOT).status_code == 200
    assert drive.call("PUT", "/v1/feed/hidden/tags/dull").status_code == 204
    assert drive.call("DELETE", "/v1/feed/hidden/tags/dull").status_code == 204
