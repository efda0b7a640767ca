"""Text that people write: the one form in which it is stored, for every field. Pure.

`normal` composes it (NFC), takes out what is not seen, or only changes how something else is seen, and keeps what
languages and emoji need: joiners, flags of regions, isolates around right-to-left text. Applied twice it changes
nothing more. What was stored before stays as it is; readers must not depend on this form.
"""

import re
import unicodedata

MARKS_MOST = 8
"""Marks above and below one letter. Cantillated Hebrew takes 5, a Tibetan stack 8; more of them cover other lines."""
ISOLATES_MOST = 8
"""Isolates within one another."""
LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
NO_TEXT = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef]|"
    + "|".join(f"[{chr(p | 0xFFFE)}{chr(p | 0xFFFF)}]" for p in range(0, 0x110000, 0x10000))
)
"""Lone surrogates, which no store takes, and noncharacters, which Unicode keeps from interchange."""
FLAG = re.compile("(\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f)")
"""A region's flag (England, Wales): a black flag with its code in tags, which are invisible everywhere else."""
RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
OPENING = dict(
    zip("\u202a\u202b\u202d\u202e\u2066\u2067\u2068", "\u2066\u2067\u2066\u2067\u2066\u2067\u2068", strict=True)
)
"""Embeddings and overrides become isolates: those reach beyond themselves, and overrides turn letters round."""
CLOSING, ISOLATE_END = "\u202c\u2069", "\u2069"
JOINERS = re.compile("[\u200b-\u200d]+")
ZWSP, ZWJ = "\u200b", "\u200d"
JOINING = re.compile(
    "[\u0590-\u109f\u1780-\u18af\u1950-\u1c7f\u1cd0-\u1cff\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff]"
)
"""Scripts whose letters change by a joiner: Arabic and its neighbours, and those of India and South-East Asia."""
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u1aaf]")
"""Thai, Lao, Burmese and Khmer: a space of no width says where their lines may break."""
EMOJI = re.compile("[\u2190-\u27ff\u2801-\u3163\u3165-\u32ff\U0001f000-\U0001fbff]")
BEFORE_ZWJ = re.compile(f"{EMOJI.pattern}|[\ufe0f\U000e007f]")
VISIBLE_FORMATS = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]")
"""Signs around numbers that Unicode counts among the formats, though they are seen."""
VARIATIONS = re.compile("([\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
"""One of them chooses a glyph; a run of them is hidden data."""
UNASSIGNED = re.compile("[\u2065\ufff0-\ufff8\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]")
"""Beside the formats, Unicode keeps these for characters that nobody will see; fonts draw nothing for them already."""
BLANKS = "[\\s\u2800\u3164\uffa0]+"
ENDS = re.compile(f"^{BLANKS}|{BLANKS}$")
UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc\U00013441\U00013442\U0001d159")
"""Letters and symbols without a shape: fillers of Hangul, the empty Braille cell, the place of a picture, blanks of
hieroglyphs, a note without a head."""
SEEN_KINDS = frozenset("LNPS")


class NotText(ValueError):
    """Holds something that is no character."""


def normal(text: str, *, lines: bool = False) -> str:
    """The form in which a text is stored; `lines`: it may have several. Raises NotText."""
    if found := NO_TEXT.search(text):
        raise NotText(f"holds U+{ord(found[0]):04X}, which is no character")
    while (once := _normal(text, lines)) != text:  # what is taken out brings its neighbours together
        text = once
    return text


def _normal(text: str, lines: bool) -> str:
    text = LINE_ENDS.sub("\n", text).replace("\t", " ")
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = "".join(piece if FLAG.fullmatch(piece) else _seen(piece) for piece in FLAG.split(text))
    if not text.isascii():
        text = _directed(JOINERS.sub(_joiner, text))
        text = _bounded(VARIATIONS.sub(r"\1", unicodedata.normalize("NFC", text)))
    text = text if lines else re.sub("[ \n]+", " ", text)
    return ENDS.sub("", text)


def is_blank(text: str) -> bool:
    """Whether nobody sees anything of it."""
    return not any(
        unicodedata.category(sign)[0] in SEEN_KINDS or unicodedata.category(sign) in ("Co", "Cn")
        for sign in text
        if sign not in UNSEEN
    )


def _seen(text: str) -> str:
    """Without control and format characters, but for those that are looked at next."""
    return "".join(sign for sign in text if _stays(sign))


def _stays(sign: str) -> bool:
    if unicodedata.category(sign) not in ("Cc", "Cf"):
        return not UNASSIGNED.match(sign)
    return sign == "\n" or any(kept.match(sign) for kept in (JOINERS, DIRECTIONS, VISIBLE_FORMATS))


def _joiner(found: re.Match[str]) -> str:
    """Of a run of joiners the one that does something where it stands."""
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    for sign in found[0]:
        if sign == ZWSP:
            useful = bool(UNSPACED.match(before) and UNSPACED.match(after))
        else:
            in_emoji = sign == ZWJ and BEFORE_ZWJ.match(before) and EMOJI.match(after)
            useful = bool(JOINING.match(before) or in_emoji)
        if useful:
            return sign
    return ""


def _directed(text: str) -> str:
    """Marks of direction only in text that runs both ways, and every isolate closed in its line."""
    if not RTL.search(text):
        return DIRECTIONS.sub("", text)
    return "\n".join(map(_balanced, text.split("\n")))


def _balanced(line: str) -> str:
    signs, opened, too_deep = [], 0, 0
    for sign in line:
        if sign in OPENING:
            if opened == ISOLATES_MOST:
                too_deep += 1
                continue
            opened += 1
            signs.append(OPENING[sign])
        elif sign in CLOSING:
            if too_deep:
                too_deep -= 1
            elif opened:
                opened -= 1
                signs.append(ISOLATE_END)
        else:
            signs.append(sign)
    return "".join(signs) + ISOLATE_END * opened


def _bounded(text: str) -> str:
    """At most MARKS_MOST marks on a letter. What is not seen between them begins no new one."""
    signs, marks = [], 0
    for sign in text:
        kind = unicodedata.category(sign)
        if kind in ("Mn", "Me"):
            marks += 1
        elif kind != "Cf":
            marks = 0
        if marks <= MARKS_MOST or kind == "Cf":
            signs.append(sign)
    return "".join(signs)
