"""What an answer of the feed costs: through its handler, warm, for viewers who differ, by stage (bench._feed_stages).

500 candidates of 100,000 clips, the graph that training exports, a Valkey on this machine. CPU is checked and wall only
printed, since wall says what else the machine does. A busy machine makes CPU dearer as well, so its load is a row. What
DynamoDB and the search engine take is counted apart: in this process they are moto and a stand-in.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a Lambda of 1,769 MB has one processor
import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bench import _feed_stages, _feed_viewers, _feed_world, _report
from bench._feed_stages import Answer
from bench._feed_world import World
from bench._report import Check, Report

P50_MS, P99_MS = 12, 20
VALKEY, SEARCHES, DYNAMODB = 2, 1, 3
SCORING, QUALITY = 2, 0.95
BEST, ROUNDS = 50, 60
OUTSIDE = ("DynamoDB", "search")
READY_ANSWERS, READY_A_SECOND, SECOND = 400, 1_000, 1.1
YARDSTICK = {f"name{n}": [n, str(n), {"more": n}] for n in range(100)}


def measure(quick: bool, options: argparse.Namespace) -> Report:
    if options.trained:
        return of_trained(10 if quick else 40)
    report = Report("feed")
    asking, looked_at = (40, 10) if quick else (300, 40)
    with _feed_world.world(asking + looked_at, options.search_url) as everybody:
        world = replace(everybody, viewers=everybody.viewers[:asking])
        answers, pages = answered(world)
        report.rows += stage_rows(answers)
        report.rows += machine_rows(answers, searched=bool(options.search_url))
        report.checks += cost_checks(answers)
        report.checks.append(Check("cards of a page", min(map(len, pages)), "cards", 20, least=True))
        report.checks.append(ready_made(world))
        scoring, product = scoring_ms(world)
        report.rows.append({"what": "scoring of 500", "cpu_ms": scoring, "bare_product_ms": product})
        report.checks.append(Check("scoring against the bare products", round(scoring / product, 2), "×", SCORING))
        rows, quality = retrieval(everybody.viewers[asking:])  # who has seen the best already has others left
        report.rows += [*rows, {"what": "an item table with newcomers", "cpu_ms": newcomers_ms()}]
        report.checks.append(found_of_best(quality))
    return report


def of_trained(looked_at: int) -> Report:
    """Retrieval alone, as a ranker values clips that the trainer fitted: that takes minutes."""
    report = Report("feed_trained")
    with _feed_world.world(looked_at, trained=True) as world:
        report.rows, quality = retrieval(world.viewers)
        report.checks.append(found_of_best(quality))
    return report


def found_of_best(quality: float) -> Check:
    return Check(f"value of the best {BEST} candidates of that of all clips", quality, "×", QUALITY, least=True)


# --- cost ------------------------------------------------------------------------------------------------------------


def answered(world: World) -> tuple[list[Answer], list[list[Any]]]:
    """Each viewer asks twice; the second answer is measured, since their own keys are in the cache by then."""
    found, pages = [], []
    with _feed_stages.measured() as meter:
        for viewer in world.viewers:
            meter.now = Answer()
            world.ask(viewer)
            meter.now = Answer()
            meter.now.yardstick_ms = _yardstick_ms()
            wall, cpu = time.perf_counter(), time.process_time()
            event = world.raw(viewer)
            meter.now.cpu_ms["all"] = (time.process_time() - cpu) * 1000
            meter.now.wall_ms["all"] = (time.perf_counter() - wall) * 1000
            found.append(meter.now)
            pages.append(world.items(event))
    return found, pages


def _yardstick_ms() -> float:
    """CPU of the same JSON each time: what a busy machine makes of it, it makes of the answer beside it."""
    began = time.thread_time()
    for _ in range(4):
        json.loads(json.dumps(YARDSTICK))
    return (time.thread_time() - began) * 1000


def machine_rows(answers: Sequence[Answer], *, searched: bool) -> list[dict[str, Any]]:
    yardsticks = [one.yardstick_ms for one in answers]
    quiet = [own_ms(one) * min(yardsticks) / one.yardstick_ms for one in answers]
    return [
        {"what": "load of the machine, 1 min", "value": round(os.getloadavg()[0], 1)},
        {"what": "the same JSON, CPU ms", "least": round(min(yardsticks), 2), "p50": _percentile(yardsticks, 50)},
        {"what": "CPU ms of an answer, were each as cheap as the cheapest JSON", "p50": _percentile(quiet, 50),
         "p99": _percentile(quiet, 99)},
        {"what": "candidates scored", "p50": _percentile([one.scored for one in answers], 50)},
        {"what": "search engine", "value": "as given" if searched else "left out: a stand-in answers at once"},
    ]  # fmt: skip


def ready_made(world: World) -> Check:
    """At level 3, by the handler. The page is one that the feed answered before."""
    from reelstack.degradation import levels
    from reelstack.degradation.levels import Decision, Level
    from reelstack.feed import ready_pages
    from reelstack.platform import cache

    page = json.dumps([{**one, "receipt": None} for one in world.ask(world.viewers[0])])
    packed = ready_pages.pack(_feed_viewers.COUNTRY, int(time.time() * 1000), json.loads(page))
    command: Any = ("SET", ready_pages.key(_feed_viewers.COUNTRY), packed)
    cache.run([command], 30)
    before = levels.decide
    levels.decide = lambda *_: Decision(Level.READY_MADE)
    time.sleep(SECOND)  # what was decided of the present second holds until it is over
    try:
        viewers = (list(world.viewers) * READY_ANSWERS)[:READY_ANSWERS]
        for viewer in viewers[:10]:
            if len(json.loads(world.raw(viewer)["body"])["items"]) != ready_pages.MOST:
                raise RuntimeError("no ready-made page was answered")
        began = time.process_time()
        for viewer in viewers:
            world.raw(viewer)
        spent = time.process_time() - began
    finally:
        levels.decide = before
        time.sleep(SECOND)
    return Check("ready-made answers a CPU second", round(len(viewers) / spent), "", READY_A_SECOND, least=True)


def own_ms(answer: Answer) -> float:
    return answer.cpu_ms["all"] - sum(answer.cpu_ms[name] for name in OUTSIDE)


def stage_rows(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    for one in answers:
        one.cpu_ms["HTTP, JSON, rest"] = own_ms(one) - sum(
            spent for name, spent in one.cpu_ms.items() if name not in (*OUTSIDE, "all")
        )
    rows = []
    for name in {name: None for one in answers for name in one.cpu_ms}:
        row: dict[str, Any] = {"stage": name}
        for kind in ("cpu_ms", "wall_ms"):
            times = [getattr(one, kind).get(name, 0.0) for one in answers]
            row |= {f"{kind}_p50": _percentile(times, 50), f"{kind}_p99": _percentile(times, 99)}
        rows.append(row)
    return rows


def cost_checks(answers: Sequence[Answer]) -> list[Check]:
    times = [own_ms(one) for one in answers]

    def most(name: str) -> float:
        return _percentile([one.requests[name] for one in answers], 99)

    return [
        Check("CPU of an answer, p50", _percentile(times, 50), "ms", P50_MS),
        Check("CPU of an answer, p99", _percentile(times, 99), "ms", P99_MS),
        Check("requests to Valkey, without the rate limiter's", most("Valkey") - most("rate limiter"), "", VALKEY),
        Check("requests to the search engine", most("search"), "", SEARCHES),
        Check("requests to DynamoDB", most("DynamoDB"), "", DYNAMODB),
    ]


def _percentile(values: Sequence[float], which: int) -> float:
    return round(float(np.percentile(values, which)), 2)


# --- scoring ---------------------------------------------------------------------------------------------------------


def scoring_ms(world: World) -> tuple[float, float]:
    """CPU of one run of the graph for 500 clips, and of products of the same sizes in NumPy."""
    from reelstack.feed import artefacts, scoring
    from reelstack.feed.scoring import Scorer

    here, now = artefacts.in_service(), int(time.time() * 1000)
    context = _context(world.viewers[0], now)
    state, rows = scoring.viewer_state(context, {}, now), np.arange(500)
    buckets = scoring.score(Scorer(here.table, here.encoder), context, state, rows, now).buckets
    assert here.encoder
    encoded = here.encoder.encode(context.asker.identity, [clip for clip, _ in state.watched], rows, buckets)
    multiply = products(encoded.single.shape[1] + 3, here.encoder.model.table.shape[1] - 1)
    runs = (lambda: here.encoder.model.predict_rows(encoded), multiply)
    pairs = [[_cpu_ms(run) for run in runs] for _ in range(ROUNDS)]  # in turns: what else the machine does meets both
    ours, bare = (_percentile(times, 50) for times in zip(*pairs, strict=True))
    return ours, bare


def products(fields: int, width: int) -> Any:
    """The matrices of the full shape: content tower, attention over 50, two cross layers, four experts, nine gates."""
    chance, flat = np.random.default_rng(0), fields * width
    sizes = [(4 * width, 2 * width), (2 * width, width), (width, width), (width, 50), (50, width), (width, width),
             *[(flat, 16), (16, flat)] * 2, *[(flat, 32)] * 4, (flat, 36), (128, 9)]  # fmt: skip
    pairs = [tuple(chance.random(size, dtype=np.float32) for size in ((500, rows), (rows, columns)))
             for rows, columns in sizes]  # fmt: skip
    return lambda: [left @ right for left, right in pairs]


def _cpu_ms(run: Any) -> float:
    began = time.thread_time()
    run()
    return (time.thread_time() - began) * 1000


def newcomers_ms() -> float:
    """CPU of an item table with one more newcomer and the ranker's rows of it, beside answers that come meanwhile."""
    from reelstack.feed import artefacts

    (loader,) = artefacts._loaders.values()
    one, times = loader.now.table.clip(0), []
    for number in range(ROUNDS // 6):
        loader.entries[f"new-{number}"] = (f"new-{number}", replace(one, video_id=f"new-{number}"))
        times.append(_cpu_ms(loader._rebuild))
    return _percentile(times, 50)


# --- retrieval -------------------------------------------------------------------------------------------------------


def retrieval(viewers: Sequence[str]) -> tuple[list[dict[str, Any]], float]:
    """How much of the best of all clips the candidates have, by value, and which source found it."""
    from reelstack.feed import candidates

    found_by, shares = dict.fromkeys(candidates.QUOTAS, 0), []
    for viewer in viewers:
        share, hits = _found_of_best(viewer)
        shares.append(share)
        for name in hits:
            found_by[name] += 1
    most = BEST * len(viewers)
    rows = [{"source": name, "recall_of_best": round(hits / most, 3)} for name, hits in found_by.items()]
    every = {"source": "all", "recall_of_best": round(sum(found_by.values()) / most, 3)}
    return [*rows, every], round(float(np.mean(shares)), 3)


def _found_of_best(viewer: str) -> tuple[float, list[str]]:
    """The value of the best candidates as a share of that of the best of all clips, and the sources of those among
    the candidates. Harms make values negative: what counts is how far above a clip by chance."""
    from reelstack.degradation.levels import Level
    from reelstack.feed import artefacts, candidates, filters, plans, ranked_page, scoring
    from reelstack.feed.sessions import Session
    from reelstack.feed.trace import Trace

    here, now = artefacts.in_service(), int(time.time() * 1000)
    context, session = _context(viewer, now), Session(1, now // 1000)
    excluded = plans._excluded(context, session)
    asking = plans._viewer(context, session, excluded, Level.NORMAL, here, now, Trace())
    setting = ranked_page.Setting(here.table, here.encoder, here.world, list(candidates.QUOTAS))
    found = candidates.of(here.table, here.world, asking.wanted, setting.sources, np.random.default_rng(1))
    rows, places = ranked_page._filtered(here.table, found.rows, asking, Trace())
    every = np.arange(len(here.table))
    allowed = every[filters.keep(here.table, every, excluded).which]
    state = scoring.viewer_state(context, {}, now)

    def values(some: "np.ndarray") -> "np.ndarray":
        return scoring.score(setting.scorer, context, state, some, now).values

    of_all, own = np.concatenate([values(part) for part in np.array_split(allowed, 200)]), values(rows)
    best, chance = set(allowed[np.argsort(-of_all)[:BEST]].tolist()), float(of_all.mean())
    share = (np.sort(own)[-BEST:].mean() - chance) / (np.sort(of_all)[-BEST:].mean() - chance)
    return float(share), [found.sources[place] for row, place in zip(rows, places, strict=True) if int(row) in best]


def _context(viewer: str, now: int) -> Any:
    from reelstack.feed import artefacts, feed_level, viewer_context
    from reelstack.feed.viewer_context import Asker

    asker = Asker(viewer, "", _feed_viewers.COUNTRY)
    with viewer_context.of(asker, now, artefacts.in_service().table, feed_level.health()) as context:
        return context


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--search-url", default="", help="an OpenSearch whose index of videos is filled; else no search"
    )
    parser.add_argument("--trained", action="store_true", help="retrieval alone, by a ranker that is trained before")


if __name__ == "__main__":
    _report.run(measure, _arguments)
