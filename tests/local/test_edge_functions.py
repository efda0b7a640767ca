"""infra/edge/*.js, run unchanged by the local edge's Node process."""

import base64
import hashlib
import re
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from local.edge_functions import RUN_SECONDS, Answered, EdgeFunctions, FunctionFailed, Passed, Viewer
from local.programs import node
from reelstack.delivery.tokens import SigningKey, asset_url, tokened_prefix
from tests.support.edge_entries import in_shards

ROOT = Path(__file__).parent.parent.parent
ESLINT = ROOT / "node_modules/eslint/bin/eslint.js"
FILES = tuple(sorted((ROOT / "infra/edge").glob("*.js")))
KEY = SigningKey("k1", "5ec2e7")
NOW = int(time.time())
SOON = NOW + 24 * 3600
LONG_AGO = int(time.time()) - 1
DENIALS = {"denied": str(SOON), "forgiven": str(LONG_AGO), "hidden": f"{SOON}-{NOW}", "unhidden": f"{LONG_AGO}-{NOW}"}
ENTRIES = in_shards({KEY.key_id: KEY.secret}, DENIALS)
LIMIT_BYTES = 10_240

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def functions(*files: Path, run_seconds: float = RUN_SECONDS) -> AsyncIterator[EdgeFunctions]:
    made = EdgeFunctions(node().path, files, run_seconds)
    await made.hold(ENTRIES)
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture(scope="module")
async def edge() -> AsyncIterator[EdgeFunctions]:
    async with functions(*FILES) as made:
        yield made


def event(uri: str, query: str = "") -> dict[str, object]:
    return Viewer("GET", uri, query, {"host": "127.0.0.1"}, "127.0.0.1").event("E1", "d1.cloudfront.net")


def test_a_name_that_comes_twice_in_a_query_has_its_first_value_and_all_of_them() -> None:
    asked: Any = event("/", "a=1&b=&a=2")["request"]
    assert asked["querystring"] == {
        "a": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2"}]},
        "b": {"value": ""},
    }


async def path(edge: EdgeFunctions, file: str, given: dict[str, object]) -> str | Answered:
    """Where the function sends the request, or its own answer."""
    made = await edge.viewer_request(file, given)
    return made if isinstance(made, Answered) else made.uri


async def media(edge: EdgeFunctions, uri: str, query: str = "") -> str | Answered:
    return await path(edge, "media_token.js", event(uri, query))


def tokened(
    video: str = "v1", rest: str = "1/master.m3u8", until: int = SOON, key: SigningKey = KEY, issued: int = NOW
) -> str:
    return asset_url(video, f"v/{video}/{rest}", issued, until, key)


@pytest.mark.parametrize("rest", ["1/master.m3u8", "12/hevc-720.mp4", "1/a/b/c_d.e.jpg", "poster.jpg"])
async def test_a_token_the_api_signed_opens_its_video_and_is_stripped(edge: EdgeFunctions, rest: str) -> None:
    assert await media(edge, tokened(rest=rest)) == f"/v/v1/{rest}"


async def test_a_query_string_changes_nothing(edge: EdgeFunctions) -> None:
    assert await media(edge, tokened(), "_HLS_skip=1&t=other") == "/v/v1/1/master.m3u8"


FORGED = tokened_prefix("v1", NOW, SOON, KEY)[:-3] + "xx/1/master.m3u8"


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        pytest.param(tokened(until=LONG_AGO), "playback-token-expired", id="expired"),
        pytest.param(FORGED, "playback-token-invalid", id="forged"),
        pytest.param(tokened().replace(str(SOON), str(SOON + 9)), "playback-token-invalid", id="expiry moved"),
        pytest.param(tokened().replace(str(NOW), str(NOW + 1)), "playback-token-invalid", id="issue moved"),
        pytest.param(tokened("hidden"), "video-withdrawn", id="issued before it was hidden"),
        pytest.param(tokened().replace("/v/v1/", "/v/v2/"), "playback-token-invalid", id="token of another video"),
        pytest.param(tokened(key=SigningKey("k9", "x")), "playback-token-invalid", id="unknown key"),
        pytest.param(tokened(key=SigningKey("k1", "x")), "playback-token-invalid", id="other secret"),
        pytest.param(tokened("denied"), "video-withdrawn", id="taken down"),
        pytest.param("/v/v1/1/master.m3u8", "playback-token-missing", id="no token"),
    ],
)
async def test_whoever_lacks_a_good_token_is_refused(edge: EdgeFunctions, uri: str, kind: str) -> None:
    answer = await media(edge, uri)
    assert isinstance(answer, Answered)
    assert answer.status == 403
    assert answer.headers == {
        "content-type": "application/problem+json",
        "cache-control": "no-store",
        "access-control-allow-origin": "*",  # a player on another site reads why
    }
    assert f'"https://reelstack.dev/problems/{kind}"' in answer.body


@pytest.mark.parametrize(
    "rest",
    [
        *("../v2/1/master.m3u8", "1/../../v2/a.mp4", "%2e%2e/v2/a.mp4", "1/%2e%2e%2f%2e%2e%2fv2/a.mp4", "..%2fv2"),
        *(
            "1//a.mp4",
            "/a.mp4",
            "./a.mp4",
            "1/.hidden",
            "",
            "1/",
            "1\\a.mp4",
            "1/a.mp4%00.jpg",
            "1/a b.mp4",
            "1/a.mp4\n",
        ),
    ],
)
async def test_no_spelling_of_a_path_leads_out_of_the_video(edge: EdgeFunctions, rest: str) -> None:
    answer = await media(edge, tokened_prefix("v1", NOW, SOON, KEY) + rest)
    assert isinstance(answer, Answered)
    assert answer.status == 403


async def test_a_denial_ends_when_it_says(edge: EdgeFunctions) -> None:
    assert await media(edge, tokened("forgiven")) == "/v/forgiven/1/master.m3u8"
    assert await media(edge, tokened("unhidden")) == "/v/unhidden/1/master.m3u8"


async def test_a_token_issued_after_a_video_was_hidden_opens_it_for_those_who_may_have_one(edge: EdgeFunctions) -> None:
    assert await media(edge, tokened("hidden", issued=NOW + 1)) == "/v/hidden/1/master.m3u8"


async def test_a_page_elsewhere_may_ask_before_it_asks_for_a_range(edge: EdgeFunctions) -> None:
    asked = Viewer("OPTIONS", tokened(), "", {"origin": "https://elsewhere.example"}, "203.0.113.9")
    answer = await edge.viewer_request("media_token.js", asked.event("E1", "d1"))
    assert isinstance(answer, Answered)
    assert answer.status == 204
    assert answer.headers["access-control-allow-headers"] == "range"


async def test_keys_that_come_later_are_seen() -> None:
    later = SigningKey("k2", "later")
    async with functions(*FILES) as edge:
        assert isinstance(await media(edge, tokened(key=later)), Answered)
        await edge.hold(in_shards({"k1": KEY.secret, "k2": later.secret}))
        assert await media(edge, tokened(key=later)) == "/v/v1/1/master.m3u8"


@pytest.mark.parametrize(
    ("uri", "served"),
    [
        *((page, "/index.html") for page in ("/", "/settings", "/sign-in", "/@ann", "/@-")),
        *((file, file) for file in ("/index.html", "/assets/index-Bx3.js", "/favicon.svg", "/config.json", "/sw.js")),
    ],
)
async def test_the_web_app_is_at_the_root_and_its_files_stay_files(edge: EdgeFunctions, uri: str, served: str) -> None:
    assert await path(edge, "web_routes.js", event(uri)) == served


@pytest.mark.parametrize(
    "uri",
    ["/signed-in", "/clip/42", "/@a b", "/x.html", "/embed.html", "/embed/a", "/assets/a/b.js", "/v1", "/index.html/"],
)
async def test_any_other_address_is_told_to_be_no_page(edge: EdgeFunctions, uri: str) -> None:
    told = await edge.viewer_request("web_routes.js", event(uri))
    assert isinstance(told, Answered)
    assert (told.status, told.headers["cache-control"]) == (404, "no-store")
    assert "There is no such page" in str(told.body)
    assert "frame-ancestors 'none'" in told.headers["content-security-policy"]


async def test_the_page_for_frames_is_that_of_one_clip_and_nothing_else_may_be_framed(edge: EdgeFunctions) -> None:
    assert await path(edge, "embed_page.js", event("/embed/3f-_A")) == "/embed.html"
    others = ("/embed/", "/embed/a/b", "/embed/..%2findex.html", "/embed/../index.html", "/x/../embed/a", "/embed/a b")
    for uri in others:
        told = await edge.viewer_request("embed_page.js", event(uri))
        assert isinstance(told, Answered), uri
        assert (told.status, told.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("ar-EG,ar;q=0.9,en;q=0.8", "ar"), ("de-CH, AR;q=0.5", "ar"), ("en-GB,ar", "en"), ("arn", "en"), ("", "en")],
)
@pytest.mark.parametrize(("function", "uri"), [("web_routes.js", "/nowhere"), ("embed_page.js", "/embed/")])
async def test_a_missing_page_is_told_in_the_language_of_its_reader(
    edge: EdgeFunctions, function: str, uri: str, accepted: str, language: str
) -> None:
    asked = Viewer("GET", uri, "", {"accept-language": accepted} if accepted else {}, "203.0.113.9")
    told = await edge.viewer_request(function, asked.event("E1", "d1"))
    assert isinstance(told, Answered)
    assert told.headers["content-language"] == language
    says = {"en": ('<html lang="en">', "There is no such page"), "ar": ('<html lang="ar" dir="rtl">', "لا توجد صفحة")}
    assert all(word in str(told.body) for word in says[language])


@pytest.mark.parametrize(("function", "uri"), [("web_routes.js", "/nowhere"), ("embed_page.js", "/embed/")])
async def test_a_missing_page_looks_like_the_app_and_loads_nothing(
    edge: EdgeFunctions, function: str, uri: str
) -> None:
    told = await edge.viewer_request(function, event(uri))
    assert isinstance(told, Answered)
    (style,) = re.findall(r"<style>(.*?)</style>", told.body)
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = told.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{allowed}'; "), "the browser would drop the style"
    colours = set(re.findall(r"#[0-9a-f]{6}", style))
    assert colours <= set(re.findall(r"#[0-9a-f]{6}", (ROOT / "web/src/styles/tokens.css").read_text()))
    assert not re.search(r"url\(|@import|<link|<script| src=|\b(left|right)\b", told.body), "both directions"


async def test_a_missing_page_follows_the_theme_of_its_reader(edge: EdgeFunctions) -> None:
    told = await edge.viewer_request("web_routes.js", event("/nowhere"))
    assert isinstance(told, Answered)
    assert "@media(prefers-color-scheme:light){" in told.body


async def test_an_at_sign_may_be_written_in_two_ways(edge: EdgeFunctions) -> None:
    told = await edge.viewer_request("web_routes.js", event("/%40ann/vid"))
    assert isinstance(told, Answered)
    assert (told.status, told.headers["location"]) == (301, "/@ann/vid")


@pytest.mark.parametrize(
    ("uri", "asked"),
    [
        ("/@ann/vid", "/pages/@ann/vid"),
        ("/@ann/vid/", "/pages/@ann/vid"),
        ("/@ann/vid/poster.jpg", "/pages/@ann/vid/poster.jpg"),
        ("/@-/vid", "/pages/@-/vid"),
        *((other, "/pages/-/-") for other in ("/@ann/", "/@ann/a/b", "/@ann/a%2f..", "/@ann/vid/poster.png")),
    ],
)
async def test_the_page_of_a_clip_is_asked_for_without_what_the_viewer_says(
    edge: EdgeFunctions, uri: str, asked: str
) -> None:
    sent = {"host": "clips.example.com", "authorization": "Bearer x", "x-viewer-host": "evil.example"}
    made = await edge.viewer_request("clip_pages.js", Viewer("GET", uri, "a=b", sent, "203.0.113.9").event("E1", "d1"))
    assert isinstance(made, Passed)
    assert made.uri == asked
    assert made.headers == {
        "host": "clips.example.com",
        "x-viewer-host": "clips.example.com",
        "x-viewer-address": "203.0.113.9",
    }


async def test_the_api_hears_the_viewers_address_and_not_what_the_viewer_says(edge: EdgeFunctions) -> None:
    viewer = Viewer("POST", "/v1/x", "", {"x-viewer-address": "203.0.113.9", "accept": "*/*"}, "2001:db8::7")
    made = await edge.viewer_request("viewer_address.js", viewer.event("E1", "d1.cloudfront.net"))
    told = {"x-viewer-address": "2001:db8::7", "x-viewer-host": "", "x-viewer-country": "", "accept": "*/*"}
    assert made == Passed("/v1/x", told)


async def test_the_api_hears_the_country_that_cloudfront_knows_and_no_other(edge: EdgeFunctions) -> None:
    sent = {"x-viewer-country": "US", "cloudfront-viewer-country": "AT"}
    made = await edge.viewer_request(
        "viewer_address.js", Viewer("GET", "/v1/x", "", sent, "203.0.113.9").event("E", "d")
    )
    assert isinstance(made, Passed)
    assert made.headers["x-viewer-country"] == "AT"


@pytest.mark.parametrize(
    ("method", "headers", "leads_to"),
    [
        ("GET", {}, "/anonymous/v1/feed"),
        ("GET", {"authorization": "Bearer x"}, "/v1/feed"),
        ("GET", {"authorization": ""}, "/v1/feed"),
        ("POST", {}, "/v1/feed"),
        ("OPTIONS", {}, "/v1/feed"),
    ],
)
async def test_only_who_shows_no_token_is_led_to_the_routes_that_ask_for_none(
    edge: EdgeFunctions, method: str, headers: dict[str, str], leads_to: str
) -> None:
    viewer = Viewer(method, "/v1/feed", "", {"host": "clips.example.com"} | headers, "203.0.113.9")
    made = await edge.viewer_request("viewer_address.js", viewer.event("E1", "d1.cloudfront.net"))
    assert isinstance(made, Passed)
    assert (made.uri, made.headers["x-viewer-host"]) == (leads_to, "clips.example.com")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_function_is_not_larger_than_cloudfront_takes(file: Path) -> None:
    assert file.stat().st_size <= LIMIT_BYTES


# --- the harness ------------------------------------------------------------------------------------------------------


async def outcome(tmp_path: Path, code: str) -> str | Answered:
    file = tmp_path / "other.js"
    file.write_text(code)
    async with functions(file) as edge:
        return await path(edge, "other.js", event("/x"))


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import fs from 'fs'; function handler(e) { return e.request; }", id="import of fs"),
        pytest.param("function handler(e) { require('http'); return e.request; }", id="require of http"),
        pytest.param("function handler(e) { return fetch('http://127.0.0.1'); }", id="network"),
        pytest.param("function handler(e) { process.exit(); }", id="process"),
        pytest.param("function handler(e) { return eval('e.request'); }", id="eval"),
        pytest.param("function handler(e) { return 7; }", id="no object"),
        pytest.param("function other(e) { return e.request; }", id="no handler"),
    ],
)
async def test_what_the_edge_does_not_have_fails_here_too(tmp_path: Path, code: str) -> None:
    with pytest.raises(FunctionFailed):
        await outcome(tmp_path, code)


async def test_the_four_modules_of_the_edge_are_there(tmp_path: Path) -> None:
    code = """
    import cf from 'cloudfront';
    import querystring from 'querystring';
    const buffer = require('buffer');
    const crypto = require('crypto');
    async function handler(event) {
      const there = await cf.kvs().exists('s:aa');
      const hash = crypto.createHash('sha256').update(buffer.Buffer.from('eA==', 'base64')).digest('hex');
      event.request.uri = '/' + querystring.stringify({ there: there, hash: hash.slice(0, 8) });
      return event.request;
    }
    """
    assert await outcome(tmp_path, code) == "/there=true&hash=2d711642"


async def test_a_function_that_hangs_is_ended_and_the_next_call_is_answered(tmp_path: Path) -> None:
    file = tmp_path / "hang.js"
    file.write_text("function handler(e) { while (e.request.uri === '/hang') {} return e.request; }")
    async with functions(file, run_seconds=3) as edge:
        with pytest.raises(FunctionFailed):
            await edge.viewer_request("hang.js", event("/hang"))
        assert await path(edge, "hang.js", event("/go")) == "/go"


# --- the lint ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("const { request } = event;", "no destructuring"),
        ("for (const x of []) { x(); }", "no for-of"),
        ("const a = [...event.list];", "no spread"),
        ("class A {}", "no classes"),
        ("const a = { event };", "no shorthand properties"),
        ("const f = async () => 1;", "no async closures"),
        ("return use(await event.a);", "no await among arguments"),
        ("return event?.request;", "Parsing error"),
        ("return event.a ?? event.b;", "Parsing error"),
        ("return process.env;", "'process' is not defined"),
        ("setTimeout(handler, 1);", "'setTimeout' is not defined"),
    ],
)
def test_what_node_takes_and_the_edge_does_not_is_found_by_the_lint(statement: str, found: str) -> None:
    code = f"function use(x) {{ return x; }}\nasync function handler(event) {{ use(event); {statement} }}\n"
    done = subprocess.run(
        [str(node().path), str(ESLINT), "--stdin", "--stdin-filename", "infra/edge/probe.js"],
        cwd=ROOT,
        input=code,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert found in done.stdout
