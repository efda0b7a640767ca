"""Which problems a route can answer with, read from the code: what its function, and whatever that refers to, raises.

Nobody keeps lists of them. A name that is mentioned counts as called, an error that is named counts as raised; so a
list may be too long by an error that is caught on the way. tests/contract/test_described.py looks for what is missing.
"""

import ast
import inspect
import sys
import textwrap
import types
from collections.abc import Iterator
from functools import cache
from typing import Any

from reelstack import errors
from reelstack.errors import ReelstackError
from reelstack.web.route_policy import Rule

OURS = ("reelstack.", "functions.")
Refusal = type[ReelstackError]


def of(rule: Rule) -> list[Refusal]:
    """Every refusal of one route, the door's too, by status and type."""
    return sorted({*_of_the_middleware(rule), *_raised(rule.route.endpoint)}, key=lambda one: (one.status, one.type))


def all_of() -> list[Refusal]:
    """Every refusal there is, by status and type. What others only derive from is none."""
    found = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, ReelstackError)]
    told = [one for one in found if not one.__subclasses__() or one is ReelstackError]
    return sorted(told, key=lambda one: (one.status, one.type))


def _of_the_middleware(rule: Rule) -> Iterator[Refusal]:
    yield from (errors.DirectAccessRefused, errors.TooManyRequests, errors.RequestTooLarge, ReelstackError)
    if rule.requires.role:
        yield from (errors.TokenMissing, errors.SessionRevoked)
        if rule.method != "GET" and not rule.also_suspended:
            yield errors.AccountSuspended
    if rule.requires.role not in (None, "viewer"):
        yield errors.RoleMissing
    if rule.answers_kept:
        yield from (errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.RequestInProgress)
        yield errors.StorageBusy
    takes = rule.route.dependant
    if rule.route.body_field:
        yield from (errors.MalformedBody, errors.InvalidRequest)
    if takes.path_params or takes.query_params or takes.header_params:
        yield errors.InvalidRequest


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
