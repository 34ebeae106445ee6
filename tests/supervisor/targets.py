"""What the children of the tests do; imported by them, so that it imports little itself."""

import os
import signal
import time
from multiprocessing.connection import Connection

from gateway.processes.child import Beat


def crash(_link: Connection) -> None:
    """Ends at once, not well."""
    os._exit(3)


def leave(_link: Connection) -> None:
    """Ends at once, well."""


def speak(link: Connection) -> None:
    """Says one beat, and lives until it is told to stop, by a signal or over its link."""
    link.send(Beat("has a cold"))
    link.poll(60)


def ignore(link: Connection) -> None:
    """Says one beat and listens to nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    link.send(Beat())
    time.sleep(60)


def count(link: Connection) -> None:
    """Says a beat twenty times a second, each with its number."""
    number = 0
    while not link.poll(0.05):
        number += 1
        link.send(Beat(str(number)))
