"""Every setting of a stage, typed, in one place. A team edits `STAGES` at the end of this page and nothing else.

Sizes are bytes, times seconds, bitrates kbps unless the name says otherwise.
"""

import os
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from reelstack.verdicts import NEVER, Label, Threshold

MIB = 1024 * 1024
GIB = 1024 * MIB


class Settings(BaseModel):
    """One stage. Defaults are those of a production stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # where
    stage: str
    account: str = Field(pattern=r"^\d{12}$")
    region: str = "us-east-1"
    profile: Literal["core", "full"] = "full"
    domain: str | None = None
    """Host name of the site, e.g. clips.example.com; needs `hosted_zone_id`. None: the distribution's own name."""
    hosted_zone_id: str | None = None
    keep_data: bool = True
    """True: buckets, tables and users stay when the stack is destroyed."""
    alarm_email: str | None = None

    # who signs in
    issuer: str | None = None
    """Any OIDC issuer URL; None: a Cognito user pool of our own."""
    audience: tuple[str, ...] = ()
    web_origins: tuple[str, ...] = ()
    """Origins besides the domain's that may sign in, call the API and upload. Without a domain of your own, put the
    distribution's https://….cloudfront.net here after the first deployment and deploy again."""
    password_sign_in: bool = False
    """Lets a program sign in with name and password. For laptops only."""

    # delivery
    price_class: Literal["100", "200", "all"] = "100"
    origin_shield_region: str = "us-east-1"
    edge_rate_limit: int = 10_000
    """Requests per five minutes and address before WAF refuses."""
    api_rate_limit: int = 5_000
    """Emergency stop of the gateway, requests per second: at least 5 × the application's own bucket."""
    playback_seconds_public: int = 6 * 3600
    playback_seconds_private: int = 5 * 60

    # uploads
    max_upload_bytes: int = GIB
    max_duration_seconds: int = 600
    upload_url_seconds: int = Field(default=3600, le=3600)
    transfer_acceleration: bool = True

    # production
    engine: Literal["ffmpeg"] = "ffmpeg"
    """Who transcodes. `mediaconvert` follows behind the same plan."""
    production_slots: int = 200
    segment_workers: int = 40
    segment_seconds: int = Field(default=4, multiple_of=2)
    encode_threads: int = 4
    avc_rungs: tuple[int, ...] = (480,)
    review_days: int = 14

    # moderation
    moderation_engines: tuple[Literal["nsfw", "safety"], ...] = Field(default=("nsfw", "safety"), min_length=1)
    moderation_thresholds: dict[Label, Threshold] = {
        Label.SEXUAL: Threshold(review=0.7, reject=0.9),
        Label.GRAPHIC: Threshold(review=0.5, reject=0.9),
        Label.PROFANITY: Threshold(review=0.5, reject=NEVER),
    }
    """Chosen from what harmless clips score with both engines: docs/decisions.md, Moderation."""
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
    log_days: Literal[7, 30, 365] = 30
    architecture: Literal["arm64", "x86_64"] = "arm64"

    @property
    def is_local(self) -> bool:
        return self.stage == "local"


def local() -> Settings:
    """The laptop: one process each for AWS, Valkey and the edge; programs from the local cache."""
    cores = os.cpu_count() or 2
    return Settings(
        stage="local",
        account="000000000000",
        keep_data=False,
        password_sign_in=True,
        transfer_acceleration=False,
        web_origins=("*",),
        production_slots=2,
        segment_workers=cores,
        encode_threads=cores,
        upload_url_seconds=int(os.environ.get("REELSTACK_LOCAL_UPLOAD_URL_SECONDS", "3600")),
        ffmpeg_path=os.environ.get("REELSTACK_LOCAL_FFMPEG", "/usr/bin/ffmpeg"),
        ffprobe_path=os.environ.get("REELSTACK_LOCAL_FFPROBE", "/usr/bin/ffprobe"),
        cache_url=os.environ.get("REELSTACK_LOCAL_VALKEY", "valkey://127.0.0.1:6379"),
    )


STAGES: dict[str, Settings] = {
    "dev": Settings(
        stage="dev",
        account=os.environ.get("REELSTACK_ACCOUNT", "111111111111"),
        profile="core",
        keep_data=False,
        web_origins=("http://localhost:5173",),
        production_slots=10,
        log_days=7,
    ),
    "prod": Settings(stage="prod", account=os.environ.get("REELSTACK_ACCOUNT", "111111111111")),
    "local": local(),
}
