"""The partition of a key."""

from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner import murmur2 as oracle

from gateway.publish.partition import murmur2, partition


@given(st.binary(max_size=100))
def test_hash_is_kafkas(key: bytes) -> None:
    """Every key has the hash that kafka-python, and with it Kafka's own client, gives it."""
    assert murmur2(key) == oracle(key)


def test_partition_is_that_of_other_clients() -> None:
    """Two values that Kafka's own producer gives."""
    assert [partition(key, 1000) for key in (b"21", b"foobar")] == [
        (-973932308 & 0x7FFFFFFF) % 1000,
        (-790332482 & 0x7FFFFFFF) % 1000,
    ]
