"""Exporting what belongs to a user: asked for over HTTP, gathered, planned and zipped by the steps of a state machine.

An export is several archives of a bounded size, so that each is written within one function's time: the first holds
the documents, all of them the user's media. Everything lies below exports/<user>/<request>/ and expires by lifecycle.
"""

import json
import tempfile
import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from reelstack.platform import aws, storage
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.platform.storage_classes import ARCHIVES
from reelstack.privacy import data_requests, export_documents, personal_data, zip_upload
from reelstack.privacy.data_requests import Kind, Progress
from reelstack.privacy.errors import ExportNotFound
from reelstack.tables.privacy import DataRequest
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.videos.videos import State

PREFIX = "exports/"
DAYS = 7
"""How long an export's files are kept: the lifecycle rule of its prefix."""
LINK_SECONDS = 15 * 60
AGAIN_SECONDS = 24 * 3600
"""How long the last export is the answer to who asks for another; and after which one that hangs is given up."""
VOLUME_BYTES = 4 * 1024**3
"""Of media in one archive; a larger file has one of its own."""
JSON_LINES = "application/x-ndjson"
COLLECTED = export_documents.PARTS.keys() - export_documents.FROM_CACHE
"""Parts that collect_export_part gathers, one at a time; planning gathers the others."""


class Piece(BaseModel):
    """One file of an archive."""

    name: str
    bucket: storage.Bucket
    key: str
    size_bytes: int = 0


# --- asking ----------------------------------------------------------------------------------------------------------


def ask(user_id: str) -> DataRequest:
    """Starts an export; the one that runs, or is younger than a day, is the answer to asking again."""
    request = data_requests.find(user_id, Kind.EXPORT)
    young = request is not None and int(request.asked_at) > now_ms() - AGAIN_SECONDS * 1000
    if request is None or not young or request.state == Progress.FAILED:
        request = _replace(request, user_id)
    if request.state == Progress.RUNNING:
        given = {"user_id": user_id, "request_id": request.request_id, "parts": sorted(COLLECTED)}
        data_requests.execute(config().export_machine_arn, request.request_id, json.dumps(given))
    return request


def _replace(before: DataRequest | None, user_id: str) -> DataRequest:
    """The next request; the same one for all who ask at once."""
    request = data_requests.new(user_id, Kind.EXPORT, Progress.RUNNING, len(export_documents.PARTS) + 1)
    unchanged = DataRequest.request_id == before.request_id if before else DataRequest.request_id.does_not_exist()
    return request if request.put_if(unchanged) else DataRequest.get(user_id, Kind.EXPORT, consistent_read=True)


def find(user_id: str) -> DataRequest:
    """The user's latest export. Raises ExportNotFound, also once its files are gone."""
    request = data_requests.find(user_id, Kind.EXPORT)
    if request is None or (request.expires_at and int(request.expires_at) <= time.time()):
        raise ExportNotFound
    return request


def link(request: DataRequest, name: str) -> str:
    """Where one of its files can be fetched for LINK_SECONDS."""
    return storage.address("uploads", _folder(request.user_id, request.request_id) + name, LINK_SECONDS)


# --- steps -----------------------------------------------------------------------------------------------------------


def gather(user_id: str, request_id: str, part: str) -> int:
    """Writes one part as JSON lines; returns how many. The same again overwrites it."""
    lines = 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "part.jsonl"
        with file.open("w") as target:
            for line in export_documents.read(part, user_id):
                target.write(json.dumps(line, default=_plain, sort_keys=True) + "\n")
                lines += 1
        storage.upload("uploads", file, f"{_folder(user_id, request_id)}parts/{part}.jsonl", JSON_LINES)
    data_requests.note(user_id, Kind.EXPORT, request_id, {part})
    return lines


def plan(user_id: str, request_id: str) -> list[int]:
    """Gathers what the cache has, and decides what goes into which archive; returns the archives' numbers."""
    for part in sorted(export_documents.FROM_CACHE):
        gather(user_id, request_id, part)
    folder = _folder(user_id, request_id)
    volumes = [[Piece(name=f"{p}.jsonl", bucket="uploads", key=f"{folder}parts/{p}.jsonl") for p in _parts()]]
    held = 0
    for video in personal_data.videos(user_id):
        for piece in _media(video):
            if held and held + piece.size_bytes > VOLUME_BYTES:
                volumes.append([])
                held = 0
            volumes[-1].append(piece)
            held += piece.size_bytes
    for number, pieces in enumerate(volumes):
        storage.write_json("uploads", f"{folder}plan/{number}.json", [piece.model_dump() for piece in pieces])
    data_requests.note(user_id, Kind.EXPORT, request_id, set(), parts=len(_parts()) + len(volumes))
    return list(range(len(volumes)))


def write_archive(user_id: str, request_id: str, volume: int) -> dict[str, Any]:
    """Zips what was planned for an archive; returns {"name", "size_bytes"}. What went meanwhile is left out."""
    folder, name = _folder(user_id, request_id), f"reelstack-{volume + 1}.zip"
    pieces = [Piece.model_validate(one) for one in storage.read_json("uploads", f"{folder}plan/{volume}.json")]
    with zip_upload.archive("uploads", folder + name) as target:
        for piece in pieces:
            target.add(piece.name, piece.bucket, piece.key)
        size_bytes = target.finish()
    data_requests.note(user_id, Kind.EXPORT, request_id, {name})
    return {"name": name, "size_bytes": size_bytes}


def _media(video: Video) -> list[Piece]:
    """The original while it can be read at once; later its largest rendition and the sound."""
    if video.state == State.DELETED:
        return []
    for upload in Upload.query(video.upload_id, consistent_read=True):
        ending = upload.content_type.rpartition("/")[2]
        if piece := _piece(f"media/{video.video_id}/original.{ending}", "uploads", upload.key):
            return [piece]
    if video.state != State.PUBLISHED or not video.asset:
        return []
    best = max(video.asset["renditions"], key=lambda one: one["width"] * one["height"], default=None)
    names = [f"{best['name']}.mp4", "sound.mp4"] if best else []
    found = [_piece(f"media/{video.video_id}/{name}", "media", video.asset["prefix"] + name) for name in names]
    return [piece for piece in found if piece]


def _piece(name: str, bucket: storage.Bucket, key: str) -> Piece | None:
    # Listed, not asked for: who may not list is told of a missing object that it is forbidden.
    listed = aws.client("s3").list_objects_v2(Bucket=storage.bucket_name(bucket), Prefix=key, MaxKeys=1)
    for told in listed.get("Contents", []):
        if told["Key"] == key and told.get("StorageClass") not in ARCHIVES:
            return Piece(name=name, bucket=bucket, key=key, size_bytes=told["Size"])
    return None


def _parts() -> list[str]:
    return sorted(export_documents.PARTS)


def _folder(user_id: str, request_id: str) -> str:
    return f"{PREFIX}{user_id}/{request_id}/"


def _plain(value: Any) -> Any:
    """Sets of text are all that JSON does not know."""
    return sorted(value)
