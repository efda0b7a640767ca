"""Which problems a route can answer with, read from the code: what its function, and whatever that refers to, raises.

Nobody keeps lists of them. A name that is mentioned counts as called, an error that is named counts as raised; so a
list may be too long by an error that is caught on the way. tests/contract/test_described.py looks for what is missing.
"""

import ast
import importlib.util
import inspect
import pkgutil
import sys
import textwrap
import types
from collections.abc import Iterator
from functools import cache
from typing import Any

import reelstack
from reelstack.accounts.errors import AccountSuspended, SessionRevoked
from reelstack.errors import IdempotencyKeyReused, MalformedBody, ReelstackError, RequestBlocked, TooManyRequests
from reelstack.platform.errors import StorageBusy
from reelstack.web.errors import (
    DirectAccessRefused,
    IdempotencyKeyInvalid,
    InvalidRequest,
    RateLimiterUnavailable,
    RequestInProgress,
    RequestTooLarge,
    RoleMissing,
    ServiceOverloaded,
    TokenInvalid,
    TokenMissing,
)
from reelstack.web.route_policy import Rule

OURS = ("reelstack.", "functions.")
Refusal = type[ReelstackError]


def of(rule: Rule) -> list[Refusal]:
    """Every refusal of one route, the middleware's too, by status and type."""
    return sorted({*_of_the_middleware(rule), *_raised(rule.route.endpoint)}, key=lambda one: (one.status, one.type))


def all_of() -> list[Refusal]:
    """Every refusal there is, by status and type. What others only derive from is none."""
    for room in pkgutil.iter_modules(reelstack.__path__, "reelstack."):
        if room.ispkg and importlib.util.find_spec(f"{room.name}.errors"):
            importlib.import_module(f"{room.name}.errors")
    told = [one for one in _subclasses(ReelstackError) if not one.__subclasses__()]
    return sorted([ReelstackError, *told], key=lambda one: (one.status, one.type))


def _subclasses(of: Refusal) -> Iterator[Refusal]:
    for one in of.__subclasses__():
        if one.__module__.startswith("reelstack."):
            yield one
            yield from _subclasses(one)


def _of_the_middleware(rule: Rule) -> Iterator[Refusal]:
    yield from (DirectAccessRefused, RequestBlocked, TooManyRequests, RateLimiterUnavailable)
    yield from (RequestTooLarge, ReelstackError, StorageBusy)
    if not rule.core:
        yield ServiceOverloaded
    if rule.requires.role:
        yield from (TokenMissing, TokenInvalid, SessionRevoked)
        if rule.method != "GET" and not rule.also_suspended:
            yield AccountSuspended
    if rule.requires.role not in (None, "viewer"):
        yield RoleMissing
    if rule.answers_kept:
        yield from (IdempotencyKeyInvalid, IdempotencyKeyReused, RequestInProgress)
    takes = rule.route.dependant
    if rule.route.body_field:
        yield from (MalformedBody, InvalidRequest)
    if takes.path_params or takes.query_params or takes.header_params:
        yield InvalidRequest


@cache
def _raised(endpoint: Any) -> frozenset[Refusal]:
    found: set[Refusal] = set()
    seen, waiting = set(), [endpoint]
    while waiting:
        one = inspect.unwrap(waiting.pop())
        if one in seen:
            continue
        seen.add(one)
        for mentioned in _mentions(one):
            if isinstance(mentioned, type) and issubclass(mentioned, ReelstackError):
                found.add(mentioned)
            elif _is_ours(mentioned):
                waiting.append(mentioned)
    return frozenset(found)


def _is_ours(thing: Any) -> bool:
    code = isinstance(inspect.unwrap(thing) if callable(thing) else thing, types.FunctionType | type)
    return code and str(getattr(thing, "__module__", "")).startswith(OURS)


@cache
def _mentions(thing: Any) -> tuple[Any, ...]:
    """What the source of a function or class names, but for what it only catches."""
    names = vars(sys.modules[thing.__module__])
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(thing)))
    except OSError:  # made at run time, as a generic model's variants are
        return ()
    handlers = [node.type for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.type]
    caught = {id(node) for handler in handlers for node in ast.walk(handler)}
    read = [node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute) and id(node) not in caught]
    return tuple(found for node in read if (found := _resolved(node, names)) is not None)


def _resolved(node: ast.expr, names: dict[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _resolved(node.value, names)
        if isinstance(owner, types.ModuleType | type):
            return getattr(owner, node.attr, None)
    return None
