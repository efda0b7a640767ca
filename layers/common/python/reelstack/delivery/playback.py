"""The playback of a video: signed addresses that expire, for one viewer."""

from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict

from reelstack.delivery import tokens
from reelstack.delivery.signing_keys import signing_key
from reelstack.delivery.tokens import SigningKey
from reelstack.media import masters
from reelstack.platform.config import config
from reelstack.platform.unchecked import Described, made
from reelstack.videos import access
from reelstack.videos.access import Viewed
from reelstack.videos.audiences import Audience
from reelstack.videos.errors import VideoModerated, VideoProcessing
from reelstack.videos.video_view import WITHDRAWN
from reelstack.videos.videos import State


class SoundFile(BaseModel):
    """The file of the sound, `<name>.mp4` beside the master playlist."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: str
    unit_ends: list[int] = []
    """As those of a rendition."""


class Rendition(BaseModel):
    """A file of the picture, `<name>.mp4` beside the master playlist. It is written by production.asset_files."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: str
    codec: Literal["avc", "hevc", "av1"]
    codecs: str
    """RFC 6381, as MediaSource wants it: "avc1.64001f"."""
    width: int
    height: int
    bandwidth: int
    """Peak with the sound, bits per second."""
    average_bandwidth: int
    """With the sound, bits per second."""
    bytes: int
    """Of the file, which has no sound in it."""
    header_bytes: int = 0
    """The initialisation segment, from byte 0."""
    first_segment_bytes: int = 0
    unit_ends: list[int] = []
    """Where the byte ranges end that are to be fetched at once. The first begins at byte 0 and holds header, index and
    first segment, each other one where the one before ended; after the last one named, the playlist says what follows.
    Absent of clips made before units were named."""
    frames: int = 0


class Playback(BaseModel):
    """Where to fetch a video until `expires_at` (unix seconds). URLs are relative to the site."""

    master_url: str | None
    """The master playlist. With a parameter `codecs=avc,hevc,av1` a player says what it decodes, and is given that.
    Null while the video is archived: there is the poster to show, and nothing to play."""
    poster_url: str | None
    sprites_url: str | None
    """Seek previews: WebVTT whose cues name a place on one sheet of small pictures."""
    color: str | None
    """"#rrggbb", the poster's dominant colour: what to show until the poster is there."""
    expires_at: int
    duration_ms: int | None
    width: int | None
    height: int | None
    renditions: list[Annotated[dict[str, Any], Described(Rendition)]]
    """Empty while the video is archived."""
    sound: Annotated[dict[str, Any], Described(SoundFile)] | None = None
    """Null without sound."""
    preview: bool
    """True: only the first rung so far, and only for its owner."""
    archived: bool = False
    """True: its owner archived it. Its card says by when it is back, if it comes back."""
    resume_ms: int | None = None
    """Where the caller left it, in milliseconds from its start. Null if they never watched it, or to its end."""


def addresses(viewed: Viewed) -> Playback:
    """Signed, expiring addresses of a video its viewer may see. Raises VideoProcessing, VideoModerated.

    Before the verdict there is only the first rung, which only its owner and moderators come to see. Of a rejected
    video nothing is served, not even to them: moderators look at what is in quarantine (moderation.review_queue).
    """
    if viewed.video.state == State.REJECTED:
        raise VideoModerated
    found = addresses_of([viewed])
    if not found:
        raise VideoProcessing
    return found[viewed.video.video_id]


def addresses_of(page: Collection[Viewed]) -> dict[str, Playback]:
    """The same of those videos of a page that can be played, by id: one look at their owners, one key."""
    playable = [one for one in page if _is_playable(one.values)]
    if not playable:
        return {}
    key, owners = signing_key(), access.accounts({one.values["owner_id"] for one in playable})
    return {one.values["video_id"]: _signed(one, owners[one.values["owner_id"]].open, key) for one in playable}


def _is_playable(video: Mapping[str, Any]) -> bool:
    return video["state"] not in WITHDRAWN and bool(video.get("asset") or video.get("preview"))


def resuming(addresses: Playback, resume_ms: int | None) -> Playback:
    """The same, for a viewer who goes on from there."""
    return addresses if resume_ms is None else addresses.model_copy(update={"resume_ms": resume_ms})


def _signed(viewed: Viewed, owner_is_open: bool, key: SigningKey) -> Playback:
    of: Callable[[str], Any] = viewed.values.get
    issued_at = viewed.read_at
    is_public = of("state") == State.PUBLISHED and of("visibility") == Audience.PUBLIC and owner_is_open
    asset, archived = of("asset") or of("preview") or {}, of("archive_state") is not None
    seconds = config().playback_seconds_public if is_public else config().playback_seconds_private
    video_id, expires_at = viewed.values["video_id"], issued_at + seconds

    signed = tokens.tokened_prefix(video_id, issued_at, expires_at, key)

    def url(name: str | None) -> str | None:
        return tokens.below(signed, video_id, asset["prefix"] + name) if name else None

    return made(
        Playback,
        {
            "master_url": None if archived else url(masters.address_name(asset["master"], asset.get("masters", ()))),
            "poster_url": url(asset.get("poster")),
            "sprites_url": None if archived else url(asset.get("sprites")),
            "color": asset.get("color"),
            "expires_at": expires_at,
            "duration_ms": _whole(of("duration_ms") or asset.get("duration_ms")),
            "width": _whole(of("width") or asset.get("width")),
            "height": _whole(of("height") or asset.get("height")),
            "renditions": [] if archived else asset.get("renditions", []),
            "sound": None if archived else asset.get("sound"),
            "preview": of("asset") is None,
            "archived": archived,
            "resume_ms": None,
        },
    )


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
