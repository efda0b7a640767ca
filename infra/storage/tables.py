"""A DynamoDB table for each model of reelstack.tables, with the model's keys, indexes, stream and expiry."""

from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct
from pynamodb.models import Model

from infra.names import Names
from infra.settings import Settings
from reelstack.tables.model import deployed, schema

KINDS = {"S": dynamodb.AttributeType.STRING, "N": dynamodb.AttributeType.NUMBER, "B": dynamodb.AttributeType.BINARY}
ROLES = {"HASH": "partition_key", "RANGE": "sort_key"}


def table(
    scope: Construct, model: type[Model], settings: Settings, names: Names, removal: RemovalPolicy
) -> dynamodb.Table:
    """The name is fixed, so CloudFormation refuses a change of keys, which would replace the table by an empty one."""
    described, meta = schema(model), deployed(model)
    kinds = {a["AttributeName"]: KINDS[a["AttributeType"]] for a in described["attribute_definitions"]}
    made = dynamodb.Table(
        scope,
        model.__name__,
        table_name=names.table(model),
        **_keys(described["key_schema"], kinds),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=settings.keep_data,
        stream=dynamodb.StreamViewType(meta.stream) if meta.stream else None,
        time_to_live_attribute=meta.ttl or None,
        removal_policy=removal,
    )
    for index in described["global_secondary_indexes"]:
        made.add_global_secondary_index(
            index_name=index["index_name"],
            projection_type=dynamodb.ProjectionType(index["projection"]["ProjectionType"]),
            **_keys(index["key_schema"], kinds),
        )
    return made


def _keys(key_schema: list[dict[str, str]], kinds: dict[str, dynamodb.AttributeType]) -> dict[str, Any]:
    return {
        ROLES[key["KeyType"]]: dynamodb.Attribute(name=key["AttributeName"], type=kinds[key["AttributeName"]])
        for key in key_schema
    }
