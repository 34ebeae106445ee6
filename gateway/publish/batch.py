"""Records → one Kafka record batch (message format v2): the unit that is written and acknowledged.

The format is https://kafka.apache.org/documentation/#recordbatch; kafka-python's reader is the
oracle of the tests. It is written here because its builder costs more per record than all the rest
of publishing together. All records of a batch carry the same time, that of the writing.
"""

import struct
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import crc32c
from kafka import codec

Headers = tuple[tuple[str, bytes], ...]


class KafkaRecord(NamedTuple):
    """What a consumer sees of one record."""

    key: bytes
    value: bytes
    headers: Headers


_CODECS: Mapping[str | None, tuple[int, Callable[[bytes], bytes]]] = {
    None: (0, bytes),
    "gzip": (1, codec.gzip_encode),
    "snappy": (2, codec.snappy_encode),
    "lz4": (3, codec.lz4_encode),
    "zstd": (4, codec.zstd_encode),
}
_START = b"\0\0"
"""Of a record: no attributes, no time of its own."""
_OVERHEAD = 22
"""Attributes, time, and four lengths and numbers of up to five bytes."""
_PREFIX = struct.Struct(">qiibI")
"""Base offset, length of what follows, leader epoch, magic, checksum."""
_CHECKED = struct.Struct(">hiqqqhii")
"""Attributes, last offset delta, first and last time, producer id, epoch and sequence, count."""


class Writer(NamedTuple):
    """Producer id, epoch and number of the first record; a broker does not check those of -1."""

    id: int = -1
    epoch: int = -1
    sequence: int = -1


_NOBODY = Writer()


def encode(
    records: Iterable[KafkaRecord],
    *,
    timestamp_ms: int,
    compression: str | None,
    writer: Writer = _NOBODY,
) -> bytes:
    """The batch, ready for a produce request; base offset and leader epoch are the broker's."""
    parts: list[bytes] = []
    count = 0
    for key, value, headers in records:
        start = _START + _varint(count) + _varint(len(key)) + key + _varint(len(value))
        end = _headers(headers)
        parts += (_varint(len(start) + len(value) + len(end)), start, value, end)
        count += 1
    codec_number, compress = _CODECS[compression]
    payload = compress(b"".join(parts))
    times = (timestamp_ms, timestamp_ms)
    checked = _CHECKED.pack(codec_number, count - 1, *times, *writer, count)
    checksum = crc32c.crc32c(payload, crc32c.crc32c(checked))
    length = _PREFIX.size - 12 + len(checked) + len(payload)
    return b"".join((_PREFIX.pack(0, length, -1, 2, checksum), checked, payload))


def size(record: KafkaRecord) -> int:
    """Bytes that a record takes in a batch at the most, uncompressed."""
    return len(record.key) + len(record.value) + len(_headers(record.headers)) + _OVERHEAD


@lru_cache(maxsize=64)
def _headers(headers: Headers) -> bytes:
    parts = [_varint(len(headers))]
    for name, value in headers:
        encoded = name.encode()
        parts += (_varint(len(encoded)), encoded, _varint(len(value)), value)
    return b"".join(parts)


@lru_cache(maxsize=1 << 16)
def _varint(number: int) -> bytes:
    rest = number << 1  # zigzag of what is never negative here
    encoded = bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)
