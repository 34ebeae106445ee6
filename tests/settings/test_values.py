"""The spellings of sizes, durations, addresses, networks and Kafka topics."""

from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.settings import Address
from gateway.settings.values import address, network, seconds, size

SPELLINGS = st.text(alphabet="01.9:[]/af -kKMGiBmsd\u0661", max_size=12)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        (123, 123),
        ("1B", 1),
        ("1kB", 1000),
        ("1KB", 1000),
        ("500MB", 500_000_000),
        ("1MiB", 1 << 20),
        ("1.5 GiB", 3 << 29),
        ("8GiB", 8 << 30),
        ("2TiB", 2 << 40),
    ],
)
def test_a_size_is_a_number_of_bytes(text: object, amount: int) -> None:
    assert size(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [("500ms", 0.5), ("1.5s", 1.5), ("10m", 600), ("12h", 43200), ("7d", 604800), ("0s", 0)],
)
def test_a_duration_is_a_number_of_seconds(text: str, amount: float) -> None:
    assert seconds(text) == amount


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.0.0.0:8080", Address("0.0.0.0", 8080)),
        ("localhost:0", Address("localhost", 0)),
        ("kafka-1.internal:9092", Address("kafka-1.internal", 9092)),
        ("[::1]:8080", Address("::1", 8080)),
    ],
)
def test_an_address_is_a_host_and_a_port_and_prints_as_it_was(text: str, expected: Address) -> None:
    assert address(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        *(
            (size, text)
            for text in (0, -1, True, 1.5, "", "9", "0.1B", "1 mib", "1MiBs", "-1MB", None)
        ),
        *((seconds, text) for text in (10, "10", "-1s", "s", "1y", "1s ", "\u0661s", None)),
        *((address, text) for text in ("8080", ":8080", "::1:80", "[::1]", "[::g]:1", "a:65536")),
        *((address, text) for text in ("a b:1", "a:\u0661", "[1.2.3.4]:5", None, 8080)),
        *((network, text) for text in ("10.0.0.1/8", "10.0.0.0/33", "proxy", 10, None)),
    ],
)
def test_any_other_spelling_is_refused(parse: Callable[[object], object], text: object) -> None:
    with pytest.raises(ValueError, match=r"must|has host bits|does not appear|permitted"):
        parse(text)


@pytest.mark.parametrize("text", ["10.0.0.0/8", "fd00::/8", "192.0.2.1"])
def test_a_network_is_a_range_or_one_address(text: str) -> None:
    assert network(text) == ip_network(text)


@pytest.mark.parametrize("parse", [size, seconds, address, network])
@given(value=st.none() | st.booleans() | st.integers() | st.floats() | SPELLINGS)
def test_no_value_makes_a_parser_raise_anything_else(
    parse: Callable[[object], object], value: object
) -> None:
    with suppress(ValueError):
        parse(value)
