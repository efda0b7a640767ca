"""What every table is made of: its name and timeouts from its Meta, the process's one connection, transactions."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Protocol, Self, cast

from botocore.exceptions import ClientError, HTTPClientError
from pynamodb.attributes import NumberAttribute
from pynamodb.connection import Connection as Dynamo
from pynamodb.connection import TableConnection
from pynamodb.constants import NULL
from pynamodb.exceptions import DeleteError, PutError, PynamoDBException, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from reelstack.platform import aws, outages, retry
from reelstack.platform.config import config
from reelstack.platform.errors import StorageBusy

_CONDITION_FAILED = "ConditionalCheckFailedException"
"""How DynamoDB says that a write's condition does not hold."""
BATCH_ATTEMPTS = 6
BATCH_PAUSE_SECONDS = 0.02
"""An answer of BatchGetItem ends at 16 MB, and where a table's throughput does: a hundred items of 400 KB are three."""


class Named(type):
    """Gives a model's Meta its table name from the configuration, on first use."""

    field: str

    @property
    def table_name(cls) -> str:
        return str(getattr(config(), cls.field))


class Deployed(metaclass=Named):
    """What every table's Meta says: where its name comes from (a field of Config), timeouts, what infra adds."""

    field = ""
    connect_timeout_seconds: float = 3
    read_timeout_seconds: float = 10
    max_retry_attempts = 3
    stream = ""
    ttl = ""


class Guard(Protocol):
    """Of requests that must not wait for DynamoDB: how long each may take, whether to send it, how it ended."""

    seconds: float

    def allows(self) -> bool: ...
    def ended(self, *, answered: bool) -> None: ...


_guard: ContextVar[Guard | None] = ContextVar("guard", default=None)


@contextmanager
def guarded(guard: Guard) -> Iterator[None]:
    """Within, each request to a table is tried once, has `guard.seconds`, and is sent only if the guard allows it."""
    outside = _guard.set(guard)
    try:
        yield
    finally:
        _guard.reset(outside)


class TablesAway(HTTPClientError):
    """The guard did not allow it. pynamodb wraps this like any error of a connection."""

    fmt = "the tables did not answer a moment ago, and are not asked"


class _Dynamo(Dynamo):
    """pynamodb's connection, whose every request passes here."""

    def _make_api_call(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        guard = _guard.get()
        if guard is None:
            return super()._make_api_call(operation_name, operation_kwargs)
        if not guard.allows():
            raise TablesAway
        answered = False
        try:
            found = super()._make_api_call(operation_name, operation_kwargs)
            answered = True
            return found
        except ClientError as error:
            answered = not outages.is_outage(error)
            raise
        finally:
            guard.ended(answered=answered)


@cache
def _connection(connect_seconds: float, read_seconds: float, retries: int) -> Dynamo:
    """One for the process, not pynamodb's one a table: each makes a client, which costs a cold start 30 to 100 ms."""
    return _Dynamo(
        region=config().region,
        connect_timeout_seconds=connect_seconds,
        read_timeout_seconds=read_seconds,
        max_retry_attempts=retries,
    )


def connection(meta: type[Deployed] = Deployed) -> Dynamo:
    """What reaches every table with these timeouts."""
    most = aws.patience()
    connect = min(meta.connect_timeout_seconds, most.connect_seconds)
    read, retries = min(meta.read_timeout_seconds, most.read_seconds), min(meta.max_retry_attempts, most.attempts - 1)
    if guard := _guard.get():
        return _connection(min(connect, guard.seconds), min(read, guard.seconds), 0)
    return _connection(connect, read, retries)


class Table(Model):
    """A model over the process's one connection, with writes that say whether their condition held.

    Such a write raises PutError, UpdateError or DeleteError for everything else that stops it.
    """

    @classmethod
    def _get_connection(cls) -> TableConnection:
        known, shared = super()._get_connection(), connection(deployed(cls))
        if known.connection is not shared:
            # Not add_meta_table, which refuses the second of two threads.
            shared._tables.setdefault(known.table_name, known.get_meta_table())
            known.connection = shared
        return known

    @classmethod
    def _batch_get_page(
        cls, keys_to_get: Any, consistent_read: bool | None, attributes_to_get: Any
    ) -> tuple[list[Any], None]:
        """Up to a hundred items, with those that the first answers left out. pynamodb would ask for these without an
        end. Raises StorageBusy."""
        found: list[Any] = []
        left = keys_to_get
        for _ in retry.attempts(BATCH_ATTEMPTS, BATCH_PAUSE_SECONDS):
            page, left = super()._batch_get_page(left, consistent_read, attributes_to_get)  # type: ignore[no-untyped-call]
            found += page
            if not left:
                return found, None
        raise StorageBusy

    @classmethod
    def read_raw(cls, item: Mapping[str, Mapping[str, Any]]) -> Self:
        """As pynamodb's `from_raw_data`, which looks for each attribute of the model and takes four times as long: of
        items that a cache keeps."""
        plain, made_anew = _defaults(cls)
        made, values = cls.__new__(cls), {**plain, **{name: make() for name, make in made_anew.items()}}
        known = _readers(cls)
        for name, value in item.items():
            if name in known and NULL not in value:
                python_name, kind, read = known[name]
                values[python_name] = read(value[kind])
        made.attribute_values = values
        return made

    def put_if(self, condition: Condition) -> bool:
        """Writes the whole item. The answer is False if the condition does not hold. Raises PutError."""
        return _held(lambda: self.save(condition))

    def update_if(self, condition: Condition, actions: Sequence[Action]) -> bool:
        """Updates the item. The answer is False if the condition does not hold. Raises UpdateError."""
        return _held(lambda: self.update(list(actions), condition))

    def delete_if(self, condition: Condition) -> bool:
        """Deletes the item. The answer is False if the condition does not hold. Raises DeleteError."""
        return _held(lambda: self.delete(condition))


@cache
def _defaults(model: type[Model]) -> tuple[Mapping[str, Any], Mapping[str, Callable[[], Any]]]:
    """Of what an item lacks: values, and what makes them."""
    found = {name: one.default for name, one in model.get_attributes().items() if one.default is not None}
    plain = {name: default for name, default in found.items() if not callable(default)}
    return plain, {name: default for name, default in found.items() if callable(default)}


@cache
def _readers(model: type[Model]) -> Mapping[str, tuple[str, str, Callable[[Any], Any]]]:
    """Of each attribute of an item: its name in the model, the letter of its type, and what reads its value."""
    plain = NumberAttribute.deserialize
    return {
        one.attr_name: (name, one.attr_type, _number if type(one).deserialize is plain else one.deserialize)
        for name, one in model.get_attributes().items()
    }


def _number(text: str) -> Any:
    """As NumberAttribute does it, which asks json for each."""
    return int(text) if text.isdecimal() else json.loads(text)


def _held(write: Callable[[], object]) -> bool:
    try:
        write()
    except (PutError, UpdateError, DeleteError) as refused:
        if code_of(refused) == _CONDITION_FAILED:
            return False
        raise
    return True


def code_of(error: PynamoDBException) -> str | None:
    """DynamoDB's error code; None if no answer came. pynamodb's own property raises AttributeError for a timeout."""
    return aws.error_code(error.cause) or None if error.cause else None


def transact() -> TransactWrite:
    """Writes of several items, all or nothing: `with transact() as transaction: transaction.save(...)`."""
    return TransactWrite(connection=connection())


def deployed(model: type[Model]) -> type[Deployed]:
    """The model's Meta, as what it is here."""
    return cast(type[Deployed], model.Meta)


def schema(model: type[Model]) -> dict[str, Any]:
    """Keys, attribute types and indexes of a model as CreateTable wants them (pynamodb keeps this method private)."""
    return dict(model._get_schema())
