"""The configuration that functions receive in their environment: every field of reelstack.platform.config.Config."""

import json
from typing import Any

from infra.functions.wiring import Wiring
from infra.settings import Settings
from reelstack.platform.config import Config
from reelstack.tables.model import deployed
from reelstack.tables.registry import TABLES
from reelstack.uploads.priorities import Priority

MICRO = 1_000_000
DAY_SECONDS = 24 * 3600
FEED_CONCURRENCY = 100
"""Of a feed for which nothing is reserved."""
FEED_CACHE_MS, FEED_CACHE_MS_OF_A_LAPTOP = 20, 500
FEED_TABLES_MS, FEED_TABLES_MS_OF_A_LAPTOP = 100, 5000
FEED_SEARCH_MS, FEED_SEARCH_MS_OF_A_LAPTOP = 150, 1000
FEED_ARTEFACTS_MS, FEED_ARTEFACTS_MS_OF_A_LAPTOP = 1000, 10_000
"""A laptop's processes wait for its few cores, not for the cache, the tables or the search."""


def function_config(wiring: Wiring) -> Config:
    """Every field that a function of this stack can ask for. Of fields that only one stack can fill, another stack's
    configuration has none, so a line that asks for one raises ConfigMissing while the app is synthesized."""
    settings = wiring.settings
    return Config.model_construct(
        stage=settings.stage,
        region=settings.region,
        **_stores(wiring),
        **_queues_and_machines(wiring),
        **_own_resources(wiring),
        **_engines(wiring),
        **_uploads(settings),
        **_production(settings),
        **_moderation(settings),
        **_people(settings),
        **_feed(wiring),
    )


def _stores(wiring: Wiring) -> dict[str, Any]:
    names, stores = wiring.names, wiring.stores
    return {
        **{deployed(model).field: names.table(model) for model in TABLES},
        "uploads_bucket": stores.uploads.bucket_name,
        "intermediates_bucket": stores.intermediates.bucket_name,
        "media_bucket": stores.media.bucket_name,
        "web_bucket": stores.web.bucket_name,
        "logs_bucket": stores.logs.bucket_name,
        "data_bucket": stores.data.bucket_name if stores.data else "",
        "experiments_application": names.experiments,
        "experiments_ids": "/".join(stores.experiments),
        "origin_secret": stores.origin_secret.secret_arn,
        "playback_secret": stores.playback_secret.secret_arn,
        "playback_keys_store": stores.playback_keys.key_value_store_arn,
        "edge_settings_store": stores.edge_settings.key_value_store_arn,
        "password_client_id": stores.password_client.user_pool_client_id if stores.password_client else "",
        "user_pool_id": stores.user_pool.user_pool_id if stores.user_pool else "",
    }


def _queues_and_machines(wiring: Wiring) -> dict[str, Any]:
    names = wiring.names
    production = {
        f"production_{priority}_{kind}_url": names.queue_url(f"production-{priority}{suffix}")
        for priority in Priority
        for kind, suffix in (("queue", ""), ("dead", "-dead"))
    }
    return {
        **production,
        "compose_queue_url": names.queue_url("compose"),
        "denials_queue_url": names.queue_url("denials"),
        "plays_queue_url": names.queue_url("plays"),
        "table_events_queue_url": names.queue_url("table-events"),
        "event_stream": names.event_stream if wiring.settings.profile == "full" else "",
        "bus_name": names.bus,
        "production_machine_arn": names.machine_arn("production"),
        "decision_machine_arn": names.machine_arn("decision"),
        "export_machine_arn": names.machine_arn("export"),
        "erasure_machine_arn": names.machine_arn("erasure"),
        "profiles_machine_arn": names.machine_arn("profiles") if wiring.settings.has_spark else "",
        "event_erasure_machine_arn": names.machine_arn("event_erasure"),
        "tiering_machine_arn": names.machine_arn("tiering"),
        "tiering_policy": wiring.settings.tiering_policy,
        "distribution_parameter": names.distribution_parameter,
        "site_parameter": names.site_parameter,
        "warm_up_places": ",".join(wiring.settings.warm_up_places),
        "mediaconvert_queue": names.mediaconvert_queue_arn,
    }


def _own_resources(wiring: Wiring) -> dict[str, Any]:
    """Of resources that stand in the same stack as the functions that are told of them."""
    found: dict[str, Any] = {}
    if managed := wiring.managed:
        found |= {
            "mediaconvert_role": managed.mediaconvert_role.role_arn,
            "rekognition_topic": managed.rekognition_topic.topic_arn,
            "rekognition_role": managed.rekognition_role.role_arn,
        }
    if wiring.socket:
        found["socket_url"] = wiring.socket.url
    return found


def _engines(wiring: Wiring) -> dict[str, Any]:
    settings = wiring.settings
    return {
        "cache_url": settings.cache_url or wiring.endpoints.cache_url,
        "search_url": settings.search_url or wiring.endpoints.search_url,
        "ffmpeg_path": settings.ffmpeg_path,
        "ffprobe_path": settings.ffprobe_path,
        "encode_threads": settings.encode_threads,
        "architecture": settings.architecture,
        "engine": settings.engine,
        "mediaconvert_over_seconds": settings.mediaconvert_over_seconds,
        "mediaconvert_max_microdollars": round(settings.mediaconvert_max_dollars * MICRO),
    }


def _uploads(settings: Settings) -> dict[str, Any]:
    return {
        "max_upload_bytes": settings.max_upload_bytes,
        "max_duration_seconds": settings.max_duration_seconds,
        "upload_url_seconds": settings.upload_url_seconds,
        "upload_path": f"https://{settings.domain}" if settings.upload_path == "cloudfront" else settings.upload_path,
        "max_open_uploads": settings.max_open_uploads,
        "max_uploads_per_day": settings.max_uploads_per_day,
        "max_upload_bytes_per_day": settings.max_upload_bytes_per_day,
        "creator_microdollars_per_day": round(settings.creator_dollars_per_day * MICRO),
        "max_retries": settings.max_retries,
    }


def _production(settings: Settings) -> dict[str, Any]:
    return {
        "production_slots": settings.production_slots,
        "production_low_slots": settings.production_low_slots,
        "production_slots_per_creator": settings.production_slots_per_creator,
        "low_microdollars_per_day": round(settings.low_dollars_per_day * MICRO),
        "max_clip_microdollars": round(settings.max_clip_dollars * MICRO),
        "segment_workers": settings.segment_workers,
        "segment_seconds": settings.segment_seconds,
        "avc_rungs": ",".join(str(rung) for rung in settings.avc_rungs),
        "av1_rungs": ",".join(str(rung) for rung in settings.av1_rungs),
        "av1_preset": settings.av1_preset,
        "ladder_policy": settings.ladder_policy,
        "ladder_plays": settings.ladder_plays,
        "playback_seconds_public": settings.playback_seconds_public,
        "playback_seconds_private": settings.playback_seconds_private,
    }


def _moderation(settings: Settings) -> dict[str, Any]:
    thresholds = {label: threshold.model_dump() for label, threshold in settings.moderation_thresholds.items()}
    return {
        "moderation_engines": ",".join(settings.moderation_engines),
        "moderation_thresholds": json.dumps(thresholds),
        "speech": settings.speech,
        "speech_languages": ",".join(settings.speech_languages),
        "review_hold_seconds": settings.review_hold_seconds,
        "appeal_days": settings.appeal_days,
    }


def _feed(wiring: Wiring) -> dict[str, Any]:
    """A deployment's share of the pool is its reservation; without one, FEED_CONCURRENCY or what the pool holds."""
    reserved = wiring.reserved.get(f"feed_{wiring.deployment}")
    settings = wiring.settings
    most = min(FEED_CONCURRENCY, settings.lambda_concurrency)
    return {
        "feed_deployment": wiring.deployment or "main",
        "feed_concurrency": reserved or most,
        "feed_cache_ms": FEED_CACHE_MS_OF_A_LAPTOP if settings.is_local else FEED_CACHE_MS,
        "feed_tables_ms": FEED_TABLES_MS_OF_A_LAPTOP if settings.is_local else FEED_TABLES_MS,
        "feed_search_ms": FEED_SEARCH_MS_OF_A_LAPTOP if settings.is_local else FEED_SEARCH_MS,
        "feed_artefacts_ms": FEED_ARTEFACTS_MS_OF_A_LAPTOP if settings.is_local else FEED_ARTEFACTS_MS,
    }


def _people(settings: Settings) -> dict[str, Any]:
    general = {"user": settings.user_rate, "address": settings.address_rate, "anonymous": settings.anonymous_rate}
    rates = {**general, **settings.route_rates}
    return {
        "rates": json.dumps({of: [rate.at_once, rate.per_second] for of, rate in rates.items()}),
        "rate_limiter_fallback": settings.rate_limiter_fallback,
        "creators": settings.creators,
        "anonymous_reading": "on" if settings.anonymous_reading else "off",
        "embedding": "on" if settings.embedding else "off",
        "max_following": settings.max_following,
        "timeline_large_followers": settings.timeline_large_followers,
        "timeline_days": settings.timeline_days,
        "timeline_entries": settings.timeline_entries,
        "session_cache_seconds": settings.session_cache_seconds,
        "session_seconds": settings.session_days * DAY_SECONDS,
        "handle_hold_seconds": settings.handle_hold_days * DAY_SECONDS,
        "handle_change_seconds": settings.handle_change_days * DAY_SECONDS,
        "service_names": ",".join(settings.service_names),
        "max_avatar_bytes": settings.max_avatar_bytes,
        "erase_after_seconds": settings.erase_after_days * DAY_SECONDS,
        "event_days": settings.event_days,
        "push_platforms": json.dumps(settings.push_platforms),
    }
