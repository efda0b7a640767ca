"""The one typed description of what a function's environment may hold.

Infra builds a complete `Config` from its resources; each line of `infra/catalogue/` says which of these fields a
function receives. Reading a field the function was not given raises, so a forgotten grant shows at the cold start.
"""

import os
from functools import cache
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

PREFIX = "REELSTACK_"


class ConfigMissing(RuntimeError):
    """A field was read that this function's catalogue line does not list."""


class Config(BaseModel):
    """Every value a function can be given. Infra has them all; a function only those its catalogue line lists."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: str
    region: str

    videos_table: str
    uploads_table: str
    usage_table: str
    claims_table: str
    leases_table: str
    engine_jobs_table: str
    backlog_table: str
    turns_table: str
    spending_table: str
    likes_table: str
    comments_table: str
    comment_likes_table: str
    pins_table: str
    bookmarks_table: str
    shares_table: str
    watch_positions_table: str
    reports_table: str
    counters_table: str
    daily_plays_table: str
    reviews_table: str
    strikes_table: str
    audit_table: str
    follows_table: str
    blocks_table: str
    timelines_table: str
    large_accounts_table: str
    viewer_profiles_table: str
    feed_choices_table: str
    users_table: str
    handles_table: str
    sessions_table: str
    rate_windows_table: str
    idempotency_table: str
    data_requests_table: str
    notifications_table: str
    notification_preferences_table: str
    devices_table: str
    connections_table: str
    connection_tickets_table: str

    uploads_bucket: str
    intermediates_bucket: str
    media_bucket: str
    data_bucket: str
    """Archived events; empty in profile `core`."""
    experiments_application: str
    """Name of the application in AppConfig that holds the configuration of experiments, and of its environment."""
    experiments_ids: str
    """What AppConfig calls that application, its environment, profile and deployment strategy; a slash between two."""
    web_bucket: str
    logs_bucket: str
    bus_name: str
    production_high_queue_url: str
    production_normal_queue_url: str
    production_low_queue_url: str
    production_high_dead_url: str
    production_normal_dead_url: str
    production_low_dead_url: str
    compose_queue_url: str
    denials_queue_url: str
    plays_queue_url: str
    table_events_queue_url: str
    """Where behavior events wait that were read off tables and that the event stream did not take."""
    event_stream: str
    """Name of the Kinesis stream of behavior events; empty string in profile `core`, which only counts plays."""
    production_machine_arn: str
    decision_machine_arn: str
    production_slots: int
    production_low_slots: int
    production_slots_per_creator: int
    low_microdollars_per_day: int
    """Low-priority work stops for the day when its productions' estimated cost has passed this; 0: never."""

    origin_secret: str
    """ARN of the secret that only the CDN sends along; requests without it did not come through CloudFront."""
    playback_secret: str
    """ARN of the secret that holds the keys playback tokens are signed with."""
    playback_keys_store: str
    """ARN of the CloudFront KeyValueStore of playback tokens: their keys and denials."""
    edge_settings_store: str
    """ARN of that of the feed's weights, and of the flag by which the edge refuses routes that can wait."""
    distribution_parameter: str
    """Name of the SSM parameter that holds the distribution's id: its stack is made after the functions'."""
    site_parameter: str
    """Name of the SSM parameter that holds the site's address, for the same reason."""
    warm_up_places: str
    """Edge locations through which trending clips are fetched, comma-separated; empty: the nearest one."""
    cache_url: str
    """valkey:// or valkeys:// address; empty string in profile `core`, where DynamoDB answers."""
    search_url: str
    """https:// address of an OpenSearch domain, http:// of a local one; empty string in profile `core`: no search."""

    creators: str
    """Who may upload: "everybody" who is signed in, or who was "invited" to the role."""
    rates: str
    """JSON: "user", "address", "anonymous" or a route -> [requests at once, requests a second]. See web.rate_limits."""
    anonymous_reading: str
    """"on": what is public can be read without a token; "off": every route but health wants one."""
    embedding: str
    """"on": other sites may show a public clip in a frame; "off": there is no page for frames."""
    rate_limiter_fallback: str
    """While the store that counts requests does not answer: "tables" counts in a table, "open" lets requests in
    uncounted, "closed" refuses them."""

    max_upload_bytes: int
    max_duration_seconds: int
    upload_url_seconds: int
    upload_path: str
    """How bytes reach the bucket: "s3", "acceleration", or the https:// origin of a CDN that passes them on."""
    max_open_uploads: int
    max_uploads_per_day: int
    max_upload_bytes_per_day: int
    """Per creator."""
    creator_microdollars_per_day: int
    """A creator's further productions wait for the next day once this much is spent; 0: never."""
    max_retries: int
    """Attempts that an owner may ask for after the first has failed, per video."""
    playback_seconds_public: int
    playback_seconds_private: int

    ffmpeg_path: str
    ffprobe_path: str
    encode_threads: int
    architecture: str
    """arm64 or x86_64: what a GB-second costs."""
    max_clip_microdollars: int
    """A clip whose production is estimated to cost more is refused."""
    segment_workers: int
    """Segments of one clip that are made at the same time."""
    segment_seconds: int
    avc_rungs: str
    """Comma-separated short sides that also get an H.264 rendition, e.g. "480,720"."""
    av1_rungs: str
    """The same of AV1; may be empty."""
    ladder_policy: str
    """"full": clips are published with all renditions; "popular": with two, and the rest when they are watched."""
    ladder_plays: int
    """With "popular": after so many plays."""
    av1_preset: int
    """Of the encoder of AV1: 0 is slowest, 13 fastest."""
    engine: str
    """Who makes the ladder: "ffmpeg", "mediaconvert", or "by-duration"."""
    mediaconvert_over_seconds: int
    """With "by-duration": clips longer than this are MediaConvert's."""
    mediaconvert_max_microdollars: int
    """A job that is estimated to cost more is refused."""
    mediaconvert_queue: str
    mediaconvert_role: str
    """ARNs: the queue jobs wait in, and the role MediaConvert reads originals and writes renditions as."""
    moderation_engines: str
    """Comma-separated engines that look at frames, e.g. "nsfw,safety"; or "rekognition" alone."""
    rekognition_topic: str
    rekognition_role: str
    """ARNs: the topic Rekognition says on that it has looked, and the role it publishes there as."""
    moderation_thresholds: str
    """JSON: label -> {"review": score, "reject": score}."""
    max_following: int
    """Accounts that one user may follow, give or take those of the last seconds."""
    timeline_large_followers: int
    """From so many followers on an account's videos are read into timelines, not written into them."""
    feed_deployment: str
    """Which of the deployments of the feed this is: "a" or "b"; "main" behind the API of all other routes."""
    feed_concurrency: int
    """How many of its answers may be in the making at once: what is reserved for its function."""
    feed_cache_ms: int
    """How long it waits for an answer of the cache."""
    feed_tables_ms: int
    """How long a page of the feed waits for each answer of a table."""
    feed_search_ms: int
    """How long it waits for candidates of the search engine."""
    feed_artefacts_ms: int
    """How long the first answers of a process wait for item table, ranker and lists."""
    timeline_days: int
    timeline_entries: int
    speech: str
    """Who writes down what is said: "none", "transcribe" or "pocketsphinx"."""
    speech_languages: str
    """Comma-separated, of Amazon Transcribe: which languages are expected."""
    review_hold_seconds: int
    appeal_days: int

    user_pool_id: str
    password_client_id: str
    """The app client by which the service proves a password; empty with another issuer."""
    """Empty where another issuer keeps the accounts."""
    session_cache_seconds: int
    """How long a process may go on letting in a session that was revoked, or an account that was suspended."""
    session_seconds: int
    """How long a refresh token lives."""
    handle_hold_seconds: int
    service_names: str
    """Comma between them."""
    handle_change_seconds: int
    max_avatar_bytes: int

    export_machine_arn: str
    erasure_machine_arn: str
    profiles_machine_arn: str
    """Of the daily jobs; empty where there is no EMR Serverless: in profile `core`, and on a laptop."""
    event_erasure_machine_arn: str
    tiering_machine_arn: str
    tiering_policy: str
    """How the nightly plan chooses storage classes: seed, cost or intelligent."""
    event_days: int
    erase_after_seconds: int
    """How long a deleted account can be recovered before it is erased."""
    socket_url: str
    """wss:// address that clients connect to for notifications as they come; functions post to the same over https."""
    push_platforms: str
    """JSON: "ios" or "android" -> ARN of its SNS platform application. What is missing gets no mobile push."""

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            """Called for what is not there: a field this function was not given."""
            if name in type(self).model_fields:
                raise ConfigMissing(
                    f"{PREFIX}{name.upper()} is not set: add {name!r} to this function's line in infra/catalogue/"
                )
            return super().__getattr__(name)

    def has(self, name: str) -> bool:
        """Whether this function was given the field."""
        return name in self.__dict__

    def to_env(self, fields: tuple[str, ...]) -> dict[str, str]:
        """The environment of a function that was given `fields`."""
        return {f"{PREFIX}{name.upper()}": str(getattr(self, name)) for name in fields}


@cache
def config() -> Config:
    """The configuration of this process, read from its environment once. A number that is none raises at once."""
    given = {
        name: field.annotation(os.environ[PREFIX + name.upper()])  # type: ignore[misc]  # str or int
        for name, field in Config.model_fields.items()
        if PREFIX + name.upper() in os.environ
    }
    return Config.model_construct(**given)
