"""The state machines: production's, and those of exports and erasures."""

from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn

from infra import asl
from infra.function import RETENTION, camel

if TYPE_CHECKING:
    from infra.stacks.app import AppStack


def production_machine(app: "AppStack") -> sfn.StateMachine:
    text, wanted = asl.read("production")
    numbers = {
        "segment_workers": app.settings.segment_workers,
        "review_seconds": app.settings.review_days * 24 * 3600,
    }
    functions = {name.removesuffix("_arn"): name for name in wanted - numbers.keys()}
    log_group = logs.LogGroup(
        app,
        "ProductionLogs",
        # Step Functions' own log delivery wants this prefix, or its resource policy overflows.
        log_group_name=f"/aws/vendedlogs/states/{app.machine_name}",
        retention=RETENTION[app.settings.log_days],
        removal_policy=RemovalPolicy.DESTROY,
    )
    machine = sfn.StateMachine(
        app,
        "Production",
        state_machine_name=app.machine_name,
        definition_body=sfn.DefinitionBody.from_string(asl.with_numbers(text, numbers)),
        definition_substitutions={
            placeholder: app.functions[name].function_arn for name, placeholder in functions.items()
        },
        tracing_enabled=True,
        logs=sfn.LogOptions(destination=log_group, level=sfn.LogLevel.ALL),
    )
    machine.add_to_role_policy(
        iam.PolicyStatement(
            actions=["lambda:InvokeFunction"],
            resources=[app.functions[name].function_arn for name in sorted(functions)],
        )
    )
    # A Distributed Map runs its items as child executions of the same machine.
    machine.add_to_role_policy(iam.PolicyStatement(actions=["states:StartExecution"], resources=[app.machine_arn]))
    machine.add_to_role_policy(
        iam.PolicyStatement(
            actions=["states:DescribeExecution", "states:StopExecution"], resources=[app.executions(":*")]
        )
    )
    machine.add_to_role_policy(
        iam.PolicyStatement(actions=["states:RedriveExecution"], resources=[app.executions("/*")])
    )
    app.alarms.machine(machine)
    return machine


def rights_machine(app: "AppStack", name: str) -> sfn.StateMachine:
    """Exports and erasures: steps one after another, each a function."""
    text, wanted = asl.read(name)
    functions = {placeholder: app.functions[placeholder.removesuffix("_arn")] for placeholder in sorted(wanted)}
    log_group = logs.LogGroup(
        app,
        f"{camel(name)}Logs",
        log_group_name=f"/aws/vendedlogs/states/{app.rights_machines[name]}",
        retention=RETENTION[app.settings.log_days],
        removal_policy=RemovalPolicy.DESTROY,
    )
    machine = sfn.StateMachine(
        app,
        camel(name),
        state_machine_name=app.rights_machines[name],
        definition_body=sfn.DefinitionBody.from_string(text),
        definition_substitutions={key: function.function_arn for key, function in functions.items()},
        tracing_enabled=True,
        # What passes between these steps names people: errors only, and without it.
        logs=sfn.LogOptions(destination=log_group, level=sfn.LogLevel.ERROR, include_execution_data=False),
    )
    machine.add_to_role_policy(
        iam.PolicyStatement(
            actions=["lambda:InvokeFunction"],
            resources=[function.function_arn for function in functions.values()],
        )
    )
    app.alarms.machine(machine)
    return machine
