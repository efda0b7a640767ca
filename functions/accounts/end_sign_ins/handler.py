"""The user pool's trigger after a confirmation: a password that was forgotten and set anew ends every sign-in.

Cognito waits five seconds, asks three times and then tells the person that it failed; it reads nothing of the answer.
"""

from typing import Any

from reelstack.accounts import passwords
from reelstack.platform.telemetry import entry, logger

FORGOTTEN = "PostConfirmation_ConfirmForgotPassword"
"""The other is PostConfirmation_ConfirmSignUp, after which there is nothing to end."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Twice is once."""
    if event["triggerSource"] == FORGOTTEN:
        user_id = event["request"]["userAttributes"]["sub"]
        logger.info("a forgotten password was set anew", user_id=user_id)
        passwords.forgotten(user_id, event["userName"])
    return event
