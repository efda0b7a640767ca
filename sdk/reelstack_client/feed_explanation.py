"""What a viewer's next page would be made of, as administrators are told: `client.feed.explanation`."""

from __future__ import annotations

from reelstack_client.models import Answer


class ExplainedStage(Answer):
    """Clips that passed a stage: `came` and `added` are `left` and those of `dropped`, by reason."""

    stage: str
    came: int
    added: int = 0
    dropped: dict[str, int]
    left: int


class ExplainedClip(Answer):
    video_id: str
    owner_id: str
    source: str
    about: str | None = None
    """The tag or clip that speaks for it."""
    value: float = 0.0
    """What clips are ordered by, before variety."""
    heads: dict[str, float]
    """What the ranker predicts; empty without one."""
    propensity: float = 1.0
    explores: bool = False
    repeated: bool = False


class FeedExplanation(Answer):
    """Stages in their order: what one leaves comes to the next, and what the last one leaves is the page."""

    level: int
    policy: str = ""
    model: str = ""
    proposed: dict[str, int]
    """Source -> clips that it proposed."""
    stages: list[ExplainedStage]
    late: list[str]
    """Sources that did not answer in time."""
    stage_ms: dict[str, float]
    items: list[ExplainedClip]
