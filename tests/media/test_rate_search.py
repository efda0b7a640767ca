"""Whatever an encoder makes of its settings, a short piece of low quality ends within its cap, and uses it."""

from collections.abc import Callable, Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reelstack.media.bitrates import BEST_CRF, LOW_CRF, Spending, held
from reelstack.media.ladder import SHORT_TRIES, TRIES
from reelstack.media.rate_control import COARSEST_CRF, LEAST_USED, corrected, is_low, tightened

ALLOWED, PEAK = 500_000, 1500
KNOTS = range(BEST_CRF - 1, COARSEST_CRF + 3, 2)
Encoder = Callable[[Spending], float]


def searched(encoder: Encoder, crf: float) -> list[tuple[Spending, int]]:
    """What each try of an encoder spends that is asked for an even quality at first."""
    now: Spending | None = held(crf, PEAK).model_copy(update={"thorough": True})
    tried: list[tuple[Spending, int]] = []
    while now and len(tried) < SHORT_TRIES:
        tried.append((now, int(encoder(now))))
        now = corrected(tried, ALLOWED, low=True)
    return tried


def used(tried: Sequence[tuple[Spending, int]]) -> float:
    return max((bits for _, bits in tried if bits <= ALLOWED), default=0) / ALLOWED


def curve(halvings: Sequence[float], guess: float, off: float) -> Encoder:
    """Bits that fall by another factor between each two qualities, and are 2 ** off times the cap at the guess."""

    def log_bits(crf: float) -> float:
        fallen = 0.0
        for knot, halving in zip(KNOTS, halvings, strict=True):
            fallen += halving * max(0.0, min(2.0, crf - knot))
        return -fallen

    return lambda spending: ALLOWED * 2 ** (off + log_bits(spending.crf) - log_bits(guess))


@settings(max_examples=300, deadline=None)
@given(st.floats(1.5, 10), st.floats(-1.5, 1.5), st.floats(LOW_CRF, 40))
def test_a_piece_whose_bits_fall_evenly_uses_nine_tenths_of_its_cap(to_halve: float, off: float, crf: float) -> None:
    tried = searched(lambda now: ALLOWED * 2 ** (off - (now.crf - crf) / to_halve), crf)
    at_a_bound = {BEST_CRF, COARSEST_CRF} & {spending.crf for spending, _ in tried}
    assert LEAST_USED <= used(tried) <= 1 or at_a_bound


@settings(max_examples=300, deadline=None)
@given(st.lists(st.floats(0.1, 0.6), min_size=len(KNOTS), max_size=len(KNOTS)), st.floats(-1.2, 1.2), st.floats(32, 40))
def test_a_piece_whose_bits_fall_unevenly_uses_nine_tenths_of_its_cap(
    halvings: list[float], off: float, crf: float
) -> None:
    """Unless its quality turns out not to be low."""
    tried = searched(curve(halvings, crf, off), crf)
    good = any(spending.crf < LOW_CRF and bits <= ALLOWED for spending, bits in tried)
    at_a_bound = COARSEST_CRF in {spending.crf for spending, _ in tried}
    assert LEAST_USED <= used(tried) <= 1 or at_a_bound or good


@settings(max_examples=200, deadline=None)
@given(st.floats(1.2, 2), st.floats(0.8, 1.2), st.floats(6.5, 20))
def test_noise_that_no_quality_holds_is_held_by_a_buffer(spent: float, power: float, times: float) -> None:
    """`spent`: what the encoder takes, in seconds of the peak rate, at 0.55 caps; it follows the peak by a power."""

    def encoder(now: Spending) -> float:
        return ALLOWED * 0.55 * spent * (now.peak_kbps / 275) ** power if now.noise_reduction else ALLOWED * times

    assert LEAST_USED <= used(searched(encoder, 40)) <= 1


@settings(max_examples=200, deadline=None)
@given(st.floats(0.5, 0.9), st.floats(3, 8))
def test_noise_that_the_buffer_does_not_bind_is_given_a_finer_quality(spent: float, to_halve: float) -> None:
    """`spent`: of the cap, at the quality that is tried with a buffer, however high its peak is."""

    def encoder(now: Spending) -> float:
        return ALLOWED * (spent * 2 ** ((40 - now.crf) / to_halve) if now.noise_reduction else 5)

    assert LEAST_USED <= used(searched(encoder, 36)) <= 1


@given(st.floats(4, 30), st.floats(0.5, 4))
def test_a_piece_of_good_quality_is_held_to_its_cap_as_ever(to_halve: float, over: float) -> None:
    """Each try is `tightened`, and the first within the cap is taken, however little it spends."""
    assume(over != 1)
    now, tried = held(24, 330), list[tuple[Spending, int]]()
    assert not is_low(now)
    for _ in range(TRIES):
        tried.append((now, int(ALLOWED * over * 2 ** ((24 - now.crf) / to_halve))))
        following = corrected(tried, ALLOWED, low=False)
        if tried[-1][1] <= ALLOWED:
            assert following is None
            break
        assert following == tightened(tried[-1][1], ALLOWED, now)
        now = following
