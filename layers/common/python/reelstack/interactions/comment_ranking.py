"""The order "top": a comment's score follows its likes in steps that grow with them, so that a comment everybody
likes is not written for each like."""

import math

from reelstack.counters import counters, deltas
from reelstack.interactions import comment_ids
from reelstack.platform.stream_records import StreamRecord
from reelstack.tables.interactions import Comment

STEPS = 8
"""Steps from any number of likes to twice as many; each of the first eight likes is one."""


def score(likes: int) -> int:
    return round(STEPS * math.log2(1 + max(0, likes)))


def rank(score: int, comment_id: str) -> str:
    """A comment's place in the order: a text that sorts by score, then by age, and is no other comment's."""
    return f"{score:04d}#{comment_id}"


def score_of(rank: str) -> int:
    return int(rank.partition("#")[0])


def follow(records: list[StreamRecord]) -> None:
    """Ranks the comments that stream records of their likes are about. Before the records are counted: if that fails,
    the batch comes again, while a batch that was counted would not."""
    for _, tally in deltas.batches("comment_likes_table", records, len(records)):
        changed = [key for key in tally if comment_ids.answered(key.partition("/")[2]) is None]
        for key, counts in counters.load(changed).items() if changed else ():
            after = score(counts.likes + tally[key].changes["likes"])
            if after != score(counts.likes):
                _rank(key, after)


def _rank(key: str, to: int) -> None:
    video_id, _, comment_id = key.partition("/")
    comment = Comment(comment_ids.thread_of(video_id, comment_id), comment_id)
    # Only what is ranked at all: visible, and no reply.
    comment.update_if(Comment.rank.exists(), [Comment.rank.set(rank(to, comment_id))])
