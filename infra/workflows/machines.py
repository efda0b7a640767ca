"""The state machines: production's, that of moderators' decisions, and those of exports and erasures.

Their steps are named, not imported: the functions of a machine may stand in several stacks.
"""

from collections.abc import Iterable

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.monitoring.logs import RETENTION
from infra.names import Names, camel
from infra.settings import Settings
from infra.workflows import definitions

PRODUCTION, DECISION = "production", "decision"


def production_machine(scope: Construct, settings: Settings, names: Names) -> sfn.StateMachine:
    text, wanted = definitions.read(PRODUCTION)
    numbers = {"segment_workers": settings.segment_workers}
    definition, functions = definitions.with_numbers(text, numbers), wanted - numbers.keys()
    machine = _machine(scope, names, PRODUCTION, definition, functions, _log_all(scope, settings, names, PRODUCTION))
    # A Distributed Map runs its items as child executions of the same machine.
    for actions, resource in (
        (["states:StartExecution"], names.machine_arn(PRODUCTION)),
        (["states:DescribeExecution", "states:StopExecution"], names.executions_arn(PRODUCTION, ":*")),
        (["states:RedriveExecution"], names.executions_arn(PRODUCTION, "/*")),
    ):
        machine.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=[resource]))
    return machine


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


def _machine(
    scope: Construct, names: Names, name: str, text: str, placeholders: Iterable[str], log_options: sfn.LogOptions
) -> sfn.StateMachine:
    """May invoke the functions that its definition's placeholders name, and no others."""
    functions = {key: names.function_arn(key.removesuffix("_arn")) for key in sorted(placeholders)}
    machine = sfn.StateMachine(
        scope,
        f"{camel(name)}Machine",
        state_machine_name=names.machine(name),
        definition_body=sfn.DefinitionBody.from_string(text),
        definition_substitutions=functions,
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
