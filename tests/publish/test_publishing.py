"""What the publishing process tells its supervisor."""

import multiprocessing
import threading
from time import monotonic

from gateway.processes.child import Beat
from gateway.processes.publishing import Observed, beat


class FakePublisher:
    """Turned when it is told that it did."""

    def __init__(self) -> None:
        self.turned = monotonic()
        self.stopped = threading.Event()

    def stop(self) -> None:
        """Remembers."""
        self.stopped.set()


def test_a_publisher_that_does_not_turn_is_silent() -> None:
    """So that it is ended; and it is stopped when its supervisor is gone."""
    ours, theirs = multiprocessing.Pipe()
    publisher, observed = FakePublisher(), Observed()
    thread = threading.Thread(target=beat, args=(theirs, observed, publisher))
    thread.start()
    assert ours.poll(5)
    assert ours.recv() == Beat(None)
    publisher.turned = monotonic() - 60
    while ours.poll(1.5):
        ours.recv()
    publisher.turned = monotonic() + 60
    assert ours.poll(5)
    ours.close()
    assert publisher.stopped.wait(5)
    thread.join(5)
    theirs.close()


def test_troubles_are_told_in_one_line() -> None:
    """All of Kafka, else each route, and the dead letters."""
    observed = Observed()
    assert observed.trouble() is None
    observed.route_blocked("jobs", "no topic")
    observed.dead_letters_blocked("no right")
    assert observed.trouble() == (
        "route jobs waits: no topic; no dead letter could be written: no right"
    )
    observed.kafka_up(up=False)
    assert observed.trouble() == "Kafka does not answer"
    observed.kafka_up(up=True)
    observed.route_blocked("jobs", None)
    observed.dead_letters_blocked(None)
    assert observed.trouble() is None
