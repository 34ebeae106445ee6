"""What the producer makes of brokers that are well, odd, or not there."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from kafka.errors import KafkaConnectionError
from kafka.future import Future
from kafka.protocol.producer import InitProducerIdRequest, ProduceRequest
from kafka.record.memory_records import MemoryRecords

from gateway.publish.batch import KafkaRecord
from gateway.publish.cluster import Topic
from gateway.publish.identity import Identity
from gateway.publish.lane import Fault, Lane
from gateway.publish.options import KafkaOptions
from gateway.publish.producer import Producer

Answers = dict[tuple[str, int], int]


class FakeCluster:
    """Brokers 1 and 2 lead partitions 1 and 2; nobody leads the others."""

    def __init__(self) -> None:
        self.requests: list[tuple[int, ProduceRequest, Future]] = []
        self.asked_again = 0
        self.gone = False

    def topic(self, name: str) -> Topic:
        """Three partitions, of which number 0 has no leader."""
        return Topic(3, {1: 1, 2: 2})

    def stale(self) -> None:
        """Counts."""
        self.asked_again += 1

    def address(self, node: int) -> str:
        """Tells the node."""
        return f"host-{node}:9092"

    def send(self, node: int, request: object) -> Future:
        """Remembers."""
        if self.gone:
            return Future().failure(KafkaConnectionError("gone"))
        self.requests.append((node, request, Future()))
        return self.requests[-1][2]

    def answer(self, answers: Answers) -> None:
        """Answers the last request with these error codes."""
        responses = [
            SimpleNamespace(
                name=topic,
                partition_responses=[
                    SimpleNamespace(
                        index=partition,
                        error_code=code,
                        error_message=None,
                        base_offset=0,
                        record_errors=[],
                    )
                ],
            )
            for (topic, partition), code in answers.items()
        ]
        self.requests[-1][2].success(SimpleNamespace(responses=responses))


@pytest.fixture
def cluster() -> FakeCluster:
    """All is well so far."""
    return FakeCluster()


@pytest.fixture
def producer(cluster: FakeCluster) -> Producer:
    """With room for 1000 bytes in a request."""
    options = KafkaOptions(bootstrap_servers=(), max_request_size=1000)
    return Producer(cluster, options)


def lane(
    partition: int, *, size: int = 10, topic: str = "t", identity: Identity | None = None
) -> Lane:
    """A lane with one record of about this size."""
    made = Lane(topic, partition, identity)
    made.append(1, KafkaRecord(b"", b"x" * size, ()))
    return made


def places(request: ProduceRequest) -> list[tuple[str, int]]:
    """The partitions that a request writes to."""
    return [
        (topic.name, data.index) for topic in request.topic_data for data in topic.partition_data
    ]


def test_each_broker_gets_one_request(producer: Producer, cluster: FakeCluster) -> None:
    """With the batches of all its partitions, and nothing more until it has answered."""
    lanes = [lane(1), lane(1, topic="u"), lane(2)]
    producer.pump(lanes, 0)
    producer.pump([*lanes, lane(1, topic="v")], 0)
    sent = [(node, places(request)) for node, request, _ in cluster.requests]
    assert sent == [(1, [("t", 1), ("u", 1)]), (2, [("t", 2)])]


def test_every_replica_in_sync_must_have_written(producer: Producer, cluster: FakeCluster) -> None:
    """Before an answer says so: `acks=all`."""
    producer.pump([lane(1)], 0)
    ((_, request, _),) = cluster.requests
    assert request.acks == -1


def test_lanes_of_one_partition_take_turns(producer: Producer, cluster: FakeCluster) -> None:
    """Two routes to a topic; the broker would take only one batch for a partition."""
    first, second = lane(1), lane(1)
    producer.pump([first, second], 1)
    assert (first.under_way, second.under_way) == (1, 0)
    cluster.answer({("t", 1): 0})
    producer.settle(2)
    first.append(2, KafkaRecord(b"", b"", ()))
    producer.pump([first, second], 2)
    assert (first.under_way, second.under_way) == (0, 1)


def test_what_does_not_fit_goes_next(producer: Producer, cluster: FakeCluster) -> None:
    """A request is not made larger than allowed, and the one left out is the first then."""
    lanes = [lane(1, size=600, topic=topic) for topic in "tuv"]
    for _ in lanes:
        producer.pump(lanes, cluster.requests.__len__())
        cluster.answer({places(cluster.requests[-1][1])[0]: 0})
        producer.settle(0)
    assert [places(request) for _, request, _ in cluster.requests] == [
        [("t", 1)],
        [("u", 1)],
        [("v", 1)],
    ]


def test_a_full_request_is_no_larger_than_a_batch(cluster: FakeCluster) -> None:
    """However many partitions have something, so that no backlog needs larger buffers; only a
    record that is larger goes, alone."""
    options = KafkaOptions(bootstrap_servers=(), batch_size=1000)
    sizes = {"t": 300, "u": 300, "v": 300, "w": 2000}
    lanes = [lane(1, size=size, topic=topic) for topic, size in sizes.items()]
    producer = Producer(cluster, options)
    for _ in range(2):
        producer.pump(lanes, len(cluster.requests))
        cluster.answer(dict.fromkeys(places(cluster.requests[-1][1]), 0))
        producer.settle(0)
    assert [places(request) for _, request, _ in cluster.requests] == [
        [("t", 1), ("u", 1)],
        [("v", 1)],
    ]
    producer.pump(lanes, 2)
    assert places(cluster.requests[-1][1]) == [("w", 1)]


def test_a_partition_without_a_leader_waits(producer: Producer, cluster: FakeCluster) -> None:
    """Others do not; the cluster is asked who leads it now."""
    orphan, well = lane(0), lane(1)
    producer.pump([orphan, well], 0)
    assert [places(request) for _, request, _ in cluster.requests] == [[("t", 1)]]
    assert (orphan.is_due(0), orphan.is_due(1), cluster.asked_again) == (False, True, 1)


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (0, None),
        (6, None),  # not the leader: passes
        (19, None),  # too few replicas: passes
        (10, "event 1 is refused: MessageSizeTooLargeError: "),
        (87, "event 1 is refused: InvalidRecordError: "),
        (29, "TopicAuthorizationFailedError: "),
        (32, "InvalidTimestampError: "),
        (2, None),  # damaged on its way: passes
        (-1, "UnknownError: "),
    ],
)
def test_answers(producer: Producer, cluster: FakeCluster, code: int, trouble: str | None) -> None:
    """Only a success takes the record out; what will not pass by itself is told at once."""
    one = lane(1)
    producer.pump([one], 0)
    cluster.answer({("t", 1): code})
    assert producer.has_news
    producer.settle(0)
    assert (one.acknowledged, len(one.waiting)) == ((1, 0) if code == 0 else (0, 1))
    assert (one.trouble or "").startswith(trouble or "")
    assert (one.trouble is None) is (trouble is None)
    assert cluster.asked_again == (code == 6)
    assert (producer.unexpected is not None) is (code == -1)


def test_a_record_that_stays_corrupt_is_refused(producer: Producer, cluster: FakeCluster) -> None:
    """It is not the way that damages it."""
    one = lane(1)
    for now in range(10):
        producer.pump([one], now)
        cluster.answer({("t", 1): 2})
        producer.settle(now)
        if one.refusal:
            break
    assert one.refusal is not None
    assert one.refusal.fault is Fault.CORRUPT


def test_what_is_abandoned_goes_again(producer: Producer, cluster: FakeCluster) -> None:
    """Its answer is not waited for."""
    one = lane(1)
    producer.pump([one], 0)
    producer.abandon(0)
    producer.pump([one], 1)
    assert len(cluster.requests) == 2


def fail(cluster: FakeCluster) -> None:
    """The connection breaks."""
    cluster.requests[-1][2].failure(KafkaConnectionError("broken"))


@pytest.mark.parametrize("end", [fail, lambda cluster: cluster.answer({})])
def test_without_an_answer_the_records_go_again(
    producer: Producer, cluster: FakeCluster, end: Callable[[FakeCluster], None]
) -> None:
    """Nobody knows whether they were written."""
    one = lane(1)
    producer.pump([one], 0)
    end(cluster)
    producer.settle(0)
    producer.pump([one], 1)
    assert len(cluster.requests) == 2


def writers(cluster: FakeCluster) -> list[tuple[int, int, int]]:
    """Id and first number of each batch that was sent, and how many records it has."""
    sent = [request for _, request, _ in cluster.requests if isinstance(request, ProduceRequest)]
    parts = [part for each in sent for topic in each.topic_data for part in topic.partition_data]
    batches = [MemoryRecords(part.records).next_batch() for part in parts]
    return [(each.producer_id, each.base_sequence, len(list(each))) for each in batches]


def introduce(cluster: FakeCluster, number: int, code: int = 0) -> None:
    """Answers the question for an identity."""
    (_, request, answer) = cluster.requests[-1]
    assert isinstance(request, InitProducerIdRequest)
    answer.success(SimpleNamespace(producer_id=number, producer_epoch=0, error_code=code))


def introduced(producer: Producer, cluster: FakeCluster) -> Lane:
    """A lane that has an identity, and one record under way."""
    one = lane(1, identity=Identity())
    producer.pump([one], 0)
    introduce(cluster, 7)
    producer.settle(0)
    producer.pump([one], 0)
    return one


def test_an_identity_is_asked_for_once(producer: Producer, cluster: FakeCluster) -> None:
    """For all lanes that share it, before anything is written."""
    identity = Identity()
    lanes = [lane(partition, identity=identity) for partition in (1, 2)]
    for _ in range(2):
        producer.pump(lanes, 0)
    assert len(cluster.requests) == 1
    introduce(cluster, 7)
    assert producer.has_news
    producer.settle(0)
    producer.pump(lanes, 0)
    assert writers(cluster) == [(7, 0, 1), (7, 0, 1)]


def test_a_batch_is_sent_again_as_it_was(producer: Producer, cluster: FakeCluster) -> None:
    """However many records have come since, and however little room there is."""
    one = introduced(producer, cluster)
    cluster.answer({("t", 1): 0})
    producer.settle(0)
    for seq in (2, 3):
        one.append(seq, KafkaRecord(b"", b"x" * 400, ()))
    producer.pump([one], 1)
    fail(cluster)
    producer.settle(1)
    one.append(4, KafkaRecord(b"", b"x", ()))
    producer.pump([lane(1, size=600, topic="u"), one], 2)
    cluster.answer({("u", 1): 0})
    producer.settle(2)
    producer.pump([one], 3)
    assert [each for each in writers(cluster) if each[0] == 7] == [(7, 0, 1), (7, 1, 2), (7, 1, 2)]
    cluster.answer({("t", 1): 0})
    producer.settle(3)
    producer.pump([one], 3)
    assert writers(cluster)[-1] == (7, 3, 1)


@pytest.mark.parametrize("code", [45, 46, 47, 59, 90])
def test_a_broker_that_counts_differently_is_told_anew(
    producer: Producer, cluster: FakeCluster, code: int
) -> None:
    """Under another identity; nothing is wrong with the records."""
    one = introduced(producer, cluster)
    cluster.answer({("t", 1): code})
    producer.settle(0)
    assert (one.trouble, producer.unexpected) == (None, None)
    producer.pump([one], 1)
    introduce(cluster, 8)
    producer.settle(1)
    producer.pump([one], 1)
    assert writers(cluster) == [(7, 0, 1), (8, 0, 1)]


def test_a_record_that_was_taken_out_leaves_its_number_to_none(
    producer: Producer, cluster: FakeCluster
) -> None:
    """A broker that had written it would take the next one for it."""
    one = introduced(producer, cluster)
    one.append(2, KafkaRecord(b"", b"y", ()))
    fail(cluster)
    producer.settle(0)
    producer.pump([one], 1)
    cluster.answer({("t", 1): 10})
    producer.settle(1)
    one.bury()
    producer.pump([one], 2)
    introduce(cluster, 8)
    producer.settle(2)
    producer.pump([one], 2)
    assert writers(cluster)[-1] == (8, 0, 1)


@pytest.mark.parametrize("code", [31, 35])
def test_where_no_identity_is_given_it_goes_without(
    producer: Producer, cluster: FakeCluster, code: int
) -> None:
    """An old broker, or a user who may not have one."""
    one = lane(1, identity=Identity())
    producer.pump([one], 0)
    introduce(cluster, -1, code)
    producer.settle(0)
    producer.pump([one], 0)
    assert writers(cluster) == [(-1, -1, 1)]


@pytest.mark.parametrize("code", [14, 15, -1])
def test_an_identity_that_cannot_be_given_is_asked_for_again(
    producer: Producer, cluster: FakeCluster, code: int
) -> None:
    """After a while; where the brokers say for seconds that they cannot, it goes without."""
    one = lane(1, identity=Identity())
    for now in range(20):
        producer.pump([one], now)
        if isinstance(cluster.requests[-1][1], InitProducerIdRequest):
            introduce(cluster, -1, code)
        producer.settle(now)
        assert one.unanswered_since is None or one.under_way
    assert 5 < len(cluster.requests) < 10
    assert writers(cluster) == [(-1, -1, 1)]


def test_a_broker_that_cannot_be_reached_gives_no_identity_but_another_does(
    producer: Producer, cluster: FakeCluster
) -> None:
    """So that what the other one leads is written."""
    identity = Identity()
    lanes = [lane(partition, identity=identity) for partition in (1, 2)]
    for now in range(4):
        producer.pump(lanes, now)
        if cluster.requests[-1][0] == 2:
            break
        fail(cluster)
        producer.settle(now)
    introduce(cluster, 7)
    producer.settle(5)
    producer.pump(lanes, 6)
    assert writers(cluster) == [(7, 0, 1), (7, 0, 1)]


def test_a_record_that_was_refused_each_time_has_used_no_number(
    producer: Producer, cluster: FakeCluster
) -> None:
    """Its dead letter costs no new identity."""
    one = introduced(producer, cluster)
    one.append(2, KafkaRecord(b"", b"y", ()))
    cluster.answer({("t", 1): 10})
    producer.settle(0)
    one.bury()
    producer.pump([one], 2)
    assert writers(cluster)[-1] == (7, 0, 1)


def test_a_lost_batch_stays_as_it_is_after_any_error(
    producer: Producer, cluster: FakeCluster
) -> None:
    """A missing right is told before a broker looks whether it has the batch."""
    one = introduced(producer, cluster)
    fail(cluster)
    producer.settle(0)
    producer.pump([one], 1)
    one.append(2, KafkaRecord(b"", b"y", ()))
    cluster.answer({("t", 1): 29})
    producer.settle(1)
    producer.pump([one], 9)
    assert writers(cluster) == [(7, 0, 1)] * 3


def test_a_broker_that_cannot_be_reached_is_tried_again(
    producer: Producer, cluster: FakeCluster
) -> None:
    """Nothing is under way, nothing is lost; what lasts is told."""
    one = lane(1)
    cluster.gone = True
    for now in range(20):
        producer.settle(now)
        producer.pump([one], now)
    assert one.trouble == "broker 1 (host-1:9092): KafkaConnectionError: gone"
    cluster.gone = False
    producer.settle(20)
    producer.pump([one], 22)
    assert one.under_way == 1
