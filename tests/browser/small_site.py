"""A site in miniature: the built page and a clip of three seconds, behind a real edge; AWS is a small stand-in."""

import asyncio
import base64
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

import uvicorn

from infra.edge.content_security import content_security_policy, embed_security_policy
from local import programs
from local.edge import CODE
from local.edge_behaviors import FUNCTIONS, Behavior, Policy
from local.edge_functions import EdgeFunctions
from local.edge_headers import Added
from local.edge_origin import Origin
from local.edge_viewer import Edge, application
from reelstack.delivery.tokens import SigningKey, asset_url
from reelstack.media import sprites
from tests.browser.small_clip import SECONDS
from tests.local.tiny_origin import Asked, TinyOrigin, tiny_origin
from tests.support.edge_entries import in_shards

ROOT = Path(__file__).parent.parent.parent
KEY = SigningKey("k1", "5ec2e7")
USER, PASSWORD = "ann", "right"
PAGE, FOREVER = "no-cache", "public, max-age=31536000, immutable"
NOTICE = {"code": "sound-dropped", "message": "The sound could not be decoded."}
PLAYS, REFUSES, RENEWS, GONE, ARCHIVED = "plays", "refuses", "renews", "gone", "archived"
MORE = tuple(f"more{number}" for number in range(10))


@dataclass(frozen=True)
class Site:
    url: str
    origin: TinyOrigin


def build_page(into: Path) -> None:
    """What `npm run build` makes."""
    vite = ROOT / "node_modules/vite/bin/vite.js"
    argv = [str(programs.node().path), str(vite), "build", "web", "--outDir", str(into), "--emptyOutDir"]
    subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, timeout=120)


@contextmanager
def small_site(page: Path, clip: Path, auth: Literal["password", "code"] = "password") -> Iterator[Site]:
    """Serves the page in `page` and a feed: one clip plays, one refuses likes, one comes with an expired token first,
    one is gone; ten more are its second page. With `auth` "code" the same site plays the hosted sign-in, too."""
    _asset.update(json.loads((clip / "asset.json").read_text()))
    with tiny_origin() as origin:
        _fill(origin, page, "/", PAGE)
        for video in (PLAYS, REFUSES, RENEWS, *MORE):
            _fill(origin, clip, f"/v/{video}/1/", FOREVER)
        origin.objects["/feed/hot-world.json"] = (json.dumps(ready_page()).encode(), "public, max-age=60")
        origin.answers, origin.answers_kept = _answers() | _hosted_sign_in(), "no-store"
        with _edge(origin) as url:
            config = {"stage": "test", "region": "us-east-1", "user_pool_id": "p", "client_id": "c"}
            config |= {"auth": auth, "hosted_ui": f"{url}/v1" if auth == "code" else ""}
            origin.objects["/config.json"] = (json.dumps(config).encode(), PAGE)
            yield Site(url, origin)


def _fill(origin: TinyOrigin, folder: Path, prefix: str, cache_control: str) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            origin.objects[prefix + path.relative_to(folder).as_posix()] = (path.read_bytes(), cache_control)


def ready_page() -> dict[str, Any]:
    """As feed.ready_pages makes it, of one clip that plays."""
    author = {"id": "bob", "handle": "bob", "display_name": "Bob", "avatar": None, "following": False}
    shown: dict[str, Any] = {"duration_ms": SECONDS * 1000, "width": 180, "height": 320, "author": author}
    shown |= {"likes": 7, "liked": False}
    item = {"video_id": PLAYS, "title": "Plays", "description": ""} | shown | {"playback": playback(PLAYS, 6 * 3600)}
    page = {"version": 1, "region": "", "made_at": int(time.time() * 1000), "level": 3, "label": "Hot Recommendations"}
    return page | {"items": [item], "cursor": None, "session": "", "answer_id": "", "stale": False}


def _answers() -> dict[str, Any]:
    videos: list[dict[str, Any]] = [
        {"video_id": PLAYS, "title": "Plays", "description": "A <b>test</b> picture", "notices": [NOTICE]},
        {"video_id": REFUSES, "title": "Refuses likes", "description": ""},
        {"video_id": RENEWS, "title": "Renews", "description": ""},
        {"video_id": GONE, "title": "Gone", "description": ""},
    ]
    videos += [{"video_id": video, "title": video, "description": ""} for video in MORE]
    author = {"id": "bob", "handle": "bob", "display_name": "Bob", "avatar": None, "following": False}
    shown: dict[str, Any] = {"duration_ms": SECONDS * 1000, "width": 180, "height": 320, "author": author}
    shown |= {"likes": 7, "liked": False}

    def feed(asked: Asked) -> tuple[int, Any]:
        given = dict(parse_qsl(urlsplit(asked.path).query))
        lifetimes = {GONE: -5, RENEWS: -5}
        page = videos[4:] if "session" in given else videos[:4]
        playing = {
            video["video_id"]: playback(video["video_id"], lifetimes.get(video["video_id"], 3600)) for video in page
        }
        items = [video | shown | {"playback": playing[video["video_id"]]} for video in page]
        return 200, {"items": items, "cursor": None if "session" in given else "more", "session": "more"}

    answers: dict[str, Any] = {
        "POST /": _sign_in,
        "GET /api/v1/feed": feed,
    }
    for video in (PLAYS, REFUSES, RENEWS, GONE):
        path = f"/api/v1/videos/{video}"
        answers[f"GET {path}/playback"] = lambda _, video=video: (200, playback(video))
        card: dict[str, Any] = {"video_id": video, "title": video.title(), "author": author}
        card |= {"visibility": "public", "playable": True, "archived": False}
        answers[f"GET {path}"] = lambda _, card=card: (200, card)
        for method in ("PUT", "DELETE"):
            answers[f"{method} {path}/like"] = lambda _: (204, None)
    answers |= _of_a_person() | _without_address(shown)
    answers[f"GET /api/v1/videos/{GONE}"] = lambda _: _problem(404, "There is no such video")
    answers[f"GET /api/v1/videos/{GONE}/playback"] = lambda _: _problem(404, "There is no such video")
    answers[f"PUT /api/v1/videos/{REFUSES}/like"] = lambda _: _problem(409, "This video takes no likes")
    return answers


def _without_address(shown: dict[str, Any]) -> dict[str, Any]:
    """Two clips that come without where they play: of one that is asked for, the other is archived."""
    answers: dict[str, Any] = {}
    for video, where in ((PLAYS, playback(PLAYS)), (ARCHIVED, playback(ARCHIVED) | {"master_url": None})):
        bare = {"video_id": video, "title": video.title(), "description": "", "playback": None} | shown
        bare |= {"visibility": "public", "playable": True, "archived": video == ARCHIVED}
        answers[f"GET /api/v1/videos/{video}"] = lambda _, bare=bare: (200, bare)
        answers[f"GET /api/v1/videos/{video}/playback"] = lambda _, where=where: (200, where)
    return answers


def _of_a_person() -> dict[str, Any]:
    """What the app reads of who is signed in; nobody pushes anything."""
    me: dict[str, Any] = {
        "user_id": USER,
        "handle": USER,
        "display_name": "Ann",
        "bio": "",
        "links": [],
        "avatar_url": None,
    }
    me |= {"privacy": "public", "created_at": 0, "personalised": True, "suspended_at": None}
    empty: dict[str, Any] = {"unread": 0, "items": [], "off": [], "cursor": None}
    lists = (
        "notifications/unread",
        "notifications",
        "notification-preferences",
        "sessions",
        "blocks",
        "follow-requests",
    )
    return {
        "GET /api/v1/me": lambda _: (200, me),
        **{f"GET /api/v1/me/{path}": lambda _: (200, empty) for path in lists},
        "GET /api/v1/feed/hidden": lambda _: (200, empty),
        "GET /api/v1/me/export": lambda _: _problem(404, "There is no copy"),
        "POST /api/v1/me/connection": lambda _: _problem(409, "No connections here"),
    }


def _sign_in(asked: Asked) -> tuple[int, Any]:
    given = json.loads(asked.body)["AuthParameters"]
    if (given["USERNAME"], given["PASSWORD"]) != (USER, PASSWORD):
        return 400, {"__type": "NotAuthorizedException", "message": "Incorrect username or password."}
    return 200, {"AuthenticationResult": {"AccessToken": "a", "RefreshToken": "r", "ExpiresIn": 3600}}


def _hosted_sign_in() -> dict[str, Any]:
    """The authorization code flow with PKCE, as RFC 7636 has it: only who began it can finish it."""
    challenges: dict[str, str] = {}

    def authorize(asked: Asked) -> tuple[int, Any]:
        given = dict(parse_qsl(urlsplit(asked.path).query))
        assert (given["response_type"], given["code_challenge_method"]) == ("code", "S256")
        challenges["the-code"] = given["code_challenge"]
        return 302, given["redirect_uri"] + "?" + urlencode({"code": "the-code", "state": given["state"]})

    def token(asked: Asked) -> tuple[int, Any]:
        given = dict(parse_qsl(asked.body.decode()))
        proof = base64.urlsafe_b64encode(sha256(given["code_verifier"].encode()).digest()).decode().rstrip("=")
        if challenges.pop(given["code"], "") != proof:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "a", "refresh_token": "r", "expires_in": 3600}

    def logout(asked: Asked) -> tuple[int, Any]:
        given = dict(parse_qsl(urlsplit(asked.path).query))
        return 302, given["logout_uri"] + f"?signed-out={given['client_id']}"

    return {
        "GET /api/v1/oauth2/authorize": authorize,
        "POST /api/v1/oauth2/token": token,
        "GET /api/v1/logout": logout,
    }


def playback(video: str, seconds: int = 3600) -> dict[str, Any]:
    now = int(time.time())
    until = now + seconds
    urls = {
        name: asset_url(video, f"v/{video}/1/{name}", now, until, KEY)
        for name in ("master.m3u8", "poster.jpg", sprites.TRACK)
    }
    return {
        "master_url": urls["master.m3u8"],
        "poster_url": urls["poster.jpg"],
        "sprites_url": urls[sprites.TRACK],
        "expires_at": until,
        "duration_ms": SECONDS * 1000,
        **_asset,
    }


_asset: dict[str, Any] = {}
"""What the API says of the files of the clip that the site serves."""


def unit_ends(clip: Path) -> list[int]:
    """Of its picture: the first second, and the rest."""
    ends: list[int] = json.loads((clip / "asset.json").read_text())["renditions"][0]["unit_ends"]
    return ends


def _problem(status: int, title: str) -> tuple[int, Any]:
    return status, {"type": "https://reelstack.dev/problems/x", "title": title, "status": status, "detail": title}


@contextmanager
def _edge(origin: TinyOrigin) -> Iterator[str]:
    """An edge on a port of its own, in a thread of its own."""
    ready = threading.Event()
    servers: list[uvicorn.Server] = []

    async def serve() -> None:
        functions = EdgeFunctions(programs.node().path, tuple(sorted(CODE.glob("*.js"))))
        await functions.hold(in_shards({KEY.key_id: KEY.secret}))
        behind = Origin(endpoint=origin.url, domain="d1.cloudfront.net", api_url="http://api/api", secret="s")
        edge = Edge(
            distribution_id="E1", domain="d1.cloudfront.net", behaviors=_behaviors(), functions=functions, origin=behind
        )
        server = uvicorn.Server(
            uvicorn.Config(application(edge), port=0, log_level="warning", timeout_graceful_shutdown=1)
        )
        servers.append(server)
        serving = asyncio.create_task(server.serve())
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        ready.set()
        await serving
        await functions.close()
        await behind.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(20)
        yield f"http://127.0.0.1:{servers[0].servers[0].sockets[0].getsockname()[1]}"
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(20)


def _behaviors() -> list[Behavior]:
    read = frozenset({"GET", "HEAD"})
    kept = Policy(0, 60, 31_536_000)
    media = [Behavior(pattern, "bucket", read, kept, FUNCTIONS[pattern]) for pattern in ("/v/*.m3u8", "/v/*")]
    api = Behavior("/v1/*", "api", read | {"POST", "PUT", "DELETE"}, Policy(0, 0, 0), None)
    ready = Behavior("/feed/*", "bucket", read, kept, None)
    secured = Added((("content-security-policy", content_security_policy(()), True),))
    framed = Added((("content-security-policy", embed_security_policy(), True),))
    embed = Behavior("/embed/*", "bucket", read, kept, FUNCTIONS["/embed/*"], framed)
    return [*media, ready, api, embed, Behavior("*", "bucket", read, kept, FUNCTIONS["*"], secured)]
