"""`reelstack feed` and `reelstack feed explain`: what a person reads."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner

from cli import feed_explanation
from cli.main import app
from reelstack_client import FeedExplanation

VIDEO = {"video_id": "vid", "owner_id": "ann", "title": "Up", "state": "published", "created_at": 1, "tags": []}
ITEM = VIDEO | {"source": "interests", "reasons": [{"code": "tag", "says": "you watch #cats", "about": "cats"}]}
PAGE = {"items": [ITEM], "cursor": "s", "session": "s", "level": 1, "label": None, "answer_id": "a"}
EXPLAINED: dict[str, Any] = {
    "level": 0,
    "policy": "ranked-1",
    "model": "2026-11-29-0a",
    "proposed": {"hot": 60, "fresh": 2, "search": 0},
    "late": ["search"],
    "stages": [
        {"stage": "sources", "came": 62, "added": 0, "dropped": {"duplicate": 1}, "left": 61},
        {"stage": "filters", "came": 61, "added": 0, "dropped": {"own": 3, "hidden-tag": 40}, "left": 18},
        {"stage": "explore", "came": 18, "added": 1, "dropped": {}, "left": 19},
    ],
    "stage_ms": {"all": 12.34},
    "items": [
        {"video_id": "v1", "owner_id": "o", "source": "hot", "value": 1.25, "heads": {"finish": 0.5, "hide": 0.001}},
        {"video_id": "v22", "owner_id": "o", "source": "fresh", "about": "cats", "heads": {}, "explores": True},
    ],
}


class Stage(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []
    answers: ClassVar[dict[str, Any]] = {
        "/v1/feed/latest": {"items": [VIDEO], "cursor": None},
        "/v1/feed/explanations/bob": EXPLAINED,
        "/v1/feed": PAGE,
    }

    def do_GET(self) -> None:
        self.asked.append(self.path)
        answer = self.answers.get(self.path.partition("?")[0])
        body = json.dumps(answer).encode()
        self.send_response(200 if answer else 503)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Not into the output of the tests."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    Stage.asked.clear()
    with HTTPServer(("127.0.0.1", 0), Stage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("REELSTACK_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("REELSTACK_TOKEN", "a.b.c")
        yield Stage.asked
        server.shutdown()


def run(*arguments: str) -> str:
    shown = CliRunner().invoke(app, ["feed", *arguments], catch_exceptions=False)
    assert shown.exit_code == 0, shown.output
    return str(shown.stdout)


def test_my_page_says_why_each_clip_is_there_and_at_which_level(asked: list[str]) -> None:
    level, video, why = run("--limit", "5").splitlines()
    assert level == "level 1: without live signals"
    assert video.startswith("vid")
    assert why.strip() == "interests: you watch #cats"
    assert asked == ["/v1/feed?limit=5&explain=1"]
    assert json.loads(run("--json", "--session", "s"))["items"][0]["source"] == "interests"
    assert asked[1] == "/v1/feed?limit=10&session=s&explain=1"


def test_a_page_of_the_cdn_is_told_from_one_of_the_service(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    ready = {"items": [ITEM], "made_at": 1, "level": 3, "label": "Hot Recommendations"}
    monkeypatch.setattr(Stage, "answers", {"/feed/hot-world.json": ready})
    assert "for everybody" in run().splitlines()[0]
    assert asked == ["/v1/feed?limit=10&explain=1", "/feed/hot-world.json"]


def test_the_newest_clips_are_still_there(asked: list[str]) -> None:
    assert run("--latest").startswith("vid")
    assert asked == ["/v1/feed/latest?limit=10"]


def test_an_explanation_is_a_table_or_what_the_service_says(asked: list[str]) -> None:
    text = run("explain", "bob")
    assert text.startswith("level 0, policy ranked-1, ranker 2026-11-29-0a")
    assert json.loads(run("explain", "bob", "--limit", "3", "--json"))["stages"] == EXPLAINED["stages"]
    assert asked == ["/v1/feed/explanations/bob?limit=10", "/v1/feed/explanations/bob?limit=3"]


def test_a_table_has_every_count_reason_and_prediction() -> None:
    lines = feed_explanation.lines(FeedExplanation.model_validate(EXPLAINED))
    assert "proposed by  hot 60, fresh 2, search 0" in lines
    assert "late         search" in lines
    rows = [line.split(maxsplit=4) for line in lines]
    assert ["filters", "61", "18", "hidden-tag", "40, own 3"] in rows
    assert ["explore", "18", "1", "19"] in rows
    titles = next(line for line in lines if "because of" in line)
    assert titles.split()[-3:] == ["value", "finish", "hide"]
    assert [line.split() for line in lines if line.startswith((" 1.", " 2."))] == [
        ["1.", "v1", "hot", "1.250", "0.500", "0.001"],
        ["2.", "v22", "fresh", "(cats),", "explores", "–", "0.000", "0.000"],
    ]


def test_where_nothing_is_planned_it_says_so() -> None:
    nothing: dict[str, Any] = {"proposed": {}, "stages": [], "late": [], "stage_ms": {}, "items": []}
    told = FeedExplanation.model_validate({"level": 3, "policy": "ready-1", **nothing})
    assert feed_explanation.lines(told) == [
        "level 3, policy ready-1",
        "nothing is planned at this level: the answer is a ready-made page",
    ]
