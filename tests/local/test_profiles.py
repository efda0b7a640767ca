"""The daily jobs on a laptop: what they read is fetched from the bucket, and what they write is put back."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.profiles import ranker_lines
from local import profiles, programs
from local.errors import FunctionRaised, JobFailed, ProgramMissing
from local.profiles import Bucket, run_job
from reelstack.platform import aws as seam
from reelstack.platform.config import Config


@pytest.fixture
def bucket(aws: Config, tmp_path: Path) -> Bucket:
    return Bucket(seam.client("s3"), "data", tmp_path / "mirror")


def put(bucket: Bucket, **objects: bytes) -> None:
    for key, body in objects.items():
        bucket.s3.put_object(Bucket="data", Key=key, Body=body)


def held(bucket: Bucket) -> dict[str, bytes]:
    found = bucket.s3.list_objects_v2(Bucket="data").get("Contents", [])
    return {one["Key"]: bucket.s3.get_object(Bucket="data", Key=one["Key"])["Body"].read() for one in found}


def write(bucket: Bucket, key: str, body: bytes) -> None:
    path = bucket.folder / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def test_what_the_bucket_holds_is_fetched_once_and_what_it_no_longer_holds_goes(bucket: Bucket) -> None:
    put(bucket, **{"events/day=2026-11-28/a.jsonl.gz": b"1", "profiles/x": b"2", "other/y": b"3"})
    assert (bucket.fetch(), bucket.fetch()) == (2, 0)
    put(bucket, **{"profiles/x": b"changed"})
    bucket.s3.delete_object(Bucket="data", Key="events/day=2026-11-28/a.jsonl.gz")
    assert bucket.fetch() == 1
    files = {path.name: path.read_bytes() for path in bucket.folder.rglob("*") if path.is_file()}
    assert files == {"x": b"changed"}


def test_what_the_jobs_changed_or_removed_is_changed_in_the_bucket_and_events_never_are(bucket: Bucket) -> None:
    put(bucket, **{"events/e": b"1", "profiles/old": b"2", "profiles/same": b"3", "other/y": b"4"})
    bucket.fetch()
    (bucket.folder / "profiles" / "old").unlink()
    write(bucket, "profiles/new", b"5")
    write(bucket, "events/e", b"spoilt")
    assert bucket.put_back() == 1
    assert held(bucket) == {"events/e": b"1", "profiles/new": b"5", "profiles/same": b"3", "other/y": b"4"}


def test_an_erasure_waits_until_its_note_is_put(bucket: Bucket) -> None:
    put(bucket, **{f"erasures/2026-11-{day}/erased.txt": b"gone" for day in (12, 19)})
    bucket.fetch()
    assert bucket.erasure() == "erasures/2026-11-19"
    write(bucket, "erasures/2026-11-19/parquet.json", b"{}")
    write(bucket, "erasures/2026-11-19/erased.txt", b"spoilt")
    assert (bucket.erasure(), bucket.put_back(), bucket.put_back()) == ("", 1, 0)
    assert held(bucket)["erasures/2026-11-19/erased.txt"] == b"gone"
    bucket.fetch()
    assert bucket.erasure() == ""


def test_a_pointer_is_put_after_what_it_names(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("lists/current.json", "lists/2026-11-28/de.json", "rank/zzz/model.onnx"):
        write(bucket, key, b"x")
    order: list[str] = []
    bucket.s3.meta.events.register("before-call.s3.PutObject", lambda params, **_: order.append(params["url_path"]))
    bucket.put_back()
    assert order[-1].endswith("lists/current.json")


class Lambdas:
    """Functions of which one refuses a line of its file."""

    def __init__(self, refusing: str) -> None:
        self.refusing, self.called = refusing, list[str]()

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  # as boto3 spells them
        self.called.append(FunctionName)
        if FunctionName == self.refusing:
            told = {"errorMessage": f"{json.loads(Payload)['day']}: 1 lines are no rows"}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(told).encode())}
        return {"Payload": io.BytesIO(b'{"done": true, "line": 0, "refused": 0}')}


def test_a_loader_that_refuses_a_line_does_not_keep_the_others_from_their_files() -> None:
    names = [*profiles.LOADERS, "sum_daily_plays", "stop_harmful_arms"]
    lambdas = Lambdas(names[0])
    with pytest.raises(FunctionRaised, match="2026-11-28: 1 lines"):
        profiles._load(lambdas, {name: name for name in names}, "2026-11-28")
    assert lambdas.called == names


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One whose environment `spark` is this Python, with a job that says two things."""
    for module in (profiles, programs):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    python = tmp_path / ".venv-spark" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    says = (
        "import sys; print('one', flush=True); print('two'); print('why', file=sys.stderr); sys.exit(int(sys.argv[1]))"
    )
    (tmp_path / "job.py").write_text(says)
    return tmp_path


def test_what_a_job_prints_is_handed_on_as_it_comes(bucket: Bucket, checkout: Path) -> None:
    told: list[str] = []
    assert run_job(bucket, "spark", "job", "0", told=told.append) == told == ["one", "two"]


@pytest.mark.parametrize(("status", "says"), [("2", "job ended with status 2: why"), ("3", "a gate .* failed.*: why")])
def test_a_job_that_ends_badly_is_told_by_its_last_lines(
    bucket: Bucket, checkout: Path, status: str, says: str
) -> None:
    with pytest.raises(JobFailed, match=says):
        run_job(bucket, "spark", "job", status)


def test_an_environment_that_is_not_there_is_told_with_the_command_that_makes_it(checkout: Path) -> None:
    with pytest.raises(ProgramMissing, match=r"python3 local/bootstrap\.py ranker"):
        programs.python_of("ranker")


def test_the_ranker_is_told_released_refused_or_without_rows() -> None:
    assert ranker_lines(None) == []
    assert ranker_lines({"version": "v", "released": True, "refused": []}) == ["ranker: v is in service"]
    refused = ranker_lines({"version": "v", "released": False, "refused": ["the AUC is 0.5"]})
    assert refused == ["ranker: v was trained and is not released; the version in service stays", "  the AUC is 0.5"]
    few = ranker_lines({"version": None, "released": False, "refused": ["too few"]})
    assert few == ["ranker: nothing was trained; the version in service stays", "  too few"]
