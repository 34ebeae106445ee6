"""SIGHUP: the configuration is read again, no request is lost, and a mistake changes nothing."""

import asyncio
import os
import signal
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from gateway.journal import Reader
from tests.broker.certificates import certificates, client_certificate
from tests.broker.waiting import until
from tests.e2e.fixtures import NewGateway
from tests.e2e.gateway import TOKEN, Gateway, callback, is_alive
from tests.e2e.load import load
from tests.sources import NAME, PROVIDER
from tests.supervisor.in_flight import unfinished

TAKEN = "the new configuration is in use"
OTHER = "0e7c1b9a3d5f42688d6a4c2e1f3b5d79"


def source(*references: str, **more: object) -> dict[str, object]:
    """A source with these live secrets."""
    return {"provider": PROVIDER, "verify": [{"token": {"secrets": references}}], **more}


def messages(gateway: Gateway) -> list[str]:
    """What the processes have said, callbacks apart."""
    with suppress(ValueError):  # a line that is being written
        return [str(line["msg"]) for line in gateway.lines()]
    return []


def until_said(gateway: Gateway, message: str, times: int = 1) -> None:
    """Return once that was said so often."""
    until(lambda: messages(gateway).count(message) >= times)


def reload(gateway: Gateway, *, receivers: int = 1) -> None:
    """Write the configuration, tell the gateway, and return once its receivers use it."""
    before = messages(gateway).count(TAKEN)
    gateway.write()
    gateway.signal(signal.SIGHUP)
    until_said(gateway, TAKEN, before + receivers)


def until_ended(pid: int) -> None:
    """Return once the process is gone."""
    until(lambda: not is_alive(pid))


@pytest.mark.parametrize("new", [0, 1], ids=["new one first", "new one last"])
async def test_a_secret_is_rotated_without_a_refused_callback(
    new_gateway: NewGateway, tmp_path: Path, new: int
) -> None:
    """In either place of the list: write the new one, move the senders, overwrite the old one."""
    files = [tmp_path / "first", tmp_path / "second"]
    files[new].write_text("not used by anybody yet")
    files[1 - new].write_text(TOKEN)
    sources = {NAME: source(*(f"file:{file}" for file in files))}
    gateway = new_gateway({"sources": sources, "server": {"workers": 2}})
    gateway.start()
    new_path = f"/callbacks/{NAME}/{OTHER}"
    new_url = gateway.url.replace(gateway.path, new_path)
    async with load(gateway.url, rate=50) as old_senders:
        await old_senders.until(50)
        assert gateway.post(callback("early"), path=new_path).status == 401
        files[new].write_text(f"{OTHER}\n")
        await asyncio.to_thread(reload, gateway, receivers=2)
        async with load(new_url, rate=50) as new_senders:
            await new_senders.until(50)
            await old_senders.until(len(old_senders.accepted) + 50)
    async with load(new_url, rate=50) as last_senders:
        await last_senders.until(20)
        files[1 - new].write_text("not used by anybody any more")
        await asyncio.to_thread(reload, gateway, receivers=2)
        await last_senders.until(len(last_senders.accepted) + 50)
    assert gateway.post(callback("late")).status == 401
    every = [old_senders, new_senders, last_senders]
    assert [senders.refusals for senders in every] == [[], [], []]
    with Reader(gateway.journal) as journal:
        kept = {record.event.id for record in journal.newest(100_000)}
    assert {each.event for senders in every for each in senders.accepted} <= kept
    counted = gateway.metric("gateway_verified_total", source=NAME, check="token", secret=str(new))
    assert counted == len(new_senders.accepted) + len(last_senders.accepted)


def test_a_new_configuration_with_mistakes_is_told_whole_and_changes_nothing(
    gateway: Gateway,
) -> None:
    gateway.settings |= {"sources": {NAME: source("env:NONE")}, "journl": {}}
    gateway.write()
    gateway.signal(signal.SIGHUP)
    until(lambda: len([said for said in messages(gateway) if "not reloaded: " in said]) == 2)
    told = "\n".join(messages(gateway))
    assert f"sources.{NAME}.verify[0].token.secrets[0]: env:NONE is not set" in told
    assert "journl: unknown key; did you mean journal?" in told
    assert TAKEN not in told
    assert gateway.post(callback("j")).status == 200


def test_a_file_that_is_gone_changes_nothing(gateway: Gateway) -> None:
    gateway.configuration.unlink()
    gateway.signal(signal.SIGHUP)
    path = gateway.configuration
    until_said(gateway, f"not reloaded: {path}: cannot be read: No such file or directory")
    assert gateway.post(callback("j")).status == 200


def test_what_is_fixed_at_the_start_stays_and_is_said(gateway: Gateway) -> None:
    """Addresses, journal and workers: the receivers do not move, nor does a restarted one."""
    gateway.settings |= {
        "server": {"workers": 2, "drain_delay": "2s", "max_body": 200},
        "journal": {"path": "other.db", "retention": "1d"},
        "admin": {"listen": "127.0.0.1:1"},
    }
    receiver = gateway.child("receiver")
    reload(gateway)
    until_said(gateway, "configuration read again: 1 source(s)")
    fixed = [said for said in messages(gateway) if said.endswith("that needs a restart")]
    keys = ("server.listen", "server.workers", "server.drain_delay", "admin.listen", *JOURNAL)
    assert sorted(fixed) == sorted(f"{key} has changed: that needs a restart" for key in keys)
    assert gateway.post(b"x" * 201).status == 413
    assert gateway.child("receiver") == receiver
    os.kill(receiver, signal.SIGKILL)
    until_ended(receiver)
    gateway.child("receiver")
    assert gateway.post(b"x" * 201).status == 413
    assert gateway.post(callback("j")).status == 200
    assert not (gateway.folder / "other.db").exists()
    with Reader(gateway.journal) as journal:
        assert journal.count() == 1


JOURNAL = ("journal.path", "journal.retention")


def test_sources_come_and_go_and_a_receiver_that_starts_later_knows_them(gateway: Gateway) -> None:
    """New ones are there at once, removed ones are unknown, also after a crash."""
    other = f"/callbacks/other/{TOKEN}"
    assert gateway.post(callback("j"), path=other).status == 404
    gateway.settings["sources"] = {"other": source("env:CI_TOKEN")}
    reload(gateway)
    for _ in range(2):
        assert gateway.post(callback("j"), path=other).status == 200
        assert gateway.post(callback("j")).status == 404
        receiver = gateway.child("receiver")
        os.kill(receiver, signal.SIGKILL)
        until_ended(receiver)
        gateway.child("receiver")


def test_a_request_in_flight_finishes_with_the_old_secret(
    new_gateway: NewGateway, tmp_path: Path
) -> None:
    """It named its source before; the next one is refused."""
    secret = tmp_path / "secret"
    secret.write_text(TOKEN)
    gateway = new_gateway({"sources": {NAME: source(f"file:{secret}")}})
    gateway.start()
    with unfinished(gateway, "late") as request:
        secret.write_text(OTHER)
        reload(gateway)
        assert request.finish().status == 200
    assert gateway.post(callback("j")).status == 401
    assert gateway.post(callback("j"), path=f"/callbacks/{NAME}/{OTHER}").status == 200


def test_a_receiver_that_hangs_does_not_hang_the_rest_and_gets_the_newest(
    new_gateway: NewGateway,
) -> None:
    """However often and however large a configuration is reloaded meanwhile."""
    gateway = new_gateway({"server": {"workers": 2}})
    gateway.start()
    many = {f"source-{number}": source("env:CI_TOKEN") for number in range(1000)}
    hanging, _ = gateway.children("receiver")
    os.kill(hanging, signal.SIGSTOP)
    try:
        for number in range(3):
            gateway.settings["sources"] = {f"newest-{number}": source("env:CI_TOKEN"), **many}
            reload(gateway)
            assert gateway.ask("/readyz").status == 200
    finally:
        os.kill(hanging, signal.SIGCONT)
    until_said(gateway, TAKEN, 5)
    path = f"/callbacks/newest-2/{TOKEN}"
    answers = {gateway.post(callback("j"), path=path).status for _ in range(20)}
    assert answers == {200}  # each came on a connection of its own, to either receiver
    assert gateway.stop() == 0


def test_a_hangup_of_all_processes_is_a_reload(gateway: Gateway) -> None:
    """A terminal that closes, or a service manager, tells the whole group."""
    receiver = gateway.child("receiver")
    os.killpg(gateway.pid, signal.SIGHUP)
    until_said(gateway, TAKEN)
    assert gateway.child("receiver") == receiver
    assert gateway.post(callback("j")).status == 200


def test_a_certificate_that_was_replaced_is_shown_after_a_hangup(new_gateway: NewGateway) -> None:
    """By the receivers there are; the port stays open."""
    gateway = new_gateway({"server": {"tls": {"certificate": "s.pem", "key": "s.pem"}}})
    old, new = (certificates(gateway.folder, name).server.read_text() for name in ("old", "new"))
    (gateway.folder / "s.pem").write_text(old)
    gateway.start()
    receiver = gateway.child("receiver")
    assert ssl.get_server_certificate(("127.0.0.1", gateway.port)) in old
    (gateway.folder / "s.pem").write_text(new)
    reload(gateway)
    assert ssl.get_server_certificate(("127.0.0.1", gateway.port)) in new
    assert gateway.child("receiver") == receiver


def trusting(authority: Path, shown: Path | None = None) -> ssl.SSLContext:
    """A client that trusts this authority and shows this certificate."""
    context = ssl.create_default_context(cafile=authority)
    if shown is not None:
        context.load_cert_chain(shown)
    return context


def status(gateway: Gateway, client: ssl.SSLContext) -> int:
    """Of a callback that this client sends; 0 where it is not let in."""
    connection = HTTPSConnection("127.0.0.1", gateway.port, context=client, timeout=20)
    with suppress(OSError):
        connection.request("POST", f"/callbacks/{NAME}", callback("j"))
        return connection.getresponse().status
    connection.close()
    return 0


@contextmanager
def steady(gateway: Gateway, client: ssl.SSLContext) -> Iterator[list[int]]:
    """A sender that keeps its connection; the statuses of its answers so far."""
    statuses: list[int] = []
    ended = threading.Event()

    def send() -> None:
        connection = HTTPSConnection("127.0.0.1", gateway.port, context=client, timeout=20)
        while not ended.is_set():
            try:
                connection.request("POST", f"/callbacks/open/{TOKEN}", callback("j", len(statuses)))
                with connection.getresponse() as response:
                    response.read()
                    statuses.append(response.status)
            except OSError:
                statuses.append(0)
        connection.close()

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield statuses
    finally:
        ended.set()
        thread.join()


def test_the_authorities_of_clients_are_replaced_without_a_lost_request(
    new_gateway: NewGateway,
) -> None:
    """Who has a certificate of the removed one is not let in, and nobody else notices."""
    tls = {"certificate": "s.pem", "key": "s.pem", "client_ca": "clients.pem"}
    certified = {"provider": PROVIDER, "verify": [{"certificate": {"common_names": ["ci"]}}]}
    sources = {NAME: certified, "open": source("env:CI_TOKEN")}
    gateway = new_gateway({"server": {"tls": tls}, "sources": sources})
    server, *clients = (certificates(gateway.folder, name) for name in ("server", "old", "new"))
    (gateway.folder / "s.pem").write_text(server.server.read_text())
    old, new = (
        trusting(server.authority, client_certificate(each.authority, "ci")) for each in clients
    )
    known = gateway.folder / "clients.pem"
    known.write_text(clients[0].authority.read_text())
    gateway.start()
    receiver = gateway.child("receiver")
    with steady(gateway, trusting(server.authority)) as statuses:
        assert (status(gateway, old), status(gateway, new)) == (200, 0)
        known.write_text("".join(each.authority.read_text() for each in clients))
        reload(gateway)
        assert (status(gateway, old), status(gateway, new)) == (200, 200)
        known.write_text(clients[1].authority.read_text())
        reload(gateway)
        assert (status(gateway, old), status(gateway, new)) == (0, 200)
        sent = len(statuses)
        until(lambda: len(statuses) > sent + 5)
    assert set(statuses) == {200}
    assert gateway.child("receiver") == receiver
