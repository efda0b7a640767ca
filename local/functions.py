"""Calling a deployed function by its name in infra/catalogue/, as the schedule that normally calls it would."""

import json
from typing import Any

from local.cloud import client
from local.errors import FunctionRaised
from local.outputs import Outputs
from local.services import Services


def call(services: Services, outputs: Outputs, name: str, event: dict[str, Any]) -> Any:
    """Invokes the function and returns its answer. Raises FunctionRaised."""
    answer = client(services, "lambda").invoke(FunctionName=outputs.functions[name], Payload=json.dumps(event).encode())
    body = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        raise FunctionRaised(f"{name}: {body.get('errorMessage', body) if isinstance(body, dict) else body}")
    return body
