"""The Flink application of profile full: properties that AWS's model takes, a role that may little, a zip that fits."""

import json
import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from infra.engines import interests, interests_zip
from infra.job_settings import INTERESTS_GENERATION
from infra.settings import Settings
from jobs.interests import options
from tests.aws_shapes import problems
from tests.infra.templates import Assembly, listed

PROD: dict[str, Any] = {"stage": "prod", "account": "111111111111", "alarm_email": "alarms@example.com"}
PLACE = "Interests/Interests"


def _application(prod: Assembly) -> dict[str, Any]:
    return prod.at(f"{PLACE}/Application").properties


def _groups(prod: Assembly) -> dict[str, dict[str, str]]:
    given = _application(prod)["ApplicationConfiguration"]["EnvironmentProperties"]["PropertyGroups"]
    return {
        group["PropertyGroupId"]: {name: prod.flat("Interests", value) for name, value in group["PropertyMap"].items()}
        for group in given
    }


def _written_out(value: Any) -> Any:
    """References as a text that the model's patterns take."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in ("Ref", "Fn::GetAtt", "Fn::ImportValue", "Fn::Join", "Fn::Sub"):
            return "arn:aws:iam::111111111111:role/x"
        return {name: _written_out(inner) for name, inner in value.items()}
    return [_written_out(inner) for inner in value] if isinstance(value, list) else value


def _request(prod: Assembly) -> dict[str, Any]:
    """What CloudFormation makes of the properties."""
    made = _written_out(_application(prod))
    made["ApplicationConfiguration"]["VpcConfigurations"] = [{"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}]
    return {name: value for name, value in made.items() if name != "Tags"}


def test_its_properties_are_those_that_the_services_model_takes(prod: Assembly) -> None:
    assert problems("kinesisanalyticsv2", "CreateApplication", _request(prod)) == []


def test_a_runtime_that_does_not_exist_is_found(prod: Assembly) -> None:
    assert problems("kinesisanalyticsv2", "CreateApplication", _request(prod) | {"RuntimeEnvironment": "FLINK-9"})


def test_another_generation_of_its_state_is_another_application(prod: Assembly) -> None:
    """CloudFormation replaces an application whose name changes; one that stays restores its newest snapshot."""
    name = _application(prod)["ApplicationName"]
    assert name == f"reelstack-prod-interests-{INTERESTS_GENERATION}"
    watched = {
        dimension["Value"]
        for alarm in prod.of("AWS::CloudWatch::Alarm")
        for query in [alarm.properties, *(each.get("MetricStat", {}).get("Metric", {}) for each in _queries(alarm))]
        for dimension in query.get("Dimensions", ())
        if dimension["Name"] == "Application"
    }
    assert watched == {name}


def _queries(alarm: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = alarm.properties.get("Metrics", [])
    return found


def test_an_application_without_state_reads_all_that_the_stream_holds(prod: Assembly) -> None:
    assert _groups(prod)[interests.OPTIONS]["position"] == "TRIM_HORIZON"


def test_a_core_stage_has_none(assemblies: dict[str, Assembly]) -> None:
    assert assemblies["prod-core"].of("AWS::KinesisAnalyticsV2::Application", "AWS::Kinesis::StreamConsumer") == []


def test_the_job_understands_every_option_it_is_given(prod: Assembly) -> None:
    text = json.dumps([{"PropertyGroupId": k, "PropertyMap": v} for k, v in _groups(prod).items()])
    read = options.of_properties(text)
    assert (read.source, read.reader, read.checkpoint_ms, read.managed) == ("kinesis", "EFO", 10_000, True)
    assert read.stream_arn == prod.arn("kinesis", f"stream/{prod.named('events')}")
    assert read.consumer == prod.at(f"{PLACE}/Consumer").properties["ConsumerName"]
    assert read.cache.startswith("valkeys://")


def test_its_state_is_saved_every_ten_seconds_and_before_each_update(prod: Assembly) -> None:
    given = _application(prod)["ApplicationConfiguration"]
    assert given["ApplicationSnapshotConfiguration"] == {"SnapshotsEnabled": True}
    assert given["FlinkApplicationConfiguration"]["CheckpointConfiguration"]["CheckpointInterval"] == 10_000


def test_it_stands_where_the_cache_does_and_reaches_it(prod: Assembly) -> None:
    (vpc,) = _application(prod)["ApplicationConfiguration"]["VpcConfigurations"]
    cache = prod.at("Engines/Valkey").properties["SubnetIds"]
    assert [prod.flat("Interests", s) for s in vpc["SubnetIds"]] == [prod.flat("Engines", s) for s in cache]
    assert [prod.flat("Interests", s) for s in vpc["SecurityGroupIds"]] == ["Network/Jobs.GroupId"]


def test_it_grows_by_its_load_only_if_it_may_have_more_than_it_begins_with(prod: Assembly) -> None:
    given = _application(prod)["ApplicationConfiguration"]["FlinkApplicationConfiguration"]["ParallelismConfiguration"]
    assert given["AutoScalingEnabled"] is (prod.settings.interests_most_kpu > prod.settings.interests_kpu)
    assert given["Parallelism"] == prod.settings.interests_kpu
    with pytest.raises(ValidationError, match="interests_most_kpu"):
        Settings(**PROD, interests_kpu=4, interests_most_kpu=2)


def test_its_role_reads_one_stream_by_one_consumer_and_writes_one_log(prod: Assembly) -> None:
    (policy,) = [p for p in prod.of("AWS::IAM::Policy") if p.path == f"{PLACE}/Role/DefaultPolicy"]
    statements = policy.properties["PolicyDocument"]["Statement"]
    granted = {
        (action, prod.flat("Interests", resource))
        for statement in statements
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    of_kinesis = {grant for grant in granted if grant[0].startswith("kinesis:")}
    assert of_kinesis == {
        ("kinesis:DescribeStreamSummary", prod.arn("kinesis", f"stream/{prod.named('events')}")),
        ("kinesis:ListShards", prod.arn("kinesis", f"stream/{prod.named('events')}")),
        ("kinesis:DescribeStreamConsumer", f"{PLACE}/Consumer.ConsumerARN"),
        ("kinesis:SubscribeToShard", f"{PLACE}/Consumer.ConsumerARN"),
    }
    anywhere = {action for action, resource in granted if resource == "*"}
    assert all(fnmatch(action, "ec2:*") or action == "logs:DescribeLogGroups" for action in anywhere)
    assert not {action for action, _ in granted if action.startswith(("dynamodb:", "s3:Put", "s3:List", "iam:"))}


def test_only_managed_flink_of_this_account_may_take_the_role(prod: Assembly) -> None:
    (trusted,) = prod.at(f"{PLACE}/Role").properties["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "kinesisanalytics.amazonaws.com"}
    assert "aws:SourceAccount" in trusted["Condition"]["StringEquals"]


# --- the zip ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def jar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("jar") / "any.jar"
    path.write_bytes(b"PK")
    return path


@pytest.fixture(scope="module")
def code(jar: Path) -> Path:
    path = jar.with_name("job.zip")
    interests_zip.write(path, jar)
    return path


def test_the_zip_holds_what_the_applications_run_options_name(prod: Assembly, code: Path) -> None:
    named, held = _groups(prod)[interests.RUN_OPTIONS], zipfile.ZipFile(code).namelist()
    assert named["python"] in held
    assert named["jarfile"] in held
    assert [name for name in held if name.startswith(named["pyFiles"])]
    assert set(named) == {"python", "jarfile", "pyFiles"}
    assert code.stat().st_size < interests_zip.LIMIT_BYTES


def test_the_job_and_its_sql_and_nothing_of_aws_is_in_the_zip(code: Path) -> None:
    held = set(zipfile.ZipFile(code).namelist())
    job = interests_zip.JOB
    expected = {f"python/jobs/interests/{p.relative_to(job)}" for s in ("*.py", "sql/*.sql") for p in job.glob(s)}
    assert expected <= held
    assert not [name for name in held if "boto" in name or "tables" in name or name.endswith((".pyc", ".java", ".xml"))]


def test_what_is_in_the_zip_is_enough_to_write_the_jobs_sql(code: Path, tmp_path: Path) -> None:
    """By an interpreter that sees nothing else of ours; Flink itself is not needed for it."""
    zipfile.ZipFile(code).extractall(tmp_path)
    asked = (
        "import sys; sys.path[:0] = ['python']; import valkey; from jobs.interests import options, statements;"
        "from jobs.interests import writer;"
        "o = options.Options(source='kinesis', reader='EFO'); print(statements.source(o), *statements.views(1))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", asked], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "'source.efo.lifecycle' = 'SELF_MANAGED'" in done.stdout


def test_two_builds_of_the_same_sources_are_the_same_bytes(code: Path, jar: Path, tmp_path: Path) -> None:
    interests_zip.write(tmp_path / "again.zip", jar)
    assert (tmp_path / "again.zip").read_bytes() == code.read_bytes()


def test_without_the_connector_a_deployment_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(interests_zip, "BUILT", tmp_path / "connectors.jar")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(interests_zip.ConnectorMissing, match="install Maven"):
        interests_zip.require_connector()
