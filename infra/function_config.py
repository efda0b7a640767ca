"""What functions are told: every field of reelstack.config.Config, from the stage's settings and resources."""

import json
from typing import TYPE_CHECKING

from infra.queues import dead_letters_of
from infra.settings import Settings
from infra.socket_api import socket_url
from reelstack.config import Config
from reelstack.tables.base import deployed

if TYPE_CHECKING:
    from infra.stacks.app import AppStack


def distribution_parameter(settings: Settings) -> str:
    """Name of the SSM parameter by which functions learn the distribution's id, whose stack comes after theirs."""
    return f"/reelstack/{settings.stage}/distribution-id"


def function_config(app: "AppStack", cache_url: str) -> Config:
    settings, state = app.settings, app.state
    return Config(
        stage=settings.stage,
        region=app.region,
        **{deployed(model).field: table.table_name for model, table in state.tables.items()},
        uploads_bucket=state.uploads_bucket.bucket_name,
        media_bucket=state.media_bucket.bucket_name,
        bus_name=app.bus.event_bus_name,
        **{
            f"production_{priority}_{kind}_url": url
            for priority, queue in app.production_queues.items()
            for kind, url in (("queue", queue.queue_url), ("dead", dead_letters_of(queue).queue_url))
        },
        compose_queue_url=app.compose_queue.queue_url,
        production_machine_arn=app.machine_arn,
        production_slots=settings.production_slots,
        production_low_slots=settings.production_low_slots,
        production_slots_per_creator=settings.production_slots_per_creator,
        low_microdollars_per_day=round(settings.low_dollars_per_day * 1_000_000),
        origin_secret=state.origin_secret.secret_arn,
        playback_secret=state.playback_secret.secret_arn,
        playback_keys_store=state.playback_keys.key_value_store_arn,
        distribution_parameter=distribution_parameter(settings),
        cache_url=settings.cache_url or cache_url,
        search_url=settings.search_url or (app.search.url if app.search else ""),
        rates=json.dumps(
            {
                of: [rate.at_once, rate.per_second]
                for of, rate in {
                    "user": settings.user_rate,
                    "address": settings.address_rate,
                    **settings.route_rates,
                }.items()
            }
        ),
        max_upload_bytes=settings.max_upload_bytes,
        max_duration_seconds=settings.max_duration_seconds,
        upload_url_seconds=settings.upload_url_seconds,
        upload_path=f"https://{settings.domain}" if settings.upload_path == "cloudfront" else settings.upload_path,
        max_open_uploads=settings.max_open_uploads,
        max_uploads_per_day=settings.max_uploads_per_day,
        max_upload_bytes_per_day=settings.max_upload_bytes_per_day,
        playback_seconds_public=settings.playback_seconds_public,
        playback_seconds_private=settings.playback_seconds_private,
        ffmpeg_path=settings.ffmpeg_path,
        ffprobe_path=settings.ffprobe_path,
        encode_threads=settings.encode_threads,
        architecture=settings.architecture,
        segment_seconds=settings.segment_seconds,
        avc_rungs=",".join(str(rung) for rung in settings.avc_rungs),
        engine=settings.engine,
        mediaconvert_over_seconds=settings.mediaconvert_over_seconds,
        mediaconvert_max_microdollars=round(settings.mediaconvert_max_dollars * 1_000_000),
        mediaconvert_queue=app.managed.queue_arn,
        mediaconvert_role=app.managed.transcode_role.role_arn,
        moderation_engines=",".join(settings.moderation_engines),
        rekognition_topic=app.managed.looked.topic_arn,
        rekognition_role=app.managed.look_role.role_arn,
        moderation_thresholds=json.dumps(
            {label: threshold.model_dump() for label, threshold in settings.moderation_thresholds.items()}
        ),
        max_following=settings.max_following,
        timeline_large_followers=settings.timeline_large_followers,
        timeline_days=settings.timeline_days,
        timeline_entries=settings.timeline_entries,
        review_hold_seconds=settings.review_hold_seconds,
        appeal_days=settings.appeal_days,
        user_pool_id=state.user_pool.user_pool_id if state.user_pool else "",
        session_cache_seconds=settings.session_cache_seconds,
        session_seconds=settings.session_days * 24 * 3600,
        handle_hold_seconds=settings.handle_hold_days * 24 * 3600,
        handle_change_seconds=settings.handle_change_days * 24 * 3600,
        max_avatar_bytes=settings.max_avatar_bytes,
        export_machine_arn=app.rights_machine_arn("export"),
        erasure_machine_arn=app.rights_machine_arn("erasure"),
        erase_after_seconds=settings.erase_after_days * 24 * 3600,
        socket_url=socket_url(app.socket_api, settings),
        push_platforms=json.dumps(settings.push_platforms),
    )
