"""Where the configuration of experiments stands: AppConfig, with a schema that refuses what the feed could not read.

The first version has no experiment, and is deployed with the stage; later ones are written by `reelstack experiments`,
and no deployment of the stage takes them back. A deployment of a version is at once: one that went to a part of the
processes would give a viewer now one arm, now another. An arm begins small by having few slots.
"""

import json
from typing import Any

from aws_cdk import aws_appconfig as appconfig
from constructs import Construct

from infra.names import Names
from reelstack.experiments.configuration import PROFILE
from reelstack.experiments.layers import LAYER_NAMES, MOST_ARMS, MOST_PARAMETERS, NONE, SLOTS

NAME = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,15}$"}


def schema() -> dict[str, Any]:
    """JSON schema draft 4, which is the one that AppConfig reads. What only code can say, layers.parse refuses."""
    slot = {"type": "integer", "minimum": 0, "maximum": SLOTS}
    parameters = {
        "type": "object",
        "maxProperties": MOST_PARAMETERS,
        "additionalProperties": {"type": ["string", "number", "boolean"], "maxLength": 100},
    }
    arm = {"name": NAME, "begin": slot, "end": slot, "parameters": parameters, "stopped": {"type": "boolean"}}
    arms = {"type": "array", "minItems": 2, "maxItems": MOST_ARMS, "items": _object(arm, "name", "begin", "end")}
    layer = _object({"salt": NAME, "arms": arms}, "salt", "arms")
    group = {"salt": NAME, "layers": {"type": "array", "minItems": 2, "items": {"enum": list(LAYER_NAMES)}}}
    whole = {
        "format": {"enum": [1]},
        "layers": _object(dict.fromkeys(LAYER_NAMES, layer)),
        "exclusive": {"type": "array", "maxItems": 2, "items": _object(group, "salt", "layers")},
    }
    return {"$schema": "http://json-schema.org/draft-04/schema#", **_object(whole, "format")}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**found, "required": list(required)} if required else found


def experiments(scope: Construct, names: Names) -> tuple[str, str, str, str]:
    """Ids of application, environment, profile and deployment strategy."""
    application = appconfig.CfnApplication(scope, "Experiments", name=names.experiments)
    environment = appconfig.CfnEnvironment(
        scope, "ExperimentsEnvironment", application_id=application.ref, name=names.experiments
    )
    profile = _profile(scope, application)
    strategy = appconfig.CfnDeploymentStrategy(
        scope,
        "ExperimentsStrategy",
        name=names.experiments,
        deployment_duration_in_minutes=0,
        final_bake_time_in_minutes=0,
        growth_factor=100,
        replicate_to="NONE",
    )
    first = appconfig.CfnHostedConfigurationVersion(
        scope,
        "ExperimentsFirst",
        application_id=application.ref,
        configuration_profile_id=profile.ref,
        content=NONE.model_dump_json(),
        content_type="application/json",
    )
    appconfig.CfnDeployment(
        scope,
        "ExperimentsDeployment",
        application_id=application.ref,
        environment_id=environment.ref,
        configuration_profile_id=profile.ref,
        configuration_version=first.ref,
        deployment_strategy_id=strategy.ref,
    )
    return application.ref, environment.ref, profile.ref, strategy.ref


def _profile(scope: Construct, application: appconfig.CfnApplication) -> appconfig.CfnConfigurationProfile:
    validator = appconfig.CfnConfigurationProfile.ValidatorsProperty(type="JSON_SCHEMA", content=json.dumps(schema()))
    return appconfig.CfnConfigurationProfile(
        scope,
        "ExperimentsProfile",
        application_id=application.ref,
        name=PROFILE,
        location_uri="hosted",
        type="AWS.Freeform",
        validators=[validator],
    )
