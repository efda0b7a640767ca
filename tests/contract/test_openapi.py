"""The published description is valid, up to date, and says of each route what the catalogue says."""

import pytest
from openapi_spec_validator import validate

from cli import openapi
from infra.catalogue import FUNCTIONS


@pytest.mark.engines
def test_the_description_is_valid_openapi_3_1() -> None:
    validate(openapi.describe())


def test_every_route_of_the_catalogue_is_described_and_no_other() -> None:
    described = {
        f"{method.upper()} {path}" for path, methods in openapi.describe()["paths"].items() for method in methods
    }
    assert described == {route for line in FUNCTIONS for route in (*line.routes, *line.public_routes)}
