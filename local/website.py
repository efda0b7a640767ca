"""Building the web app when its sources changed, and putting it into the web bucket."""

import hashlib
import json
import os
import subprocess
import sys
from typing import Any

from local import programs
from local.cloud import client
from local.errors import CommandFailed
from local.outputs import Outputs
from local.places import ROOT, Places
from local.services import Services

WEB = ROOT / "web"
CLIENT = ROOT / "sdk/typescript/src"
"""What the page is built of besides: its pages for creators and staff use the typed client."""
DIST = WEB / "dist"
BUILD_SECONDS = 300
FOREVER = "public, max-age=31536000, immutable"
"""For files whose name carries a hash of their content."""
REVALIDATE = "no-cache"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Of what a build may hold. Named here, since what Python's `mimetypes` knows differs between machines, and a browser
runs no module of another type."""


def build(places: Places) -> bool:
    """Runs `npm run build` unless web/dist is of these sources. True if it was built now. Raises CommandFailed."""
    mark = places.home / "web.sha256"
    now = _fingerprint()
    if DIST.is_dir() and mark.exists() and mark.read_text() == now:
        return False
    path = os.pathsep.join((str(programs.node().path.parent), "/usr/bin", "/bin"))
    done = subprocess.run(
        [*programs.node().npm, "run", "build", "--silent"],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "npm_config_update_notifier": "false"},
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    (places.logs / "web-build.log").write_text(done.stdout + done.stderr)
    if done.returncode:
        raise CommandFailed(f"npm run build failed:\n{(done.stdout + done.stderr)[-2000:]}")
    mark.write_text(now)
    return True


def upload(services: Services, outputs: Outputs) -> int:
    """Puts web/dist and this cloud's configuration into the web bucket. Returns the number of files."""
    return publish(client(services, "s3"), outputs.buckets["web"], configuration(services, outputs))


def publish(s3: Any, bucket: str, told: dict[str, str]) -> int:
    """Puts web/dist and `told` as config.json into a web bucket, here or on AWS. Returns the number of files.

    The page and its configuration are looked up again at every visit; files below assets/ are named by their content.
    Those of earlier builds stay: a tab that was opened before needs them.
    """
    files = sorted(path for path in DIST.rglob("*") if path.is_file())
    s3.put_object(
        Bucket=bucket,
        Key="config.json",
        Body=json.dumps(told).encode(),
        ContentType="application/json",
        CacheControl=REVALIDATE,
    )
    # Pages last: they name the others.
    for path in sorted(files, key=lambda file: file.suffix == ".html"):
        key = path.relative_to(DIST).as_posix()
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=path.read_bytes(),
            ContentType=TYPES.get(path.suffix, "application/octet-stream"),
            CacheControl=FOREVER if key.startswith("assets/") else REVALIDATE,
        )
    return len(files) + 1


def configuration(services: Services, outputs: Outputs) -> dict[str, str]:
    """What the web app must know about this stage: see web/src/config.ts."""
    # As the function has it that takes uploads: the stage's settings are not known here.
    asked = client(services, "lambda").get_function_configuration(FunctionName=outputs.functions["uploads"])
    return {
        "stage": "local",
        "region": outputs.region,
        "user_pool_id": outputs.user_pool_id,
        "client_id": outputs.client_id,
        "auth": "password",
        "hosted_ui": "",
        "creators": asked["Environment"]["Variables"]["REELSTACK_CREATORS"],
    }


def _fingerprint() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted((*WEB.rglob("*"), *CLIENT.rglob("*"))):
        if path.is_file() and DIST not in path.parents and "node_modules" not in path.parts:
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    digest.update((ROOT / "package-lock.json").read_bytes())
    return digest.hexdigest()
