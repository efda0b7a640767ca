"""Shapes of the workloads of `bench tiering`: how clips are played, how long they are, how much caches hold.

All of them and their seeds were written down before the rule was run on those below `NEW`. The rule was then worked on
with the first seed of those that are not `HELD_OUT`; the second seed, and all of `HELD_OUT`, were run at the end only.
"""

from dataclasses import dataclass

SEEDS = (0, 1000)
"""Added to a shape's place: the first was worked with, the second is held out."""


@dataclass(frozen=True)
class Shape:
    """What a workload is made of. Plays by age follow (1 + age/`tau`)^−`alpha`."""

    name: str
    says: str
    tau: float = 3.0
    tau_sigma: float = 0.0
    """Of the logarithm of a clip's own `tau`, beside the others'."""
    alpha: float = 1.6
    median_plays: float = 6.0
    """The mean is eleven times as many: 67, as of 1,000,000 viewers of clips of 15 s and 1,000 uploads a second."""
    sigma: float = 2.2
    """Of the logarithm of a clip's plays in its life."""
    cached: float = 0.2
    """The share of bytes that caches hold, as in `bench edge`."""
    seconds: float = 30.0
    """Median length of a clip."""
    again_share: float = 0.0
    """Of clips that are shared once more, at any age from `again_from` days on, with `again_plays` of their plays."""
    again_from: int = 30
    again_plays: float = 1 / 3
    season_share: float = 0.0
    """Of clips that are shared once more every `season_days`, with half of their plays."""
    season_days: int = 120
    deleted_share: float = 0.0
    """Of clips that are deleted, after `lifetime_days` in the mean."""
    lifetime_days: float = 60.0
    growth: float = 0.0
    """Uploads a day grow with time to this power."""
    exact: bool = False
    """Reads are what is expected, to the byte: a tenth of the plays, which follow one curve."""


SOCIAL = Shape("social", "80 % of plays in the first 30 days; caches hold 20 % of the bytes")
FIRST = (
    SOCIAL,
    Shape("long tail", "plays fall slowly", tau=60, alpha=1.3),
    Shape("revived", "social, and a fifth of the clips is shared once more", again_share=0.2),
    Shape("short", "social, with clips of 4 s: requests and the 128 KB minimum weigh", seconds=4.0),
    Shape("decay", "reads follow the curve exactly, at a level of each object's own", median_plays=30, exact=True),
)
"""With these the rule was first made."""
NEW = (
    Shape("busy", "ten times as many plays", median_plays=60),
    Shape("small cache", "caches hold 5 % of the bytes", cached=0.05),
    Shape("spikes", "nearly all plays in two days", tau=0.5, alpha=2.5),
    Shape("very long tail", "plays hardly fall in two years", tau=180, alpha=1.1),
    Shape("tiny", "clips of 1.5 s: half of the objects may not be moved", seconds=1.5),
    Shape("deleted", "half of the clips are deleted, after 60 days in the mean", deleted_share=0.5),
    Shape(
        "comebacks",
        "one clip in thirty has ten times its plays after 90 days or more",
        again_share=1 / 30,
        again_from=90,
        again_plays=10.0,
    ),
)
HELD_OUT = (
    Shape("seasonal", "a third of the clips is shared again every 120 days", season_share=1 / 3),
    Shape("mixed", "some clips are over in hours, others last for months", tau=6.0, tau_sigma=2.0),
    Shape("growth", "eight times as many uploads at the end as in the middle", growth=3.0),
    Shape("long clips", "three minutes", seconds=180.0),
    Shape("quiet", "a tenth of the plays", median_plays=0.6),
)
LIMITS = (Shape("hardly a cache", "caches hold 1 % of the bytes", cached=0.01),)
"""Shown, and nothing is demanded: nearly every play is a read, which no policy can know before."""
ALL = (*FIRST, *NEW, *HELD_OUT, *LIMITS)
