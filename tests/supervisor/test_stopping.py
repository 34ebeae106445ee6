"""SIGTERM: tell, accept a little longer, finish, commit, exit 0; whatever hangs, within 15 s."""

import asyncio
import fcntl
import os
import signal
import socket
import time
from collections.abc import Callable

import pytest

from gateway.journal import Reader
from tests.broker.kafka import Broker, free_port
from tests.broker.waiting import until
from tests.e2e.fixtures import NewGateway, publishing
from tests.e2e.gateway import Gateway, callback, is_alive
from tests.e2e.load import load
from tests.supervisor.in_flight import unfinished

PROMISED_SECONDS = 15


def kept(gateway: Gateway) -> set[str]:
    """The ids of the events in the journal."""
    with Reader(gateway.journal) as journal:
        return {record.event.id for record in journal.newest(100_000)}


def closed(port: int) -> bool:
    """Whether nobody listens on it."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


async def test_sigterm_under_load_is_an_orderly_end(new_gateway: NewGateway) -> None:
    """/readyz says so at once, all callbacks within `drain_delay` are accepted, none is lost."""
    gateway = new_gateway({"server": {"drain_delay": "4s"}})
    gateway.start()
    async with load(gateway.url, rate=50) as told:
        await told.until(50)
        gateway.signal(signal.SIGTERM)
        signalled = time.monotonic()
        await asyncio.to_thread(until, lambda: gateway.ask("/readyz").status == 503)
        assert time.monotonic() - signalled < 2
        assert gateway.ask("/readyz").document["reasons"] == ["draining"]
        assert gateway.ask("/healthz").status == 200
        while time.monotonic() - signalled < 3:
            reply = await asyncio.to_thread(gateway.post, callback("draining"))
            assert reply.status == 200
        assert told.refusals == []
        code = await asyncio.to_thread(gateway.wait, PROMISED_SECONDS)
        took = time.monotonic() - signalled
        told.abandon()
    assert code == 0
    assert took < 10  # the senders' idle connections are not waited for
    assert {each.event for each in told.accepted} <= kept(gateway)
    log = gateway.folder / "journal.db-wal"
    assert not log.exists() or log.stat().st_size == 0


@pytest.mark.parametrize("seconds", [0.5, 2.5])
def test_a_request_in_flight_is_finished(gateway: Gateway, seconds: float) -> None:
    """Its last byte comes before, or after, the port is closed: it is answered 200 and kept."""
    with unfinished(gateway, "late") as request:
        gateway.signal(signal.SIGTERM)
        signalled = time.monotonic()
        until(lambda: time.monotonic() - signalled > seconds)
        assert closed(gateway.port) == (seconds > 1)
        reply = request.finish()
    assert gateway.wait() == 0
    assert reply.status == 200
    assert set(reply.document["events"]) <= kept(gateway)


def test_a_second_signal_ends_it_at_once(new_gateway: NewGateway) -> None:
    """Neither `drain_delay` nor requests in flight are waited for; what was accepted is kept."""
    gateway = new_gateway({"server": {"drain_delay": "5s"}})
    gateway.start()
    children = gateway.children("receiver")
    accepted = gateway.post(callback("j")).document["events"]
    with unfinished(gateway, "never"):
        gateway.signal(signal.SIGTERM)
        until(lambda: gateway.ask("/readyz").status == 503)
        gateway.signal(signal.SIGTERM)
        gateway.wait(2)
    assert not any(map(is_alive, children))
    assert set(accepted) <= kept(gateway)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_all_processes_is_an_orderly_end(
    gateway: Gateway, number: signal.Signals
) -> None:
    """A terminal tells the whole group, systemd the whole unit; only the parent acts on it."""
    with unfinished(gateway, "late") as request:
        os.killpg(gateway.pid, number)
        until(lambda: gateway.ask("/readyz").status == 503)
        started = time.monotonic()
        while time.monotonic() - started < 0.5:
            assert gateway.post(callback("draining")).status == 200
        assert request.finish().status == 200
    assert gateway.wait(PROMISED_SECONDS) == 0
    assert "starting it again" not in gateway.log.read_text()


def test_sigterm_while_starting_ends_it(new_gateway: NewGateway) -> None:
    """Its receiver is there, ready or not: no process stays."""
    gateway = new_gateway()
    gateway.launch()
    until(lambda: "callbacks on" in gateway.log.read_text())
    receiver = gateway.child("receiver")
    processes = gateway.processes()
    gateway.signal(signal.SIGTERM)
    assert gateway.wait(PROMISED_SECONDS) == 0
    assert not is_alive(receiver)
    until(lambda: not any(map(is_alive, processes)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_it_starts_is_an_orderly_end(
    new_gateway: NewGateway, number: signal.Signals
) -> None:
    """As soon as there is a receiver."""
    gateway = new_gateway({"server": {"drain_delay": "0s"}})
    gateway.launch()
    until(lambda: gateway.children("receiver"))
    gateway.signal(signal.SIGHUP)
    gateway.signal(number)
    assert gateway.wait(PROMISED_SECONDS) == 0
    assert "Traceback" not in gateway.log.read_text()


def test_a_receiver_that_hangs_does_not_hold_up_the_end(gateway: Gateway) -> None:
    """The promise of 15 s holds whatever a child does."""
    accepted = gateway.post(callback("j")).document["events"]
    os.kill(gateway.child("receiver"), signal.SIGSTOP)
    gateway.signal(signal.SIGTERM)
    gateway.wait(PROMISED_SECONDS)
    assert set(accepted) <= kept(gateway)


def test_a_kafka_that_is_away_does_not_hold_up_the_end(new_gateway: NewGateway) -> None:
    """There is nobody who could take what waits; it stays in the journal."""
    gateway = new_gateway(publishing(f"127.0.0.1:{free_port()}", "topic"))
    gateway.start()
    accepted = gateway.post(callback("j")).document["events"]
    gateway.signal(signal.SIGTERM)
    assert gateway.wait(PROMISED_SECONDS) == 0
    assert set(accepted) <= kept(gateway)


@pytest.mark.kafka
def test_a_kafka_and_a_sender_that_hang_do_not_hold_up_the_end(
    new_broker: Callable[[], Broker], new_gateway: NewGateway
) -> None:
    """Records are under way to a broker that does not answer, and a body that does not come."""
    broker = new_broker()
    broker.start()
    broker.create_topic("jobs")
    patient = publishing(broker.bootstrap, "jobs", request_timeout_ms=30_000)
    gateway = new_gateway({"server": {"body_timeout": "30s"}, **patient})
    gateway.start()
    assert gateway.post(callback("j", 1)).status == 200
    until(lambda: gateway.metric("gateway_route_published_total", route="jobs") == 1)
    broker.pause()
    accepted = gateway.post(callback("j", 2)).document["events"]
    with unfinished(gateway, "never"):
        gateway.signal(signal.SIGTERM)
        assert gateway.wait(PROMISED_SECONDS) == 0
    assert set(accepted) <= kept(gateway)


def test_nobody_reads_its_log(new_gateway: NewGateway) -> None:
    """A pipe that is full holds up neither callbacks nor the end."""
    gateway = new_gateway()
    unread, stderr = os.pipe()
    try:
        fcntl.fcntl(stderr, fcntl.F_SETPIPE_SZ, 4096)
        gateway.launch(stderr=stderr)
        gateway.until_ready()
        for number in range(50):
            assert gateway.post(callback("j", number)).status == 200
        gateway.signal(signal.SIGTERM)
        assert gateway.wait(PROMISED_SECONDS) == 0
    finally:
        os.close(stderr)
        os.close(unread)
    assert len(kept(gateway)) == 50
