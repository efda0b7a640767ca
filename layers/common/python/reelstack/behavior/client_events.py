"""What a client reports: only what nobody else can know. Likes, comments, shares, follows, blocks and reports are taken
from the tables (docs/behavior.md).

A batch is read event by event, so that one that cannot be read does not cost the others. Members that this version does
not know are kept with the event (stored_event.EXTRA); an event of an unknown type is counted and refused.
"""

import json
import re
from typing import Annotated, Any, Literal, Union, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from reelstack.behavior import receipts
from reelstack.platform.text_fields import Tag

MAX_EVENTS = 100
MAX_BODY_BYTES = 128 * 1024
MAX_EVENT_BYTES = 4 * 1024
"""Of one event as JSON: what is unknown in it is kept, within a bound."""
MAX_WATCHED_MS = 24 * 3600 * 1000
YEAR_3000_MS = 32_503_680_000_000
UUID7 = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
VIDEO_ID = r"^[A-Za-z0-9_-]{1,64}$"
USER_ID = r"^[A-Za-z0-9._:@|-]+$"
MAX_RENDITIONS, MAX_ERRORS = 16, 16
MAX_KBPS, MAX_COUNT, MAX_BYTES = 1_000_000, 10_000_000, 2**40

Milliseconds = Annotated[int, Field(ge=0, le=MAX_WATCHED_MS)]
Instant = Annotated[int, Field(ge=0, le=YEAR_3000_MS)]
"""Unix milliseconds by the client's clock."""
Kbps = Annotated[int, Field(ge=0, le=MAX_KBPS)]
Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]
Bytes = Annotated[int, Field(ge=0, le=MAX_BYTES)]
BitrateName = Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,5})$")]
"""Of a rendition, in kbit/s, as the name of a member."""
ErrorCode = Annotated[str, Field(pattern="^[a-z_]{1,32}$")]
EventId = Annotated[str, Field(pattern=UUID7)]
VideoId = Annotated[str, Field(pattern=VIDEO_ID)]


class _Event(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    id: EventId
    """Made by the client. An id that comes twice counts once."""
    at: Instant


class _OfVideo(_Event):
    video_id: VideoId
    receipt: str | None = Field(default=None, max_length=receipts.MAX_LENGTH)
    """As the feed, the timeline or the search gave it with the clip; none if the clip was opened by its address or in a
    profile."""


class _OfView(_OfVideo):
    """Something within a view: what lies between a start of the clip and leaving it. `watched_ms` grows within it."""

    view_id: EventId
    """The id of the view's `play`."""
    watched_ms: Milliseconds
    """Played since the view began, in milliseconds of the clip, repetitions included."""
    position_ms: Milliseconds
    """Where in the clip it stood then."""


class Impression(_OfVideo):
    """At least half of the clip's card was on the screen for a moment."""

    type: Literal["impression"]


class Play(_OfVideo):
    """The first picture was shown."""

    type: Literal["play"]
    muted: bool = False


class Progress(_OfView):
    """The view goes on. Sent every five seconds or so, and when the page is left."""

    type: Literal["progress"]
    speed: float = Field(default=1.0, gt=0, le=4)
    muted: bool = False


class Finish(_OfView):
    """The clip was played to its end, for the first time in this view."""

    type: Literal["finish"]


class Replay(_OfView):
    """The clip began again in the same view."""

    type: Literal["replay"]


class Skip(_OfView):
    """The viewer went on before the end."""

    type: Literal["skip"]


class Pause(_OfView):
    """The viewer stopped the clip."""

    type: Literal["pause"]


class ProfileVisit(_Event):
    """The viewer opened somebody's profile; `video_id`: from this clip."""

    type: Literal["profile_visit"]
    user_id: str = Field(min_length=1, max_length=128, pattern=USER_ID)
    video_id: VideoId | None = None
    receipt: str | None = Field(default=None, max_length=receipts.MAX_LENGTH)


class Hide(_OfVideo):
    """ "Not interested" in this clip, in its creator, or in one of its tags."""

    type: Literal["hide"]
    what: Literal["video", "creator", "tag"] = "video"
    tag: Tag | None = None
    """With `what` "tag". In the form in which clips and hidden tags are stored: the table tells of the same event."""


class Quality(_OfVideo):
    """How the clip played, from when it was shown, or the page came back, until it was left, or the page was hidden.
    Nothing is concluded from it about viewers or clips. What a player cannot tell is left out. Names of two to four
    letters are keys of CMCD (CTA-5004-A), as plain values; bitrates are kbit/s."""

    type: Literal["quality"]
    played_ms: Milliseconds
    """Milliseconds of the clip. Not `watched_ms`: no count of what was watched is made of it."""
    bsa: Count
    """Buffer starvation: how often it stalled in mid-play."""
    bsda: Milliseconds
    """Buffer starvation duration: how long in all."""
    device_stalls: Count | None = None
    """How often it stood still though data was there: the device did not come to decode and show it."""
    device_stalled_ms: Milliseconds | None = None
    view_id: EventId | None = None
    """The id of the view's `play`; none if no picture was shown."""
    msd: Milliseconds | None = None
    """Media start delay, until the first picture; none without one, and after the page came back."""
    preloaded: bool | None = None
    """Its first unit was in memory when it was shown."""
    first_br: Kbps | None = None
    """Of the unit that was played first."""
    pb: Kbps | None = None
    """Playhead bitrate: the mean over the time that was played."""
    tb: Kbps | None = None
    """Top bitrate that the clip has in its codec."""
    mtp: Kbps | None = None
    """Measured throughput, to the nearest 100."""
    switches: Count | None = None
    """Between neighbouring units of different renditions, as they were played."""
    rendition_ms: dict[BitrateName, Milliseconds] | None = Field(default=None, max_length=MAX_RENDITIONS)
    """Milliseconds played at each bitrate; "0": it is not known."""
    loops: Count | None = None
    bytes: Bytes | None = None
    wasted_bytes: Bytes | None = None
    """Of them, those that were not played, about."""
    dfa: Count | None = None
    """Dropped frames."""
    frames: Count | None = None
    """All of them."""
    ec: list[ErrorCode] = Field(default=[], max_length=MAX_ERRORS)
    """What kinds of errors the player met."""


ClientEvent = Annotated[
    Union[Impression, Play, Progress, Finish, Replay, Skip, Pause, ProfileVisit, Hide, Quality],  # noqa: UP007  # get_args
    Field(discriminator="type"),
]
TYPES = tuple(get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(get_args(ClientEvent)[0]))
_READER: TypeAdapter[Any] = TypeAdapter(ClientEvent)


class Batch(BaseModel):
    """What one request reports. Its events are read one by one: client_events.read."""

    model_config = ConfigDict(strict=True)

    sent_at: Instant
    """When the client sent the batch, by the clock of its events: tells how wrong that clock is."""
    events: list[dict[str, Any]] = Field(min_length=1, max_length=MAX_EVENTS)


class EventRefused(ValueError):
    """An event that is not taken. `reason` is for programs, the text for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def read(given: dict[str, Any]) -> Any:
    """One event, as one of the classes above. Raises EventRefused with "too-large", "unknown-type" or "malformed"."""
    if _size(given) > MAX_EVENT_BYTES:
        raise EventRefused("too-large", f"An event has at most {MAX_EVENT_BYTES} bytes")
    kind = given.get("type")
    if isinstance(kind, str) and re.fullmatch("[a-z_]{1,32}", kind) and kind not in TYPES:
        raise EventRefused("unknown-type", f"This version knows no {kind}; its types are {', '.join(TYPES)}")
    try:
        event = _READER.validate_python(given)
    except ValidationError as error:
        raise EventRefused("malformed", _sentence(error)) from error
    if event.type == "hide" and (event.what == "tag") != (event.tag is not None):
        raise EventRefused("malformed", "tag: is said if, and only if, `what` is tag")
    return event


def json_schema() -> dict[str, Any]:
    """The JSON schema of a batch with its events, for docs/api/events.schema.json."""
    batch, events = Batch.model_json_schema(), _READER.json_schema(ref_template="#/$defs/{model}")
    definitions = events.pop("$defs")
    batch["properties"]["events"]["items"] = events
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **batch, "$defs": definitions}


def _size(given: dict[str, Any]) -> int:
    """Bytes of an event as JSON in UTF-8. Python reads NaN and half of a surrogate pair, which neither can say; what is
    not known of an event is kept as it came, so they would reach the stream."""
    try:
        return len(json.dumps(given, ensure_ascii=False, allow_nan=False).encode())
    except (ValueError, RecursionError) as error:
        raise EventRefused("malformed", "event: is no JSON in UTF-8 with finite numbers") from error


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"] if part not in TYPES)
    return f"{place or 'event'}: {first['msg']}"
