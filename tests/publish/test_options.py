"""Every option of the section `kafka`, once against a real broker; those of security are apart."""

from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from gateway.publish.options import KafkaOptions
from gateway.publish.route import Route
from gateway.settings.kafka import Kafka
from tests.broker.kafka import Broker, free_port
from tests.broker.messages import messages
from tests.broker.waiting import until
from tests.publish.events import events, numbers, publishing


def test_every_setting_is_an_option() -> None:
    """Under the same name; `mode` is not the connection's."""
    assert {*Kafka.model_fields} - {"mode"} == {field.name for field in fields(KafkaOptions)}


@pytest.mark.kafka
@pytest.mark.parametrize(
    "options",
    [
        KafkaOptions(bootstrap_servers=(), client_id="another"),
        KafkaOptions(bootstrap_servers=(), compression_type="gzip"),
        KafkaOptions(bootstrap_servers=(), linger_ms=0),
        KafkaOptions(bootstrap_servers=(), linger_ms=300),
        KafkaOptions(bootstrap_servers=(), batch_size=1024),
        KafkaOptions(bootstrap_servers=(), max_request_size=2048),
        KafkaOptions(bootstrap_servers=(), request_timeout_ms=2000),
    ],
)
def test_options(kafka: Broker, new_topic: Callable[..., str], options: KafkaOptions) -> None:
    """All events arrive in order with any of them."""
    topic = new_topic()
    options = replace(options, bootstrap_servers=(kafka.bootstrap,))
    with publishing([Route("r", topic)], options) as running:
        running.publish(events(100, padding=1000))
        until(lambda: running.is_done("r"))
    assert numbers(messages(kafka.bootstrap, topic)) == list(range(1, 101))


@pytest.mark.kafka
def test_any_bootstrap_server_will_do(kafka: Broker, new_topic: Callable[..., str]) -> None:
    """The first that answers."""
    topic = new_topic()
    servers = (f"127.0.0.1:{free_port()}", "kafka.invalid:9092", kafka.bootstrap)
    options = KafkaOptions(bootstrap_servers=servers)
    with publishing([Route("r", topic)], options) as running:
        running.publish(events(10))
        until(lambda: running.is_done("r"))
        assert running.witness.up == [True]
    assert numbers(messages(kafka.bootstrap, topic)) == list(range(1, 11))
