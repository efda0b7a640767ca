"""Step RequestReview: puts the clip before a moderator, with all that the decision will need. Production ends here."""

from typing import Any

from reelstack.moderation import decisions
from reelstack.platform import storage
from reelstack.platform.telemetry import entry
from reelstack.production.steps import Id, Work


class RequestReviewInput(Work):
    video_id: str = Id
    labels: dict[str, float]
    poster_hidden: bool = False
    task_token: str | None = None
    """Of an execution that began under version 0.2.0."""


class NobodyWaits(RuntimeError):
    """Ends an execution of version 0.2.0, which would wait for the decision. The video stays in review."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    step = RequestReviewInput.model_validate(event)
    asset = storage.read_json("intermediates", step.asset_key)
    if step.poster_hidden:
        asset["poster"] = None
    asked = decisions.ask(step.video_id, step.attempt, step.labels, asset)
    if step.task_token:
        raise NobodyWaits(step.execution)
    return {"asked": asked}
