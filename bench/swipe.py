"""Swiping in Chromium: the player beside bare elements of the same clips, in the same run.

first      the first clip of a page, over HTTP                            bare element without preloading
swipe      to the first frame after `play` of a clip that was prepared    bare element that holds the clip in memory
flings     ten clips passed within 160 ms, then one watched
memory     what the page's process holds after hundreds of swipes         three bare elements, whose source changes
screen     pictures of the screen while swiping, of which none is black   –
phone      a processor four times slower, 3G                              –
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench._report import Check, Report, run, say
from bench._swipe_clips import draw_set
from local import programs
from local.errors import LocalError

ROOT = Path(__file__).parent.parent
HERE = Path(__file__).parent / "player"
MIB_A_SWIPE = 0.1
MIB_BY_RECYCLING = 100
PHONE = {"slowdown": 4, "link": {"bitsPerSecond": 1_600_000, "latencyMs": 150}}
"""Fast 3G, as Chromium's own presets have it."""
SECONDS = 900

Run = dict[str, Any]


def measure(quick: bool) -> Report:
    swipes, held, phone = (40, 75, 8) if quick else (200, 400, 50)
    report = Report("swipe")
    with tempfile.TemporaryDirectory(prefix="reelstack-swipe-") as name:
        folder = Path(name)
        draw_set(folder / "clips", clips=2 if quick else 4)
        build(folder)
        firsts = {"swipes": 10 if quick else 30, "dwell": 250}
        paced = {"swipes": swipes // 2, "dwell": 150}
        tasks = [{"way": "cold", **firsts}, {"way": "firsts", **firsts}]
        tasks += [{"way": way, **paced} for way in ("bare", "ours") * 2]
        tasks += [{"way": "ours", "swipes": 20 if quick else 60, "dwell": 80, "flings": 10}]
        tasks += [{"way": way, "swipes": held, "dwell": 80} for way in ("files", "ours")]
        cold, first, *swiped, flung, bare, ours = play("swipe", folder, tasks)
        seen = play(
            "debugged",
            folder,
            [
                {"way": "ours", "swipes": 10, "dwell": 800, "screen": True, "slowdown": 2},
                {"way": "ours", "swipes": phone, "dwell": 5000, **PHONE},
            ],
        )
    _check_first(report, cold, first)
    _check_swipes(report, swiped, flung)
    _check_memory(report, bare, ours)
    _check_screen(report, *seen)
    return report


def build(folder: Path) -> None:
    """The player as one script."""
    config = folder / "vite.config.mjs"
    entry = ROOT / "web/player/src/index.ts"
    library = {"entry": str(entry), "formats": ["es"], "fileName": "player"}
    options = {"lib": library, "outDir": str(folder), "target": "es2022", "rollupOptions": {"external": ["hls.js"]}}
    config.write_text(f"export default {{ build: {json.dumps({**options, 'emptyOutDir': False})} }};\n")
    vite = [str(programs.node().path), str(ROOT / "node_modules/vite/bin/vite.js"), "build", "--config", str(config)]
    subprocess.run(vite, cwd=ROOT, check=True, capture_output=True, timeout=120)


def play(script: str, folder: Path, tasks: list[Run]) -> list[Run]:
    """What the pages told, one for each task. Raises LocalError."""
    chromium = os.environ.get("REELSTACK_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise LocalError("no Chromium on this machine: apt-get install chromium, or set REELSTACK_CHROMIUM")
    hls = ROOT / "node_modules/hls.js/dist/hls.mjs"
    given = {"clips": str(folder / "clips"), "player": str(folder / "player.js"), "hls": str(hls)}
    argv = [
        str(programs.node().path),
        str(HERE / f"{script}.mjs"),
        json.dumps({**given, "chromium": chromium, "tasks": tasks}),
    ]
    say(f"{len(tasks)} runs of {script}")
    done = subprocess.run(argv, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode != 0:
        raise LocalError(done.stderr[-2000:])
    found: list[Run] = json.loads(done.stdout)
    return found


def _times(runs: list[Run]) -> list[float]:
    """Milliseconds to the first frame; of each page's first clip nothing was prepared."""
    return [ms for run in runs for ms in run["times"][1:] if ms is not None]


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]


def _kbps(seen: list[Run]) -> int:
    """Of what was played, by time."""
    return round(sum(one["pb"] * one["played_ms"] for one in seen) / max(1, sum(one["played_ms"] for one in seen)))


def _row(report: Report, what: str, values: list[float]) -> None:
    shown = {"median_ms": median(values), "p99_ms": _p99(values), "longest_ms": max(values)}
    report.rows.append({"what": what, "clips": len(values), **{name: round(value, 1) for name, value in shown.items()}})


def _check_first(report: Report, bare: Run, ours: Run) -> None:
    pair = [_times([bare]), _times([ours])]
    _row(report, "first clip, bare element", pair[0])
    _row(report, "first clip, player", pair[1])
    ratio = median(pair[1]) / median(pair[0])
    report.checks.append(Check("first clip: beside a bare element", round(ratio, 2), "times", 3))


def _check_swipes(report: Report, runs: list[Run], flung: Run) -> None:
    bare, ours = (_times([run for run in runs if run["way"] == way]) for way in ("bare", "ours"))
    _row(report, "swipe, bare element with the clip in memory", bare)
    _row(report, "swipe, player", ours)
    seen = [one for run in runs if run["way"] == "ours" for one in run["qualities"]]
    report.rows.append({"what": "swipe, player", "kbps": _kbps(seen)})
    _row(report, "after a fling over ten clips", _times([flung]))
    at_median, at_p99 = median(ours) / median(bare), _p99(ours) / _p99(bare)
    report.checks.append(Check("swipe: median beside a bare element", round(at_median, 2), "times", 1.15))
    report.checks.append(Check("swipe: p99 beside a bare element", round(at_p99, 2), "times", 2))
    missing = sum(ms is None for run in [*runs, flung] if run["way"] == "ours" for ms in run["times"])
    report.checks.append(Check("clips without a frame, flings included", missing, "clips", 0))


def _check_memory(report: Report, bare: Run, ours: Run) -> None:
    grown = {}
    for what, found in (("bare elements", bare), ("player", ours)):
        first, last = found["samples"][0], found["samples"][-1]
        swipes = last["swipes"] - first["swipes"]
        grown[what] = last["resident"] - first["resident"]
        report.rows.append(
            {
                "what": f"memory, {what}",
                "swipes": swipes,
                "from_mib": round(first["resident"]),
                "to_mib": round(last["resident"]),
                "mib_a_swipe": round(grown[what] / swipes, 3),
            }
        )
    beside = (grown["player"] - grown["bare elements"]) / swipes
    report.checks.append(
        Check("memory: growth beyond that of bare elements", round(beside, 3), "MiB a swipe", MIB_A_SWIPE)
    )
    report.checks.append(Check("memory: growth", round(grown["player"]), "MiB", MIB_BY_RECYCLING))
    report.checks.append(Check("media elements alive", ours["most"]["elements"], "elements", 3))
    report.checks.append(Check("MediaSources open", ours["most"]["open"], "sources", 3))
    left = ours["left"]
    report.checks.append(Check("left after destroy: nodes", left["detached"] + left["elements"], "nodes", 0))


def _check_screen(report: Report, screen: Run, phone: Run) -> None:
    report.rows.append({"what": "screen", "pictures": screen["pictures"]})
    report.checks.append(Check("pictures of the screen", screen["pictures"], "pictures", 50, least=True))
    report.checks.append(Check("black pictures", screen["black"], "pictures", 0))
    seen = phone["qualities"]
    played = sum(one["played_ms"] for one in seen)
    stalled = sum(one["bsda"] + one["device_stalled_ms"] for one in seen)
    _row(report, "phone on 3G, swipe", _times([phone]))
    stalls = {"stalls": sum(one["bsa"] for one in seen), "by the processor": sum(one["device_stalls"] for one in seen)}
    report.rows.append({"what": "phone on 3G", "clips": len(seen), "kbps": _kbps(seen), **stalls})
    share = round(100 * stalled / max(1, played + stalled), 2)
    report.checks.append(Check("phone: stalled", share, "%", 1))
    report.checks.append(Check("phone: clips without a frame", sum(ms is None for ms in phone["times"]), "clips", 0))
    report.checks.append(Check("phone: longest task", round(phone["longest"]), "ms", 200))


if __name__ == "__main__":
    run(measure)
