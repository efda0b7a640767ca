"""What a POST with an `Idempotency-Key` was answered, so that the same request again is answered the same and does
nothing twice.

A key is its caller's for a day, whatever route it was sent to. Only what was done is kept: a refusal or a failure lets
go of the key, and the request may be tried again under it. Powertools' idempotency does the conditional writes; its
import takes as long as boto3's, so it waits for the first such request.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict

from reelstack.errors import IdempotencyKeyReused
from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.platform.errors import StorageBusy
from reelstack.platform.telemetry import logger
from reelstack.web.errors import RequestInProgress

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer
    from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord

KEPT_SECONDS = 24 * 3600
MAX_KEPT_BYTES = 256 * 1024
"""Of an answer's body; an item holds 400 KB."""


class Asked(BaseModel):
    """A request that may come again. `target` is method, path and query."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    key: str
    target: str
    body: str


class Given(BaseModel):
    """An answer as it was given."""

    status: int
    content_type: str | None
    body: str


def begin(asked: Asked, seconds_left: float) -> Given | None:
    """The answer this request was given before; None: nobody answers it yet, and now the caller does, for which it has
    `seconds_left`. Raises IdempotencyKeyReused, RequestInProgress or StorageBusy."""
    from aws_lambda_powertools.utilities.idempotency import exceptions

    try:
        before = _before(asked, seconds_left)
    except exceptions.IdempotencyValidationError as error:
        raise IdempotencyKeyReused from error
    except exceptions.IdempotencyItemNotFoundError as error:  # let go between the two looks at it
        raise RequestInProgress from error
    except (BotoCoreError, ClientError) as error:
        raise StorageBusy from error
    if before is None:
        return None
    if before.status != "COMPLETED":
        raise RequestInProgress
    return Given.model_validate_json(before.response_data)


def _before(asked: Asked, seconds_left: float) -> DataRecord | None:
    from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyItemAlreadyExistsError

    try:
        _kept().save_inprogress(asked.model_dump(), remaining_time_in_millis=round(seconds_left * 1000))
    except IdempotencyItemAlreadyExistsError as found:
        return found.old_data_record or _kept().get_record(asked.model_dump())
    return None


def keep(asked: Asked, given: Given) -> None:
    """From now on this is what the request is answered."""
    try:
        if len(given.body) > MAX_KEPT_BYTES:
            let_go(asked)
        else:
            _kept().save_success(asked.model_dump(), given.model_dump())
    except (BotoCoreError, ClientError) as error:
        # It is done; who asks again within the time the key is held hears that it is still being answered.
        logger.warning("an answer was not kept", error=str(error))


def let_go(asked: Asked) -> None:
    """The request was not carried out: it may be tried again."""
    try:
        _kept().delete_record(asked.model_dump(), RuntimeError("refused"))
    except (BotoCoreError, ClientError) as error:
        logger.warning("a key was not let go", error=str(error))


@cache
def _kept() -> DynamoDBPersistenceLayer:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig

    kept = DynamoDBPersistenceLayer(
        table_name=config().idempotency_table,
        key_attr="key",
        expiry_attr="expires_at",
        in_progress_expiry_attr="answering_until",
        status_attr="status",
        data_attr="answer",
        validation_key_attr="request_hash",
        boto3_client=aws.client("dynamodb"),
    )
    kept.configure(
        IdempotencyConfig(
            event_key_jmespath="[user_id, key]",
            payload_validation_jmespath="[target, body]",
            expires_after_seconds=KEPT_SECONDS,
            hash_function="sha256",
        ),
        key_prefix="request",
    )
    return kept
