"""cost report: what a running stage stores where, what it costs a month, and what it would by another policy."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli.session import AsJson, print_json

if TYPE_CHECKING:
    from infra.costs.holdings import Report, Stored

ROWS = 30
SAID_EVERY = 10_000
"""Objects between two lines of progress."""
NOBODY, DELETED = "(account gone)", "(no such clip any more)"
INVENTORY = """Listing is 1,000 objects a request, 0.005 $ a million objects; a billion take more than a day.
For a stage of that size let S3 Inventory write the list each day (0.0025 $ a million objects) and read it with Athena:
docs/cost-model.md."""

Grouped = Annotated[
    Literal["class", "codec", "rendition", "video", "creator"], typer.Option("--by", help="What makes one row.")
]
Stage = Annotated[
    str | None, typer.Option(help="A stage of infra/stages.py, by its AWS credentials; else the laptop's cloud.")
]
Limit = Annotated[int | None, typer.Option(min=1, help="Stop after so many objects: sums are then of those alone.")]


def report(by: Grouped = "class", limit: Limit = None, stage: Stage = None, as_json: AsJson = False) -> None:
    """What is stored where in a running cloud: originals, and what plays. Objects, bytes, dollars a month, and what
    all-Standard, lifecycle by age and Intelligent-Tiering would cost. List prices of us-east-1.

    \b
      reelstack cost report
      reelstack cost report --by creator
      reelstack cost report --by rendition --stage prod --limit 1000000 --json
    """
    from infra.costs import holdings, prices

    place = _place(stage)
    names = Names(place)
    listed = Listing(place, limit)
    found = holdings.report(listed, by, names.creator_of)
    rows = found.sorted(None if as_json else ROWS)
    if by == "video":
        titles = names.titles([row.name for row in rows])
        for row in rows:
            row.name = titles.get(row.name, row.name)
    if as_json:
        document = {"by": by, "rows": [asdict(row) for row in rows], "together": asdict(found.whole)}
        more = {"otherwise": found.otherwise, "classes_without_a_price": found.unknown, "whole": not listed.was_cut}
        print_json({**document, **more, "as_of": prices.AS_OF})
        return
    for line in _lines(found, rows, was_cut=listed.was_cut):
        typer.echo(line)
    typer.echo(f"Prices: {prices.AS_OF}.")


def _lines(found: "Report", rows: Iterable[Any], *, was_cut: bool) -> Iterator[str]:
    from infra.costs.report import bytes_of, row_line

    shown = [*rows, found.whole]
    width = max(len(row.name) for row in shown)
    for row in shown:
        yield row_line(row, width, found.whole.dollars)
    yield ""
    yield f"{bytes_of(found.whole.size_bytes)} by other policies, dollars a month of storage alone, unread:"
    for policy, dollars in found.otherwise.items():
        saved = f"{dollars / found.whole.dollars:7.2f} × what it costs now" if found.whole.dollars else ""
        yield f"  {policy:22} {dollars:12.4f} $  {saved}"
    for storage_class, number in found.unknown.items():
        yield f"{number:,} objects in {storage_class}: no price is known here, so they are in no sum"
    if was_cut:
        yield f"Only the first objects were listed (--limit). {INVENTORY}"


@dataclass(frozen=True)
class Place:
    """A stage: clients, its buckets and the tables with names of clips and people."""

    clients: Callable[[str], Any]
    buckets: tuple[str, ...]
    videos: str
    users: str


def _place(stage: str | None) -> Place:
    if stage is None:
        from local import cloud, outputs, places
        from local.services import Services

        here = places.places()
        services, said = Services.of(here), outputs.read(here)
        buckets = (said.buckets["uploads"], said.buckets["media"])
        clients: Callable[[str], Any] = lambda service: cloud.client(services, service)  # noqa: E731
        return Place(clients, buckets, said.tables["videos"], said.tables["users"])
    from cli.stage_settings import settings_of
    from deployment.account import Account, stack_outputs

    account = Account(settings_of(stage).region)
    told = stack_outputs(account, stage)
    if "MediaBucket" not in told:
        raise typer.BadParameter(f"no stage {stage!r} stands in this account", param_hint="--stage")
    buckets = (told["UploadsBucket"], told["MediaBucket"])
    return Place(account.client, buckets, told["VideosTable"], told["UsersTable"])


class Listing:
    """Every object of a stage, as S3 lists them; says on stderr how far it is. To be read once."""

    def __init__(self, place: Place, limit: int | None) -> None:
        self._place, self._limit = place, limit
        self.was_cut = False

    def __iter__(self) -> "Iterator[Stored]":
        for count, one in enumerate(self._all()):
            if self._limit is not None and count >= self._limit:
                self.was_cut = True
                return
            if count and count % SAID_EVERY == 0:
                typer.echo(f"{count:,} objects listed", err=True)
            yield one

    def _all(self) -> "Iterator[Stored]":
        from infra.costs.holdings import Stored, video_of

        now = datetime.datetime.now(datetime.UTC)
        for bucket in self._place.buckets:
            pages = self._place.clients("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
            for item in (item for page in pages for item in page.get("Contents", [])):
                key, age = item["Key"], now - item["LastModified"]
                video = video_of(key) or _video_of_original(key)
                yield Stored(key, item["Size"], item.get("StorageClass", "STANDARD"), age / DAY, video)


DAY = datetime.timedelta(days=1)


def _video_of_original(key: str) -> str:
    """An upload's id tells its clip's: no table has to be read for it."""
    from infra.costs.holdings import ORIGINAL
    from reelstack.uploads.uploads import video_id_of

    found = ORIGINAL.match(key)
    return video_id_of(found["upload"]) if found else ""


class Names:
    """Titles of clips and handles of people, out of the tables; each is read once."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.creator_of = cache(self._creator_of)
        self._handle = cache(self._read_handle)

    def _creator_of(self, video_id: str) -> str:
        found = self._get(self._place.videos, "video_id", video_id)
        return self._handle(found["owner_id"]["S"]) if found else DELETED

    def _read_handle(self, user_id: str) -> str:
        found = self._get(self._place.users, "user_id", user_id)
        if not found:
            return NOBODY
        handle, name = found.get("handle", {}).get("S"), found.get("display_name", {}).get("S")
        return f"@{handle}" if handle else name or "(no name)"

    def titles(self, video_ids: list[str]) -> dict[str, str]:
        """Id -> title and owner, of those that are clips."""
        told = {}
        for video_id in video_ids:
            if found := self._get(self._place.videos, "video_id", video_id):
                told[video_id] = f"{found['title']['S']}  {self._handle(found['owner_id']['S'])}  ({video_id})"
        return told

    def _get(self, table: str, key: str, value: str) -> Any:
        with suppress(KeyError):
            return self._place.clients("dynamodb").get_item(TableName=table, Key={key: {"S": value}})["Item"]
        return None
