"""Answers that come, and those that never do."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from kafka.errors import KafkaError
from kafka.future import Future
from kafka.net.selector import NetworkSelector
from kafka.protocol.metadata import MetadataRequest

from gateway.publish.connections import Connections
from gateway.publish.options import KafkaOptions
from tests.broker.kafka import Broker, free_port
from tests.broker.waiting import until


@contextmanager
def connections(options: KafkaOptions) -> Iterator[tuple[NetworkSelector, Connections]]:
    """With their loop."""
    loop = NetworkSelector()
    made = Connections(loop, options)
    try:
        yield loop, made
    finally:
        made.close()
        loop.close()


def asked(options: KafkaOptions, *, within: float = 5) -> Future:
    """The answer to a question, or the error that came in its place."""
    with connections(options) as (loop, made):
        (node, *_) = made.nodes()
        answer = made.ask(node, MetadataRequest(topics=[]))
        deadline = time.monotonic() + within
        while not answer.is_done and time.monotonic() < deadline:
            loop.poll(timeout_ms=50)
        assert answer.is_done
        return answer


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody who never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(5)
        yield listener


@pytest.fixture
def silence(listener: socket.socket) -> str:
    """Its address."""
    return f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL"])
def test_silence_is_an_error(silence: str, protocol: str) -> None:
    """In time, also when it is the handshake that hangs."""
    options = KafkaOptions(
        bootstrap_servers=(silence,), security_protocol=protocol, request_timeout_ms=300
    )
    assert isinstance(asked(options, within=1.5).exception, KafkaError)


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL"])
def test_a_connection_that_hangs_gives_way_to_a_new_one(
    listener: socket.socket, silence: str, protocol: str
) -> None:
    """Who is behind it may have gone without a word."""
    options = KafkaOptions(
        bootstrap_servers=(silence,), security_protocol=protocol, request_timeout_ms=300
    )
    with connections(options) as (loop, made):
        accepted: list[socket.socket] = []
        listener.settimeout(0)
        deadline = time.monotonic() + 10
        answer = made.ask("bootstrap-0", MetadataRequest(topics=[]))
        while len(accepted) < 2 and time.monotonic() < deadline:
            loop.poll(timeout_ms=50)
            with suppress(BlockingIOError):
                accepted.append(listener.accept()[0])
            if answer.is_done:
                answer = made.ask("bootstrap-0", MetadataRequest(topics=[]))
    for one in accepted:
        one.close()
    assert len(accepted) == 2


def test_nobody_there_is_an_error() -> None:
    """At once."""
    options = KafkaOptions(bootstrap_servers=(f"127.0.0.1:{free_port()}",))
    assert "ECONNREFUSED" in str(asked(options, within=1).exception)


def test_a_name_that_is_not_known_is_an_error() -> None:
    """Which says the name."""
    options = KafkaOptions(bootstrap_servers=("kafka.invalid:9092",))
    assert "the name kafka.invalid is not known" in str(asked(options).exception)


def test_files_that_are_no_certificates_are_an_error(silence: str) -> None:
    """Not the end of the publisher: they may be replaced."""
    options = KafkaOptions(
        bootstrap_servers=(silence,), security_protocol="SSL", ssl_cafile=__file__
    )
    assert asked(options).exception is not None


@pytest.mark.kafka
def test_the_brokers_that_are_known_are_asked_first(kafka: Broker) -> None:
    """A bootstrap server that is one of them is not asked a second time under its other name."""
    other = f"127.0.0.1:{free_port()}"
    options = KafkaOptions(bootstrap_servers=(kafka.bootstrap, other))
    with connections(options) as (loop, made):
        names = {made.address(node): node for node in made.nodes()}  # their order is random
        assert names.keys() == {kafka.bootstrap, other}
        answer = made.ask(names[kafka.bootstrap], MetadataRequest(topics=[]))
        until(lambda: loop.poll(timeout_ms=50) or answer.is_done)
        made.learn(answer.value)
        assert made.nodes() == [1, names[other]]
        assert made.address(1) == kafka.bootstrap
        assert made.address(7) == "broker 7"
