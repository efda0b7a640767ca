"""What is stored of a text that a person writes."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from reelstack.platform import text
from reelstack.platform.text_fields import CommentWords, Description, Tag, Title

TITLE: TypeAdapter[str] = TypeAdapter(Title)
ODD = st.sampled_from(
    "a e\u0301\u200b\u200c\u200d\u200e\u202e\u2066\u2069\u05d0\u064a\u0915\u094d\u1780\U0001f468\ufe0f\n\r\u00ad\u2126"
    "\u2800\u3164\u2764\u0308\u2028\U0001f3f4\U000e0067\U000e007f\u2065"
)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("fu\u200bck", "fuck"),
        ("so\u00adft", "soft"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("e\u200b\u0301", "\u00e9"),
        ("one\r\ntwo\u2028three\tfour", "one two three four"),
        ("a\u200db", "ab"),
        ("\ufeff  title \u3164", "title"),
        ("\U000e0061\U000e0062hidden", "hidden"),
        ("a" + "\ufe0f" * 40, "a\ufe0f"),
        ("a\u2065\ufff0\U000e0002b", "ab"),
        ("\u2764\u200d\u2800", "\u2764"),
        ("\u2764\u200d\u2800a", "\u2764\u2800a"),
        ("\u2800\u200d\U0001f3f4", "\U0001f3f4"),
        ("a\n\t\u2028 \n b", "a b"),
    ],
)
def test_what_is_not_seen_is_not_stored(written: str, stored: str) -> None:
    assert text.normal(written) == stored


@pytest.mark.parametrize(
    "written",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian
        "\u0995\u09b0\u09cd\u200c\u09ae \u09b0\u200d\u09cd\u09af\u09be\u09ae",  # Bengali
        "\u0d0e\u0d28\u0d4d\u200d",  # Malayalam, at the end of a word
        "\u179f\u17bd\u179f\u17d2\u178f\u17b8\u200b\u1796\u17b7\u1797\u1796\u179b\u17c4\u1780",  # Khmer
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f\u200d\U0001f525 \U0001f642\u200d\u2194\ufe0f",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 1\ufe0f\u20e3",
        "\U0001f3f3\ufe0f\u200d\U0001f308 Vi\u1ec7t Nam \u0e01\u0e35\u0e49\u0e19\u0e49\u0e33",
        "\u05d1\u05bc\u05b0\u05e8\u05b5\u05d0\u05e9\u05c1\u05b4\u0596\u05d9\u05ea",
        "\u0f67\u0f90\u0fb5\u0fa8\u0fb3\u0fba\u0fbc\u0fbb\u0f82",  # the tallest stack of Tibetan
        "\u0623\u0647\u0644\u0627 \u2066reelstack\u2069!\u200f",
    ],
)
def test_what_languages_and_emoji_need_stays(written: str) -> None:
    assert text.normal(written) == unicodedata.normalize("NFC", written)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("ab\u202ecd\u2066e", "abcde"),
        ("\u05d0\u202eb", "\u05d0\u2067b\u2069"),
        ("\u05d0\u2069\u2069", "\u05d0"),
        ("\u05d0\u2067\u2067\nb\u2069", "\u05d0\u2067\u2067\u2069\u2069\nb"),
        ("\u05d0" + "\u2067" * 50, "\u05d0" + "\u2067" * 8 + "\u2069" * 8),
    ],
)
def test_direction_never_reaches_beyond_its_line(written: str, stored: str) -> None:
    assert text.normal(written, lines=True) == stored


@pytest.mark.parametrize("kind", [Title, Tag, CommentWords])
@pytest.mark.parametrize(
    "blank",
    [
        "\u200b\u200b",
        " \u3164 ",
        "\u2800",
        "\u115f\u1160",
        "\u202e",
        "\u0301",
        "\ufe0f",
        "\x00",
        "\u2065",
        "\ufff0\U000e0fff",
        "\ufffc",
        "\U00013441",
    ],
)
def test_a_text_that_nobody_sees_is_none(kind: type[str], blank: str) -> None:
    with pytest.raises(ValidationError, match="at least 1 character"):
        TypeAdapter(kind).validate_python(blank)


@pytest.mark.parametrize("sign", ["\ud800", "\ufffe", "\uffff", "\ufdd0", "\U0010ffff"])
def test_what_is_no_character_is_refused(sign: str) -> None:
    with pytest.raises(ValidationError):
        TITLE.validate_python(f"a{sign}b")


def test_letters_carry_no_towers_of_marks() -> None:
    tower = "Z" + "\u0335\u0336\u0337" * 30
    assert text.normal(tower) == tower[: 1 + text.MARKS_MOST]


@pytest.mark.parametrize("between", ["\u200d", "\u200c", "\u2066\u2069"])
def test_what_is_not_seen_between_marks_makes_the_tower_no_higher(between: str) -> None:
    stored = text.normal("\u0628" + f"\u064e{between}" * 40)
    assert stored.count("\u064e") == text.MARKS_MOST


def test_the_length_is_that_of_what_is_stored() -> None:
    assert TITLE.validate_python("e\u0301" * 150) == "\u00e9" * 150
    assert TITLE.validate_python(f" {'a' * 150}\u200b") == "a" * 150
    with pytest.raises(ValidationError, match="at most 150"):
        TITLE.validate_python("a" * 151)


def test_a_description_may_have_lines_and_a_title_has_one() -> None:
    assert TypeAdapter(Description).validate_python("a\r\nb\n\nc") == "a\nb\n\nc"
    assert TITLE.validate_python("a\r\nb\n\nc") == "a b c"


@settings(max_examples=300)
@given(written=st.one_of(st.text(ODD, max_size=12), st.text(max_size=20)), lines=st.booleans())
def test_what_was_stored_is_stored_the_same_again(written: str, lines: bool) -> None:
    try:
        stored = text.normal(written, lines=lines)
    except text.NotText:
        return
    assert text.normal(stored, lines=lines) == stored
    assert unicodedata.is_normalized("NFC", stored)
