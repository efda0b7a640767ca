"""Which deployed stacks are a stage's: those named Reelstack-<stage>-<name> by infra/stacks/stage.py, and no others.

Neither part holds a hyphen (`stage` in infra/settings.py). So the stacks of a stage `dev-anna`, which an older version
could deploy, are not taken for those of `dev`.
"""

import re
from collections.abc import Iterator
from typing import Any


def stacks(cloudformation: Any, stage: str) -> Iterator[dict[str, Any]]:
    """The descriptions of the stage's stacks in the client's region; none of a deleted stack."""
    for page in cloudformation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            if is_of(stage, stack["StackName"]) and stack["StackStatus"] != "DELETE_COMPLETE":
                yield stack


def is_of(stage: str, stack_name: str) -> bool:
    return re.fullmatch(rf"Reelstack-{re.escape(stage)}-[A-Za-z0-9]+", stack_name) is not None
