"""Every setting of a stage, typed, in one place, with the values of a production stage. A team edits infra/stages.py.

Sizes are bytes, times seconds, bitrates kbps unless the name says otherwise.
"""

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from infra.job_settings import JobSettings
from infra.ladder_settings import LadderSettings
from infra.route_rates import ROUTE_RATES
from infra.thresholds import THRESHOLDS
from reelstack.classification.verdicts import Label, Threshold
from reelstack.production.engine_choice import Choice, Speech
from reelstack.web.rate_limits import Rate

MIB = 1024 * 1024
GIB = 1024 * MIB
LONGEST_APPEAL_DAYS = 31
"""An appeal that is granted within 30 days finds the objects it brings back, and a day for the event that does it."""
EVENT_STREAM_DAYS = 7
"""How long Kinesis keeps events: a job that was broken over a long weekend reads on where it stopped."""
LAPTOP_ACCOUNT = "000000000000"
"""The emulator's own."""


class Settings(JobSettings, LadderSettings):
    """One stage. Defaults are those of a production stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # where
    stage: str = Field(pattern=r"^[a-z][a-z0-9]*$")
    """Without a hyphen: resources are named reelstack-<stage>-<name>, and `dev-anna` would pass for a part of `dev`."""
    account: str = Field(pattern=r"^\d{12}$")
    region: str = "us-east-1"
    profile: Literal["core", "full"] = "full"
    zones: tuple[str, ...] = Field(default=("a", "b", "c"), min_length=2, max_length=3)
    """Letters of the region's zones that the network of profile `full` stands in. A third one is added at the end: the
    cache stays in the first two, since AWS moves no serverless cache into other subnets."""
    domain: str | None = None
    """Host name of the site, e.g. clips.example.com; needs `hosted_zone_id`. None: the distribution's own name."""
    hosted_zone_id: str | None = None
    keep_data: bool = True
    """True: buckets, tables and users stay when the stack is destroyed."""
    alarm_email: str | None = None
    """Where alarms go. A stage that keeps data must have one; AWS sends it a link to confirm first."""

    # who signs in
    issuer: str | None = None
    """Any OIDC issuer URL; None: a Cognito user pool of our own."""
    audience: tuple[str, ...] = ()
    web_origins: tuple[str, ...] = ()
    """Origins besides the site's own that may sign in, call the API and upload. The site's own is the domain, or else
    the distribution's https://….cloudfront.net, which `reelstack deploy` adds once it knows it."""
    password_sign_in: bool = False
    """Lets a program sign in with name and password. For laptops only."""
    creators: Literal["everybody", "invited"] = "invited"
    """Who may upload: everybody who signed up, or whom an administrator gave the role (`reelstack role NAME creator`).
    Signing up is open in both: who is not invited watches, likes and comments."""
    anonymous_reading: bool = True
    """Whether public clips can be watched, and what is public can be read, without an account."""
    embedding: bool = True
    """Whether other sites may show public clips in a frame (/embed/<id>). It needs `anonymous_reading`, too."""
    cognito_plan: Literal["LITE", "ESSENTIALS", "PLUS"] = "LITE"
    """The user pool's feature plan. LITE has all that a stage uses (the classic sign-in pages, one-time codes, groups)
    for about a third of the price of ESSENTIALS, which is what AWS gives a pool that names none."""
    ses_identity: str | None = None
    """An address or domain verified in SES in the stage's region, which Cognito's mails come from. None: Cognito's own
    address, which sends 50 mails a day in all."""

    # people
    session_days: int = Field(default=30, ge=1, le=365)
    """How long somebody stays signed in."""
    session_cache_seconds: int = Field(default=30, ge=1, le=300)
    """A revoked session's access token works on for so long at most; a suspended account writes on for so long."""
    handle_hold_days: int = Field(default=14, ge=0)
    """How long a handle that was given up stays its last holder's."""
    handle_change_days: int = Field(default=7, ge=0)
    """How often one person can claim a new handle."""
    service_names: tuple[str, ...] = ("Reelstack",)
    """What people know the service by: handles and display names that look like one are for its staff."""
    max_avatar_bytes: int = Field(default=5 * MIB, ge=1)

    # rights: docs/privacy.md
    erase_after_days: int = Field(default=30, ge=0)
    """How long a deleted account can be recovered by an administrator before it is erased; how long a deleted video's
    original and item stay."""
    event_days: int = Field(default=400, ge=1)
    """How long archived events of viewers stay (profile `full`): a year, and a month to compare it with."""

    # delivery
    feed_answer_seconds: int = Field(default=2, ge=1, le=30)
    """How long a deployment of the feed may take to answer before the other is asked. SnapStart makes 2 s enough."""
    edge_origin: str | None = None
    warm_up_places: tuple[str, ...] = ("",)
    """Of a laptop: where the site answers, and at which edge locations. Elsewhere its own name, and the nearest."""
    price_class: Literal["100", "200", "all"] = "100"
    origin_shield_region: str = "us-east-1"
    edge_rate_limit: int = 10_000
    """Requests per five minutes and address before WAF refuses."""
    api_rate_limit: int = 5_000
    """Emergency stop of the gateway, requests per second: at least 5 × the application's own bucket."""
    public_rate: Rate = Rate(at_once=50, per_second=20)
    """The gateway's throttle of each route that answers without a token, for everybody together: the gateway can be
    reached without the CDN and its firewall, and `api_rate_limit` is one bucket."""
    anonymous_route_rate: Rate = Rate(at_once=200, per_second=100)
    """The same of each route that reads without a token; who is signed in reads by others, untouched by a flood."""
    connect_rate: Rate = Rate(at_once=400, per_second=250)
    """The same for $connect of the WebSocket API, of the 500 new connections a second that AWS gives an account."""
    user_rate: Rate = Rate(at_once=100, per_second=3)
    """How often one user may call the API; beyond it, 429 with Retry-After."""
    address_rate: Rate = Rate(at_once=300, per_second=30)
    """The same for one address (of IPv6, its /64), below `edge_rate_limit`: many users may share one."""
    anonymous_rate: Rate = Rate(at_once=200, per_second=10)
    """The same for all who read without a token from one address; a page of ten clips is some thirty requests."""
    route_rates: dict[str, Rate] = ROUTE_RATES
    """Buckets of their own, per user, for what costs more than a read, or other people's attention."""
    rate_limiter_fallback: Literal["tables", "open", "closed"] = "tables"
    """What happens while the cache that counts requests does not answer. `tables`: a table counts them, one write for
    each, and requests are let in if that fails, too. `open`: they are let in uncounted. `closed`: they are refused with
    503. In profile `core`, where tables count anyway, `closed` refuses them while the table does not answer."""
    playback_seconds_public: int = 6 * 3600
    playback_seconds_private: int = 5 * 60

    # uploads
    max_upload_bytes: int = GIB
    max_duration_seconds: int = 600
    upload_url_seconds: int = Field(default=3600, le=3600)
    transfer_acceleration: bool = True
    """The bucket takes accelerated requests; that costs nothing until `upload_path` sends clients there."""
    upload_path: Literal["s3", "acceleration", "cloudfront"] = "s3"
    """How bytes reach the bucket: docs/uploads.md#paths. `cloudfront` needs a `domain`."""
    max_open_uploads: int = Field(default=20, ge=1, le=1000)
    max_uploads_per_day: int = Field(default=200, ge=1)  # per creator; days of UTC
    max_upload_bytes_per_day: int = Field(default=50 * GIB, ge=1)
    max_retries: int = Field(default=3, ge=0, le=100)
    """Of one video whose production failed, by its owner; each counts as an upload."""
    storage_origin: str | None = None
    """Where browsers reach S3 if not at AWS's own addresses, e.g. http://127.0.0.1:4566."""
    compose_workers: int = Field(default=20, ge=2, le=1000)
    """Uploads in chunks that are joined at the same time."""

    # follows
    max_following: int = Field(default=5000, ge=1)
    """Accounts that one user may follow."""
    timeline_large_followers: int = Field(default=10_000, ge=1)
    """From so many followers on, an account's videos are read into timelines, not written into them: docs/data.md."""
    timeline_days: int = Field(default=30, ge=1)
    """How far back the timeline of those one follows goes."""
    timeline_entries: int = Field(default=500, ge=50)
    """About how many videos are written into one timeline."""

    # notifications
    push_platforms: dict[Literal["ios", "android"], str] = Field(default_factory=dict)
    """ARNs of the SNS platform applications that mobile push goes through; made by hand, since they hold the keys of an
    app. A device of a platform that is missing here is kept, and gets nothing."""

    # production
    engine: Choice = "ffmpeg"
    """Who transcodes: FFmpeg in Lambda, MediaConvert, or `by-duration` MediaConvert only what is longer than that."""
    mediaconvert_over_seconds: int = Field(default=120, ge=0)
    mediaconvert_max_dollars: float = Field(default=5.0, gt=0)
    """A clip whose MediaConvert job is estimated to cost more fails with the reason `transcode-too-costly`."""
    lambda_concurrency: int = Field(default=1000, ge=10)
    """Concurrent executions of Lambda that the account has in this region, or that this stage may use of them: a quota,
    1,000 unless more was asked for, 10 in a new account. Reservations follow from it, and slots × workers are held
    against it: infra/functions/concurrency.py."""
    production_slots: int = Field(default=47, ge=1, le=1000)
    """Productions that run at the same time; none waits for a moderator. Each may have one Distributed Map under way,
    of which Step Functions opens 1,000."""
    production_low_slots: int = 25
    """How many of them low-priority work (re-encodes, imports) may hold."""
    production_slots_per_creator: int = Field(default=10, ge=1)
    """How many of them one creator may hold. Whoever waits takes turns in any case."""
    low_dollars_per_day: float = Field(default=0, ge=0)
    """Low-priority work stops until the next day (UTC) once productions of this estimated cost have ended; 0: never."""
    max_clip_dollars: float = Field(default=2, gt=0)
    """A clip whose production is estimated to cost more is refused by the first step (`transcode-too-costly`). On arm64
    every clip of docs/clips.md costs less; `production_slots_per_creator` of them may be under way when a creator
    reaches `creator_dollars_per_day`."""
    user_dollars_per_day: float = Field(default=80, gt=0)
    """The most that one signed-in user may be able to cost in a day. A test holds rates and quotas against it:
    docs/spending.md."""
    creator_dollars_per_day: float = Field(default=10, ge=0)
    """A creator's further productions wait for the next day (UTC) once those of today are estimated to cost this much;
    0: never. A production is counted once it is probed, so those that run already come on top."""
    segment_workers: int = Field(default=11, ge=1)
    """Segments of one clip that are transcoded at the same time."""
    segment_seconds: int = Field(default=4, multiple_of=2)
    encode_threads: int = 4
    review_days: int = Field(default=3, ge=1)
    """A review that is open for longer raises an alarm. It stays open: nothing that a decision needs expires."""

    # moderation
    moderation_engines: tuple[Literal["nsfw", "safety"], ...] | tuple[Literal["rekognition"]] = Field(
        default=("nsfw", "safety"), min_length=1
    )
    """Models of our own, which agree on each frame; or Rekognition, which looks at the whole clip."""
    moderation_thresholds: dict[Label, Threshold] = THRESHOLDS
    speech: Speech = "none"
    """Who writes down what is said in a clip, for the word list: Amazon Transcribe (0.024 $ a minute), or PocketSphinx,
    which only a laptop has. Two listed words send a clip to a moderator."""
    speech_languages: tuple[str, ...] = Field(default=("en-US", "de-DE", "es-ES", "fr-FR"), min_length=1, max_length=5)
    """Of Transcribe: of several it finds out which is spoken."""
    review_hold_seconds: int = Field(default=900, ge=60)
    """How long a review that a moderator claimed is theirs alone."""
    appeal_days: int = Field(default=30, ge=1)
    """How long a creator can appeal against a verdict."""
    quarantine_days: int = Field(default=90, ge=1)
    """How long objects of withdrawn videos are kept. Longer than `appeal_days` and the time an appeal may wait."""

    # programs, where the layers put them on Lambda
    ffmpeg_path: str = "/opt/bin/ffmpeg"
    ffprobe_path: str = "/opt/bin/ffprobe"
    cache_url: str | None = None
    """A Valkey that exists already; None: the stack makes one in profile `full`."""
    cache_gb: int = Field(default=10, ge=1, le=5000)
    """The most that the cache may hold, in GB; then it evicts what expires anyway."""
    cache_ecpu_per_second: int = Field(default=50_000, ge=1000, le=15_000_000)
    """The most that the cache may do, in units of about one small command; more is throttled."""
    cache_least_ecpu_per_second: int = Field(default=0, ge=0, le=15_000_000)
    """What the cache is ready for without growing first, 0 or at least 1,000. AWS gives a cache some 30,000 to begin
    with and doubles that within about ten minutes: a minimum above it is for a rush that is known before. It is paid
    whether it is used or not, about 6 $ a month for each thousand."""
    search_url: str | None = None
    """An OpenSearch that exists already, e.g. http://127.0.0.1:9200; None: the stack makes one in profile `full`."""
    search_instance: str = Field(default="t3.small.search", pattern=r"^[a-z0-9]+\.[a-z0-9]+\.search$")
    search_nodes: int = Field(default=3, ge=1, le=10)
    """Data nodes: one, or three and more, which stand in three zones and outlive the loss of one. Two cannot: what is
    left of them is no majority and elects no leader. AWS takes ten of the t3 kinds at most."""
    search_gib: int = Field(default=10, ge=10, le=1000)
    """Disk of each node."""

    # what costs while nothing happens: `reelstack cost idle STAGE`
    snap_start: bool = True
    """HTTP services start from a snapshot: about 2 $ a month for each, and first answers that come seconds earlier."""
    firewall: bool = True
    """AWS WAF before the distribution, 9 $ a month. Without it the application's own rates are what is left."""
    alarms: Literal["all", "essential"] = "all"
    """Each is 0.10 $ a month. `essential`: the API answers 5xx, a state machine failed or hung, work was given up, the
    search index is broken."""
    log_days: Literal[7, 30, 365] = 30
    architecture: Literal["arm64", "x86_64"] = "arm64"

    @model_validator(mode="after")
    def _upload_path_exists(self) -> Self:
        if self.upload_path == "acceleration" and not self.transfer_acceleration:
            raise ValueError("upload_path acceleration needs transfer_acceleration")
        if self.upload_path == "cloudfront" and not (self.domain and self.hosted_zone_id):
            raise ValueError("upload_path cloudfront needs a domain and its hosted_zone_id: functions sign its name")
        return self

    @model_validator(mode="after")
    def _the_gateway_stops_later_than_the_application(self) -> Self:
        for rate in (self.user_rate, self.address_rate, self.anonymous_rate, *self.route_rates.values()):
            if self.api_rate_limit < 5 * max(rate.per_second, rate.at_once):
                raise ValueError("api_rate_limit is an emergency stop: at least 5 × every rate of the application")
        return self

    @model_validator(mode="after")
    def _an_appeal_finds_what_it_is_about(self) -> Self:
        if self.quarantine_days < self.appeal_days + LONGEST_APPEAL_DAYS:
            raise ValueError(f"quarantine_days is at least appeal_days + {LONGEST_APPEAL_DAYS}: appeals wait, too")
        return self

    @model_validator(mode="after")
    def _the_cache_may_do_what_it_is_ready_for(self) -> Self:
        least = self.cache_least_ecpu_per_second
        if 0 < least < 1000 or least > self.cache_ecpu_per_second:
            raise ValueError("cache_least_ecpu_per_second is 0, or between 1,000 and cache_ecpu_per_second")
        return self

    @model_validator(mode="after")
    def _search_has_a_majority_without_one_zone(self) -> Self:
        if self.search_nodes == 2:
            raise ValueError("search_nodes is 1 or at least 3: of two nodes one alone is no majority")
        if self.search_nodes > 1 and len(self.zones) < 3:
            raise ValueError("search_nodes above 1 needs three zones: set zones, or search_nodes=1")
        return self

    @model_validator(mode="after")
    def _somebody_hears_the_alarms(self) -> Self:
        if self.keep_data and not self.alarm_email:
            raise ValueError(
                f"alarm_email is missing: stage {self.stage} keeps data, and nobody would hear that some is being "
                "lost. Set it in infra/stages.py; the stage prod takes it from REELSTACK_ALARM_EMAIL"
            )
        return self

    @property
    def is_local(self) -> bool:
        """Whether it stands on a laptop's emulator: stage `local`, or another that `on_laptop` took there."""
        return self.account == LAPTOP_ACCOUNT

    @property
    def has_spark(self) -> bool:
        """Whether the daily jobs run on EMR Serverless: there is none on a laptop."""
        return self.profile == "full" and not self.is_local
