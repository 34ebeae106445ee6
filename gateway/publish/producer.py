"""Lanes → produce requests → lanes: acks=all, one request under way per broker.

With one request at a time and records that stay in their lane until they are acknowledged, order
per partition is journal order whatever fails, and nothing ever expires. A request whose answer is
lost is sent again; by its identity a broker knows what it has written already.

What an answer means is in one table: most errors pass by themselves, some are the fault of one
record, some want somebody to change something. Of any other, nobody knows what to make, so that it
is worth beginning anew with fresh connections.

kafka-python's own producer is not used: it needs a second thread, a future per record and two
repairs of its loops to do the same at three times the CPU.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from time import time
from typing import Final, Protocol

from kafka.errors import InvalidMetadataError, NodeNotReadyError, RetriableError, for_code
from kafka.future import Future
from kafka.protocol.producer import ProduceRequest, ProduceResponse

from gateway.publish.batch import encode
from gateway.publish.cluster import Topic
from gateway.publish.introductions import Introductions
from gateway.publish.lane import Fault, Lane
from gateway.publish.options import KafkaOptions

_ALL_REPLICAS: Final = -1
_VERSION: Final = 9
"""Of the request: the last that names topics and is answered as 0.11 answers."""
_FAULTS: Final = {
    "MessageSizeTooLargeError": Fault.TOO_LARGE,
    "RecordListTooLargeError": Fault.TOO_LARGE,
    "InvalidRecordError": Fault.INVALID_RECORD,
    "CorruptRecordError": Fault.CORRUPT,
}
_OUT_OF_STEP: Final = {
    "OutOfOrderSequenceNumberError",
    "DuplicateSequenceNumberError",
    "UnknownProducerIdError",
    "InvalidProducerEpochError",
    "ProducerFencedError",
}
"""The broker's count of the writer's records is another: perhaps it has lost some."""
_LASTING: Final = {
    "TopicAuthorizationFailedError",
    "ClusterAuthorizationFailedError",
    "InvalidTopicError",
    "InvalidTimestampError",  # of the writing: the clocks differ, no record is to blame
    "InvalidRequiredAcksError",
    "PolicyViolationError",
    "UnsupportedForMessageFormatError",
}
"""What somebody has to change, for all records alike."""

_TopicData = ProduceRequest.TopicProduceData
_PartitionData = _TopicData.PartitionProduceData
_Place = tuple[str, int]


class Brokers(Protocol):
    """What a producer needs of a cluster."""

    def topic(self, name: str) -> Topic | None:
        """Its partitions' leaders, as far as they are known."""
        ...

    def stale(self) -> None:
        """What is known turned out to be wrong."""
        ...

    def address(self, node: int) -> str:
        """A broker's host and port."""
        ...

    def send(self, node: int, request: object) -> Future:
        """The coming answer of a broker, or an exception."""
        ...


@dataclass(slots=True)
class _Flight:
    answer: Future
    lanes: dict[_Place, Lane]


class Producer:
    """Writes what lanes hold. Not a queue: what it has taken is still in the lanes."""

    def __init__(self, cluster: Brokers, options: KafkaOptions) -> None:
        self._cluster = cluster
        self._options = options
        self._flights: dict[int, _Flight] = {}
        self._introductions = Introductions(cluster.send)
        self.unexpected: str | None = None
        """The last answer that nobody knows what to make of."""

    @property
    def has_news(self) -> bool:
        """Whether an answer has come."""
        landed = any(flight.answer.is_done for flight in self._flights.values())
        return landed or self._introductions.has_news

    def settle(self, now: float) -> None:
        """Tells lanes of the answers that have come; `now` is monotonic."""
        if not self._introductions.settle(now):
            self._cluster.stale()
        landed = [node for node, flight in self._flights.items() if flight.answer.is_done]
        for node in landed:
            flight = self._flights.pop(node)
            if flight.answer.exception is None:
                self._answered(flight.answer.value, flight.lanes, now)
            else:
                self._lost(node, flight.answer.exception, flight.lanes, now)

    def abandon(self, now: float) -> None:
        """Waits for no answer any more."""
        for flight in self._flights.values():
            for lane in flight.lanes.values():
                lane.lose("the connection was given up", now)
        self._flights.clear()
        self._introductions.abandon()

    def pump(self, lanes: Iterable[Lane], now: float) -> None:
        """Sends the next batches of the lanes that are due to brokers that are free."""
        loads: dict[int, dict[_Place, Lane]] = {}
        for lane in sorted((lane for lane in lanes if lane.is_due(now)), key=_served):
            topic = self._cluster.topic(lane.topic)
            if topic is None or topic.trouble is not None:
                continue
            node = topic.leaders.get(lane.partition)
            if node is None:
                self._cluster.stale()
                lane.retry(f"partition {lane.partition} of {lane.topic} has no leader", now)
            elif lane.identity.id is None:
                self._introductions.ask(lane, node, now)
            elif node not in self._flights:
                loads.setdefault(node, {}).setdefault((lane.topic, lane.partition), lane)
        for node, load in loads.items():
            self._send(node, load, now)

    def _send(self, node: int, load: dict[_Place, Lane], now: float) -> None:
        batches = self._encode(load, now)
        if not batches:
            return
        answer = self._cluster.send(node, self._request(batches))
        self._flights[node] = _Flight(answer, {place: load[place] for place in batches})

    def _encode(self, load: dict[_Place, Lane], now: float) -> dict[_Place, bytes]:
        options = self._options
        room = min(options.batch_size, options.max_request_size)
        timestamp_ms = int(time() * 1000)
        batches: dict[_Place, bytes] = {}
        for place, lane in load.items():
            if batches and lane.waiting[0].size > room:
                break
            records = lane.batch(room)
            encoded = encode(
                records,
                timestamp_ms=timestamp_ms,
                compression=options.compression_type,
                writer=lane.writer,
            )
            if len(encoded) <= (room if batches else options.max_request_size):
                room -= len(encoded)
                lane.send(len(records), now)
                batches[place] = encoded
            elif batches:
                break
            else:
                lane.send(len(records), now)
                detail = f"{len(encoded)} bytes are more than max_request_size"
                lane.refuse(Fault.TOO_LARGE, detail, now)
        return batches

    def _request(self, batches: dict[_Place, bytes]) -> ProduceRequest:
        topics: dict[str, list[object]] = {}
        for (topic, partition), records in batches.items():
            data = _PartitionData(index=partition, records=records)
            topics.setdefault(topic, []).append(data)
        return ProduceRequest(
            transactional_id=None,
            acks=_ALL_REPLICAS,
            # Sooner than ours, so that a broker waiting for replicas says so itself.
            timeout_ms=self._options.request_timeout_ms * 2 // 3,
            topic_data=[
                _TopicData(name=name, partition_data=data) for name, data in topics.items()
            ],
            max_version=_VERSION,
        )

    def _answered(self, answer: ProduceResponse, lanes: dict[_Place, Lane], now: float) -> None:
        for topic in answer.responses:
            for part in topic.partition_responses:
                lane = lanes.pop((topic.name, part.index))
                if part.error_code:
                    self._failed(lane, part, now)
                else:
                    lane.acknowledge(part.base_offset)
        for lane in lanes.values():
            lane.retry("the broker's answer left it out", now)

    def _failed(
        self,
        lane: Lane,
        part: ProduceResponse.TopicProduceResponse.PartitionProduceResponse,
        now: float,
    ) -> None:
        error = for_code(part.error_code)
        name = error.__name__
        reason = f"{name}: {part.error_message or error.description}"
        if issubclass(error, InvalidMetadataError):
            self._cluster.stale()
        if name in _OUT_OF_STEP:
            lane.identify_anew()
        is_passing = issubclass(error, RetriableError) or name in _OUT_OF_STEP
        if is_passing or (name == "CorruptRecordError" and not lane.is_failing):
            lane.retry(reason, now)  # a record may also be damaged on its way
        elif name in _FAULTS:
            culprits = [each.batch_index for each in part.record_errors or ()]
            lane.refuse(_FAULTS[name], reason, now, culprit=min(culprits, default=None))
        else:
            lane.hold(reason, now)
            if name not in _LASTING:
                self.unexpected = reason

    def _lost(self, node: int, error: BaseException, lanes: dict[_Place, Lane], now: float) -> None:
        self._cluster.stale()
        text = "not yet connected again" if isinstance(error, NodeNotReadyError) else error
        for lane in lanes.values():
            lane.lose(f"broker {node} ({self._cluster.address(node)}): {text}", now)


def _served(lane: Lane) -> float:
    return lane.served
