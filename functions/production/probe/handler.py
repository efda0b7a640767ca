"""Step Probe: what the uploaded file really is, and the plan of its production; or why there will be none."""

import hashlib
from pathlib import Path
from typing import Any

from reelstack.failure_reasons import Refused
from reelstack.media.ladder import Facts, Plan, make_plan
from reelstack.media.probe import find_facts
from reelstack.platform import storage
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.platform.telemetry import entry
from reelstack.production import budget, cost_estimate, progress, reencodes
from reelstack.production.engine_choice import choose_engine, choose_inspector, choose_listener, engine_choice
from reelstack.production.progress import Planned
from reelstack.production.steps import ProbeInput, Rejected
from reelstack.production.workload import arrange
from reelstack.tables.uploads import Upload


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = ProbeInput.model_validate(event)
    upload = Upload.get(step.upload_id, consistent_read=True)
    try:
        source = storage.original(step.key_of_original)
        _check_sum(source, upload.sha256)
        facts = find_facts(source, upload.content_type, max_seconds=config().max_duration_seconds)
        plan = _wanted(_plan(facts), step)
        size_bytes = int(upload.size_bytes)
        plan = _priced(arrange(plan), size_bytes)
    except Refused as refused:
        return Rejected.because(refused).model_dump()
    storage.write_json("intermediates", step.key("plan.json"), plan.model_dump())
    budget.reserve(step.execution, plan.cost_microdollars, _planned(plan, size_bytes))
    numbers = [segment.number for segment in plan.segments]
    return {
        "outcome": "ok",
        "plan_key": step.key("plan.json"),
        "segments": numbers if plan.made else [],
        "first_rung": plan.first_rung,
        "first_segments": numbers if plan.first_rung == "segments" else [],
        "duration_ms": plan.duration_ms,
        "engine": choose_engine(plan, engine_choice(config().engine), config().mediaconvert_over_seconds),
        "watcher": choose_inspector(config().moderation_engines.split(",")),
        "listener": choose_listener(plan, config().speech),
    }


def _plan(facts: Facts) -> Plan:
    return make_plan(
        facts,
        segment_seconds=config().segment_seconds,
        avc_rungs=_sides(config().avc_rungs),
        av1_rungs=_sides(config().av1_rungs),
        av1_preset=config().av1_preset,
    )


def _wanted(plan: Plan, step: ProbeInput) -> Plan:
    """What of the ladder is made now."""
    popular = config().ladder_policy == "popular"
    if step.reencode or step.renditions:
        return reencodes.narrow(plan, step.video_id, step.renditions, whole=not popular)
    return plan.begun() if popular else plan


def _sides(setting: str) -> list[int]:
    return [int(rung) for rung in setting.split(",") if rung]


def _priced(plan: Plan, size_bytes: int) -> Plan:
    """The same plan with what it is estimated to cost. Raises Refused if that is more than one clip may."""
    cost = cost_estimate.estimate(
        plan,
        original_bytes=size_bytes,
        architecture=config().architecture,
        workers=config().segment_workers,
        transcribed=choose_listener(plan, config().speech) == "transcribe",
    )
    cost_estimate.check(cost, config().max_clip_microdollars)
    return plan.model_copy(update={"cost_microdollars": cost.total})


def _planned(plan: Plan, size_bytes: int) -> dict[str, float]:
    first, encode, package = cost_estimate.stage_seconds(plan, size_bytes, config().segment_workers)
    segments = len(plan.segments) if plan.made else 0
    return progress.stored(Planned(len(plan.renditions), segments, first, encode, package, now_ms()))


def _check_sum(source: Path, announced: str | None) -> None:
    if announced:
        with source.open("rb") as file:
            arrived = hashlib.file_digest(file, "sha256").hexdigest()
        if arrived != announced.lower():
            raise Refused("checksum-mismatch", f"The SHA-256 of what arrived is {arrived}.")
