"""Consumer of the queue of denials, and their one writer."""

from typing import Any

from reelstack.delivery import denylist
from reelstack.delivery.denylist import Message
from reelstack.platform.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """What could not be written comes again, before anything later; after five times it goes to the dead letters."""
    messages = [Message(record["messageId"], record["receiptHandle"], record["body"]) for record in event["Records"]]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in denylist.write(messages)]}
