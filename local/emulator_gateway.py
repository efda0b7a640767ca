"""MiniStack's HTTP APIs answer 503 where Lambda refuses a call for want of concurrency, as API Gateway does.

MiniStack answers 429, which clients take for a rate limit of their own, and for which the edge asks no other origin: a
deployment of the feed that is throttled to nothing would fail its readers on a laptop and not on AWS.
"""

import json
from typing import Any

from ministack.services import lambda_svc

UNAVAILABLE = {
    "statusCode": 503,
    "headers": {"Content-Type": "application/json"},
    "body": json.dumps({"message": "Service Unavailable"}),
}


def apply() -> None:
    """Puts it into MiniStack, which looks its function up anew for every request."""
    convert = lambda_svc.lambda_execute_result_to_api_proxy_response

    def to_response(result: dict[str, Any]) -> tuple[dict[str, Any] | None, str | None]:
        made: tuple[dict[str, Any] | None, str | None] = convert(result)
        return (dict(UNAVAILABLE), None) if result.get("throttle") else made

    lambda_svc.lambda_execute_result_to_api_proxy_response = to_response
