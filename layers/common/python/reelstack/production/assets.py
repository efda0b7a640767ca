"""The playable objects of an attempt in the media bucket: the first rung early, everything else when it is all there.

A playlist is written after the files it names, and the master playlist last: a player never meets a gap.
"""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from pydantic import BaseModel

from reelstack.failure_reasons import Refused
from reelstack.media import (
    ffmpeg_process,
    hls_writer,
    masters,
    packager,
    sound_encoder,
    sprites,
    still_args,
    transcoder,
)
from reelstack.media.bitrates import Effort
from reelstack.media.ffmpeg_args import frame_ticks
from reelstack.media.hls_conformance import check
from reelstack.media.hls_reader import Folder
from reelstack.media.ladder import Plan
from reelstack.media.mediaconvert_job import SOUND, output_name
from reelstack.media.notices import Notice
from reelstack.media.packager import Part, Track, check_aligned, check_frames, join, scan
from reelstack.media.posters import POSTER_SECONDS, choose_poster
from reelstack.platform import storage
from reelstack.platform.telemetry import count, logger
from reelstack.production import asset_files
from reelstack.production.steps import Work, asset_prefix, note

MASTER, PREVIEW, POSTER = masters.MASTER, "preview.m3u8", "poster.jpg"
FIRST_RUNG = "first.json"
STILLS = ((POSTER, "image/jpeg"), (sprites.SHEET, "image/jpeg"), (sprites.TRACK, "text/vtt"))
"""What goes with the picture, with its content type."""
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
MANAGED_SLACK = Fraction(1, 4)
"""Seconds by which what a managed engine made may be longer or shorter: it has its own way with variable rates."""
AT_ONCE = 8
"""Small objects fetched at the same time."""


class FirstRung(BaseModel):
    """What EncodeFirstRung leaves for the steps after it."""

    picture: Track
    sound: Track | None
    effort: Effort
    color: str
    notices: tuple[Notice, ...] = ()
    """What was noticed only while it was made."""

    @property
    def target_seconds(self) -> int:
        """The target duration of all playlists of the clip: renditions are cut at the same frames."""
        return max(track.target_seconds for track in (self.picture, self.sound) if track)


class FirstSegment(BaseModel):
    """What making one segment of the first rung took; or, without that, why the source is refused."""

    decoded: transcoder.Decoded | None = None
    reason: str = ""
    detail: str = ""


def read_first_rung(work: Work) -> FirstRung:
    return FirstRung.model_validate(storage.read_json("intermediates", work.key(FIRST_RUNG)))


def segment_key(work: Work, segment: int, rendition: str) -> str:
    return work.key(f"segments/{segment}/{rendition}.mp4")


def make_first_rung(work: Work, video_id: str, plan: Plan, source: Path, folder: Path) -> dict[str, Any]:
    """Encodes and stores the first rung, the sound and the poster. Returns what a player needs of them.

    Raises Refused if the source is damaged.
    """
    prefix = asset_prefix(video_id, work.attempt)
    if plan.first_rung == "segments":
        parts, effort = _fetch_first_rung(work, plan, folder)
        sound_part = sound_encoder.encode(plan, source, folder)
    else:
        part, sound_part, effort = transcoder.encode_clip(plan, source, folder)
        parts = [part]
    picture = _store_track(plan.first.name, parts, folder, prefix)
    if plan.first_rung == "segments":
        transcoder.draw_previews(plan, folder / picture.file, folder)
    sound = _store_track(SOUND, [sound_part], folder, prefix) if sound_part else None
    color = _make_poster(folder / f"{plan.first.name}.mp4", folder)
    noticed = _noticed(plan, sound, effort)
    first = FirstRung(picture=picture, sound=sound, effort=effort, color=color, notices=noticed)
    for name, content_type in STILLS:
        storage.upload("media", folder / name, prefix + name, content_type)
    for track in filter(None, (picture, sound)):
        _store_playlist(folder, prefix, track.playlist, hls_writer.media_playlist(track, first.target_seconds))
    storage.write_json("intermediates", work.key(FIRST_RUNG), first.model_dump())
    _store_playlist(folder, prefix, PREVIEW, hls_writer.master_playlist([picture], sound, plan.facts.rate))
    return _description(plan, prefix, PREVIEW, [picture], first)


def _noticed(plan: Plan, sound: Track | None, effort: Effort) -> tuple[Notice, ...]:
    """What showed only while the first rung was made."""
    dropped = plan.facts.audio_stream is not None and sound is None
    found = {Notice.SOUND_DROPPED: dropped, Notice.PICTURE_DAMAGED: effort.damaged > 0}
    return tuple(notice for notice, is_so in found.items() if is_so)


def make_first_segment(work: Work, plan: Plan, number: int, source: Path, folder: Path) -> None:
    """Encodes and stores one segment of the first rung, and what it took or why the source is refused."""
    try:
        part, decoded = transcoder.encode_first_segment(plan, source, plan.segments[number], folder)
    except Refused as refused:
        note(refused)
        outcome = FirstSegment(reason=refused.reason, detail=refused.detail)
    else:
        outcome = FirstSegment(decoded=decoded)
        key = segment_key(work, number, plan.first.name)
        storage.upload("intermediates", part.path, key, "video/mp4", storage.BRIEFLY)
    storage.write_json("intermediates", _first_segment_key(work, number), outcome.model_dump())


def _first_segment_key(work: Work, number: int) -> str:
    return work.key(f"segments/{number}/{FIRST_RUNG}")


def _fetch_first_rung(work: Work, plan: Plan, folder: Path) -> tuple[list[Part], Effort]:
    """The first rung's segments, and what they took together. Raises Refused if one was, or too much is damaged."""
    keys = [_first_segment_key(work, segment.number) for segment in plan.segments]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = pool.map(partial(storage.read_json, "intermediates"), keys)
        found = [FirstSegment.model_validate(one) for one in told]
    decoded = [one.decoded or _refuse(one) for one in found]
    parts = _fetch_segments(work, plan, plan.first.name, folder)
    return parts, transcoder.join_efforts(plan, [part.size for part in parts], decoded)


def _refuse(segment: FirstSegment) -> NoReturn:
    raise Refused(segment.reason, segment.detail)


def package(work: Work, video_id: str, plan: Plan, folder: Path) -> dict[str, Any]:
    """Joins all segments and stores what plays. Returns the asset: what the video's item will say of it.

    Raises FramesMissing or HeadersDiffer if segments do not fit together.
    """
    prefix = asset_prefix(video_id, work.attempt)
    first = read_first_rung(work)
    tracks = {plan.first.name: first.picture}
    for rendition in plan.rest:
        if rendition.name in plan.taken_over:
            parts = [_fetch_finished(plan.taken_from, rendition.name, folder)]
        else:
            parts = _fetch_segments(work, plan, rendition.name, folder)
        track = tracks[rendition.name] = _store_track(rendition.name, parts, folder, prefix)
        _store_playlist(folder, prefix, track.playlist, hls_writer.media_playlist(track, first.target_seconds))
    pictures = [tracks[rendition.name] for rendition in plan.renditions]
    playlists = hls_writer.master_playlists(pictures, first.sound, plan.facts.rate)
    broken = _check_conformance(folder, prefix, first, playlists[MASTER])
    for name, text in playlists.items():
        _store_playlist(folder, prefix, name, text)
    return {**_description(plan, prefix, MASTER, pictures, first), "conformance": broken}


def _check_conformance(folder: Path, prefix: str, first: FirstRung, master: str) -> list[str]:
    """Rules of media.hls_conformance that the asset breaks. What the first rung left in storage is fetched for it."""
    for track in filter(None, (first.picture, first.sound)):
        for name in (track.file, track.playlist):
            storage.download("media", prefix + name, folder / name)
    (folder / MASTER).write_text(master)
    return _broken_rules(folder)


def _broken_rules(folder: Path) -> list[str]:
    found = check(Folder(folder), MASTER)
    if found:
        count("AssetsNotConforming")
        logger.warning("not conforming", extra={"findings": [vars(finding) for finding in found[:20]]})
    return sorted({finding.rule for finding in found})


def adopt(work: Work, video_id: str, plan: Plan, outputs: str, folder: Path) -> dict[str, Any]:
    """The same asset from a ladder that a managed engine made whole, as objects below `outputs`.

    It lies in a folder of its own: the first rung's objects are being watched, and never change. Raises FramesMissing
    if what was made is not the plan's, or key frames do not fall together.
    """
    beside = asset_prefix(video_id, work.attempt)
    prefix = f"{beside}managed/"
    pictures = [_adopt_track(outputs, rendition.name, folder, prefix) for rendition in plan.renditions]
    check_aligned(pictures, plan.seconds, MANAGED_SLACK, 1 / plan.facts.rate)
    first = read_first_rung(work)
    sound = _adopt_track(outputs, SOUND, folder, prefix) if first.sound else None
    if sound:
        check_aligned([sound], plan.seconds, MANAGED_SLACK, 1 / plan.facts.rate)
    for name, content_type in STILLS:
        storage.download("media", beside + name, folder / name)
        storage.upload("media", folder / name, prefix + name, content_type)
    made = first.model_copy(update={"picture": pictures[0], "sound": sound})
    for track in filter(None, (*pictures, sound)):
        _store_playlist(folder, prefix, track.playlist, hls_writer.media_playlist(track, made.target_seconds))
    playlists = hls_writer.master_playlists(pictures, sound, plan.facts.rate)
    (folder / MASTER).write_text(playlists[MASTER])
    broken = _broken_rules(folder)
    for name, text in playlists.items():
        _store_playlist(folder, prefix, name, text)
    return {**_description(plan, prefix, MASTER, pictures, made), "conformance": broken}


def _adopt_track(outputs: str, name: str, folder: Path, prefix: str) -> Track:
    made = folder / output_name(name)
    storage.download("intermediates", outputs + made.name, made)
    target = folder / f"{name}.mp4"
    track = packager.adopt(name, scan(made), target)
    made.unlink()
    _store_file(track, target, prefix)
    return track


def _fetch_segments(work: Work, plan: Plan, rendition: str, folder: Path) -> list[Part]:
    paths = [folder / f"{segment.number}-{rendition}.part" for segment in plan.segments]
    keys = [segment_key(work, segment.number, rendition) for segment in plan.segments]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda key, path: storage.download("intermediates", key, path), keys, paths))
    parts = [scan(path) for path in paths]
    for part, segment in zip(parts, plan.segments, strict=True):
        check_frames(part, segment.frames, frame_ticks(plan.facts.rate))
    return parts


def _fetch_finished(prefix: str, rendition: str, folder: Path) -> Part:
    """A rendition of an earlier attempt, as one part: it was made from the same frames."""
    path = folder / f"finished-{rendition}.part"
    storage.download("media", f"{prefix}{rendition}.mp4", path)
    return scan(path)


def _store_track(name: str, parts: list[Part], folder: Path, prefix: str) -> Track:
    """Joins, uploads, and frees the disk of the parts: one rendition at a time is there twice."""
    target = folder / f"{name}.mp4"
    track = join(name, parts, target)
    for part in parts:
        part.path.unlink()
    _store_file(track, target, prefix)
    return track


def _store_file(track: Track, file: Path, prefix: str) -> None:
    storage.upload("media", file, prefix + track.file, "audio/mp4" if track.name == SOUND else "video/mp4")


def _store_playlist(folder: Path, prefix: str, name: str, text: str) -> None:
    """In storage, and beside the files for the conformance check."""
    (folder / name).write_text(text)
    storage.write("media", prefix + name, text.encode(), PLAYLIST_TYPE, storage.BRIEFLY)


def _make_poster(clip: Path, folder: Path) -> str:
    """Returns the poster's dominant colour."""
    few = folder / "colors.rgb"
    ffmpeg_process.ffmpeg(still_args.poster(clip, choose_poster(clip), folder / POSTER, few), POSTER_SECONDS)
    return sprites.dominant_color(few.read_bytes())


def _told(plan: Plan, first: FirstRung) -> list[Notice]:
    """All that was noticed, each once. One sound among several was not used if all of them were dropped."""
    noticed = dict.fromkeys((*plan.facts.notices, *first.notices))
    if Notice.SOUND_DROPPED in noticed:
        noticed.pop(Notice.SOUND_CHOSEN, None)
    return list(noticed)


def _description(plan: Plan, prefix: str, master: str, pictures: list[Track], first: FirstRung) -> dict[str, Any]:
    renditions = {rendition.name: rendition for rendition in plan.renditions}
    largest = max(pictures, key=lambda track: track.width * track.height)
    return {
        "prefix": prefix,
        "master": master,
        "masters": sorted(masters.narrowed(pictures)),
        "poster": POSTER,
        "sprites": sprites.TRACK,
        "color": first.color,
        "duration_ms": plan.duration_ms,
        "width": largest.width,
        "height": largest.height,
        "notices": _told(plan, first),
        "renditions": [asset_files.rendition(one, renditions[one.name].codec, first.sound) for one in pictures],
        "sound": asset_files.sound(first.sound) if first.sound else None,
    }
