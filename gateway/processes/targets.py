"""What each child process runs; named here so that its parent need not import it."""

import socket
from multiprocessing.connection import Connection

from gateway.settings import Settings


def receive(
    sock: socket.socket, wake: Connection | None, settings: Settings, link: Connection
) -> None:
    """A receiver's whole life. `wake` gets a byte after each commit, for the publisher."""
    from gateway.processes import receiving

    receiving.receive(sock, wake, settings, link)


def publish(settings: Settings, doorbell: Connection, link: Connection) -> None:
    """The publisher's whole life. `doorbell` is the other end of `wake`."""
    from gateway.processes import publishing

    publishing.publish(settings, doorbell, link)
