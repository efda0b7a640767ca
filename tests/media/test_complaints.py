"""Whatever a program says of a file, its owner reads a sentence."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reelstack.failure_reasons import REASONS, Reason, readable
from reelstack.media import ffmpeg_process
from reelstack.media.ffmpeg_process import ProgramFailed

ODD = (
    "[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55d0c8a3f700] moov atom not found",
    "[h264 @ 0x7f2c2c0] error while decoding MB 12 34, bytestream -7",
    "[dec:ac4 @ 0x5585] Decoding error: Invalid data found when processing input",
    "[vist#0:0/h264 @ 0x55] [dec:h264 @ 0x56] Decode error rate 0.25 exceeds maximum 0.02",
    "Error submitting packet to decoder: Invalid data found when processing input",
    "Error -1094995529 occurred while reading",
    "Conversion failed! code -22",
    "Error opening input file /tmp/reelstack-x/original.",
    "Error opening input files: Invalid data found when processing input",
    "[matroska,webm @ 0x1] EBML header parsing failed",
    "C:\\clips\\a.mp4: Permission denied",
    "Traceback (most recent call last): RuntimeError: exit code 187",
    "[aac @ 0xabc] Sample rate index in program config element does not match",
    "Nothing was written into output file, because at least one of its streams received no packets.",
)
LEAKS = re.compile(r"0x|@|[/\\\\]|\berror|\bcode\b|(?<!\w)-\d", re.IGNORECASE)


def is_sentence(detail: str) -> bool:
    return len(detail) <= 200 and detail[0].isupper() and detail.endswith(".") and not LEAKS.search(detail)


COMPLAINTS = st.lists(st.one_of(st.sampled_from(ODD), st.text(max_size=80)), max_size=4).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(COMPLAINTS)
@example("Error -22")
def test_a_complaint_of_a_program_becomes_a_sentence(complaint: str) -> None:
    refused = ffmpeg_process.blame(ProgramFailed("/opt/bin/ffmpeg", 187, complaint))
    assert is_sentence(refused.detail), refused.detail
    assert refused.complaint == complaint.strip(), "the logs have it as it was"


@settings(max_examples=150, deadline=None)
@given(st.one_of(COMPLAINTS, st.text()), st.sampled_from(sorted(c for c in REASONS if not REASONS[c].by_person)))
def test_no_stored_detail_shows_the_machine(detail: str, reason: str) -> None:
    """Of executions of earlier releases, which hand on what a program said."""
    assert is_sentence(readable(reason, detail))


def test_a_sentence_of_ours_and_the_words_of_a_person_stay() -> None:
    for told in ("The clip lasts 61.0 s; at most 60 s are taken.", "Found in the clip: nudity, graphic_violence."):
        assert readable("too-long", told) == told
    assert readable("taken-down", "see @ann, a/b") == "see @ann, a/b"


@pytest.mark.parametrize("reason", REASONS.values(), ids=REASONS)
def test_every_reason_says_a_sentence(reason: Reason) -> None:
    assert is_sentence(reason.message)
