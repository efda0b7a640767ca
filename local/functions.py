"""Calling a deployed function, as the schedule that normally calls it would."""

import json
from typing import Any

from local.errors import FunctionRaised


def call(client: Any, name: str, event: dict[str, Any]) -> Any:
    """Invokes the Lambda of this name, here or on AWS, and returns its answer. Raises FunctionRaised."""
    answer = client.invoke(FunctionName=name, Payload=json.dumps(event).encode())
    body = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        raise FunctionRaised(f"{name}: {body.get('errorMessage', body) if isinstance(body, dict) else body}")
    return body
