"""Wildcards in the policies of functions that cdk-nag finds and we mean: what follows from a line of the catalogue."""

from collections.abc import Iterator

from aws_cdk import CfnResource, Stack

from infra.functions.function import Function
from infra.functions.grants import ARCHIVE_PREFIXES
from infra.functions.search_grants import SEARCH_GRANTS
from infra.functions.wiring import Wiring
from infra.stacks.capability import CapabilityStack
from infra.storage.stores import Stores


def on_objects(function: Function, stores: Stores) -> Iterator[tuple[str, str]]:
    """Wildcards on objects of a bucket, and why."""
    line = function.line
    for target in sorted({target for target in (*line.reads, *line.writes, *line.deletes) if isinstance(target, str)}):
        bucket, prefix = target.split(":")
        arn = imported(stores.buckets[bucket].bucket_arn, stores)
        yield f"{arn}/{prefix}*", f"The catalogue gives it the objects below {target}"
    if "abort_uploads" in line.calls:
        arn = imported(stores.uploads.bucket_arn, stores)
        yield f"{arn}/originals/*", "It aborts uploads of the user who is erased"
    if "tag_originals" in line.calls:
        arn = imported(stores.uploads.bucket_arn, stores)
        yield f"{arn}/originals/*", "It marks the original of the video that it publishes"
    if "move_tiers" in line.calls:
        yield f"{imported(stores.media.bucket_arn, stores)}/v/*", "It moves every clip's objects between classes"
    for what in ("play_counts", "viewer_records", "viewer_days", "clip_records"):
        if f"read_{what}" in line.calls and stores.data:
            arn = imported(stores.data.bucket_arn, stores)
            yield f"{arn}/profiles/{what}/*", "The daily job names its files by their days"
    if stores.data:
        arn = imported(stores.data.bucket_arn, stores)
        for prefix in sorted({one for call in line.calls for one in ARCHIVE_PREFIXES.get(call, ())}):
            yield (
                f"{arn}/{prefix}*",
                "Objects are named by hour, day, shard, bucket, version or pass",
            )


def of_calls(function: Function, stack: CapabilityStack) -> Iterator[tuple[str, str]]:
    """Wildcards that follow from a line's `calls`, and why."""
    calls, wiring = function.line.calls, stack.wiring
    names = wiring.names
    if "describe_production_machine" in calls:
        executions = names.executions_arn("production", ":*")
        yield executions, "It asks for executions of one machine, named by upload"
    if "describe_decision_machine" in calls:
        yield names.executions_arn("decision", ":*"), "It asks for executions of one machine, named by video"
    if "cancel_transcode_jobs" in calls:
        yield names.arn("mediaconvert", "jobs/*"), "MediaConvert names jobs as it takes them"
    if "read_transcription" in calls:
        yield names.transcription_jobs_arn, "A job is named by its upload and attempt"
    if "change_experiments" in calls:
        application, _, profile, _ = (imported(one, wiring.stores) for one in wiring.stores.experiments)
        versions = f"application/{application}/configurationprofile/{profile}/hostedconfigurationversion/*"
        yield names.arn("appconfig", versions), "Versions are numbered as they are put"
    if "post_to_connections" in calls:
        for arn in _connections(wiring, stack):
            yield arn, "Connections are named by API Gateway as they open"
    if wiring.endpoints.search_url:
        for path in sorted({p for call in calls for _, p in SEARCH_GRANTS.get(call, ()) if "*" in p}):
            yield f"{names.search_domain_arn}/{path}", "Indexes are named by when they were made"


def _connections(wiring: Wiring, stack: CapabilityStack) -> list[str]:
    """cdk-nag writes a reference inside a stack as <logical id>."""
    assert wiring.socket
    api = wiring.socket.api.node.default_child
    assert isinstance(api, CfnResource)
    place = wiring.names.arn("execute-api", f"<{stack.get_logical_id(api)}>/live")
    return [f"{place}/{method}/@connections/*" for method in ("POST", "DELETE")]


def imported(value: str, stores: Stores) -> str:
    """The name under which another stack imports `value`; cdk-nag names resources by it."""
    owner = Stack.of(stores.uploads)
    return str(owner.resolve(owner.export_value(value))["Fn::ImportValue"])
