"""What `up` says and refuses before anything runs."""

import json
import os
from pathlib import Path

import pytest

from local import deploy, outputs, people
from local.errors import Busy, NotUp
from local.outputs import Outputs
from local.places import Places
from local.ports import Ports
from local.services import Saved, Services, clean_environment
from local.up import alone, erase, what_was_lost


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "cloud")
    made.make()
    return made


def test_after_an_orderly_end_nothing_is_lost() -> None:
    assert what_was_lost(Saved("2026-11-23T08:00:00+00:00", clean=True), was_deployed=True) is None


def test_before_the_first_start_nothing_is_lost() -> None:
    assert what_was_lost(Saved(None, clean=True), was_deployed=False) is None


def test_after_a_kill_the_time_of_the_last_save_is_named() -> None:
    said = what_was_lost(Saved("2026-11-23T08:00:00+00:00", clean=False), was_deployed=True)
    assert said is not None
    assert "2026-11-23T08:00:00+00:00" in said


def test_a_kill_before_the_first_save_loses_everything() -> None:
    said = what_was_lost(Saved(None, clean=True), was_deployed=True)
    assert said is not None
    assert "all accounts" in said


def test_two_ups_of_one_cloud_do_not_meet(places: Places) -> None:
    with alone(places), pytest.raises(Busy), alone(places):
        pass


def test_the_lock_ends_with_its_block(places: Places) -> None:
    with alone(places):
        pass
    with alone(places):
        pass


def test_only_the_owner_may_look_into_the_cloud(places: Places) -> None:
    assert places.home.stat().st_mode & 0o077 == 0


def test_functions_see_nothing_of_the_users_shell(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    environment = clean_environment(places)
    assert "AWS_PROFILE" not in environment
    assert "PYTHONPATH" not in environment
    assert environment["HOME"] == str(places.run / "home")
    assert str(Path.home()) not in environment["PATH"].split(os.pathsep)


def test_a_change_of_a_source_or_a_setting_changes_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra/app.py").write_text("one")
    first = deploy.fingerprint({"A": "1"}, tmp_path)
    assert deploy.fingerprint({"A": "1"}, tmp_path) == first
    assert deploy.fingerprint({"A": "2"}, tmp_path) != first
    (tmp_path / "infra/app.py").write_text("two")
    assert deploy.fingerprint({"A": "1"}, tmp_path) != first


def test_demo_passwords_satisfy_cognitos_default_policy() -> None:
    for _ in range(50):
        password = people._password()
        assert len(password) == 16
        assert all(any(letter in kind for letter in password) for kind in people.KINDS)


def test_without_a_cloud_the_reader_is_told_to_start_one(places: Places) -> None:
    with pytest.raises(NotUp, match="reelstack up"):
        outputs.read(places)
    with pytest.raises(NotUp, match="reelstack up"):
        people.read(places)


def test_erasing_forgets_state_and_passwords_but_not_ports(places: Places) -> None:
    places.ports.write_text("{}")
    places.users.write_text("[]")
    (places.state / "aws").mkdir()
    erase(places)
    assert not places.users.exists()
    assert not places.state.exists()
    assert places.ports.exists()


def test_the_edge_is_told_exactly_what_it_takes(places: Places) -> None:
    from local.edge import EdgeConfig

    named = Outputs(
        edge_url="http://127.0.0.1:2",
        web_url="http://127.0.0.1:2/",
        api_url="http://127.0.0.1:1/_aws/execute-api/a",
        endpoint="http://127.0.0.1:1",
        region="us-east-1",
        user_pool_id="pool",
        client_id="client",
        buckets={"media": "m", "logs": "l"},
        tables={},
        queues={},
        machines={},
        secrets={"origin": "arn:origin"},
        functions={},
        bus="bus",
        playback_keys_store="arn:store",
        edge_settings_store="arn:settings",
        distribution_id="E1",
        distribution_domain="d1.cloudfront.net",
        cache_url="valkey://127.0.0.1:3",
        search_url="http://127.0.0.1:4",
    )
    services = Services(places, Ports(aws=1, edge=2, cache=3, search=4))
    outputs.write_edge_config(services, named, "/usr/bin/node")
    read = EdgeConfig.model_validate(json.loads(places.edge_config.read_text()))
    assert read.distribution_id == "E1"
