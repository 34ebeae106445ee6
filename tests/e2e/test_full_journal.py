"""A journal without room or on a failing disk: the sender is told at once to come later, nothing is
half kept, and the operator is told why."""

import asyncio
import resource
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from statistics import median

import pytest

from gateway.journal import Reader
from gateway.settings.values import SMALLEST_JOURNAL
from tests.broker.waiting import until
from tests.e2e.fixtures import NewGateway
from tests.e2e.gateway import Gateway, Reply, callback
from tests.small_disk import small_disk

MIB = 1 << 20
SMALL = {"path": "journal.db", "max_size": "4MiB"}


def large(number: int) -> bytes:
    """A callback of its own of some 8 KB."""
    return callback(f"j{number}", "x" * 8000)


def test_a_full_journal_says_so_and_recovers_with_more_room(new_gateway: NewGateway) -> None:
    """503 with Retry-After and an unready gateway, until it starts with a larger `max_size`; but
    nothing is refused as long as it is only what is to be written back that takes the room."""
    gateway = new_gateway({"journal": SMALL})
    gateway.start()
    accepted: list[str] = []
    refused: list[Reply] = []

    def post() -> Reply:
        reply = gateway.post(large(len(accepted)))
        accepted.extend(reply.document.get("events", []))
        if reply.status != 200:
            refused.append(reply)
        return reply

    while post().status == 200:
        pass
    assert gateway.metric("gateway_journal_fill_ratio") > 0.98
    assert gateway.metric("gateway_journal_events") == len(accepted) > 100
    for _ in range(9):
        assert post().status == 503
    for reply in refused:
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
    assert busy == len(refused)
    assert gateway.post(b"<a/>", path="/callbacks/media/wrong").status == 401

    assert gateway.post(large(0)).document["status"] == "duplicate"
    assert gateway.stop() == 0
    gateway.start()
    until(lambda: "journal_full" in str(gateway.ask("/readyz").document), within=3)

    assert gateway.stop() == 0
    gateway.settings["journal"] = {"path": "journal.db", "max_size": "9MiB"}
    gateway.start()
    assert gateway.ask("/readyz").status == 200
    assert post().status == 200
    with Reader(gateway.journal) as journal:
        assert [record.event.id for record in journal.newest(1000)] == accepted


def test_a_full_journal_recovers_when_its_events_expire(new_gateway: NewGateway) -> None:
    """It takes callbacks again by itself soon after the oldest are older than `retention`."""
    gateway = new_gateway({"journal": SMALL | {"retention": "2s"}})
    gateway.start()
    until(lambda: gateway.post(large(time.monotonic_ns())).status == 503)
    until(lambda: gateway.ask("/readyz").status == 503)
    until(lambda: gateway.ask("/readyz").status == 200)
    assert gateway.post(callback("j")).status == 200


def refusals(gateway: Gateway, count: int, reason: str) -> list[float]:
    """Seconds until each of so many callbacks is refused."""
    seconds = []
    for number in range(count):
        started = time.monotonic()
        reply = gateway.post(large(1_000_000 + number))
        seconds.append(time.monotonic() - started)
        assert (reply.status, reply.document["reason"]) == (503, reason)
        assert int(reply.headers["Retry-After"]) > 0
    return seconds


def errors(gateway: Gateway) -> list[str]:
    """What the log calls an error."""
    return [line["msg"] for line in gateway.lines() if line["level"] == "error"]


def test_a_full_journal_refuses_within_50_ms(new_gateway: NewGateway) -> None:
    """Half of them: others use this machine too."""
    gateway = new_gateway({"journal": SMALL})
    gateway.start()
    until(lambda: gateway.post(large(time.monotonic_ns())).status == 503)
    assert median(refusals(gateway, 50, "journal_full")) < 0.05


async def test_a_small_journal_is_filled_before_it_refuses(new_gateway: NewGateway) -> None:
    """By several receivers at once, which together stay within `max_size`. From a second after the
    first refusal on the gateway is unready, though a receiver may not have met with one."""
    gateway = new_gateway({"journal": SMALL, "server": {"workers": 2}})
    gateway.start()
    numbers = count()

    async def send() -> None:
        while (await asyncio.to_thread(gateway.post, large(next(numbers)))).status == 200:
            with Reader(gateway.journal) as journal:
                assert journal.size() <= 4 * MIB

    await asyncio.gather(*(send() for _ in range(8)))
    assert gateway.metric("gateway_journal_fill_ratio") > 0.95
    assert gateway.metric("gateway_journal_bytes") <= 4 * MIB
    await asyncio.to_thread(until, lambda: gateway.ask("/readyz").status == 503, within=3)
    assert "journal_full" in str(gateway.ask("/readyz").document["reasons"])


def test_a_gateway_is_unready_while_some_callbacks_find_no_room(new_gateway: NewGateway) -> None:
    """Though smaller ones do, in between; and ready again when none is refused any more."""
    gateway = new_gateway({"journal": SMALL, "server": {"max_body": "8MiB"}})
    gateway.start()
    huge = callback("huge", "x" * (3 * MIB))

    def is_unready_between() -> bool:
        assert gateway.post(huge).document.get("reason") == "journal_full"
        assert gateway.post(callback(f"j{time.monotonic_ns()}")).status == 200
        return gateway.ask("/readyz").status == 503

    until(is_unready_between, within=5)
    until(lambda: gateway.ask("/readyz").status == 200, within=5)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MiB."""
    with small_disk(tmp_path / "disk", mib=6) as folder:
        yield folder


def test_a_full_disk_is_told_and_gone_with_it(new_gateway: NewGateway, disk: Path) -> None:
    """503 and an unready gateway that says why; callbacks again once there is room."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(4 * MIB))
    gateway = new_gateway({"journal": {"path": str(disk / "journal.db")}})
    gateway.start()
    accepted: list[str] = []

    def post() -> int:
        reply = gateway.post(large(len(accepted)))
        accepted.extend(reply.document.get("events", []))
        return reply.status

    until(lambda: post() == 503)
    assert median(refusals(gateway, 20, "journal_full")) < 0.05
    until(lambda: gateway.ask("/readyz").status == 503, within=3)
    assert "journal_full" in str(gateway.ask("/readyz").document["reasons"])
    assert gateway.ask("/healthz").status == 200
    refused = [each for each in errors(gateway) if each.startswith("callbacks are refused")]
    assert len(refused) == 1
    assert "database or disk is full" in refused[0]

    ballast.unlink()

    until(lambda: gateway.ask("/readyz").status == 200)
    assert post() == 200
    assert gateway.stop() == 0
    with Reader(disk / "journal.db") as journal:
        assert [record.event.id for record in journal.newest(10_000)] == accepted


def test_an_io_error_stops_accepting_until_a_restart(new_gateway: NewGateway) -> None:
    """Nothing is promised of a disk that may have lost a write; log and /readyz say so."""
    gateway = new_gateway()
    gateway.start()
    assert gateway.post(callback("j1")).status == 200
    receiver = gateway.child("receiver")
    unlimited = resource.prlimit(receiver, resource.RLIMIT_FSIZE)
    resource.prlimit(receiver, resource.RLIMIT_FSIZE, (64 << 10, unlimited[1]))
    until(lambda: gateway.post(large(time.monotonic_ns())).status == 503)
    resource.prlimit(receiver, resource.RLIMIT_FSIZE, unlimited)

    refusals(gateway, 5, "journal_unavailable")
    until(lambda: gateway.ask("/readyz").status == 503)
    assert "journal_unavailable" in str(gateway.ask("/readyz").document["reasons"])
    (told,) = (each for each in errors(gateway) if each.startswith("callbacks are refused"))
    assert str(gateway.journal) in told
    assert told.endswith("disk I/O error; nothing is accepted until the gateway is restarted")

    assert gateway.stop() == 0
    gateway.start()
    assert gateway.post(callback("j1")).document["status"] == "duplicate"
    assert gateway.post(large(0)).status == 200


def test_a_log_that_was_damaged_is_told_at_the_start(new_gateway: NewGateway) -> None:
    """And a copy is kept: SQLite would read the journal without a word of what it left out."""
    gateway = new_gateway()
    gateway.start()
    for number in range(9):
        assert gateway.post(large(number)).status == 200
    gateway.kill()
    wal = gateway.journal.with_name("journal.db-wal")
    content = bytearray(wal.read_bytes())
    content[len(content) // 2] ^= 1
    wal.write_bytes(content)

    gateway.start()

    (told,) = errors(gateway)
    assert told.startswith(f"journal {gateway.journal}: its write-ahead log is damaged")
    (copy,) = gateway.folder.glob("journal.db-wal.damaged-*")
    assert copy.read_bytes() == content
    assert gateway.post(large(99)).status == 200


def test_the_smallest_journal_is_ready_before_anything_has_come(new_gateway: NewGateway) -> None:
    """It asks whether there is room for less than it has."""
    gateway = new_gateway({"journal": {"path": "journal.db", "max_size": SMALLEST_JOURNAL}})
    gateway.start()
    assert gateway.ask("/readyz").status == 200
    assert gateway.post(callback("first")).status == 200
    assert gateway.ask("/readyz").status == 200
