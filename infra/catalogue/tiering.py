"""Tiering: storage classes of clips' objects, planned and moved each night."""

from infra.catalogue.fn import RANK, Fn
from reelstack.tables.counters import DailyPlays
from reelstack.tables.production import Lease
from reelstack.tables.videos import Video

FUNCTIONS: tuple[Fn, ...] = (
    Fn(
        "start_tiering",
        "schedule",
        # The daily jobs, which begin at 01:30, have loaded the day's plays, and S3 has delivered its logs of the day.
        daily_at="05:30",
        timeout=30,
        config=("tiering_machine_arn", "tiering_policy"),
        calls=("start_tiering_machine",),
    ),
    Fn(
        "plan_tiers",
        "step",
        machine="tiering",
        layers=RANK,  # NumPy
        memory=1769,  # a whole processor
        timeout=900,
        reads=(DailyPlays, Video, "media:tiering/", "logs:s3/media/"),
        writes=("media:tiering/",),
        lists=("media:tiering/", "media:v/", "logs:s3/media/"),
        config=("tiering_policy", "data_bucket"),
    ),
    Fn(
        "move_objects",
        "step",
        machine="tiering",
        timeout=900,
        reads=(Video,),
        # Lease: a note for the function `move_archives`.
        writes=(Lease, "media:tiering/"),
        calls=("move_tiers",),
    ),
)
