"""MiniStack's S3 answers 403 for an object that is not there, where the caller may not list the bucket, as S3 does.

MiniStack answers 404 to everybody. A function that takes 403 for something else would then work on a laptop only. Its
CloudFront needs nothing: it answers 403 of a missing object already, since a bucket policy grants it reading alone.
"""

from typing import Any
from urllib.parse import unquote

from ministack.core import iam_evaluator
from ministack.core.router import extract_access_key_id, extract_region
from ministack.services import s3

Answer = tuple[int, dict[str, str], bytes]
NOT_FOUND, FORBIDDEN = 404, 403
LISTING = "s3:ListBucket"


def apply() -> None:
    """Puts it into MiniStack's S3."""
    handle = s3.handle_request

    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], *more: Any, **named: Any
    ) -> Answer:
        answer: Answer = await handle(method, path, headers, body, query, *more, **named)
        bucket = _where_missing(method, path, headers, answer)
        if bucket is None or named.get("internal"):
            return answer
        return _hidden(bucket, answer, extract_access_key_id(headers, query), extract_region(headers))

    s3.handle_request = handle_request


def _where_missing(method: str, path: str, headers: dict[str, str], answer: Answer) -> str | None:
    """The bucket in which an object was looked for in vain, or None if the answer says something else."""
    status, _, text = answer
    bucket, key = s3._parse_bucket_key(path, headers)
    of_head = method == "HEAD" and bool(key) and s3._ensure_bucket(bucket) is not None
    if status != NOT_FOUND or not (of_head or b"<Code>NoSuchKey</Code>" in text):
        return None
    source = unquote(headers.get("x-amz-copy-source", "")).lstrip("/")
    return source.partition("/")[0] or str(bucket)


def _hidden(bucket: str, answer: Answer, access_key: str, region: str) -> Answer:
    """The answer as it is for a caller who may list, else 403. A listing that is granted below a prefix only does not
    count: nothing is told of a prefix here, so MiniStack's evaluator finds the condition not met."""
    arn = f"arn:aws:s3:::{bucket}"
    denied = iam_evaluator.enforce(access_key, LISTING, "s3", region, arn)
    if not isinstance(denied, iam_evaluator.EvalResult):
        return answer
    why = (
        f'User: {denied.principal_arn} is not authorized to perform: {LISTING} on resource: "{arn}" '
        f"because no identity-based policy allows the {LISTING} action"
    )
    status, headers, text = s3._error("AccessDenied", why, FORBIDDEN)
    return status, headers, text if answer[2] else b""
