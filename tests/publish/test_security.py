"""Reaching a Kafka that wants to know who we are, and proves who it is."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.publish.options import KafkaOptions
from gateway.publish.route import Route
from tests.broker.certificates import Certificates, certificates, client_certificate
from tests.broker.fixtures import USER
from tests.broker.kafka import Broker
from tests.broker.messages import messages
from tests.broker.waiting import until
from tests.publish.events import events, numbers, publishing

pytestmark = pytest.mark.kafka


@pytest.fixture
def options(kafka: Broker, tls: Certificates) -> KafkaOptions:
    """SCRAM over TLS, host name checked."""
    return KafkaOptions(
        bootstrap_servers=(kafka.address("SASL_SSL"),),
        security_protocol="SASL_SSL",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=USER[0],
        sasl_plain_password=USER[1],
        ssl_cafile=str(tls.authority),
    )


@pytest.mark.parametrize("protocol", ["SASL_SSL", "SSL", "SASL_PLAINTEXT"])
def test_protocols(
    kafka: Broker, options: KafkaOptions, new_topic: Callable[..., str], protocol: str
) -> None:
    """SCRAM and TLS, together and each alone."""
    topic = new_topic()
    options = replace(
        options, bootstrap_servers=(kafka.address(protocol),), security_protocol=protocol
    )
    with publishing([Route("r", topic)], options) as running:
        running.publish(events(10, padding=100_000))
        until(lambda: running.is_done("r"))
    assert numbers(messages(kafka.bootstrap, topic)) == list(range(1, 11))


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_mechanisms(
    kafka: Broker, options: KafkaOptions, new_topic: Callable[..., str], mechanism: str
) -> None:
    """Every way to log in that the settings know."""
    topic = new_topic()
    with publishing([Route("r", topic)], replace(options, sasl_mechanism=mechanism)) as running:
        running.publish(events(10))
        until(lambda: running.is_done("r"))
    assert numbers(messages(kafka.bootstrap, topic)) == list(range(1, 11))


def test_a_client_certificate_where_it_is_asked_for(tmp_path: Path, tls: Certificates) -> None:
    """Its key has a password; without it nothing is published."""
    properties = {
        "ssl.client.auth": "required",
        "ssl.truststore.location": str(tls.authority),
    }
    with Broker(tmp_path, listeners=("SSL",), keystore=tls.server, properties=properties) as broker:
        broker.create_topic("topic")
        without = KafkaOptions(
            bootstrap_servers=(broker.address("SSL"),),
            security_protocol="SSL",
            ssl_cafile=str(tls.authority),
        )
        with publishing([Route("r", "topic")], without) as running:
            until(lambda: running.witness.up == [False])
        certificate, key = client_certificate(tls.authority, "gateway"), tmp_path / "locked.key"
        locked = ("-aes128", "-passout", "pass:of the key", "-out", str(key))
        subprocess.run(["openssl", "pkey", "-in", str(certificate), *locked], check=True)
        options = replace(
            without,
            ssl_certfile=str(certificate),
            ssl_keyfile=str(key),
            ssl_password="of the key",
        )
        with publishing([Route("r", "topic")], options) as running:
            running.publish(events(10))
            until(lambda: running.is_done("r"))
        assert numbers(messages(broker.bootstrap, "topic")) == list(range(1, 11))


def test_the_name_of_the_host_need_not_be_checked(
    kafka: Broker, options: KafkaOptions, new_topic: Callable[..., str]
) -> None:
    """The authority is, all the same."""
    topic = new_topic()
    address = kafka.address("SASL_SSL").replace("127.0.0.1", "localhost")
    options = replace(options, bootstrap_servers=(address,), ssl_check_hostname=False)
    with publishing([Route("r", topic)], options) as running:
        running.publish(events(10))
        until(lambda: running.is_done("r"))
    assert numbers(messages(kafka.bootstrap, topic)) == list(range(1, 11))


def reason(options: KafkaOptions, caplog: pytest.LogCaptureFixture) -> str:
    """Why a publisher with these options finds no Kafka, in the words of its log."""
    with publishing([Route("r", "topic")], options) as running:
        until(lambda: running.witness.up == [False])
        until(lambda: "Kafka does not answer" in caplog.text)
    return caplog.text


def test_an_unknown_authority_is_named(
    options: KafkaOptions, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A server whose certificate we cannot check is not spoken to."""
    other = certificates(tmp_path, "other")
    assert "CERTIFICATE_VERIFY_FAILED" in reason(
        replace(options, ssl_cafile=str(other.authority)), caplog
    )


def test_another_host_is_named(
    kafka: Broker, options: KafkaOptions, caplog: pytest.LogCaptureFixture
) -> None:
    """The certificate is for 127.0.0.1, not for localhost."""
    address = kafka.address("SASL_SSL").replace("127.0.0.1", "localhost")
    assert "Hostname mismatch" in reason(replace(options, bootstrap_servers=(address,)), caplog)


def test_a_wrong_password_is_named(options: KafkaOptions, caplog: pytest.LogCaptureFixture) -> None:
    """Or asked after, where kafka-python loses the broker's answer; but never told."""
    told = reason(replace(options, sasl_plain_password="not the password"), caplog)
    assert (
        "authentication" in told.lower()
        or "are security_protocol, user and password right?" in told
    )
    assert "not the password" not in told


def test_secrets_are_not_shown(options: KafkaOptions) -> None:
    """A logged value of options tells no password."""
    assert USER[1] not in repr(replace(options, ssl_password="of the key"))
    assert "of the key" not in repr(replace(options, ssl_password="of the key"))
