"""A topic → everything that is in it now, read with a plain consumer."""

from dataclasses import dataclass

from kafka import KafkaConsumer, TopicPartition


@dataclass(frozen=True, slots=True)
class Message:
    """One Kafka record as a consumer sees it."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def messages(bootstrap: str, topic: str) -> list[Message]:
    """All messages of a topic, partition after partition, in the order of their offsets."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        partitions = [TopicPartition(topic, number) for number in _partitions(consumer, topic)]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        read: list[Message] = []
        while any(consumer.position(partition) < ends[partition] for partition in partitions):
            for records in consumer.poll(timeout_ms=100).values():
                read += [
                    Message(r.partition, r.offset, r.key, r.value, tuple(r.headers))
                    for r in records
                ]
    finally:
        consumer.close()
    return sorted(read, key=lambda message: (message.partition, message.offset))


def _partitions(consumer: KafkaConsumer, topic: str) -> list[int]:
    return sorted(consumer.partitions_for_topic(topic) or ())
