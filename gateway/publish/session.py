"""One life of all that speaks to Kafka: the loop, and what turns with it.

When it is closed nothing of it is left but the records in their lanes, so another may begin.
"""

from collections.abc import Iterable
from time import monotonic

from kafka.net.selector import NetworkSelector

from gateway.publish.cluster import Cluster
from gateway.publish.connections import Connections
from gateway.publish.doorbell import Doorbell
from gateway.publish.options import KafkaOptions
from gateway.publish.producer import Producer


class Session:
    """`doorbell` is the reading end of a pipe, which stays open; `topics` are those to know."""

    def __init__(self, options: KafkaOptions, topics: Iterable[str], *, doorbell: int) -> None:
        self._loop = NetworkSelector(client_id=options.client_id)
        self._connections = Connections(self._loop, options)
        self.doorbell = Doorbell(self._loop, doorbell)
        self.cluster = Cluster(
            self._connections, topics, servers=",".join(options.bootstrap_servers)
        )
        self.producer = Producer(self.cluster, options)

    @property
    def has_news(self) -> bool:
        """Whether there is anything to look at."""
        return self.producer.has_news or self.cluster.has_news or self.doorbell.rings

    def turn(self, until: float) -> None:
        """Turns the loop once, for no longer than `until`, which is monotonic."""
        self._loop.poll(timeout_ms=max(0.0, until - monotonic()) * 1000)

    def wake(self) -> None:
        """Ends a turn; from any thread."""
        self._loop.wakeup()

    def close(self) -> None:
        """Ends all connections; nothing more comes."""
        self._connections.close()
        self._loop.close()
