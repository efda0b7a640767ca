"""Logs with correlation ids, and metrics, for every function: Powertools behind two names."""

import gc
from collections.abc import Callable
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

logger = Logger()
metrics = Metrics(namespace="Reelstack")

CORRELATION = ("upload_id", "video_id")

Handler = Callable[[dict[str, Any], Any], Any]


def entry(handler: Handler) -> Handler:
    """Wraps a handler: its log lines carry the upload, the video and the request, and what it raises is logged.

    With it everything is imported: garbage is collected again (functions/__init__.py), what there is now left out.
    """
    if not gc.isenabled():
        gc.freeze()
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
