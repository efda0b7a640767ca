"""The search part of the client: what it sends, and what it makes of the answers."""

import pytest

from reelstack_client import NotFound
from tests.support.client_answers import VIDEO, Answers, client

PAGE = {"kind": "videos", "index": "videos-5", "seen": 100, "indexed": 90, "failed": 0, "done": False}


def test_words_and_tag_are_sent_as_they_are_and_a_page_tells_where_it_goes_on() -> None:
    answers = Answers({"items": [VIDEO], "cursor": "c"}, {"items": []})
    search = client(answers).search
    page = search.videos("café & cake", tag="#food", limit=5)
    assert ([video.video_id for video in page.items], page.cursor) == (["v1"], "c")
    assert search.videos(tag="food", cursor="c").items == []
    assert [path for _, path, _ in answers.asked] == [
        "/v1/search/videos?q=caf%C3%A9+%26+cake&tag=%23food&limit=5",
        "/v1/search/videos?q=&tag=food&cursor=c",
    ]


def test_people_are_found_with_their_profiles() -> None:
    answers = Answers({"items": [{"user_id": "u1", "handle": "ann", "created_at": 5, "privacy": "public"}]})
    assert client(answers).search.users("an").items[0].handle == "ann"


def test_a_stage_without_search_says_so() -> None:
    with pytest.raises(NotFound, match="no search"):
        client(
            Answers({"type": "search-disabled", "title": "There is no search", "status": 404}, status=404)
        ).search.users("a")


def test_a_rebuild_goes_on_where_the_last_page_ended() -> None:
    answers = Answers({**PAGE, "cursor": "c"}, {**PAGE, "seen": 3, "done": True})
    assert [page.seen for page in client(answers).search.reindex("videos")] == [100, 3]
    assert [body for _, _, body in answers.asked] == [
        {"kind": "videos", "index": None, "cursor": None},
        {"kind": "videos", "index": "videos-5", "cursor": "c"},
    ]


def test_creators_records_are_asked_for_by_their_strikes() -> None:
    record = {"creator_id": "ann", "strikes": 3, "rejected": 1, "reports_upheld": 2, "taken_down": 0}
    answers = Answers({"items": [{**record, "threshold_scale": 0.6875}]})
    (found,) = client(answers).search.creators(2, limit=5).items
    assert (found.creator_id, found.strikes, found.threshold_scale) == ("ann", 3, 0.6875)
    assert [path for _, path, _ in answers.asked] == ["/v1/search/creators?strikes=2&limit=5"]
