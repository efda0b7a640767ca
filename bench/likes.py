"""What a like costs: requests on the caller's path, throughput beside the emulator's bare writes, and a hot video.

DynamoDB is moto in this process: its own work is most of each request, for ours and for the bare writes alike, so only
the ratio says something about us. The hot video is on paper: DynamoDB's published limits, item sizes measured here, and
the product's own decisions (reelstack.counters.sizing).
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moto import mock_aws

from bench import _hot_video, _report, _valkey
from bench._report import Check, Report

TABLES = ("videos", "likes", "blocks", "users", "counters")
REQUESTS_BUDGET, READS_BUDGET = 1, 0
SHARE_BUDGET = 0.6


@contextmanager
def world() -> Iterator[Any]:
    """Tables in process, a video, and its metadata where the cache would have it."""
    os.environ |= {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "POWERTOOLS_LOG_LEVEL": "ERROR",
        "POWERTOOLS_METRICS_NAMESPACE": "Reelstack",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "REELSTACK_REGION": "us-east-1",
        "REELSTACK_FOLLOWS_TABLE": "follows",
        **{f"REELSTACK_{name.upper()}_TABLE": name for name in TABLES},
    }
    os.environ.pop("AWS_ENDPOINT_URL", None)
    with _valkey.server() as url, mock_aws():
        os.environ["REELSTACK_CACHE_URL"] = url
        from reelstack.platform import aws
        from reelstack.tables.accounts import User
        from reelstack.tables.counters import Counter
        from reelstack.tables.interactions import Like
        from reelstack.tables.social import Block, Follow
        from reelstack.tables.videos import Video

        for model in (Video, Like, Block, Follow, User, Counter):
            model.create_table(wait=True, billing_mode="PAY_PER_REQUEST")
        for video_id in ("v", "w"):
            Video(video_id, owner_id="ann", title="t", state="published", upload_id="u", created_at=1).save()
        yield aws.client("dynamodb")


@contextmanager
def counted() -> Iterator[list[tuple[str, int]]]:
    """(operation, items it writes) of every request that leaves for DynamoDB meanwhile."""
    from pynamodb.connection.base import Connection

    seen: list[tuple[str, int]] = []
    send: Any = Connection._make_api_call

    def watched(self: Connection, operation: str, arguments: dict[str, Any], *more: Any) -> Any:
        seen.append((operation, len(arguments.get("TransactItems", [None]))))
        return send(self, operation, arguments, *more)

    Connection._make_api_call = watched  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        Connection._make_api_call = send  # type: ignore[method-assign]


def per_second(act: Callable[[int], Any], first: int, times: int) -> float:
    began = time.perf_counter()
    for number in range(first, first + times):
        act(number)
    return times / (time.perf_counter() - began)


def bare_put(client: Any, number: int) -> None:
    item = {"user_id": {"S": f"bare{number}"}, "video_id": {"S": "v"}, "liked_at": {"N": "1"}, "shard": {"S": "v#0"}}
    client.put_item(TableName="likes", Item=item, ConditionExpression="attribute_not_exists(user_id)")


@dataclass(frozen=True)
class Measured:
    requests: list[tuple[str, int]]
    """Operations and their items, of 20 likes."""
    rates: dict[str, list[float]]
    """Acts a second, round by round."""
    bytes_of_a_like: int


def measure(quick: bool) -> Report:
    measured = _measured(*((50, 6) if quick else (100, 15)))
    requests, rates = measured.requests, measured.rates
    reads = [operation for operation, _ in requests if not operation.endswith(("WriteItems", "PutItem"))]
    items = sum(number for _, number in requests) / 20
    shares = [like / bare for like, bare in zip(rates["like"], rates["bare put"], strict=True)]
    report = Report("likes")
    for name, seen in rates.items():
        report.rows.append({"what": name, "per_second": round(statistics.median(seen))})
    report.rows.append({"what": "a like", "requests": len(requests) / 20, "bytes": measured.bytes_of_a_like})
    report.checks += [
        Check("DynamoDB requests a like, a transaction counted as its items", items, "requests", REQUESTS_BUDGET),
        Check("reads a like, metadata and blocks cached", len(reads) / 20, "reads", READS_BUDGET),
        Check(
            "likes a second against the bare conditional put",
            round(statistics.median(shares), 2),
            "×",
            SHARE_BUDGET,
            least=True,
        ),
    ]
    rows, checks = _hot_video.simulate(measured.bytes_of_a_like)
    report.rows += rows
    report.checks += checks
    return report


def _measured(times: int, rounds: int) -> Measured:
    with world() as client:
        from reelstack.interactions import likes
        from reelstack.tables.interactions import Like

        # Whose blocks and which video's metadata the cache knows: everybody's who has liked something a moment ago.
        for number in range(20):
            likes.like(f"one{number}", "w")
        likes.like("one0", "v")
        likes.unlike("one0", "v")
        with counted() as requests:
            for number in range(20):
                likes.like(f"one{number}", "v")
        rates: dict[str, list[float]] = {"bare put": [], "like": [], "first like in a minute": []}
        for number in range(times * rounds):
            likes.like(f"u{number}", "w")
        acts: dict[str, Callable[[int], Any]] = {
            "bare put": lambda number: bare_put(client, number),
            "like": lambda number: likes.like(f"u{number}", "v"),
            "first like in a minute": lambda number: likes.like(f"new{number}", "v"),
        }
        for turn in range(rounds):
            for name, act in acts.items():
                rates[name].append(per_second(act, turn * times, times))
        size = _hot_video.item_bytes(next(iter(Like.query("u1"))).serialize())
        return Measured(list(requests), rates, size)


if __name__ == "__main__":
    _report.run(measure)
