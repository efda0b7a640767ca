"""Who is in which arm: even, independent of other layers, the same for ever, and what a receipt says of it."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reelstack.behavior import receipts
from reelstack.experiments import statistics
from reelstack.experiments.assignment import OF_NOBODY, arms_of, assign, for_team, parameters, policy, with_base
from reelstack.experiments.layers import LAYER_NAMES, NONE, Arm, Exclusive, Experiments, Layer

UNITS = [f"viewer-{number}" for number in range(20_000)]


def halves(salt: str, **changes: Any) -> Layer:
    treated = Arm(name="b", begin=500, end=1000, parameters={"boost": 2}).model_copy(update=changes)
    return Layer(salt=salt, arms=(Arm(name="control", begin=0, end=500), treated))


def test_arms_get_their_shares() -> None:
    arms = (Arm(name="control", begin=0, end=500), Arm(name="b", begin=500, end=600), Arm(name="c", begin=700, end=750))
    config = Experiments(layers={"ranker": Layer(salt="fresh", arms=arms)})
    counts = Counter(found["ranker"].name if (found := assign(config, unit)) else "nobody" for unit in UNITS)
    shares = {arm.name: arm.share for arm in arms} | {"nobody": 0.35}
    assert statistics.sample_ratio(counts, shares) > statistics.SAMPLE_RATIO_ALPHA


def test_hash_is_uniform_over_slots() -> None:
    arms = tuple(Arm(name=f"arm-{number}", begin=number * 125, end=(number + 1) * 125) for number in range(8))
    config = Experiments(layers={"ranker": Layer(salt="fresh", arms=arms)})
    counts = Counter(assign(config, unit)["ranker"].name for unit in UNITS)
    chi_square = sum((counts[arm.name] - 2500) ** 2 / 2500 for arm in arms)
    assert chi_square < 24.3  # 7 degrees of freedom, one in a thousand


def test_layers_are_independent_of_one_another() -> None:
    config = Experiments(layers={"ranker": halves("one"), "weights": halves("two")})
    pairs = Counter(tuple(arm.name for arm in assign(config, unit).values()) for unit in UNITS)
    expected = len(UNITS) / 4
    assert len(pairs) == 4
    assert sum((count - expected) ** 2 / expected for count in pairs.values()) < 16.3  # 3 degrees of freedom


def test_exclusive_layers_share_no_viewer_and_divide_them_evenly() -> None:
    config = Experiments(
        layers={"ranker": halves("one"), "weights": halves("two"), "rerank": halves("three")},
        exclusive=(Exclusive(salt="scoring", layers=("ranker", "weights")),),
    )
    found = [assign(config, unit) for unit in UNITS]
    assert not [one for one in found if {"ranker", "weights"} <= one.keys()]
    assert all("rerank" in one for one in found)
    counts = Counter(name for one in found for name in one if name != "rerank")
    assert statistics.sample_ratio(counts, {"ranker": 0.5, "weights": 0.5}) > statistics.SAMPLE_RATIO_ALPHA
    inside = Counter(one["ranker"].name for one in found if "ranker" in one)
    assert statistics.sample_ratio(inside, {"control": 0.5, "b": 0.5}) > statistics.SAMPLE_RATIO_ALPHA


def test_viewers_of_a_stopped_arm_get_no_arm_and_others_keep_theirs() -> None:
    running = Experiments(layers={"ranker": halves("one")})
    stopped = running.with_stopped("ranker", "b")
    for unit in UNITS[:500]:
        before = assign(running, unit)["ranker"].name
        assert [arm.name for arm in assign(stopped, unit).values()] == (["control"] if before == "control" else [])
    assert stopped.with_stopped("ranker", "b") == stopped


@given(st.text("abc-:0", max_size=50))
def test_any_unit_has_one_arm_for_ever(unit: str) -> None:
    config = Experiments(layers={"ranker": halves("one")})
    assert assign(config, unit) == assign(config.model_copy(), unit)
    assert bool(assign(config, unit)) == bool(unit)


def test_without_experiments_nobody_is_in_one() -> None:
    assert assign(NONE, "viewer") is OF_NOBODY
    assert parameters(OF_NOBODY, "ranker") == {}


def test_policy_of_a_receipt_gives_the_arms_back() -> None:
    config = Experiments(layers={"weights": halves("two"), "ranker": halves("one")})
    assigned = assign(config, "viewer-1")
    text = policy("feed-1", config, assigned)
    assert text.startswith("feed-1;ranker=one/")
    assert arms_of(text) == {layer: f"{config.layers[layer].salt}/{arm.name}" for layer, arm in assigned.items()}
    assert arms_of("feed-1") == {}
    assert parameters(assigned, "ranker") in ({}, {"boost": 2})


def test_a_team_is_named_beside_its_arm_alone() -> None:
    assert for_team("feed-1;retrieval=one/x;ranker=two/y", "ranker", "b") == "feed-1;retrieval=one/x;ranker=two/y+b"
    assert for_team("feed-1;retrieval=one/x", "ranker", "b") == "feed-1;retrieval=one/x"


def test_a_clip_that_no_arm_chose_keeps_the_names_of_the_arms() -> None:
    assert with_base("ranked-1;ranker=fresh/b", "filled-1") == "filled-1;ranker=fresh/b"
    assert arms_of(with_base("ranked-1;ranker=fresh/b", "filled-1")) == {"ranker": "fresh/b"}
    assert with_base("ranked-1", "filled-1") == "filled-1"


def test_the_longest_policy_fits_into_a_receipt() -> None:
    salts = [f"{'s' * 15}{number}" for number in range(4)]
    arms = (Arm(name="a" * 16, begin=0, end=999), Arm(name="b", begin=999, end=1000))
    config = Experiments(layers={n: Layer(salt=s, arms=arms) for n, s in zip(LAYER_NAMES, salts, strict=True)})
    assigned = dict.fromkeys(LAYER_NAMES, arms[0])
    receipt = receipts.Receipt(
        "v" * 26, "a" * 26, 999, "because-you-watched", 3,
        for_team(policy("ranked-1", config, assigned), "ranker", "b"), "2026-11-29-0123456789ab",
        0.12345678901234567, 1795478400000, "s" * 32,
    )  # fmt: skip
    text = receipts.sign(receipt, None, b"key")
    assert len(text) <= receipts.MAX_LENGTH
    assert receipts.verified(text, None, [b"key"], receipt.served_at_ms) == receipt
