"""moto as it is, but what it works out anew for every request and every test is worked out once for a process.

Half of what a request cost was finding out which of two hundred services it is for, which methods that service has, and
what botocore calls itself. What moto keeps and answers is its own.
"""

import copy
import json
import re
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString
from moto import backend_index
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core import models as moto_models
from moto.core import responses as moto_responses
from moto.core.base_backend import BackendDict
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.exceptions import HTTPException
from moto.core.models import botocore_stubber
from moto.core.request import normalize_request
from moto.core.responses import ActionContext, ActionResult
from moto.core.utils import camelcase_to_underscores, get_equivalent_url_in_aws_domain, method_names_from_class
from moto.dynamodb.models import Table
from moto.dynamodb.models.dynamo_type import LimitedSizeDict
from moto.s3.models import FakeKey
from moto.sqs.models import SQSBackend

REGION = "us-east-1"
SIGNATURE = f"AWS4-HMAC-SHA256 Credential=test/20261123/{REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=0"


def backend(service: str, region: str = REGION) -> Any:
    """What moto keeps of a service: to make what every test has at a twentieth of what a request for it costs."""
    kept: Any = get_backend(service)  # type: ignore[call-overload]
    return kept[DEFAULT_ACCOUNT_ID][region]


def emptied(table: Table) -> Table:
    table.items = defaultdict(dict)
    return table


ONE_AT_A_TIME = threading.RLock()
"""AWS looks at a condition and writes in one step; moto does both in Python, where another thread may come between."""


def _process_request(_: BotocoreStubber, request: AWSPreparedRequest) -> Any:
    """As in BotocoreStubber, with the search for who answers an address kept, and each request as a whole."""
    url, _ = get_equivalent_url_in_aws_domain(request.url)
    if (answering := _answering(f"{url.scheme}://{url.netloc}{url.path}")) is None:
        return None
    asked = normalize_request(request)
    try:
        with ONE_AT_A_TIME:
            return answering(asked, asked.raw_url, asked.headers)
    except HTTPException as refused:
        return refused.code, refused.get_headers(), refused.get_body()


@lru_cache(maxsize=10_000)
def _answering(address: str) -> Callable[..., Any] | None:
    for service, pattern in backend_index.backend_url_patterns:
        if pattern.match(address):
            kept: Any = get_backend(service)  # type: ignore[call-overload]
            if not isinstance(kept, BackendDict):
                regional = kept["global"]
            else:
                account = kept[DEFAULT_ACCOUNT_ID]
                regional = account[REGION if REGION in account else "aws"]
            for url, method in regional.urls.items():
                if re.match(url, address):
                    found: Callable[..., Any] = method
                    return found
    return _nobody if re.match(r"https?://.+\.amazonaws.com/.*", address) else None


def _nobody(*_: Any) -> tuple[int, dict[str, str], str]:
    return 404, {}, "Not yet implemented"


def _copied(table: Table, memo: dict[int, Any]) -> Table:
    """What a transaction keeps of a table to go back to: its items are all that the transaction changes."""
    made = Table.__new__(Table)
    vars(made).update(vars(table))
    made.items = copy.deepcopy(table.items, memo)
    return made


def _version_listed(version: FakeKey, _: dict[int, Any]) -> FakeKey:
    """What a listing of versions says of one: moto copies every object of the bucket, with its bytes, to mark some."""
    made = FakeKey.__new__(FakeKey)
    vars(made).update(vars(version))
    return made


def _within_limit(attributes: dict[str, Any]) -> LimitedSizeDict:
    """An item read from a pickle was measured when it was written; moto measures the whole at each attribute again."""
    made = LimitedSizeDict()
    dict.update(made, attributes)
    return made


def _named(agent: UserAgentString) -> str:
    """Botocore puts together and cleans forty parts for each request, and nobody here reads it."""
    return "Botocore/tests"


def _executed(self: ActionResult, context: ActionContext) -> Any:
    """Of DynamoDB what moto answers is JSON already; what is not (errors, bytes, times) goes the long way."""
    if context.service_model.service_name == "dynamodb" and isinstance(self.result, dict):
        with suppress(TypeError):
            return 200, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(self.result)
    return _execute(self, context)


def _received(self: SQSBackend, queue_name: str, count: int, wait_seconds_timeout: int, *more: Any) -> Any:
    """A long poll that finds nothing does not wait: a request is answered as a whole, so nobody could send meanwhile,
    and of three queues that are asked at once each would wait for the one before it."""
    return _receive(self, queue_name, count, 0, *more)


def _signed(self: RequestSigner, operation_name: Any = None, request: Any = None, **more: Any) -> Any:
    """moto reads of a signature whose it is."""
    if botocore_stubber.enabled and self.signing_name == "dynamodb":
        request.headers["Authorization"] = SIGNATURE
        return None
    return _sign(self, operation_name, request, **more)


_execute, _sign, _receive = ActionResult.execute_result, RequestSigner.handler, SQSBackend.receive_message
ActionResult.execute_result = _executed  # type: ignore[method-assign]
RequestSigner.handler = _signed
SQSBackend.receive_message = _received  # type: ignore[method-assign]
BotocoreStubber.process_request = _process_request  # type: ignore[method-assign]
moto_responses.method_names_from_class = cache(method_names_from_class)
moto_responses.camelcase_to_underscores = cache(camelcase_to_underscores)
moto_models.RESPONSES_METHODS.clear()  # patterns for the package requests, by the thousand; nothing here uses it
Table.__deepcopy__ = _copied  # type: ignore[attr-defined]
FakeKey.__deepcopy__ = _version_listed  # type: ignore[attr-defined]
LimitedSizeDict.__reduce__ = lambda self: (_within_limit, (dict(self),))  # type: ignore[method-assign]
UserAgentString.to_string = _named  # type: ignore[method-assign]
