"""What ffmpeg says of a file that it cannot read, as reasons and sentences for the file's owner. Pure.

ffmpeg writes for developers: addresses, return codes, names of functions. A complaint that is not known here gives the
general sentence of its reason.
"""

TRUNCATED = ("moov atom not found", "partial file", "truncating packet", "end of file", "file ended prematurely")
SENTENCES = (
    ("moov atom not found", "The index of the file is missing. It is written last, so the end of the file is lost."),
    ("could not find codec parameters", "The file does not say how its picture or sound is stored."),
    ("no decoder", "Part of the file is stored in a format that this service does not read."),
    ("decoder not found", "Part of the file is stored in a format that this service does not read."),
    ("unknown decoder", "Part of the file is stored in a format that this service does not read."),
    ("not yet implemented", "Part of the file is stored in a format that this service does not read."),
    ("not implemented", "Part of the file is stored in a format that this service does not read."),
    ("unsupported", "Part of the file is stored in a format that this service does not read."),
    ("encrypted", "The file is encrypted."),
    ("dimensions not set", "The file does not say how large its picture is."),
    ("invalid dimensions", "The file does not say how large its picture is."),
    ("picture size", "The file does not say how large its picture is."),
    ("channel layout", "The file does not say which channels its sound has."),
    ("sample rate", "The file does not say how fast its sound is to be played."),
    ("ebml header", "The header of the file is damaged."),
    ("error reading header", "The header of the file is damaged."),
    ("matches no streams", "The file holds no picture that can be read."),
    ("while decoding", "Pictures or sound of the file are damaged."),
    ("decoding error", "Pictures or sound of the file are damaged."),
    ("decode error rate", "Too many pictures of the file are damaged."),
    ("packet to decoder", "Pictures or sound of the file are damaged."),
)
"""(what the complaint holds, what the owner reads), the more telling first."""


def reason(complaint: str) -> str:
    """ "truncated" or "corrupt"."""
    said = complaint.lower()
    return "truncated" if any(sign in said for sign in TRUNCATED) else "corrupt"


def sentence(complaint: str) -> str:
    """What the owner of the file reads; empty where the general sentence of the reason says all that is known."""
    said = complaint.lower()
    return next((told for sign, told in SENTENCES if sign in said), "")
