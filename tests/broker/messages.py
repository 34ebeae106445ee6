"""A topic → everything that is in it now, read with a plain consumer."""

from collections.abc import Iterator
from dataclasses import dataclass

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord


@dataclass(frozen=True, slots=True)
class Message:
    """One Kafka record as a consumer sees it."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def records(bootstrap: str, topic: str, *, partitions: int = 0) -> Iterator[ConsumerRecord]:
    """All records of a topic, each partition in its order; few of them in memory. It has so many
    `partitions`, or as many as the cluster says."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        numbers = range(partitions) if partitions else consumer.partitions_for_topic(topic) or ()
        assigned = [TopicPartition(topic, number) for number in sorted(numbers)]
        consumer.assign(assigned)
        consumer.seek_to_beginning(*assigned)
        ends = consumer.end_offsets(assigned)
        while any(consumer.position(each) < ends[each] for each in assigned):
            for found in consumer.poll(timeout_ms=100).values():
                yield from found
    finally:
        consumer.close()


def messages(bootstrap: str, topic: str) -> list[Message]:
    """All messages of a topic, partition after partition, in the order of their offsets."""
    read = [
        Message(each.partition, each.offset, each.key, each.value, tuple(each.headers))
        for each in records(bootstrap, topic)
    ]
    return sorted(read, key=lambda message: (message.partition, message.offset))
