"""Record batches, read back by kafka-python."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.record.memory_records import MemoryRecords

from gateway.publish.batch import KafkaRecord, Writer, encode, size

_HEADERS = st.lists(st.tuples(st.text(max_size=300), st.binary(max_size=300)), max_size=4)
_RECORDS = st.lists(
    st.builds(KafkaRecord, st.binary(), st.binary(max_size=20000), _HEADERS.map(tuple)),
    min_size=1,
    max_size=200,
)


def read_back(encoded: bytes) -> list[tuple[int, int, KafkaRecord]]:
    """Offset, time and content of every record, checksum checked."""
    batch = MemoryRecords(encoded).next_batch()
    assert batch.validate_crc()
    return [
        (one.offset, one.timestamp, KafkaRecord(one.key, one.value, tuple(one.headers)))
        for one in batch
    ]


@given(_RECORDS)
def test_what_is_encoded_is_read_back(records: list[KafkaRecord]) -> None:
    """Keys, values and headers of any content, in order, all with the batch's time."""
    encoded = encode(records, timestamp_ms=1_700_000_000_123, compression=None)
    expected = [(number, 1_700_000_000_123, record) for number, record in enumerate(records)]
    assert read_back(encoded) == expected
    assert len(encoded) <= 61 + sum(map(size, records))


def test_a_batch_names_its_writer() -> None:
    """By which a broker knows it again."""
    encoded = encode(
        [KafkaRecord(b"k", b"v", ())] * 3,
        timestamp_ms=1,
        compression=None,
        writer=Writer(4711, 2, (1 << 31) - 1),
    )
    batch = MemoryRecords(encoded).next_batch()
    assert batch.validate_crc()
    assert (batch.producer_id, batch.producer_epoch, batch.base_sequence) == (
        4711,
        2,
        (1 << 31) - 1,
    )


@pytest.mark.parametrize("compression", ["gzip"])
def test_compressed_batches_are_read_back(compression: str) -> None:
    """With the codec that needs no further package."""
    records = [KafkaRecord(b"k", b"v" * 5000, ())] * 10
    encoded = encode(records, timestamp_ms=1, compression=compression)
    assert len(encoded) < 1000
    assert [record for _, _, record in read_back(encoded)] == records
