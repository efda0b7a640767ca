"""Candidates for a feed: the same ids in the same order on osmem and on OpenSearch."""

from typing import Any

import pytest

from reelstack.search import indexes, indexing, queries, reindex, search
from reelstack.search.documents import MAPPINGS, SETTINGS, SearchKind
from reelstack.search.queries import Wish
from reelstack.tables.accounts import User
from reelstack.tables.videos import Video
from reelstack.videos import clip_features
from reelstack.videos.clip_features import ClipFeatures
from tests.search.test_index_search import rebuilt
from tests.search_engine import content, refresh

DAY = 24 * 3600 * 1000
NOW = 100 * DAY
NEW_FIELDS = ("owner_id", "language", "region", "duration_ms", "quality", "exposure")


def publish(video_id: str, days_old: float = 0, **more: Any) -> None:
    told = {"tags": ["cats"], "language": "de", "region": "AT", "state": "published"} | more
    Video(
        video_id, owner_id="ann", title=video_id, upload_id="u", created_at=1, published_at=NOW - days_old * DAY, **told
    ).save()


@pytest.fixture
def clips(engine: str) -> None:
    publish("fresh")
    publish("half", 3)
    publish("old", 9)
    publish("good", 3, quality=0.9)
    publish("both", 3, tags=["cats", "#Dogs"])
    publish("dogs", tags=["dogs"])
    publish("swiss", region="CH")
    publish("french", language="fr")
    publish("unknown", 2, language=None, region=None)
    publish("birds", tags=["birds"])
    publish("private", visibility="private")
    found = {video.video_id for video in Video.scan()}
    assert indexing.index_videos(found) == set()
    refresh(engine)


def ids(**more: Any) -> list[str]:
    return search.candidates(Wish(**({"tags": {"Cats": 2.0, "dogs": 1.0}, "now_ms": NOW, "size": 20} | more)))


@pytest.mark.usefixtures("clips")
def test_candidates_come_by_tags_times_quality_and_age_and_the_same_everywhere() -> None:
    order = ["good", "french", "fresh", "swiss", "both", "unknown", "dogs", "half", "old"]
    assert ids() == order
    assert ids(size=3) == order[:3]


@pytest.mark.usefixtures("clips")
def test_clips_from_near_the_viewer_come_earlier_and_others_stay() -> None:
    found = ids(near="CH")
    assert set(found) == set(ids())
    assert found.index("swiss") < found.index("french"), "the newest of equals is first otherwise"
    assert [one for one in found if one != "swiss"] == [one for one in ids() if one != "swiss"]
    assert ids(near="BR") == ids()


FILTERED: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({"languages": ("fr",)}, ["french"]),
    ({"languages": ("fr", "")}, ["french", "unknown"]),
    ({"regions": ("CH", "")}, ["swiss", "unknown"]),
    ({"tags": {"dogs": 1.0}}, ["dogs", "both"]),
    ({"tags": {"dogs": 1.0, "cats": -1.0}}, ["dogs", "both"]),
    ({"published_after_ms": NOW - DAY, "exclude": ("fresh", "swiss")}, ["french", "dogs"]),
    ({"tags": {"nothing": 1.0}}, []),
    ({"tags": {}}, []),
)


@pytest.mark.usefixtures("clips")
def test_candidates_fit_every_filter() -> None:
    for wish, found in FILTERED:
        assert ids(**wish) == found, wish


def test_the_engine_is_given_150_milliseconds_and_no_more_than_the_strongest_interests() -> None:
    body = queries.candidates(Wish({f"t{one:02}": one + 1.0 for one in range(50)}, NOW, 5))
    assert body["timeout"] == "150ms"
    liked = body["query"]["function_score"]["query"]["function_score"]
    assert liked["query"]["bool"]["filter"][0]["terms"]["tags"] == [f"t{one}" for one in range(30, 50)]


def test_spellings_of_one_tag_weigh_together_and_what_is_no_weight_is_left_out() -> None:
    odd = {"nan": float("nan"), "inf": float("inf"), "none": 0.0, "hated": -1.0, '"}]': 0.5}
    body = queries.candidates(Wish({"Café": 3.0, "cafe": 1.0, **odd}, NOW, 5))
    liked = body["query"]["function_score"]["query"]["function_score"]
    assert [(one["filter"]["term"]["tags"], one["weight"]) for one in liked["functions"]] == [
        (queries.plain_tag("cafe"), 4.0),
        (queries.plain_tag('"}]'), 0.5),
    ]


def test_quality_and_exposure_outlive_a_change_of_the_video_and_a_reindex(engine: str) -> None:
    publish("v1")
    User("ann", created_at=1).save()
    clip_features.keep([ClipFeatures("v1", 0.75, 40, NOW)])
    Video("v1").update([Video.title.set("New")])
    indexing.index_videos(["v1"])
    clip_features.keep([ClipFeatures("v1", 0.25, 10, NOW - DAY)])
    for _ in range(2):
        found = content(engine, SearchKind.VIDEOS)["v1"]
        assert (found["title"], found["quality"], found["exposure"]) == ("New", 0.75, 40)
        rebuilt(SearchKind.VIDEOS)


def test_an_index_of_an_earlier_version_serves_and_takes_new_documents_until_it_is_reindexed(
    engine: str,
) -> None:
    before = {name: how for name, how in MAPPINGS[SearchKind.VIDEOS]["properties"].items() if name not in NEW_FIELDS}
    name, body = "videos-7", {"settings": SETTINGS, "mappings": {"dynamic": "strict", "properties": before}}
    old = {"video_id": "v0", "title": "Old", "description": "", "tags": ["cats"], "published_at": 1}
    client = indexes.connected(engine)
    client.indices.create(index=name, body=body | {"aliases": {"videos": {}, "videos-fed": {}}})
    client.index(index=name, id="v0", body=old)
    publish("v0")
    publish("v1")
    assert indexing.index_videos(["v1"]) == set()
    assert set(content(engine, SearchKind.VIDEOS)) == {"v0", "v1"}
    assert ids() == ["v1", "v0"]
    assert ids(languages=("de",)) == ["v1"]
    reindex.begin(SearchKind.VIDEOS)
    rebuilt(SearchKind.VIDEOS)
    assert sorted(ids(languages=("de",))) == ["v0", "v1"]
