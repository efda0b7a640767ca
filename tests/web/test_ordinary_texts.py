"""What people ordinarily write in forty languages, code and addresses among it, passes our own rules as it is."""

import json
import unicodedata
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import BaseModel

from functions.accounts.api.routes.me import ProfileChanges
from functions.interactions.api.routes.comments import NewComment
from reelstack.classification.text_moderation import listed_words
from reelstack.uploads.new_upload import NewUpload

CORPUS = Path(__file__).parents[1] / "corpus" / "ordinary_texts.jsonl"
"""One text a line: its language, what it is, and the text. They were written for this test."""
FIELDS: dict[str, tuple[type[BaseModel], str]] = {
    "title": (NewUpload, "title"),
    "comment": (NewComment, "text"),
    "bio": (ProfileChanges, "bio"),
}
OTHER_FIELDS = {"title": {"size_bytes": 1, "content_type": "video/mp4"}}


class Ordinary(NamedTuple):
    language: str
    kind: str
    text: str


TEXTS = [Ordinary(**json.loads(line)) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


def passed(kind: str, text: str) -> str:
    """What a service makes of a request with that text. Raises ValidationError if it refuses it."""
    model, field = FIELDS[kind]
    body = json.dumps(OTHER_FIELDS.get(kind, {}) | {field: text})
    written: str = getattr(model.model_validate_json(body), field)
    return written


def test_the_corpus_is_large_and_mixed() -> None:
    assert len(TEXTS) >= 200
    assert len({one.language for one in TEXTS}) >= 25
    assert {one.kind for one in TEXTS} == set(FIELDS)
    for sign in ("<script>", "../", "'; DROP", "://10.", "<3", "${jndi:", "\u200d", "\u200c", "e\u0301", "\n"):
        assert any(sign in one.text for one in TEXTS), sign
    assert {"R", "AL"} <= {unicodedata.bidirectional(one.text[0]) for one in TEXTS}


@pytest.mark.parametrize("kind", FIELDS)
def test_ordinary_text_is_taken_and_stays_as_it_was_written(kind: str) -> None:
    """A bio is stored composed (NFC), which looks the same."""
    written = {one.text: passed(kind, one.text) for one in TEXTS if one.kind == kind}
    assert {text: new for text, new in written.items() if new not in (text, unicodedata.normalize("NFC", text))} == {}


def test_no_ordinary_text_holds_a_listed_word() -> None:
    assert {one.text: words for one in TEXTS if (words := listed_words(one.text))} == {}


def test_what_only_hides_is_removed_from_a_bio() -> None:
    assert passed("bio", "ab\u202ecd\u2066e\u0000f") == "abcdef"
    assert passed("bio", "a\U000e0061\U000e0062c") == "ac"
    assert passed("bio", "one\ttwo") == "one two"
