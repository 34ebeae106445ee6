"""One process of a real Apache Kafka on loopback ports: broker, controller, or both at once.

`python -m tests.broker.kafka fetch` brings its jars beforehand. A broker keeps its ports and its
data over `kill` and `restart`, so that a crash is a crash and not a new cluster. Several processes
that are one cluster are in `cluster`.
"""

import random
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.broker import topics
from tests.broker.jars import jars, program
from tests.broker.waiting import until

_CLUSTER = "Y2FsbGJhY2tnYXRld2F5dA"  # any 16 bytes in base64url
_JVM = (
    # Small and quick to start; nothing here measures the broker.
    *("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    *("-Djava.net.preferIPv4Stack=true", "-Dlog4j2.disable.jmx=true"),
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
)
_PROPERTIES = {
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    # On, as in many clusters: a gateway that asked wrongly would create topics.
    "auto.create.topics.enable": "true",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "2",
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "log.index.size.max.bytes": "1048576",
    "log.cleaner.dedupe.buffer.size": "2097152",
    # With the default of 9 s a restart after kill -9 waits for the dead broker's session.
    "broker.session.timeout.ms": "1000",
    "broker.heartbeat.interval.ms": "200",
    # A replica that hangs leaves the set of those in sync as soon as its session ends.
    "replica.lag.time.max.ms": "2000",
    "ssl.keystore.type": "PEM",
    "ssl.truststore.type": "PEM",
    # Who did not log in may do everything; the others what no test denies them.
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "true",
    "super.users": "User:ANONYMOUS",
}
_SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")
_LOGIN = "org.apache.kafka.common.security.{}LoginModule required"


class BrokerError(Exception):
    """The broker did not do what was asked; the message names its log."""


def free_port() -> int:
    """A loopback port that nobody listens on, outside the range of outgoing connections.

    Inside it, a client that retries a port nobody serves can take the port, or reach itself.
    """
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass
class Broker:
    """A broker whose files are in `folder`; used as a context it runs inside the block.

    `listeners`: security protocols beside PLAINTEXT. `users`: names and passwords, for SCRAM and
    PLAIN. `keystore`: the server's key and certificate, needed by SSL and SASL_SSL. `advertised`:
    the address that PLAINTEXT clients are told, if not its own. `properties`: more lines for
    `server.properties`.

    `roles` is `broker`, `controller` or both; `voter` names the controller as `node@host:port`, if
    that is another process.
    """

    folder: Path
    listeners: tuple[str, ...] = ()
    users: Mapping[str, str] = field(default_factory=dict)
    keystore: Path | None = None
    advertised: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    node: int = 1
    roles: str = "broker,controller"
    voter: str = ""

    def __post_init__(self) -> None:
        """Chooses the ports, once for all restarts."""
        clients = ("PLAINTEXT", *self.listeners) if "broker" in self.roles else ()
        operators = ("CONTROLLER",) if "controller" in self.roles else ()
        self._ports = {name: free_port() for name in (*clients, *operators)}
        self.voter = self.voter or f"{self.node}@{self.address('CONTROLLER')}"
        self._process: subprocess.Popen[bytes] | None = None

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
        """Stops it, whatever state it is in."""
        self.stop()

    @property
    def bootstrap(self) -> str:
        """Host and port of the PLAINTEXT listener."""
        return self.address("PLAINTEXT")

    @property
    def log(self) -> Path:
        """What the broker wrote."""
        return self.folder / "broker.log"

    def address(self, listener: str) -> str:
        """Host and port of a listener."""
        return f"127.0.0.1:{self._ports[listener]}"

    @property
    def runs(self) -> bool:
        """Whether there is a process, paused or not."""
        return self._process is not None

    def start(self) -> None:
        """Starts it and returns once it serves clients.

        Raises BrokerError: it ended or did not serve within three minutes.
        """
        self.launch()
        self.until_serving()

    def launch(self) -> None:
        """Starts it and returns at once."""
        configuration = self.folder / "server.properties"
        if not configuration.exists():
            self._format(configuration)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._java("kafka.Kafka", str(configuration)),
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for whoever uses it
            )

    def until_serving(self) -> None:
        """Returns once what was launched serves. Raises BrokerError as `start` does."""
        try:
            until(self._serves, within=180)
        except TimeoutError as error:
            self.kill()
            raise BrokerError(f"the broker does not serve; see {self.log}") from error

    def stop(self) -> None:
        """Ends it in an orderly way, also when it is paused; nothing to do when it is gone."""
        if self._process is not None:
            self.resume()
            self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once, as a crash would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Lets it hang: connections stay open, nothing is answered (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Ends a pause, if there is one."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Stops it if it runs, and starts it on the same ports and data."""
        self.stop()
        self.start()

    def create_topic(
        self, name: str, *, partitions: int = 1, configuration: Mapping[str, str] | None = None
    ) -> None:
        """Creates a topic with one replica and returns once it can be written to."""
        topics.create(self.bootstrap, name, partitions=partitions, configuration=configuration)

    def configure_topic(self, name: str, configuration: Mapping[str, str]) -> None:
        """Changes the configuration of a topic."""
        topics.configure(self.bootstrap, name, configuration)

    def delete_topic(self, name: str) -> None:
        """Deletes a topic and returns once clients no longer see it."""
        topics.delete(self.bootstrap, name)

    def _format(self, configuration: Path) -> None:
        addresses = {name: self.address(name) for name in self._ports}
        protocols = {name: name for name in ("PLAINTEXT", *self.listeners)}
        protocols |= {"CONTROLLER": "PLAINTEXT"}
        properties = _PROPERTIES | {
            "process.roles": self.roles,
            "node.id": str(self.node),
            "listeners": _listeners(addresses),
            "listener.security.protocol.map": ",".join(f"{k}:{v}" for k, v in protocols.items()),
            "controller.quorum.voters": self.voter,
            "log.dirs": str(self.folder / "data"),
            **self._logins(),
        }
        if "broker" in self.roles and self.advertised:
            public = {name: addresses[name] for name in addresses if name != "CONTROLLER"}
            public |= {"PLAINTEXT": self.advertised}
            properties["advertised.listeners"] = _listeners(public)
        if self.keystore is not None:
            properties["ssl.keystore.location"] = str(self.keystore)
        properties |= self.properties
        lines = "".join(f"{name}={value}\n" for name, value in properties.items())
        configuration.write_text(lines)
        self._run_storage_tool(configuration)

    def _logins(self) -> dict[str, str]:
        users = "".join(f' user_{name}="{word}"' for name, word in self.users.items())
        modules = dict.fromkeys(_SCRAM, _LOGIN.format("scram.Scram"))
        modules["PLAIN"] = _LOGIN.format("plain.Plain") + users
        return {"sasl.enabled.mechanisms": ",".join(modules)} | {
            f"listener.name.{listener.lower()}.{mechanism.lower()}.sasl.jaas.config": f"{module};"
            for listener in self.listeners
            for mechanism, module in modules.items()
            if listener.startswith("SASL")
        }

    def _run_storage_tool(self, configuration: Path) -> None:
        users = [
            f"--add-scram={mechanism}=[name={name},password={password}]"
            for name, password in self.users.items()
            for mechanism in _SCRAM
        ]
        command = ["kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", str(configuration)]
        with self.log.open("ab") as log:
            done = subprocess.run(self._java(*command, *users), stdout=log, stderr=log, check=False)
        if done.returncode:
            configuration.unlink()
            raise BrokerError(f"the storage could not be formatted; see {self.log}")

    def _java(self, *arguments: str) -> list[str]:
        return [program("java"), *_JVM, "-cp", f"{jars()}/*", *arguments]

    def _serves(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise BrokerError(f"the broker ended with {self._process.returncode}; see {self.log}")
        with socket.socket() as probe:
            first = next(iter(self._ports.values()))
            return probe.connect_ex(("127.0.0.1", first)) == 0

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            raise BrokerError("the broker does not run")
        self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        self._signal(number)
        if self._process is not None:
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def _listeners(addresses: Mapping[str, str]) -> str:
    return ",".join(f"{name}://{address}" for name, address in addresses.items())


if __name__ == "__main__":
    if sys.argv[1:] != ["fetch"]:
        sys.exit("usage: python -m tests.broker.kafka fetch")
    sys.stdout.write(f"{jars()}\n")
