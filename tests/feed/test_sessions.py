from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.feed import sessions
from reelstack.feed.sessions import MAX_LENGTH, MOST_SERVED, VALID_SECONDS, Session

KEY, NOW = b"k" * 32, 1_796_000_000
clips = st.lists(
    st.tuples(st.text(min_size=1, max_size=40), st.lists(st.text(min_size=1, max_size=50), max_size=20)), max_size=30
)


@settings(max_examples=50)
@given(st.integers(0, 2**64 - 1), st.lists(clips, max_size=12))
def test_whatever_was_shown_comes_back_and_fits(salt: int, pages: list[list[tuple[str, list[str]]]]) -> None:
    session = Session(salt, NOW)
    for page in pages:
        session = sessions.served(session, page)
    text = sessions.pack(session, "ann", KEY)
    assert len(text) <= MAX_LENGTH
    found = sessions.unpack(text, "ann", [b"other", KEY], NOW)
    assert found is not None
    assert (found.salt, found.position, found.served) == (session.salt, session.position, session.served)
    assert found.tags.keys() == session.tags.keys()


def test_longest_session_fits() -> None:
    words = [f"{number:020d}" for number in range(20)]
    session = Session(2**64 - 1, NOW)
    for page in range(20):
        session = sessions.served(session, [(f"clip-{page}-{number}", words) for number in range(30)])
    assert len(session.served) == MOST_SERVED
    assert len(sessions.pack(session, "ann", KEY)) <= MAX_LENGTH


def test_latest_clips_are_remembered_newest_last() -> None:
    session = sessions.served(Session(1, NOW), [(f"v{number}", []) for number in range(MOST_SERVED + 5)])
    assert session.served[-1] == sessions.clip_hash(f"v{MOST_SERVED + 4}")
    assert sessions.clip_hash("v4") not in session.served
    assert sessions.clip_hash("v5") in session.served


def test_a_clip_that_comes_again_is_the_newest() -> None:
    session = sessions.served(Session(1, NOW), [("a", []), ("b", [])])
    assert sessions.served(session, [("a", [])]).served == (sessions.clip_hash("b"), sessions.clip_hash("a"))


def test_foreign_old_and_damaged_sessions_are_none() -> None:
    text = sessions.pack(Session(1, NOW), "ann", KEY)
    assert sessions.unpack(text, "bob", [KEY], NOW) is None
    assert sessions.unpack(text, "ann", [b"rotated away"], NOW) is None
    assert sessions.unpack(text, "ann", [KEY], NOW + VALID_SECONDS + 1) is None
    assert sessions.unpack(text, "ann", [KEY], NOW - 1), "of a process whose clock is ahead"
    assert sessions.unpack(text, "ann", [KEY], NOW - sessions.APART_SECONDS - 1) is None, "from the future"
    for broken in ("", "=", "é", text[:-1], text + "A", "A" * 5000, text[:10] + "B" + text[11:]):
        assert sessions.unpack(broken, "ann", [KEY], NOW) is None, broken


def test_tags_fade_page_by_page() -> None:
    session = sessions.served(Session(1, NOW), [("a", ["cats"]), ("b", ["cats"])])
    assert session.tags == {"cats": 2.0}
    for number in range(20):
        session = sessions.served(session, [(f"v{number}", [])])
    assert session.tags == {}
