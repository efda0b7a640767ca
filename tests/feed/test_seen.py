from valkey import Valkey

from reelstack.feed import seen, seen_keys

NOW = 1_796_000_000_000


def mark(client: Valkey, key: str, names: list[str]) -> None:
    client.execute_command(*seen.marks(key, seen.hashes(names)))


def read(cached: Valkey, key: str) -> bytes | None:
    with Valkey.from_url(cached.connection_pool.connection_kwargs.get("url") or _url(cached)) as client:
        return client.get(key)


def _url(cached: Valkey) -> str:
    given = cached.connection_pool.connection_kwargs
    return f"valkey://{given['host']}:{given['port']}"


def test_what_was_marked_is_seen_and_little_else(cached: Valkey) -> None:
    key = seen_keys.keys("ann", NOW)[0]
    shown = [f"shown{number}" for number in range(1500)]
    for start in range(0, len(shown), 30):
        mark(cached, key, shown[start : start + 30])
    filters = [read(cached, key), None]
    assert seen.was_seen(filters, seen.hashes(shown)).all()
    others = seen.was_seen(filters, seen.hashes(f"other{number}" for number in range(20_000)))
    assert others.mean() < 0.02


def test_both_periods_count_and_nothing_is_nothing(cached: Valkey) -> None:
    present, before = seen_keys.keys("ann", NOW)
    mark(cached, before, ["old"])
    mark(cached, present, ["new"])
    filters = [read(cached, present), read(cached, before)]
    assert seen.was_seen(filters, seen.hashes(["old", "new", "unseen"])).tolist() == [True, True, False]
    assert not seen.was_seen([None, None], seen.hashes(["old"])).any()
    assert seen.was_seen([b"\xff"], seen.hashes([])).tolist() == []


def test_keys_of_one_viewer_lie_in_one_slot_and_move_on() -> None:
    later = NOW + seen_keys.PERIOD_DAYS * 24 * 3600 * 1000
    assert seen_keys.keys("ann", later)[1] == seen_keys.keys("ann", NOW)[0]
    assert all("{u:ann}" in key for key in seen_keys.keys("ann", NOW))


def test_a_hash_is_the_same_in_every_process() -> None:
    assert seen.clip_hash("v1") == 0 + int.from_bytes(seen.hashes(["v1"])[0].tobytes(), "little")
