"""Every stage for AWS in both profiles, synthesized for those who read templates: checks, tests and docs/truth.md.

    python -m infra.checks.variants build/check     one folder for each variant; stops at what cdk-nag finds

Layers are empty folders and the Flink job is an empty zip here: their content shows in no template, and building layers
means downloading wheels.
"""

import json
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from aws_cdk import App

from infra import ROOT
from infra.catalogue import FUNCTIONS, Fn, LayerName
from infra.checks import nag
from infra.settings import Settings
from infra.stacks.stage import Sources, Stage, build
from infra.stages import STAGES

CONTEXT = json.loads((ROOT / "cdk.json").read_text())["context"]
"""What the CDK command line would pass on; without it the templates would be others than those deployed."""


def variants() -> dict[str, Settings]:
    """prod-full, dev-core ...: each stage on AWS in each profile."""
    return {
        f"{stage}-{profile}": settings.model_copy(update={"profile": profile})
        for stage, settings in STAGES.items()
        if not settings.is_local
        for profile in ("core", "full")
    }


def synthesize(settings: Settings, folder: Path, functions: Sequence[Fn] = FUNCTIONS) -> Path:
    """Writes the assembly of one stage into `folder`, anew. Raises RuntimeError at a finding that nobody accepted."""
    with empty_sources() as sources:
        app = new_app(folder)
        stage = build(app, settings, sources, functions)
        _check(app, stage)
        app.synth()
    return folder


def new_app(folder: Path) -> App:
    """An app that writes into `folder`, which is emptied.

    The CDK's own validation of templates only warns (`validateAgainstDefaultRules` is not set) and costs half of a
    synthesis; `make check` asks cfn-lint and checkov, and cdk-nag still stops a synthesis.
    """
    shutil.rmtree(folder, ignore_errors=True)
    context = {**CONTEXT, "aws:cdk:enable-path-metadata": True}
    return App(outdir=str(folder), builtin_cloud_formation_validation=False, context=context)


@contextmanager
def empty_sources() -> Iterator[Sources]:
    """Layers whose only file says the layer's name, and a job without any."""
    with tempfile.TemporaryDirectory() as scratch:

        def empty(name: LayerName, _: Settings) -> Path:
            layer = Path(scratch) / name
            layer.mkdir(exist_ok=True)
            (layer / "empty").write_text(name)
            return layer

        def job() -> Path:
            code = Path(scratch) / "interests.zip"
            zipfile.ZipFile(code, "w").close()
            return code

        yield Sources(empty, job)


def _check(app: App, stage: Stage) -> None:
    if not stage.foundation.settings.is_local:
        nag.check(app, stage)


def main() -> None:
    target = Path(sys.argv[1])
    for name, settings in variants().items():
        synthesize(settings, target / name)
        print(f"{name}: synthesized, cdk-nag finds nothing that is not explained")


if __name__ == "__main__":
    main()
