"""Bringing the laptop cloud up, and down again. Every step finds out itself whether it has something to do."""

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from local import amend, deploy, endpoints, functions, outputs, people, ports, programs, refill, sample, website
from local.cloud import client
from local.errors import Busy
from local.outputs import Outputs
from local.people import Person
from local.places import Places
from local.ports import Ports
from local.progress import Steps
from local.sample import Sample
from local.services import ORDER, Saved, Services

STEPS = 10


@dataclass(frozen=True)
class Cloud:
    """What `up` ends with: where everything is and who can sign in."""

    outputs: Outputs
    people: list[Person]
    sample: Sample | None


def up(
    places: Places,
    flags: dict[str, int | None],
    steps: Steps,
    *,
    with_sample: bool = True,
    endpoint: str | None = None,
) -> Cloud:
    """Starts what does not run, deploys what has changed, and ends with a system that answers. `endpoint` is the name
    or the address of the emulator to use from now on: local.endpoints."""
    places.make()
    with alone(places):
        with steps.step("Checking programs and ports"):
            services = _checked(places, flags, endpoint)
        _start(services, steps)
        named = _deployed(services, steps)
        with steps.step("Playback keys; productions that the last stop cut off"):
            for chore in ("rotate_signing_keys", "reconcile_production"):  # else run by a schedule
                functions.call(client(services, "lambda"), named.functions[chore], {})
        with steps.step("Web app"):
            built = website.build(places)
            steps.detail("built" if built else "unchanged")
            website.upload(services, named)
        with steps.step("Edge"):
            outputs.write_edge_config(services, named, str(programs.node().path))
            services.start_edge()
            outputs.write(places, named)
        with steps.step("Demo users"):
            everyone = people.make(services, named)
            people.introduce(named, everyone)
        with steps.step("Search: filled from the tables"):
            steps.detail(f"{refill.refill(named, everyone)} documents")
        shown = None
        if with_sample:
            with steps.step("Sample clip: upload, production, verdict"):
                shown = sample.publish(places, named, everyone, steps.detail)
        services.save_state()
        return Cloud(named, everyone, shown)


def down(places: Places) -> list[str]:
    """Stops every process of this cloud, the emulator last but saving its state. Returns the names of what ran."""
    if not places.run.is_dir():
        return []
    with alone(places):
        services = Services(places, ports.choose(places.ports, {}))
        stopped = [name for name in reversed(ORDER) if services.stop(name)]
        _clear_temporary(places)
        return stopped


def erase(places: Places) -> None:
    """Forgets everything a stopped cloud knows but its ports and logs."""
    shutil.rmtree(places.state, ignore_errors=True)
    for file in (places.deployed, places.users, places.outputs, places.edge_config):
        file.unlink(missing_ok=True)


@contextlib.contextmanager
def alone(places: Places) -> Iterator[None]:
    """Holds the cloud's lock; it ends with the process, however that ends. Raises Busy."""
    with (places.run / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"another `reelstack up` or `down` is at work in {places.home}") from error
        yield


def what_was_lost(saved: Saved, *, was_deployed: bool) -> str | None:
    """What the last life of the emulator took with it, in words; None if it ended in order or never lived. Pure."""
    if saved.anything:
        if saved.clean:
            return None
        return (
            f"The AWS emulator was killed before it could save. It is back at its state of {saved.at}: accounts, "
            "videos, likes and messages made after that are lost; uploads that were under way begin anew."
        )
    if was_deployed:
        return (
            "The AWS emulator was killed before it had ever saved: all accounts, videos and likes are lost. "
            "Everything is deployed afresh."
        )
    return None


def _checked(places: Places, flags: dict[str, int | None], endpoint: str | None) -> Services:
    """The services as they were asked for, kept for the other commands once nothing is in their way."""
    endpoints.keep(places.endpoint, endpoints.choose(places.endpoint, endpoint))
    chosen = ports.choose(places.ports, flags)
    services = Services(places, chosen)
    _check(services)
    places.ports.write_text(chosen.model_dump_json() + "\n")
    return services


def _check(services: Services) -> None:
    for program in (
        programs.ffmpeg,
        programs.ffprobe,
        programs.valkey_server,
        programs.search_server,
        programs.node,
        programs.cdk,
    ):
        program()
    wanted: Ports = services.ports
    for name in ORDER:
        if name == "aws" and services.foreign:
            continue
        owned = services.running(name)
        if owned is None or owned.port != getattr(wanted, name):
            if owned is None and services.pidfiles.read(name):
                services.stop(name)  # its orphans may hold the port
            ports.require_free(name, getattr(wanted, name))


def _start(services: Services, steps: Steps) -> None:
    """Starts emulator, cache and search, and says what an emulator that was killed has lost."""
    with steps.step("AWS emulator, cache and search"):
        was_deployed = services.places.deployed.exists()
        saved = services.saved()
        ours = not (services.running("aws") or services.foreign)
        lost = what_was_lost(saved, was_deployed=was_deployed) if ours else None
        if lost:
            steps.note(lost)
        if lost and not saved.anything:  # objects without the rows that know them are of no use
            shutil.rmtree(services.places.state / "aws", ignore_errors=True)
            services.places.deployed.unlink(missing_ok=True)
        if not services.running("aws"):
            _clear_temporary(services.places)
        services.start_aws()
        services.start_cache()
        services.start_search()


def _deployed(services: Services, steps: Steps) -> Outputs:
    mark = deploy.fingerprint(deploy.assembly_environment(services))
    if deploy.deployed_fingerprint(services) == mark:
        steps.skip()
        with steps.step("CDK app: deployed and unchanged"):
            return outputs.collect(services)
    with steps.step("CDK app: synthesize"):
        deploy.synthesize(services, steps.detail)
    with steps.step("CDK app: deploy"):
        deploy.deploy(services, steps.detail)
        amend.apply_dropped(services)
        named = outputs.collect(services)
        deploy.remember(services, mark)
        services.save_state()
    return named


def _clear_temporary(places: Places) -> None:
    """Each Lambda worker unpacks its code below TMPDIR and leaves it there."""
    shutil.rmtree(places.run / "tmp", ignore_errors=True)
    (places.run / "tmp").mkdir(mode=0o700)
