"""Kafka's brokers and topics, seen through kafka-python's connections and its event loop.

Nothing here has a thread: the loop turns while somebody waits on it. Metadata is asked for here and
only here, now and then while all is well and every second while it is not: kafka-python's own
refresh would ask ten times a second for a topic that is missing, and would create it.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from kafka.errors import KafkaConnectionError, KafkaError, NodeNotReadyError, for_code
from kafka.future import Future
from kafka.net.connection import KafkaConnection
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.protocol.metadata import MetadataRequest, MetadataResponse

from gateway.publish.options import KafkaOptions

_WELL_SECONDS: Final = 10.0
_ILL_SECONDS: Final = 1.0
_STALE_SECONDS: Final = 0.2
_SECURITY = (
    *("client_id", "security_protocol", "sasl_mechanism", "sasl_plain_username"),
    *("sasl_plain_password", "ssl_cafile", "ssl_certfile", "ssl_keyfile", "ssl_password"),
    *("ssl_check_hostname", "request_timeout_ms"),
)
_TROUBLES = {
    "UnknownTopicOrPartitionError": "topic {0} does not exist; create it: "
    "kafka-topics.sh --bootstrap-server {1} --create --topic {0}",
    "TopicAuthorizationFailedError": "not allowed to describe topic {0}",
}

_HUNG_UP = (
    # kafka-python loses the broker's reason when its goodbye comes with it.
    "the broker hung up on us: are security_protocol, user and password right?"
)


@dataclass(frozen=True, slots=True)
class Topic:
    """What the cluster last said of a topic: its partitions with their leaders, or its trouble."""

    partitions: int = 0
    leaders: Mapping[int, int] = field(default_factory=dict)
    trouble: str | None = None


class Cluster:
    """The connections to the brokers."""

    def __init__(self, loop: NetworkSelector, options: KafkaOptions, topics: Iterable[str]) -> None:
        for module in ("manager", "connection", "transport"):
            # Each attempt's failures, which come back as exceptions and are told once.
            logging.getLogger(f"kafka.net.{module}").setLevel(logging.CRITICAL)
        self.trouble: str | None = ""
        """None while the cluster answers, else why not; empty until that is known."""
        self.has_news = False
        """Whether something was learnt since the last `tend`."""
        self._topics: dict[str, Topic | None] = dict.fromkeys(topics)
        self._loop = loop
        self._servers = ",".join(options.bootstrap_servers)
        self._manager = KafkaConnectionManager(
            loop,
            bootstrap_servers=list(options.bootstrap_servers),
            reconnect_backoff_max_ms=1000,
            # The second would grow to 30 s after a few failures, and with it each attempt.
            socket_connection_setup_timeout_ms=options.request_timeout_ms,
            socket_connection_setup_timeout_max_ms=options.request_timeout_ms,
            **{name: getattr(options, name) for name in _SECURITY},
        )
        self._due = 0.0
        self._asking = False
        self._stale = False
        self._failures = 0

    def topic(self, name: str) -> Topic | None:
        """None until the cluster has said something of it."""
        return self._topics[name]

    def stale(self) -> None:
        """An answer contradicted what is known: ask again soon."""
        self._stale = True

    def send(self, node: int, request: object) -> Future:
        """The coming answer of a broker. Raises KafkaError: it cannot be reached at the moment."""
        return self._connection(node).send_request(request)

    def tend(self, now: float) -> None:
        """Asks for metadata when it is time to; `now` is monotonic."""
        self.has_news = False
        if not self._asking and now >= self._due - self._haste():
            self._asking, self._stale, self._due = True, False, now + _WELL_SECONDS
            self._loop.call_soon(self._ask)

    def close(self) -> None:
        """Ends all connections."""
        self._manager.close()

    def _haste(self) -> float:
        if self._stale:
            return _WELL_SECONDS - _STALE_SECONDS
        well = self.trouble is None and not any(
            topic is None or topic.trouble for topic in self._topics.values()
        )
        return 0.0 if well else _WELL_SECONDS - _ILL_SECONDS

    def _connection(self, node: int | str) -> KafkaConnection:
        # By default a broken connection would start kafka-python's own refresh.
        return self._manager.get_connection(node, refresh_metadata_on_err=False)

    async def _ask(self) -> None:
        node = self._node()
        try:
            connection = await self._introduced(node)
            self._learn(await connection.send_request(self._question()))
        except NodeNotReadyError:
            self._failures += 1  # it rests after a failure, or is busy: the next one is asked
        except (KafkaError, OSError) as error:
            address = self._manager.cluster.broker_metadata(node)
            text = error.args[0] if error.args else ""
            self.trouble = f"{address.host}:{address.port}: {type(error).__name__} {text}"
            self._failures += 1
        finally:
            self._asking, self.has_news = False, True

    async def _introduced(self, node: int | str) -> KafkaConnection:
        try:
            return await self._connection(node)
        except KafkaConnectionError as error:
            if error.args == ("socket disconnected",):
                raise KafkaConnectionError(_HUNG_UP) from error
            raise

    def _node(self) -> int | str:
        """A known broker; after failures the others and the bootstrap servers, one by one."""
        known = self._manager.cluster
        nodes = [broker.node_id for broker in (*known.brokers(), *known.bootstrap_brokers())]
        node: int | str = nodes[self._failures % len(nodes)]
        return node

    def _question(self) -> MetadataRequest:
        names = [MetadataRequest.MetadataRequestTopic(name=name) for name in self._topics]
        return MetadataRequest(topics=names, allow_auto_topic_creation=False)

    def _learn(self, answer: MetadataResponse) -> None:
        self._manager.cluster.update_metadata(answer)
        self._topics |= {topic.name: self._told(topic) for topic in answer.topics}
        self.trouble, self._failures = None, 0

    def _told(self, topic: MetadataResponse.MetadataResponseTopic) -> Topic:
        if topic.error_code:
            error = for_code(topic.error_code).__name__
            trouble = _TROUBLES.get(error, "topic {0}: " + error)
            return Topic(trouble=trouble.format(topic.name, self._servers))
        leaders = {part.partition_index: part.leader_id for part in topic.partitions}
        return Topic(len(leaders), {part: node for part, node in leaders.items() if node >= 0})
