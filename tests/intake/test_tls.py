"""TLS on the callback port itself: real handshakes, and the certificate a client has shown."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.core.checks.certificate import Clients, certificate_check
from gateway.intake.tls import RenewableContext
from gateway.settings.tls import Tls
from tests import sources
from tests.broker.certificates import Certificates, certificates, client_certificate
from tests.intake.port import DEADLINE, Port, Reply, Wire, callback, open_port, post, until

KNOWN = certificate_check(Clients(common_names=["known"]))
SOURCES = (
    sources.source(),
    replace(sources.source(), name="certified", envelope=[KNOWN]),
)
CERTIFIED = b"/callbacks/certified"


class Authorities(NamedTuple):
    """Ours, with its clients, and one that nobody trusts."""

    server: Certificates
    known: Path
    other: Path
    foreign: Path
    stranger: Path
    """The authority of `foreign`."""


class Renewed(NamedTuple):
    """A section whose file of clients' authorities is to be another."""

    section: Tls
    file: Path
    authority: Path
    """The other one."""
    old: ssl.SSLContext
    """A client that shows a certificate of the first."""
    new: ssl.SSLContext
    """A client that shows one of the other."""


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    """Made once: it takes openssl a while."""
    folder = tmp_path_factory.mktemp("certificates")
    server, stranger = certificates(folder, "ours"), certificates(folder, "strange")
    return Authorities(
        server,
        client_certificate(server.authority, "known"),
        client_certificate(server.authority, "other"),
        client_certificate(stranger.authority, "known"),
        stranger.authority,
    )


def settings(authorities: Authorities) -> Tls:
    """The section of the configuration."""
    files = {"certificate": authorities.server.server, "key": authorities.server.server}
    return Tls.model_validate({**files, "client_ca": authorities.server.authority})


def renewable(section: Tls) -> RenewableContext:
    """As a receiver listens with it."""
    return RenewableContext(section.context())


@pytest.fixture
async def port(authorities: Authorities) -> AsyncIterator[Port]:
    """`media` wants a token, `certified` a certificate of `known`."""
    async with open_port(*SOURCES, tls=renewable(settings(authorities))) as opened:
        yield opened


def trusting(authorities: Authorities, shown: Path | None = None) -> ssl.SSLContext:
    """A client that trusts our authority and shows this certificate."""
    context = ssl.create_default_context(cafile=authorities.server.authority)
    if shown is not None:
        context.load_cert_chain(shown)
    return context


async def dial(port: Port, context: ssl.SSLContext) -> Wire:
    """A new connection whose handshake is done."""
    async with asyncio.timeout(DEADLINE):
        where = ("127.0.0.1", port.number)
        return Wire(*await asyncio.open_connection(*where, ssl=context))


async def ask(port: Port, context: ssl.SSLContext, data: bytes) -> Reply:
    """The answer to `data` on a connection of its own."""
    wire = await dial(port, context)
    await wire.send(data)
    try:
        return await wire.reply()
    finally:
        wire.close()


async def test_callbacks_come_over_tls(port: Port, authorities: Authorities) -> None:
    """Several on one connection; a source that asks for no certificate needs none."""
    wire = await dial(port, trusting(authorities))
    for number in range(3):
        await wire.send(post(callback(number)))
        assert (await wire.reply()).status == 200
    wire.close()
    assert port.recorder.peers == ["127.0.0.1"] * 3


async def test_the_clients_certificate_is_checked(port: Port, authorities: Authorities) -> None:
    """None, and one of our authority that is not listed, are refused as such."""
    request = post(callback(), target=CERTIFIED)
    shown = (authorities.known, authorities.other, None)
    answers = [(await ask(port, trusting(authorities, each), request)).status for each in shown]
    assert answers == [200, 401, 401]
    assert [seen.reason for seen in port.seen] == ["", "certificate", "certificate"]
    assert port.journal.entries[0].verified_by == "certificate"


async def test_a_certificate_of_an_unknown_authority_is_not_let_in(
    port: Port, authorities: Authorities
) -> None:
    """Whatever its names are; not even a source that asks for none is reached."""
    for target in (CERTIFIED, b"/callbacks/media/" + sources.SECRET):
        with pytest.raises((OSError, EOFError)):
            await ask(
                port, trusting(authorities, authorities.foreign), post(callback(), target=target)
            )
    assert port.seen == []


async def test_a_certificate_in_a_header_is_none(port: Port, authorities: Authorities) -> None:
    header = b"X-Forwarded-Client-Cert: DNS=known.example.com"
    reply = await ask(port, trusting(authorities), post(callback(), header, target=CERTIFIED))
    assert reply.status == 401


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_resumed_session_still_has_its_certificate(
    port: Port, authorities: Authorities, version: ssl.TLSVersion
) -> None:
    """A sender that resumes shows it no more; OpenSSL keeps it with the session."""
    context = trusting(authorities, authorities.known)
    context.minimum_version = context.maximum_version = version
    statuses, resumed = await asyncio.to_thread(resuming, context, port.number)
    assert (statuses, resumed) == ([200, 200], True)


def resuming(context: ssl.SSLContext, number: int) -> tuple[list[int], bool]:
    """The answers to two callbacks, and whether the second came in the session of the first."""
    session, statuses, reused = None, [], None
    for job in range(2):
        raw = socket.create_connection(("127.0.0.1", number), timeout=DEADLINE)
        with context.wrap_socket(raw, server_hostname="127.0.0.1", session=session) as tls:
            tls.sendall(post(callback(job), target=CERTIFIED))
            statuses.append(int(tls.recv(4096).split(b" ")[1]))
            session, reused = tls.session, tls.session_reused
    return statuses, bool(reused)


async def test_plain_http_is_not_spoken(port: Port) -> None:
    wire = await port.dial(post(callback()))
    assert b"HTTP" not in await wire.rest()
    assert port.seen == []


async def test_a_stopping_port_ends_idle_connections_and_finishes_requests(
    port: Port, authorities: Authorities
) -> None:
    idle, slow = await dial(port, trusting(authorities)), await dial(port, trusting(authorities))
    request = post(callback())
    await slow.send(request[:-1])
    await until(lambda: len(port.server.connections) == 2 and port.receiver.busy)
    finishing = asyncio.create_task(port.server.finish(DEADLINE))
    assert await idle.rest() == b""
    await slow.send(request[-1:])
    assert (await slow.reply()).status == 200
    await finishing


async def test_a_certificate_that_was_replaced_is_shown_to_new_connections(
    authorities: Authorities, tmp_path: Path
) -> None:
    """A connection that was there has its answer, and ends with it."""
    file = tmp_path / "server.pem"
    file.write_text(authorities.server.server.read_text())
    section = Tls.model_validate({"certificate": file, "key": file})
    context = renewable(section)
    async with open_port(*SOURCES, tls=context) as port:
        wire = await dial(port, trusting(authorities))
        newer = certificates(tmp_path, "newer")
        file.write_text(newer.server.read_text())
        context.newest = section.context()
        with pytest.raises(ssl.SSLCertVerificationError):
            await dial(port, trusting(authorities))
        (await dial(port, ssl.create_default_context(cafile=newer.authority))).close()
        await wire.send(post(callback()))
        reply = await wire.reply()
        assert (reply.status, reply.closes) == (200, True)
        assert await wire.rest() == b""


@pytest.fixture
def renewed(authorities: Authorities, tmp_path: Path) -> Renewed:
    """Both authorities' `known`, and a file that has the first one."""
    file = tmp_path / "clients.pem"
    file.write_text(authorities.server.authority.read_text())
    files = {"certificate": authorities.server.server, "key": authorities.server.server}
    section = Tls.model_validate({**files, "client_ca": file})
    old, new = (trusting(authorities, shown) for shown in (authorities.known, authorities.foreign))
    return Renewed(section, file, authorities.stranger, old, new)


CERTIFIED_POST = post(callback(), target=CERTIFIED)


async def test_a_new_authority_of_clients_takes_the_place_of_the_old_one(renewed: Renewed) -> None:
    """Who has a certificate of the old one is not let in any more."""
    context = renewable(renewed.section)
    async with open_port(*SOURCES, tls=context) as port:
        assert (await ask(port, renewed.old, CERTIFIED_POST)).status == 200
        with pytest.raises((OSError, EOFError)):
            await ask(port, renewed.new, CERTIFIED_POST)
        renewed.file.write_text(renewed.authority.read_text())
        context.newest = renewed.section.context()
        with pytest.raises((OSError, EOFError)):
            await ask(port, renewed.old, CERTIFIED_POST)
        assert (await ask(port, renewed.new, CERTIFIED_POST)).status == 200
        assert port.statuses == [200, 200]


async def test_both_authorities_are_known_while_clients_move(renewed: Renewed) -> None:
    """With both in the file, as secrets rotate."""
    both = renewed.file.read_text() + renewed.authority.read_text()
    context = renewable(renewed.section)
    async with open_port(*SOURCES, tls=context) as port:
        renewed.file.write_text(both)
        context.newest = renewed.section.context()
        for shown in (renewed.old, renewed.new):
            assert (await ask(port, shown, CERTIFIED_POST)).status == 200


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_session_of_the_old_authority_is_not_resumed(
    renewed: Renewed, version: ssl.TLSVersion
) -> None:
    """Resuming shows no certificate: the old one would be believed for as long as sessions live."""
    renewed.old.minimum_version = renewed.old.maximum_version = version
    context = renewable(renewed.section)
    async with open_port(*SOURCES, tls=context) as port:
        session = await asyncio.to_thread(session_of, renewed.old, port.number)
        renewed.file.write_text(renewed.authority.read_text())
        context.newest = renewed.section.context()
        with pytest.raises((OSError, EOFError)):
            await asyncio.to_thread(session_of, renewed.old, port.number, session)
        assert port.statuses == [200]


async def test_a_connection_of_the_old_authority_ends_with_its_next_answer(
    renewed: Renewed,
) -> None:
    """Also one whose request was on its way: no request is lost, and none follows."""
    context = renewable(renewed.section)
    async with open_port(*SOURCES, tls=context) as port:
        idle, slow = await dial(port, renewed.old), await dial(port, renewed.old)
        await idle.send(CERTIFIED_POST)
        assert not (await idle.reply()).closes
        await slow.send(CERTIFIED_POST[:-1])
        await until(lambda: port.receiver.busy)
        renewed.file.write_text(renewed.authority.read_text())
        context.newest = renewed.section.context()
        for wire, rest in ((slow, CERTIFIED_POST[-1:]), (idle, CERTIFIED_POST)):
            await wire.send(rest)
            reply = await wire.reply()
            assert (reply.status, reply.closes) == (200, True)
            assert await wire.rest() == b""
        fresh = await dial(port, renewed.new)
        await fresh.send(CERTIFIED_POST)
        assert not (await fresh.reply()).closes
        fresh.close()


def session_of(
    context: ssl.SSLContext, number: int, session: ssl.SSLSession | None = None
) -> ssl.SSLSession | None:
    """The session of a connection that had a 200, and may begin with one; OSError: it had none."""
    raw = socket.create_connection(("127.0.0.1", number), timeout=DEADLINE)
    with context.wrap_socket(raw, server_hostname="127.0.0.1", session=session) as tls:
        tls.sendall(CERTIFIED_POST)
        if not tls.recv(4096).startswith(b"HTTP/1.1 200"):
            raise EOFError
        return tls.session
