"""What commands print about one thing is a sentence that a person can read."""

import pytest

from cli.failures import ADVICE_BY_TYPE, explain
from cli.output import counted
from cli.privacy import ExportLines
from cli.refusals import all_of
from reelstack_client import Export, NotAllowed, SignInFailed, WrongType


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 replies"), (1, "1 reply"), (2, "2 replies"), (12345, "12,345 replies")]
)
def test_one_is_not_many(number: int, said: str) -> None:
    assert counted(number, "reply", "replies") == said


def test_advice_is_for_refusals_that_exist() -> None:
    assert ADVICE_BY_TYPE.keys() <= {refusal.type for refusal in all_of()}


def test_nobody_is_sent_to_an_account_that_may_not_either() -> None:
    """A video's owner decides about no appeal, and a quota is no matter of roles."""
    appealed = explain(NotAllowed(403, "second-reviewer-required", "An appeal is decided by someone else", "", {}))
    assert appealed
    assert "ann" not in appealed
    full = explain(NotAllowed(403, "daily-uploads-exceeded", "You may begin more uploads tomorrow", "", {}))
    assert full
    assert "--as" not in full


def test_a_suspended_user_is_told_how_a_suspension_ends() -> None:
    for refused in (
        SignInFailed("could not sign in as bob: User is disabled."),
        NotAllowed(403, "account-suspended", "This account is suspended", "", {}),
    ):
        said = explain(refused)
        assert said
        assert "reelstack restore" in said


def test_lists_are_read_as_words() -> None:
    said = explain(WrongType(415, "media-type-not-allowed", "Only video", "", {"allowed": ["video/mp4", "video/webm"]}))
    assert said
    assert "allowed: video/mp4, video/webm" in said


def test_an_export_says_each_step_once(capsys: pytest.CaptureFixture[str]) -> None:
    show = ExportLines()
    for percent, finished in ((0, []), (0, []), (50, ["likes"]), (50, ["likes"]), (99, ["likes", "reelstack-1.zip"])):
        show(Export(export_id="e1", state="running", asked_at=1, percent=percent, finished=tuple(finished)))
    assert capsys.readouterr().err.splitlines() == ["    0 %", "   50 %  likes", "   99 %  reelstack-1.zip"]


def test_fields_that_were_refused_are_told_in_a_sentence() -> None:
    errors = [{"field": "body.title", "says": "String should have at most 100 characters"}]
    said = explain(NotAllowed(422, "invalid-request", "The request is not valid", "See `errors`", {"errors": errors}))
    assert said
    assert "body.title: String should have at most 100 characters" in said
    assert "{" not in said
