"""Consumer of the users table's stream: forgets what caches hold about people who changed."""

from typing import Any

from reelstack import users
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    changed = {record["dynamodb"]["Keys"]["user_id"]["S"] for record in event["Records"]}
    users.forget(*changed)
    return {"forgotten": len(changed)}
