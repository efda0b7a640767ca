"""A month's seconds, views, clips and bytes, by which every group of lines counts."""

from dataclasses import dataclass
from functools import cached_property

from infra.costs import prices
from infra.costs.clips import phone_facts
from infra.costs.model.demand import Demand
from infra.costs.model.habits import Habits
from infra.settings import Settings
from reelstack.media.ffmpeg_args import AUDIO_KBPS
from reelstack.media.ladder import Plan, make_plan
from reelstack.production import workload

GB = 1e9
DAYS = prices.HOURS_A_MONTH / 24
SHORT_SIDE, FPS = 1080, 30
BESIDE_OBJECTS = 6
"""Of an attempt, below 128 KiB each: master, preview, poster, sprites and their track, the sound's playlist."""


@dataclass(frozen=True)
class Clip:
    """A typical clip in storage."""

    plan: Plan
    original_gb: float
    renditions_gb: float

    @property
    def gb(self) -> float:
        return self.original_gb + self.renditions_gb

    @property
    def large_objects(self) -> int:
        """Renditions and the sound."""
        return len(self.plan.renditions) + 1

    @property
    def small_objects(self) -> int:
        """Their playlists, and what stands beside them."""
        return len(self.plan.renditions) + BESIDE_OBJECTS


def clip(settings: Settings, seconds: int, habits: Habits) -> Clip:
    facts = phone_facts(SHORT_SIDE, SHORT_SIDE * 16 // 9, FPS, seconds * FPS)
    plan = workload.arrange(make_plan(facts, segment_seconds=settings.segment_seconds, avc_rungs=settings.avc_rungs))
    kbps = sum(rendition.cap_kbps for rendition in plan.renditions) + AUDIO_KBPS
    original = min(habits.source_kbps * 1000 / 8 * seconds, settings.max_upload_bytes)
    return Clip(plan, original / GB, kbps * 1000 / 8 * seconds / GB)


@dataclass(frozen=True)
class Size:
    """Of one month."""

    settings: Settings
    demand: Demand
    habits: Habits
    clip: Clip

    @cached_property
    def watched_seconds(self) -> float:
        return self.demand.viewers * prices.SECONDS_A_MONTH

    @cached_property
    def views(self) -> float:
        return self.watched_seconds / (self.demand.clip_seconds * self.habits.watched)

    @cached_property
    def uploads(self) -> float:
        return self.demand.uploads_a_second * prices.SECONDS_A_MONTH

    @cached_property
    def delivered_gb(self) -> float:
        return self.watched_seconds * self.habits.kbps * 1000 / 8 / GB * (1 + self.habits.ahead)

    @cached_property
    def media_requests(self) -> float:
        """With a playback token: ranges of picture and sound, playlists and posters."""
        return self.watched_seconds * self.habits.requests_a_second + self.views * self.habits.files_a_view

    @cached_property
    def feed_calls(self) -> float:
        return self.views / self.habits.feed_clips

    @cached_property
    def events(self) -> float:
        return self.views * self.habits.events_a_view

    @cached_property
    def event_calls(self) -> float:
        return self.events / self.habits.events_a_call

    @cached_property
    def searches(self) -> float:
        return self.demand.daily_users * self.habits.searches_a_day * DAYS

    @cached_property
    def other_calls(self) -> float:
        """Of the API, but for feed and events."""
        of_viewers = self.views * (self.habits.calls_a_view + self.habits.writes_a_view)
        return of_viewers + self.searches + self.uploads * self.habits.part_calls

    @cached_property
    def api_calls(self) -> float:
        return self.feed_calls + self.event_calls + self.other_calls

    @cached_property
    def kept_gb(self) -> float:
        """Of one clip, once it is published."""
        return self.clip.renditions_gb if self.habits.originals == "delete" else self.clip.gb

    @cached_property
    def stored_clips(self) -> float:
        return self.uploads * self.demand.months
