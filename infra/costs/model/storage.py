"""What is kept: originals and renditions by their age, work files, tags, moves between classes, and tables.

Clips have come at the same rate for `months`, so that each month of age holds as many bytes.
"""

from collections.abc import Iterator

from infra.costs import prices
from infra.costs.model.line import Price, amount, each, stepped
from infra.costs.model.size import GB, Size
from reelstack.platform import s3_prices
from reelstack.platform.s3_prices import S3
from reelstack.production.cost_estimate import US_EAST_1

GROUP = "storage"
CLIP_ITEM_BYTES, USER_ITEM_BYTES = 6_000, 8_000
"""In tables: of a clip with its counters, upload and timeline entries; of a user with what they liked and follow."""
WORK_DAYS, CHUNK_SHARE = 2, 0.2
"""How long work files stay; of uploads, those in chunks, which lie there until they are joined."""
IA_MONTH, COLD_MONTH = 1.0, 3.0
"""Ages in months at which policy `age` moves renditions to Standard-IA and to Glacier Instant Retrieval."""
CLASSES = {"STANDARD": "Standard", "STANDARD_IA": "Standard-IA", "GLACIER_IR": "Glacier Instant Retrieval"}


def lines(size: Size) -> Iterator[Price]:
    yield from _kept("originals", _originals(size))
    yield from _kept("renditions", _renditions(size))
    yield from _moves(size)
    yield from _small_things(size)
    items = (size.stored_clips * CLIP_ITEM_BYTES + size.demand.daily_users * USER_ITEM_BYTES) / GB
    yield amount(GROUP, "tables: items", items, "GB", prices.TABLE_GB, "DynamoDB")
    yield amount(GROUP, "tables: continuous backups", items, "GB", prices.TABLE_BACKUP_GB, "DynamoDB")


def between(months: float, first: float, last: float) -> float:
    """Months of uploads that are between `first` and `last` months old."""
    return max(0.0, min(months, last) - first)


def _originals(size: Size) -> dict[str, float]:
    """Class -> GB."""
    gb_a_month, months = size.uploads * size.clip.original_gb, size.demand.months
    if size.habits.originals == "delete":
        return {"STANDARD": gb_a_month * WORK_DAYS / 30}
    young = between(months, 0, IA_MONTH)
    return {"STANDARD": gb_a_month * young, "GLACIER_IR": gb_a_month * (months - young)}


def _renditions(size: Size) -> dict[str, float]:
    gb, months = size.uploads * size.clip.renditions_gb, size.demand.months
    if size.habits.policy == "standard":
        return {"STANDARD": gb * months}
    ages = {
        "STANDARD": between(months, 0, IA_MONTH),
        "STANDARD_IA": between(months, IA_MONTH, COLD_MONTH),
        "GLACIER_IR": between(months, COLD_MONTH, prices.WITHOUT_END),
    }
    if size.habits.policy == "intelligent":  # its tiers have the same prices; what is read returns to the first
        read = {name: age * size.habits.played_again for name, age in ages.items() if name != "STANDARD"}
        ages = {name: age - read.get(name, 0.0) for name, age in ages.items()}
        ages["STANDARD"] += sum(read.values())
    return {name: gb * age for name, age in ages.items()}


def _kept(what: str, gb_of: dict[str, float]) -> Iterator[Price]:
    for name, gb in gb_of.items():
        said = f"{what}: {CLASSES[name]}"
        if not gb:
            continue
        if name == "STANDARD":
            yield stepped(GROUP, said, gb, "GB", s3_prices.STANDARD_STEPS, "S3")
        else:
            yield amount(GROUP, said, gb, "GB", S3[name].storage.dollars, "S3")


def _moves(size: Size) -> Iterator[Price]:
    """One object at a time, each once in its life: a month's uploads pay it for a month's that came before."""
    months, policy = size.demand.months, size.habits.policy
    cold, objects = S3["GLACIER_IR"].transition.each, size.uploads * size.clip.large_objects
    if size.habits.originals == "age" and months > IA_MONTH:
        yield each(GROUP, "originals: moves to Glacier IR", size.uploads, "objects", cold, "S3")
    if policy == "age":
        if months > IA_MONTH:
            warm = S3["STANDARD_IA"].transition.each
            yield each(GROUP, "renditions: moves to Standard-IA", objects, "objects", warm, "S3")
        if months > COLD_MONTH:
            yield each(GROUP, "renditions: moves to Glacier IR", objects, "objects", cold, "S3")
    if policy == "intelligent":
        watched = size.stored_clips * size.clip.large_objects
        yield each(GROUP, "renditions: watched over", watched, "objects", s3_prices.MONITORING.each, "S3")
    tags = size.stored_clips * size.clip.large_objects * size.habits.tags_an_object
    if tags:
        yield each(GROUP, "tags", tags, "tags", s3_prices.TAG.each, "S3")
        put = size.uploads * size.clip.large_objects * size.habits.tags_an_object
        yield each(GROUP, "tags: S3 requests", put, "requests", US_EAST_1.s3_put, "S3")


def _small_things(size: Size) -> Iterator[Price]:
    """Work files and chunks, gone within days; playlists, posters and sprites, which no rule moves."""
    chunks = size.clip.original_gb * CHUNK_SHARE / 24  # an hour
    days = size.clip.renditions_gb * WORK_DAYS + chunks
    work = size.uploads / 30 * days
    yield amount(GROUP, "work files and chunks", work, "GB", US_EAST_1.s3_gb_month, "S3")
