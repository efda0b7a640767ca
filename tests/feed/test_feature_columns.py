import string

from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.feed import features, scores
from reelstack.feed.feature_columns import columns
from reelstack.feed.features import ClipState, Moment, Totals, ViewerState

WORDS = st.text(string.ascii_lowercase[:3], max_size=2)
COUNTS = st.integers(0, 2_000_000)
TOTALS = st.builds(Totals, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
KEYS = st.builds(
    str.__add__, st.sampled_from([scores.TAG, scores.CREATOR, scores.LANGUAGE, scores.DURATION]), WORDS | st.just("2")
)
SCORES = st.dictionaries(KEYS, st.floats(-40, 40), max_size=6)
CLIPS = st.builds(
    ClipState,
    video_id=WORDS,
    owner_id=WORDS,
    tags=st.lists(WORDS, max_size=4).map(tuple),
    language=WORDS,
    region=WORDS,
    duration_ms=st.integers(0, 400_000) | st.sampled_from(scores.DURATION_EDGES_MS),
    published_at=st.integers(0, 10**13),
    totals=TOTALS,
    last_hour=TOTALS,
)
VIEWERS = st.builds(
    ViewerState, viewer_id=WORDS, region=WORDS, language=WORDS, totals=TOTALS,
    session=SCORES, interest=SCORES, long_term=SCORES,
)  # fmt: skip
MOMENTS = st.builds(Moment, st.integers(0, 10**13), st.sampled_from(features.SOURCES) | WORDS, st.integers(0, 100))


@settings(max_examples=60)
@given(VIEWERS, st.lists(CLIPS, max_size=5), MOMENTS)
def test_columns_equal_the_vector_of_each_clip(viewer: ViewerState, clips: list[ClipState], moment: Moment) -> None:
    found = columns(viewer, clips, moment)
    assert found.tolist() == [list(features.check(features.vector(viewer, clip, moment))) for clip in clips]
