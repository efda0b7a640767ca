import json
from pathlib import Path

import numpy as np
import pytest

from jobs.ranker import items_writer, main, registry
from jobs.ranker.places import Bucket, Folder, Missing
from reelstack.feed import items, rank_model
from tests.feed.test_items import CLIPS
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


def refused_in_service(place: Folder) -> str:
    found = registry.service(place)
    assert found
    assert found.model is None
    return found.refused


def test_a_version_in_service_that_the_feed_refuses_is_told_with_the_reason(place: Folder) -> None:
    assert registry.service(place) is None
    version = tiny_version.written(place)
    registry.release(place, version)
    found = registry.service(place)
    assert found
    assert found.model
    assert (found.version, found.model.version, found.refused) == (version, version, "")
    manifest = json.loads(place.read(f"rank/{version}/manifest.json"))
    for change, reason in (({"features": 0}, "features 0"), ({"sha256": {}}, "is not the file")):
        place.write(f"rank/{version}/manifest.json", json.dumps(manifest | change).encode())
        assert reason in refused_in_service(place)
    place.delete(f"rank/{version}/manifest.json")
    assert "there is no rank/" in refused_in_service(place)


def test_a_release_says_that_the_version_before_was_refused(place: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = with_items(place, 0), with_items(place, 1)
    registry.release(place, first)
    place.write(f"rank/{first}/table.npy", b"damaged")
    beside = {"service": {"version": first, "refused": "damaged"}}
    place.write(f"rank/{second}/{registry.REPORT}", json.dumps({**REPORT, **beside}).encode())
    assert main.main(["promote", "--data", str(place.root), "--version", second]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["before"], answer["before_refused"]) == (first, "damaged")
    assert registry.in_service(place) == second
    assert main.main(["rollback", "--data", str(place.root)]) == 2
    assert registry.in_service(place) == second


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


REPORT = {"heads": {"finish": {"log_loss": 0.5, "calibration_error": 0, "positive": 1, "negative": 1}}, "days": {}}


def with_items(place: Folder, seed: int) -> str:
    version = tiny_version.written(place, seed)
    place.write(f"items/{version}.npz", items_writer.pack(version, {name: [] for name in CLIPS}, np.zeros((0, 4))))
    place.write(f"rank/{version}/{registry.REPORT}", json.dumps(REPORT).encode())
    return version


def pointers(place: Folder) -> list[str]:
    return [json.loads(place.read(key))["version"] for key in (rank_model.POINTER, items.POINTER)]


def test_release_or_rollback_of_a_tampered_version_moves_neither_pointer(place: Folder) -> None:
    first, second = with_items(place, 0), with_items(place, 1)
    data = ["--data", str(place.root)]
    assert main.main(["promote", *data, "--version", first]) == 0
    beside = {"service": {"version": first, "slices": {}, "log_loss": 1.0}}
    place.write(f"rank/{second}/{registry.REPORT}", json.dumps({**REPORT, **beside}).encode())
    for key in (f"rank/{second}/table.npy", f"items/{second}.npz"):
        whole = place.read(key)
        place.write(key, whole[:-1])
        assert main.main(["promote", *data, "--version", second]) == 2
        assert pointers(place) == [first, first]
        place.write(key, whole)
    registry.release(place, second)
    registry.release_items(place, second)
    for key in (f"rank/{first}/table.npy", f"items/{first}.npz"):
        whole = place.read(key)
        place.write(key, whole[:-1])
        assert main.main(["rollback", *data]) == 2
        assert pointers(place) == [second, second]
        place.write(key, whole)
    assert main.main(["rollback", *data]) == 0
    assert pointers(place) == [first, first]


@pytest.mark.parametrize("content", ["{}", "[]", "5", '{"difference": 0, "low": null, "high": 0}', "{"])
def test_what_is_no_off_policy_estimate_or_no_report_is_unusable_and_no_refusal(
    place: Folder, tmp_path: Path, content: str
) -> None:
    version = with_items(place, 0)
    estimate = tmp_path / "estimate.json"
    estimate.write_text(content)
    arguments = ["promote", "--data", str(place.root), "--version", version]
    assert main.main([*arguments, "--off-policy", str(estimate)]) == 2
    place.write(f"rank/{version}/{registry.REPORT}", b"{}")
    assert main.main(arguments) == 2
    assert registry.in_service(place) is None
