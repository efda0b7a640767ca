"""Adaptive bitrate: the player's own policies in Node, over mobile networks, beside others' and an optimum.

    reelstack bench abr [--traces DIR] [--quick] [--json] [--write]

Without `--traces`, networks are drawn at random. Half of the traces, by a hash of their names, are held back: nothing
was fitted on them (docs/decisions/player.md, Policies), and their rows and checks stand apart.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import _player
from bench._player import Row, Trace, kbps, mean, paired, qoe, stall_percent
from bench._report import Check, Report, run, say

RESULTS = Path(__file__).parent / "results" / "abr.json"
OURS, SEED, BOLA = "adaptive", "seed", "BOLA-E"
OTHERS = (SEED, BOLA, "throughput", "L2A", "LoL+")
BUFFER_SECONDS = 25
CARRIED = 1.2
"""Of the lowest rung: a trace that carries so much, with the same buffer, standing still less than 1 % of the time."""
STALL_PERCENT = 1.0
OF_OPTIMUM = 1.10
FIRST_OF_MEDIAN = 0.9
GENERATED, QUICK_TRACES = 8, 12
FORESEEN = {"preloads": ["no limit"], "foreseen": True}


def single(ladder: dict[str, Any], bitrates: list[str], sessions: int) -> dict[str, Any]:
    """One clip of 120 s, watched to its end."""
    return _run("single", ladder, bitrates, ["none"], sessions) | {"seconds": 120, "mostSeconds": 7200}


def swipes(ladder: dict[str, Any], bitrates: list[str], sessions: int) -> dict[str, Any]:
    """Clips of 15 to 60 s, five minutes of them; all policies have the same preloading, each with rungs of its own."""
    return _run("swipes", ladder, bitrates, [OURS], sessions) | {"seconds": 0, "mostSeconds": 300}


def _run(
    scenario: str, ladder: dict[str, Any], bitrates: list[str], preloads: list[str], sessions: int
) -> dict[str, Any]:
    made = {"scenario": scenario, "ladder": ladder, "bitrates": bitrates, "preloads": preloads, "sessions": sessions}
    return made | {"bufferSeconds": BUFFER_SECONDS, "seed": 19}


def measure(quick: bool, options: argparse.Namespace) -> Report:
    made = Report("abr")
    traces = _traces(quick, options.traces)
    sessions = 1 if quick else 3
    for kind in sorted({_group_of(trace) for trace in traces}):
        for held_back in (False, True):
            some = [trace for trace in traces if _group_of(trace) == kind and trace.is_held_back is held_back]
            if some:
                _group(made, f"{kind}, {'held back' if held_back else 'fitted on'}", some, sessions)
    if options.write and not quick:
        RESULTS.write_text(json.dumps(made.as_json(), indent=1, ensure_ascii=False) + "\n")
    return made


def _group_of(trace: Trace) -> str:
    return "drawn" if trace.is_drawn else trace.kind


def _traces(quick: bool, folder: Path | None) -> list[Trace]:
    drawn = _player.generated(2 if quick else GENERATED)
    found = _player.recorded(folder) if folder else []
    return [*found[:: max(1, len(found) // QUICK_TRACES)], *drawn] if quick else [*found, *drawn]


def _group(made: Report, name: str, traces: list[Trace], sessions: int) -> None:
    say(f"… {name}: {len(traces)} traces")
    ladder, known = _player.OURS, _player.KNOWN
    bitrates = [OURS, *OTHERS]
    lowest = str(min(ladder["kbps"]))
    carried = ladder | {"kbps": [CARRIED * min(ladder["kbps"])], "sides": [480]}
    runs = [
        single(known, bitrates, sessions),
        swipes(ladder, bitrates, sessions),
        single(ladder, [OURS, lowest], sessions),
        single(carried, ["0"], sessions),
        swipes(ladder, [lowest], sessions),
        swipes(ladder, [lowest], sessions) | FORESEEN,
        swipes(carried, ["0"], sessions),
        single(known, ["optimum"], sessions) | {"scenario": "optimum"},
    ]
    one, many, long, long_carried, low, foreseen, many_carried, best = _player.run(traces, runs)
    _compare(made, f"{name}: one clip of 120 s", one, "none", best)
    _compare(made, f"{name}: swiping", many, OURS, None)
    _carried(made, f"{name}: one clip of 120 s", Stalls.of(long, long, long_carried, "none"))
    _carried(made, f"{name}: swiping", Stalls.of(many, low, many_carried, OURS), foreseen)
    _first(made, name, many)


def _compare(made: Report, name: str, rows: list[Row], preload: str, best: list[Row] | None) -> None:
    for policy in (OURS, *OTHERS):
        row = {"what": name, "policy": policy, "kbps": round(mean(rows, f"{policy}/{preload}", kbps))}
        row |= {
            "stall %": round(mean(rows, f"{policy}/{preload}", stall_percent), 2),
            "QoE": round(mean(rows, f"{policy}/{preload}", qoe), 1),
            "switches": round(mean(rows, f"{policy}/{preload}", lambda one: one["switches"]), 1),
        }
        if policy != OURS:
            ours, theirs = f"{OURS}/{preload}", f"{policy}/{preload}"
            row["kbps of adaptive, more"] = str(paired(rows, ours, theirs, kbps))
            row["stall % of adaptive, more"] = str(paired(rows, ours, theirs, stall_percent))
        made.rows.append(row)
    if best:
        policy = "optimum/none"
        found = {"kbps": round(mean(best, policy, kbps)), "stall %": round(mean(best, policy, stall_percent), 2)}
        made.rows.append({"what": name, "policy": "optimum", **found, "QoE": round(mean(best, policy, qoe), 1)})
    made.checks += [
        Check(
            f"{name}: QoE more than {other}'s",
            paired(rows, f"{OURS}/{preload}", f"{other}/{preload}", qoe).mean,
            "Mbit",
            0,
            True,
        )
        for other in OTHERS
    ]
    for other in (BOLA, SEED) if best else (BOLA,):
        ours, theirs = f"{OURS}/{preload}", f"{other}/{preload}"
        made.checks += [
            Check(
                f"{name}: bitrate more than {other}'s", paired(rows, ours, theirs, kbps).mean, "kbit/s", 0, least=True
            ),
            Check(f"{name}: stalls more than {other}'s", paired(rows, ours, theirs, stall_percent).mean, "points", 0),
        ]


@dataclass(frozen=True)
class Stalls:
    """By trace, in percent: of the adaptive policy; of the lowest rung alone, which are the fewest possible with the
    same buffer and preloading; and of 1.2 × the lowest rung alone."""

    ours: dict[str, float]
    fewest: dict[str, float]
    carried: dict[str, float]

    @classmethod
    def of(cls, rows: list[Row], low: list[Row], carried: list[Row], preload: str) -> "Stalls":
        lowest = min(_player.OURS["kbps"])
        return cls(
            _player.by_trace(rows, f"{OURS}/{preload}", stall_percent),
            _player.by_trace(low, f"{lowest}/{preload}", stall_percent),
            _player.by_trace(carried, f"0/{preload}", stall_percent),
        )


def _carried(made: Report, name: str, stalls: Stalls, foreseen: list[Row] | None = None) -> None:
    """Traces that carry 1.2 × the lowest rung: stalls below 1 %. Others: within 10 % of the fewest possible.
    `foreseen`: the lowest rung alone of a player that knows when its viewer swipes, which is shown only."""
    ours, fewest = stalls.ours, stalls.fewest
    good = [trace for trace, carried in stalls.carried.items() if carried < STALL_PERCENT]
    others = [trace for trace in ours if trace not in good]
    worst = max((ours[trace] for trace in good), default=0.0)
    ratio = _ratio(ours, fewest, others)
    row = {"what": name, "traces that carry 1.2 × the lowest rung": len(good), "worst stall % there": round(worst, 2)}
    row |= {"of these at 1 % or more": sum(ours[trace] >= STALL_PERCENT for trace in good)}
    row |= {"other traces": len(others), "stalls there, of the fewest possible": round(ratio, 3)}
    row |= {"beyond 1.1 of them": sum(ours[t] > OF_OPTIMUM * fewest[t] + 0.1 for t in others)}
    if foreseen:
        seer = _player.by_trace(foreseen, f"{min(_player.OURS['kbps'])}/no limit", stall_percent)
        row |= {
            "of a seer's": round(_ratio(ours, seer, others), 3),
            "lowest rung of a seer's": round(_ratio(fewest, seer, others), 3),
        }
    made.rows.append(row)
    made.checks.append(Check(f"{name}: worst stall where 1.2 × the lowest rung is carried", worst, "%", STALL_PERCENT))
    made.checks.append(Check(f"{name}: stalls elsewhere, of the fewest possible", ratio, "×", OF_OPTIMUM))


def _ratio(one: dict[str, float], other: dict[str, float], traces: list[str]) -> float:
    total = sum(other[trace] for trace in traces)
    return sum(one[trace] for trace in traces) / total if total > 0 else 1.0


def _first(made: Report, name: str, rows: list[Row]) -> None:
    def share(row: Row) -> float:
        later = row["firstKbps"][2:]
        return sum(later) / len(later) / row["medianKbps"] if later else 1.0

    shares = _player.by_trace(rows, f"{OURS}/{OURS}", share)
    value = sum(shares.values()) / len(shares)
    below = sum(one < FIRST_OF_MEDIAN for one in shares.values())
    made.rows.append(
        {"what": f"{name}: swiping", "first segment of the median": round(value, 3), "traces below 0.9": below}
    )
    made.checks.append(
        Check(f"{name}: first segment from the third clip on, of the median", value, "×", FIRST_OF_MEDIAN, least=True)
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--traces", type=Path, help="folder of recorded networks (JSON); default: generated ones")
    parser.add_argument("--write", action="store_true", help="keep the results in bench/results/abr.json")


if __name__ == "__main__":
    run(measure, _arguments)
