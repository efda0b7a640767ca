"""Archives of my videos: what each holds and costs, and the ways back: `client.archives`."""

from __future__ import annotations

from typing import Literal

from reelstack_client.methods import operation
from reelstack_client.models import Answer
from reelstack_client.room import Manner, Room
from reelstack_client.steps import Steps

Tier = Literal["Expedited", "Standard", "Bulk"]


class RestoreOffer(Answer):
    """One way back. `tier` is text, so that a newer service may add to them."""

    tier: str
    seconds: int
    """Within which it is done typically."""
    price_microdollars: int
    """All that it costs, in millionths of a US dollar."""


class Archive(Answer):
    """Times are unix milliseconds, money millionths of a US dollar."""

    state: str | None = None
    """archiving, archived or restoring; None: it is not archived. Text, so that a newer service may add to these."""
    archived_at: int | None = None
    ready_by: int | None = None
    """By when a restore that is under way is done."""
    tier: str | None = None
    bytes: int = 0
    objects: int = 0
    standard_microdollars_per_month: int = 0
    archived_microdollars_per_month: int = 0
    archiving_microdollars: int = 0
    minimum_days: int = 0
    """What is restored earlier pays for the rest of them."""
    restores: tuple[RestoreOffer, ...] = ()
    prices_as_of: str = ""


class Archives(Room[Manner]):
    @operation
    def get(self, video_id: str) -> Steps[Archive]:
        """Whether a video of mine is archived, what that costs, and each way back with its time and price."""
        return self._ask(Archive, "GET", f"/v1/videos/{video_id}/archive")

    @operation
    def archive(self, video_id: str) -> Steps[Archive]:
        """Puts a published video of mine away. It keeps its address; until it is restored there is its poster."""
        return self._ask(Archive, "PUT", f"/v1/videos/{video_id}/archive", repeatable=True)

    @operation
    def restore(self, video_id: str, tier: Tier, *, limit_dollars: float | None = None) -> Steps[Archive]:
        """Gets it back; refused if that costs more than `limit_dollars`. I am notified when it can be played."""
        body = {"tier": tier} if limit_dollars is None else {"tier": tier, "limit_dollars": limit_dollars}
        return self._ask(Archive, "POST", f"/v1/videos/{video_id}/archive/restore", body=body, keyed=True)
