"""The middleware of every service: it checks a request before its body is read.

The checks are, in this order: the request came through the CDN; its caller; the caller's rate; whether the
route can wait while the service is overloaded; the caller's role and whether the account and the session are still in
force; the size of the body. The middleware also stores responses under
Idempotency-Keys, notes acts of staff in the audit log, and adds headers. The first check that fails is the answer.
"""

import hmac
import json
import uuid
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reelstack import audit_log
from reelstack.accounts import sessions
from reelstack.accounts.sessions import SignIn
from reelstack.degradation import guarded_tables
from reelstack.errors import ReelstackError
from reelstack.platform import cache, outages, secrets
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.web import idempotency, load_shedding, problems, rate_limits
from reelstack.web.auth import CALLER, Caller, caller_of, viewer_address
from reelstack.web.errors import DirectAccessRefused, IdempotencyKeyInvalid, RequestTooLarge
from reelstack.web.idempotency import Asked, Given
from reelstack.web.route_policy import MAX_BODY_BYTES, Rule, matching

HEADERS = {
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"referrer-policy": b"no-referrer",
    b"strict-transport-security": b"max-age=31536000; includeSubDomains",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}
"""On every answer: none is kept, shown as a page, framed or guessed at."""
CACHE_CONTROL = b"cache-control"
PAGES = "/pages/"
"""Below it routes may say how long their answers are kept. No answer of the API is, whatever its route says, unless its
policy does (route_policy `kept`): CloudFront would keep it for a second (infra/edge/behaviors.py)."""
RULE = "reelstack.rule"
"""In the scope: that of the route which answers, once it is known."""
HTTP_OK = 200
READING = ("GET", "HEAD", "OPTIONS")
KEY_LENGTHS = range(8, 129)
SECONDS_LEFT = 29.0
"""How long an answer may take where no Lambda says so: the gateway waits no longer."""


@dataclass
class Recorded:
    """An answer on its way out, held back until what is kept and noted of it is kept and noted."""

    messages: list[Message] = field(default_factory=list)

    async def receive(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def done(self) -> bool:
        return bool(self.messages) and int(self.messages[0]["status"]) < 300

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])

    def given(self) -> Given:
        kind = dict(self.messages[0]["headers"]).get(b"content-type")
        return Given(
            status=self.messages[0]["status"], content_type=kind.decode() if kind else None, body=self.body.decode()
        )


class RequestMiddleware:
    """`rules` are those of the routes behind it."""

    def __init__(self, app: ASGIApp, rules: list[Rule]) -> None:
        self.app, self.rules = app, rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope[problems.CORRELATION] = correlation_id = _correlation_id(scope)
        logger.append_keys(correlation_id=correlation_id, path=scope["path"], method=scope["method"])
        request = Request(scope, receive)
        try:
            messages = await self._answer(request)
        except ReelstackError as refused:
            messages = await _messages(problems.answer(request, refused), scope)
        except Exception as error:
            messages = await _messages(problems.unexpected(request, error), scope)
        messages[0]["headers"] = [*_said(scope, messages[0]), (b"x-correlation-id", correlation_id.encode())]
        for message in messages:
            await send(message)

    async def _answer(self, request: Request) -> list[Message]:
        scope = request.scope
        _check_origin(request)
        rule, path = matching(self.rules, scope)
        scope[RULE] = rule
        everybody = "creator" if config().creators == "everybody" else "viewer"
        caller = caller_of(scope.get("aws.event", {}), everybody)
        if rule and rule.outlives_tables:
            with guarded_tables.deadline(config().feed_tables_ms / 1000):
                return await self._admitted(request, rule, path, caller)
        return await self._admitted(request, rule, path, caller)

    async def _admitted(
        self, request: Request, rule: Rule | None, path: dict[str, Any], caller: Caller | None
    ) -> list[Message]:
        scope = request.scope
        # Not in a thread: a function has one request at a time, and a thread costs 0.3 ms.
        scope[CALLER] = caller = _admit(request, rule, caller)
        body = await _read(request, rule.max_body_bytes if rule else MAX_BODY_BYTES)
        if rule is None or caller is None:
            return (await self._recorded(scope, body)).messages
        asked = _asked(request, rule, caller, body)
        if asked is None:
            return (await self._noted(scope, body, rule, path, caller)).messages
        if before := await run_in_threadpool(idempotency.begin, asked, _seconds_left(scope)):
            return await _messages(_again(before), scope)
        recorded = Recorded()
        try:
            recorded = await self._noted(scope, body, rule, path, caller)
        finally:
            if recorded.done:
                await run_in_threadpool(idempotency.keep, asked, recorded.given())
            else:
                await run_in_threadpool(idempotency.let_go, asked)
        return recorded.messages

    async def _noted(self, scope: Scope, body: bytes, rule: Rule, path: dict[str, Any], caller: Caller) -> Recorded:
        """The answer, if it is an act of staff with its entry in the audit log: who is told that something was done can
        rely on its being noted. Without the entry it is an error, and the act, done twice, is done once."""
        recorded = await self._recorded(scope, body)
        if recorded.done and (subject := rule.subject(path)):
            told = json.loads(body) if body else {}
            await run_in_threadpool(audit_log.note, subject, caller.user_id, rule.route.name, told)
        return recorded

    async def _recorded(self, scope: Scope, body: bytes) -> Recorded:
        recorded = Recorded()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        rule: Rule | None = scope.get(RULE)
        with cache.once() if scope["method"] in READING else nullcontext():
            answer = rule.direct(Request(scope)) if rule and rule.direct else None
            await (answer or self.app)(scope, receive, recorded.receive)
        return recorded


def _said(scope: Scope, start: Message) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, with those of HEADERS that it lacks."""
    kept = [one for one in start["headers"] if one[0] != CACHE_CONTROL or scope["path"].startswith(PAGES)]
    rule: Rule | None = scope.get(RULE)
    if rule and rule.kept and start["status"] == HTTP_OK:
        kept.append((CACHE_CONTROL, rule.kept.encode()))
    names = {name for name, _ in kept}
    return [*kept, *((name, value) for name, value in HEADERS.items() if name not in names)]


def _admit(request: Request, rule: Rule | None, caller: Caller | None) -> Caller | None:
    """The caller, `unchecked` where the route may do without what the tables say of it.

    Raises TooManyRequests, RateLimiterUnavailable, ServiceOverloaded, TokenInvalid, TokenMissing, RoleMissing,
    SessionRevoked or AccountSuspended.
    """
    name = rule.name if rule else request.method
    reads_anonymously = caller is None and rule is not None and rule.requires.anonymous
    waits = rule is not None and not rule.core
    rate_limits.take(
        caller.user_id if caller else None,
        viewer_address(request),
        name,
        anonymous=reads_anonymously,
        asks_level=waits and load_shedding.is_due(),
    )
    if waits:
        load_shedding.check()
    if rule:
        rule.requires.check(caller, shows_token="authorization" in request.headers)
    if caller:
        agent = request.headers.get("user-agent", "")
        writes = request.method not in READING and not (rule and rule.also_suspended)
        sign_in = SignIn(caller.session_id, caller.signed_in_at)
        try:
            sessions.check(caller.user_id, sign_in, agent, writes=writes)
        except Exception as error:
            if not (rule and rule.outlives_tables and outages.is_outage(error)):
                raise
            logger.warning("the tables did not say whether a session is in force", error=str(error))
            count("SessionUnchecked")
            return replace(caller, unchecked=True)
    return caller


def _check_origin(request: Request) -> None:
    """Raises DirectAccessRefused."""
    shown = request.headers.get("x-origin-verify", "")
    if not any(hmac.compare_digest(shown.encode(), secret.encode()) for secret in secrets.origin_secrets()):
        raise DirectAccessRefused


async def _read(request: Request, limit: int) -> bytes:
    """Raises RequestTooLarge as soon as it is known."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise RequestTooLarge(f"At most {limit} bytes", max_bytes=limit)
    return bytes(body)


def _asked(request: Request, rule: Rule, caller: Caller, body: bytes) -> Asked | None:
    """None if this request names no key, or its route keeps no answers. Raises IdempotencyKeyInvalid."""
    key = request.headers.get("idempotency-key")
    if key is None or not rule.answers_kept:
        return None
    if len(key) not in KEY_LENGTHS or not key.isascii() or not key.isprintable():
        raise IdempotencyKeyInvalid
    target = f"{request.method} {request.url.path}?{request.url.query}"
    return Asked(user_id=caller.user_id, key=key, target=target, body=body.decode("utf-8", "backslashreplace"))


def _again(before: Given) -> Response:
    kind = {"content-type": before.content_type} if before.content_type else {}
    return Response(before.body, before.status, {**kind, "idempotency-replayed": "true"})


async def _messages(answer: Response, scope: Scope) -> list[Message]:
    recorded = Recorded()
    await answer(scope, _nothing, recorded.receive)
    return recorded.messages


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _seconds_left(scope: Scope) -> float:
    context = scope.get("aws.context")
    return context.get_remaining_time_in_millis() / 1000 if context else SECONDS_LEFT


def _correlation_id(scope: Scope) -> str:
    context = scope.get("aws.context")
    return getattr(context, "aws_request_id", None) or uuid.uuid4().hex
