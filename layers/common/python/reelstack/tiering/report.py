"""The report of a run, and the facts that the next night's plan is made with.

Each line of a plan leaves a document with its outcomes, so a run that was killed and went on is reported whole.
"""

import json
from collections import Counter
from typing import Any

from reelstack.platform import storage
from reelstack.tiering import decay, document_keys
from reelstack.tiering.policies import HOT_SHARE

MOST_KEYS = 100
"""Keys of skipped objects that a report names, for each reason."""


def write(run: str, planned: dict[str, Any], *, dry_run: bool = False) -> dict[str, Any]:
    """The report of a run, stored, and the facts for the next night. Doing it again writes the same. A dry run leaves
    the facts: the run after it plans the same."""
    counts: Counter[str] = Counter()
    skipped: dict[str, list[str]] = {}
    for key in storage.list_keys("media", document_keys.results(run)):
        document = storage.read_json("media", key)
        counts.update(document["counts"])
        for reason, keys in document["skipped"].items():
            named = skipped.setdefault(reason, [])
            named.extend(keys[: MOST_KEYS - len(named)])
    made = {"run": run, "planned": planned, "counts": dict(counts), "skipped": skipped}
    storage.write_json("media", document_keys.report(run), made)
    if not dry_run:
        _write_facts(run)
    return made


def _write_facts(run: str) -> None:
    before = storage.read_json_or_none("media", document_keys.FACTS)
    if before and before.get("run") == run:
        return  # a fit remembers the one before: it must not remember itself
    fit, clips = decay.Fit(), Counter[int]()
    for key in storage.list_keys("media", document_keys.sums(run)):
        document = storage.read_json("media", key)
        fit.add_json(document["fit"])
        clips.update({int(plays): number for plays, number in document["clips_by_plays"].items()})
    found = fit.decay(decay.from_json(before["decay"]) if before else None)
    facts = {"run": run, "decay": found.as_json(), "hot_plays": hot_plays(clips)}
    storage.write("media", document_keys.FACTS, json.dumps(facts).encode(), "application/json", storage.NEVER)


def hot_plays(clips: Counter[int]) -> int:
    """`policies.hot_plays`, of how many clips have so many plays. A clip in two parts of a plan counts twice."""
    left = int(HOT_SHARE * clips.total())
    for plays in sorted(clips, reverse=True):
        if left < clips[plays]:
            return plays
        left -= clips[plays]
    return 0
