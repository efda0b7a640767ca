"""The job that makes AWS Elemental MediaConvert encode a plan: the whole ladder and the sound, as fMP4. Pure.

CMAF with one file per output is the only group that gives what our packager indexes: fragments inside one object. The
"file" group writes mp4 that is not fragmented, the HLS group transport streams. MediaConvert's own playlist is left to
expire: ours say what was measured.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict

from reelstack.media.bitrates import VARIABLE_PEAK
from reelstack.media.ffmpeg_args import AUDIO_KBPS, AUDIO_RATE
from reelstack.media.ladder import CAPPED_SECONDS, GOP_SECONDS, Facts, Plan, Rendition
from reelstack.media.sound_probe import TARGET_LUFS

BASE, PICTURE_EXTENSION, SOUND_EXTENSION = "clip", "cmfv", "cmfa"
"""Outputs are <BASE>-<name>.<extension>: the destination's last part, the name modifier, the container's extension."""
SOUND = "sound"
SELECTOR = "Audio Selector 1"
TRUE_PEAK_DB = -1.0
QVBR_LEVEL = 7
"""AWS's own advice for small screens (tablets and phones): 7 of 10."""
HEADER_BITS_A_FRAME, HEADER_BITS_A_SECOND = 16 * 8, 1000
"""What fragments' headers take: 16 bytes for each picture, and a constant part for each fragment. The cap is on what
is fetched, MediaConvert's limit on the picture alone."""
STATUS_SECONDS = 60
COLOR_SPACES = {
    ("sdr", "bt709"): "REC_709",
    ("sdr", "bt470bg"): "REC_601",
    ("sdr", "smpte170m"): "REC_601",
    ("sdr", "smpte240m"): "REC_601",
    ("sdr", "ebu3213"): "REC_601",
    ("sdr", "smpte431"): "P3D65_SDR",
    ("sdr", "smpte432"): "P3D65_SDR",
    ("pq", "bt2020"): "HDR10",
    ("pq", "smpte431"): "P3D65_HDR",
    ("pq", "smpte432"): "P3D65_HDR",
    ("hlg", "bt2020"): "HLG_2020",
}
"""MediaConvert's names by transfer and primaries. It has none for BT.2020 in SDR: there it follows the file's tags."""


class Place(BaseModel):
    """Where a job runs and as whom: ARNs of the queue and of the role MediaConvert takes."""

    model_config = ConfigDict(frozen=True)

    queue: str
    role: str


def job(plan: Plan, source: str, folder: str, place: Place, *, token: str, metadata: dict[str, str]) -> dict[str, Any]:
    """The arguments of CreateJob. `source` and `folder` are s3:// addresses, `folder` ends with "/".

    `token`, at most 64 characters, makes asking again within a minute the same job; `metadata` comes back in every
    event about it.
    """
    return {
        "Queue": place.queue,
        "Role": place.role,
        "ClientRequestToken": token,
        "UserMetadata": metadata,
        "StatusUpdateInterval": f"SECONDS_{STATUS_SECONDS}",
        "Settings": {
            "TimecodeConfig": {"Source": "ZEROBASED"},
            "Inputs": [_input(plan, source)],
            "OutputGroups": [_group(plan, folder)],
        },
    }


def output_name(name: str) -> str:
    """The object a rendition, or the sound, is written to, below the job's folder."""
    return f"{BASE}-{name}.{SOUND_EXTENSION if name == SOUND else PICTURE_EXTENSION}"


def _input(plan: Plan, source: str) -> dict[str, Any]:
    stream = plan.facts.audio_stream
    # Streams are counted from 1, tracks of every kind among them.
    selector = {"DefaultSelection": "DEFAULT", "SelectorType": "STREAM", "Streams": [(stream or 0) + 1]}
    sound = {"AudioSelectors": {SELECTOR: selector}} if stream is not None else {}
    return {
        "FileInput": source,
        "TimecodeSource": "ZEROBASED",  # time 0 is the first picture, as in our own encodes
        "VideoSelector": {"Rotate": "AUTO", **_colours(plan.facts)},
        **sound,
    }


def _colours(facts: Facts) -> dict[str, Any]:
    """What the file's colours are: what its tags say where they say all, else what our own encodes assume."""
    colour = facts.colour
    if colour is None:
        return {"ColorSpace": "FOLLOW"}
    space = COLOR_SPACES.get((facts.transfer, colour.primaries), "FOLLOW")
    if (space, colour.matrix) == ("REC_709", "smpte170m"):
        space = "REC_601"  # SD without tags
    usage = {"ColorSpaceUsage": "FORCE" if colour.assumed else "FALLBACK"} if space != "FOLLOW" else {}
    return {"ColorSpace": space, **usage, "SampleRange": "FULL_RANGE" if colour.full_range else "FOLLOW"}


def _group(plan: Plan, folder: str) -> dict[str, Any]:
    pictures = [_picture(plan, rendition) for rendition in plan.renditions]
    return {
        "Name": "CMAF",
        "OutputGroupSettings": {
            "Type": "CMAF_GROUP_SETTINGS",
            "CmafGroupSettings": {
                "Destination": f"{folder}{BASE}",
                "SegmentControl": "SINGLE_FILE",
                "FragmentLength": GOP_SECONDS,
                "SegmentLength": GOP_SECONDS,
                "SegmentLengthControl": "GOP_MULTIPLE",  # "EXACT" may add key frames that other renditions lack
                "VideoCompositionOffsets": "SIGNED",  # the first picture is shown at time 0, in step with the sound
                "WriteHlsManifest": "ENABLED",  # one of the two must be written
                "WriteDashManifest": "DISABLED",
            },
        },
        "Outputs": [*pictures, *([_sound()] if _has_sound(plan) else [])],
    }


def _picture(plan: Plan, rendition: Rendition) -> dict[str, Any]:
    codecs: dict[str, dict[str, Any]] = {
        "avc": {"Codec": "H_264", "H264Settings": _h264(plan, rendition)},
        "hevc": {"Codec": "H_265", "H265Settings": _h265(plan, rendition)},
        "av1": {"Codec": "AV1", "Av1Settings": _av1(plan, rendition)},
    }
    return {
        "NameModifier": f"-{rendition.name}",
        "ContainerSettings": {"Container": "CMFC"},
        "VideoDescription": {
            "Width": rendition.width,
            "Height": rendition.height,
            # The plan's sizes have the source's shape already, unless that changes.
            "ScalingBehavior": "FIT" if plan.facts.shape and plan.facts.shape.changes else "STRETCH_TO_OUTPUT",
            "ColorMetadata": "INSERT",
            "TimecodeInsertion": "DISABLED",
            "CodecSettings": codecs[rendition.codec],
            **_preprocessors(plan),
        },
    }


def _preprocessors(plan: Plan) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    corrected = _correction(plan.facts)
    if corrected:
        wanted["ColorCorrector"] = corrected
    if plan.facts.interlaced:
        wanted["Deinterlacer"] = {"Mode": "DEINTERLACE", "Algorithm": "INTERPOLATE", "Control": "NORMAL"}
    return {"VideoPreprocessors": wanted} if wanted else {}


def _correction(facts: Facts) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    colour = facts.colour
    if facts.is_mapped or (colour and (colour.matrix != "bt709" or colour.changes)):
        wanted["ColorSpaceConversion"] = "FORCE_709"
    if facts.transfer != "sdr":
        wanted["HdrToSdrToneMapper"] = "PRESERVE_DETAILS"
    if colour and colour.full_range:
        wanted["SampleRangeConversion"] = "LIMITED_RANGE_SQUEEZE"
    return wanted


def _frame_rate(plan: Plan) -> dict[str, Any]:
    return {
        "FramerateControl": "SPECIFIED",
        "FramerateNumerator": plan.facts.fps[0],
        "FramerateDenominator": plan.facts.fps[1],
        "FramerateConversionAlgorithm": "DUPLICATE_DROP",
    }


def _picture_bits(plan: Plan, rendition: Rendition) -> int:
    """What the picture alone may take a second, of the cap on all that is fetched."""
    headers = int(HEADER_BITS_A_FRAME * plan.facts.rate) + HEADER_BITS_A_SECOND
    return max(1000, rendition.cap_kbps * 1000 - headers)


def _common(plan: Plan, rendition: Rendition) -> dict[str, Any]:
    """What AVC's and HEVC's settings say alike: key frames in the same places, and what may be spent."""
    capped = plan.seconds <= CAPPED_SECONDS
    average = {"MaxAverageBitrate": _picture_bits(plan, rendition)} if capped else {}
    return {
        "RateControlMode": "QVBR",
        "QvbrSettings": {"QvbrQualityLevel": QVBR_LEVEL, **average},
        "MaxBitrate": VARIABLE_PEAK * rendition.cap_kbps * 1000,
        # Only in two passes does MediaConvert hold an average.
        "QualityTuningLevel": "MULTI_PASS_HQ" if capped else "SINGLE_PASS_HQ",
        **_frame_rate(plan),
        # Fragments must last a multiple of GOP size x closed cadence: at 29.97 fps only seconds can say so.
        "GopSizeUnits": "SECONDS",
        "GopSize": float(GOP_SECONDS),
        "GopClosedCadence": 1,
        "SceneChangeDetect": "DISABLED",
        "InterlaceMode": "PROGRESSIVE",
        "ParControl": "SPECIFIED",
        "ParNumerator": 1,
        "ParDenominator": 1,
    }


def _h265(plan: Plan, rendition: Rendition) -> dict[str, Any]:
    return {
        **_common(plan, rendition),
        "CodecProfile": "MAIN_MAIN",
        "CodecLevel": "AUTO",
        "WriteMp4PackagingType": "HVC1",  # Apple plays no other
    }


def _h264(plan: Plan, rendition: Rendition) -> dict[str, Any]:
    return {**_common(plan, rendition), "CodecProfile": "HIGH", "CodecLevel": "AUTO", "EntropyEncoding": "CABAC"}


def _av1(plan: Plan, rendition: Rendition) -> dict[str, Any]:
    """MediaConvert bounds no average of AV1, so a capped clip has its cap as the peak; and it counts AV1's groups of
    pictures in frames only: engine_choice.takes asks for a rate at which these are whole seconds."""
    capped = plan.seconds <= CAPPED_SECONDS
    most = _picture_bits(plan, rendition) if capped else VARIABLE_PEAK * rendition.cap_kbps * 1000
    return {
        "RateControlMode": "QVBR",
        "QvbrSettings": {"QvbrQualityLevel": QVBR_LEVEL},
        "MaxBitrate": most,
        "BitDepth": "BIT_8",
        "FilmGrainSynthesis": "DISABLED",
        **_frame_rate(plan),
        "GopSize": float(plan.gop_frames),
    }


def _has_sound(plan: Plan) -> bool:
    return plan.facts.audio_stream is not None


def _sound() -> dict[str, Any]:
    aac = {
        "Bitrate": AUDIO_KBPS * 1000,
        "CodecProfile": "LC",
        "CodingMode": "CODING_MODE_2_0",
        "RateControlMode": "CBR",
        "SampleRate": AUDIO_RATE,
    }
    loudness = {
        "Algorithm": "ITU_BS_1770_4",
        "AlgorithmControl": "CORRECT_AUDIO",
        "LoudnessLogging": "DONT_LOG",
        "PeakCalculation": "TRUE_PEAK",
        "TargetLkfs": TARGET_LUFS,
        "TruePeakLimiterThreshold": TRUE_PEAK_DB,
    }
    return {
        "NameModifier": f"-{SOUND}",
        "ContainerSettings": {"Container": "CMFC", "CmfcSettings": {"AudioDuration": "MATCH_VIDEO_DURATION"}},
        "AudioDescriptions": [
            {
                "AudioSourceName": SELECTOR,
                "CodecSettings": {"Codec": "AAC", "AacSettings": aac},
                "AudioNormalizationSettings": loudness,
            }
        ],
    }
