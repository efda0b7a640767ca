"""moto's S3 as a function sees it on AWS: a role without s3:ListBucket is told 403 of an object that is not there.

moto knows no roles and answers 404. Hardly any function may list a whole bucket, so every unit test meets the 403.
"""

from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core.botocore_stubber import BotocoreStubber

FORBIDDEN = (
    "<Error><Code>AccessDenied</Code><Message>User: arn:aws:sts::123456789012:assumed-role/test/test is not "
    'authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::bucket" because no identity-based policy allows '
    "the s3:ListBucket action</Message></Error>"
)
"""In the words of S3, which names the action that is missing."""


def _process_request(self: BotocoreStubber, request: AWSPreparedRequest) -> Any:
    answer = _as_moto(self, request)
    if answer is None or answer[0] != 404 or ".s3." not in request.url.partition("?")[0]:
        return answer
    if request.method == "HEAD":  # its answers have no body: an object has a key, a bucket has none
        has_key = request.url.partition("://")[2].partition("/")[2]
        return (403, answer[1], "") if has_key else answer
    body = answer[2].decode() if isinstance(answer[2], bytes) else str(answer[2])
    return (403, {"content-type": "application/xml"}, FORBIDDEN) if "NoSuchKey" in body else answer


_as_moto = BotocoreStubber.process_request
BotocoreStubber.process_request = _process_request  # type: ignore[method-assign]
