"""Artefacts in service: item table, ranker and retrieval lists of this process, loaded from the bucket `data`.

The first request has them loaded beside it and waits, though not for long; after LOOK_SECONDS a request starts a look
for newer ones, never in its way. One that is damaged, too large or unknown is refused, counted, and the one before it
stays; so it does while the bucket is away. A process that has none before it says so (`refused`), and answers from
lists. What never was there is None: a new stage has no ranker before the first training, and its feed orders by
hand-set weights.
"""

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from reelstack.experiments import configuration
from reelstack.feed import item_table, items, lists, newcomers, rank_model, variations
from reelstack.feed.item_table import ItemTable
from reelstack.feed.items import Items, ItemsRefused
from reelstack.feed.lists import Lists
from reelstack.feed.newcomers import Entry
from reelstack.feed.rank_model import RankModel, RankModelRefused
from reelstack.feed.table_encoder import TableEncoder
from reelstack.platform import cache, storage
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.platform.storage import DocumentTooLarge
from reelstack.platform.telemetry import count, logger

REBUILD_SECONDS = 3
"""A table stays so long, however many new clips come, since each table takes a tenth of a second of the processor that
answers (100,000 clips)."""
LOOK_SECONDS = 10
TRY_AGAIN_SECONDS = 60
"""After an arm's ranker could not be loaded."""
NEWCOMERS_SECONDS = 2
MOST_BYTES = 128 * 1024 * 1024
"""Of an archive of items: 320,000 clips at 40 MB per 100,000. In memory it takes about three times as much (estimated)
while a newer one is loaded, of the function's 1,536 MB."""
Found = TypeVar("Found")


@dataclass(frozen=True)
class Artefacts:
    table: ItemTable
    encoder: TableEncoder | None = None
    """With the ranker in service; None: there is none yet."""
    world: Lists | None = None
    of_arm: TableEncoder | None = None
    """With the ranker that an arm of an experiment names, beside the one in service."""
    refused: frozenset[str] = frozenset()
    """Names of artefacts that are there, or may be, and of which this process has no version: the latest was refused,
    or the bucket did not tell."""

    @property
    def model(self) -> RankModel | None:
        return self.encoder.model if self.encoder else None


NOTHING = Artefacts(item_table.make(item_table.empty(), (), 0))


@dataclass
class Loader:
    """What one process keeps. `look` is called by one thread at a time."""

    read: Callable[[str], bytes]
    ask: Callable[[tuple[str | int, ...]], Any]
    catalogue: Items = field(default_factory=item_table.empty)
    catalogue_version: str = ""
    lists_pointer: str = ""
    entries: dict[str, Entry] = field(default_factory=dict)
    added_at: int = 0
    is_behind: bool = False
    """Entries came that the table does not have."""
    rebuilt_at: float = float("-inf")
    base: ItemTable = field(default_factory=lambda: NOTHING.table)
    """Of the catalogue alone, and below its rows of the ranker: kept for all tables with newcomers."""
    base_encoders: dict[str, TableEncoder] = field(default_factory=dict)
    """By version of the ranker."""
    named: Callable[[], Sequence[str]] = tuple
    """Versions of the ranker that arms of experiments name."""
    tried: tuple[str, float] = ("", 0.0)
    """Which of these was tried to be loaded, and when."""
    now: Artefacts = NOTHING
    looked_at: float = float("-inf")
    asked_at: float = float("-inf")
    made_at: float = field(default_factory=time.monotonic)
    looks: threading.Lock = field(default_factory=threading.Lock)
    has_looked: threading.Event = field(default_factory=threading.Event)

    def patience(self, seconds: float) -> float:
        """What is left of them since this was made."""
        return max(self.made_at + seconds - time.monotonic(), 0.0)

    def look(self) -> None:
        """Raises nothing: what could not be read stays as it was."""
        began = time.time()
        if began - self.looked_at >= LOOK_SECONDS or began < self.looked_at:
            self.looked_at = began
            self._items()
            self._model()
            self._lists()
        if self.asked_at > float("-inf"):  # the first look is waited for, and arms are few
            self._of_arm()
        self.asked_at = began
        self._newcomers()
        since = began - self.rebuilt_at  # below 0 in a look that brought a catalogue: its newcomers come at once
        if self.is_behind and (since >= REBUILD_SECONDS or since < 0):
            self._rebuild()

    def is_due(self) -> bool:
        now = time.time()
        return now - self.asked_at >= NEWCOMERS_SECONDS or now < self.asked_at

    def _items(self) -> None:
        pointer = self._text("items", items.POINTER)
        if not pointer or pointer == self.catalogue_version:
            self._nothing_new("items", pointer)
            return
        found = self._kept("items", lambda: items.load(self.read), ItemsRefused)
        if found is not None:
            self.catalogue, self.catalogue_version = found, pointer
            self._rebuild()

    def _model(self) -> None:
        if not (pointer := self._text("model", rank_model.POINTER)):
            self._nothing_new("model", pointer)
            return
        version = self._kept("model", lambda: rank_model.current_version(lambda _: pointer.encode()), RankModelRefused)
        if version is None or (self.now.model and self.now.model.version == version):
            return
        model = self._kept("model", lambda: rank_model.load(self.read, version), RankModelRefused)
        if model is not None:
            self.now = replace(self.now, encoder=self._encoder(model, self.now.table))
            self._forget_rankers()

    def _of_arm(self) -> None:
        """One at most, the first that arms name beside the one in service: each takes memory and time to be loaded."""
        serving, arm = self.now.model, self.now.of_arm
        version = next((one for one in self.named() if not serving or one != serving.version), "")
        if arm and arm.model.version != version:
            self.now, arm = replace(self.now, of_arm=None), None
            self._forget_rankers()
        name, at = self.tried
        if not version or arm or (name == version and 0 <= time.time() - at < TRY_AGAIN_SECONDS):
            return
        self.tried = version, time.time()
        model = self._kept("arm", lambda: rank_model.load(self.read, version), RankModelRefused)
        if model is not None:
            self.now = replace(self.now, of_arm=self._encoder(model, self.now.table))

    def _lists(self) -> None:
        text = self._text("lists", lists.POINTER)
        if not text or text == self.lists_pointer:  # some megabytes of JSON
            return

        def load() -> Lists:
            pointer = lists.pointer(json.loads(text))
            return lists.lists(json.loads(self.read(pointer.path(lists.WORLD))))

        world = self._kept("lists", load, (ValueError, KeyError, TypeError))
        if world is not None:
            self.now, self.lists_pointer = replace(self.now, world=world), text

    def _newcomers(self) -> None:
        try:
            found, newest = newcomers.parse(self.ask(newcomers.since(self.added_at)))
        except Exception as error:  # a cache that is away: the table stays as it is
            logger.warning("newcomers were not read", error=str(error))
            return
        fresh = [entry for entry in found if entry != self.entries.get(entry[0], self._of_catalogue(entry))]
        self.added_at = max(self.added_at, newest)
        self.entries |= {entry[0]: entry for entry in fresh}
        self.is_behind = self.is_behind or bool(fresh)

    def _of_catalogue(self, entry: Entry) -> Entry | None:
        """The entry itself, if it says of a clip of the catalogue that it is there: the last ones come again with each
        look, and are no reason for another table."""
        return entry if entry[1] is not None and entry[0] in self.catalogue.place else None

    def _rebuild(self) -> None:
        known = self.catalogue.place
        # What the daily catalogue has is no newcomer any more.
        self.entries = {key: one for key, one in self.entries.items() if one[1] is None or key not in known}
        if self.base.items is not self.catalogue:
            self.base = ItemTable(self.catalogue, now_ms())
        table = item_table.make(self.catalogue, list(self.entries.values()), now_ms(), self.base).prepare()
        encoder, of_arm = (
            self._encoder(one.model, table) if one else None for one in (self.now.encoder, self.now.of_arm)
        )
        self.now = replace(self.now, table=table, encoder=encoder, of_arm=of_arm)
        self.rebuilt_at, self.is_behind = time.time(), False

    def _encoder(self, model: RankModel, table: ItemTable) -> TableEncoder:
        before = self.base_encoders.get(model.version)
        if table.base and (before is None or before.model is not model or before.table is not table.base):
            before = self.base_encoders[model.version] = TableEncoder(model, table.base)
        return TableEncoder(model, table, before if table.base else None).prepare()

    def _forget_rankers(self) -> None:
        """Those that serve no more, before another one is loaded: each holds its table and its vocabulary."""
        serve = [one.model for one in (self.now.encoder, self.now.of_arm) if one]
        kept = {version: one for version, one in self.base_encoders.items() if any(one.model is each for each in serve)}
        self.base_encoders = kept

    def _nothing_new(self, name: str, pointer: str | None) -> None:
        """A pointer that was taken back, or that names the version in service, refuses nothing any more."""
        if pointer is not None:
            self.now = replace(self.now, refused=self.now.refused - {name})

    def _lacks(self, name: str) -> None:
        """An artefact has no version that this process could read now: it goes on with an older one, if it has one."""
        has_older = {"items": bool(self.catalogue_version), "model": bool(self.now.model), "lists": True, "arm": True}
        if not has_older[name]:
            self.now = replace(self.now, refused=self.now.refused | {name})

    def _text(self, name: str, key: str) -> str | None:
        """Empty: there is none; None: it could not be read."""
        try:
            return self.read(key).decode()
        except Exception as error:
            if storage.is_missing(error):
                return ""
            logger.warning("an artefact was not read", key=key, error=str(error))
            self._lacks(name)
            return None

    def _kept(
        self, name: str, load: Callable[[], Found], refused: type[Exception] | tuple[type[Exception], ...]
    ) -> Found | None:
        try:
            found = load()
        except Exception as error:
            if isinstance(error, (refused, DocumentTooLarge)):
                logger.warning("an artefact was refused", artefact=name, error=str(error))
                count("ArtefactRefused")
            else:  # storage that is away
                logger.warning("an artefact was not read", artefact=name, error=str(error))
            self._lacks(name)
            return None
        self.now = replace(self.now, refused=self.now.refused - {name})
        return found


_loaders: dict[str, Loader] = {}


def in_service() -> Artefacts:
    """What this process has. The first calls of a process wait until it was read, at most `feed_artefacts_ms` since the
    first, and get what leads to level 2 after that; later ones do not wait."""
    if not config().data_bucket:
        return NOTHING
    loader = _loaders.setdefault(config().stage, Loader(_read, lambda command: cache.run([command])[0], named=_named))
    if loader.is_due() and loader.looks.acquire(blocking=False):
        threading.Thread(target=_look, args=(loader,), daemon=True).start()
    if not loader.has_looked.wait(loader.patience(config().feed_artefacts_ms / 1000)):
        count("FeedStillLoading")
        return replace(loader.now, refused=frozenset({"items", "model"}))
    return loader.now


def _look(loader: Loader) -> None:
    try:
        loader.look()
    finally:
        loader.has_looked.set()
        loader.looks.release()


def _named() -> Sequence[str]:
    return variations.rankers(configuration.current())


def _read(key: str) -> bytes:
    return storage.read("data", key, MOST_BYTES)


def forget() -> None:
    """For a test that begins with a new process."""
    _loaders.clear()
