"""The playable objects of an attempt in the media bucket: the first rung early, everything else when it is all there.

A playlist is written after the files it names, and the master playlist last: a player never meets a gap.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from reelstack import media, playlists, storage, transcoding
from reelstack.encoding import frame_ticks, poster
from reelstack.ladder import Effort, Plan
from reelstack.packaging import Part, Track, check_frames, join, scan
from reelstack.steps import Work, asset_prefix

MASTER, PREVIEW, POSTER, SOUND = "master.m3u8", "preview.m3u8", "poster.jpg", "sound"
FIRST_RUNG = "first.json"
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
POSTER_SECONDS = 60
AT_ONCE = 8
"""Small objects fetched at the same time."""


class FirstRung(BaseModel):
    """What EncodeFirstRung leaves for the steps after it."""

    picture: Track
    sound: Track | None
    effort: Effort


def read_first_rung(work: Work) -> FirstRung:
    return FirstRung.model_validate(storage.read_json("uploads", work.key(FIRST_RUNG)))


def segment_key(work: Work, segment: int, rendition: str) -> str:
    return work.key(f"segments/{segment}/{rendition}.mp4")


def make_first_rung(work: Work, video_id: str, plan: Plan, source: Path, folder: Path) -> dict[str, Any]:
    """Encodes and stores the first rung, the sound and the poster. Returns what a player needs of them.

    Raises Refused if the source is damaged.
    """
    prefix = asset_prefix(video_id, work.attempt)
    part, sound_part, effort = transcoding.encode_clip(plan, source, folder)
    picture = _store_track(plan.first.name, [part], folder, prefix)
    sound = _store_track(SOUND, [sound_part], folder, prefix) if sound_part else None
    _make_poster(folder / f"{plan.first.name}.mp4", folder / POSTER)
    storage.upload("media", folder / POSTER, prefix + POSTER, "image/jpeg")
    first = FirstRung(picture=picture, sound=sound, effort=effort)
    storage.write_json("uploads", work.key(FIRST_RUNG), first.model_dump())
    _store_playlist(prefix + PREVIEW, playlists.master_playlist([picture], sound, plan.facts.rate))
    return _description(plan, prefix, PREVIEW, [picture], sound)


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
        tracks[rendition.name] = _store_track(rendition.name, parts, folder, prefix)
    pictures = [tracks[rendition.name] for rendition in plan.renditions]
    _store_playlist(prefix + MASTER, playlists.master_playlist(pictures, first.sound, plan.facts.rate))
    return _description(plan, prefix, MASTER, pictures, first.sound)


def _fetch_segments(work: Work, plan: Plan, rendition: str, folder: Path) -> list[Part]:
    paths = [folder / f"{segment.number}-{rendition}.part" for segment in plan.segments]
    keys = [segment_key(work, segment.number, rendition) for segment in plan.segments]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda key, path: storage.download("uploads", key, path), keys, paths))
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
    storage.upload("media", target, prefix + track.file, "audio/mp4" if name == SOUND else "video/mp4")
    _store_playlist(prefix + track.playlist, playlists.media_playlist(track))
    return track


def _store_playlist(key: str, text: str) -> None:
    storage.write("media", key, text.encode(), PLAYLIST_TYPE, storage.BRIEFLY)


def _make_poster(clip: Path, target: Path) -> None:
    for skip_dark in (True, False):
        media.ffmpeg(poster(clip, target, skip_dark=skip_dark), POSTER_SECONDS)
        if target.exists():
            return


def _description(plan: Plan, prefix: str, master: str, pictures: list[Track], sound: Track | None) -> dict[str, Any]:
    renditions = {rendition.name: rendition for rendition in plan.renditions}
    largest = max(pictures, key=lambda track: track.width * track.height)
    return {
        "prefix": prefix,
        "master": master,
        "poster": POSTER,
        "duration_ms": plan.duration_ms,
        "width": largest.width,
        "height": largest.height,
        "renditions": [_rendition(track, renditions[track.name].codec, sound) for track in pictures],
    }


def _rendition(track: Track, codec: str, sound: Track | None) -> dict[str, Any]:
    peak, average = playlists.bandwidth(track, sound)
    return {
        "name": track.name,
        "codec": codec,
        "width": track.width,
        "height": track.height,
        "bandwidth": peak,
        "average_bandwidth": average,
        "codecs": track.codecs,
        "bytes": track.size,
        "frames": track.samples,
    }
