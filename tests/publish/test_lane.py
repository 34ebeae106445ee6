"""One partition's queue, through all that can happen to a batch."""

import pytest

from gateway.publish.batch import KafkaRecord
from gateway.publish.lane import Fault, Lane, Refusal
from gateway.publish.ports import Publication


@pytest.fixture
def lane() -> Lane:
    """A lane with records 1 to 8."""
    made = Lane("topic", 0)
    for number in range(1, 9):
        made.append(number, KafkaRecord(b"", b"%d" % number, ()))
    return made


def send(lane: Lane, room: int = 1000) -> bytes:
    """The values of the next batch, which is then under way."""
    records = lane.batch(room)
    lane.send(len(records), 0)
    return b"".join(record.value for record in records)


def test_acknowledged_records_leave(lane: Lane) -> None:
    """The next batch begins behind them."""
    each = lane.size // 8
    assert send(lane, 3 * each) == b"123"
    lane.acknowledge(0)
    assert (send(lane), lane.acknowledged, lane.size) == (b"45678", 3, 5 * each)


def test_a_batch_has_at_least_one_record(lane: Lane) -> None:
    """However large it is."""
    assert send(lane, 0) == b"1"


def test_a_batch_has_no_more_than_a_crash_may_repeat(lane: Lane) -> None:
    """A hundred records, however small, and as many again once they are written."""
    for number in range(9, 1000):
        lane.append(number, KafkaRecord(b"", b"", ()))
    for _ in range(2):
        assert len(lane.batch(1 << 20)) == 100
        send(lane, 1 << 20)
        lane.acknowledge(0)


def test_only_one_batch_is_under_way(lane: Lane) -> None:
    """A lane is due when it has records, none of them under way, and its pause is over."""
    assert lane.is_due(0)
    send(lane)
    assert not lane.is_due(0)
    lane.acknowledge(0)
    assert not lane.is_due(0)


def test_failed_records_go_out_again_after_a_pause(lane: Lane) -> None:
    """The same ones, in the same order, after 0.1 s, 0.2 s … 1 s."""
    pauses = []
    for _ in range(2000):
        assert send(lane) == b"12345678"
        lane.lose("away", 100)
        pauses.append(round(lane.not_before - 100, 1))
    assert pauses[:6] == [0.1, 0.2, 0.4, 0.8, 1, 1]
    assert pauses[-1] == 1
    assert not lane.is_due(100.9)
    assert lane.is_due(101)


def test_a_passing_failure_is_not_told(lane: Lane) -> None:
    """What lasts is told, with its first reason, until a batch is written."""
    for _ in range(5):
        send(lane)
        lane.retry("away", 0)
    assert lane.trouble is None
    for reason in ("away", "broken"):
        send(lane)
        lane.retry(reason, 0)
    assert lane.trouble == "away"
    send(lane)
    lane.acknowledge(0)
    assert lane.trouble is None


def test_what_will_not_pass_is_told_at_once(lane: Lane) -> None:
    """A missing right, for example; the records stay."""
    send(lane)
    lane.hold("not allowed", 0)
    assert (lane.trouble, send(lane)) == ("not allowed", b"12345678")


def test_the_record_to_blame_is_found(lane: Lane) -> None:
    """Batches are halved until it is alone; those before it have been written by then."""
    written = b""
    while lane.refusal is None:
        batch = send(lane)
        if b"6" in batch:
            lane.refuse(Fault.TOO_LARGE, "1 MB", 50)
        else:
            written += batch
            lane.acknowledge(0)
    assert (written, lane.refusal) == (b"12345", Refusal(6, Fault.TOO_LARGE, "1 MB"))
    assert lane.trouble == "event 6 is refused: 1 MB"
    assert (lane.is_due(50.9), lane.is_due(51)) == (False, True)


def test_a_refused_record_may_be_accepted_later(lane: Lane) -> None:
    """Then the lane goes on behind it, as if nothing had been."""
    for _ in range(5):
        send(lane)
        lane.refuse(Fault.TOO_LARGE, "1 MB", 0)
    batches = []
    while lane.waiting:
        batches.append(send(lane))
        lane.acknowledge(0)
    assert batches == [b"1", b"2345678"]
    assert (lane.refusal, lane.trouble) == (None, None)


def test_batches_that_are_too_large_grow_slowly_again(lane: Lane) -> None:
    """Where no single record was to blame it is the topic that takes only small ones."""
    for _ in range(3):
        send(lane)
        lane.refuse(Fault.TOO_LARGE, "1 MB", 0)
    batches = []
    while lane.waiting:
        batches.append(send(lane))
        lane.acknowledge(0)
    assert batches == [b"1", b"23", b"456", b"78"]


def test_the_record_that_kafka_names_is_alone_next(lane: Lane) -> None:
    """Those before it go first, whatever stands behind it waits."""
    batches = []
    for culprit in (5, None, 0):
        batches.append(send(lane))
        if culprit is None:
            lane.acknowledge(0)
        else:
            lane.refuse(Fault.INVALID_RECORD, "no schema", 0, culprit=culprit)
    batches.append(send(lane))
    lane.refuse(Fault.INVALID_RECORD, "no schema", 0, culprit=0)
    assert batches == [b"12345678", b"12345", b"678", b"6"]
    assert lane.refusal == Refusal(6, Fault.INVALID_RECORD, "no schema")


def test_a_batch_that_may_be_written_is_not_made_larger(lane: Lane) -> None:
    """There would be two copies of all that came in since."""
    each = lane.size // 8
    send(lane, 2 * each)
    lane.lose("no answer", 0)
    assert send(lane) == b"12"
    lane.lose("no answer", 0)
    assert send(lane) == b"12"
    lane.acknowledge(0)
    assert send(lane) == b"345678"


def test_a_buried_record_leaves_alone(lane: Lane) -> None:
    """Somebody has taken care of it; it counts as gone, not as written."""
    send(lane, 0)
    lane.refuse(Fault.CORRUPT, "checksum", 0)
    lane.letter = Lane("dead", 0)
    assert (lane.is_due(100), lane.trouble) == (False, None)
    lane.bury()
    assert (lane.acknowledged, lane.is_due(0)) == (0, True)
    assert send(lane) == b"2345678"


def test_what_is_too_large_gives_way_to_its_fallback() -> None:
    """Once; that is refused like any record."""
    lane = Lane("dead", 0)
    lane.append(1, KafkaRecord(b"", b"large", ()))
    lane.fallback = KafkaRecord(b"", b"small", ())
    values = []
    for _ in range(2):
        values.append(send(lane))
        lane.refuse(Fault.TOO_LARGE, "1 MB", 0)
    assert values == [b"large", b"small"]
    assert lane.refusal == Refusal(1, Fault.TOO_LARGE, "1 MB")
    assert lane.size == len(lane.waiting) * lane.waiting[0].size


def test_where_records_are_is_told(lane: Lane) -> None:
    """The first of a batch at the offset that Kafka gives, each other behind it."""
    each = lane.size // 8
    for count, offset in ((3, 100), (5, 200)):
        send(lane, count * each)
        lane.acknowledge(offset)
    assert lane.published == [
        Publication("topic", 0, 100, (1, 2, 3)),
        Publication("topic", 0, 200, (4, 5, 6, 7, 8)),
    ]


def test_how_long_there_was_no_answer_at_all(lane: Lane) -> None:
    """From the first try on; any answer ends it, and so does the end of an outage."""
    lane.send(1, 10)
    lane.lose("no answer", 12)
    lane.send(1, 13)
    assert lane.unanswered_since == 10
    lane.retry("too few replicas", 14)
    assert lane.unanswered_since is None
    lane.send(1, 15)
    lane.lose("no answer", 16)
    lane.hasten()
    assert lane.unanswered_since is None
