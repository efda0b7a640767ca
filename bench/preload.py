"""Preloading of the next clips: the player's own policy in Node beside no limit, a fixed amount, half, and none.

    reelstack bench preload [--traces DIR] [--quick] [--json] [--write]

The scenario follows the short video streaming challenge of ACM Multimedia 2022 (Zuo et al., "Bandwidth-Efficient
Multi-Video Prefetching for Short Video Streaming"): 750, 1,200 and 1,850 kbit/s, chunks of one second, viewers who
swipe. Per session: QoE = played Mbit − 1.85 Mbit for each second of waiting − each change of bitrate in Mbit/s;
score = QoE − 0.5 × loaded Mbit. Wasted is what was loaded and not played. All have the adaptive bitrate.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from bench import _player
from bench._player import Row, Trace, mean, paired, qoe, stall_percent
from bench._report import Check, Report, run, say

RESULTS = Path(__file__).parent / "results" / "preload.json"
LADDER = {"kbps": [750, 1200, 1850], "sides": [480, 720, 1080], "segmentSeconds": 1, "unitSeconds": 1}
OTHERS = ("no limit", "fixed", "seed", "none")
DATA_COST = 0.5
CLIPS, QUICK_CLIPS = 20, 10
EACH, QUICK_EACH = 16, 4
WASTE_OF_FIXED = 0.7


def _run(preloads: list[str], quick: bool, **more: Any) -> dict[str, Any]:
    made = {"scenario": "swipes", "ladder": LADDER, "bitrates": ["adaptive"], "preloads": preloads, "seed": 22}
    made |= {"sessions": 1 if quick else 3, "clips": QUICK_CLIPS if quick else CLIPS}
    return made | {"seconds": 0, "mostSeconds": 7200, "bufferSeconds": 25, **more}


def measure(quick: bool, options: argparse.Namespace) -> Report:
    made = Report("preload")
    traces = _player.generated(QUICK_EACH if quick else EACH)
    if options.traces:
        found = _player.recorded(options.traces)
        traces = [*(found[::6] if quick else found), *traces]
    for held_back in (False, True):
        half = "held back" if held_back else "fitted on"
        together: list[Row] = []
        for kind in sorted({trace.kind for trace in traces}):
            some = [trace for trace in traces if trace.kind == kind and trace.is_held_back is held_back]
            if some:
                together += _group(made, f"{kind}, {half}", some, quick)
        _together(made, f"all, {half}", together)
    if options.write and not quick:
        RESULTS.write_text(json.dumps(made.as_json(), indent=1, ensure_ascii=False) + "\n")
    return made


def _group(made: Report, name: str, traces: list[Trace], quick: bool) -> list[Row]:
    say(f"… {name}: {len(traces)} traces")
    runs = [
        _run(["adaptive", *OTHERS], quick),
        _run(["adaptive"], quick, shuffled=True),
        _run(["adaptive"], quick, dataSaver=True),
    ]
    rows, shuffled, saving = _player.run(traces, runs)
    rows += [row | {"policy": "adaptive/shuffled"} for row in shuffled] + [
        row | {"policy": "adaptive/data saver"} for row in saving
    ]
    for preload in ("adaptive", *OTHERS, "shuffled", "data saver"):
        made.rows.append(_shown(name, rows, preload))
    for other in ("no limit", "fixed"):
        made.checks.append(_better(name, rows, "adaptive", other))
    made.checks += [
        _better(name, rows, "shuffled", "none"),
        Check(f"{name}: data saver, units ahead", max(row["mostUnitsAhead"] for row in saving), "units", 1),
    ]
    return rows


def _together(made: Report, name: str, rows: list[Row]) -> None:
    """Of all networks, each of whose traces counts the same."""
    share = _wasted(rows, "adaptive") / _wasted(rows, "fixed")
    made.rows += [_shown(name, rows, preload) for preload in ("adaptive", *OTHERS, "shuffled", "data saver")]
    made.checks += [
        Check(f"{name}: QoE more than fixed", _apart(rows, "adaptive", "fixed", qoe), "Mbit", 0, least=True),
        Check(f"{name}: wasted, of fixed", share, "×", WASTE_OF_FIXED),
    ]


def _shown(name: str, rows: list[Row], preload: str) -> Row:
    policy = f"adaptive/{preload}"
    row = {
        "network": name,
        "preload": preload,
        "score": round(mean(rows, policy, _score), 1),
        "QoE": round(mean(rows, policy, qoe), 1),
    }
    row |= {"stall %": round(mean(rows, policy, stall_percent), 2), "kbps": round(mean(rows, policy, _player.kbps))}
    row |= {"wasted Mbit": round(_wasted(rows, preload), 1), "loaded Mbit": round(mean(rows, policy, _loaded), 1)}
    if preload != "adaptive":
        row["score of adaptive, more"] = str(paired(rows, "adaptive/adaptive", policy, _score))
    return row


def _better(name: str, rows: list[Row], one: str, other: str) -> Check:
    return Check(f"{name}: score of {one} more than {other}", _apart(rows, one, other, _score), "Mbit", 0, least=True)


def _apart(rows: list[Row], one: str, other: str, measured: _player.Measure) -> float:
    return round(paired(rows, f"adaptive/{one}", f"adaptive/{other}", measured).mean, 3)


def _loaded(row: Row) -> float:
    return float(row["loadedBits"] / 1e6)


def _score(row: Row) -> float:
    return qoe(row) - DATA_COST * _loaded(row)


def _wasted(rows: list[Row], preload: str) -> float:
    return mean(rows, f"adaptive/{preload}", lambda row: float(row["wastedBits"] / 1e6))


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--traces", type=Path, help="folder of recorded networks (JSON), beside the generated ones")
    parser.add_argument("--write", action="store_true", help="keep the results in bench/results/preload.json")


if __name__ == "__main__":
    run(measure, _arguments)
