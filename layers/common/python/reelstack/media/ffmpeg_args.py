"""The arguments that make ffmpeg encode a plan: frame-exact pictures, sound, seek previews. Pure.

Time 0 is the beginning of the source's picture or of its sound, whichever is earlier. Pictures are laid on the plan's
grid by their own timestamps, so that a segment holds exactly its frames wherever decoding began; the first and the last
are held where only the sound goes on. Sound starts at the same time 0 and lasts as long as the clip.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from reelstack.media import colour, ffmpeg_process, shape
from reelstack.media.bitrates import HEVC_CRF, Spending
from reelstack.media.ladder import Facts, Plan, Rendition, Segment
from reelstack.media.sprites import Sheet, preview_sheet

SEEK_MARGIN_SECONDS = 0.5
"""Decoding starts at a key frame at least this much before a segment: pictures are stored out of order, at most some
16 frames. Where that is not enough a frame is missing, which is noticed, and all of the clip is decoded."""
AUDIO_RATE = 48_000
AUDIO_FRAME = 1024
AUDIO_KBPS = 128
FRAGMENT_SECONDS = 2
FRAGMENTED = ("-map_metadata", "-1", "-map_chapters", "-1", "-f", "mp4", "-write_btrt", "0")
"""Nothing a phone wrote about where, when and by whom is published. Bitrates would make headers of segments differ."""
FULL_RANGE = "scale=out_range=full:out_color_matrix=bt601:flags=bicubic+accurate_rnd+full_chroma_int"
"""What JPEG wants, whose colours are always BT.601's in full range; our clips are BT.709 in limited range."""
JPEG = ("-c:v", "mjpeg", "-q:v", "3", "-strict", "unofficial", "-f", "image2")
"""`unofficial`: with no picture to write, ffmpeg looks at the range of none and fails."""
QUIET, TALKATIVE = ("-v", "error"), ("-v", "verbose")
"""How commands on an upload begin. A talkative one also says how many pictures it failed to decode."""
HEVC_PRESET, AVC_PRESET = "superfast", "veryfast"
"""Measured: superfast is as good per bit in VMAF as medium, at half the time, because it does no psycho-visual tuning.
AVC is treated alike (no psy, no adaptive quantisation) with trellis added: 5 % more time, 2 points more."""
THOROUGH = {"rdoq-level": 2, "b-adapt": 2}
"""For x265 at low quality: coefficients chosen by rate-distortion are worth 5 to 14 VMAF points at the same bits, for
half the time again; B-pictures only where they save bits, a third of the bits of fast pans, for nothing."""
LARGEST_BLOCK = 64
"""Pixels across HEVC's coding blocks where the picture has as many: for free, 1–2 % fewer bits than the preset's 32."""


AV1_AT_BEST, AV1_STEP = 32.0, 2.65
"""SVT-AV1's quality number where x265's is 22 at about the same bits, and by how much it rises with each of x265's:
measured on Big Buck Bunny and a street from 22 to 32, right to within a quarter of the bits (docs/decisions/media.md,
"AV1")."""
AV1_FINEST, AV1_COARSEST = 15.0, 70.0
AV1_MOST_THREADS = 4
"""Its levels of parallelism; each has pictures of its own in memory."""


Reach = Literal["near", "start", "padded"]
"""Where decoding for a segment begins: near it; at the start of the source; there, and what is missing before the first
picture that can be decoded is filled with that."""


@dataclass(frozen=True)
class Picture:
    """One encoded output: which rendition, how it may spend, where it goes."""

    rendition: Rendition
    spending: Spending
    path: Path


@dataclass(frozen=True)
class ClipOutputs:
    """Where the parts of a whole clip go."""

    picture: Picture
    sound: Path | None
    """None: the clip has no sound."""
    sheet: Path
    """The seek previews."""


def track_timescale(rate: Fraction) -> int:
    """Ticks per second of a track in which every frame lasts a whole number of ticks."""
    return rate.numerator * (1 if rate.numerator >= 10_000 else 1000)


def frame_ticks(rate: Fraction) -> int:
    """How many ticks of `track_timescale` a frame lasts."""
    return track_timescale(rate) * rate.denominator // rate.numerator


def encode_segment(
    plan: Plan, source: Path, segment: Segment, pictures: list[Picture], threads: int, *, reach: Reach = "near"
) -> list[str]:
    """One decode, all `pictures` of the segment."""
    facts = plan.facts
    skip = _seek(facts, segment) if reach == "near" and segment.start_frame > facts.held_first else []
    padded = not skip and (reach == "padded" or facts.held_first > 0)
    frames = f"trim=start_pts={segment.start_frame}:end_pts={segment.end_frame},setpts=PTS-{segment.start_frame}"
    graph = f"[0:{facts.video_stream}]{on_grid(facts, padded=padded)},{frames}{_converted(facts, pictures)}"
    return [
        *_opened(plan.facts, source, threads, *skip),
        *("-filter_complex", graph + _split_and_scale(plan.facts, pictures)),
        *_encoded(plan, pictures, threads),
    ]


def _seek(facts: Facts, segment: Segment) -> list[str]:
    """To the segment's first picture; where the last one is held, to that."""
    frame = min(segment.start_frame, facts.frames - facts.held_last - 1)
    start = facts.start_seconds + frame / facts.rate - SEEK_MARGIN_SECONDS
    return ["-ss", f"{float(start):.6f}", "-seek_timestamp", "1", "-noaccurate_seek"]


def encode_clip(plan: Plan, source: Path, outputs: ClipOutputs, threads: int, *, padded: bool = False) -> list[str]:
    """The whole clip in one rendition, its sound and the sheet of seek previews, from one decode."""
    frames = f"trim=start_pts=0:end_pts={plan.facts.frames}"
    grid = on_grid(plan.facts, padded=padded or plan.facts.held_first > 0)
    graph = f"[0:{plan.facts.video_stream}]{grid},{frames}{_converted(plan.facts, [outputs.picture])}"
    graph += _split_and_scale(plan.facts, [outputs.picture]).removesuffix("[out0]")
    graph += f",split[out0][small];[small]{_sheet(preview_sheet(plan))}[sheet]"
    if outputs.sound:
        graph += f";[0:{plan.facts.audio_stream}]{_sound(plan)}[sound]"
    return [
        *_opened(plan.facts, source, threads),
        *("-filter_complex", graph),
        *_encoded(plan, [outputs.picture], threads),
        *(_encoded_sound(outputs.sound) if outputs.sound else ()),
        *("-map", "[sheet]", "-frames:v", "1", *JPEG, "-update", "1", f"file:{outputs.sheet}"),
    ]


def talkative(arguments: list[str], statistics: Path | None = None) -> list[str]:
    """The same command on an upload, which says how many packets it failed to decode; and -vstats of each picture."""
    return [*TALKATIVE, *(("-vstats_file", str(statistics)) if statistics else ()), *arguments[len(QUIET) :]]


def encode_sound(plan: Plan, source: Path, target: Path) -> list[str]:
    """The sound of the whole clip; nothing of the picture is decoded."""
    sound = f"[0:{plan.facts.audio_stream}]{_sound(plan)}[sound]"
    return [*_opened(plan.facts, source, 1), "-filter_complex", sound, *_encoded_sound(target)]


def seek_previews(plan: Plan, clip: Path, target: Path) -> list[str]:
    """The sheet of seek previews, from our own first rung."""
    sheet = ["-vf", _sheet(preview_sheet(plan)), "-frames:v", "1", *JPEG, "-update", "1", f"file:{target}"]
    return [*QUIET, *ffmpeg_process.reading(clip, "mov"), "-an", *sheet]


def _sheet(sheet: Sheet) -> str:
    """Filters from pictures to one large one that shows every `sheet.every`th, small, in rows from the top left."""
    chosen = f"select='not(mod(n\\,{sheet.every}))',scale={sheet.width}:{sheet.height}:flags=bicubic"
    return f"{chosen},tile={sheet.columns}x{sheet.rows}:nb_frames={sheet.count},{FULL_RANGE}"


def on_grid(facts: Facts, *, padded: bool = False) -> str:
    """Filters from source timestamps to frame numbers: after them a picture's pts is its number on the grid.

    Shifting by whole ticks before `fps` rounds makes every segment round alike. The last picture is held for as long
    as the plan needs it; `padded`, the first that is decoded is shown from time 0 on.
    """
    fields = ",bwdif=mode=send_frame" if facts.interlaced else ""
    fps = f"fps={facts.fps[0]}/{facts.fps[1]}:round=near{':start_time=0' if padded else ''}"
    times = f"setpts=PTS-{facts.start_ticks}".replace("PTS--", "PTS+")
    first, turn = "", ""
    if facts.shape:
        options = colour.following(facts.colour, facts.transfer)
        first = shape.first_filters(facts.shape, interlaced=facts.interlaced, options=options)
        turn = shape.turn_filter(facts.shape.turn)
    known = f"{colour.KNOWN}," if facts.colour else ""
    return f"{known}{first}{times}{fields},{fps}{turn},tpad=stop=-1:stop_mode=clone"


def _opened(facts: Facts, source: Path, threads: int, *options: str) -> list[str]:
    # A picture that changes its size midway is scaled like the rest: a graph begun anew would lose count of pictures.
    # What turns a picture by itself does so before any filter of ours.
    turns = ("-noautorotate",) if facts.shape else ()
    steady = ("-threads", str(threads), "-reinit_filter", "0", *turns)
    # How many packets may be damaged is for the transcoder to decide, for each stream by itself.
    return [
        *(*QUIET, "-copyts", "-max_error_rate", "1"),
        *ffmpeg_process.reading(source, facts.container, *steady, *options),
    ]


def _converted(facts: Facts, pictures: list[Picture]) -> str:
    """Filters to BT.709, at the size of the largest of `pictures`, beside which the table of colours lies."""
    largest = max((picture.rendition for picture in pictures), key=lambda one: one.width * one.height)
    return colour.converted(facts.colour, facts.transfer, largest.width, largest.height, pictures[0].path.parent)


def _split_and_scale(facts: Facts, pictures: list[Picture]) -> str:
    outputs = "".join(f"[in{n}]" for n in range(len(pictures)))
    made = (
        f"[in{n}]{colour.scaled(facts.colour, facts.transfer, one.rendition.width, one.rendition.height)}[out{n}]"
        for n, one in enumerate(pictures)
    )
    return f",split={len(pictures)}{outputs};" + ";".join(made)


def _encoded(plan: Plan, pictures: list[Picture], threads: int) -> list[str]:
    arguments: list[str] = []
    encoders = {"avc": _avc, "hevc": _hevc, "av1": _av1}
    for n, picture in enumerate(pictures):
        arguments += ["-map", f"[out{n}]", *encoders[picture.rendition.codec](plan, picture, threads)]
        arguments += ["-fps_mode", "passthrough", "-video_track_timescale", str(track_timescale(plan.facts.rate))]
        arguments += [*FRAGMENTED, "-movflags", "+frag_keyframe+default_base_moof+delay_moov", f"file:{picture.path}"]
    return arguments


def hevc_tuning(rendition: Rendition) -> dict[str, int]:
    """What x265 is told beside HEVC_PRESET for the sake of quality.

    Chosen by measurement: docs/decisions/media.md, "HEVC decides by rate-distortion".
    """
    block = {"ctu": LARGEST_BLOCK} if min(rendition.width, rendition.height) >= LARGEST_BLOCK else {}
    return {"rd": 3, "psy-rd": 0, "early-skip": 0, **block}


def _hevc(plan: Plan, picture: Picture, threads: int) -> list[str]:
    spending = picture.spending
    options = {
        **hevc_tuning(picture.rendition),
        "keyint": plan.gop_frames,
        "min-keyint": plan.gop_frames,
        "scenecut": 0,
        "open-gop": 0,
        "vbv-maxrate": spending.peak_kbps,
        "vbv-bufsize": spending.buffer_kbits,
        "vbv-init": 0.9,
        **(THOROUGH if spending.thorough else {}),
        **({"nr-intra": noise, "nr-inter": noise} if (noise := spending.noise_reduction) else {}),
        "pools": threads,
        # The renditions of a segment keep the processors busy among themselves; frames at a time as well cost 9 % more.
        "frame-threads": 1,
        "info": 0,  # would write the options into each segment's header, and headers must be alike
        "log-level": "error",
    }
    parameters = ":".join(f"{name}={value}" for name, value in options.items())
    encoder = ["-c:v", "libx265", "-preset", HEVC_PRESET, "-crf", str(spending.crf)]
    return [*encoder, "-x265-params", parameters, "-tag:v", "hvc1"]


def _avc(plan: Plan, picture: Picture, threads: int) -> list[str]:
    spending = picture.spending
    tuning = "scenecut=0:open-gop=0:aq-mode=0:psy=0:trellis=1"
    return [
        *("-c:v", "libx264", "-preset", AVC_PRESET, "-profile:v", "high", "-crf", str(spending.crf)),
        *("-maxrate", f"{spending.peak_kbps}k", "-bufsize", f"{spending.buffer_kbits}k", "-threads", str(threads)),
        *("-x264-params", f"keyint={plan.gop_frames}:min-keyint={plan.gop_frames}:{tuning}", "-tag:v", "avc1"),
    ]


def av1_crf(crf: float) -> float:
    """The quality number of SVT-AV1, in its quarters, that takes about the bits which x265 takes at `crf`."""
    return min(AV1_COARSEST, max(AV1_FINEST, round(4 * (AV1_AT_BEST + AV1_STEP * (crf - HEVC_CRF))) / 4))


def _av1(plan: Plan, picture: Picture, threads: int) -> list[str]:
    spending = picture.spending
    # Scene cuts move no key frame, and a key frame refers to nothing before it: a fragment begins with each.
    crf = av1_crf(spending.crf)
    frames = f"keyint={plan.gop_frames}:irefresh-type=2:scd=0"
    # Of what no quality holds, adaptive quantisation spends 1.6 times as much at the coarsest.
    steady = ":aq-mode=0" if crf == AV1_COARSEST else ""
    # ffmpeg's own option of quality knows whole numbers up to 63 only.
    options = f"crf={crf}:{frames}:lp={min(threads, AV1_MOST_THREADS)}{steady}"
    return [
        *("-c:v", "libsvtav1", "-preset", str(plan.av1_preset)),
        *("-maxrate", f"{spending.peak_kbps}k", "-bufsize", f"{spending.buffer_kbits}k"),
        *("-svtav1-params", options, "-tag:v", "av01"),
    ]


def _sound(plan: Plan) -> str:
    """Filters from source sound to stereo of exactly the picture's length, at target loudness.

    The encoder puts one frame of its own before the first sample. That frame takes the place of the first 21 ms, so
    that no edit list is needed: players disagree about those.
    """
    start, seconds = float(plan.facts.start_seconds), float(plan.seconds)
    aligned = f"asetpts=PTS-({start:.6f})/TB,aresample={AUDIO_RATE}:async=1:first_pts=0,aformat=channel_layouts=stereo"
    gain = f"volume={plan.facts.gain_db}dB,alimiter=limit=0.89:level=disabled:latency=1"
    samples = round(plan.seconds * AUDIO_RATE)
    whole = f"apad=whole_dur={seconds:.6f},atrim=start_sample={AUDIO_FRAME}:end_sample={max(samples, 2 * AUDIO_FRAME)}"
    return f"{aligned},{gain},{whole},asetpts=N/SR/TB"


def _encoded_sound(path: Path) -> list[str]:
    return [
        *("-map", "[sound]", "-c:a", "aac", "-b:a", f"{AUDIO_KBPS}k"),
        *("-frag_duration", str(FRAGMENT_SECONDS * 1_000_000)),
        *(*FRAGMENTED, "-movflags", "+empty_moov+default_base_moof", "-use_editlist", "0", f"file:{path}"),
    ]
