"""What functions are told of the engines that a stage has."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Endpoints:
    """Addresses; "" where the stage lacks the engine."""

    cache_url: str = ""
    search_url: str = ""
