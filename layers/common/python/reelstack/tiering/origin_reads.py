"""A day's reads at the origin: S3's server access logs of the bucket `media` -> bytes of each object, sorted by key.

A log's name says when S3 delivered it, which is hours after what it tells of at most. Each log belongs to the day in
its name, so a line counts once, and a day's sums are the same whenever they are made after it.
"""

from collections import Counter
from datetime import date

from reelstack.platform import storage
from reelstack.tiering import access_logs, document_keys


def sum_up(day: date) -> int:
    """Writes the day's sums; the number of objects that were read. A day without logs has an empty file."""
    found: Counter[str] = Counter()
    for key in storage.list_keys("logs", f"{document_keys.LOGS}{day.isoformat()}-"):
        lines = (line.decode("utf-8", "replace") for line in storage.lines("logs", key))
        found.update(access_logs.sums(lines, document_keys.CLIPS))
    text = "".join(f"{key}\t{number}\n" for key, number in sorted(found.items()) if document_keys.is_of_a_clip(key))
    storage.write("media", document_keys.reads(day), text.encode(), "text/tab-separated-values", storage.NEVER)
    return len(found)
