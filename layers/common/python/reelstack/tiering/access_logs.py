"""Reads at the origin, from S3's server access logs of the bucket `media`: a line each request, as S3 answered it.
Pure.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html. S3 delivers most lines within hours, and a line
may be missing: a policy that reads sums of 30 days does not mind.
"""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import unquote

LINE = re.compile(
    r"\S+ \S+ \[[^\]]+\] \S+ \S+ \S+ (?P<operation>\S+) (?P<key>\S+) "
    r"(?:\"[^\"]*\"|-) (?P<status>\S+) \S+ (?P<sent>\d{1,18}|-) ",
    re.ASCII,
)
READ = "REST.GET.OBJECT"
READ_ANSWERS = ("200", "206")


def read_of(line: str) -> tuple[str, int] | None:
    """The key that was read and how many bytes of it; None for every other request."""
    found = LINE.match(line)
    if not found or found["operation"] != READ or found["status"] not in READ_ANSWERS or found["sent"] == "-":
        return None
    # S3 encodes keys twice.
    return unquote(unquote(found["key"])), int(found["sent"])


def sums(lines: Iterable[str], prefix: str) -> Counter[str]:
    """Bytes read of each object below `prefix`."""
    found: Counter[str] = Counter()
    for line in lines:
        if (read := read_of(line)) and read[0].startswith(prefix):
            found[read[0]] += read[1]
    return found


def line_of(bucket: str, key: str, moment: str, sent: int, size: int) -> str:
    """A line as S3 writes it for a read by CloudFront; fields that `read_of` ignores are `-`. `moment` is like
    29/Nov/2026:23:59:58 +0000."""
    head = f"- {bucket} [{moment}] - svc:cloudfront.amazonaws.com - {READ} {key}"
    return f'{head} "GET /{key} HTTP/1.1" 206 - {sent} {size} - - "-" "-" -'
