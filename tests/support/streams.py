"""Streams as DynamoDB would have them: what changed in tables since the last look, as records, given to a consumer."""

import itertools
import time
from typing import Any

from pynamodb.models import Model

from reelstack.platform import aws as seam
from reelstack.tables.feed import FeedChoices
from reelstack.tables.interactions import Bookmark, Comment, CommentLike, Like, Share
from reelstack.tables.model import deployed, schema
from reelstack.tables.moderation import Report
from reelstack.tables.social import Block, Follow
from tests.support.functions import handler_of

CONSUMERS: dict[str, tuple[type[Model], ...]] = {
    "count_interactions": (Like, Comment, CommentLike, Bookmark, Share, Follow),
    "open_reviews": (Report,),
    "send_table_events": (Block, Report, FeedChoices),
}


class Streams:
    """`flow()` hands everything that happened since to its consumers, twice: streams repeat themselves."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.sequence = itertools.count(100)
        self.before: dict[type[Model], dict[str, Any]] = {}

    def flow(self) -> None:
        followed = dict.fromkeys(model for models in CONSUMERS.values() for model in models)
        changed = {model: records for model in followed if (records := self._records(model))}
        for function, models in CONSUMERS.items():
            handler = handler_of(function)
            for records in (changed[model] for model in models if model in changed):
                for _ in range(2):
                    handler({"Records": records, "shardId": "shard-1"}, self.context)

    def _records(self, model: type[Model]) -> list[dict[str, Any]]:
        table = deployed(model).field
        names = [key["AttributeName"] for key in schema(model)["key_schema"]]
        found = seam.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
        after = {str([item[name] for name in names]): item for item in found}
        before = self.before.get(model, {})
        self.before[model] = after
        made = []
        for key in [*after, *(key for key in before if key not in after)]:
            old, new = before.get(key), after.get(key)
            if old == new:
                continue
            images = {"OldImage": old, "NewImage": new}
            made.append(
                {
                    "eventName": "MODIFY" if old and new else "INSERT" if new else "REMOVE",
                    "eventSourceARN": f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}/stream/now",
                    "dynamodb": {
                        "ApproximateCreationDateTime": time.time() // 1,
                        "SequenceNumber": str(next(self.sequence)),
                        "Keys": {name: (new or old)[name] for name in names},
                        **{name: image for name, image in images.items() if image},
                    },
                }
            )
        return made
