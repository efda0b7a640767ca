"""What deployments say of their level, and what other services make of it."""

from hypothesis import given
from hypothesis import strategies as st

from reelstack.degradation import shared_level
from reelstack.degradation.levels import Level
from reelstack.degradation.shared_level import BELIEVED_MS, commands, is_overloaded

NOW = 1_796_000_000_000
AGES = st.integers(-2 * BELIEVED_MS, 2 * BELIEVED_MS)


def test_overloaded_means_the_level_of_ready_made_answers() -> None:
    assert shared_level.OVERLOADED == Level.READY_MADE


def said(level: Level, age_ms: int = 0) -> str:
    (_, key, _, text), _ = commands("a", level, NOW - age_ms)
    assert key == shared_level.KEY
    return str(text)


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.tuples(st.sampled_from(Level), AGES)))
def test_overloaded_is_when_all_who_speak_are_at_the_last_level(told: dict[str, tuple[Level, int]]) -> None:
    fields = {deployment: said(level, age) for deployment, (level, age) in told.items()}
    speaking = [level for level, age in told.values() if abs(age) <= BELIEVED_MS]
    assert is_overloaded(fields, NOW) == (bool(speaking) and set(speaking) == {Level.READY_MADE})


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=12), max_size=3))
def test_what_another_release_wrote_is_passed_over(fields: dict[str, str]) -> None:
    others = {name: text for name, text in fields.items() if ":" not in text}
    assert not is_overloaded(others, NOW)
    assert is_overloaded({**others, "ours": said(Level.READY_MADE)}, NOW)
