"""Reelstack for app developers: upload, watch, like and moderate clips over HTTP. Knows no AWS library."""

from reelstack_client.client import Client, NotInTime
from reelstack_client.desk import Deed, Desk, Evidence, Remoderation, Review
from reelstack_client.errors import (
    ClientError,
    Conflict,
    FileChanged,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PartsMissing,
    Refused,
    ServiceFailed,
    SignInFailed,
    TooLarge,
    TooMany,
    Unreachable,
    UploadBroken,
    UploadGone,
    WrongType,
)
from reelstack_client.models import FINAL, Held, Liked, Likes, Page, Part, Playback, Rendition, Upload, Video
from reelstack_client.retry import Backoff
from reelstack_client.sending import Progress, Sending
from reelstack_client.sign_in import PasswordSignIn, TokenProvider

__all__ = [
    "FINAL",
    "Backoff",
    "Client",
    "ClientError",
    "Conflict",
    "Deed",
    "Desk",
    "Evidence",
    "FileChanged",
    "Held",
    "Invalid",
    "Liked",
    "Likes",
    "NotAllowed",
    "NotFound",
    "NotInTime",
    "NotSignedIn",
    "Page",
    "Part",
    "PartsMissing",
    "PasswordSignIn",
    "Playback",
    "Progress",
    "Refused",
    "Remoderation",
    "Rendition",
    "Review",
    "Sending",
    "ServiceFailed",
    "SignInFailed",
    "TokenProvider",
    "TooLarge",
    "TooMany",
    "Unreachable",
    "Upload",
    "UploadBroken",
    "UploadGone",
    "Video",
    "WrongType",
]
