import json
from pathlib import Path

import pytest

from jobs.ranker import main, registry
from jobs.ranker.places import Bucket, Folder, Missing
from reelstack.feed import rank_model
from tests.ranker import tiny_version


@pytest.fixture
def place(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_same_content_has_the_same_version_and_another_one_has_not(place: Folder) -> None:
    assert tiny_version.written(place) == tiny_version.written(place)
    assert tiny_version.written(place) != tiny_version.written(place, seed=1)
    assert tiny_version.written(place) != tiny_version.written(place, parity=1e-7)


def test_rollback_goes_back_release_by_release(place: Folder) -> None:
    first, second, third = (tiny_version.written(place, seed) for seed in range(3))
    for version in (first, second, second, third):
        registry.release(place, version)
    assert registry.in_service(place) == third
    assert [registry.rollback(place), registry.rollback(place)] == [second, first]
    assert rank_model.current_version(place.read) == first
    with pytest.raises(registry.NothingBefore):
        registry.rollback(place)
    assert registry.in_service(place) == first


def test_version_that_the_feed_would_refuse_is_not_released(place: Folder) -> None:
    first, second = (tiny_version.written(place, seed) for seed in range(2))
    registry.release(place, first)
    place.write(f"rank/{second}/table.npy", b"damaged")
    with pytest.raises(rank_model.RankModelRefused):
        registry.release(place, second)
    assert registry.in_service(place) == first


def test_rewarding_harm_is_refused_before_anything_is_written(place: Folder) -> None:
    with pytest.raises(rank_model.RankModelRefused):
        tiny_version.written(place, weights={**dict.fromkeys(rank_model.HEADS, 1.0)})
    assert place.keys("rank/") == []


def test_rollback_is_one_command(place: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (tiny_version.written(place, seed) for seed in range(2))
    registry.release(place, first)
    registry.release(place, second)
    assert main.main(["rollback", "--data", str(place.root)]) == 0
    assert json.loads(capsys.readouterr().out) == {"version": first}
    assert main.main(["rollback", "--data", str(place.root)]) == 1
    assert "refused" in json.loads(capsys.readouterr().out)


def test_bucket_is_read_and_written_like_a_folder(place: Folder) -> None:
    from moto import mock_aws

    with mock_aws():
        import boto3

        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="data")
        bucket = Bucket("data", client)
        for one in (bucket, place):
            with pytest.raises(Missing):
                one.read("rank/a/b")
            version = tiny_version.written(one)
            registry.release(one, version)
            assert rank_model.current_version(one.read) == version
            assert rank_model.load(one.read, version).version == version
        assert bucket.keys("rank/") == place.keys("rank/")
