"""Which problems a route can answer with, read from the code: what its function, and whatever that refers to, raises.

Nobody keeps lists of them. A name that is mentioned counts as called, an error that is named counts as raised; so a
list may be too long by an error that is caught on the way. tests/contract/test_described.py looks for what is missing.
"""

import ast
import importlib.util
import inspect
import pkgutil
import sys
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
    seen, waiting = set(), [inspect.unwrap(endpoint)]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            errors, others = _named(one)
            found |= errors
            waiting += others
    return frozenset(found)


@cache
def _named(thing: Any) -> tuple[frozenset[Refusal], tuple[Any, ...]]:
    """The errors that the source of a function or class names, and what else of ours."""
    code = dict.fromkeys(inspect.unwrap(one) for one in _mentions(thing) if _is_ours(one))
    errors = {one for one in code if isinstance(one, type) and issubclass(one, ReelstackError)}
    return frozenset(errors), tuple(one for one in code if one not in errors)


def _is_ours(thing: Any) -> bool:
    code = isinstance(inspect.unwrap(thing) if callable(thing) else thing, types.FunctionType | type)
    return code and str(getattr(thing, "__module__", "")).startswith(OURS)


def _mentions(thing: Any) -> Iterator[Any]:
    """What the source of a function or class names, but for what it only catches."""
    names = vars(sys.modules[thing.__module__])
    tree = _definitions(thing.__module__).get(thing.__qualname__)
    if tree is None:  # made at run time, as a generic model's variants are
        return
    handlers = [node.type for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.type]
    caught = {id(node) for handler in handlers for node in ast.walk(handler)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in caught:
            yield _resolved(node, names)


@cache
def _definitions(module: str) -> dict[str, ast.AST]:
    """Functions and classes of a module by their qualified names: each file is read once."""
    return dict(_within(ast.parse(inspect.getsource(sys.modules[module])), ""))


def _within(tree: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield prefix + node.name, node
            yield from _within(node, prefix + node.name + (".<locals>." if not isinstance(node, ast.ClassDef) else "."))
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _within(node, prefix)


def _resolved(node: ast.expr, names: dict[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _resolved(node.value, names)
        if isinstance(owner, types.ModuleType | type):
            return getattr(owner, node.attr, None)
    return None
