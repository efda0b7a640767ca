"""The cache: cache-aside in Valkey, where of all readers of a missing key one loads it and the others wait for it.

Keys begin with `rs:`, values are JSON. Several keys go as one request of several commands, because the cache is a
cluster and refuses one command for keys of several slots. A cache that fails never fails a request: without a cache
(profile `core`), or while it does not answer, every read loads from the tables. After a few failures a breaker leaves
the cache unasked for a while (cache_health), so that reads do not wait for it; what removes values always asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from reelstack.platform import cache_aside, cache_health, cache_leases, cache_lifetimes
from reelstack.platform.breaker import BreakerOpen
from reelstack.platform.cache_aside import ValueChanging, Wanted
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger

if TYPE_CHECKING:
    from valkey import Valkey

TIMEOUT_SECONDS = 0.1
PREFIX = "rs:"
"""Of every key."""
CHANGING, CHANGING_SECONDS = cache_leases.CHANGING, 35
"""How long CHANGING stands in a key's place while what it says is being changed, and then for longer than any request
may take (30 s): whoever read before the change must not keep what they read."""
LAST_SECONDS = 24 * 3600
_found: ContextVar[dict[str, str]] = ContextVar("found")
"""What `ahead` has brought and nobody has taken yet."""
_loaded: ContextVar[dict[tuple[str, str], Any] | None] = ContextVar("loaded", default=None)
"""What `remember_many` has brought within `once`."""
_left_out: ContextVar[bool] = ContextVar("left_out", default=False)


def address() -> str:
    """Of the cache; empty where there is none: in profile `core`, and for functions outside the VPC, which are not
    given it. They read tables."""
    return config().cache_url if config().has("cache_url") else ""


def _asked() -> str:
    """The address of a cache that may be asked now."""
    return "" if _left_out.get() else address()


@cache
def connected(url: str, seconds: float = TIMEOUT_SECONDS, *, as_text: bool = True) -> Valkey:
    """The process's client of a Valkey; it connects at its first command. `seconds`: its wait for an answer."""
    import valkey

    connect_seconds = max(seconds, TIMEOUT_SECONDS)
    return valkey.Valkey.from_url(
        url, socket_timeout=seconds, socket_connect_timeout=connect_seconds, decode_responses=as_text
    )


def binary(timeout_seconds: float) -> Valkey:
    """A client of its own for values that are not JSON, such as those of jobs; its caller closes it."""
    import valkey

    return valkey.Valkey.from_url(address(), socket_timeout=timeout_seconds, socket_connect_timeout=timeout_seconds)


def remember(
    key: str,
    seconds: float,
    load: Callable[[], Any],
    *,
    not_kept: Callable[[], Any] | None = None,
    absent_seconds: float = 0,
    lasts: bool = False,
) -> Any:
    """The value under `key`, loaded and kept for `seconds` at most if absent. Of many callers at once, one loads.

    `None` from `load` is kept for `absent_seconds`: by default not, so that a thing that appears is seen at once; else
    whoever makes the thing calls `invalidate`. `not_kept` answers in place of `load` where nothing could be kept:
    without a cache, while it is away, and while the value is being changed. `lasts`: it is also kept under
    `last_of(key)`.
    """
    url = _asked()
    if not url:
        return (not_kept or load)()
    kept = partial(_keep_last, url, key) if lasts else None
    wanted = Wanted(key, PREFIX + key, seconds, absent_seconds, load, kept, _lost, errors())
    try:
        text = cache_aside.read(wanted, lambda commands: _read(url, commands), _found.get({}).pop(wanted.name, None))
    except ValueChanging:
        return (not_kept or load)()
    except wanted.errors as error:
        _lost(error)
        return not_kept() if not_kept else cache_aside.without_cache(key, load)
    return json.loads(text)


def _lost(error: Exception) -> None:
    if not isinstance(error, BreakerOpen):
        logger.warning("the cache did not answer", error=str(error))
    count("CacheDown")


@contextmanager
def ahead(*keys: str) -> Iterator[None]:
    """Asks for several keys by one request: within, `remember` finds them without another."""
    found: dict[str, str] = {}
    if url := _asked():
        with suppress(*errors()):  # whoever remembers them hears of it again
            known = zip(keys, _read(url, [("GET", f"{PREFIX}{key}") for key in keys]), strict=True)
            found = {key: value for key, value in known if value is not None}
    with given(found):
        yield


@contextmanager
def given(found: Mapping[str, str]) -> Iterator[None]:
    """Within, `remember` and `remember_many` take these values, which a request of the caller's own brought, by key;
    and those that were given around it."""
    outside = _found.set({**_found.get({}), **{f"{PREFIX}{key}": value for key, value in found.items()}})
    try:
        yield
    finally:
        _found.reset(outside)


@contextmanager
def left_out() -> Iterator[None]:
    """Within, no request to the cache is sent: each fails at once, and everything is read from the tables. For an
    answer that has waited for the cache in vain already."""
    outside = _left_out.set(True)
    try:
        yield
    finally:
        _left_out.reset(outside)


@contextmanager
def once() -> Iterator[None]:
    """Within, `remember_many` brings each value once. For a request that only reads: what decides about a page and what
    is shown of it are the same accounts, with or without a cache."""
    outside = _loaded.set({})
    try:
        yield
    finally:
        _loaded.reset(outside)


def remember_many(
    kind: str, keys: list[str], seconds: float, load: Callable[[list[str]], dict[str, Any]]
) -> dict[str, Any]:
    """Values by key, from the cache in one request; what it lacks is loaded at once, and kept for `seconds` at most.
    Of several keys, callers do not wait for each other: for many cheap values that live shortly. A single one is
    `remember`ed, since it may be hot."""
    loaded = _loaded.get()
    if loaded is None:
        return _remember_many(kind, keys, seconds, load)
    missing = [key for key in keys if (kind, key) not in loaded]
    found = _remember_many(kind, missing, seconds, load) if missing else {}
    loaded.update({(kind, key): value for key, value in found.items()})
    return {key: loaded[kind, key] for key in keys if (kind, key) in loaded}


def _remember_many(
    kind: str, keys: list[str], seconds: float, load: Callable[[list[str]], dict[str, Any]]
) -> dict[str, Any]:
    url = _asked()
    if not (url and keys):
        return load(keys) if keys else {}
    if len(keys) == 1:
        (key,) = keys
        one = remember(f"{kind}:{key}", seconds, lambda: load(keys).get(key))
        return {} if one is None else {key: one}
    names = {key: f"{PREFIX}{kind}:{key}" for key in keys}
    try:
        found = _known(url, names)
    except errors() as error:
        _lost(error)
        return load(keys)
    if missing := [key for key in keys if key not in found]:
        loaded = load(missing)
        _keep(url, {names[key]: json.dumps(value) for key, value in loaded.items()}, seconds)
        found |= loaded
    return found


def _keep(url: str, texts: Mapping[str, str], seconds: float) -> None:
    """Never over CHANGING."""
    lifetime_ms = cache_lifetimes.lifetime_ms(seconds, cache_aside.RANDOM.random())
    try:
        _read(url, [("SET", name, text, "PX", lifetime_ms, "NX") for name, text in texts.items()])
    except errors() as error:
        _lost(error)


def _known(url: str, names: Mapping[str, str]) -> dict[str, Any]:
    brought = _found.get({})
    texts = {key: brought.pop(name) for key, name in names.items() if name in brought}
    if asked := [key for key in names if key not in texts]:
        answers = _read(url, [("GET", names[key]) for key in asked])
        texts |= {key: text for key, text in zip(asked, answers, strict=True) if text is not None}
    return {key: json.loads(text) for key, text in texts.items() if text != CHANGING}


def run(commands: Sequence[tuple[str | int, ...]], seconds: float = TIMEOUT_SECONDS) -> list[Any]:
    """The answers to several commands in one request, as bytes; the first that is refused is raised. `seconds`: how
    long is waited for the answer; a connection may take TIMEOUT_SECONDS. Raises valkey.exceptions.ValkeyError, also
    without a cache."""
    with pipeline(seconds) as request:
        add(request, commands)
        answers: list[Any] = request.execute()
    return answers


@contextmanager
def pipeline(seconds: float = TIMEOUT_SECONDS) -> Iterator[Any]:
    """A request of several commands, with answers as bytes: `add` to it, then `execute`. Raises as `run` does."""
    import valkey

    if not (url := _asked()):
        raise valkey.exceptions.ConnectionError("there is no cache, or it was left out")
    with connected(url, seconds, as_text=False).pipeline(transaction=False) as request:
        yield request


def add(request: Any, commands: Iterable[tuple[str | int, ...]]) -> None:
    for command in commands:
        request.execute_command(*command)


def invalidate(*keys: str) -> None:
    """Removes keys at once; who is loading one of them keeps nothing. Raises when the cache does not answer, so that a
    stream consumer tries again."""
    url = config().cache_url
    if url and keys:
        _together(url, (cache_leases.forget(f"{PREFIX}{key}") for key in keys))


def changing(*keys: str) -> None:
    """To be called before what these keys say is changed: from now on it is loaded each time, for CHANGING_SECONDS.
    A cache that does not answer is counted; what it kept is then believed until it expires."""
    try:
        changed(*keys)
    except errors() as error:
        _lost(error)


def changed(*keys: str) -> None:
    """The same, of a change that is written: whoever read before it keeps nothing. Raises when the cache does not
    answer, so that a stream consumer tries again."""
    if (url := address()) and keys:
        _together(url, (("SET", f"rs:{key}", CHANGING, "EX", CHANGING_SECONDS) for key in keys))


def last_of(key: str) -> str:
    """The key of what was known last of `key`: for who must answer while the tables do not."""
    return f"{key}:last"


def change_last(key: str, change: Callable[[Any], Any], load: Callable[[], Any]) -> None:
    """To be called after what `key` says was changed: what was known last follows, or is loaded if nothing was. A cache
    that does not answer is counted."""
    if not (url := address()):
        return
    try:
        known = connected(url).get(f"{PREFIX}{last_of(key)}")
        value = load() if known is None else change(json.loads(str(known)))
        _keep_last(url, key, json.dumps(value))
    except errors() as error:
        _lost(error)


def _keep_last(url: str, key: str, text: str) -> None:
    try:
        _together(url, [("SET", f"{PREFIX}{last_of(key)}", text, "EX", LAST_SECONDS)])
    except errors() as error:
        _lost(error)


def errors() -> tuple[type[Exception], ...]:
    import valkey

    return (valkey.exceptions.ValkeyError, BreakerOpen)


def _read(url: str, commands: Sequence[tuple[str | int, ...]]) -> list[Any]:
    """As `_together`, unless the cache failed a moment ago: raises BreakerOpen then."""
    return cache_health.guarded(lambda: _together(url, commands))


def _together(url: str, commands: Iterable[tuple[str | int, ...]]) -> list[Any]:
    """The answers to several commands in one request; the first that is refused is raised."""
    with connected(url).pipeline(transaction=False) as pipeline:
        for command in commands:
            pipeline.execute_command(*command)  # type: ignore[no-untyped-call]
        answers: list[Any] = pipeline.execute()  # type: ignore[no-untyped-call]
    return answers
