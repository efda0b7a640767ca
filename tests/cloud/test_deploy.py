"""A stage like `dev`, deployed into an empty emulator by `reelstack deploy` alone, is a site that people can use."""

import base64
import hashlib
import html
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import httpx
import pytest

from local import ports, up
from local.places import Places
from local.services import Services
from reelstack_client import Client
from tests.cloud.driver import draw

pytestmark = [pytest.mark.engines, pytest.mark.cloud, pytest.mark.timeout(600)]

STAGE, ADMIN = "dev", "you@example.com"


@dataclass(frozen=True)
class Site:
    url: str
    services: Services
    said: str
    config: dict[str, str]

    def aws(self, service: str) -> Any:
        session: Any = boto3.Session("test", "test", region_name="us-east-1")
        return session.client(service, endpoint_url=self.services.endpoint)


def reelstack(services: Services, *words: str) -> str:
    environment = {**os.environ, "REELSTACK_LOCAL_DIR": str(services.places.home)}
    environment["AWS_ENDPOINT_URL"] = services.endpoint
    command = [sys.executable, "-m", "cli.main", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An emulator of its own that knows nothing yet: as an AWS account is, before the first deployment."""
    places = Places(tmp_path_factory.mktemp("account"))
    places.make()
    chosen = ports.choose(places.ports, dict(zip(ports.DEFAULTS, ports.free(len(ports.DEFAULTS)), strict=True)))
    places.ports.write_text(chosen.model_dump_json())
    services = Services(places, chosen)
    try:
        services.start_aws()
        said = reelstack(services, "deploy", STAGE, "--yes", "--admin", ADMIN)
        config = httpx.get(f"{services.edge_url}/config.json").json()
        yield Site(services.edge_url, services, said, config)
    finally:
        up.down(places)


def test_deploy_says_where_the_site_is_and_who_was_invited(site: Site) -> None:
    assert f"The site: {site.url}/" in site.said
    assert "administrator: you" in site.said
    assert "✗" not in site.said, site.said


def test_the_page_is_served_and_knows_its_stage(site: Site) -> None:
    page = httpx.get(f"{site.url}/")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
    script = re.search(r'src="(/assets/[^"]+\.js)"', page.text)
    assert script
    code = httpx.get(site.url + script[1])
    assert code.headers["content-type"].startswith("text/javascript")
    assert "immutable" in code.headers["cache-control"]
    assert (site.config["stage"], site.config["auth"]) == (STAGE, "code")


def test_an_administrator_signs_in_by_code_uploads_and_watches(site: Site, tmp_path: Path) -> None:
    token = signed_in(site, "you")
    with httpx.Client(timeout=60) as http:
        client = Client(site.url, lambda: token, http=http, resume_folder=None)
        upload = client.uploads.upload(draw(tmp_path / "first.mp4"), title="First")
        video = client.videos.wait(upload.video_id, seconds=120, every=0.3)
        assert video.state == "published", video
        master = client.videos.playback(video.video_id).master_url
        assert http.get(master).text.startswith("#EXTM3U")


def test_nobody_signs_in_with_name_and_password_alone(site: Site) -> None:
    where = {"UserPoolId": site.config["user_pool_id"], "ClientId": site.config["client_id"]}
    client = site.aws("cognito-idp").describe_user_pool_client(**where)["UserPoolClient"]
    assert "ALLOW_USER_PASSWORD_AUTH" not in client["ExplicitAuthFlows"]


def test_a_second_deployment_keeps_the_sites_name_and_destroy_leaves_nothing(site: Site) -> None:
    assert "Stacks once more" in site.said
    assert "Stacks once more" not in reelstack(site.services, "deploy", STAGE, "--yes")
    signed_in(site, "you")
    reelstack(site.services, "destroy", STAGE, "--yes")
    stacks = site.aws("cloudformation").describe_stacks()["Stacks"]
    left = [one["StackName"] for one in stacks if not one["StackStatus"].startswith("DELETE")]
    assert [name for name in left if name.startswith("Reelstack-")] == []
    buckets = [one["Name"] for one in site.aws("s3").list_buckets()["Buckets"]]
    assert [name for name in buckets if name.startswith("reelstack-")] == []


def signed_in(site: Site, name: str) -> str:
    """An access token by authorization code with PKCE, as web/src/session.ts asks for one. The password stands for the
    one in the invitation, which the emulator mails to nobody."""
    password = "Chosen-at-first-sign-in-1"
    site.aws("cognito-idp").admin_set_user_password(
        UserPoolId=site.config["user_pool_id"], Username=name, Password=password, Permanent=True
    )
    verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {"response_type": "code", "client_id": site.config["client_id"], "redirect_uri": f"{site.url}/"}
    asked |= {"scope": "openid email profile", "state": state}
    asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    with httpx.Client(base_url=site.config["hosted_ui"], timeout=30) as http:
        form = http.get("/oauth2/authorize", params=asked)
        assert form.status_code == 200, form.text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.text))
        filled = {key: html.unescape(value) for key, value in hidden.items()} | {"username": name, "password": password}
        exchange = {"grant_type": "authorization_code", "client_id": asked["client_id"]}
        exchange["redirect_uri"] = asked["redirect_uri"]
        for proof, status in (("guessed-by-another-tab-" * 2, 400), (verifier, 200)):
            back = http.post("/login", data=filled)
            assert back.status_code == 302, back.text
            assert back.headers["location"].startswith(f"{site.url}/?")
            given = parse_qs(urlsplit(back.headers["location"]).query)
            assert given["state"] == [state]
            answer = http.post("/oauth2/token", data=exchange | {"code": given["code"][0], "code_verifier": proof})
            assert answer.status_code == status, answer.text
    token: str = answer.json()["access_token"]
    return token
