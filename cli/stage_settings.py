"""The settings of a stage that stands, or could stand, on AWS."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from infra.settings import Settings


def settings_of(stage: str) -> "Settings":
    """Raises BadParameter for a stage that is not of AWS."""
    from infra.stages import STAGES

    if stage not in STAGES or STAGES[stage].is_local:
        on_aws = ", ".join(name for name, settings in STAGES.items() if not settings.is_local)
        raise typer.BadParameter(f"no stage {stage!r} on AWS; there are {on_aws}", param_hint="--stage")
    return STAGES[stage]
