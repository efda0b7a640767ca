"""How often the models that inspect frames take ordinary photographs for something that must not be shown.

Photographs of people, animals, streets and things, and frames of a street and of a talking head; each whole and in
crops, as the frames of a clip that moves over it. Judged by the thresholds of stage `prod`: as they are; and lying on
each side, as a source that says wrongly how it is to be turned, seen from one side and from all.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

from bench import _clips, _report
from bench._photographs import photographs
from bench._report import Check, Report
from infra.stages import STAGES
from reelstack.classification.onnx_models import TURNS, engine
from reelstack.classification.verdicts import Label, Threshold, agree, judge, known_by

LONG_SIDE, QUALITY = 854, 80
CROPS = ((1, 0, 0), (0.7, 0.5, 0.5), (0.7, 0, 0), (0.7, 1, 1), (0.5, 0, 0), (0.5, 1, 0), (0.5, 0, 1), (0.5, 1, 1))
"""Share of each side; and how far to the right and down."""
FRAMES_PER_CLIP = 16
LEAST_FRAMES, LEAST_SCENES = 200, 20
MOST_REVIEWS = 0.03
"""Share of ordinary frames that may go to a person: photographs of people, cropped to a shoulder, are most of them."""
Scores = dict[Label, float]


def pictures(quick: bool) -> Iterator[tuple[str, Image.Image]]:
    """(scene, frame)"""
    for photograph in photographs():
        with Image.open(photograph) as opened:
            for share, right, down in CROPS[: 1 if quick else None]:
                yield photograph.stem, _cropped(opened.convert("RGB"), share, right, down)
    for clip in _clips.packaged()[1:]:
        yield from ((clip.stem, frame) for frame in _frames(clip, 1 if quick else FRAMES_PER_CLIP))


def _cropped(picture: Image.Image, share: float, right: float, down: float) -> Image.Image:
    width, height = round(picture.width * share), round(picture.height * share)
    left, top = round((picture.width - width) * right), round((picture.height - height) * down)
    crop = picture.crop((left, top, left + width, top + height))
    crop.thumbnail((LONG_SIDE, LONG_SIDE))
    return crop


def _frames(clip: Path, count: int) -> Iterator[Image.Image]:
    reader = imageio_ffmpeg.read_frames(str(clip))
    about = next(reader)
    every = max(1, int(about["fps"] * about["duration"]) // count)
    for number, raw in enumerate(reader):
        if number % every == 0 and number // every < count:
            yield Image.frombytes("RGB", about["size"], raw)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def measure(quick: bool) -> Report:
    engines = STAGES["prod"].moderation_engines
    thresholds = {label: Threshold(**one.model_dump()) for label, one in STAGES["prod"].moderation_thresholds.items()}
    scenes, upright, one_side, all_sides = set(), [], [], []
    for scene, frame in pictures(quick):
        scenes.add(scene)
        views = [_jpeg(frame), *(_jpeg(frame.transpose(turn)) for turn in TURNS)]
        seen = [agree(looks) for looks in zip(*(engine(name).look(views) for name in engines), strict=True)]
        upright.append(seen[0])
        one_side += seen[1:]
        all_sides.append({label: sum(one[label] for one in seen) / len(seen) for label in seen[0]})
    report = Report("false_alarms")
    ways = {"as they are": upright, "lying, seen from one side": one_side, "lying, seen from all sides": all_sides}
    report.rows += [_row(name, found, thresholds, engines) for name, found in ways.items()]
    least = (len(CROPS), 1) if quick else (LEAST_FRAMES, LEAST_SCENES)
    report.checks += [
        Check("frames", len(upright), "", least[0], least=True),
        Check("scenes", len(scenes), "", least[1], least=True),
    ]
    for row in (report.rows[0], report.rows[2]):  # from one side only is how it was before
        report.checks.append(Check(f"rejected {row['frames are']}", row["rejected"], "frames", 0))
        share = row["to a person"] / row["frames"]
        report.checks.append(Check(f"to a person {row['frames are']}", round(share, 4), "of frames", MOST_REVIEWS))
    return report


def _row(
    name: str, found: list[Scores], thresholds: Mapping[Label, Threshold], engines: Sequence[str]
) -> dict[str, str | int | float]:
    verdicts = [judge(scores, thresholds, known_by(engines)).verdict for scores in found]
    return {
        "frames are": name,
        "frames": len(found),
        "to a person": verdicts.count("review"),  # type: ignore[arg-type]  # a verdict is its text
        "rejected": verdicts.count("reject"),  # type: ignore[arg-type]
        "highest sexual": round(max(scores[Label.SEXUAL] for scores in found), 2),
        "highest graphic": round(max(scores[Label.GRAPHIC] for scores in found), 2),
    }


if __name__ == "__main__":
    _report.run(measure)
