"""What is to be found by a search, and what is asked of the index."""

from typing import Any

import pytest

from reelstack.search import documents, queries
from reelstack.search.documents import MAPPINGS, SearchKind
from reelstack.tables.accounts import User
from reelstack.tables.videos import Video
from reelstack.videos.audiences import Account


def video(**more: Any) -> Video:
    told = {"state": "published", "visibility": "public", "tags": ["#Cats", "東京"], "published_at": 5} | more
    return Video("v", owner_id="ann", title="Bunny", description="Big", upload_id="u", created_at=1, **told)


def test_a_public_video_of_an_open_account_has_a_document_of_exactly_the_mapped_fields() -> None:
    document = documents.of_video(video(), Account())
    assert document == {
        "video_id": "v",
        "title": "Bunny",
        "description": "Big",
        "tags": ["cats", "東京"],
        "owner_id": "ann",
        "language": "",
        "region": "",
        "duration_ms": 0,
        "exposure": 0,
        "published_at": 5,
    }
    known = documents.of_video(video(quality=0.4, exposure=7, language="de", region="AT", duration_ms=9000), Account())
    assert known is not None
    assert (known["quality"], known["exposure"], known["language"], known["region"]) == (0.4, 7, "de", "AT")
    assert known.keys() == MAPPINGS[SearchKind.VIDEOS]["properties"].keys()


@pytest.mark.parametrize("state", ["uploading", "processing", "review", "restoring", "rejected", "failed", "deleted"])
def test_what_is_not_published_has_none(state: str) -> None:
    assert documents.of_video(video(state=state), Account()) is None


@pytest.mark.parametrize("visibility", ["unlisted", "friends", "private"])
def test_what_not_everybody_may_find_has_none(visibility: str) -> None:
    assert documents.of_video(video(visibility=visibility), Account()) is None


@pytest.mark.parametrize("owner", [Account(private=True), Account(friends_only=True), Account(gone=True)])
def test_what_belongs_to_a_closed_or_suspended_account_has_none(owner: Account) -> None:
    assert documents.of_video(video(), owner) is None


def test_a_person_is_found_by_handle_and_name_also_if_their_account_is_private() -> None:
    person = User("ann", handle="ann", display_name="Ann", created_at=1, private=True)
    document = documents.of_person(person)
    assert document == {"user_id": "ann", "handle": "ann", "display_name": "Ann", "created_at": 1}
    assert document.keys() == MAPPINGS[SearchKind.USERS]["properties"].keys()


@pytest.mark.parametrize("gone", [{"suspended_at": 2}, {"deleted_at": 2}, {"handle": None, "display_name": ""}])
def test_somebody_gone_or_without_a_name_has_no_document(gone: dict[str, Any]) -> None:
    person = User("ann", created_at=1, **({"handle": "ann", "display_name": "Ann"} | gone))
    assert documents.of_person(person) is None


def test_a_page_begins_where_it_is_asked_to_and_asks_for_no_documents() -> None:
    body = queries.videos("bunny", "#Cats", 40, 21)
    assert (body["from"], body["size"], body["_source"]) == (40, 21, False)
    assert body["query"]["bool"]["filter"] == [{"terms": {"tags": ["cats"]}}]


def test_a_word_that_begins_with_an_at_is_a_handle_and_no_name() -> None:
    asked = queries.users("@Ann", 0, 5)["query"]["bool"]["should"]
    assert [next(iter(one)) for one in asked] == ["term", "prefix"]
    assert asked[1] == {"prefix": {"handle": {"value": "ann", "boost": 5}}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(
            ("#Caf\u00e9", "cafe"),
            ("\u0141\u00f3d\u017a", "lodz"),
            ("stra\u00dfe", "STRASSE"),
            ("Cafe\u0301", "caf\u00e9"),
        ),
        *(
            ("# cats", "cats"),
            ("\uff03Cats", "cats"),
            ("\u2764\ufe0f", "\u2764"),
            ("\u2067\u05e9\u05dc\u2069", "\u05e9\u05dc"),
        ),
    ],
)
def test_tags_are_compared_without_accents_as_words_are(one: str, other: str) -> None:
    assert documents.plain_tag(one) == documents.plain_tag(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\U0001f3f4"),
        ("\u304c", "\u304b"),
        ("\u0439", "\u0438"),
        ("\u0939\u093f\u0902\u0926\u0940", "\u0939\u0926"),
    ],
)
def test_marks_that_make_another_letter_stay(one: str, other: str) -> None:
    assert documents.plain_tag(one) != documents.plain_tag(other)


def test_a_tag_is_found_in_documents_of_before_too() -> None:
    assert queries.videos("", "#Caf\u00e9", 0, 5)["query"]["bool"]["filter"] == [
        {"terms": {"tags": ["cafe", "caf\u00e9"]}}
    ]
