"""The settings of a stage that stands, or could stand, on AWS."""

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from infra.settings import Settings


def stages() -> "dict[str, Settings]":
    """All of infra/stages.py. Raises BadParameter if a variable of the shell has a value that stage `local` does not
    take."""
    try:
        from infra.stages import STAGES
    except ValueError as error:  # pydantic's are some
        wrong: list[Any] = getattr(error, "errors", list)()
        said = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong] or [str(error)]
        raise typer.BadParameter(f"a variable REELSTACK_LOCAL_… of this shell: {'; '.join(said)}") from error
    return STAGES


def settings_of(stage: str) -> "Settings":
    """Raises BadParameter for a stage that is not of AWS."""
    known = stages()
    if stage not in known or known[stage].is_local:
        on_aws = ", ".join(name for name, settings in known.items() if not settings.is_local)
        raise typer.BadParameter(f"no stage {stage!r} on AWS; there are {on_aws}", param_hint="--stage")
    return known[stage]
