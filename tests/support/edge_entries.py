"""What the edge's store holds: keys of playback tokens and denials, as shards or as the release before had them."""

import time
from collections.abc import Mapping

from reelstack.delivery.edge_ring import spread
from reelstack.delivery.edge_shards import Denial, Shard, place

Denials = Mapping[str, str]
"""Video id -> `<until>` or `<until>-<issued up to>`, in unix seconds."""


def in_shards(secrets: Mapping[str, str], denials: Denials = {}) -> dict[str, str]:  # noqa: B006
    """As delivery.signing_keys and .denylist write them."""
    entries = {name: value for name, value in spread({}, secrets, int(time.time())).items() if value is not None}
    for video_id, text in denials.items():
        name, in_record = place(video_id)
        shard = Shard.of(entries[name])
        entries[name] = Shard(shard.ring, {**shard.denials, in_record: Denial.of(text)}).value(0)
    return entries


def in_single_entries(secrets: Mapping[str, str], denials: Denials = {}) -> dict[str, str]:  # noqa: B006
    """As the release before this one wrote them."""
    keys = {f"key:{key_id}": secret for key_id, secret in secrets.items()}
    return {**keys, **{f"deny:{video_id}": text for video_id, text in denials.items()}}
