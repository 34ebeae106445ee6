"""What Kafka says of its topics: asked for now and then while all is well, else every second.

It is asked for here and only here: kafka-python's own refresh would ask ten times a second for a
topic that is missing, and would create it. A broker that answers is asked again; after a failure
the others are, one by one, and only when none has answered Kafka counts as away.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from kafka.errors import NodeNotReadyError, for_code
from kafka.future import Future
from kafka.protocol.metadata import MetadataRequest, MetadataResponse

from gateway.publish.connections import Node

_WELL_SECONDS: Final = 10.0
_ILL_SECONDS: Final = 1.0
_STALE_SECONDS: Final = 0.2
_NEXT_SECONDS: Final = 0.1
_TROUBLES: Final = {
    "UnknownTopicOrPartitionError": "topic {0} does not exist; create it: "
    "kafka-topics.sh --bootstrap-server {1} --create --topic {0}",
    "TopicAuthorizationFailedError": "not allowed to describe topic {0}",
}


@dataclass(frozen=True, slots=True)
class Topic:
    """What the cluster last said of a topic: its partitions with their leaders, or its trouble."""

    partitions: int = 0
    leaders: Mapping[int, int] = field(default_factory=dict)
    trouble: str | None = None
    identity: object = None
    """Differs between a topic and one of the same name that was created later."""


class Nodes(Protocol):
    """What the cluster needs of its connections."""

    def nodes(self) -> list[Node]:
        """Whom to ask, never nobody."""
        ...

    def address(self, node: Node) -> str:
        """Host and port."""
        ...

    def learn(self, metadata: MetadataResponse) -> None:
        """Which brokers there are."""
        ...

    def ask(self, node: Node, request: object) -> Future:
        """The coming answer, or an exception."""
        ...


class Cluster:
    """The state of `topics`, as a broker last told it."""

    def __init__(self, nodes: Nodes, topics: Iterable[str], *, servers: str) -> None:
        self.trouble: str | None = ""
        """None while the cluster answers, else why not; empty until that is known."""
        self._nodes = nodes
        self._servers = servers
        self._topics: dict[str, Topic | None] = dict.fromkeys(topics)
        self._question: Future | None = None
        self._asked: Node = ""
        self._asked_at = self._due = 0.0
        self._turn = 0
        """Which of the nodes is asked; it stays while that one answers."""
        self._failures = 0

    @property
    def has_news(self) -> bool:
        """Whether an answer has come that `tend` has not looked at."""
        return self._question is not None and self._question.is_done

    @property
    def due(self) -> float:
        """When to call `tend` although there is no news."""
        return float("inf") if self._question else self._due

    def topic(self, name: str) -> Topic | None:
        """None until the cluster has said something of it."""
        return self._topics[name]

    def address(self, node: int) -> str:
        """A broker's host and port."""
        return self._nodes.address(node)

    def send(self, node: int, request: object) -> Future:
        """The coming answer of a broker, or an exception."""
        return self._nodes.ask(node, request)

    def stale(self) -> None:
        """An answer contradicted what is known: ask again soon."""
        self._due = min(self._due, self._asked_at + _STALE_SECONDS)

    def tend(self, now: float) -> None:
        """Takes the answer that has come, and asks when it is time to; `now` is monotonic."""
        if self._question is not None and self._question.is_done:
            answer, self._question = self._question, None
            if answer.exception is None:
                self._learn(answer.value, now)
            else:
                self._fail(answer.exception, now)
        if self._question is None and now >= self._due:
            nodes = self._nodes.nodes()
            self._asked, self._asked_at = nodes[self._turn % len(nodes)], now
            self._question = self._nodes.ask(self._asked, self._request())

    def _request(self) -> MetadataRequest:
        names = [MetadataRequest.MetadataRequestTopic(name=name) for name in self._topics]
        return MetadataRequest(topics=names, allow_auto_topic_creation=False)

    def _learn(self, answer: MetadataResponse, now: float) -> None:
        self._nodes.learn(answer)
        self._topics |= {topic.name: self._told(topic) for topic in answer.topics}
        self.trouble, self._failures = None, 0
        is_well = not any(topic is None or topic.trouble for topic in self._topics.values())
        self._due = now + (_WELL_SECONDS if is_well else _ILL_SECONDS)

    def _fail(self, error: BaseException, now: float) -> None:
        self._turn += 1
        self._due = now + _NEXT_SECONDS
        if isinstance(error, NodeNotReadyError):
            return  # it rests after a failure, or is busy: that tells nothing new
        self._failures += 1
        if self._failures >= len(self._nodes.nodes()):
            text = error.args[0] if error.args else ""
            self.trouble = f"{self._nodes.address(self._asked)}: {type(error).__name__} {text}"
            self._due = now + _ILL_SECONDS

    def _told(self, topic: MetadataResponse.MetadataResponseTopic) -> Topic:
        if topic.error_code:
            error = for_code(topic.error_code).__name__
            trouble = _TROUBLES.get(error, "topic {0}: " + error)
            return Topic(trouble=trouble.format(topic.name, self._servers))
        leaders = {part.partition_index: part.leader_id for part in topic.partitions}
        return Topic(
            len(leaders),
            {part: node for part, node in leaders.items() if node >= 0},
            identity=topic.topic_id,
        )
