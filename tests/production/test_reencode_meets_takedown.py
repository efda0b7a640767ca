"""A re-encode that meets a takedown, a deletion or hiding, wherever it is at that moment: nothing that it wrote stays
where viewers' addresses lead, and the video can be made anew later."""

import itertools
from collections.abc import Callable

import pytest

from reelstack.moderation import appeals, decisions, takedowns
from reelstack.moderation.decisions import Answer
from reelstack.platform.config import Config
from reelstack.production import attempts, reencodes
from reelstack.tables.production import Claim
from reelstack.tables.videos import Video
from reelstack.uploads.priorities import Priority
from tests.support.clip_world import BAD, UNCLEAR, ClipWorld, interrupted

Act = Callable[[ClipWorld], None]
ACTS: dict[str, Act] = {
    "takedown": ClipWorld.take_down,
    "deletion": ClipWorld.delete,
    "hiding": lambda clip: clip.judge_again(UNCLEAR),
    "policy": lambda clip: clip.judge_again(BAD),
}
ENDS: dict[str, Callable[[ClipWorld], bool]] = {
    "published": lambda clip: attempts.publish(clip.name, 2, clip.asset(2), {}),
    "rejected": lambda clip: clip.reject(2),
    "failed": lambda clip: clip.fail(2),
}


def reencode(clip: ClipWorld, end: str = "published") -> None:
    """From the order to the end of the execution, with what follows from each change as it happens."""
    try:
        reencodes.request(Video.get(clip.name), Priority.NORMAL)
    except reencodes.NothingToReencode:
        return
    clip.follow()
    if not clip.runs(2):
        return
    clip.write(2)
    ENDS[end](clip)
    clip.follow()
    clip.end(2)


def settle(clip: ClipWorld) -> None:
    clip.follow()
    clip.tidy()


def bring_back(clip: ClipWorld) -> None:
    if clip.video.state == "rejected":
        appeals.appeal(clip.name, "ann", "mine")
    decisions.decide(clip.name, Answer.APPROVE, "", "max")
    clip.follow()
    assert clip.video.state == "published"


def check(clip: ClipWorld) -> None:
    """Nothing is left over, and the next re-encode runs to its end."""
    settle(clip)
    video = clip.video
    assert video.reencode_attempt is None
    if video.state in ("rejected", "deleted"):
        assert clip.objects() == set()
    if video.state == "deleted":
        return
    if video.state != "published":
        bring_back(clip)
        settle(clip)
    played = clip.video.asset["prefix"]
    assert {key.rpartition("/")[0] + "/" for key in clip.objects()} == {played}
    following = int(reencodes.request(clip.video, Priority.NORMAL).reencode_attempt)
    clip.follow()
    assert clip.runs(following)
    clip.write(following)
    assert attempts.publish(clip.name, following, clip.asset(following), {})
    clip.end(following)
    settle(clip)
    assert clip.objects() == {f"v/{clip.name}/{following}/{key}" for key in ("master.m3u8", "avc-480.mp4")}
    assert clip.objects("quarantine/") == set()


def interleave(act: str, end: str) -> int:
    """One run with the act before each write of the re-encode; returns how many runs."""
    for number in itertools.count():
        if not interrupt(act, end, number):
            return number
    raise AssertionError


def interrupt(act: str, end: str, number: int) -> bool:
    """One run with the act before the write of this number. False if the re-encode has fewer."""
    clip = ClipWorld.published(f"{act}-{number}")
    with interrupted(number, lambda: ACTS[act](clip)) as begun:
        reencode(clip, end)
    if len(begun) <= number:
        return False
    check(clip)
    return True


@pytest.mark.parametrize(("act", "number"), [("takedown", 6), ("hiding", 5)])
def test_a_reencode_that_is_interrupted_leaves_nothing(aws: Config, act: str, number: int) -> None:
    assert interrupt(act, "published", number)


@pytest.mark.engines
@pytest.mark.parametrize(
    ("act", "end"), [*((act, "published") for act in ACTS), ("takedown", "rejected"), ("deletion", "failed")]
)
def test_an_end_of_a_reencode_meets_an_act_before_every_write(aws: Config, act: str, end: str) -> None:
    assert interleave(act, end) >= 7


@pytest.mark.parametrize("act", ["takedown"])
def test_what_a_step_writes_after_the_act_goes_when_the_attempt_ends(aws: Config, act: str) -> None:
    clip = ClipWorld.published(act)
    reencodes.request(clip.video, Priority.NORMAL)
    clip.follow()
    ACTS[act](clip)
    clip.follow()
    clip.write(2)
    assert not attempts.publish(clip.name, 2, clip.asset(2), {})
    clip.end(2)
    clip.follow()
    if clip.video.state in ("rejected", "deleted"):
        assert clip.objects() == set(), "at once: not when addresses have expired"
    check(clip)


def test_a_restore_that_is_taken_down_meanwhile_leaves_nothing_where_viewers_look(aws: Config) -> None:
    clip = ClipWorld.published()
    clip.take_down()
    clip.follow()
    appeals.appeal(clip.name, "ann", "mine")
    decisions.decide(clip.name, Answer.APPROVE, "", "max")
    with (
        interrupted(0, lambda: (clip.take_down(), takedowns.withdraw(clip.name))),
        pytest.raises(takedowns.ChangedMeanwhile),
    ):
        takedowns.restore(clip.name)
    clip.follow()
    assert (clip.video.state, clip.objects()) == ("rejected", set())
    bring_back(clip)


def test_a_mark_that_an_earlier_release_left_does_not_keep_a_video_from_being_made_anew(aws: Config) -> None:
    """Its re-encode met a takedown and ended; then the video was restored, as 0.2.0 did it."""
    clip = ClipWorld.published()
    Video(clip.name).update([Video.attempts.set(2), Video.reencode_attempt.set(2)])
    Claim(clip.upload_id, video_id=clip.name, attempt=2, started=True, claimed_at=1).save()
    clip.seen = clip.video.serialize()
    check_next = int(reencodes.request(clip.video, Priority.NORMAL).reencode_attempt)
    clip.follow()
    assert (check_next, clip.runs(3)) == (3, True)
    assert int(reencodes.request(clip.video, Priority.NORMAL).reencode_attempt) == 3, "twice is once"
