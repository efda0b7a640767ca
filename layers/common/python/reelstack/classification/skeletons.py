"""Skeletons: what a text reads like to somebody who glances at it, whatever characters it is made of. Pure.

For comparing only (UTS #39), never for storing. Which letters of other scripts look like Latin ones is data of
`confusable_homoglyphs`, taken from Unicode's confusables.txt; it is read when the first text needs it (20 ms).
"""

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files

UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
"""Default ignorable: nothing is drawn for them."""
LATIN = re.compile(
    r"(?:LATIN|NEGATIVE SQUARED LATIN|NEGATIVE CIRCLED LATIN)"
    r"(?: SMALL| CAPITAL)? LETTER(?: SMALL CAPITAL)? ([A-Z])(?: WITH .+)?"
)
"""Names of letters that are one of A to Z with something added: small capitals, ƒ, letters in black squares, ł."""
OWN_LETTERS = frozenset("đħłøŧ")
"""Letters of an alphabet of their own: Polish "łez" (of tears) is not the word that it looks like."""
TWO_LETTERS = {"æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "ß": "ss"}
LATIN_LETTERS = re.compile("[a-z]")
AS_DRAWN = str.maketrans(
    {
        "0": "o",
        "1": "l",
        "3": "e",
        "4": "a",
        "5": "s",
        "7": "t",
        "8": "b",
        "i": "l",
        "j": "l",
        "|": "l",
        "!": "l",
        "$": "s",
        "@": "a",
    }
)
PAIRS_AS_DRAWN = (("rn", "m"), ("vv", "w"), ("cl", "d"))
REPEATED = re.compile(r"(.)\1+")
WORD = re.compile(r"[^\W_]+")
ASCII_LETTER = re.compile("[A-Za-z]")
FLAG_LETTERS = {0x1F1E6 + number: letter for number, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
"""Two of them are a country's flag; others are shown as letters."""


def letters(text: str) -> str:
    """Lower case, without marks and what is not seen, fancy alphabets as plain ones. Scripts stay what they are."""
    if text.isascii():
        return text.casefold()
    folded = unicodedata.normalize("NFKD", UNSEEN.sub("", text.casefold()))
    plain = (sign if sign in OWN_LETTERS else _plain_letter(sign) for sign in folded if not unicodedata.combining(sign))
    return "".join(plain).casefold()


def as_seen(text: str) -> str:
    """A text with what looks like a Latin letter and is none for `letters`: symbols (∪, ⍺, letters of flags), and, in
    words that have Latin letters, those whose look is lost in lower case (ϲ, the Greek Ν). It is one more reading and
    not the only one: a symbol beside a word is mostly not part of it."""
    if text.isascii():
        return text
    symbols, look_lost = _for_letters_alone()
    return WORD.sub(
        lambda word: word[0].translate(look_lost) if ASCII_LETTER.search(word[0]) else word[0], text.translate(symbols)
    )


def fold_accents(text: str) -> str:
    """Lower case, and Latin letters without their accents; marks that are letters of their own in other scripts stay.
    As the search index folds words (Lucene's ASCII folding)."""
    signs: list[str] = []
    for sign in unicodedata.normalize("NFKD", text.casefold()):
        if not (unicodedata.combining(sign) and signs and LATIN_LETTERS.fullmatch(signs[-1][-1])):
            signs.append(_plain_letter(sign))
    return unicodedata.normalize("NFC", "".join(signs).casefold())


def as_latin(word: str) -> str | None:
    """How a word of `letters` reads in Latin letters, if it has others that look like them.

    Beside a Latin letter every look-alike is read. A word without one is only read if all of it looks Latin by the
    letters as they stand: of 100,000 words of Russian, Ukrainian or Greek each, none but "ххх" is then a listed one.
    """
    if word.isascii() or not any(sign.isalpha() and not sign.isascii() for sign in word):
        return None
    mixed = LATIN_LETTERS.search(word) is not None
    table = _look_alikes()
    read = "".join(table.get(sign) or (table.get(sign.upper(), sign).lower() if mixed else sign) for sign in word)
    return read if read != word and (mixed or read.isascii()) else None


def drawn(name: str) -> str:
    """A name as it looks, without gaps and whatever else is no letter: i, l and 1 are one, rn is m, what is repeated is
    once."""
    plain = letters(as_seen(name))
    joined = "".join(sign for sign in (as_latin(plain) or plain) if sign.isalnum() or ord(sign) in AS_DRAWN)
    read = joined.translate(AS_DRAWN)
    for pair, letter in PAIRS_AS_DRAWN:
        read = read.replace(pair, letter)
    return REPEATED.sub(r"\1", read)


@cache
def _plain_letter(sign: str) -> str:
    if sign.isascii():
        return sign
    if sign in TWO_LETTERS:
        return TWO_LETTERS[sign]
    found = LATIN.fullmatch(unicodedata.name(sign, ""))
    return found[1].lower() if found else sign


@cache
def _look_alikes() -> dict[str, str]:
    """Letter of another script -> the Latin letter that it looks like, each as it stands (capital or small)."""
    known = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8"))
    found = {}
    for sign, others in known.items():
        latin = [one["c"] for one in others if one["c"].isascii() and one["c"].isalnum()]
        if len(sign) == 1 and not sign.isascii() and sign.lower() not in OWN_LETTERS and latin:
            found[sign] = latin[0].lower()
    return found


@cache
def _for_letters_alone() -> tuple[dict[int, str], dict[int, str]]:
    """Symbols -> the letter that they look like, and the same of letters whose lower case looks different. A cross is
    more often a sign of multiplication, or hides a word, than an x."""
    symbols, look_lost = dict(FLAG_LETTERS), {}
    for sign, latin in _look_alikes().items():
        if not LATIN_LETTERS.fullmatch(latin):
            continue
        if unicodedata.category(sign).startswith("S"):
            if latin != "x":
                symbols[ord(sign)] = latin
        elif not (plain := letters(sign)).isascii() and as_latin(f"a{plain}") != f"a{latin}":
            look_lost[ord(sign)] = latin
    return symbols, look_lost
