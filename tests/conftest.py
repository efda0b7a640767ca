"""What every test can ask for. `aws` is moto in process; `cloud` is the deployed local cloud."""

import ast
import asyncio
import gc
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from moto import mock_aws
from valkey import Valkey

# Powertools reads these when it is imported, as on Lambda, where the function's environment is there before the code.
os.environ |= {"POWERTOOLS_METRICS_NAMESPACE": "Reelstack", "POWERTOOLS_SERVICE_NAME": "test"}
# A laptop listens to every clip, which costs seconds: tests/production/test_speech.py does, others need not.
os.environ["REELSTACK_LOCAL_SPEECH"] = "none"
from bench import _valkey
from infra.stages import STAGES
from reelstack.accounts import sessions
from reelstack.counters import shards
from reelstack.degradation import guarded_tables
from reelstack.delivery import web_shell
from reelstack.platform import aws as seam
from reelstack.platform import cache, cache_health, secrets
from reelstack.platform.config import PREFIX, Config, config
from reelstack.search import indexes
from reelstack.tables.model import deployed, schema
from reelstack.tables.registry import TABLES
from reelstack.videos import event_clips, table_events
from reelstack.web import idempotency, load_shedding, rate_limits
from tests.clips import FFMPEG, FFPROBE
from tests.support.fast_moto import REGION, backend, emptied
from tests.support.functions import handler_of

if TYPE_CHECKING:
    from local.places import Places
    from local.up import Cloud

# How long an example takes says more of the machine than of the code: pytest-timeout ends what hangs.
settings.register_profile("reelstack", deadline=None)
settings.load_profile("reelstack")

pytest_plugins = (
    "tests.support.distribution",
    "tests.support.fast_expressions",
    "tests.support.inline_threads",
    "tests.search_engine",
    "tests.support.production",
    "tests.support.s3_unlisted",
)

ROOT = Path(__file__).parent.parent
ACCOUNT = "123456789012"
PATIENCE_SECONDS = 20
ORIGIN_SECRET = "only-the-cdn-knows"
STATES = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:production"


@pytest.fixture
def event() -> Callable[[str], dict[str, Any]]:
    """Loads events/<name>.json, an input exactly as AWS sends it."""
    return lambda name: json.loads((ROOT / "events" / f"{name}.json").read_text())


@pytest.fixture
def context() -> Any:
    """A Lambda context with a minute left."""
    return SimpleNamespace(
        aws_request_id="test-request", function_name="test", get_remaining_time_in_millis=lambda: 60_000
    )


@pytest.fixture(scope="module")
def programs() -> Iterator[None]:
    """A configuration that names ffmpeg and ffprobe, and nothing of AWS."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {"FFMPEG_PATH": FFMPEG, "FFPROBE_PATH": FFPROBE, "ENCODE_THREADS": "1"}.items():
            environment.setenv(PREFIX + name, value)
        config.cache_clear()
        yield
    config.cache_clear()


# Clouds of tests have folders, ports and a profile of their own, whatever the caller's shell says.
OF_A_SHELL = (
    *("REELSTACK_PORT_", "REELSTACK_LOCAL_DIR", "REELSTACK_PROFILE", "REELSTACK_ENDPOINT"),
    *("REELSTACK_LOCAL_LADDER", "REELSTACK_LOCAL_AV1"),
)
for name in [name for name in os.environ if name.startswith(OF_A_SHELL)]:
    del os.environ[name]

OF_ENGINES = re.compile(r"^pytestmark = .*\bpytest\.mark\.engines\b", re.MULTILINE)

LOOP = asyncio.new_event_loop()
"""Where Mangum runs requests. It looks for one when a handler is imported, and never closes one that it made itself."""
asyncio.set_event_loop(LOOP)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    asyncio.set_event_loop(LOOP)  # whoever called asyncio.run since has left none


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`make test` does not even import a file that says of itself that all of its tests need an engine: every worker
    would load its libraries, Schemathesis alone for more than a second."""
    if config.option.markexpr != "not engines" or collection_path.suffix != ".py":
        return None
    text = collection_path.read_text()
    return True if OF_ENGINES.search(text) and _marks(ast.parse(text)) else None


def _marks(module: ast.Module) -> bool:
    """Not in a text, as that of a script that a test writes: such a file would be run by nobody."""
    targets = [target for one in module.body if isinstance(one, ast.Assign) for target in one.targets]
    return any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in targets)


def pytest_collection_finish() -> None:
    """What is there by now stays: to look through it again and again was a tenth of a run's processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)


def pytest_unconfigure() -> None:
    LOOP.close()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """Empty tables, buckets, queue, bus, machine and secrets in moto, and a configuration that names them."""
    for name, value in {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        made = _resources()
        for name in type(made).model_fields:
            monkeypatch.setenv(PREFIX + name.upper(), str(getattr(made, name)))
        _evict_caches()
        yield made
    _evict_caches()


def _evict_caches() -> None:
    """Configuration and secrets are kept per process; each test has its own world.

    Clients stay: moto hears them all, and making one costs a tenth of a second.
    """
    config.cache_clear()
    cache.connected.cache_clear()
    cache_health.breaker.cache_clear()
    indexes.connected.cache_clear()
    secrets._kept.clear()
    shards._known.clear()
    sessions._kept.clear()
    idempotency._kept.cache_clear()
    rate_limits._silent_until.clear()
    load_shedding.forget()
    guarded_tables.forget()
    web_shell.forget()
    event_clips._kept.clear()
    _forget_feed()
    table_events._away_until[:] = [0.0]


def _forget_feed() -> None:
    """What a process of the feed keeps; only of one that has loaded it, since it brings NumPy and ONNX Runtime."""
    for name in ("artefacts", "fallbacks", "feed_level", "measures", "served_log", "viewer_context"):
        if module := sys.modules.get(f"reelstack.feed.{name}"):
            module.forget()


def _resources() -> Config:
    for bucket in ("uploads", "intermediates", "media", "web", "data", "access-logs"):
        backend("s3", "aws").create_bucket(bucket, REGION)
    backend("events").create_event_bus("bus")
    kinds = [f"{priority}_{kind}" for priority in ("high", "normal", "low") for kind in ("queue", "dead")]
    queues = {f"production_{kind}_url": _queue(kind) for kind in kinds}
    origin = _secret("origin", ORIGIN_SECRET)
    playback = _secret("playback", json.dumps({"current": "k1", "keys": {"k1": {"secret": "5ec2e7", "made_at": 0}}}))
    for machine in ("production", "decision", "export", "erasure", "event_erasure", "profiles", "tiering"):
        definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
        backend("stepfunctions").create_state_machine(
            machine, json.dumps(definition), f"arn:aws:iam::{ACCOUNT}:role/states"
        )
    settings = STAGES["prod"]
    made = Config(
        stage="test",
        region=REGION,
        **{deployed(model).field: deployed(model).field for model in TABLES},
        uploads_bucket="uploads",
        intermediates_bucket="intermediates",
        media_bucket="media",
        web_bucket="web",
        logs_bucket="access-logs",
        data_bucket="data",
        experiments_application="reelstack-test",
        experiments_ids="app/env/profile/strategy",
        bus_name="bus",
        **queues,
        compose_queue_url=_queue("compose"),
        denials_queue_url=_queue("denials.fifo", FifoQueue="true"),
        plays_queue_url=_queue("plays"),
        table_events_queue_url=_queue("table-events"),
        event_stream="",
        production_machine_arn=MACHINE,
        decision_machine_arn=f"{STATES}:decision",
        production_slots=2,
        production_low_slots=2,
        production_slots_per_creator=2,
        low_microdollars_per_day=0,
        origin_secret=origin,
        playback_secret=playback,
        playback_keys_store="arn:aws:cloudfront::123456789012:key-value-store/test",
        edge_settings_store="arn:aws:cloudfront::123456789012:key-value-store/settings",
        distribution_parameter="/reelstack/test/distribution-id",
        site_parameter="/reelstack/test/site-url",
        warm_up_places="home",
        cache_url="",
        search_url="",
        creators="invited",
        anonymous_reading="on",
        embedding="on",
        rate_limiter_fallback="tables",
        rates=json.dumps({"user": [10_000, 1_000], "address": [10_000, 1_000], "anonymous": [10_000, 1_000]}),
        max_upload_bytes=settings.max_upload_bytes,
        max_duration_seconds=settings.max_duration_seconds,
        upload_url_seconds=settings.upload_url_seconds,
        upload_path=settings.upload_path,
        max_open_uploads=settings.max_open_uploads,
        max_uploads_per_day=settings.max_uploads_per_day,
        max_upload_bytes_per_day=settings.max_upload_bytes_per_day,
        max_retries=settings.max_retries,
        creator_microdollars_per_day=0,
        playback_seconds_public=settings.playback_seconds_public,
        playback_seconds_private=settings.playback_seconds_private,
        ffmpeg_path=FFMPEG,
        ffprobe_path=FFPROBE,
        encode_threads=1,
        architecture="arm64",
        max_clip_microdollars=round(settings.max_clip_dollars * 1_000_000),
        segment_workers=settings.segment_workers,
        segment_seconds=settings.segment_seconds,
        avc_rungs="480",
        av1_rungs="",
        av1_preset=10,
        ladder_policy="full",
        ladder_plays=3,
        engine=settings.engine,
        mediaconvert_over_seconds=settings.mediaconvert_over_seconds,
        mediaconvert_max_microdollars=round(settings.mediaconvert_max_dollars * 1_000_000),
        mediaconvert_queue=f"arn:aws:mediaconvert:{REGION}:{ACCOUNT}:queues/reelstack-test-production",
        mediaconvert_role=f"arn:aws:iam::{ACCOUNT}:role/transcode",
        max_following=settings.max_following,
        timeline_large_followers=settings.timeline_large_followers,
        feed_deployment="a",
        feed_concurrency=100,
        feed_cache_ms=1000,
        feed_tables_ms=5000,
        feed_search_ms=5000,
        feed_artefacts_ms=30_000,
        timeline_days=settings.timeline_days,
        timeline_entries=settings.timeline_entries,
        review_hold_seconds=settings.review_hold_seconds,
        appeal_days=settings.appeal_days,
        user_pool_id="",
        password_client_id="",
        session_cache_seconds=settings.session_cache_seconds,
        session_seconds=settings.session_days * 24 * 3600,
        handle_hold_seconds=settings.handle_hold_days * 24 * 3600,
        service_names=",".join(settings.service_names),
        handle_change_seconds=settings.handle_change_days * 24 * 3600,
        max_avatar_bytes=settings.max_avatar_bytes,
        export_machine_arn=f"{STATES}:export",
        erasure_machine_arn=f"{STATES}:erasure",
        profiles_machine_arn=f"{STATES}:profiles",
        event_erasure_machine_arn=f"{STATES}:event_erasure",
        tiering_machine_arn=f"{STATES}:tiering",
        tiering_policy=settings.tiering_policy,
        event_days=settings.event_days,
        erase_after_seconds=settings.erase_after_days * 24 * 3600,
        socket_url=f"wss://socket.execute-api.{REGION}.amazonaws.com/live",
        push_platforms=json.dumps(_platforms()),
        moderation_engines="nsfw,safety",
        rekognition_topic=f"arn:aws:sns:{REGION}:{ACCOUNT}:looked",
        rekognition_role=f"arn:aws:iam::{ACCOUNT}:role/look",
        speech="none",
        speech_languages="en-US",
        moderation_thresholds=json.dumps({k: v.model_dump() for k, v in settings.moderation_thresholds.items()}),
    )
    empty_tables()
    return made


def _queue(name: str, **attributes: str) -> str:
    backend("sqs").create_queue(name, **attributes)
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"


def _secret(name: str, value: str) -> str:
    nothing = dict.fromkeys(("secret_binary", "description", "tags", "kms_key_id", "client_request_token"))
    made = backend("secretsmanager").create_secret(name, value, **nothing, replica_regions=[], force_overwrite=False)
    return str(json.loads(made)["ARN"])


def _platforms() -> dict[str, str]:
    """iOS by APNs' sandbox; Android has none."""
    given = {"PlatformCredential": "key", "PlatformPrincipal": "cert"}
    return {"ios": backend("sns").create_platform_application("clips", "APNS_SANDBOX", given).arn}


_MADE: dict[str, Any] = {}


def empty_tables() -> None:
    """The tables as the models declare them; streams are not moto's business here.

    Asked for once per process and emptied from then on: so many requests for each test cost a sixth of a second.
    """
    if not _MADE:
        _create_tables()
        _MADE.update(backend("dynamodb").tables)
    backend("dynamodb").tables = {name: emptied(table) for name, table in _MADE.items()}


def _create_tables() -> None:
    dynamodb = seam.client("dynamodb")
    for model in TABLES:
        described = schema(model)
        indexes = [
            {
                "IndexName": index["index_name"],
                "KeySchema": sorted(index["key_schema"], key=lambda key: key["KeyType"]),
                "Projection": index["projection"],
            }
            for index in described["global_secondary_indexes"]
        ]
        dynamodb.create_table(
            TableName=deployed(model).field,
            AttributeDefinitions=described["attribute_definitions"],
            KeySchema=described["key_schema"],
            BillingMode="PAY_PER_REQUEST",
            **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        )


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A real Valkey, empty at first; who wants it empty again says FLUSHDB."""
    with _valkey.server() as url:
        yield url


@pytest.fixture
def cached(aws: Config, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    """The cache that functions then have, empty. The test itself waits longer for it than they do."""
    monkeypatch.setenv(f"{PREFIX}CACHE_URL", valkey_url)
    config.cache_clear()
    with suppress(*cache.errors()):
        cache.connected(valkey_url).ping()  # whose first request is greetings, which would be counted
    with Valkey.from_url(valkey_url, socket_timeout=PATIENCE_SECONDS, decode_responses=True) as client:
        client.flushdb()
        yield client
        client.flushdb()


def requests_of(server: Valkey, act: Callable[[], Any]) -> int:
    """How often the server hears from `act`, however many commands come at once."""

    def heard() -> int:
        stats: Any = server.info("stats")
        return int(stats["total_reads_processed"])

    before = heard()
    act()
    return heard() - before - 1  # the question itself


# --- HTTP services ---------------------------------------------------------------------------------------------------

Answer = SimpleNamespace


def request(
    method: str,
    path: str,
    *,
    user: str | None = "ann",
    roles: tuple[str, ...] = ("creator",),
    session: str | None = None,
    body: Any = None,
    headers: dict[str, str] | None = None,
    through_cdn: bool = True,
    token_use: str = "access",
    signed_in_at: int | None = None,
) -> dict[str, Any]:
    """An API Gateway HTTP API event (payload 2.0) as the JWT authorizer passes it on."""
    raw, _, query = path.partition("?")
    claims = {"sub": user, "username": user, "cognito:groups": f"[{' '.join(roles)}]", "token_use": token_use}
    if session:
        claims["origin_jti"] = session
    if signed_in_at:
        claims["auth_time"] = str(signed_in_at)
    return {
        "version": "2.0",
        "routeKey": f"{method} {raw}",
        "rawPath": raw,
        "rawQueryString": query,
        "headers": {
            "host": "api.example.com",
            "content-type": "application/json",
            **({"x-origin-verify": ORIGIN_SECRET} if through_cdn else {}),
            **({"authorization": "Bearer e30.e30.c2ln"} if user else {}),
            **(headers or {}),
        },
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "api",
            "http": {
                "method": method,
                "path": raw,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "test",
            },
            "requestId": "test",
            "stage": "$default",
            "time": "23/Nov/2026:08:00:00 +0000",
            "timeEpoch": 1795420800000,
            **({"authorizer": {"jwt": {"claims": claims, "scopes": None}}} if user else {}),
        },
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


@pytest.fixture
def call(aws: Config, context: Any) -> Callable[..., Any]:
    """call("uploads", "POST", "/v1/uploads", body={...}) -> .status, .json, .headers, by the function's handler."""

    def run(service: str, method: str, path: str, **kwargs: Any) -> Any:
        handler = handler_of(service)
        answer = handler(request(method, path, **kwargs), context)
        text = answer.get("body") or ""
        return Answer(status=answer["statusCode"], headers=answer["headers"], json=json.loads(text) if text else None)

    return run


# --- the deployed local cloud ----------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the cloud share one worker of pytest-xdist, and with it the one cloud."""
    for item in items:
        if item.get_closest_marker("cloud"):
            item.add_marker(pytest.mark.xdist_group("cloud"))


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> "Places":
    """The folder of the cloud under test.

    REELSTACK_TEST_CLOUD=<folder> names one to use and to leave running, which saves a minute while writing a test.
    """
    from local.places import Places

    kept = os.environ.get("REELSTACK_TEST_CLOUD")
    return Places(Path(kept) if kept else tmp_path_factory.mktemp("cloud"))


@pytest.fixture(scope="session")
def cloud(places: "Places") -> Iterator["Cloud"]:
    """A deployed local cloud of its own, on free ports, with the sample clip; stopped at the end of the run."""
    from local import ports, up
    from local.progress import Steps

    chosen = {} if places.ports.exists() else dict(zip(ports.DEFAULTS, ports.free(len(ports.DEFAULTS)), strict=True))
    try:
        yield up.up(places, chosen, Steps(up.STEPS))
    finally:
        if "REELSTACK_TEST_CLOUD" not in os.environ:
            up.down(places)
