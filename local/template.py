"""What the emulator's CloudFormation cannot take, and what is done about it before deploying: every workaround and why.

A template passes through EDITS in turn; each looks at one resource, may change it, and reports what it did. What is in
DROPPED the emulator accepts and forgets; `local.amend` puts it through the service's own API afterwards.
What became of which resource is written to `.local/template-changes.json`, from which docs/truth.md is generated.
"""

import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.errors import StillReferenced

Template = dict[str, Any]
Resource = dict[str, Any]
Said = Iterator[tuple[str, str]]
"""What an edit did and why, once per thing done."""

LEFT_OUT: dict[str, str] = {
    "AWS::WAFv2::LoggingConfiguration": "unknown to MiniStack; nothing but 127.0.0.1 reaches a laptop's edge",
    "AWS::WAFv2::WebACLAssociation": "unknown to MiniStack; nothing but 127.0.0.1 reaches a laptop's edge",
    "AWS::CloudFront::RealtimeLogConfig": "unknown to MiniStack; the local edge writes its own log",
    "AWS::CloudWatch::CompositeAlarm": "unknown to MiniStack's CloudFormation; its parts are deployed",
    "AWS::CloudWatch::AnomalyDetector": "unknown to MiniStack",
    "AWS::ElastiCache::ServerlessCache": "unknown to MiniStack; a real Valkey process is the cache",
    "AWS::EMRServerless::Application": "unknown to MiniStack; `reelstack profiles run` starts the same steps here",
    "AWS::MediaConvert::Queue": "unknown to MiniStack; FFmpeg makes the ladder on a laptop",
    "AWS::ApplicationAutoScaling::ScalableTarget": "unknown to MiniStack; a laptop does not scale",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "unknown to MiniStack; a laptop does not scale",
    "AWS::XRay::SamplingRule": "unknown to MiniStack",
    "AWS::Budgets::Budget": "unknown to MiniStack; a laptop sends no bill",
}

DROPPED: dict[str, dict[str, str]] = {
    "AWS::S3::Bucket": {
        "LifecycleConfiguration": "put by PutBucketLifecycleConfiguration",
        "BucketEncryption": "put by PutBucketEncryption",
        "OwnershipControls": "put by PutBucketOwnershipControls",
    },
    "AWS::DynamoDB::Table": {
        "TimeToLiveSpecification": "put by UpdateTimeToLive",
        "PointInTimeRecoverySpecification": "put by UpdateContinuousBackups",
    },
}


@dataclass(frozen=True)
class Change:
    """What became of one resource of the template on the laptop."""

    type: str
    logical_id: str
    change: str
    why: str


def allow_plain_http(resource: Resource) -> Said:
    """The emulator speaks HTTP, on 127.0.0.1 only, and enforces aws:SecureTransport."""
    document = resource.get("Properties", {}).get("PolicyDocument", {})
    statements = document.get("Statement", [])
    kept = [s for s in statements if s.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport") != "false"]
    if len(kept) < len(statements):
        document["Statement"] = kept
        yield "TLS-only statement left out", "the emulator speaks HTTP, on 127.0.0.1 only"


def widen_key_value_store(resource: Resource) -> Said:
    """MiniStack authorizes KeyValueStore calls against `*`, whatever store they name."""
    if resource["Type"] != "AWS::IAM::Policy":
        return
    for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if all(action.startswith("cloudfront-keyvaluestore:") for action in actions):
            statement["Resource"] = "*"
            yield "cloudfront-keyvaluestore:* widened to *", "MiniStack authorizes these calls against * only"


def widen_task_answers(resource: Resource) -> Said:
    """MiniStack authorizes SendTaskSuccess and its like against `*`: the call names a token, not a machine."""
    if resource["Type"] != "AWS::IAM::Policy":
        return
    for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if all(action.startswith("states:SendTask") for action in actions):
            statement["Resource"] = "*"
            yield "states:SendTask* widened to *", "MiniStack authorizes these calls against * only"


def widen_experiments(resource: Resource) -> Said:
    """MiniStack authorizes calls of AppConfig's data plane against `*`: the second one names a session only."""
    if resource["Type"] != "AWS::IAM::Policy":
        return
    for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
        if "appconfig:GetLatestConfiguration" in statement["Action"]:
            statement["Resource"] = "*"
            yield "appconfig:GetLatestConfiguration widened to *", "MiniStack authorizes this call against * only"


def leave_edge_functions_to_the_edge(resource: Resource) -> Said:
    """The local edge runs them; MiniStack's CloudFront behind it would run them again, without a KeyValueStore."""
    if resource["Type"] == "AWS::CloudFront::Distribution":
        config = resource["Properties"]["DistributionConfig"]
        for behavior in (config["DefaultCacheBehavior"], *config.get("CacheBehaviors", [])):
            if behavior.pop("FunctionAssociations", None):
                where = behavior.get("PathPattern", "default behaviour")
                yield f"FunctionAssociations of {where} left out", "the local edge runs the functions"


def spell_cors_as_the_emulator_reads_it(resource: Resource) -> Said:
    """MiniStack's CloudFormation stores an HTTP API's CorsConfiguration as the template spells it (AllowOrigins), and
    its gateway reads it as the API spells it (allowOrigins): without this nobody's page could read the API."""
    properties = resource.get("Properties", {})
    if resource["Type"] == "AWS::ApiGatewayV2::Api" and (cors := properties.get("CorsConfiguration")):
        properties["CorsConfiguration"] = {name[0].lower() + name[1:]: value for name, value in cors.items()}
        yield "CorsConfiguration spelt in camelCase", "MiniStack's gateway reads that spelling only"


def announce_amendments(resource: Resource) -> Said:
    """Changes nothing: says which properties `local.amend` will put."""
    for name, how in DROPPED.get(resource["Type"], {}).items():
        if name in resource.get("Properties", {}):
            yield f"{name} applied after deployment", how


EDITS: tuple[Callable[[Resource], Said], ...] = (
    allow_plain_http,
    widen_key_value_store,
    widen_task_answers,
    widen_experiments,
    leave_edge_functions_to_the_edge,
    spell_cors_as_the_emulator_reads_it,
    announce_amendments,
)


def adapt(template: Template) -> tuple[Template, list[Change]]:
    """The template as the emulator takes it, and what was changed. Leaves its argument alone."""
    template = copy.deepcopy(template)
    resources: dict[str, Resource] = template.get("Resources", {})
    changes: list[Change] = []
    gone = {name for name, resource in resources.items() if resource["Type"] in LEFT_OUT}
    changes += [Change(resources[n]["Type"], n, "left out", LEFT_OUT[resources[n]["Type"]]) for n in sorted(gone)]
    for name, resource in resources.items():
        if name not in gone:
            for edit in EDITS:
                changes += [Change(resource["Type"], name, what, why) for what, why in edit(resource)]
            if resource.get("Properties", {}).get("PolicyDocument", {}).get("Statement") == []:
                gone.add(name)
    kept = {name: _without_dependence(resource, gone) for name, resource in resources.items() if name not in gone}
    for name, resource in kept.items():
        if missed := _names(resource) & gone:
            raise StillReferenced(f"{name} refers to {sorted(missed)}, which the emulator's template leaves out")
    outputs = {name: output for name, output in template.get("Outputs", {}).items() if not _names(output) & gone}
    adapted = {**template, "Resources": kept, **({"Outputs": outputs} if outputs else {})}
    return _name_secrets_by_arn(adapted, changes), changes


def adapt_assembly(assembly: Path) -> list[Change]:
    """Adapts every template of a synthesized app in place; being assets, their names must follow their content."""
    changes: list[Change] = []
    for path in sorted(assembly.glob("*.template.json")):
        adapted, made = adapt(json.loads(path.read_text()))
        changes += made
        after = json.dumps(adapted, indent=1).encode()
        path.write_bytes(after)
        _rename_asset(assembly, path.name.removesuffix(".template.json"), hashlib.sha256(after).hexdigest())
    return changes


def write_changes(changes: list[Change], target: Path) -> None:
    target.write_text(json.dumps([asdict(change) for change in changes], indent=1) + "\n")


def _rename_asset(assembly: Path, stack: str, digest: str) -> None:
    """Otherwise the CDK command line finds the unadapted template's name in the bucket and deploys that."""
    assets = assembly / f"{stack}.assets.json"
    listing = json.loads(assets.read_text())
    old = next(name for name, file in listing["files"].items() if file["source"]["path"] == f"{stack}.template.json")
    for document in (assets, assembly / "manifest.json"):
        document.write_text(document.read_text().replace(old, digest))


def _without_dependence(resource: Resource, gone: set[str]) -> Resource:
    wanted = resource.get("DependsOn")
    if wanted is None:
        return resource
    left = [name for name in ([wanted] if isinstance(wanted, str) else wanted) if name not in gone]
    rest = {name: value for name, value in resource.items() if name != "DependsOn"}
    return rest | ({"DependsOn": left} if left else {})


def _name_secrets_by_arn(template: Template, changes: list[Change]) -> Template:
    """MiniStack's Ref of a secret is its name, on AWS it is the ARN; the attribute Id is the ARN in both."""
    secrets = {n for n, r in template["Resources"].items() if r["Type"] == "AWS::SecretsManager::Secret"}
    why = "MiniStack's Ref of a secret is its name; on AWS it is the ARN"
    changes += [
        Change("AWS::SecretsManager::Secret", name, "Ref read as attribute Id", why) for name in sorted(secrets)
    ]

    def renamed(node: Any) -> Any:
        if isinstance(node, list):
            return [renamed(value) for value in node]
        if not isinstance(node, dict):
            return node
        if len(node) == 1 and node.get("Ref") in secrets:
            return {"Fn::GetAtt": [node["Ref"], "Id"]}
        return {name: renamed(value) for name, value in node.items()}

    adapted: Template = renamed(template)
    return adapted


def _names(node: Any) -> set[str]:
    """Logical ids that `node` refers to by Ref, Fn::GetAtt or ${…} of Fn::Sub."""
    if isinstance(node, list):
        return set().union(*map(_names, node))
    if not isinstance(node, dict):
        return set()
    found = set().union(*map(_names, node.values()))
    if isinstance(node.get("Ref"), str):
        found.add(node["Ref"])
    if attribute := node.get("Fn::GetAtt"):
        found.add(attribute[0] if isinstance(attribute, list) else attribute.split(".")[0])
    if text := node.get("Fn::Sub"):
        body = text if isinstance(text, str) else text[0]
        found |= {part.split("}")[0].split(".")[0] for part in body.split("${")[1:]}
    return found
