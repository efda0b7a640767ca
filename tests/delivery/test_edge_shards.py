"""An entry of the edge's store, and the changes that bring keys into all of them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.delivery.edge_ring import RING, Ring, spread
from reelstack.delivery.edge_shards import NAMES, RECORDS, VALUE_BYTES, WHENEVER, Denial, Shard, place, ring_text

SECRETS = {f"k6923a1f{number}": f"{number}" * 64 for number in range(3)}
TIMES = st.integers(0, 4_000_000_000)
DENIALS = st.builds(Denial, st.integers(1_000, 4_000_000_000), TIMES | st.just(WHENEVER))
IDS = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789_-", min_size=1, max_size=64)


@given(st.dictionaries(IDS, DENIALS, max_size=RECORDS))
def test_what_is_written_is_read_and_fits_beside_three_keys(denials: dict[str, Denial]) -> None:
    shard = Shard(ring_text(SECRETS), {place(video_id)[1]: denial for video_id, denial in denials.items()})
    value = shard.value(now=0)
    assert Shard.of(value) == shard
    assert len(value.encode()) <= VALUE_BYTES


@given(st.lists(st.tuples(st.sampled_from("abc"), DENIALS), max_size=12), st.randoms())
def test_denials_come_to_the_same_in_whatever_order(denials: list[tuple[str, Denial]], random: st.DrawFn) -> None:
    def after(order: list[tuple[str, Denial]]) -> str:
        shard = Shard("k1:s")
        for video_id, denial in order:
            shard = shard.with_denial(video_id, denial, 0)
        return shard.value(0)

    shuffled = [*denials, *denials]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert after(denials) == after(shuffled)


@given(DENIALS)
def test_a_denial_as_text_is_the_same_denial(denial: Denial) -> None:
    assert Denial.of(str(denial)) == denial


def test_videos_are_spread_over_all_shards() -> None:
    assert len(NAMES) == len(set(NAMES)) == 4096
    counts = dict.fromkeys(NAMES, 0)
    for number in range(40_000):
        counts[place(f"video-{number}")[0]] += 1
    assert max(counts.values()) < RECORDS


@settings(max_examples=5)  # each looks at 4,096 shards four times
@given(st.sets(st.sampled_from(sorted(SECRETS)), min_size=1), st.sets(st.sampled_from(NAMES), max_size=5))
def test_keys_that_were_spread_need_no_other_write_and_deny_nothing_else(kept: set[str], lost: set[str]) -> None:
    secrets = {key_id: SECRETS[key_id] for key_id in kept}
    shards = {name: Shard("gone:x", {"8letters": Denial(50, 7)}).value(0) for name in NAMES if name not in lost}
    changes = spread({RING: "0;gone:x", **shards}, secrets, now=10)
    assert list(changes)[-1] == RING, "it says that all others were written"
    after = {name: str(value) for name, value in changes.items()}
    assert {Shard.of(after[name]).ring for name in NAMES} == {ring_text(secrets)}
    assert all(("8letters" in Shard.of(after[name]).denials) is (name not in lost) for name in NAMES)
    assert spread(after, secrets, now=10) == {}
    assert Ring.of(after[RING]).is_whole(secrets, now=10)
