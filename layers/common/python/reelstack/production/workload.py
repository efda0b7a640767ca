"""How much processor time each step of a plan takes, and whether that is within what its function has. Pure.

The work follows from what the file holds: decoding costs by its own pixels, tone mapping by the pixels of the largest
rendition, encoding by those of each. Probe asks before anything is made: a clip is produced, or refused at once.
"""

from fractions import Fraction

from reelstack.failure_reasons import Refused
from reelstack.media.ffmpeg_args import SEEK_MARGIN_SECONDS
from reelstack.media.ffmpeg_process import CPU_SHARE
from reelstack.media.frame_sampling import FEWEST_SPREAD
from reelstack.media.ladder import AV1_PRESET, TRIES, Facts, Plan, Rendition

VCPU_MB = 1769
"""Lambda gives one vCPU per so much memory."""
STEPS = ("probe", "encode_first_rung", "transcode", "package", "sample_frames", "inspect_frames")
MEMORY_MB = dict(zip(STEPS, (1769, 5307, 7076, 1769, 3538, 3538), strict=True))
TIMEOUT_SECONDS = dict(zip(STEPS, (300, 900, 900, 300, 600, 600), strict=True))
"""The same as in infra/catalogue/production.py, which a test compares. Lambda allows at most 900."""

FETCHING_SECONDS = 60
"""Of a function's time, for fetching an original of 1 GiB and storing what was made; programs have the rest."""
DECODED_PIXELS_PER_SECOND = 55e6
"""What one vCPU decodes. Measured 4K: HEVC 10 bit at 46 Mbit/s 170e6, AVC and HEVC at 100 Mbit/s 90e6 to 130e6, ProRes
60e6; 1080p 93e6 to 115e6. Rounded down to the slowest, on a processor whose cores are not slower than Graviton's."""
MAPPED_PIXELS_PER_SECOND = 40e6
"""What one vCPU maps from HDR, or from another gamut, by the table of colours: measured 90e6 at 1080p, and 40e6 without
the wide instructions of x86."""
ENCODED_PIXELS_PER_SECOND = {"avc": 60e6, "hevc": 15e6, "av1": 18e6}
"""What one vCPU encodes with our presets, scaling included; rounded down. AV1's is of preset 8:
measured 19e6 to 25e6."""
AV1_PRESET_FACTOR = 1.5
"""How many times as long a preset of AV1 takes as the next faster one."""
THOROUGH = 3.0
"""How many times as long a try of low quality takes in HEVC (Spending.thorough): measured 1.2 to 2, of white noise 2.5
in the mean of all tries."""
HELD_SHARE = 0.5
"""What a held picture costs, as a share of one that moves: 0.33 of AVC 480p and 0.44 of all HEVC rungs,
measured at 1080p and rounded up."""
SMALL_PIXELS_PER_SECOND = 160e6
"""What one vCPU decodes of our own first rung and looks at, for seek previews and sampled frames: measured 188e6."""
FRAMES_INSPECTED_PER_SECOND = 1.5
"""Of a clip that moves much; media.frame_sampling takes 0.2 to 2.5: a street with bicycles 2.3, a cartoon 1.5."""
INSPECTED_SECONDS, TURNS = 0.12, 4
"""What one vCPU takes for a frame in all models, and how many times over where the source is turned."""
SOUND_SPEED = 40
"""Seconds of sound that one vCPU decodes, levels and encodes in a second."""
WHOLE_SECONDS = 240
"""Processor seconds up to which the first rung is made in one piece: 80 s on its three vCPUs."""


def arrange(plan: Plan) -> Plan:
    """The same plan with its first rung in one piece or by segments; without AV1, which other renditions stand in for,
    if a step would take too long with it. Raises Refused if one takes too long without it, too."""
    whole, segment = first_rung_seconds(plan), first_segment_seconds(plan)
    tried = max(TRIES, plan.most_tries) * whole
    if whole > WHOLE_SECONDS and (2 * segment < whole or tried > allowed_seconds("encode_first_rung")):
        plan = plan.model_copy(update={"first_rung": "segments"})
    for step, seconds in worst_seconds(plan).items():
        if seconds > allowed_seconds(step):
            others = tuple(one for one in plan.renditions if one.codec != "av1")
            if 0 < len(others) < len(plan.renditions):
                return arrange(plan.model_copy(update={"renditions": others}))
            raise Refused(
                "too-demanding",
                f"A step would take {seconds:.0f} processor seconds; at most {allowed_seconds(step):.0f} are given. "
                "With key frames at most 10 s apart, and up to 240 pictures a second, a clip is within the limits.",
            )
    return plan


def allowed_seconds(step: str) -> float:
    """Processor seconds that one call of a step may take."""
    return (TIMEOUT_SECONDS[step] - FETCHING_SECONDS) * MEMORY_MB[step] / VCPU_MB * CPU_SHARE


def worst_seconds(plan: Plan) -> dict[str, float]:
    """Processor seconds of the call of each step that takes most: every encode thorough, and tried as often as it may
    be."""
    tries, by_segments = plan.most_tries, plan.first_rung == "segments"
    slower = THOROUGH if plan.is_searched else 1
    segment = max(segment_seconds(plan, plan.made, slower=slower), first_segment_seconds(plan) if by_segments else 0)
    return {
        "encode_first_rung": join_first_rung_seconds(plan) if by_segments else tries * first_rung_seconds(plan),
        "transcode": tries * segment,
        "sample_frames": 2 * looking_seconds(plan),
    }


def first_rung_seconds(plan: Plan) -> float:
    """Of the first rung in one piece."""
    sound = float(plan.seconds) / SOUND_SPEED
    making = _making(plan, (plan.first,), plan.facts.frames) * held_saving(plan)
    return _decoding(plan.facts, _stored(plan.facts)) + making + sound


def join_first_rung_seconds(plan: Plan) -> float:
    """Of the sound and the seek previews, when the picture was made by segments."""
    return float(plan.seconds) / SOUND_SPEED + looking_seconds(plan)


def first_segment_seconds(plan: Plan) -> float:
    return segment_seconds(plan, (plan.first,))


def segment_seconds(
    plan: Plan, renditions: tuple[Rendition, ...], run_up: Fraction = Fraction(1), slower: float = 1
) -> float:
    """Of these renditions of the longest segment, as if it held no picture. `run_up`: the share of a key frame's gap
    that is decoded in vain. `slower`: how many times as long HEVC and AV1 take."""
    frames = max(segment.frames for segment in plan.segments)
    stored, facts = _stored(plan.facts), plan.facts
    rate = stored / (_moving(facts) / facts.rate)
    needed = frames / facts.rate * rate + Fraction(SEEK_MARGIN_SECONDS) * rate + facts.key_frame_gap * run_up
    return _decoding(facts, min(needed, Fraction(stored))) + _making(plan, renditions, frames, slower)


def held_saving(plan: Plan) -> float:
    """What making the average picture of the clip costs, as a share of one that moves."""
    moving = _moving(plan.facts)
    return (moving + HELD_SHARE * (plan.facts.frames - moving)) / plan.facts.frames


def looking_seconds(plan: Plan) -> float:
    """Of going once through the pictures of our own first rung."""
    return plan.first.width * plan.first.height * plan.facts.frames / SMALL_PIXELS_PER_SECOND


def _moving(facts: Facts) -> int:
    """Frames in which the source's pictures are shown for the first time."""
    return facts.frames - facts.held_first - facts.held_last


def inspecting_seconds(plan: Plan) -> float:
    """Of the frames that moderation inspects."""
    frames = FEWEST_SPREAD + float(plan.seconds) * FRAMES_INSPECTED_PER_SECOND
    return frames * INSPECTED_SECONDS * (TURNS if plan.facts.turned else 1)


def _stored(facts: Facts) -> int:
    return facts.stored_pictures or _moving(facts)


def _decoding(facts: Facts, pictures: float | Fraction) -> float:
    return float(pictures) * (facts.stored_pixels or facts.width * facts.height) / DECODED_PIXELS_PER_SECOND


def _making(plan: Plan, renditions: tuple[Rendition, ...], frames: int, slower: float = 1) -> float:
    if not renditions:
        return 0.0
    mapped = max(one.width * one.height for one in renditions) / MAPPED_PIXELS_PER_SECOND
    factors = {"avc": 1.0, "hevc": slower, "av1": slower * AV1_PRESET_FACTOR ** (AV1_PRESET - plan.av1_preset)}
    took = {codec: factor / ENCODED_PIXELS_PER_SECOND[codec] for codec, factor in factors.items()}
    encoded = sum(one.width * one.height * took[one.codec] for one in renditions)
    return frames * (encoded + (mapped if plan.facts.is_mapped else 0))
