"""The model card of a version: what it was trained on, what it predicts and how well, in Markdown."""

from collections.abc import Mapping
from typing import Any

from jobs.ranker.settings import Settings

OF_A_HEAD = ("auc", "auc_per_viewer", "log_loss", "calibration_error", "plain_calibration_error")


def write(day: str, report: Mapping[str, Any], settings: Settings) -> str:
    rows, fitting, shape = report["rows"], settings.fitting, settings.shape
    others = rows.get("other_versions", 0)
    lines = [
        f"# Ranker of {day}",
        "",
        "It predicts what a viewer will do with a clip, and orders the feed. It is not meant for anything else. It",
        "knows of viewers what they watched, and of clips who made them, when, and what became of them.",
        "",
        f"- Rows: {rows['train']} to fit, {rows['later']} to stop and calibrate, {rows['day']} of {day} to measure.",
        *([f"- Left out, of other versions of the features: {others} rows."] if others else []),
        f"- Network: {shape.dimensions} dimensions, {shape.experts} experts of {list(shape.hidden)}, "
        f"{shape.cross_layers} cross layers, attention over the last clips watched.",
        f"- Fitting: {report['epochs']} epochs, seed {fitting.seed}; an id is known from {settings.id_floor} rows on.",
        f"- Largest difference between graph and model: {report['parity']:.1g}.",
        "- Value: " + ", ".join(f"{weight:+g} · {head}" for head, weight in settings.weights.items()) + ".",
        "",
        "| head | AUC | AUC per viewer | log loss | calibration error | without regard to chance | rows with it |",
        "|---|---|---|---|---|---|---|",
    ]
    for head, one in report["heads"].items():
        numbers = [_number(one[name]) for name in OF_A_HEAD]
        lines.append(f"| {head} | {' | '.join(numbers)} | {one['positive']:.0f} |")
    lines += ["", "| finishes of | rows | AUC | log loss | calibration error |", "|---|---|---|---|---|"]
    for name, one in report["slices"].items():
        numbers = [_number(one[measure]) for measure in ("auc", "log_loss", "calibration_error")]
        lines.append(f"| {name} | {one['rows']:.0f} | {' | '.join(numbers)} |")
    if report["baselines"]:
        lines += ["", "| beside it | AUC of finishes |", "|---|---|"]
        lines += [f"| {name} | {_number(one['auc'])} |" for name, one in report["baselines"].items()]
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return "–" if value != value else f"{value:.4f}"
