"""The state machines: production's, that of moderators' decisions, those of exports and erasures, the daily one,
and the nightly one that moves objects between storage classes.

Their steps are named, not imported: the functions of a machine may stand in several stacks.
"""

from collections.abc import Iterable, Mapping

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.engines.spark import Spark
from infra.monitoring.logs import RETENTION
from infra.names import Names, camel
from infra.settings import Settings
from infra.workflows import definitions

PRODUCTION, DECISION, PROFILES, TIERING = "production", "decision", "profiles", "tiering"


def production_machine(scope: Construct, settings: Settings, names: Names) -> sfn.StateMachine:
    text, wanted = definitions.read(PRODUCTION)
    numbers = {"segment_workers": settings.segment_workers}
    definition, functions = definitions.with_numbers(text, numbers), wanted - numbers.keys()
    machine = _machine(scope, names, PRODUCTION, definition, functions, _log_all(scope, settings, names, PRODUCTION))
    _let_map_run(machine, names, PRODUCTION)
    return machine


def tiering_machine(scope: Construct, settings: Settings, names: Names, media: s3.IBucket) -> sfn.StateMachine:
    """A night's moves between storage classes: parts of a plan, which are files in the bucket `media`."""
    text, wanted = definitions.read(TIERING)
    others = {"media_bucket": media.bucket_name}
    log_options = _log_all(scope, settings, names, TIERING)
    machine = _machine(scope, names, TIERING, text, wanted - others.keys(), log_options, others)
    _let_map_run(machine, names, TIERING)
    plans = media.arn_for_objects("tiering/plans/*")
    machine.add_to_role_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=[plans]))
    return machine


def _let_map_run(machine: sfn.StateMachine, names: Names, name: str) -> None:
    """A Distributed Map runs its items as child executions of the same machine."""
    for actions, resource in (
        (["states:StartExecution"], names.machine_arn(name)),
        (["states:DescribeExecution", "states:StopExecution"], names.executions_arn(name, ":*")),
        (["states:RedriveExecution"], names.executions_arn(name, "/*")),
    ):
        machine.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=[resource]))


def decision_machine(scope: Construct, settings: Settings, names: Names) -> sfn.StateMachine:
    """Publishes or rejects what a moderator decided on."""
    text, wanted = definitions.read(DECISION)
    return _machine(scope, names, DECISION, text, wanted, _log_all(scope, settings, names, DECISION))


def privacy_machine(scope: Construct, settings: Settings, names: Names, name: str) -> sfn.StateMachine:
    """Exports and erasures: steps one after another, each a function."""
    text, wanted = definitions.read(name)
    log_group = _log_group(scope, settings, names, name)
    # What passes between these steps names people: errors only, and without it.
    options = sfn.LogOptions(destination=log_group, level=sfn.LogLevel.ERROR, include_execution_data=False)
    return _machine(scope, names, name, text, wanted, options)


def profiles_machine(scope: Construct, settings: Settings, names: Names, spark: Spark) -> sfn.StateMachine:
    """A day of events: steps one after another, most of them runs of Spark."""
    text, wanted = definitions.read(PROFILES)
    functions = wanted - spark.substitutions.keys()
    log_options = _log_all(scope, settings, names, PROFILES)
    machine = _machine(scope, names, PROFILES, text, functions, log_options, spark.substitutions)
    spark.allow_runs(machine)
    machine.add_to_role_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=[spark.quality_reports]))
    return machine


def _machine(  # one place makes every machine
    scope: Construct,
    names: Names,
    name: str,
    text: str,
    placeholders: Iterable[str],
    log_options: sfn.LogOptions,
    others: Mapping[str, str] | None = None,
) -> sfn.StateMachine:
    """May invoke the functions that its definition's placeholders name, and no others. `others` are its placeholders
    that name no function."""
    functions = {key: names.function_arn(key.removesuffix("_arn")) for key in sorted(placeholders)}
    machine = sfn.StateMachine(
        scope,
        f"{camel(name)}Machine",
        state_machine_name=names.machine(name),
        definition_body=sfn.DefinitionBody.from_string(text),
        definition_substitutions={**functions, **(others or {})},
        tracing_enabled=True,
        logs=log_options,
    )
    invoke = iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=list(functions.values()))
    machine.add_to_role_policy(invoke)
    return machine


def _log_all(scope: Construct, settings: Settings, names: Names, name: str) -> sfn.LogOptions:
    return sfn.LogOptions(destination=_log_group(scope, settings, names, name), level=sfn.LogLevel.ALL)


def _log_group(scope: Construct, settings: Settings, names: Names, name: str) -> logs.LogGroup:
    return logs.LogGroup(
        scope,
        f"{camel(name)}MachineLogs",
        # Step Functions' own log delivery wants this prefix, or its resource policy overflows.
        log_group_name=f"/aws/vendedlogs/states/{names.machine(name)}",
        retention=RETENTION[settings.log_days],
        removal_policy=RemovalPolicy.DESTROY,
    )
