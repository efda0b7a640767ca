"""What runners make of steps, where a whole client would show it late."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import httpx
import pytest

from reelstack_client.blocking import BlockingRunner
from reelstack_client.sending import Tally
from reelstack_client.signatures import Signatures
from reelstack_client.steps import Sleep, Steps, Together, done
from reelstack_client.upload_requests import Part, Upload

NAPS = 100_000


def runner(sleep: Callable[[float], None] = lambda _: None) -> BlockingRunner:
    return BlockingRunner(httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(204))), sleep=sleep)


def test_one_that_fails_ends_the_others_where_they_wait() -> None:
    stop, put_away, slept = Event(), list[str](), list[float]()

    def fails() -> Steps[None]:
        yield Sleep(0)
        raise ValueError("first")

    def waits() -> Steps[None]:
        try:
            for _ in range(NAPS):
                yield Sleep(60)
        finally:
            put_away.append("yes")

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        stop.wait(0.01)

    def both() -> Steps[None]:
        yield Together((waits(), fails()), stop.set, stop.is_set)

    with pytest.raises(ValueError, match="first"):
        runner(sleep).run(both())
    assert put_away == ["yes"]
    assert max(slept) <= 0.5
    assert len(slept) < NAPS


def test_a_part_that_another_worker_drops_while_it_is_signed_is_given_all_the_same(tmp_path: Path) -> None:
    upload = Upload(upload_id="u", video_id="v", state="open", size_bytes=2, part_size_bytes=1, part_count=2)
    signatures: Signatures
    first = Part(number=1, url="http://storage.test/1", size_bytes=1)

    def sign(numbers: dict[int, str | None]) -> Steps[list[Part]]:
        return done([first.model_copy(update={"number": number}) for number in numbers])

    class Dropped(dict[int, Part]):
        """What is kept, as another thread leaves it just after it was filled."""

        def __ior__(self, other: dict[int, Part]) -> "Dropped":  # type: ignore[override, misc]
            return self

    signatures = Signatures(tmp_path, Tally(upload, lambda _: None), False, sign)
    signatures._signed = Dropped()
    assert runner().run(signatures.get(2, list)).number == 2
