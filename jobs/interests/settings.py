"""Flink's settings for the job. Pure."""

from pathlib import Path

from jobs.interests.options import Options

STATE_TTL = "table.exec.state.ttl"
STATE_TTL_MS = 30 * 24 * 3600 * 1000
DUPLICATES_MS = 24 * 3600 * 1000
HOST = "127.0.0.1"
MANAGED_MB, NETWORK_MB = 16, 64
"""Of each part."""


def settings(options: Options) -> dict[str, str]:
    common = {
        "python.execution-mode": "thread",
        "pipeline.auto-watermark-interval": f"{options.watermark_ms} ms",
        "pipeline.object-reuse": "true",
        "table.local-time-zone": "UTC",
        STATE_TTL: f"{STATE_TTL_MS} ms",
        # A shard that is silent must not hold the windows of the others.
        "table.exec.source.idle-timeout": "5 s",
        # Rows of one field come from one key of one aggregate, in order: nothing is to be sorted out before the sink.
        "table.exec.sink.upsert-materialize": "NONE",
        "execution.checkpointing.interval": f"{options.checkpoint_ms} ms",
        # A checkpoint waits while Valkey is away, and may time out; the job goes on.
        "execution.checkpointing.tolerable-failed-checkpoints": "2147483647",
    }
    if options.managed:
        return common
    local = common | {
        "parallelism.default": str(options.parallelism),
        "state.backend.type": "hashmap",
        "restart-strategy.type": "failure-rate",
        "restart-strategy.failure-rate.max-failures-per-interval": str(options.restarts),
        "restart-strategy.failure-rate.failure-rate-interval": "10 min",
        "restart-strategy.failure-rate.delay": "1 s",
        # Left alone, Flink's REST and blob servers listen on every interface of the machine.
        **dict.fromkeys(("rest.address", "rest.bind-address", "jobmanager.rpc.address"), HOST),
        **dict.fromkeys(("jobmanager.bind-host", "taskmanager.host", "taskmanager.bind-host"), HOST),
        "taskmanager.numberOfTaskSlots": str(options.parallelism),
        # One process has all parts, and each gets its share: with less, Flink's window buffers refuse to begin.
        "taskmanager.memory.managed.size": f"{MANAGED_MB * options.parallelism}m",
        "taskmanager.memory.network.min": f"{NETWORK_MB * options.parallelism}m",
        "taskmanager.memory.network.max": f"{NETWORK_MB * options.parallelism}m",
    }
    if options.state:
        local |= {
            "execution.checkpointing.dir": address(options.state),
            "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
            "execution.checkpointing.num-retained": "2",
        }
    return local


def address(folder: str) -> str:
    return folder if "://" in folder else Path(folder).resolve().as_uri()
