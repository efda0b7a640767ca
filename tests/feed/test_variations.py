from reelstack.experiments.layers import Arm, Experiments, Layer
from reelstack.feed import variations
from reelstack.feed.variations import Variation


def running(layer: str, **parameters: object) -> Experiments:
    arms = (Arm(name="control", begin=0, end=1), Arm(name="on", begin=1, end=1000, parameters=parameters))
    return Experiments(layers={layer: Layer(salt="trial", arms=arms)})


def varied(layer: str, **parameters: object) -> Variation:
    return variations.of(running(layer, **parameters), "ann", "ranked-1")


def test_each_layer_changes_its_part_and_the_receipt_names_the_arm() -> None:
    assert variations.of(Experiments(), "ann", "ranked-1") == Variation("ranked-1")
    one = varied("retrieval", similar=False, fresh=True)
    assert one.without == {"similar"}
    assert one.policy == "ranked-1;retrieval=trial/on"
    assert varied("ranker", **{"hand-weights": True}).hand_weights
    assert varied("weights", **{"watch-time": 2, "hide": 0.5}).factors == {"watch_time": 2.0, "hide": 0.5}
    assert varied("rerank", likeness=0.4).likeness == 0.4


def test_what_is_unknown_or_out_of_bounds_changes_nothing() -> None:
    assert varied("weights", hide=-3, finish=99, unknown=1, like=True).factors == {}
    assert varied("rerank", likeness=7).likeness is None
    assert varied("rerank", likeness=True).likeness is None
    assert not varied("ranker", **{"hand-weights": 1}).hand_weights


def test_a_ranker_that_hand_set_weights_take_the_place_of_is_not_loaded() -> None:
    both = {"hand-weights": True, "version": "2026-11-30-0123456789ab"}
    assert variations.rankers(running("ranker", **both)) == []
    one = varied("ranker", **both, interleave=True)
    assert (one.hand_weights, one.ranker, one.interleaves) == (True, "", True)
    assert variations.rankers(running("ranker", **both | {"hand-weights": False})) == [both["version"]]
