"""DynamoDB as it stops writes: with codes that moto never gives, such as those of conflicts and throttling."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from reelstack.tables.model import connection

Codes = Sequence[str | None]
"""One for each write of a transaction, in the order it goes to DynamoDB; None for a write that was in order."""


@contextmanager
def stopped(*answers: Codes | str, operation: str = "TransactWriteItems") -> Iterator[list[Codes | str]]:
    """The next requests are answered so, one answer each; a text is the code of a whole request. The list holds the
    answers that are left."""
    left = list(answers)
    wire = connection().client.meta.events

    def stop(**_: Any) -> None:
        if not left:
            return
        codes = left.pop(0)
        if isinstance(codes, str):
            raise ClientError({"Error": {"Code": codes, "Message": codes}}, operation)
        error: Any = {
            "Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"},
            "CancellationReasons": [{"Code": code or "None"} for code in codes],
        }
        raise ClientError(error, operation)

    wire.register(f"before-call.dynamodb.{operation}", stop)
    try:
        yield left
    finally:
        wire.unregister(f"before-call.dynamodb.{operation}", stop)
