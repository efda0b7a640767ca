"""Whole pages in many small worlds: what is shown, how much of it, and in which order, at every level.

A world has an item table, a hot list and newest clips that agree by chance only, a viewer who hides and blocks, and
clips that may not be shown although the lists have them. Nothing is stored, so a world takes milliseconds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.degradation.levels import Level
from reelstack.feed import candidates, page_filler, plans, ranked_page, ready_made, seen, sessions
from reelstack.feed.artefacts import Artefacts
from reelstack.feed.candidates import Wanted
from reelstack.feed.choices import Choices, Hidden, Interests
from reelstack.feed.fallbacks import Fallbacks
from reelstack.feed.features import ClipState
from reelstack.feed.filters import Excluded
from reelstack.feed.hot_lists import Entry, HotList
from reelstack.feed.item_table import ItemTable
from reelstack.feed.page_caps import Shown
from reelstack.feed.page_filler import Known
from reelstack.feed.plans import Plan
from reelstack.feed.ranked_page import Choice, Setting, Viewer
from reelstack.feed.ready_pages import ReadyItem
from reelstack.feed.sessions import Session
from reelstack.feed.trace import Trace
from reelstack.feed.viewer_context import Asker, ViewerContext
from reelstack.tables.videos import Video
from tests.feed import catalogues
from tests.feed.catalogues import NOW
from tests.feed.test_page_caps import fits

TABLES, VIEWERS = 60, 14
"""Worlds: their product, of three pages each, in 4 s of a quiet processor."""
LEVELS = (Level.NORMAL, Level.HOT_LIST, Level.NO_LIVE, Level.HOT_LIST)
LIVE = frozenset(candidates.LIVE)


@dataclass
class World:
    chance: np.random.Generator
    clips: dict[str, ClipState]
    table: ItemTable
    hot: HotList
    newest: list[Video]
    gone: frozenset[str]
    """Private, rejected or deleted since."""
    closed: frozenset[str]
    """Owners whose account is not open."""
    hash_of: Mapping[str, int]
    """As sessions keep them."""


@dataclass
class Person:
    world: World
    excluded: Excluded
    blocked: frozenset[str]
    session: Session
    known: Known = field(default_factory=Known)

    def may_see(self, clip: ClipState) -> bool:
        """Whether the clip may be shown, had it never been shown; by the words of the rule."""
        world, no = self.world, self.excluded
        return not (
            clip.video_id in world.gone | no.hidden_videos
            or clip.owner_id in world.closed | self.blocked | no.hidden_creators | {no.viewer_id}
            or no.hidden_tags & set(clip.tags)
            or (no.languages and clip.language not in {*no.languages, ""})
        )

    def may_be_shown_at_all(self, video_id: str) -> bool:
        clip = self.world.clips[video_id]
        return video_id not in self.world.gone and clip.owner_id not in self.world.closed

    def choices(self) -> Choices:
        no = self.excluded
        hidden = Hidden(no.hidden_videos, no.hidden_creators, no.hidden_tags)
        return Choices(hidden, Interests((), tuple(no.languages)))

    def has_seen(self) -> set[str]:
        ids = list(self.world.clips)
        known = {self.world.hash_of[one]: one for one in ids}
        filtered = seen.was_seen(self.excluded.filters, seen.hashes(ids))
        return {
            *(known[one] for one in self.session.served if one in known),
            *(one for one, is_in in zip(ids, filtered, strict=True) if is_in),
            *self.excluded.watched,
        }

    def look(self, some: Sequence[Choice], most: int) -> None:
        """As shown.visible does."""
        for one in some:
            if not self.may_be_shown(one):
                self.known.refused.add(one.video_id)
                if one.owner_id in self.blocked or one.owner_id in self.world.closed:
                    self.known.refused_owners.add(one.owner_id)
                continue
            self.known.visible.add(one.video_id)
            most -= 1
            if most == 0:
                return

    def may_be_shown(self, one: Choice) -> bool:
        world, owner = self.world, one.owner_id
        return one.video_id not in world.gone and owner not in world.closed and owner not in self.blocked


def world_of(seed: int) -> World:
    chance = np.random.default_rng(seed)
    count = int(chance.integers(0, 45))
    made = catalogues.crowd(count, owners=int(chance.integers(1, 30)), tags=int(chance.integers(1, 30)), seed=seed)
    clips = {one.video_id: one for one in made}
    ids = list(clips)

    def some(share: float) -> list[str]:
        return [one for one in ids if chance.random() < share]

    in_table = [clips[one] for one in some(chance.choice([0.0, 0.5, 1.0]))]
    listed = [clips[one] for one in chance.permutation(some(chance.choice([0.0, 0.3, 1.0])))]
    hot = HotList("", NOW, [Entry(one.video_id, one.owner_id, one.tags, one.language) for one in listed])
    newest = [
        Video(one.video_id, owner_id=one.owner_id, tags=list(one.tags), language=one.language)
        for one in made[: int(chance.choice([0, 15, 45]))]
    ]
    gone, owners = frozenset(some(chance.choice([0.0, 0.2]))), sorted({one.owner_id for one in made})
    closed = frozenset(one for one in owners if chance.random() < 0.05)
    hashes = {one: sessions.clip_hash(one) for one in ids}
    return World(chance, clips, catalogues.newcomers(*in_table), hot, newest, gone, closed, hashes)


def person_in(world: World) -> Person:
    chance, ids = world.chance, list(world.clips)
    owners = sorted({one.owner_id for one in world.clips.values()})

    def few(words: Sequence[str], most: int) -> frozenset[str]:
        return frozenset(map(str, chance.choice(words, size=chance.integers(most + 1)))) if words else frozenset()

    session = sessions.served(Session(int(chance.integers(2**63)), 1), [(one, ()) for one in few(ids, 30)])
    in_filter = chance.random() < 0.3
    excluded = Excluded(
        viewer_id=str(chance.choice(owners)) if owners and chance.random() < 0.5 else "bob",
        served=np.array(session.served, dtype=np.uint32),
        filters=(filter_of(few(ids, 20)),) if in_filter else (),
        watched=sorted(few(ids, 5)),
        hidden_videos=few(ids, 4),
        hidden_creators=few(owners, 2),
        hidden_tags=few([f"tag{n}" for n in range(30)], 2),
        languages=("de",) if chance.random() < 0.3 else (),
    )
    return Person(world, excluded, few(owners, 2), session)


def filter_of(video_ids: Collection[str]) -> bytes:
    content = bytearray(seen.BITS // 8)
    for bit in seen.positions(seen.hashes(video_ids)).ravel():
        content[int(bit) // 8] |= 0x80 >> int(bit) % 8
    return bytes(content)


def plan_of(person: Person, level: Level, limit: int) -> Plan:
    world, excluded = person.world, replace(person.excluded, served=np.array(person.session.served, dtype=np.uint32))
    choices: Sequence[Choice]
    if level == Level.HOT_LIST:
        choices, _ = plans.of_list(world.hot, excluded)
    else:
        off = LIVE if level == Level.NO_LIVE else frozenset()
        setting = Setting(world.table, None, None, [one for one in candidates.QUOTAS if one not in off])
        before = [one.owner_id for one in plans.shown_before(world.table, world.hot, person.session)]
        viewer = Viewer(ViewerContext(Asker("bob")), Wanted(now_ms=NOW), excluded, {}, {}, before)
        choices = ranked_page.plan(setting, viewer, limit, NOW, world.chance, Trace())
    return Plan(level, choices, "", excluded, Artefacts(world.table), world.hot)


def page_of(person: Person, level: Level, limit: int) -> list[Choice]:
    plan, person.known = plan_of(person, level, limit), Known()
    before = plans.shown_before(person.world.table, person.world.hot, person.session)
    others = Fallbacks(plan, person.session, lambda: person.world.newest)
    page = page_filler.fill(plan.choices, limit, before, others, person.known, person.look)
    check(person, plan, page, limit, before)
    return page


def check(person: Person, plan: Plan, page: Sequence[Choice], limit: int, before: Sequence[Shown]) -> None:
    world = person.world
    of_lists = [*(world.table.clip(row) for row in range(len(world.table))), *map(world.clips.get, ids_of(world))]
    left = {one.video_id: one for one in of_lists if one and person.may_see(one)}
    fresh = left.keys() - person.has_seen()
    ids = [one.video_id for one in page]
    assert len(ids) == len(set(ids)) == min(limit, len(left)), "as long as it can be"
    assert set(ids) <= left.keys(), "nothing that is private, gone, hidden, blocked, own or in another language"
    assert {one.video_id for one in page if not one.repeated} == fresh & set(ids)
    repeats = [one.repeated for one in page]
    assert repeats == sorted(repeats)
    assert not any(repeats) or fresh <= set(ids), "what was seen comes only when nothing else is left"
    check_caps(person, plan, [one for one in page if not one.repeated], before)


def ready_page_of(person: Person, limit: int) -> list[str]:
    """At level 3 nothing is asked but who is hidden and blocked: the list holds what was public when it was made."""
    rules, no = person.choices(), {person.excluded.viewer_id, *person.blocked}
    items = [ReadyItem(one.video_id, one.owner_id, one.tags, b"", one.language) for one in person.world.hot.entries]
    allowed = [
        one
        for one in items
        if one.owner_id not in no and rules.lets_in(one.video_id, one.owner_id, one.tags, one.language)
    ]
    chosen = ready_made._chosen([allowed[:9], allowed[9:]], person.session, limit)
    ids = [one.video_id for one, _ in chosen]
    listed = {one.video_id for one in allowed}
    shown = {one for one in listed if person.world.hash_of[one] in person.session.served}
    assert len(ids) == len(set(ids)) == min(limit, 20, len(allowed)), "as long as it can be"
    assert all(person.may_see(person.world.clips[one]) or not person.may_be_shown_at_all(one) for one in ids)
    assert {one.video_id for one, repeated in chosen if repeated} == shown & set(ids)
    assert not shown & set(ids) or listed - shown <= set(ids)
    return ids


def ids_of(world: World) -> list[str]:
    return [*(one.video_id for one in world.hot.entries), *(one.video_id for one in world.newest)]


def check_caps(person: Person, plan: Plan, page: Sequence[Choice], before: Sequence[Shown]) -> None:
    """Where a place breaks them, no clip in memory that is left would keep them."""
    explored = {one.video_id for one in plan.choices if one.explores}
    pool: dict[str, Choice] = {}
    for place, one in enumerate(page):
        recent = [*before, *page[:place]]
        if not fits(one, recent) or (one.explores and not place):
            pool = pool or in_memory(plan, person)
            taken = {*(other.video_id for other in page[:place]), *explored}
            better = [
                other.video_id
                for other in pool.values()
                if other.video_id not in taken and person.may_be_shown(other) and fits(other, recent)
            ]
            assert not better, (place, one, better)


def in_memory(plan: Plan, person: Person) -> dict[str, Choice]:
    return {one.video_id: one for part in Fallbacks(plan, person.session).in_memory for one in part}


@settings(max_examples=TABLES)
@given(st.integers(0, 2**32))
def test_pages_hold_in_every_world(seed: int) -> None:
    """Also two pages of a session: the second repeats nothing unless it says so."""
    world = world_of(seed)
    for number in range(VIEWERS):
        person, level = person_in(world), LEVELS[number % len(LEVELS)]
        limit = int(world.chance.integers(1, 31))
        first = page_of(person, level, limit)
        person.session = sessions.served(person.session, [(one.video_id, one.tags) for one in first])
        second = page_of(person, level, limit)
        ready_page_of(person, limit)
        again = {one.video_id for one in first} & {one.video_id for one in second if not one.repeated}
        assert not again
