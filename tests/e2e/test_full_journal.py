"""A journal without room: the sender is told at once to come later, and nothing is half kept."""

import time

from gateway.journal import Reader
from tests.broker.waiting import until
from tests.e2e.fixtures import NewGateway
from tests.e2e.gateway import Reply, callback


def large(number: int) -> bytes:
    """A callback of its own of some 8 KB."""
    return callback(f"j{number}", "x" * 8000)


def test_a_full_journal_says_so_and_recovers_with_more_room(new_gateway: NewGateway) -> None:
    """503 with Retry-After and an unready gateway, until it starts with a larger `max_size`."""
    gateway = new_gateway({"journal": {"path": "journal.db", "max_size": "512KiB"}})
    gateway.start()
    accepted: list[str] = []

    def post() -> Reply:
        started = time.monotonic()
        reply = gateway.post(large(len(accepted)))
        assert time.monotonic() - started < 2
        accepted.extend(reply.document.get("events", []))
        return reply

    until(lambda: post().status != 200)
    assert 5 < len(accepted) < 60
    refusals = [post() for _ in range(3)]
    for reply in refusals:
        assert reply.status == 503
        assert reply.document["reason"] == "journal_full"
        assert reply.headers["Content-Type"] == "application/problem+json"
        assert int(reply.headers["Retry-After"]) > 0
    until(lambda: gateway.ask("/readyz").status == 503, within=3)
    assert "journal_full" in str(gateway.ask("/readyz").document["reasons"])
    assert gateway.ask("/healthz").status == 200
    busy = gateway.metric(
        "gateway_callbacks_total", source="media", result="busy", reason="journal_full"
    )
    assert busy == 4
    assert gateway.post(b"<a/>", path="/callbacks/media/wrong").status == 401

    assert gateway.stop() == 0
    gateway.settings["journal"] = {"path": "journal.db", "max_size": "8MiB"}
    gateway.start()
    assert gateway.ask("/readyz").status == 200
    assert post().status == 200
    with Reader(gateway.journal) as journal:
        assert [record.event.id for record in journal.newest(1000)] == accepted


def test_a_full_journal_recovers_when_its_events_expire(new_gateway: NewGateway) -> None:
    """It takes callbacks again by itself soon after the oldest are older than `retention`."""
    small = {"path": "journal.db", "max_size": "512KiB", "retention": "2s"}
    gateway = new_gateway({"journal": small})
    gateway.start()
    until(lambda: gateway.post(large(time.monotonic_ns())).status == 503)
    until(lambda: gateway.ask("/readyz").status == 503)
    until(lambda: gateway.ask("/readyz").status == 200)
    assert gateway.post(callback("j")).status == 200
