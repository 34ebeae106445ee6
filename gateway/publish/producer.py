"""Lanes → produce requests → lanes: acks=all, one request under way per broker.

With one request at a time and records that stay in their lane until they are acknowledged, order
per partition is journal order whatever fails, and nothing ever expires. A request whose answer is
lost is sent again: consumers may see its records twice.

kafka-python's own producer is not used: it needs a second thread, a future per record and two
repairs of its loops to do the same at three times the CPU.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from time import time
from typing import Final, Protocol

from kafka.errors import (
    BrokerResponseError,
    InvalidMetadataError,
    KafkaError,
    RetriableError,
    for_code,
)
from kafka.future import Future
from kafka.protocol.producer import ProduceRequest, ProduceResponse

from gateway.publish.batch import encode
from gateway.publish.cluster import Topic
from gateway.publish.lane import Lane
from gateway.publish.options import KafkaOptions

_ALL_REPLICAS: Final = -1
_VERSION: Final = 9
"""Of the request: the last that names topics and is answered as 0.11 answers."""
_CONTENT_ERRORS = {
    "MessageSizeTooLargeError",
    "RecordListTooLargeError",
    "InvalidRecordError",
    "InvalidTimestampError",
    "CorruptRecordError",
}

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

    def send(self, node: int, request: object) -> Future:
        """The coming answer of a broker. Raises KafkaError: it cannot be reached."""
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

    @property
    def has_news(self) -> bool:
        """Whether an answer has come."""
        return any(flight.answer.is_done for flight in self._flights.values())

    def settle(self, now: float) -> None:
        """Tells lanes of the answers that have come; `now` is monotonic."""
        landed = [node for node, flight in self._flights.items() if flight.answer.is_done]
        for node in landed:
            flight = self._flights.pop(node)
            if flight.answer.exception is None:
                self._answered(flight.answer.value, flight.lanes, now)
            else:
                self._lost(f"broker {node}: {flight.answer.exception}", flight.lanes, now)

    def pump(self, lanes: Iterable[Lane], now: float) -> None:
        """Sends the next batches of the lanes that are due to brokers that are free."""
        loads: dict[int, dict[_Place, Lane]] = {}
        for lane in sorted((lane for lane in lanes if lane.is_due(now)), key=_served):
            topic = self._cluster.topic(lane.topic)
            node = topic.leaders.get(lane.partition) if topic else None
            if node is None:
                self._cluster.stale()
                lane.retry(f"partition {lane.partition} of {lane.topic} has no leader", now)
            elif node not in self._flights:
                loads.setdefault(node, {}).setdefault((lane.topic, lane.partition), lane)
        for node, load in loads.items():
            self._send(node, load, now)

    def _send(self, node: int, load: dict[_Place, Lane], now: float) -> None:
        batches = self._encode(load, now)
        if not batches:
            return
        flying = {place: load[place] for place in batches}
        try:
            answer = self._cluster.send(node, self._request(batches))
        except KafkaError as error:
            self._lost(f"broker {node}: {error}", flying, now)
        else:
            self._flights[node] = _Flight(answer, flying)

    def _encode(self, load: dict[_Place, Lane], now: float) -> dict[_Place, bytes]:
        options, room = self._options, self._options.max_request_size
        timestamp_ms = int(time() * 1000)
        batches: dict[_Place, bytes] = {}
        for place, lane in load.items():
            records = lane.batch(min(options.batch_size, room))
            encoded = encode(
                records, timestamp_ms=timestamp_ms, compression=options.compression_type
            )
            if len(encoded) <= room:
                room -= len(encoded)
                lane.under_way, lane.served = len(records), now
                batches[place] = encoded
            elif batches:
                break
            else:
                lane.under_way = len(records)
                lane.refuse(f"{len(encoded)} bytes are more than max_request_size", now)
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
                    self._failed(lane, for_code(part.error_code), part.error_message, now)
                else:
                    lane.acknowledge()
        for lane in lanes.values():
            lane.retry("the broker's answer left it out", now)

    def _failed(
        self, lane: Lane, error: type[BrokerResponseError], message: str | None, now: float
    ) -> None:
        reason = f"{error.__name__}: {message or error.description}"
        if issubclass(error, InvalidMetadataError):
            self._cluster.stale()
        if issubclass(error, RetriableError):
            lane.retry(reason, now)
        elif error.__name__ in _CONTENT_ERRORS:
            lane.refuse(reason, now)
        else:
            lane.hold(reason, now)

    def _lost(self, trouble: str, lanes: dict[_Place, Lane], now: float) -> None:
        self._cluster.stale()
        for lane in lanes.values():
            lane.retry(trouble, now)


def _served(lane: Lane) -> float:
    return lane.served
