"""pytest fixtures: the session's broker, topics of one test's own, and brokers to break."""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.broker.certificates import Certificates, certificates
from tests.broker.cluster import Cluster
from tests.broker.kafka import Broker

USER = ("gateway", "a secret for SCRAM")


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """The session's authority and the certificate of its broker."""
    return certificates(tmp_path_factory.mktemp("tls"), "authority")


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory, tls: Certificates) -> Iterator[Broker]:
    """One broker for the whole session, with every listener; not to be stopped or killed."""
    with Broker(
        tmp_path_factory.mktemp("kafka"),
        listeners=("SSL", "SASL_PLAINTEXT", "SASL_SSL"),
        users=dict([USER]),
        keystore=tls.server,
    ) as broker:
        yield broker


@pytest.fixture
def new_topic(kafka: Broker, topic_name: str) -> Callable[..., str]:
    """Creates topics in the session's broker: `new_topic(partitions=…, configuration=…)`."""
    names = (f"{topic_name}-{number}" for number in range(100))

    def create(*, partitions: int = 1, configuration: dict[str, str] | None = None) -> str:
        name = next(names)
        kafka.create_topic(name, partitions=partitions, configuration=configuration)
        return name

    return create


@pytest.fixture
def topic_name(request: pytest.FixtureRequest) -> str:
    """A name that no other test and no other session uses."""
    test = re.sub(r"[^a-zA-Z0-9]+", "-", request.node.name)
    return f"{test[:60]}-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def new_broker(tmp_path: Path) -> Iterator[Callable[[], Broker]]:
    """Makes brokers of this test's own, not started, to be killed and paused at will."""
    with ExitStack() as started:

        def make() -> Broker:
            folder = tmp_path / f"broker-{uuid.uuid4().hex[:8]}"
            folder.mkdir()
            broker = Broker(folder)
            started.callback(broker.stop)
            return broker

        yield make


@pytest.fixture(scope="session")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def cluster(_cluster: Cluster) -> Cluster:
    """Two nodes for the whole session, to be killed and paused; all of it runs for each test."""
    _cluster.resume()
    _cluster.start()
    return _cluster
