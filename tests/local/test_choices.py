"""Which processes a laptop cloud has, and who serves AWS: flags before environment before what the last `up` used."""

import re
import subprocess
from pathlib import Path

import pytest

from infra import stages
from local import choices, deploy, doctor, status
from local.choices import Choices
from local.errors import ChoiceInvalid
from local.places import ROOT, Places
from local.ports import Ports
from local.services import Services

PORTS = Ports(aws=1, edge=2, cache=3, search=4)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "cloud")
    made.make()
    return made


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REELSTACK_PROFILE", "REELSTACK_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


def test_a_flag_outranks_the_environment_and_that_the_last_up(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    assert choices.choose(places.choices).profile == "full"
    places.choices.write_text(Choices(profile="core").model_dump_json())
    assert choices.choose(places.choices).profile == "core"
    monkeypatch.setenv("REELSTACK_PROFILE", "full")
    assert choices.choose(places.choices).profile == "full"
    assert choices.choose(places.choices, profile="core").profile == "core"


@pytest.mark.parametrize("given", [{"profile": "tiny"}, {"endpoint": "somewhere"}])
def test_what_there_is_not_is_refused_with_what_there_is(places: Places, given: dict[str, str]) -> None:
    with pytest.raises(ChoiceInvalid, match="there are"):
        choices.choose(places.choices, **given)


def test_profile_core_has_neither_cache_nor_search(places: Places) -> None:
    core, full = (Services(places, PORTS, Choices(profile=name)) for name in ("core", "full"))
    assert (core.names, full.names) == (("aws", "edge"), ("aws", "cache", "search", "edge"))
    assert (core.cache_url, core.search_url) == ("", "")
    told = deploy.assembly_environment(core)
    assert told["REELSTACK_LOCAL_PROFILE"] == "core"
    assert told != deploy.assembly_environment(full), "another profile is deployed anew"


def test_status_and_doctor_know_the_profile_of_the_last_up(places: Places) -> None:
    places.choices.write_text(Choices(profile="core").model_dump_json())
    assert [one.name for one in status.read(places).services] == ["aws", "edge"]
    seen = {finding.what for finding in doctor.examine(places)}
    assert "ffmpeg" in seen
    assert not seen & {"Valkey", "search"}


def test_the_profiles_of_a_laptop_differ_in_two_addresses_only(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for profile in ("core", "full"):
        for name, value in deploy.assembly_environment(Services(places, PORTS, Choices(profile=profile))).items():  # type: ignore[arg-type]
            monkeypatch.setenv(name, value)
        made.append(stages.local().model_dump())
    core, full = made
    assert {name for name in full if core[name] != full[name]} == {"profile", "cache_url", "search_url"}
    assert (core["cache_url"], core["search_url"]) == (None, None)


def test_localstack_is_asked_where_its_own_client_looks_for_it(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST", "127.0.0.1:4999")
    services = Services(places, PORTS, Choices(endpoint="localstack"))
    assert services.endpoint_of("s3") == "http://127.0.0.1:4999"
    assert services.names == ("cache", "search", "edge")
    with pytest.raises(ChoiceInvalid, match="no service 'teapot'"):
        services.endpoint_of("teapot")


def test_an_url_serves_every_service(places: Places) -> None:
    services = Services(places, PORTS, Choices(endpoint="http://10.0.0.9:4566"))
    assert services.endpoint_of("s3") == services.endpoint == "http://10.0.0.9:4566"


def test_localstack_has_every_service_that_the_laptop_asks_for(places: Places) -> None:
    services = Services(places, PORTS, Choices(endpoint="localstack"))
    sources = "".join(file.read_text() for file in (ROOT / "local").glob("*.py"))
    asked = set(re.findall(r'client\(services, "([a-z0-9-]+)"\)', sources))
    assert "s3" in asked
    assert {services.endpoint_of(service) for service in asked} == {services.endpoint}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("PROFILE=core", "reelstack up --profile core"),
        ("PROFILE=", "reelstack up"),
        ("LADDER=popular", "REELSTACK_LOCAL_LADDER=popular .venv/bin/reelstack up"),
    ],
)
def test_make_up_hands_profile_and_ladder_on(given: str, told: str) -> None:
    make = ["make", "--no-print-directory", "-n", "up", given]  # it may run below another make
    done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1].strip().endswith(told)


def test_a_ladder_that_the_environment_names_is_deployed(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    before = deploy.assembly_environment(Services(places, PORTS, Choices()))
    for name, value in {"LADDER": "popular", "LADDER_PLAYS": "3", "AV1_RUNGS": "480,720"}.items():
        monkeypatch.setenv(f"REELSTACK_LOCAL_{name}", value)
    assert deploy.assembly_environment(Services(places, PORTS, Choices())) != before, "deployed anew"
    made = stages.local()
    assert (made.ladder_policy, made.ladder_plays, made.av1_rungs) == ("popular", 3, (480, 720))


def test_the_page_of_operations_says_what_each_profile_is() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    rows = {row[1].strip(): row[2:4] for line in text.splitlines() if len(row := line.split("|")) == 5}
    named = {what: [re.findall(r"`([^`]+)`", cell) for cell in cells] for what, cells in rows.items()}
    profiles = ("core", "full")
    by_default = [[name for name, one in stages.STAGES.items() if one.profile == profile] for profile in profiles]
    assert named["stages that have it by default"] == by_default
    assert named["processes on a laptop"] == [list(choices.PROCESSES[profile]) for profile in profiles]
    for profile, cell in zip(profiles, rows["idle, a month"], strict=True):
        assert f"`reelstack cost idle --stage STAGE --profile {profile}`" in cell
