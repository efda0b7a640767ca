"""A stage of AWS as a laptop's emulator can take it: what the machine decides is the laptop's, the rest stays."""

from infra.settings import Settings
from infra.stages import STAGES

OF_THE_LAPTOP = (
    *(
        "account",
        "transfer_acceleration",
        "storage_origin",
        "edge_origin",
        "warm_up_places",
        "ffmpeg_path",
        "ffprobe_path",
    ),
    *("production_slots", "production_low_slots", "production_slots_per_creator"),
    *("segment_workers", "compose_workers", "encode_threads"),
)
"""What a laptop decides, whatever the stage: where programs are, and how much runs at once."""


def on_laptop(settings: Settings) -> Settings:
    """A stage as it is deployed into a laptop's emulator. Cache and search are the laptop's where it has them."""
    engines = ("cache_url", "search_url") if settings.profile == "full" else ()
    laptop = STAGES["local"]
    return settings.model_copy(update={name: getattr(laptop, name) for name in (*OF_THE_LAPTOP, *engines)})
