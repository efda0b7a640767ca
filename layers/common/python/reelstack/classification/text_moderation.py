"""What is wrong with a title, a description or tags: words of a list, also when spelt with digits, signs or gaps. Pure.

The lists are better-profanity's for English and glin-profanity's for LANGUAGES, without the entries that ordinary
titles are made of, in whatever language, or that people call themselves (everyday_words.txt). The matching is ours:
theirs takes seconds for a long text (8 s for 2,500 words), joins neighbours ("my pen is blue" is flagged) and misses
"f.u.c.k" and accents. Languages written without gaps between words are not read.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import NamedTuple

from reelstack.classification import skeletons
from reelstack.classification.verdicts import Label, own_labels

SIGNS = str.maketrans({"@": "a", "4": "a", "3": "e", "0": "o", "$": "s", "5": "s", "7": "t", "8": "b"})
AS_I, AS_L = (str.maketrans(dict.fromkeys("1!|", letter)) for letter in "il")
DRAWN_OUT = re.compile(r"(.)\1{2,}")
STAR = "*"
MIN_LETTERS_BESIDE_STARS = 2
MIN_GAPPED = 3  # "f u c k" is one word, "a b" are two
WORD = re.compile(r"(?:[^\W_]|[@$*!|])+")
LANGUAGES = ("french", "german", "italian", "polish", "portuguese", "russian", "spanish")
MIN_FOREIGN = 4
"""Letters: shorter words of one language are ordinary ones of another."""
PLAIN = re.compile(r"[a-z0-9 .'_-]+")
"""The list's own guesses at spellings with signs are left out: every word is read that way."""


class Lexicon(NamedTuple):
    words: frozenset[str]
    phrases: frozenset[tuple[str, ...]]
    by_length: dict[int, list[str]]
    longest_phrase: int


def labels(title: str, description: str, tags: Iterable[str]) -> dict[Label, float]:
    """What is wrong with the words about a clip, by label."""
    return own_labels("text", scores([title, description, *tags]))


def scores(texts: Iterable[str]) -> dict[str, float]:
    """The engine "text": 0 without a listed word, 0.5 with one, 0.75 with two different ones, and so on."""
    found = {word for text in texts for word in listed_words(text)}
    return {"profanity": 1 - 0.5 ** len(found)}


def listed_words(text: str) -> list[str]:
    """The listed words of a text in plain spelling, in order. Time grows with the length of the text, nothing more."""
    lexicon = _lexicon()
    words = list(_words(text))
    spellings = {word: _spellings(word) for word in words}
    hits = {word: _listed(spelling, lexicon) for word, spelling in spellings.items()}
    found = [hit for word in words if (hit := hits[word])]
    plain = [spellings[word][0] for word in words]
    for length in range(2, lexicon.longest_phrase + 1):
        runs = zip(*(plain[start:] for start in range(length)), strict=False)
        found += [" ".join(run) for run in runs if run in lexicon.phrases]
    return found


def _listed(spellings: list[str], lexicon: Lexicon) -> str | None:
    for spelling in spellings:
        if spelling in lexicon.words:
            return spelling
        if STAR in spelling and len(spelling.replace(STAR, "")) >= MIN_LETTERS_BESIDE_STARS:
            for word in lexicon.by_length.get(len(spelling), ()):
                if all(sign in (STAR, letter) for sign, letter in zip(spelling, word, strict=True)):
                    return word
    return None


def _words(text: str) -> Iterator[str]:
    """Lower case, without accents and fancy alphabets; single characters in a row are one word. Where signs look like
    letters, the words that they make as well."""
    for reading in dict.fromkeys((text, skeletons.as_seen(text))):
        yield from _words_of(reading)


def _words_of(text: str) -> Iterator[str]:
    found = [run.strip("!|") for run in WORD.findall(skeletons.letters(text))]
    for single, run in groupby(filter(None, found), key=lambda word: len(word) == 1):
        words = list(run)
        yield from ["".join(words)] if single and len(words) >= MIN_GAPPED else words


def _spellings(word: str) -> list[str]:
    """What a word may mean: signs read as letters, letters that were drawn out taken back ("fuuuck", "asssss")."""
    if not any(sign.isalpha() for sign in word):
        return [word]  # 455 is a number
    plain = word.translate(SIGNS)
    latin = None if word in _everyday() else skeletons.as_latin(plain)
    read = list(dict.fromkeys(one.translate(signs) for one in filter(None, (plain, latin)) for signs in (AS_I, AS_L)))
    return read + [DRAWN_OUT.sub(kept, spelling) for spelling in read for kept in (r"\1", r"\1\1")]


def _foreign() -> Iterator[str]:
    dictionaries = files("glin_profanity.data").joinpath("dictionaries")
    for language in LANGUAGES:
        yield from map(str.casefold, json.loads(dictionaries.joinpath(f"{language}.json").read_text())["words"])


@cache
def _everyday() -> frozenset[str]:
    return frozenset(files("reelstack.classification").joinpath("everyday_words.txt").read_text("utf-8").splitlines())


@cache
def _lexicon() -> Lexicon:
    lines = files("better_profanity").joinpath("profanity_wordlist.txt").read_text().casefold().splitlines()
    everyday = _everyday()
    wanted = [line for line in lines if PLAIN.fullmatch(line) and line not in everyday]
    wanted += [line for line in _foreign() if len(line) >= MIN_FOREIGN and line not in everyday]
    entries = {tuple(_spellings(word)[0] for word in _words(line)) for line in wanted}
    words = {entry[0] for entry in entries if len(entry) == 1}
    phrases = frozenset(entry for entry in entries if len(entry) > 1)
    by_length = defaultdict(list)
    for word in sorted(words):
        by_length[len(word)].append(word)
    return Lexicon(frozenset(words), phrases, dict(by_length), max(map(len, phrases)))
