"""What a laptop cloud is made of, beyond its ports: the profile, and who serves the AWS APIs.

A choice comes from a flag of `reelstack up`, else from REELSTACK_PROFILE or REELSTACK_ENDPOINT, else from
`.local/choices.json`, else it is profile `full` on an emulator that `up` starts. What `up` used is written to
`.local/choices.json`, so that `status`, `doctor`, `down` and the next `up` mean the same cloud.
"""

import json
import os
from pathlib import Path
from typing import Literal, get_args

from localstack_client.config import get_service_endpoint
from pydantic import BaseModel, ConfigDict

from local.errors import ChoiceInvalid

Profile = Literal["core", "full"]
OWN, LOCALSTACK = "ministack", "localstack"
"""Names of endpoints: the emulator that `up` starts, and a LocalStack that runs already, where its client looks."""
PROCESSES: dict[Profile, tuple[str, ...]] = {"core": ("aws", "edge"), "full": ("aws", "cache", "search", "edge")}
ENGINES = ("segments", "interests")
"""What `up --engines` adds in profile `full`: the feeder of segments, which the Flink job reads, and that job."""
EVERY = (*PROCESSES["full"], *ENGINES)
"""In the order in which they are started."""


UNLISTED = {"cloudfront-keyvaluestore": "cloudfront"}
"""Services that LocalStack's client does not list -> one at whose address they are."""


class Choices(BaseModel):
    """`endpoint` is `ministack`, `localstack` or an URL."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: Profile = "full"
    endpoint: str = OWN
    engines: bool = False
    """Whether the Flink job runs, too: it takes about 1 GiB."""

    @property
    def starts_aws(self) -> bool:
        return self.endpoint == OWN

    @property
    def processes(self) -> tuple[str, ...]:
        """Names of the processes that `up` starts, in order."""
        engines = ENGINES if self.engines and self.profile == "full" else ()
        return tuple(name for name in (*PROCESSES[self.profile], *engines) if name != "aws" or self.starts_aws)

    def url(self, service: str) -> str:
        """Where somebody else serves the API of `service`, e.g. "s3". LocalStack's client knows LocalStack's addresses
        (LOCALSTACK_HOST, USE_SSL). Raises ChoiceInvalid for a service that LocalStack does not have."""
        if self.endpoint != LOCALSTACK:
            return self.endpoint
        found: str | None = get_service_endpoint(UNLISTED.get(service, service))
        if found is None:
            raise ChoiceInvalid(f"LocalStack has no service {service!r}")
        return found


DEFAULTS = Choices()


def choose(
    saved: Path, profile: str | None = None, endpoint: str | None = None, *, engines: bool | None = None
) -> Choices:
    """The choices to use: flags before environment before `saved` before the defaults. Raises ChoiceInvalid."""
    chosen = json.loads(saved.read_text()) if saved.exists() else {}
    given = {
        "profile": profile or os.environ.get("REELSTACK_PROFILE"),
        "endpoint": endpoint or os.environ.get("REELSTACK_ENDPOINT"),
    }
    chosen |= {name: value for name, value in given.items() if value}
    chosen |= {} if engines is None else {"engines": engines}
    made = Choices.model_construct(**chosen)
    if made.profile not in get_args(Profile):
        raise ChoiceInvalid(f"no profile {made.profile!r}; there are {', '.join(get_args(Profile))}")
    if made.endpoint not in (OWN, LOCALSTACK) and not made.endpoint.startswith(("http://", "https://")):
        raise ChoiceInvalid(f"no endpoint {made.endpoint!r}; there are {OWN}, {LOCALSTACK} and http://host:port")
    if made.engines and made.profile == "core":
        raise ChoiceInvalid("profile core has no event stream and no cache: engines need profile full")
    return Choices.model_validate(chosen)
