"""Logs with correlation ids, and metrics, for every function: Powertools behind two names."""

import gc
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from reelstack.platform.clock import now_ms

logger = Logger()
NAMESPACE = "Reelstack"
metrics = Metrics(namespace=NAMESPACE)
MOST_VALUES = 100
"""Of one metric in one document (EMF)."""

COLLECTED_AFTER = 20_000
"""Objects that are made and not let go of, after which garbage is looked for: Python's 700 are less than one answer of
the feed makes, and looking took 6 % of it. Most garbage goes without: nothing refers to it any more."""
CORRELATION = ("upload_id", "video_id")

Handler = Callable[[dict[str, Any], Any], Any]


def entry(handler: Handler) -> Handler:
    """Wraps a handler: its log lines carry the upload, the video and the request, and what it raises is logged.

    With it everything is imported: garbage is collected again (functions/__init__.py), what there is now left out.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(COLLECTED_AFTER)
        gc.enable()

    @wraps(handler)
    def wrapped(event: dict[str, Any], context: Any) -> Any:
        logger.clear_state()
        logger.append_keys(
            request_id=getattr(context, "aws_request_id", None),
            **{name: event[name] for name in CORRELATION if name in event},
        )
        try:
            return handler(event, context)
        except Exception:
            logger.exception("the function raised")
            raise
        finally:
            if metrics.metric_set:
                metrics.flush_metrics()

    return wrapped


def count(name: str, value: float = 1, unit: MetricUnit = MetricUnit.Count) -> None:
    """Adds to a metric of this invocation (EMF). Never put an id into a metric's name or dimension: each is a bill."""
    metrics.add_metric(name=name, value=value, unit=unit)


def measure(values: Mapping[str, Sequence[float]], of: Mapping[str, str] | None = None, unit: str = "None") -> None:
    """Writes metrics with several values each at once (EMF), at most MOST_VALUES. `of`: a dimension besides the
    function's name, and what it is; each that was ever written is a metric of its own, and a bill."""
    if os.environ.get("POWERTOOLS_METRICS_DISABLED", "").lower() in ("true", "1"):
        return
    about = {"service": os.environ.get("POWERTOOLS_SERVICE_NAME", ""), **(of or {})}
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(about)],
        "Metrics": [{"Name": name, "Unit": unit} for name in values],
    }
    told = {"_aws": {"Timestamp": now_ms(), "CloudWatchMetrics": [directive]}, **about, **values}
    sys.stdout.write(json.dumps(told, separators=(",", ":")) + "\n")
