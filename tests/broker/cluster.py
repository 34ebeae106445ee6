"""Several real Kafka brokers that are one cluster, each to be killed and paused alone.

The controller is a process of its own, so that any broker may be away and leaders still move.
"""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.broker import topics
from tests.broker.kafka import Broker
from tests.broker.waiting import until

_CONTROLLER = 100


class Cluster:
    """Nodes 1 to `nodes`, files in `folder`; used as a context it runs inside the block.

    `listeners`: security protocols of the nodes beside PLAINTEXT. `properties`: more lines for
    every `server.properties`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        nodes: int = 2,
        listeners: tuple[str, ...] = (),
        properties: Mapping[str, str] | None = None,
    ) -> None:
        common = properties or {}
        self.controller = Broker(
            _folder(folder / "controller"),
            node=_CONTROLLER,
            roles="controller",
            properties=common,
        )
        self.nodes = {
            number: Broker(
                _folder(folder / f"node-{number}"),
                listeners=listeners,
                node=number,
                roles="broker",
                voter=self.controller.voter,
                properties=common,
            )
            for number in range(1, nodes + 1)
        }
        """The brokers: `kill`, `start`, `stop`, `restart`, `pause` and `resume` are theirs."""

    def __enter__(self) -> Self:
        """Starts it."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends it, whatever state it is in."""
        self.kill()

    @property
    def servers(self) -> tuple[str, ...]:
        """Host and port of every node's PLAINTEXT listener."""
        return tuple(node.bootstrap for node in self.nodes.values())

    @property
    def bootstrap(self) -> str:
        """The same in one text, as Kafka's tools take it."""
        return ",".join(self.servers)

    def start(self) -> None:
        """Starts all that does not run, and returns once it serves. Raises BrokerError."""
        resting = [each for each in self._processes() if not each.runs]
        for each in resting:
            each.launch()
        for each in resting:
            each.until_serving()

    def resume(self) -> None:
        """Ends every pause."""
        for each in self._processes():
            each.resume()

    def kill(self) -> None:
        """Ends all processes at once (SIGKILL); their data stay."""
        for each in self._processes():
            if each.runs:
                each.kill()

    def create_topic(
        self,
        name: str,
        *,
        partitions: int = 1,
        replicas: int = 2,
        configuration: Mapping[str, str] | None = None,
    ) -> None:
        """Creates a topic and returns once every replica is in sync."""
        topics.create(
            self.bootstrap,
            name,
            partitions=partitions,
            replicas=replicas,
            configuration=configuration,
        )
        self.until_in_sync(name, replicas)

    def leader(self, topic: str, partition: int = 0) -> Broker:
        """The node that leads a partition now. Raises KeyError: none does."""
        return self.nodes[topics.partitions(self.bootstrap, topic)[partition].leader]

    def until_in_sync(self, topic: str, replicas: int) -> None:
        """Returns once so many replicas of every partition are in sync, as every node says: one
        that was paused tells for a moment what was the case before."""
        until(
            lambda: all(
                len(partition.in_sync) == replicas
                for server in self.servers
                for partition in topics.partitions(server, topic).values()
            ),
            within=60,
        )

    def _processes(self) -> list[Broker]:
        return [self.controller, *self.nodes.values()]


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path
