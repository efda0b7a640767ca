"""What a viewer's next page would be made of, as lines that a person reads."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reelstack_client import ExplainedClip, FeedExplanation

HEADS = ("finish", "watch_time", "like", "comment", "share", "follow", "fast_skip", "hide", "report")
"""Columns of predictions, in the order of the ranker's."""


def lines(found: "FeedExplanation") -> list[str]:
    ranked_by = found.model or "weights set by hand"
    made = [f"level {found.level}, policy {found.policy}" + (f", ranker {ranked_by}" if found.level <= 1 else "")]
    if not found.stages:
        return [*made, "nothing is planned at this level: the answer is a ready-made page"]
    made += ["", "proposed by  " + (_numbers(found.proposed) or "nobody")]
    if found.late:
        made.append("late         " + ", ".join(found.late))
    made += ["", *_stages(found), "", *_clips(found.items)]
    times = ", ".join(f"{name} {took:.1f}" for name, took in found.stage_ms.items())
    return [*made, "", f"milliseconds: {times}", "What each stage does: docs/feed.md"]


def _stages(found: "FeedExplanation") -> Iterator[str]:
    yield f"{'stage':8} {'came':>5} {'added':>5} {'left':>5}  left out"
    for one in found.stages:
        yield f"{one.stage:8} {one.came:5} {one.added or '':>5} {one.left:5}  {_numbers(one.dropped)}".rstrip()


def _clips(items: "list[ExplainedClip]") -> Iterator[str]:
    heads = [head for head in HEADS if any(head in one.heads for one in items)]
    wide = max((len(one.video_id) for one in items), default=0)
    why = max((len(_why(one)) for one in items), default=0)
    titles = "".join(f" {head:>{max(len(head), 5)}}" for head in heads)
    yield f"{'':3} {'clip':{wide}}  {'because of':{why}} {'value':>8}{titles}"
    for place, one in enumerate(items, 1):
        predicted = "".join(f" {one.heads.get(head, 0):{max(len(head), 5)}.3f}" for head in heads)
        yield f"{place:2}. {one.video_id:{wide}}  {_why(one):{why}} {_value(one):>8}{predicted}"


def _value(one: "ExplainedClip") -> str:
    """What only fills the page was not weighed."""
    return f"{one.value:.3f}" if one.value or one.heads else "–"


def _why(one: "ExplainedClip") -> str:
    said = one.source + (f" ({one.about})" if one.about else "")
    return said + (", explores" if one.explores else "") + (", repeated" if one.repeated else "")


def _numbers(of: Mapping[str, int]) -> str:
    """The most first."""
    return ", ".join(f"{name} {number}" for name, number in sorted(of.items(), key=lambda one: (-one[1], one[0])))
