"""Nothing is lost in silence: every queue has a dead-letter queue, every dead-letter queue an alarm."""

import json
from collections import Counter
from typing import Any

import pytest

from infra import ROOT
from infra.catalogue import FUNCTIONS, Fn, copies
from infra.functions import concurrency
from infra.messaging.triggers import STREAM_ATTEMPTS
from infra.names import camel
from reelstack.degradation import announcements
from reelstack.production import dispatcher, queues
from reelstack.uploads import parts
from reelstack.uploads.priorities import Priority
from tests.infra.templates import Assembly, Resource, place, stack_of

PRODUCTION = ("Production/ProductionHigh", "Production/ProductionNormal", "Production/ProductionLow")
VISIBLE, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
ASYNCHRONOUS = [line for line in FUNCTIONS if line.trigger in ("event", "schedule")]
STREAMS = [line for line in FUNCTIONS if line.trigger == "stream"]


def _alarmed(assembly: Assembly, metric: str) -> set[str]:
    """Paths of the queues with an alarm on `metric`."""
    return {
        assembly.flat(alarm.stack, dimension["Value"]).removesuffix(".QueueName")
        for alarm in assembly.of("AWS::CloudWatch::Alarm")
        if alarm.properties.get("MetricName") == metric
        for dimension in alarm.properties["Dimensions"]
        if dimension["Name"] == "QueueName"
    }


def _mappings(line: Fn, assembly: Assembly, *, queue: bool = False) -> list[dict[str, Any]]:
    """The event source mappings that feed a function from streams, or from its queue. None reads events in profile
    `core`."""
    return [
        mapping.properties
        for mapping in assembly.of("AWS::Lambda::EventSourceMapping")
        if assembly.flat(mapping.stack, mapping.properties["FunctionName"]) == place(line)
        and ("StartingPosition" in mapping.properties) != queue
    ]


MOST_READERS = 2
"""Of one shard of a table's stream: with more DynamoDB may throttle them all (its developer guide on Streams)."""


def test_no_stream_of_a_table_has_more_than_two_readers(variant: Assembly) -> None:
    readers = Counter(
        json.dumps(mapping.properties["EventSourceArn"], sort_keys=True)
        for mapping in variant.of("AWS::Lambda::EventSourceMapping")
        if "StartingPosition" in mapping.properties and ":kinesis:" not in str(mapping.properties["EventSourceArn"])
    )
    assert sum(readers.values()) == sum(len(line.streams) for line in FUNCTIONS)
    assert len(readers) == len({model for line in FUNCTIONS for model in line.streams})
    assert max(readers.values()) <= MOST_READERS, readers


def test_a_shard_is_read_by_several_at_once_only_where_one_items_order_is_all_that_matters(variant: Assembly) -> None:
    """update_timelines: `test_timelines_are_mended_for_many_pairs_at_once`. Exact counting is fenced by shard."""
    factors = {
        line.name: {mapping["ParallelizationFactor"] for mapping in _mappings(line, variant)}
        for line in FUNCTIONS
        if line.streams
    }
    assert {name for name, found in factors.items() if found == {10}} == {"notify", "update_timelines"}
    assert set().union(*factors.values()) == {1, 10}


def _saves_alarms(assembly: Assembly) -> bool:
    """Its setting keeps the essential ones: test_a_stage_that_saves_alarms_has_the_essential_ones."""
    return assembly.settings.alarms == "essential"


def _split(assembly: Assembly) -> tuple[dict[str, Resource], dict[str, Resource]]:
    """Queues that work waits in, and those for dead letters."""
    queues = {queue.path: queue for queue in assembly.of("AWS::SQS::Queue")}
    dead = {path: queue for path, queue in queues.items() if path.endswith("Dead")}
    return {path: queue for path, queue in queues.items() if path not in dead}, dead


def test_every_queue_has_a_dead_letter_queue_and_an_alarm_on_waiting(variant: Assembly) -> None:
    work, dead = _split(variant)
    assert work
    for path, queue in work.items():
        redrive = queue.properties["RedrivePolicy"]
        assert variant.flat(queue.stack, redrive["deadLetterTargetArn"]).removesuffix(".Arn") in dead
        assert redrive["maxReceiveCount"] >= 3
        assert path in _alarmed(variant, AGE) or _saves_alarms(variant)


def test_every_dead_letter_queue_has_an_alarm_on_its_first_message(variant: Assembly) -> None:
    work, dead = _split(variant)
    watched = {f"{path}Dead" for path in work} if _saves_alarms(variant) else set(dead)
    assert watched == _alarmed(variant, VISIBLE)
    for alarm in variant.of("AWS::CloudWatch::Alarm"):
        if alarm.properties.get("MetricName") == VISIBLE:
            assert (alarm.properties["Threshold"], alarm.properties["ComparisonOperator"]) == (
                0,
                "GreaterThanThreshold",
            )


def test_a_dead_letter_stays_as_long_as_sqs_keeps_any(variant: Assembly) -> None:
    _, dead = _split(variant)
    assert {queue.properties["MessageRetentionPeriod"] for queue in dead.values()} == {14 * 24 * 3600}


def test_every_queue_is_encrypted_and_reached_over_tls_only(variant: Assembly) -> None:
    for queue in variant.of("AWS::SQS::Queue"):
        assert queue.properties["SqsManagedSseEnabled"] is True
        statements = variant.at(f"{queue.path}/Policy").properties["PolicyDocument"]["Statement"]
        assert {"Bool": {"aws:SecureTransport": "false"}} in [s.get("Condition") for s in statements]


@pytest.mark.parametrize("line", ASYNCHRONOUS, ids=lambda line: line.name)
def test_what_an_asynchronous_function_fails_at_ends_in_its_dead_letter_queue(line: Fn, variant: Assembly) -> None:
    (config,) = [
        config.properties
        for config in variant.of("AWS::Lambda::EventInvokeConfig")
        if variant.flat(config.stack, config.properties["FunctionName"]) == place(line)
    ]
    destination = config["DestinationConfig"]["OnFailure"]["Destination"]
    assert variant.flat(stack_of(line), destination) == place(line, "Dead.Arn")


def test_what_a_rule_cannot_hand_over_ends_in_the_functions_dead_letter_queue(variant: Assembly) -> None:
    rules = variant.of("AWS::Events::Rule")
    assert rules
    for rule in rules:
        for target in rule.properties["Targets"]:
            called = variant.flat(rule.stack, target["Arn"]).removesuffix(".Arn")
            if called in PRODUCTION:
                continue  # the queue itself; it has a dead-letter queue of its own
            assert variant.flat(rule.stack, target["DeadLetterConfig"]["Arn"]) == f"{called}Dead.Arn", rule.path


def test_every_rule_may_invoke_the_function_it_names(variant: Assembly) -> None:
    """The emulator invokes without asking for permission; on AWS the event would end in the dead-letter queue."""
    permitted = {
        (variant.flat(p.stack, p.properties["SourceArn"]), variant.flat(p.stack, p.properties["FunctionName"]))
        for p in variant.of("AWS::Lambda::Permission")
        if p.properties["Principal"] == "events.amazonaws.com"
    }
    assert permitted == {
        (f"{rule.path}.Arn", variant.flat(rule.stack, target["Arn"]))
        for rule in variant.of("AWS::Events::Rule")
        for target in rule.properties["Targets"]
        if variant.flat(rule.stack, target["Arn"]).removesuffix(".Arn") not in PRODUCTION
    }


@pytest.mark.parametrize("line", STREAMS, ids=lambda line: line.name)
def test_a_batch_a_stream_consumer_cannot_take_ends_in_its_dead_letter_queue(line: Fn, variant: Assembly) -> None:
    for mapping in _mappings(line, variant):
        destination = mapping["DestinationConfig"]["OnFailure"]["Destination"]
        assert variant.flat(stack_of(line), destination) == place(line, "Dead.Arn")
        assert mapping["StartingPosition"] == "TRIM_HORIZON"


def test_an_alarm_listens_to_a_metric_that_the_code_has_and_its_function_counts(prod: Assembly) -> None:
    sources = [*(ROOT / "layers/common/python/reelstack").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    code = "\n".join(source.read_text() for source in sources)
    for alarm in prod.of("AWS::CloudWatch::Alarm"):
        if alarm.properties.get("Namespace") == "Reelstack":
            name = alarm.properties["MetricName"]
            assert f'"{name}"' in code or name.endswith("WaitSeconds"), name
            (service,) = [d["Value"] for d in alarm.properties["Dimensions"] if d["Name"] == "service"]
            assert service in {line.name for line in [*FUNCTIONS, *copies(FUNCTIONS)]}
    alarmed = {a.properties["MetricName"] for a in prod.of("AWS::CloudWatch::Alarm") if "MetricName" in a.properties}
    assert {"CacheDown", "SearchDown", "SearchRefused", "PushFailed", "RateLimiterDown", "IntegrationError"} <= alarmed


@pytest.mark.parametrize("line", STREAMS, ids=lambda line: line.name)
def test_one_bad_record_takes_no_others_along_and_what_counts_leaves_none_out(line: Fn, variant: Assembly) -> None:
    for mapping in _mappings(line, variant):
        halved = (mapping["BisectBatchOnFunctionError"], mapping.get("MaximumRetryAttempts"))
        assert halved == ((False, None) if line.counts else (True, STREAM_ATTEMPTS))


@pytest.mark.parametrize("line", STREAMS, ids=lambda line: line.name)
def test_a_stream_that_is_read_late_raises_an_alarm(line: Fn, variant: Assembly) -> None:
    if _saves_alarms(variant) or (line.event_stream and variant.settings.profile == "core"):
        return
    late = [a for a in variant.of("AWS::CloudWatch::Alarm") if a.properties.get("MetricName") == "IteratorAge"]
    assert place(line) in {variant.flat(a.stack, a.properties["Dimensions"][0]["Value"]) for a in late}


def test_what_counts_has_a_window_because_only_then_lambda_names_the_shard(variant: Assembly) -> None:
    for consumer in STREAMS:
        for mapping in _mappings(consumer, variant):
            assert mapping.get("TumblingWindowInSeconds") == (60 if consumer.counts else None)
    assert [consumer.name for consumer in STREAMS if consumer.counts] == ["count_interactions"]


def test_every_function_the_machine_and_the_api_have_an_alarm(variant: Assembly) -> None:
    if _saves_alarms(variant):
        return
    watched = {
        variant.flat(alarm.stack, dimension["Value"])
        for alarm in variant.of("AWS::CloudWatch::Alarm")
        for dimension in alarm.properties.get("Dimensions", [])
    }
    assert {place(line) for line in FUNCTIONS} <= watched
    assert {"Production/ProductionMachine", "Api/Http/Api"} <= watched


def test_every_alarm_reaches_the_topic_and_the_topic_lets_cloudwatch_in(variant: Assembly) -> None:
    for alarm in variant.of("AWS::CloudWatch::Alarm"):
        assert alarm.properties["AlarmActions"] == [variant.arn("sns", variant.named("alarms"))]
    assert variant.at("Monitoring/Topic").properties["TopicName"] == variant.named("alarms")
    statements = variant.at("Monitoring/Topic/Policy").properties["PolicyDocument"]["Statement"]
    (allowed,) = [s for s in statements if s["Effect"] == "Allow"]
    assert (allowed["Action"], allowed["Principal"]) == ("sns:Publish", {"Service": "cloudwatch.amazonaws.com"})
    key = variant.at("Monitoring/TopicKey").properties["KeyPolicy"]["Statement"]
    assert {"Service": "cloudwatch.amazonaws.com"} in [statement["Principal"] for statement in key]


@pytest.mark.parametrize("priority", Priority)
def test_productions_start_only_for_uploads_a_client_finished(priority: Priority, variant: Assembly) -> None:
    pattern = variant.at(f"Production/Uploaded{priority.title()}").properties["EventPattern"]
    assert pattern["source"] == ["aws.s3"]
    assert pattern["detail"]["object"] == {"key": [{"prefix": f"originals/{priority}/"}]}
    assert set(pattern["detail"]["reason"]) == {"PutObject", "CompleteMultipartUpload"}
    (bucket,) = pattern["detail"]["bucket"]["name"]
    assert variant.flat("Production", bucket) == "State/Uploads"


@pytest.mark.parametrize("kind", ["Uploaded", "ProductionRequested"])
@pytest.mark.parametrize("priority", Priority)
def test_an_order_goes_to_the_queue_of_its_priority_and_rings(kind: str, priority: Priority, variant: Assembly) -> None:
    targets = variant.at(f"Production/{kind}{priority.title()}").properties["Targets"]
    called = {variant.flat("Production", target["Arn"]) for target in targets}
    assert called == {f"Production/Production{priority.title()}.Arn", place("start_production", ".Arn")}


def test_an_order_without_a_priority_is_a_normal_one(variant: Assembly) -> None:
    named = {
        priority: variant.at(f"Production/ProductionRequested{priority.title()}").properties["EventPattern"]["detail"]
        for priority in Priority
    }
    assert named == {
        Priority.HIGH: {"priority": ["high"]},
        Priority.NORMAL: {"priority": ["normal", {"exists": False}]},
        Priority.LOW: {"priority": ["low"]},
    }


@pytest.mark.parametrize("path", PRODUCTION)
def test_a_message_is_hidden_for_longer_than_its_taker_runs(path: str, variant: Assembly) -> None:
    queue, taker = variant.at(path).properties, variant.at(place("start_production")).properties
    assert queue["VisibilityTimeout"] > taker["Timeout"]
    assert taker["Timeout"] < dispatcher.DISPATCHER_SECONDS, "two would drain at the same time"
    assert queue["RedrivePolicy"]["maxReceiveCount"] == queues.LAST_RECEIVE


def test_a_stage_that_saves_alarms_has_the_essential_ones(assemblies: dict[str, Assembly]) -> None:
    """The API fails, a machine fails or hangs, work is given up."""
    machines = ("Production", "Decision", "Export", "Erasure")
    queues = ("Compose", "ProductionHigh", "ProductionNormal", "ProductionLow", "Denials", "Plays", "TableEvents")
    assert {alarm.path.split("/")[-1] for alarm in assemblies["dev-core"].of("AWS::CloudWatch::Alarm")} == {
        "ApiErrors",
        *(f"{name}Machine{how}" for name in machines for how in ("Failed", "TimedOut")),
        *(f"{queue}DeadFilled" for queue in queues),
    }


def test_what_waits_too_long_and_low_work_that_was_stopped_raise_alarms(prod: Assembly) -> None:
    watched = {
        alarm.properties["MetricName"]
        for alarm in prod.of("AWS::CloudWatch::Alarm")
        if alarm.properties.get("Namespace") == "Reelstack"
    }
    assert watched >= {"HighWaitSeconds", "NormalWaitSeconds", "LowWaitSeconds", "LowPriorityStopped"}


@pytest.mark.parametrize("line_", [line for line in FUNCTIONS if line.queue], ids=lambda line: line.name)
def test_a_function_a_queue_invokes_takes_so_many_messages_and_is_given_time_for_them(
    line_: Fn, variant: Assembly
) -> None:
    (mapping,), queue = (
        _mappings(line_, variant, queue=True),
        variant.at(f"{stack_of(line_)}/{camel(line_.queue)}").properties,
    )
    assert variant.flat(stack_of(line_), mapping["EventSourceArn"]) == f"{stack_of(line_)}/{camel(line_.queue)}.Arn"
    if queue.get("FifoQueue"):
        assert (mapping["BatchSize"], "ScalingConfig" in mapping) == (10, False)
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    else:
        assert mapping["BatchSize"] == line_.messages
        assert ("FunctionResponseTypes" in mapping) == (line_.messages > 1), "one message does not cost the others"
        at_once = concurrency.called_by_queue(variant.settings, line_.name)
        assert mapping["ScalingConfig"]["MaximumConcurrency"] == at_once
    assert queue["VisibilityTimeout"] > line_.timeout


def test_only_a_stage_with_an_event_stream_polls_for_what_that_did_not_take(variant: Assembly) -> None:
    for line in FUNCTIONS:
        for mapping in _mappings(line, variant, queue=True):
            unread = variant.settings.profile == "core" and line.queue == "table-events"
            assert mapping.get("Enabled", True) is not unread, line.name
        assert all(mapping.get("Enabled", True) for mapping in _mappings(line, variant))


def test_one_invocation_writes_denials_at_a_time(variant: Assembly) -> None:
    """SQS hands a message group on in order, to one consumer; all denials are of one group."""
    for path in ("Videos/Denials", "Videos/DenialsDead"):
        queue = variant.at(path).properties
        assert queue["FifoQueue"] is True
        assert queue["QueueName"].endswith(".fifo")
    writers = {line.name for line in FUNCTIONS if "write_playback_keys_store" in line.calls}
    assert writers == {"write_denials", "rotate_signing_keys"}
    assert {line.name for line in FUNCTIONS if "write_edge_settings_store" in line.calls} == {"write_overload_flag"}


def test_a_level_that_is_told_a_minute_late_is_not_written(variant: Assembly) -> None:
    """By then it was told anew, or the flag has ended by itself."""
    rule = variant.at("Videos/WriteOverloadFlagEvents").properties
    assert rule["EventPattern"] == {"source": ["reelstack"], "detail-type": ["FeedLevelChanged"]}
    assert rule["Targets"][0]["RetryPolicy"]["MaximumEventAgeInSeconds"] == 60
    assert variant.at("Videos/WriteOverloadFlag/EventInvokeConfig").properties["MaximumEventAgeInSeconds"] == 60
    assert announcements.HOLD_MS / 1000 > 60


def test_no_chunk_ever_starts_a_production(variant: Assembly) -> None:
    for priority in Priority:
        (key,) = variant.at(f"Production/Uploaded{priority.title()}").properties["EventPattern"]["detail"]["object"][
            "key"
        ]
        assert not parts.chunk_key("u", 1).startswith(key["prefix"])
