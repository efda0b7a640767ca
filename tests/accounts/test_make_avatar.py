"""Avatars: the offer of the users service, and what make_avatar makes of what was sent."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from functions.accounts.make_avatar.handler import handler as make_avatar
from reelstack.accounts.avatars import CACHE_CONTROL
from reelstack.classification import verdicts
from reelstack.platform import aws as seam
from reelstack.platform.config import Config, config
from reelstack.tables.accounts import User
from tests.accounts.test_image_sanitizer import drawn
from tests.accounts.test_profiles import problem

Call = Callable[..., Any]
FIRST, SECOND = "avatars/bob/1795420800000-a1b2c3d4e5f6", "avatars/bob/1795420900000-a1b2c3d4e5f6"
THIRD = "avatars/bob/1795421000000-a1b2c3d4e5f6"


@pytest.fixture
def sent(aws: Config, event: Callable[[str], Any], context: Any) -> Callable[..., str]:
    """Puts a picture where Bob's form puts it, and delivers the event."""
    User("bob", created_at=1).save()

    def run(content: bytes | None, key: str = FIRST) -> str:
        if content is not None:
            seam.client("s3").put_object(Bucket="uploads", Key=key, Body=content, ContentType="image/jpeg")
        told = event("accounts/make_avatar.uploaded")
        told["detail"]["object"]["key"] = key
        return str(make_avatar(told, context)["outcome"])

    return run


def keys(bucket: str) -> list[str]:
    return [item["Key"] for item in seam.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])]


def me(call: Call) -> Any:
    return call("accounts", "GET", "/v1/me", user="bob", roles=("viewer",)).json


def test_the_form_takes_one_picture_of_the_type_and_size_it_was_made_for(call: Call, aws: Config) -> None:
    offer = call("accounts", "POST", "/v1/me/avatar", body={"content_type": "IMAGE/PNG"}, user="bob").json
    policy = json.loads(base64.b64decode(offer["fields"]["policy"]))
    assert offer["fields"]["key"].startswith("avatars/bob/")
    for condition in (
        {"key": offer["fields"]["key"]},
        {"bucket": "uploads"},
        {"Content-Type": "image/png"},
        ["content-length-range", 1, aws.max_avatar_bytes],
    ):
        assert condition in policy["conditions"]


@pytest.mark.parametrize(
    ("body", "status", "type_"),
    [
        ({"content_type": "image/svg+xml"}, 415, "image-type-not-allowed"),
        ({"content_type": "image/gif"}, 415, "image-type-not-allowed"),
        ({}, 422, "invalid-request"),
        ({"content_type": "image/png", "key": "u/ann/1.jpg"}, 422, "invalid-request"),
    ],
)
def test_a_bad_wish_gets_one_clear_answer(call: Call, body: Any, status: int, type_: str) -> None:
    assert problem(call("accounts", "POST", "/v1/me/avatar", body=body)) == (status, type_)


def test_a_sent_picture_is_shown_as_one_of_ours_and_what_was_sent_goes(call: Call, sent: Callable[..., str]) -> None:
    assert sent(drawn()) == "shown"
    assert me(call)["avatar_url"] == "/u/bob/1795420800000-a1b2c3d4e5f6.jpg"
    assert (keys("uploads"), keys("media")) == ([], ["u/bob/1795420800000-a1b2c3d4e5f6.jpg"])
    shown = seam.client("s3").get_object(Bucket="media", Key=keys("media")[0])
    assert (shown["ContentType"], shown["CacheControl"]) == ("image/jpeg", CACHE_CONTROL)


def test_the_same_event_again_changes_nothing(call: Call, sent: Callable[..., str]) -> None:
    assert [sent(drawn()), sent(None)] == ["shown", "gone"]
    assert me(call)["avatar_url"] == "/u/bob/1795420800000-a1b2c3d4e5f6.jpg"


def test_a_later_picture_takes_the_place_of_an_earlier_one_whatever_their_order(
    call: Call, sent: Callable[..., str]
) -> None:
    assert [sent(drawn(), SECOND), sent(drawn(), FIRST)] == ["shown", "late"]
    assert keys("media") == ["u/bob/1795420900000-a1b2c3d4e5f6.jpg"]
    later = SECOND.replace("9000", "9999")
    assert sent(drawn(), later) == "shown"
    assert (keys("media"), keys("uploads")) == ([f"u/{later.removeprefix('avatars/')}.jpg"], [])


def test_what_is_no_picture_is_not_shown_and_its_sender_is_told(
    call: Call, sent: Callable[..., str], aws: Config
) -> None:
    assert sent(b"GIF89a") == "refused"
    assert (me(call)["avatar_problem"], me(call)["avatar_url"]) == ("picture-unreadable", None)
    call("accounts", "POST", "/v1/me/avatar", body={"content_type": "image/png"}, user="bob")
    assert me(call)["avatar_problem"] is None
    assert sent(drawn() + b"x" * aws.max_avatar_bytes, SECOND) == "refused"
    assert (keys("uploads"), keys("media")) == ([], [])
    assert sent(drawn(), THIRD) == "shown"
    assert me(call)["avatar_problem"] is None


def test_a_form_that_is_posted_again_has_nothing_judged_again(call: Call, sent: Callable[..., str]) -> None:
    """It is good for minutes, and each judgement costs a second of a model, or a call of Rekognition."""
    assert sent(b"GIF89a") == "refused"
    assert [sent(drawn()) for _ in range(2)] == ["late", "late"]
    assert sent(drawn(), SECOND) == "shown"
    assert [sent(drawn(), key) for key in (FIRST, SECOND)] == ["late", "late"]
    assert keys("uploads") == []
    call("accounts", "DELETE", "/v1/me/avatar", user="bob")
    assert sent(drawn(), SECOND) == "late"
    assert keys("media") == []


def test_a_picture_that_moderation_does_not_pass_is_not_shown(
    call: Call, sent: Callable[..., str], aws: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With thresholds that no picture stays below: the engines are the real ones."""
    strict = {label: {"review": 0.0, "reject": 1.0} for label in json.loads(aws.moderation_thresholds)}
    monkeypatch.setenv("REELSTACK_MODERATION_THRESHOLDS", json.dumps(strict))
    config.cache_clear()
    verdicts.read_thresholds.cache_clear()
    assert sent(drawn()) == "refused"
    assert (me(call)["avatar_problem"], keys("media")) == ("picture-moderated", [])


@pytest.mark.parametrize(("confidence", "outcome"), [(60.0, "shown"), (99.0, "refused")])
def test_rekognition_looks_where_it_is_the_stages_engine(
    sent: Callable[..., str], monkeypatch: pytest.MonkeyPatch, confidence: float, outcome: str
) -> None:
    monkeypatch.setenv("REELSTACK_MODERATION_ENGINES", "rekognition")
    config.cache_clear()
    said = [{"Name": "Explicit Nudity", "Confidence": confidence, "ParentName": "", "TaxonomyLevel": 1}]
    with Stubber(seam.client("rekognition")) as stubbed:
        expected = {"Image": {"Bytes": ANY}, "MinConfidence": 50.0}
        stubbed.add_response("detect_moderation_labels", {"ModerationLabels": said}, expected)
        assert sent(drawn()) == outcome


def test_taking_the_picture_away_leaves_nothing_to_serve(call: Call, sent: Callable[..., str]) -> None:
    sent(drawn())
    answers = [call("accounts", "DELETE", "/v1/me/avatar", user="bob", roles=("viewer",)) for _ in range(2)]
    assert [answer.status for answer in answers] == [204, 204]
    assert (me(call)["avatar_url"], keys("media")) == (None, [])


def test_nothing_is_made_for_an_account_that_is_gone(sent: Callable[..., str]) -> None:
    User("bob").update(actions=[User.deleted_at.set(1)])
    assert sent(drawn()) == "late"
    assert (keys("uploads"), keys("media")) == ([], [])
