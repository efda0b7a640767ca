"""How often, and after what waits, something is attempted."""

from reelstack.platform import retry


def test_attempts_are_numbered_and_bounded_and_each_wait_may_be_twice_as_long() -> None:
    waited: list[float] = []
    assert list(retry.attempts(4, 0.5, pause=waited.append)) == [0, 1, 2, 3]
    assert waited == [0.5, 1, 2]


def test_nobody_waits_before_the_first_attempt_or_after_the_last() -> None:
    waited: list[float] = []
    for _ in retry.attempts(3, 1, pause=waited.append):
        break
    assert (waited, list(retry.attempts(1, 1, pause=waited.append)), waited) == ([], [0], [])


def test_attempts_without_a_pause_do_not_wait() -> None:
    waited: list[float] = []
    assert (list(retry.attempts(3, pause=waited.append)), waited) == ([0, 1, 2], [])
