"""People: their accounts, whom they follow, what they are notified of, and their privacy."""

from dataclasses import replace

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam

from infra.api.websocket import WebSocket
from infra.functions.wiring import Wiring
from infra.stacks.capability import CapabilityStack
from infra.workflows.machines import privacy_machine

PRIVACY_MACHINES = ("export", "erasure", "event_erasure")


class PeopleStack(CapabilityStack):
    NAME = "People"
    ROOMS = ("accounts", "social", "notifications", "privacy")

    def _before(self, wiring: Wiring) -> Wiring:
        self.socket = WebSocket(self, "Socket", wiring.settings)
        return replace(wiring, socket=self.socket)

    def _after(self) -> None:
        settings, names = self.wiring.settings, self.wiring.names
        self.socket.open(self.functions["websocket"].invocable)
        self.alarms.websocket(self.socket.api)
        self.machines = [privacy_machine(self, settings, names, name) for name in PRIVACY_MACHINES]
        for name, machine in zip(PRIVACY_MACHINES, self.machines, strict=True):
            # Without an archive nothing starts it, and an alarm costs a dime a month.
            if name != "event_erasure" or settings.profile == "full":
                self.alarms.machine(machine)
        # Whatever the reason: only presigned posts write there, and S3 writes their reason with a blank.
        uploaded = {
            "bucket": {"name": [self.wiring.stores.uploads.bucket_name]},
            "object": {"key": [{"prefix": "avatars/"}]},
        }
        events.Rule(
            self,
            "AvatarUploaded",
            event_pattern=events.EventPattern(source=["aws.s3"], detail_type=["Object Created"], detail=uploaded),
            targets=[self.triggers.target("make_avatar")],
        )
        if pool := self.wiring.stores.user_pool:
            self.functions["end_sign_ins"].invocable.add_permission(
                "UserPoolPermission",
                principal=iam.ServicePrincipal("cognito-idp.amazonaws.com"),
                source_arn=pool.user_pool_arn,
            )
        self._output({f"{machine.node.id}Arn": machine.state_machine_arn for machine in self.machines})
