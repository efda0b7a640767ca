from pathlib import Path
from typing import Any

from reelstack.media.frame_sampling import FEWEST


def test_frames_lie_where_inspection_looks_for_them(production: Any, clip: Path) -> None:
    production.upload(clip)
    production.run("probe")
    production.run("encode_first_rung")
    answer = production.run("sample_frames")
    assert answer["frames_prefix"] == "work/u1/1/frames/"
    assert 2 <= answer["frames"] <= FEWEST
    frames = production.objects("uploads", answer["frames_prefix"])
    assert list(frames) == [f"work/u1/1/frames/{n:04d}.jpg" for n in range(1, answer["frames"] + 1)]
    assert all(frame.startswith(b"\xff\xd8") for frame in frames.values())
