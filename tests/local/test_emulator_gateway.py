"""What a caller of the emulator's HTTP API is told of a function that Lambda does not run."""

import pytest
from ministack.services import lambda_svc

from local import emulator_gateway

NAME = "lambda_execute_result_to_api_proxy_response"


def test_a_throttled_function_is_unavailable_and_its_own_refusal_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_svc, NAME, getattr(lambda_svc, NAME))  # put back afterwards
    emulator_gateway.apply()
    convert = getattr(lambda_svc, NAME)
    throttled, _ = convert({"throttle": True, "body": {"__type": "TooManyRequestsException"}})
    assert (throttled["statusCode"], throttled["body"]) == (503, '{"message": "Service Unavailable"}')
    refused, _ = convert({"body": {"statusCode": 429, "body": "slower, please"}})
    assert refused["statusCode"] == 429
