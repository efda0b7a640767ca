"""How many bits a piece of a rendition may take, and the quality that is asked for so that it takes as many. Pure.

The quality of HEVC and of AV1 is fitted to what the first rung took. Where nothing is known of that, a buffer alone
holds a piece to its cap.
"""

from math import log2

from reelstack.media.ladder import CAPPED_SECONDS, Data, Plan, Rendition

VARIABLE_PEAK = 2
HEVC_CRF, AVC_CRF = 22, 21
"""Quality where nothing else is known, or where the cap does not bind."""
BEST_CRF, WORST_CRF = 20, 40
QP_TO_CRF = -7.8
CRF_TO_HALVE = 5.0
PIXELS_TO_BITS = 0.68
"""What an HEVC encoder needs, guessed from what the first rung took: its constant quality lies 7.8 below the AVC
encoder's quantiser at equal bits, 5 more of it halve the bits, and bits grow with the 0.68th power of the pixels.
Fitted on eight clips, where it was right to within 1.5: the buffer takes care of the rest. AV1 is asked for quality on
HEVC's scale too (media.ffmpeg_args)."""
BUFFER_SECONDS = 1.5
FILL_SECONDS, FITTED_FILL_SECONDS = 0.62, 0.5
"""What an encoder spends of its buffer's first filling, in seconds of its peak rate: measured up to 0.6, and up to
0.46 when the quality asked for was fitted to the cap. What is a thousandth over is encoded again, all of it."""
MARGIN = 0.99
LOW_CRF = 32
"""From this quality on a piece is of low quality, its VMAF below 80. It is encoded at one even quality, more
thoroughly, and again until it uses its cap (media.rate_control)."""
LOOSE_PEAK = 3
"""Its peak, in caps: a buffer that binds starves what comes late (two seconds at 495 kbit/s: VMAF 25 instead of 40)."""


class Spending(Data):
    """How an encoder is held back: quality where it fits, and a buffer that never lets the rate pass for long."""

    crf: float
    peak_kbps: int
    buffer_kbits: int
    thorough: bool = False
    """Whether HEVC chooses each coefficient by rate-distortion."""
    noise_reduction: int = 0


class Effort(Data):
    """What the first rung took: the mean quantiser of its predicted pictures, and its average bitrate."""

    qp: float
    kbps: float
    damaged: int = 0
    """Packets of the source's picture that could not be decoded."""


def spending(plan: Plan, rendition: Rendition, seconds: float, effort: Effort | None) -> Spending:
    """How to encode `seconds` of a clip. In a capped clip each piece stays under the cap by itself.

    A piece may spend its buffer's first filling on top of the peak rate, so the peak is lower the shorter the piece.
    With the first rung's `effort` known, one even quality that just fits the cap is asked for: the same bits, spread
    evenly, are worth 2 VMAF points more than bits that run out. AV1's encoder spreads what a peak leaves it evenly
    enough by itself.
    """
    crf: float = AVC_CRF if rendition.codec == "avc" else HEVC_CRF
    fill = FILL_SECONDS
    if plan.seconds > CAPPED_SECONDS:
        return held(crf, VARIABLE_PEAK * rendition.cap_kbps)
    if effort and rendition.codec != "avc":
        crf, fill = _fitting_crf(plan.first, rendition, effort), FITTED_FILL_SECONDS
        if crf >= LOW_CRF and plan.is_searched and rendition.codec == "hevc":
            return held(crf, LOOSE_PEAK * rendition.cap_kbps).model_copy(update={"thorough": True})
    return held(crf, rendition.cap_kbps * MARGIN * seconds / (seconds + fill))


def held(crf: float, peak_kbps: float) -> Spending:
    return Spending(crf=crf, peak_kbps=max(1, int(peak_kbps)), buffer_kbits=max(1, int(peak_kbps * BUFFER_SECONDS)))


def _fitting_crf(first: Rendition, rendition: Rendition, effort: Effort) -> float:
    larger = rendition.width * rendition.height / (first.width * first.height)
    needed = effort.kbps * larger**PIXELS_TO_BITS
    crf = effort.qp + QP_TO_CRF + CRF_TO_HALVE * log2(needed / rendition.cap_kbps)
    return round(min(WORST_CRF, max(BEST_CRF, crf)), 1)
