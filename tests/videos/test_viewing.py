"""A video that everybody looks at: its item is read once a second, and what that may miss is refused at the edge."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from valkey import Valkey

from functions.videos.publish_video_events.handler import handler as announce
from reelstack.platform import cache
from reelstack.social import blocks
from reelstack.tables.model import connection
from reelstack.tables.videos import Video
from reelstack.videos import access
from tests.support.functions import handler_of
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
PATHS = ("/v1/videos/vid", "/v1/videos/vid/playback")


@pytest.fixture
def reads() -> Iterator[list[str]]:
    """Videos whose item was read."""
    asked: list[str] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        if params["TableName"] == "videos_table":
            asked.append(params["Key"]["video_id"]["S"])

    handler_of("videos")  # the first service that a process imports gives it another connection (aws.answer_requests)
    wire, name = connection().client.meta.events, "provide-client-params.dynamodb.GetItem"
    wire.register(name, note)
    yield asked
    wire.unregister(name, note)


def get(call: Call, path: str, user: str = "bob", **who: Any) -> Any:
    return call("videos", "GET", path, user=user, **who)


def issued(answer: Any) -> int:
    return issued_of(answer.json["master_url"])


def issued_of(url: str) -> int:
    """When the token in an address counts as given."""
    return int(url.split("/t/")[1].split("-")[0])


def object_of(url: str) -> str:
    """What an address leads to, without its token."""
    before, _, after = url.partition("/t/")
    return before + after[after.index("/") :]


def test_many_who_look_at_a_video_read_its_item_once_a_second(
    call: Call, cached: Valkey, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert access.KEPT_SECONDS == 1
    monkeypatch.setattr(access, "KEPT_SECONDS", 60)  # however slow this machine is
    make(description="Bunny", tags=["a", "b"], cost_microdollars=7, labels={"sexual": 0.1})
    found = [get(call, path, user).json for user in ("bob", "cid", "dan") for path in PATHS]
    assert reads == ["vid"]
    assert {item["description"] for item in found if "description" in item} == {"Bunny"}
    assert 0 < cached.pttl("rs:item:vid") <= 60_000
    kept = get(call, PATHS[0]).json
    own = get(call, PATHS[0], "ann").json
    # The item was read in another second than the owner's, and addresses count as given when it was.
    posters = [one.pop("poster_url") for one in (kept, own)]
    assert object_of(posters[0]) == object_of(posters[1])
    assert issued_of(posters[0]) <= issued_of(posters[1])
    assert kept == own | dict.fromkeys(("cost_microdollars", "reencoding", "reencode_reason", "notices"))
    assert reads == ["vid", "vid"], "owners see it as it is"
    assert get(call, PATHS[0], "mia", roles=("moderator",)).status == 200
    assert reads == ["vid"] * 3


def test_a_change_of_a_video_is_taken_out_of_the_cache(
    call: Call, cached: Valkey, event: Callable[[str], Any], context: Any
) -> None:
    make()
    assert [get(call, path).status for path in PATHS] == [200, 200]
    Video("vid").update([Video.state.set("deleted")])
    assert announce(event("videos/publish_video_events.deleted"), context) == {"events": 1}
    assert [problem(get(call, path)) for path in PATHS] == [(404, "video-not-found")] * 2


def test_who_read_a_video_before_its_owner_hid_it_keeps_nothing_of_it(
    call: Call, cached: Valkey, event: Callable[[str], Any], context: Any
) -> None:
    """The reader is slower than the owner and the table's stream together."""
    make()
    record = event("videos/publish_video_events.deleted")
    images = record["Records"][0]["dynamodb"]
    images["NewImage"] = images["OldImage"] | {"visibility": {"S": "private"}}

    def load(video_ids: list[str]) -> dict[str, Any]:
        read = {one: Video.get(one).serialize() for one in video_ids if one == "vid"}
        assert call("videos", "PATCH", PATHS[0], body={"visibility": "private"}).status == 200
        announce(record, context)
        return read

    found = cache.remember_many("card", ["vid", "other"], 60, load)
    assert found["vid"]["visibility"] == {"S": "public"}
    assert cached.get("rs:card:vid") == cache.CHANGING


@pytest.mark.parametrize("hidden", [("PATCH", {"visibility": "private"}), ("DELETE", None)])
def test_what_its_owner_hides_is_hidden_with_that_very_answer(
    call: Call, cached: Valkey, hidden: tuple[str, Any]
) -> None:
    make()
    assert [get(call, path).status for path in PATHS] == [200, 200]
    method, body = hidden
    assert call("videos", method, PATHS[0], body=body).status < 300
    assert [get(call, path).status for path in PATHS] in ([403, 403], [404, 404])


def test_a_block_holds_from_its_moment_whatever_is_kept(call: Call, cached: Valkey) -> None:
    make()
    assert get(call, PATHS[1]).status == 200
    blocks.block("ann", "bob")
    assert [problem(get(call, path)) for path in PATHS] == [(404, "video-not-found")] * 2


def test_what_is_given_on_what_was_kept_counts_as_given_when_it_was_read(
    call: Call, cached: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a denial of what was issued until a change refuses it, however late it was given."""
    monkeypatch.setattr(access, "KEPT_SECONDS", 60)
    make()
    get(call, PATHS[0])
    Video("vid").update([Video.visibility.set("private")])
    changed = int(time.time())
    time.sleep(1.1)
    late = get(call, PATHS[1])
    assert late.status == 200, "nobody has said that it changed"
    assert issued(late) <= changed < int(time.time())
    assert late.json["expires_at"] - issued(late) == 6 * 3600
    assert issued(get(call, PATHS[1], "ann")) > changed
