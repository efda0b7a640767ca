"""Reads of media that the edge logs: lines that the nightly sums read as S3's."""

from datetime import UTC, datetime

from local import edge_access_log
from local.edge_access_log import AccessLog
from reelstack.tiering import access_logs
from reelstack.tiering.document_keys import CLIPS, LOGS


def test_what_the_edge_noted_is_what_the_sums_find() -> None:
    written: dict[str, bytes] = {}
    log = AccessLog("media", written.__setitem__)
    log.note("/v/a/1/720.mp4", 1000, 4000)
    log.note("/v/a/1/720.mp4", 3000, 4000)
    log.note("/feed/hot-world.json", 10, 10)
    log.write()
    log.write()
    ((key, body),) = written.items()
    assert key.startswith(f"{LOGS}{datetime.now(UTC):%Y-%m-%d}-")
    lines = body.decode().splitlines()
    assert access_logs.sums(lines, CLIPS) == {"v/a/1/720.mp4": 4000}


def test_more_than_a_minute_holds_is_counted_and_lost() -> None:
    log = AccessLog("media", lambda key, body: None)
    for _ in range(edge_access_log.MOST_LINES + 3):
        log.note("/v/a/1/720.mp4", 1, 1)
    assert log.lost == 3
