"""The stages that can be deployed. A team edits this page; what each setting means stands in infra/settings.py."""

import os
from typing import Any

from infra.settings import GIB, LAPTOP_ACCOUNT, Settings
from reelstack.web.rate_limits import Rate


def local() -> Settings:
    """The laptop: one process each for AWS, Valkey and the edge; programs from the local cache."""
    cores = os.cpu_count() or 2
    profile: Any = os.environ.get("REELSTACK_LOCAL_PROFILE", "full")
    return Settings(
        stage="local",
        account=LAPTOP_ACCOUNT,
        profile=profile,
        keep_data=False,
        password_sign_in=True,
        transfer_acceleration=False,
        user_rate=Rate(at_once=1000, per_second=200),
        address_rate=Rate(at_once=1000, per_second=500),
        anonymous_rate=Rate(at_once=1000, per_second=200),
        anonymous_route_rate=Rate(at_once=1000, per_second=500),
        route_rates={"POST /v1/production/redrive": Rate(at_once=6, per_second=0.2)},
        erase_after_days=0,
        max_open_uploads=1000,
        max_uploads_per_day=100_000,
        max_upload_bytes_per_day=1024 * GIB,
        creator_dollars_per_day=0,
        web_origins=("*",),
        feed_answer_seconds=20,
        production_slots=2,
        production_low_slots=1,
        production_slots_per_creator=2,
        segment_workers=cores,
        compose_workers=2,
        encode_threads=cores,
        **_of_the_shell(),
        ffmpeg_path=os.environ.get("REELSTACK_LOCAL_FFMPEG", "/usr/bin/ffmpeg"),
        ffprobe_path=os.environ.get("REELSTACK_LOCAL_FFPROBE", "/usr/bin/ffprobe"),
        storage_origin=os.environ.get("REELSTACK_LOCAL_ENDPOINT"),
        edge_origin=os.environ.get("REELSTACK_LOCAL_EDGE_URL"),
        warm_up_places=tuple(os.environ.get("REELSTACK_LOCAL_REGIONS", "home").split(",")),
        cache_url=os.environ.get("REELSTACK_LOCAL_VALKEY", "valkey://127.0.0.1:6379") or None,  # none in core
        search_url=os.environ.get("REELSTACK_LOCAL_SEARCH", "http://127.0.0.1:9200") or None,
    )


def _of_the_shell() -> dict[str, Any]:
    """What a person may want otherwise on a laptop: local/deploy.py names the variables."""
    return {
        "speech": os.environ.get("REELSTACK_LOCAL_SPEECH", "pocketsphinx"),
        "upload_url_seconds": int(os.environ.get("REELSTACK_LOCAL_UPLOAD_URL_SECONDS", "3600")),
        "ladder_policy": os.environ.get("REELSTACK_LOCAL_LADDER", "full"),
        "ladder_plays": int(os.environ.get("REELSTACK_LOCAL_LADDER_PLAYS", "100")),
        "av1_rungs": [int(side) for side in os.environ.get("REELSTACK_LOCAL_AV1_RUNGS", "").split(",") if side],
    }


PLACEHOLDER_ACCOUNT, PLACEHOLDER_EMAIL = "111111111111", "alarms@example.com"
"""With these a stage can be synthesized by anybody; `reelstack deploy` refuses them."""

STAGES: dict[str, Settings] = {
    "dev": Settings(
        stage="dev",
        account=os.environ.get("REELSTACK_ACCOUNT", PLACEHOLDER_ACCOUNT),
        profile="core",
        keep_data=False,
        web_origins=("http://localhost:5173",),
        # What a new account has. With a quota of 1,000: leave these five lines out.
        lambda_concurrency=10,
        production_slots=2,
        production_low_slots=1,
        production_slots_per_creator=1,
        segment_workers=2,
        compose_workers=2,
        low_dollars_per_day=5,
        search_nodes=1,
        snap_start=False,
        feed_answer_seconds=10,
        firewall=False,
        alarms="essential",
        log_days=7,
    ),
    "prod": Settings(
        stage="prod",
        account=os.environ.get("REELSTACK_ACCOUNT", PLACEHOLDER_ACCOUNT),
        alarm_email=os.environ.get("REELSTACK_ALARM_EMAIL", PLACEHOLDER_EMAIL),
    ),
    "local": local(),
}
