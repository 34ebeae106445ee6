"""One partition's queue, through all that can happen to a batch."""

import pytest

from gateway.publish.batch import KafkaRecord
from gateway.publish.lane import Lane, Refusal


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
    lane.under_way = len(records)
    return b"".join(record.value for record in records)


def test_acknowledged_records_leave(lane: Lane) -> None:
    """The next batch begins behind them."""
    each = lane.size // 8
    assert send(lane, 3 * each) == b"123"
    lane.acknowledge()
    assert (send(lane), lane.acknowledged, lane.size) == (b"45678", 3, 5 * each)


def test_a_batch_has_at_least_one_record(lane: Lane) -> None:
    """However large it is."""
    assert send(lane, 0) == b"1"


def test_only_one_batch_is_under_way(lane: Lane) -> None:
    """A lane is due when it has records, none of them under way, and its pause is over."""
    assert lane.is_due(0)
    send(lane)
    assert not lane.is_due(0)
    lane.acknowledge()
    assert not lane.is_due(0)


def test_failed_records_go_out_again_after_a_pause(lane: Lane) -> None:
    """The same ones, in the same order, after 0.1 s, 0.2 s … 1 s."""
    pauses = []
    for _ in range(2000):
        assert send(lane) == b"12345678"
        lane.retry("away", 100)
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
    lane.acknowledge()
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
            lane.refuse("too large", 50)
        else:
            written += batch
            lane.acknowledge()
    assert (written, lane.refusal) == (b"12345", Refusal(6, "too large"))
    assert lane.trouble == "event 6 is refused: too large"
    assert (lane.is_due(50.9), lane.is_due(51)) == (False, True)


def test_a_refused_record_may_be_accepted_later(lane: Lane) -> None:
    """Then the lane goes on behind it, and with larger batches again."""
    for _ in range(4):
        send(lane)
        lane.refuse("too large", 0)
    batches = []
    while lane.waiting:
        batches.append(send(lane))
        lane.acknowledge()
    assert batches == [b"1", b"23", b"456", b"78"]
    assert lane.refusal is None
