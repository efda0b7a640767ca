"""Notifications on the running system: streams, the WebSocket API and a real client of it."""

import socket
import threading
import time
from collections.abc import Iterator
from queue import Queue

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from reelstack_client import Client, Notification, Video
from tests.cloud.driver import Driver, eventually
from tests.cloud.test_social import user_id

pytestmark = pytest.mark.cloud
HANGS_SECONDS = 5
PUSHES = 5
EVERYBODY = 3


@pytest.fixture
def liked(drive: Driver, sample: Video) -> Iterator[str]:
    """The sample's id; nobody likes it before and after."""
    names = ("bob", "mia", "ada")
    yield sample.video_id
    for name in names:
        drive.client(name).interactions.unlike(sample.video_id)


def about(client: Client, video_id: str) -> list[Notification]:
    return [one for one in client.notifications.inbox(limit=50).items if one.subject == f"like#{video_id}"]


def test_a_push_arrives_at_once_and_a_lost_connection_loses_nothing(drive: Driver, liked: str) -> None:
    ann = drive.client("ann")
    drive.client("bob").interactions.like(liked)  # functions start cold; what is measured is not that
    eventually(lambda: about(ann, liked), bool)
    since = int(time.time() * 1000)
    heard: Queue[tuple[float, Notification]] = Queue()
    opened: list[ClientConnection] = []

    def remember(url: str, **more: float) -> ClientConnection:
        opened.append(connect(url, **more))
        return opened[-1]

    def listen() -> None:
        for one in ann.notifications.listen(since=since, connect=remember):
            heard.put((time.monotonic(), one))
            if (one.subject, one.count) == (f"like#{liked}", EVERYBODY):
                return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    eventually(lambda: opened, bool)
    time.sleep(1)
    took = []
    for number in range(PUSHES):
        began = time.monotonic()
        drive.client("mia").interactions.comment(liked, f"Number {number}")
        arrived, _ = heard.get(timeout=HANGS_SECONDS)
        took.append(arrived - began)
    print("pushed after", " ".join(f"{seconds:.3f}" for seconds in took), "s")
    for _ in range(2):  # taken back and done again within a day, it is not told again
        drive.client("mia").interactions.like(liked)
        drive.client("mia").interactions.unlike(liked)
    drive.client("mia").interactions.like(liked)
    _, one = heard.get(timeout=HANGS_SECONDS)
    assert (one.subject, one.count, one.unread) == (f"like#{liked}", 2, True)
    assert one.people[0] == user_id(drive, "mia")

    opened[-1].socket.shutdown(socket.SHUT_RDWR)
    drive.client("ada").interactions.like(liked)
    _, again = heard.get(timeout=20)
    assert (again.count, len(opened)) == (EVERYBODY, 2)
    (whole,) = about(ann, liked)
    assert sorted(whole.people) == sorted(user_id(drive, name) for name in ("bob", "mia", "ada"))
    assert ann.notifications.mark_read(whole.at) == 0
    listener.join(timeout=10)
    assert heard.empty(), "nothing is told twice"


def test_a_ticket_opens_one_connection(drive: Driver) -> None:
    url = drive.client("bob").notifications.open_connection()
    with connect(url), pytest.raises(InvalidStatus) as refused:
        connect(url)
    assert refused.value.response.status_code == 403


def test_a_follow_is_told_by_way_of_the_bus(drive: Driver) -> None:
    ann = user_id(drive, "ann")
    drive.client("mia").social.follow(ann)
    try:
        found = eventually(
            lambda: [one for one in drive.client("ann").notifications.inbox(limit=50).items if one.kind == "follow"],
            lambda found: bool(found) and user_id(drive, "mia") in found[0].people,
        )
        assert user_id(drive, "mia") in found[0].people
    finally:
        drive.client("mia").social.unfollow(ann)
