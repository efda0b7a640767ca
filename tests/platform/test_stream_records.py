"""The reader of stream records."""

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from reelstack.platform import stream_records
from reelstack.platform.stream_records import EventName, StreamRecord

VALUES = st.recursive(
    st.one_of(st.text(max_size=5), st.integers(-(10**15), 10**15), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=8,
)
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/likes-dev/stream/2026-11-23T00:00:00.000"
RECORD = {
    "eventName": "INSERT",
    "eventSourceARN": ARN,
    "dynamodb": {"SequenceNumber": "99", "Keys": {"user_id": {"S": "ann"}}, "NewImage": {"liked_at": {"N": "7"}}},
}


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=3))
def test_what_boto_writes_is_read_back(item: dict[str, object]) -> None:
    image = {name: TypeSerializer().serialize(value) for name, value in item.items()}
    assert StreamRecord({"dynamodb": {"NewImage": image}}).new == item


def test_fractions_and_sets_are_read() -> None:
    image = {"score": {"N": "0.75"}, "by": {"SS": ["ann", "bob"]}, "sizes": {"NS": ["1", "2.5"]}}
    assert StreamRecord({"dynamodb": {"NewImage": image}}).new == {
        "score": 0.75,
        "by": {"ann", "bob"},
        "sizes": {1, 2.5},
    }


def test_a_record_says_what_changed_and_where() -> None:
    (record,) = stream_records.read({"Records": [RECORD]})
    assert (record.table, record.event_name, record.sequence_number) == ("likes-dev", EventName.INSERT, "99")
    assert (record.keys, record.old, record.new) == ({"user_id": "ann"}, {}, {"liked_at": 7})


def test_an_event_that_is_no_batch_of_a_stream_is_refused() -> None:
    with pytest.raises(KeyError):
        stream_records.read({"detail-type": "VideoPublished", "detail": {}})


def test_shards_of_two_streams_have_two_names() -> None:
    other = RECORD | {"eventSourceARN": ARN.replace("likes", "shares")}
    names = {stream_records.shard_of({"Records": [one], "shardId": "shard-1"}) for one in (RECORD, other)}
    assert names == {f"{ARN}/shard-1", f"{ARN.replace('likes', 'shares')}/shard-1"}


def test_a_record_that_failed_is_named_by_its_number() -> None:
    records = stream_records.read({"Records": [RECORD]})
    assert stream_records.failures(records) == {"batchItemFailures": [{"itemIdentifier": "99"}]}
