"""The template for the emulator: what is cut, what is changed, and that it is all said."""

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from ministack.services.cloudformation import provisioners

from local import amend, template
from local.errors import StillReferenced

TLS_ONLY = {"Effect": "Deny", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
READ = {"Effect": "Allow", "Action": "s3:GetObject"}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def adapted(**resources: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Resources after adapting, and what was said of which."""
    made, changes = template.adapt({"Resources": resources})
    return made["Resources"], [(change.logical_id, change.change) for change in changes]


def test_what_the_emulator_does_not_know_is_left_out_and_said() -> None:
    made, said = adapted(
        Log=resource("AWS::WAFv2::LoggingConfiguration"), Queue=resource("AWS::SQS::Queue") | {"DependsOn": ["Log"]}
    )
    assert made == {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {}}}
    assert said == [("Log", "left out")]


def test_an_output_about_what_is_left_out_goes_with_it() -> None:
    made, _ = template.adapt(
        {
            "Resources": {"B": resource("AWS::Budgets::Budget"), "Q": resource("AWS::SQS::Queue")},
            "Outputs": {"Gone": {"Value": {"Ref": "B"}}, "Stays": {"Value": {"Fn::GetAtt": ["Q", "Arn"]}}},
        }
    )
    assert list(made["Outputs"]) == ["Stays"]


@pytest.mark.parametrize("use", [{"Ref": "B"}, {"Fn::GetAtt": ["B", "Arn"]}, {"Fn::Sub": "x${B.Arn}"}])
def test_leaving_out_what_another_resource_needs_is_an_error(use: dict[str, Any]) -> None:
    with pytest.raises(StillReferenced, match=r"Q refers to \['B'\]"):
        adapted(B=resource("AWS::Budgets::Budget"), Q=resource("AWS::SQS::Queue", QueueName=use))


def test_only_the_tls_statement_of_a_policy_is_cut() -> None:
    made, said = adapted(P=resource("AWS::S3::BucketPolicy", PolicyDocument={"Statement": [TLS_ONLY, READ]}))
    assert made["P"]["Properties"]["PolicyDocument"]["Statement"] == [READ]
    assert said == [("P", "TLS-only statement left out")]


def test_a_policy_left_without_statements_is_left_out() -> None:
    made, _ = adapted(P=resource("AWS::SQS::QueuePolicy", PolicyDocument={"Statement": [TLS_ONLY]}))
    assert made == {}


def test_key_value_store_grants_are_widened_and_others_are_not() -> None:
    store = {"Action": ["cloudfront-keyvaluestore:GetKey"], "Resource": "arn:store"}
    table = {"Action": "dynamodb:GetItem", "Resource": "arn:table"}
    made, _ = adapted(P=resource("AWS::IAM::Policy", PolicyDocument={"Statement": [store, table]}))
    assert [s["Resource"] for s in made["P"]["Properties"]["PolicyDocument"]["Statement"]] == ["*", "arn:table"]


def test_grants_of_experiments_are_widened() -> None:
    reading = {"Action": ["appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"], "Resource": "arn"}
    made, said = adapted(P=resource("AWS::IAM::Policy", PolicyDocument={"Statement": [reading]}))
    assert made["P"]["Properties"]["PolicyDocument"]["Statement"][0]["Resource"] == "*"
    assert len(said) == 1


def test_edge_functions_are_taken_off_every_behaviour() -> None:
    functions = {"FunctionAssociations": [{"EventType": "viewer-request"}]}
    config = {"DefaultCacheBehavior": {**functions}, "CacheBehaviors": [{"PathPattern": "/v/*", **functions}]}
    made, said = adapted(D=resource("AWS::CloudFront::Distribution", DistributionConfig=config))
    assert "FunctionAssociations" not in json.dumps(made)
    assert len(said) == 2


def test_a_secret_is_named_by_its_arn() -> None:
    function = resource("AWS::Lambda::Function", Role=[{"Ref": "S"}, {"Ref": "X"}])
    made, _ = adapted(S=resource("AWS::SecretsManager::Secret"), F=function)
    assert made["F"]["Properties"]["Role"] == [{"Fn::GetAtt": ["S", "Id"]}, {"Ref": "X"}]


def test_adapting_leaves_its_argument_alone() -> None:
    given = {"Resources": {"P": resource("AWS::S3::BucketPolicy", PolicyDocument={"Statement": [TLS_ONLY, READ]})}}
    before = copy.deepcopy(given)
    template.adapt(given)
    assert given == before


def test_an_adapted_template_gets_the_asset_name_of_its_new_content(tmp_path: Path) -> None:
    (tmp_path / "A.template.json").write_text(json.dumps({"Resources": {"B": resource("AWS::Budgets::Budget")}}))
    (tmp_path / "A.assets.json").write_text(json.dumps({"files": {"old": {"source": {"path": "A.template.json"}}}}))
    (tmp_path / "manifest.json").write_text('{"stackTemplateAssetObjectUrl": "s3://assets/old.json"}')
    template.adapt_assembly(tmp_path)
    digest = hashlib.sha256((tmp_path / "A.template.json").read_bytes()).hexdigest()
    assert list(json.loads((tmp_path / "A.assets.json").read_text())["files"]) == [digest]
    assert digest in (tmp_path / "manifest.json").read_text()


def test_every_type_left_out_is_one_the_emulator_does_not_know() -> None:
    """A newer MiniStack that learned one of them makes its workaround superfluous: then it goes."""
    assert set(template.LEFT_OUT) & set(provisioners._RESOURCE_HANDLERS) == set()


def test_every_dropped_property_has_its_amendment() -> None:
    assert {kind: set(properties) for kind, properties in template.DROPPED.items()} == {
        kind: set(properties) for kind, properties in amend.APPLY.items()
    }
