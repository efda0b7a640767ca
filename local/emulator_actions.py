"""The IAM actions that MiniStack checks for SQS's batches, as AWS names them.

AWS has no action `sqs:SendMessageBatch`: who may send one message may send ten at a time. MiniStack asks for the name
of the operation, which no policy that works on AWS grants, so whoever sent a batch was refused.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html
"""

from typing import Any

from ministack.core import iam_actions

OF_BATCHES = {
    f"sqs:{action}Batch": f"sqs:{action}" for action in ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")
}


def apply() -> None:
    """Puts them into MiniStack, which looks its function up anew for every request."""
    extract = iam_actions.extract_iam_action

    def extract_iam_action(*request: Any) -> str | None:
        action: str | None = extract(*request)
        return OF_BATCHES.get(action, action) if action else action

    iam_actions.extract_iam_action = extract_iam_action
