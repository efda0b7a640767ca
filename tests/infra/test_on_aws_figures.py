"""docs/on-aws.md says no number that is not true: what is ours is computed, what is AWS's own is listed, nothing else
is a number. And what it claims, it says how to prove: by a command, or by a test of this repository."""

import re
from collections.abc import Iterator

import pytest

from infra.catalogue import FUNCTIONS, copies
from infra.functions import concurrency
from infra.messaging.triggers import ASYNC_ATTEMPTS
from infra.settings import Settings
from infra.stages import STAGES
from reelstack.media import ladder
from reelstack.platform import cache
from reelstack.production import engine_choice
from tests.infra.templates import Assembly, Resource
from tests.infra.test_on_aws import ROOT, TEXT

COUNTED = r"functions|nodes|zones|services|queues|alarms|stacks|rules|tables|threads|times"
SPELLED = rf"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred)\s+(?:\w+\s+)?(?:{COUNTED})\b"
"""Numbers of what is counted are digits here, so that they can be found."""

AWS_SAYS = (
    *("new accounts end at 3,008 MB", "less than 100 would be left unreserved", "403 (not 404)", "up to 5 GiB"),
    *("ERROR 1401 or 1404", "(20 in most regions)", "Its labels are version 7's", "begins with 7", "runtime 2.0"),
    *("answered 400", "403 before the hour", "403, 400 EntityTooLarge", "403 from every address", "answered 410"),
    *("15 wildcard invalidations", "50 a day in all", "for 90 days after the first one ended", "after 2 hours"),
    *("64 KPUs an application, 100 applications a region, 20 consumers", "Flink 2.2"),
    *("at least 90 days and 128 KiB", "of the last 35 days", "after 10 minutes without traffic", "says 503 where"),
)
"""What AWS documents of itself, as read in November 2026."""

NAMES = (
    *(
        "Amazon Linux 2023",
        "Python 3.13",
        "arm64",
        "us-east-1",
        "boto3",
        "S3",
        "HTTP/3",
        "HTTP/2",
        "4K",
        "SigV4A",
        "CRC64NVME",
        "AV1",
    ),
)

ELSEWHERE = (
    "none of 192.0.2.1",  # an address for documents: RFC 5737
    "the command tries 3 times",  # deployment/teardown.py: tests/deployment/test_teardown.py
    "meet after about 10 ms is assumed",  # bench/_hot_video.py
    "takedown: 60 s",  # the target of docs/moderation.md
    "within the 60 s that are the target",
    "Executions of 0.2.0 that wait",
    "Expected: 0, then all of them",
    "clips of 29.97 pictures a second",  # 30000/1001, at which no number of frames lasts whole seconds
)


def prose() -> str:
    """Without commands and the numbers of lists, on one line."""
    return " ".join(re.sub(r"```.*?```|^\d+\. ", "", TEXT, flags=re.DOTALL | re.MULTILINE).split())


def figures(prod: Assembly) -> Iterator[str]:
    """What the page has to say, word by word."""
    settings, dev = prod.settings, STAGES["dev"]
    largest = max(FUNCTIONS, key=lambda line: line.memory)
    reserved = prod.at("Production/Transcode").properties["ReservedConcurrentExecutions"]
    yield f"functions of up to {largest.memory:,} MB (`{largest.name}`"
    yield f"says: {settings.lambda_concurrency:,}, in stage `dev` {dev.lambda_concurrency}, which is what a new"
    yield f"From {_least_that_reserves(settings):,} on, functions that run long have reservations"
    yield f"with {settings.lambda_concurrency:,}, {reserved} reserved for `transcode`"
    cluster = prod.at("Engines/Search/Domain").properties["ClusterConfig"]
    nodes, zones = cluster["InstanceCount"], cluster["ZoneAwarenessConfig"]["AvailabilityZoneCount"]
    yield f"**OpenSearch's {nodes} nodes** of stage `prod` are leader-eligible and stand in {zones} zones"
    yield f"asked after {prod.settings.feed_answer_seconds} s"
    yield f"the {sum(line.trigger == 'http' for line in [*FUNCTIONS, *copies(FUNCTIONS)])} HTTP functions"
    yield f"**The machine's role invokes its {len(_invoked(prod))} functions**"
    transcode = prod.at("Production/Transcode").properties
    memory = f"{transcode['MemorySize']:,} MB"
    yield f"Segments of {settings.segment_seconds} s at {settings.encode_threads} threads ({memory})"
    yield f"within a function's {transcode['Timeout']} s and {memory}"
    yield f"(`GopSize` {ladder.GOP_SECONDS} s, closed"
    yield f"the public list of {engine_choice.PRICED_ON}"
    yield from _of_storage(prod)
    mapping = _counting(prod).properties
    window, tumbling = mapping["MaximumBatchingWindowInSeconds"], mapping["TumblingWindowInSeconds"]
    yield f"Expected: `Enabled`, {window}, {tumbling}, {mapping['BatchSize']}."
    yield f"within {1000 * cache.TIMEOUT_SECONDS:.0f} ms, handshake included"
    yield f"What an asynchronous function fails at {ASYNC_ATTEMPTS + 1} times arrives"


def _of_storage(prod: Assembly) -> Iterator[str]:
    originals = _transition(prod, "Uploads", "GLACIER_IR")
    warm, cold = _transition(prod, "Media", "STANDARD_IA", "warm"), _transition(prod, "Media", "GLACIER_IR", "cold")
    yield f"Originals go to Glacier Instant Retrieval after {originals} days"
    yield f"Standard-IA after {warm} days and Glacier Instant Retrieval after {cold}; "
    yield f"the backstop at day {_transition(prod, 'Media', 'STANDARD_IA')} does not"


def _transition(prod: Assembly, bucket: str, storage_class: str, tier: str = "") -> int:
    for rule in prod.at(f"State/{bucket}").properties["LifecycleConfiguration"]["Rules"]:
        tags = [tag["Value"] for tag in rule.get("TagFilters", [])]
        for move in rule.get("Transitions", []):
            if move["StorageClass"] == storage_class and tags == ([tier] if tier else []):
                return int(move["TransitionInDays"])
    raise AssertionError(f"nothing goes from {bucket} to {storage_class}")


def _counting(prod: Assembly) -> Resource:
    (found, *_) = [
        mapping
        for mapping in prod.of("AWS::Lambda::EventSourceMapping")
        if mapping.properties.get("TumblingWindowInSeconds")
    ]
    return found


def _invoked(prod: Assembly) -> set[str]:
    """Of the production machine, by its definition: `${probe_arn}`."""
    definition = (ROOT / "stepfunctions" / "production" / "production.asl.json").read_text()
    return set(re.findall(r"\$\{(\w+)_arn\}", definition)) & {line.name for line in FUNCTIONS}


def _least_that_reserves(settings: Settings) -> int:
    return next(
        number
        for number in range(10, 10_001)
        if concurrency.reservations(settings.model_copy(update={"lambda_concurrency": number}), FUNCTIONS)
    )


def test_every_number_of_ours_is_what_the_code_says(prod: Assembly) -> None:
    text = prose()
    assert [figure for figure in figures(prod) if figure not in text] == []


def test_every_other_number_is_aws_own(prod: Assembly) -> None:
    """Who writes a number here says in this file where it comes from."""
    text = prose()
    for known in (*figures(prod), *AWS_SAYS, *ELSEWHERE, *NAMES):
        text = text.replace(known, " ")
    text = re.sub(r"`[^`]*`|\[[^]]*\]\([^)]*\)", " ", text)
    assert [text[max(0, at.start() - 40) : at.end() + 20] for at in re.finditer(r"\d[\d.,]*", text)] == []
    assert re.findall(SPELLED, text) == []


def test_every_listed_fact_is_still_said() -> None:
    assert [fact for fact in (*AWS_SAYS, *ELSEWHERE, *NAMES) if fact not in prose()] == []


CLAIMS = [part for part in re.split(r"\n(?=\*\*|## )", TEXT) if part.startswith("**")]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: re.sub(r"\W+", "-", claim[2:40]))
def test_every_claim_has_a_command_or_a_test(claim: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", claim)
    assert "```sh\n" in claim or any((ROOT / path).exists() for path in named)


@pytest.mark.parametrize(
    "subject",
    [
        *("Quotas of a new account", "The firewall", "The web app", "Browsers may upload", "An invitation", "Alarms"),
        *("$disconnect", "Whose work it is", "4K and HDR", "Destroying", "OpenSearch's"),
    ],
)
def test_nothing_that_a_review_missed_is_missing_again(subject: str) -> None:
    assert any(subject in claim.splitlines()[0] for claim in CLAIMS), subject
