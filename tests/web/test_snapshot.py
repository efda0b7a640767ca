"""HTTP services start from a snapshot on AWS: what is slow is in it."""

import pytest
from fastapi import APIRouter

from reelstack.platform.config import Config
from reelstack.tables import model
from reelstack.web import lambda_handler, make_app


@pytest.mark.parametrize(("kind", "warm"), [("snap-start", True), ("on-demand", False)])
def test_the_client_is_made_before_the_snapshot_is_taken(
    aws: Config, monkeypatch: pytest.MonkeyPatch, kind: str, warm: bool
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", kind)
    model._connection.cache_clear()
    lambda_handler(make_app("test", APIRouter()))
    assert bool(model.connection()._client) is warm
