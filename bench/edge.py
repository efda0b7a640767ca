"""What the edge's two cache tiers keep, what a crowd costs the origin, and how many requests a watched minute takes.

The edge is the laptop's (local/edge_viewer.py) with the edge function of the media, in front of an origin that answers
after 100 ms. A thousand clips are asked for by Zipf's law; edge and regional cache hold 5 and 20 % of their bytes.
"""

import asyncio
import statistics
import time
from collections import Counter
from random import Random

from bench import _report
from bench._edge_world import Clip, World, clip, simulated, world, zipf
from bench._report import Check, Report, say
from local.edge_cache import Locations

CLIPS, SEED = 1000, 7
EDGE_SHARE, REGIONAL_SHARE = 0.05, 0.2
POINTS_BUDGET, P99_BUDGET = 2.0, 0.3
AT_ONCE = 200
REGIONS = ("us-east-1", "eu-central-1")
VIEWERS = 4
"""Who ask at the same time while the trace runs."""
OF_UNITS = {30: 12, 15: 18}
"""Seconds of a clip -> requests of a watched minute, at most."""


def measure(quick: bool) -> Report:
    report = Report("edge")
    asyncio.run(_tiers(report, 3000 if quick else 20_000))
    asyncio.run(_crowds(report))
    asyncio.run(_minutes(report))
    return report


async def _tiers(report: Report, times: int) -> None:
    random = Random(SEED)
    clips = [clip(f"c{n}", 15, random.lognormvariate(0, 0.5)) for n in range(CLIPS)]
    sizes = [one.picture.size for one in clips]
    edge_bytes, regional_bytes = round(sum(sizes) * EDGE_SHARE), round(sum(sizes) * REGIONAL_SHARE)
    trace = zipf(CLIPS, times, random)
    say(f"{times} requests of {CLIPS} clips")
    async with world(clips, Locations(edge_bytes, regional_bytes)) as at:
        seen, took_ms = await _played(at, clips, trace)
    at_edge, at_regional = simulated(trace, sizes, edge_bytes, regional_bytes)
    expected = {"Hit from edge": at_edge, "Hit from regional": at_regional}
    for verdict, hits in expected.items():
        measured, wanted = seen[verdict] * 100 / times, hits * 100 / times
        report.rows.append({"what": verdict, "percent": round(measured, 2), "lru_percent": round(wanted, 2)})
        apart = round(abs(measured - wanted), 2)
        report.checks.append(Check(f"{verdict}: apart from an LRU simulation", apart, "points", POINTS_BUDGET))
    p99 = {verdict: statistics.quantiles(ms, n=100)[98] for verdict, ms in took_ms.items() if len(ms) > 1}
    report.rows.append({"what": "p99 in ms", **{verdict: round(ms, 1) for verdict, ms in p99.items()}})
    ratio = round(p99["Hit from edge"] / p99["Miss"], 3)
    report.checks.append(Check("p99 of a hit at the edge beside the origin's", ratio, "×", P99_BUDGET))


async def _played(at: World, clips: list[Clip], trace: list[int]) -> tuple[Counter[str], dict[str, list[float]]]:
    """How often each verdict came, and how long its answers took."""
    seen: Counter[str] = Counter()
    took_ms: dict[str, list[float]] = {}
    following = iter(trace)

    async def viewer() -> None:
        for number in following:
            one = clips[number]
            began = time.perf_counter()
            answer = await at.get(one, one.picture.file, (0, one.picture_ends[0]))
            verdict = answer.headers["x-cache"]
            seen[verdict] += 1
            took_ms.setdefault(verdict, []).append((time.perf_counter() - began) * 1000)

    await asyncio.gather(*(viewer() for _ in range(VIEWERS)))
    return seen, took_ms


async def _crowds(report: Report) -> None:
    """Many ask at once for each unit of a clip that no cache has, in two regions."""
    one = clip("crowded", 30)
    spans = [(one.picture.file, span) for span in _spans(one.picture_ends)]
    spans += [(one.sound.file, span) for span in _spans(one.sound_ends)]
    most = 0
    async with world([one], Locations(regions=REGIONS)) as at:
        for name, span in spans:
            at.origin.asked.clear()
            places = [f"{REGIONS[n % len(REGIONS)]}/{n % 7}" for n in range(AT_ONCE)]
            await asyncio.gather(*(at.get(one, name, span, place) for place in places))
            most = max(most, *at.origin.asked.values(), 0) if at.origin.asked else most
    report.rows.append({"what": f"{AT_ONCE} at once in {len(REGIONS)} regions", "origin_requests_most": most})
    each = most / len(REGIONS)
    report.checks.append(Check("origin requests of an object, a unit and a region", each, "requests", 1))


async def _minutes(report: Report) -> None:
    """What a viewer asks for who watches whole clips: by units, and segment by segment as hls.js does."""
    for seconds, most in OF_UNITS.items():
        one = clip(f"of{seconds}", seconds)
        async with world([one], Locations()) as at:
            lists = ["poster.jpg", "master.m3u8", one.picture.playlist, one.sound.playlist]
            for name in lists:
                await at.get(one, name)
            units = [(one.picture.file, span) for span in _spans(one.picture_ends)]
            units += [(one.sound.file, span) for span in _spans(one.sound_ends)]
            for name, span in units:
                await at.get(one, name, span)
            segments = _segments(one)
            for name, span in segments:
                await at.get(one, name, span)
        minute = {"units": len(units) * 60 / seconds, "segments": len(segments) * 60 / seconds}
        apart = {"poster_and_playlists": len(lists) * 60 / seconds}
        report.rows.append({"what": f"requests of a watched minute of {seconds} s clips", **minute, **apart})
        report.checks.append(
            Check(f"requests of a watched minute of {seconds} s clips by units", minute["units"], "requests", most)
        )


def _segments(one: Clip) -> list[tuple[str, tuple[int, int]]]:
    """The ranges that playlists name: each file's header, and every 2 s of it."""
    found = []
    for track in (one.picture, one.sound):
        found.append((track.file, (0, track.header_bytes)))
        found += [(track.file, (part.offset, part.offset + part.size)) for part in track.fragments]
    return found


def _spans(ends: list[int]) -> list[tuple[int, int]]:
    return list(zip([0, *ends], ends, strict=False))


if __name__ == "__main__":
    _report.run(measure)
