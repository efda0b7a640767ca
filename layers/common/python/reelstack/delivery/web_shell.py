"""The web app's page, as it was published last: read from its bucket, and kept by this process for a minute."""

import time

from botocore.exceptions import ClientError

from reelstack.platform import aws, storage
from reelstack.platform.config import config

KEPT_SECONDS = 60
"""Files of earlier builds stay in the bucket, so that a page that is older than that works, too."""
PAGE = "index.html"

_kept: list[tuple[float, str]] = []


def read() -> str:
    """Empty where none was published yet. Raises botocore's ClientError."""
    now = time.monotonic()
    if not _kept or _kept[0][0] <= now:
        _kept[:] = [(now + KEPT_SECONDS, _load())]
    return _kept[0][1]


def forget() -> None:
    """The next page is read from the bucket."""
    _kept.clear()


def _load() -> str:
    try:
        answer = aws.client("s3").get_object(Bucket=config().web_bucket, Key=PAGE)
    except ClientError as error:
        if storage.is_missing(error):
            return ""
        raise
    page: str = answer["Body"].read().decode()
    return page
