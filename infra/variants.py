"""Every stage for AWS in both profiles, synthesized for those who read templates: checks, tests and docs/truth.md.

    python -m infra.variants build/check     one folder for each variant; stops at what cdk-nag finds

Layers are empty folders here: their content shows in no template, and building them means downloading wheels.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from aws_cdk import App

from infra.app import build
from infra.layers import LayerName
from infra.settings import STAGES, Settings

CONTEXT = json.loads((Path(__file__).parent.parent / "cdk.json").read_text())["context"]
"""What the CDK command line would pass on; without it the templates would be others than those deployed."""


def variants() -> dict[str, Settings]:
    """prod-full, dev-core ...: each stage on AWS in each profile."""
    return {
        f"{stage}-{profile}": settings.model_copy(update={"profile": profile})
        for stage, settings in STAGES.items()
        if not settings.is_local
        for profile in ("core", "full")
    }


def synthesize(settings: Settings, folder: Path) -> Path:
    """Writes the assembly of one stage into `folder`, anew. Raises RuntimeError at a finding nobody meant."""
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:

        def empty(name: LayerName, _: Settings) -> Path:
            layer = Path(scratch) / name
            layer.mkdir(exist_ok=True)
            (layer / "empty").write_text(name)
            return layer

        app = App(outdir=str(folder), context={**CONTEXT, "aws:cdk:enable-path-metadata": True})
        build(app, settings, empty)
        app.synth()
    return folder


def main() -> None:
    target = Path(sys.argv[1])
    for name, settings in variants().items():
        synthesize(settings, target / name)
        print(f"{name}: synthesized, cdk-nag finds nothing that is not explained")


if __name__ == "__main__":
    main()
