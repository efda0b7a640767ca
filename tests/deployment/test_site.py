"""What follows the stacks: the second pass, the page, the key, the invitation; and what is refused before anything."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deployment import site
from deployment.errors import RolesManagedExternally, SettingsIncomplete, WrongAccount
from deployment.target import OnAws, check_settings
from infra.settings import Settings
from infra.stages import STAGES
from local import website
from local.places import Places
from local.progress import Steps
from tests.deployment.conftest import Answering

NAME = "https://d111abcdef8.cloudfront.net"
HOSTED = "https://sign-in.example.com"


@dataclass
class Recorded:
    """A target on moto that notes what it is asked for; its distribution has its name from the first pass on."""

    settings: Settings
    client: Callable[[str], Any]
    passes: list[str | None] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)

    @property
    def account(self) -> Any:
        return self

    def check(self) -> None: ...
    def serve(self) -> None: ...
    def start_jobs(self) -> None: ...
    def deploy_stacks(self, known: str | None, say: Callable[[str], None]) -> None:
        self.passes.append(known)
        self.made |= {"EdgeUrl": NAME, "WebBucket": "web", "UserPoolId": "p", "ClientId": "c"}
        self.made["DistributionId"] = "E1"

    def outputs(self) -> dict[str, str]:
        return dict(self.made)

    def site(self, outputs: dict[str, str]) -> str:
        return outputs["EdgeUrl"]

    def sign_in_url(self, outputs: dict[str, str]) -> str:
        return HOSTED


def test_the_stacks_go_twice_only_until_the_sites_name_is_known(moto: Callable[[str], Any]) -> None:
    target = Recorded(STAGES["dev"], moto)
    site._deploy_stacks(target, Steps(1))  # type: ignore[arg-type]
    assert target.passes == [None, NAME]
    site._deploy_stacks(target, Steps(1))  # type: ignore[arg-type]
    assert target.passes == [None, NAME, NAME], "a later deployment does not take the name away and bring it back"


class CannotStart(Exception): ...


class Standing(Recorded):
    def start_jobs(self) -> None:
        raise CannotStart


def test_jobs_are_started_before_anything_after_the_stacks_can_end_badly(
    moto: Callable[[str], Any], tmp_path: Path
) -> None:
    """Neither the key nor the page's bucket is there: what comes next would fail otherwise."""
    target = Standing(STAGES["dev"], moto)
    with pytest.raises(CannotStart):
        site.deploy(target, Places(tmp_path), Steps(site.STEPS))  # type: ignore[arg-type]
    assert target.passes == [None, NAME]


def test_a_domain_is_known_from_the_beginning(moto: Callable[[str], Any]) -> None:
    target = Recorded(STAGES["dev"].model_copy(update={"domain": "clips.example.com"}), moto)
    site._deploy_stacks(target, Steps(1))  # type: ignore[arg-type]
    assert len(target.passes) == 1


def test_the_page_signs_in_by_code_at_the_stages_own_pages(moto: Callable[[str], Any]) -> None:
    target = Recorded(STAGES["dev"], moto)
    target.deploy_stacks(None, print)
    told = site.configuration(target, target.outputs())  # type: ignore[arg-type]
    assert (told["auth"], told["hosted_ui"], told["client_id"]) == ("code", HOSTED, "c")
    assert told["creators"] == "invited"
    fields = set((website.WEB / "src/config.ts").read_text().partition("}")[0].split())
    assert all(f"{name}:" in fields for name in told)


def test_the_page_is_looked_up_again_and_hashed_files_are_kept(
    moto: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "assets").mkdir()
    for name in ("index.html", "assets/main-1a2b.js", "assets/main-1a2b.css", "favicon.svg"):
        (tmp_path / name).write_text("x")
    monkeypatch.setattr(website, "DIST", tmp_path)
    s3 = moto("s3")
    s3.create_bucket(Bucket="web")
    website.publish(s3, "web", {"auth": "code"})
    heads = {
        item["Key"]: s3.head_object(Bucket="web", Key=item["Key"]) for item in s3.list_objects(Bucket="web")["Contents"]
    }
    assert {key: (head["ContentType"], head["CacheControl"]) for key, head in heads.items()} == {
        "index.html": ("text/html; charset=utf-8", "no-cache"),
        "config.json": ("application/json", "no-cache"),
        "favicon.svg": ("image/svg+xml", "no-cache"),
        "assets/main-1a2b.js": ("text/javascript; charset=utf-8", website.FOREVER),
        "assets/main-1a2b.css": ("text/css; charset=utf-8", website.FOREVER),
    }
    assert json.loads(s3.get_object(Bucket="web", Key="config.json")["Body"].read()) == {"auth": "code"}


def test_what_only_templates_can_be_made_with_is_not_deployed() -> None:
    with pytest.raises(SettingsIncomplete, match="REELSTACK_ACCOUNT"):
        check_settings(STAGES["dev"].model_copy(update={"account": "111111111111"}))
    with pytest.raises(SettingsIncomplete, match="REELSTACK_ALARM_EMAIL"):
        check_settings(STAGES["prod"].model_copy(update={"account": "123456789012"}))
    check_settings(STAGES["dev"].model_copy(update={"account": "123456789012"}))


def test_credentials_of_another_account_or_none_deploy_nothing(settings: Settings, account: Answering) -> None:
    account.answer("sts", "get_caller_identity", {"Account": "999999999999"})
    account.refuse("sts", "get_caller_identity", "ExpiredToken")
    for said in ("of account 999999999999", "takes no credentials"):
        with pytest.raises(WrongAccount, match=said):
            OnAws(settings, account).check()


def test_nobody_is_invited_where_another_issuer_signs_people_in(moto: Callable[[str], Any], tmp_path: Path) -> None:
    target = Recorded(STAGES["dev"].model_copy(update={"issuer": "https://id.example.com"}), moto)
    with pytest.raises(RolesManagedExternally, match=r"https://id\.example\.com.*without --admin"):
        site.deploy(target, Places(tmp_path), Steps(1), admin_email="you@example.com")  # type: ignore[arg-type]
    assert target.passes == [], "it is said before anything is deployed"
