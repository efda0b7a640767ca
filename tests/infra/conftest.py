"""Each variant of the app is synthesized once for a checkout as it is, as `make check` does it: without layers."""

import os

import pytest

from infra.checks.assemblies import assembly
from infra.checks.variants import variants
from tests.infra.templates import Assembly


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker synthesizes and tests what was synthesized; two would do it twice."""
    for item in items:
        if "assemblies" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("templates"))


@pytest.fixture(scope="session")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Assembly]:
    """ "prod-full", "dev-core" ... Nothing in the environment names an AWS account, key or endpoint."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "CDK_"))]:
            patch.delenv(name)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        return {name: Assembly(settings, assembly(name)) for name, settings in variants().items()}


@pytest.fixture(params=sorted(variants()))
def variant(request: pytest.FixtureRequest, assemblies: dict[str, Assembly]) -> Assembly:
    """Each variant in turn."""
    return assemblies[request.param]


@pytest.fixture
def prod(assemblies: dict[str, Assembly]) -> Assembly:
    """Production with everything: the variant that holds every resource."""
    return assemblies["prod-full"]
