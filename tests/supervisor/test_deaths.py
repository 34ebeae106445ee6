"""One process of the gateway is killed: the others and the port go on, or end with their parent."""

import asyncio
import os
import resource
import signal
import socket
from pathlib import Path

import pytest

from gateway.journal import Reader
from tests.broker.kafka import Broker
from tests.broker.waiting import until
from tests.e2e.delivery import delivered, inversions, missing, until_published
from tests.e2e.gateway import Gateway, callback, is_alive
from tests.e2e.load import load


def kept(gateway: Gateway) -> list[str]:
    """The ids of the events in the journal."""
    with Reader(gateway.journal) as journal:
        return [record.event.id for record in journal.newest(100_000)]


def kill_receiver(gateway: Gateway) -> None:
    """Return once it is gone; another will follow."""
    receiver = gateway.child("receiver")
    os.kill(receiver, signal.SIGKILL)
    until(lambda: not is_alive(receiver))


def until_restarted(gateway: Gateway, count: int) -> None:
    """Return once the publisher has been killed and started again so often."""
    name = "gateway_publisher_restarts_total"
    until(lambda: gateway.metric(name, cause="SIGKILL") == count)


@pytest.mark.kafka
def test_without_their_parent_children_end_and_free_port_and_journal(
    publisher: tuple[Gateway, str], kafka: Broker
) -> None:
    """Killed with callbacks accepted; a new gateway starts on the same port and journal."""
    gateway, topic = publisher
    sent = [gateway.post(callback("j", number)).document["events"][0] for number in range(3)]
    children = [gateway.child("receiver"), gateway.child("publisher")]
    gateway.signal(signal.SIGKILL)
    gateway.wait()
    until(lambda: not any(map(is_alive, children)))
    gateway.start()
    sent += [gateway.post(callback("j", number)).document["events"][0] for number in range(3, 6)]
    until_published(gateway, topic)
    arrived = [record.event for record in delivered(kafka.bootstrap, topic)]
    assert list(dict.fromkeys(arrived)) == sent


async def test_a_killed_receiver_is_started_again_behind_its_open_port(gateway: Gateway) -> None:
    """New connections wait in the queue instead of being refused; what was accepted is kept."""
    async with load(gateway.url, rate=50) as told:
        await told.until(50)
        receiver = gateway.child("receiver")
        os.kill(receiver, signal.SIGKILL)
        await asyncio.to_thread(until, lambda: not is_alive(receiver))
        for _ in range(5):
            socket.create_connection(("127.0.0.1", gateway.port), timeout=5).close()
        await told.until(len(told.accepted) + 50)
    assert gateway.child("receiver") != receiver
    assert {each.event for each in told.accepted} <= set(kept(gateway))
    assert "ClientConnectorError" not in told.refusals
    assert gateway.ask("/readyz").document == {"status": "ok"}


@pytest.mark.kafka
async def test_a_killed_publisher_is_started_again_and_counted(
    publisher: tuple[Gateway, str], kafka: Broker
) -> None:
    """Receiving does not notice; publishing goes on where it was."""
    gateway, topic = publisher
    async with load(gateway.url, rate=100) as told:
        for deaths in (1, 2):
            await told.until(50 * deaths)
            os.kill(gateway.child("publisher"), signal.SIGKILL)
            await asyncio.to_thread(until_restarted, gateway, deaths)
    assert told.refusals == []
    await asyncio.to_thread(until_published, gateway, topic)
    records = delivered(kafka.bootstrap, topic)
    assert missing(told.accepted, records) == []
    assert inversions(records) == {}


@pytest.mark.kafka
def test_a_receiver_that_does_not_start_does_not_hold_up_publishing(
    publisher: tuple[Gateway, str], kafka: Broker
) -> None:
    """Each starts for itself."""
    gateway, topic = publisher
    os.kill(gateway.child("publisher"), signal.SIGSTOP)
    sent = [gateway.post(callback("j", number)).document["events"][0] for number in range(3)]
    gateway.kill()
    gateway.launch()
    os.kill(gateway.child("receiver"), signal.SIGSTOP)
    until(lambda: [record.event for record in delivered(kafka.bootstrap, topic)] == sent)


def test_a_receiver_that_hangs_is_told(gateway: Gateway) -> None:
    """No callback is accepted while it does not turn: neither healthy nor ready, then both."""
    receiver = gateway.child("receiver")
    os.kill(receiver, signal.SIGSTOP)
    try:
        until(lambda: gateway.ask("/healthz").status == 503)
        assert gateway.ask("/readyz").status == 503
    finally:
        os.kill(receiver, signal.SIGCONT)
    until(lambda: gateway.ask("/healthz").status == 200)
    assert gateway.ask("/readyz").status == 200
    assert gateway.post(callback("j")).status == 200


def test_a_receiver_that_cannot_be_started_is_tried_again(gateway: Gateway) -> None:
    """The parent has no file descriptor left, or the machine no memory, for a while."""
    used = len(list(Path(f"/proc/{gateway.pid}/fd").iterdir()))
    _, limit = resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (used - 1, limit))
    os.kill(gateway.child("receiver"), signal.SIGKILL)
    until(lambda: "Too many open files" in gateway.log.read_text())
    resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (limit, limit))
    until(lambda: gateway.children("receiver"))
    until(lambda: gateway.ask("/readyz").status == 200)
    assert gateway.post(callback("j")).status == 200


def test_without_the_fork_server_all_goes_on(gateway: Gateway) -> None:
    """Its children live; the next that is started has another."""
    server = gateway.child("forkserver")
    os.kill(server, signal.SIGKILL)
    until(lambda: not is_alive(server))
    assert gateway.post(callback("j", 1)).status == 200
    assert gateway.ask("/readyz").document == {"status": "ok"}
    kill_receiver(gateway)
    assert gateway.post(callback("j", 2)).status == 200
    assert gateway.stop() == 0


def test_a_fork_server_that_cannot_fork_gives_way_to_another(gateway: Gateway) -> None:
    """It has no file descriptor left; it ends, and the receiver is started by the next."""
    server = gateway.child("forkserver")
    used = len(list(Path(f"/proc/{server}/fd").iterdir()))
    resource.prlimit(server, resource.RLIMIT_NOFILE, (used, used))
    os.kill(gateway.child("receiver"), signal.SIGKILL)
    until(lambda: "cannot be started" in gateway.log.read_text())
    until(lambda: gateway.ask("/readyz").status == 200)
    assert gateway.child("forkserver") != server
    assert gateway.post(callback("j")).status == 200


def test_a_fork_server_that_hangs_gives_way_to_another(gateway: Gateway) -> None:
    """The admin port answers meanwhile."""
    server = gateway.child("forkserver")
    os.kill(server, signal.SIGSTOP)
    os.kill(gateway.child("receiver"), signal.SIGKILL)
    until(lambda: gateway.ask("/readyz").document.get("reasons") == ["receiver-0 is starting"])
    until(lambda: gateway.ask("/readyz").status == 200)
    assert gateway.child("forkserver") != server
    assert gateway.post(callback("j")).status == 200


def test_a_fork_server_that_hangs_does_not_hold_up_the_end(gateway: Gateway) -> None:
    """Whether a receiver waits for it or not."""
    os.kill(gateway.child("forkserver"), signal.SIGSTOP)
    os.kill(gateway.child("receiver"), signal.SIGKILL)
    until(lambda: gateway.ask("/readyz").status == 503)
    gateway.signal(signal.SIGTERM)
    assert gateway.wait(15) == 0
    until(lambda: not gateway.processes())


def test_a_receiver_that_ends_again_and_again_is_told(gateway: Gateway) -> None:
    """Also while it runs just now: whoever looks only then would see nothing of it."""
    for _ in range(3):
        kill_receiver(gateway)
    told = "receiver-0 has ended 3 times in a row (SIGKILL)"
    until(lambda: gateway.ask("/readyz").document == {"status": "ok", "notices": [told]})
