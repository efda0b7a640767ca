"""What an answer of the feed costs: through its handler, warm, for viewers who differ, by stage (bench._feed_stages).

500 candidates of 100,000 clips, the graph that training exports, a Valkey on this machine. CPU is checked and wall only
printed, since wall says what else the machine does. A busy machine makes CPU dearer as well, so its load is a row. What
DynamoDB and the search engine take is counted apart: in this process they are moto and a stand-in.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a Lambda of 1,769 MB has one processor
import argparse
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench import _feed_stages, _feed_world, _report
from bench._feed_stages import Answer
from bench._feed_world import World
from bench._report import Check, Report

P50_MS, P99_MS = 12, 20
VALKEY, SEARCHES, DYNAMODB = 2, 1, 3
SCORING, QUALITY = 2, 0.95
BEST, ROUNDS = 50, 30
OUTSIDE = ("DynamoDB", "search")


def measure(quick: bool, options: argparse.Namespace) -> Report:
    report = Report("feed")
    with _feed_world.world(40 if quick else 300, options.search_url) as world:
        answers, pages = answered(world)
        report.rows += stage_rows(answers)
        report.rows.append({"what": "load of the machine, 1 min", "value": round(os.getloadavg()[0], 1)})
        report.checks += cost_checks(answers)
        report.checks.append(Check("cards of a page", min(map(len, pages)), "cards", 20, least=True))
        scoring, product = scoring_ms(world)
        report.rows.append({"what": "scoring of 500", "cpu_ms": scoring, "bare_product_ms": product})
        report.checks.append(Check("scoring against the bare products", round(scoring / product, 2), "×", SCORING))
        rows, quality = retrieval(world.viewers[: 3 if quick else 20])
        report.rows += rows
        report.checks.append(
            Check(f"value of the best {BEST} candidates of that of all clips", quality, "×", QUALITY, least=True)
        )
    return report


# --- cost ------------------------------------------------------------------------------------------------------------


def answered(world: World) -> tuple[list[Answer], list[list[Any]]]:
    """Each viewer asks twice; the second answer is measured."""
    found, pages = [], []
    with _feed_stages.measured() as meter:
        for viewer in world.viewers:
            meter.now = Answer()
            world.ask(viewer)
            meter.now = Answer()
            wall, cpu = time.perf_counter(), time.process_time()
            event = world.raw(viewer)
            meter.now.cpu_ms["all"] = (time.process_time() - cpu) * 1000
            meter.now.wall_ms["all"] = (time.perf_counter() - wall) * 1000
            found.append(meter.now)
            pages.append(world.items(event))
    return found, pages


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
    return _cpu_ms(lambda: here.encoder.model.predict_rows(encoded)), _cpu_ms(multiply)


def products(fields: int, width: int) -> Any:
    """The matrices of the full shape: content tower, attention over 50, two cross layers, four experts, nine gates."""
    chance, flat = np.random.default_rng(0), fields * width
    sizes = [(4 * width, 2 * width), (2 * width, width), (width, width), (width, 50), (50, width), (width, width),
             *[(flat, 16), (16, flat)] * 2, *[(flat, 32)] * 4, (flat, 36), (128, 9)]  # fmt: skip
    pairs = [tuple(chance.random(size, dtype=np.float32) for size in ((500, rows), (rows, columns)))
             for rows, columns in sizes]  # fmt: skip
    return lambda: [left @ right for left, right in pairs]


def _cpu_ms(run: Any) -> float:
    run()
    times = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        run()
        times.append((time.thread_time() - began) * 1000)
    return _percentile(times, 50)


# --- retrieval -------------------------------------------------------------------------------------------------------


def retrieval(viewers: Sequence[str]) -> tuple[list[dict[str, Any]], float]:
    """How much of the best of all clips the candidates have, by value, and which source found it."""
    from reelstack.feed import artefacts, candidates, plans, ranked_page, scoring
    from reelstack.feed.ranked_page import Trace
    from reelstack.feed.sessions import Session

    here, now, shares, found_by = (
        artefacts.in_service(),
        int(time.time() * 1000),
        [],
        dict.fromkeys(candidates.QUOTAS, 0),
    )
    every = np.arange(len(here.table))
    setting = ranked_page.Setting(here.table, here.encoder, here.world, list(candidates.QUOTAS))
    for viewer in viewers:
        context, session = _context(viewer, now), Session(1, now // 1000)
        excluded = plans._excluded(context, session)
        made = plans._viewer(context, session, excluded, plans.Level.NORMAL, here, now, Trace())
        found = candidates.of(here.table, here.world, made.wanted, setting.sources, np.random.default_rng(1))
        rows, places = ranked_page._filtered(here.table, found.rows, made, Trace())
        allowed = every[ranked_page.filters.keep(here.table, every, excluded).which]
        state = scoring.viewer_state(context, {}, now)
        value = lambda some: scoring.score(setting.scorer, context, state, some, now).values  # noqa: B023, E731
        parts = [value(part) for part in np.array_split(allowed, 40)]
        of_all, own = np.concatenate(parts), value(rows)
        best = set(allowed[np.argsort(-of_all)[:BEST]].tolist())
        # Harms make values negative: what counts is how far above a clip by chance.
        floor = float(of_all.mean())
        shares.append((np.sort(own)[-BEST:].mean() - floor) / (np.sort(of_all)[-BEST:].mean() - floor))
        for row, place in zip(rows, places, strict=True):
            found_by[found.sources[place]] += int(row) in best
    most = BEST * len(viewers)
    made_rows = [{"source": name, "recall_of_best": round(hits / most, 3)} for name, hits in found_by.items()]
    return [*made_rows, {"source": "all", "recall_of_best": round(sum(found_by.values()) / most, 3)}], round(
        float(np.mean(shares)), 3
    )


def _context(viewer: str, now: int) -> Any:
    from reelstack.feed import feed_level, viewer_context
    from reelstack.feed.viewer_context import Asker

    asker = Asker(viewer, "", _feed_world.COUNTRY)
    with viewer_context.of(asker, now, [], feed_level.health()) as context:
        return context


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--search-url", default="", help="an OpenSearch whose index of videos is filled; else no search"
    )


if __name__ == "__main__":
    _report.run(measure, _arguments)
