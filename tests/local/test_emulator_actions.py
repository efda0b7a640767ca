"""What the emulator asks a role for is what AWS asks it for."""

import pytest
from ministack.core import iam_actions

from local import emulator_actions


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("SendMessageBatch", "sqs:SendMessage"),
        ("DeleteMessageBatch", "sqs:DeleteMessage"),
        ("ChangeMessageVisibilityBatch", "sqs:ChangeMessageVisibility"),
        ("SendMessage", "sqs:SendMessage"),
    ],
)
def test_a_batch_needs_the_action_of_one_message(monkeypatch: pytest.MonkeyPatch, operation: str, action: str) -> None:
    monkeypatch.setattr(iam_actions, "extract_iam_action", iam_actions.extract_iam_action)  # put back afterwards
    emulator_actions.apply()
    headers = {"x-amz-target": f"AmazonSQS.{operation}"}
    assert iam_actions.extract_iam_action("sqs", "POST", "/", headers, b"{}", {}) == action
