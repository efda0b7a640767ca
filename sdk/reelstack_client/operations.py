"""Whether counters say what there is: `client.operations`."""

from __future__ import annotations

from reelstack_client.methods import operation
from reelstack_client.models import Answer
from reelstack_client.room import Manner, Room
from reelstack_client.steps import Steps


class Recount(Answer):
    """`state`: exact, moving (look again), drifted (for `seconds`) or repaired. `counted` is what there is."""

    state: str
    counted: dict[str, int]
    kept: dict[str, int]
    seconds: int = 0


class Operations(Room[Manner]):
    """Every method needs the role admin. `repair` takes back a drift that has stayed the same for a minute."""

    @operation
    def recount(self, video_id: str, *, comment_id: str | None = None, repair: bool = False) -> Steps[Recount]:
        """Counts one by one what people did with a video, or with one comment below it, and compares with its
        counter."""
        body = {"repair": repair, "comment_id": comment_id}
        return self._ask(Recount, "POST", f"/v1/videos/{video_id}/recount", body=body, repeatable=True)

    @operation
    def recount_user(self, user_id: str, *, repair: bool = False) -> Steps[Recount]:
        """Counts a user's followers, those they follow and those they asked, likewise."""
        path = f"/v1/users/{user_id}/recount"
        return self._ask(Recount, "POST", path, body={"repair": repair}, repeatable=True)
