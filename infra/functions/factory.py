"""Makes the functions of one stack, with the layers that they share and the grants that their lines ask for."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import ROOT
from infra.catalogue import Fn, LayerName
from infra.functions.config import function_config
from infra.functions.function import RUNTIME, Function
from infra.functions.grants import Grants
from infra.functions.wiring import Wiring


def make_functions(scope: Construct, lines: Sequence[Fn], wiring: Wiring) -> dict[str, Function]:
    """By name. The layers are of this stack: the ARN of a layer changes with its content, and CloudFormation refuses
    to change an export that another stack imports."""
    config, grants, layers = function_config(wiring), Grants(wiring), _Layers(scope, wiring)
    made = {line.name: Function(scope, line, wiring, config, layers.of(line)) for line in lines}
    for line in lines:
        for call in line.calls:
            if statement := grants.statement(call):
                made[line.name].add_to_role_policy(statement)
    return made


class _Layers:
    """Makes each layer when the first function asks for it."""

    def __init__(self, scope: Construct, wiring: Wiring) -> None:
        self._scope, self._wiring = scope, wiring
        self._made: dict[LayerName, lambda_.LayerVersion] = {}

    def of(self, line: Fn) -> list[lambda_.ILayerVersion]:
        # A laptop's Python has the third-party libraries already; unpacking them per worker would cost seconds.
        third_party = () if self._wiring.settings.is_local else line.layers
        return [self._layer(name) for name in ("common", *third_party)]

    def _layer(self, name: LayerName) -> lambda_.LayerVersion:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: LayerName) -> lambda_.LayerVersion:
        settings = self._wiring.settings
        local = settings.is_local
        path = ROOT / "layers" / "common" if local else self._wiring.layer_source(name, settings)
        return lambda_.LayerVersion(
            self._scope,
            f"{name.title()}Layer",
            code=lambda_.Code.from_asset(str(path), exclude=["**/__pycache__"] if local else []),
            compatible_runtimes=[RUNTIME],
            removal_policy=RemovalPolicy.DESTROY,
        )
