"""The dashboard: one page with what comes in, what is made and what breaks. It names functions, and imports none."""

from collections.abc import Callable, Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.monitoring.feed_metrics import FeedMetrics
from infra.monitoring.interests_metrics import InterestsMetrics
from infra.names import Names

FIVE = Duration.minutes(5)


def dashboard(
    scope: Construct,
    names: Names,
    functions: Sequence[str],
    api: apigw.HttpApi,
    interests: InterestsMetrics | None,
    copies: Mapping[str, apigw.HttpApi],
) -> cloudwatch.Dashboard:
    """`functions`: their names in the catalogue. `interests`: of the Flink job, where there is one. `copies`: the APIs
    of deployments, by name."""

    def of_functions(metric: str, statistic: str) -> list[cloudwatch.IMetric]:
        dimensions = {name: {"FunctionName": names.function(name)} for name in functions}
        return [_metric("AWS/Lambda", metric, of, statistic, label=name) for name, of in dimensions.items()]

    def of_production(metric: str, statistic: str = "Sum") -> cloudwatch.Metric:
        return _metric("AWS/States", metric, {"StateMachineArn": names.machine_arn("production")}, statistic)

    productions = [of_production(f"Executions{what}") for what in ("Started", "Succeeded", "Failed")]
    times = [of_production("ExecutionTime", statistic) for statistic in ("p50", "p99")]
    return cloudwatch.Dashboard(
        scope,
        "Dashboard",
        widgets=[
            _of_api(api),
            [
                _graph("Productions", *productions),
                _graph("Production time", *times),
                _graph("Function errors", *of_functions("Errors", "Sum")),
            ],
            [
                _graph("Function time p99", *of_functions("Duration", "p99")),
                _graph("Throttled functions", *of_functions("Throttles", "Sum")),
            ],
            _of_copies(copies),
            *(row for name in ("feed", *copies) for row in _of_feed(FeedMetrics(name), name)),
            *(_of_interests(interests) if interests else ()),
        ],
    )


def _of_feed(feed: FeedMetrics, name: str) -> list[list[cloudwatch.IWidget]]:
    return [
        [
            _graph(f"{name}: answers by level", *feed.answers),
            _graph(f"{name}: share of answers at levels 1 to 3", *feed.shares[1:]),
            _graph(f"{name}: health", feed.sources_empty, feed.drift, right=[feed.table_hours]),
        ],
        [
            _graph(f"{name}: clips that sources propose to an answer", feed.proposed),
            _graph(f"{name}: clips left out by reason", feed.dropped),
            _graph(f"{name}: time by stage, p50 and p99", feed.stage_p50, feed.stage_p99),
        ],
    ]


def _of_api(api: apigw.HttpApi) -> list[cloudwatch.IWidget]:
    return [
        _graph("API requests", api.metric_count(period=FIVE)),
        _graph("API errors", api.metric_client_error(period=FIVE), api.metric_server_error(period=FIVE)),
        _graph("API latency", *(api.metric_latency(period=FIVE, statistic=s) for s in ("p50", "p99"))),
    ]


def _of_copies(copies: Mapping[str, apigw.HttpApi]) -> list[cloudwatch.IWidget]:
    return [
        _graph("Feed: requests", *(_of_copy(api.metric_count, name) for name, api in copies.items())),
        _graph("Feed: 5xx", *(_of_copy(api.metric_server_error, name) for name, api in copies.items())),
        _graph("Feed: p99", *(_of_copy(api.metric_latency, name, "p99") for name, api in copies.items())),
    ]


def _of_copy(metric: Callable[..., cloudwatch.Metric], name: str, statistic: str = "Sum") -> cloudwatch.Metric:
    return metric(period=FIVE, statistic=statistic, label=name)


def _of_interests(job: InterestsMetrics) -> list[list[cloudwatch.IWidget]]:
    return [
        [
            _graph("Interests: age of the heartbeat, s", job.heartbeat_seconds),
            # Of the newest event that was processed, and of the newest that was sent: between them lies the job.
            _graph("Interests: lag", job.behind_seconds, right=[job.behind_ms]),
            _graph("Interests: events", job.received, job.read),
        ],
        [
            _graph("Interests: restarts", job.restarts, job.failed_checkpoints, right=[job.downtime_ms]),
            _graph("Interests: KPUs", job.kpus),
        ],
    ]


def _metric(
    namespace: str, name: str, dimensions: dict[str, str], statistic: str, label: str | None = None
) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dimensions,
        period=FIVE,
        statistic=statistic,
        label=label,
    )


def _graph(
    title: str, *metrics: cloudwatch.IMetric, right: Sequence[cloudwatch.IMetric] = ()
) -> cloudwatch.GraphWidget:
    """`right`: in another unit."""
    return cloudwatch.GraphWidget(title=title, left=list(metrics), right=list(right), width=8, height=6)
