"""Every address of the API with its methods, so that whichever service is asked knows what another one answers.

routes.txt is written from the catalogue by `python -m cli.openapi`. It is read only when a request has no route.
"""

import re
from functools import cache
from importlib.resources import files

PARAMETER, PATH_PARAMETER = re.compile(r"\\\{\w+\\\}"), re.compile(r"\\\{\w+:path\\\}")


def methods(path: str) -> set[str]:
    """What may be asked of `path`; nothing where there is no such address."""
    return {method for method, shape in _routes() if shape.fullmatch(path)}


@cache
def _routes() -> list[tuple[str, re.Pattern[str]]]:
    lines = files("reelstack.web").joinpath("routes.txt").read_text().splitlines()
    parted = [line.partition(" ") for line in lines]
    return [(method, _shape(path)) for method, _, path in parted]


def _shape(path: str) -> re.Pattern[str]:
    return re.compile(PATH_PARAMETER.sub(".+", PARAMETER.sub("[^/]+", re.escape(path))), re.DOTALL)
