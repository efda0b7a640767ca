"""What is read of a stage is the stage's own, also beside stages whose names begin with its name."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from deployment.account import stack_outputs
from infra.settings import Settings
from infra.stages import STAGES
from local.stacks import is_of


class Clients:
    def __init__(self, client: Callable[[str], Any]) -> None:
        self.client = client


def test_outputs_of_a_stage_are_not_those_of_one_whose_name_begins_alike(moto: Callable[[str], Any]) -> None:
    for stage in ("dev", "dev-anna", "dev2"):
        output = {"Outputs": {"Stage": {"Value": stage}}}
        template = json.dumps({"Resources": {"T": {"Type": "AWS::SQS::Queue"}}, **output})
        moto("cloudformation").create_stack(StackName=f"Reelstack-{stage}-State", TemplateBody=template)
    account: Any = Clients(moto)
    assert {stage: stack_outputs(account, stage) for stage in ("dev", "dev2")} == {
        "dev": {"Stage": "dev"},
        "dev2": {"Stage": "dev2"},
    }


@pytest.mark.parametrize("stage", ["dev-anna", "dev-", "Dev", "2dev", "", "dev_anna"])
def test_the_name_of_a_stage_holds_nothing_but_letters_and_digits(stage: str) -> None:
    with pytest.raises(ValueError, match=r"stage\n.*pattern"):
        Settings(**STAGES["dev"].model_dump() | {"stage": stage})


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("Reelstack-dev-State", True),
        ("Reelstack-dev-EdgeGlobal", True),
        ("Reelstack-dev-anna-State", False),
        ("Reelstack-dev2-State", False),
        ("Reelstack-dev-", False),
        ("Other-Reelstack-dev-State", False),
    ],
)
def test_a_stack_is_known_by_its_whole_name(name: str, own: bool) -> None:
    assert is_of("dev", name) is own
