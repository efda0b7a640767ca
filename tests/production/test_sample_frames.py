import json
from pathlib import Path
from typing import Any

from reelstack.media.frame_sampling import FEWEST_SPREAD
from reelstack.platform import secrets


def sampled(production: Any, clip: Path) -> dict[str, Any]:
    production.upload(clip)
    production.run("probe")
    production.run("encode_first_rung")
    answer: dict[str, Any] = production.run("sample_frames")
    return answer


def test_frames_lie_where_inspection_looks_for_them(production: Any, clip: Path) -> None:
    answer = sampled(production, clip)
    assert answer == {"frames_prefix": "work/u1/1/frames/", "frames": answer["frames"], "unseen": 0, "turned": False}
    assert FEWEST_SPREAD <= answer["frames"] <= FEWEST_SPREAD + 5
    frames = production.objects("intermediates", answer["frames_prefix"])
    assert list(frames) == [f"work/u1/1/frames/{n:04d}.jpg" for n in range(1, answer["frames"] + 1)]
    assert all(frame.startswith(b"\xff\xd8") for frame in frames.values())


def test_the_same_step_again_samples_the_same_frames_and_another_attempt_other_ones(
    production: Any, clip: Path
) -> None:
    first = production.objects("intermediates", sampled(production, clip)["frames_prefix"])
    assert production.objects("intermediates", production.run("sample_frames")["frames_prefix"]) == first
    keys = {secrets.derived_key("frames", f"v1/{attempt}") for attempt in (1, 2)}
    assert len(keys) == 2
    assert not any(key.hex() in json.dumps(list(first)) for key in keys)
