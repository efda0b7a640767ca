"""Pieces are encoded again until they hold their cap and, at low quality, use it."""

from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench._quality import vmaf
from reelstack.media import transcoder
from reelstack.media.ladder import LOW_CRF, TRIES, Plan, held, make_plan
from reelstack.media.packager import Part, join
from reelstack.media.probe import find_facts
from reelstack.media.rate_control import corrected, is_low
from tests.clips import ffmpeg

ALLOWED = 500_000
WIDTH, HEIGHT, RATE = 854, 480, 30


def tries(spend: Callable[[float], float], crf: float) -> list[int]:
    """The bits of each try of an encoder that spends what `spend` says of a quality."""
    spending, spent = held(crf, 1500).model_copy(update={"thorough": True}), list[tuple[object, int]]()
    for _ in range(TRIES):
        spent.append((spending, int(spend(spending.crf))))
        following = corrected(spent, ALLOWED, low=True)  # type: ignore[arg-type]  # a list is invariant
        if following is None:
            break
        spending = following
    return [bits for _, bits in spent]


@settings(max_examples=100, deadline=None)
@given(st.floats(1.5, 7), st.floats(-1.5, 1.5), st.floats(34, 40))
def test_a_piece_of_low_quality_ends_within_its_cap_and_uses_it(to_halve: float, off: float, crf: float) -> None:
    """Whatever the slope at which an encoder's bits fall, from a guess that is off by a factor of up to 2.8."""
    spent = tries(lambda now: ALLOWED * 2 ** (off - (now - crf) / to_halve), crf)
    assert max(bits for bits in spent if bits <= ALLOWED) >= 0.75 * ALLOWED


def test_a_piece_of_good_quality_may_take_less_than_its_cap() -> None:
    assert not is_low(held(LOW_CRF - 1, 500))
    assert corrected([(held(24, 500), 100_000)], ALLOWED, low=False) is None
    assert corrected([(held(24, 500), 600_000)], ALLOWED, low=False) is not None


def test_a_buffer_that_held_back_too_much_is_widened() -> None:
    narrow = held(21, 330)
    wide = corrected([(narrow, 350_000)], ALLOWED, low=is_low(narrow, first_qp=45))
    assert wide
    assert wide.peak_kbps > narrow.peak_kbps
    between = corrected([(narrow, 350_000), (wide, 700_000)], ALLOWED, low=True)
    assert between
    assert narrow.peak_kbps < between.peak_kbps < wide.peak_kbps


# --- what the encoders make of it ------------------------------------------------------------------------------------


def textured(path: Path, *, pan: int, cut_every: int, frames: int) -> Path:
    """A film of natural texture (1/f noise) with grain, panned by `pan` pixels a picture, with cuts."""
    random = numpy.random.default_rng(1)
    rows, columns = numpy.fft.fftfreq(1024)[:, None], numpy.fft.rfftfreq(2048)[None, :]
    frequency = numpy.hypot(rows, columns)
    frequency[0, 0] = 1
    film = []
    for number in range(frames):
        if number % cut_every == 0:
            spectrum = random.normal(size=frequency.shape) + 1j * random.normal(size=frequency.shape)
            texture = numpy.fft.irfft2(spectrum / frequency, (1024, 2048))
            texture /= texture.std()
        x, y = number * pan % (2048 - WIDTH), (200 + number * pan // 2) % (1024 - HEIGHT)
        grain = random.normal(scale=6, size=(HEIGHT, WIDTH))
        film.append((110 + 45 * texture[y : y + HEIGHT, x : x + WIDTH] + grain).clip(16, 235).astype(numpy.uint8))
    raw = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", RATE, "-i", "-"]
    encoder = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p"]
    ffmpeg(*raw, *encoder, path, given=numpy.stack(film).tobytes())
    return path


def noise(path: Path) -> Path:
    source = f"color=gray:s={WIDTH}x{HEIGHT}:r={RATE},noise=alls=100:allf=t"
    ffmpeg("-f", "lavfi", "-i", source, "-t", "1", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", path)
    return path


def made(source: Path, folder: Path) -> tuple[Plan, dict[str, Part]]:
    """Both renditions of the one rung, as production makes them."""
    plan = make_plan(find_facts(source, "video/mp4", max_seconds=60), segment_seconds=4, avc_rungs=())
    first, _, effort = transcoder.encode_clip(plan, source, folder)
    (segment,) = plan.segments
    return plan, {"avc": first, "hevc": transcoder.encode_segment(plan, source, segment, folder, effort)["hevc-480"]}


@pytest.mark.engines
@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize(
    ("pan", "cut_every", "frames", "least"),
    [(7, 99, 30, 0.9), (40, 99, 30, 0.75), (5, 15, 45, 0.9)],
    ids=["slow", "fast", "cuts"],
)
def test_hevc_looks_no_worse_than_avc_at_the_same_cap(
    pan: int, cut_every: int, frames: int, least: float, tmp_path: Path
) -> None:
    """Of the fast one the encoder has no setting between 0.8 of the cap and more than it."""
    source = textured(tmp_path / "source.mp4", pan=pan, cut_every=cut_every, frames=frames)
    plan, parts = made(source, tmp_path)
    looks = {}
    for codec, part in parts.items():
        used = part.size * 8 / 1000 / float(plan.seconds) / plan.first.cap_kbps
        assert least < used <= 1, codec
        join(codec, [part], tmp_path / f"{codec}.mp4")  # type: ignore[arg-type]  # it is a codec
        looks[codec] = vmaf(tmp_path / f"{codec}.mp4", source, WIDTH, HEIGHT)
    assert looks["hevc"] >= looks["avc"]


@pytest.mark.engines
@pytest.mark.usefixtures("programs")
def test_white_noise_holds_its_cap(tmp_path: Path) -> None:
    plan, parts = made(noise(tmp_path / "noise.mp4"), tmp_path)
    for part in parts.values():
        assert 0.85 < part.size * 8 / 1000 / float(plan.seconds) / plan.first.cap_kbps <= 1
