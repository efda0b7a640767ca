"""A stage on the laptop's emulator: the templates that AWS would get, adapted by `local`, behind the local edge."""

from dataclasses import dataclass

from deployment.account import Account, stack_outputs
from deployment.target import Say
from infra.laptop import on_laptop
from infra.settings import Settings
from local import amend, outputs
from local import deploy as local_deploy
from local.errors import NotUp
from local.programs import node
from local.services import Services


@dataclass(frozen=True)
class OnEmulator:
    """The site's own name is the edge's, as on AWS the distribution's: no template knows it at first."""

    settings: Settings
    services: Services

    @property
    def account(self) -> Account:
        keys = self.services.administrator()
        return Account(
            self.settings.region,
            self.services.endpoint,
            (keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"]),
        )

    def check(self) -> None:
        """Raises NotUp."""
        if not self.services.running("aws"):
            raise NotUp(f"no emulator of this checkout runs at {self.services.endpoint}: `reelstack up` starts one")

    def deploy_stacks(self, site: str | None, say: Say) -> None:
        local_deploy.synthesize(self.services, say, self.settings.stage, site)
        local_deploy.deploy(self.services, say)
        amend.apply_dropped(self.services)

    def destroy_stacks(self, say: Say) -> None:
        local_deploy.destroy(self.services, say)

    def start_jobs(self) -> None:
        """`reelstack up` does."""

    def outputs(self) -> dict[str, str]:
        return stack_outputs(self.account, self.settings.stage)

    def site(self, _: dict[str, str]) -> str:
        return self.services.edge_url

    def sign_in_url(self, _: dict[str, str]) -> str:
        """MiniStack has the sign-in pages at its own address, whatever the pool's domain is."""
        return self.services.endpoint

    def serve(self) -> None:
        named = outputs.collect(self.services, self.settings.stage)
        outputs.write_edge_config(self.services, named, str(node().path))
        self.services.start_edge()
        outputs.write(self.services.places, named)


def on_emulator(settings: Settings, services: Services) -> OnEmulator:
    return OnEmulator(on_laptop(settings), services)
