"""Bringing the laptop cloud up, and down again. Every step finds out itself whether it has something to do."""

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from local import (
    amend,
    choices,
    deploy,
    engines,
    feed_weights,
    functions,
    outputs,
    people,
    ports,
    programs,
    refill,
    sample,
    website,
)
from local.choices import Choices
from local.cloud import client
from local.errors import Busy
from local.outputs import Outputs
from local.people import Person
from local.places import Places
from local.ports import Ports
from local.progress import Steps
from local.sample import Sample
from local.services import ORDER, Saved, Services

STEPS = 11


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
    chosen: Choices | None = None,
    with_sample: bool = True,
) -> Cloud:
    """Starts what does not run, deploys what has changed, and ends with a system that answers."""
    places.make()
    with alone(places):
        services = Services(places, ports.choose(places.ports, flags), chosen or choices.choose(places.choices))
        _prepare(services, steps)
        _start(services, steps)
        named = _deployed(services, steps)
        with steps.step("Playback keys, productions that were cut off, hot lists, feed"):
            for chore in ("rotate_signing_keys", "reconcile_production", "update_hot_lists"):  # else run by a schedule
                functions.call(client(services, "lambda"), named.functions[chore], {})
            feed_weights.begin(client(services, "cloudfront-keyvaluestore"), named.edge_settings_store)
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
        _fill_search(services, named, everyone, steps)
        _start_engines(services, steps)
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
        services = Services.of(places)
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
            raise Busy(
                f"another `reelstack up`, `down`, `time` or `profiles run` is at work in {places.home}"
            ) from error
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


def _prepare(services: Services, steps: Steps) -> None:
    places = services.places
    with steps.step("Checking programs and ports"):
        _stop_others(services)
        _check(services)
        places.ports.write_text(services.ports.model_dump_json() + "\n")
        places.choices.write_text(services.choices.model_dump_json() + "\n")


def _stop_others(services: Services) -> None:
    """Ends what an earlier `up` started in another profile. What a cache of it kept is stale as soon as functions write
    past it."""
    for name in reversed(ORDER):
        if name not in services.names:
            services.stop(name)
    if not services.cache_url:
        shutil.rmtree(services.places.state / "cache", ignore_errors=True)


def _check(services: Services) -> None:
    servers = {"cache": programs.valkey_server, "search": programs.search_server, "interests": engines.require}
    for program in (programs.ffmpeg, programs.ffprobe, *(servers[name] for name in services.names if name in servers)):
        program()
    programs.node()
    programs.cdk()
    wanted: Ports = services.ports
    for name in services.names:
        owned = services.running(name)
        if name not in choices.ENGINES and (owned is None or owned.port != getattr(wanted, name)):
            if owned is None and services.pidfiles.read(name):
                services.stop(name)  # its orphans may hold the port
            ports.require_free(name, getattr(wanted, name))


def _start(services: Services, steps: Steps) -> None:
    """Starts emulator, cache and search, and says what an emulator that was killed has lost."""
    with steps.step("AWS emulator, cache and search" if services.cache_url else "AWS emulator"):
        was_deployed = services.places.deployed.exists()
        saved = services.saved()
        lost = None if services.aws_answers() else what_was_lost(saved, was_deployed=was_deployed)
        if lost:
            steps.note(lost)
        if lost and not saved.anything:  # objects without the rows that know them are of no use
            shutil.rmtree(services.places.state / "aws", ignore_errors=True)
            services.places.deployed.unlink(missing_ok=True)
        if not services.aws_answers():
            _clear_temporary(services.places)
        services.start_aws()
        if services.cache_url:
            services.start_cache()
        if services.search_url:
            services.start_search()


def _deployed(services: Services, steps: Steps) -> Outputs:
    mark = deploy.fingerprint(deploy.assembly_environment(services))
    if deploy.deployed_fingerprint(services) == mark:
        steps.skip("CDK app: nothing to synthesize")
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


def _fill_search(services: Services, named: Outputs, everyone: list[Person], steps: Steps) -> None:
    if not services.search_url:
        steps.skip("Search: not part of this cloud")
        return
    with steps.step("Search: filled from the tables"):
        steps.detail(f"{refill.refill(named, everyone)} documents")


def _start_engines(services: Services, steps: Steps) -> None:
    if not services.choices.engines:
        steps.skip("Flink job: only with ENGINES=1")
        return
    with steps.step("Flink job: interests and trends"):
        steps.detail(engines.start(services, steps.detail))


def _clear_temporary(places: Places) -> None:
    """Each Lambda worker unpacks its code below TMPDIR and leaves it there."""
    shutil.rmtree(places.run / "tmp", ignore_errors=True)
    (places.run / "tmp").mkdir(mode=0o700)
