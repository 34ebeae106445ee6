"""One receiving process: settings and a bound socket → callbacks made durable, until told to stop.

It reports to its supervisor once a second over `link`. New settings that come over it are taken
over at once; when it ends, because the supervisor says so or is gone: close the port, finish what
is in flight, commit.
"""

import asyncio
import contextlib
import logging
import os
import select
import socket
from functools import partial
from multiprocessing.connection import Connection
from time import monotonic
from typing import Final

import uvloop

from gateway.catalogue import known_tags
from gateway.clock import now
from gateway.core.pipeline import process_all
from gateway.intake.body import Limits
from gateway.intake.challenges import challenge, challenging
from gateway.intake.limits import Rate, Throttle
from gateway.intake.proxies import Proxies
from gateway.intake.receiver import Receiver
from gateway.intake.server import CallbackServer, client_certificate, listen
from gateway.intake.tls import RenewableContext
from gateway.intake.together import Process
from gateway.journal import Appender, Writer
from gateway.observe import metrics
from gateway.observe.lines import Lines
from gateway.observe.logs import log_to_stderr
from gateway.processes.child import Beat, become
from gateway.processes.cycles import tame
from gateway.processes.heap import give_back
from gateway.processes.observed import Observed
from gateway.processes.orders import Orders
from gateway.settings import Server, Settings, Source
from gateway.sources import build_sources

BEAT_SECONDS: Final = 1.0
PROBE_SECONDS: Final = 30.0
"""Without a callback that tells, the journal is asked so often whether it has room."""
FINISH_SECONDS: Final = 8.0
"""How long requests in flight may still take after the port is closed."""
_log = logging.getLogger(__name__)


def receive(
    sock: socket.socket, wake: Connection | None, settings: Settings, link: Connection
) -> None:
    """The process's whole life. `wake` gets a byte after each commit, for the publisher."""
    become("receiver")
    lines = log_to_stderr()
    uvloop.run(_serve(settings, sock, link, wake, lines))
    lines.close()


async def _serve(
    settings: Settings, sock: socket.socket, link: Connection, wake: Connection | None, lines: Lines
) -> None:
    tls = RenewableContext(settings.server.tls.context()) if settings.server.tls else None
    writer = Writer(settings.journal.path, max_size=settings.journal.max_size)
    appender = Appender(writer, on_commit=_OnCommit(wake))
    receiver = _receiver(settings, appender, lines, tls)
    server = CallbackServer(receiver)
    orders = Orders(link, partial(_reload, receiver, tls))
    accepting = await listen(server, sock, tls)
    tame()
    give_back()
    beats = asyncio.create_task(_beat(link, appender))
    await orders.stop.wait()
    beats.cancel()
    accepting.close()
    await server.finish(FINISH_SECONDS)
    await appender.close()
    writer.close()


def _reload(receiver: Receiver, tls: RenewableContext | None, settings: Settings) -> None:
    if tls is not None and settings.server.tls is not None:
        tls.newest = settings.server.tls.context()
    metrics.expect(settings.sources)
    receiver.reload(
        build_sources(settings),
        limits=_limits(settings.server),
        proxies=_proxies(settings.server),
        process=_process(settings),
    )
    _log.info("the new configuration is in use")


def _limits(server: Server) -> Limits:
    return Limits(server.max_body, server.body_timeout)


def _proxies(server: Server) -> Proxies | None:
    return Proxies(server.trusted_proxies) if server.trusted_proxies else None


def _process(settings: Settings) -> Process:
    challenges = {name: challenge(_names(one)) for name, one in settings.sources.items()}
    return challenging(_limited(settings), challenges)


def _names(source: Source) -> list[str]:
    return [name.removeprefix("any.") for item in source.verify for name, _ in item.named]


def _limited(settings: Settings) -> Process:
    limited = {name: one.rate_limit for name, one in settings.sources.items()}
    rates = {name: Rate(one.per_second, one.burst) for name, one in limited.items() if one}
    failures = settings.server.failed_checks.per_minute
    if not rates and not failures:
        return process_all
    return Throttle(rates, Rate(failures / 60, failures) if failures else None)


def _receiver(
    settings: Settings, appender: Appender, lines: Lines, tls: RenewableContext | None
) -> Receiver:
    metrics.expect(settings.sources)
    return Receiver(
        build_sources(settings),
        appender,
        Observed(lines, known_tags()),
        limits=_limits(settings.server),
        clock=now,
        proxies=_proxies(settings.server),
        certificate=client_certificate if tls else None,
        process=_process(settings),
        is_outdated=tls.is_outdated if tls else None,
    )


class _OnCommit:
    """After a commit: its time, and a byte that wakes the publisher."""

    def __init__(self, wake: Connection | None) -> None:
        self._wake = wake
        if wake is not None:
            os.set_blocking(wake.fileno(), False)

    def __call__(self, _size: int, seconds: float) -> None:
        metrics.COMMIT_SECONDS.observe(seconds)
        if self._wake is not None:
            with contextlib.suppress(BlockingIOError, BrokenPipeError):  # awake already, or gone
                os.write(self._wake.fileno(), b"\0")


async def _beat(link: Connection, appender: Appender) -> None:
    asked = -PROBE_SECONDS
    while True:
        refused = appender.refused()
        if appender.state or refused or monotonic() - asked >= PROBE_SECONDS:
            await appender.probe()
            asked = monotonic()
        trouble = appender.state or refused
        if select.select((), (link,), (), 0)[1]:  # a supervisor that hangs does not read
            link.send(Beat(trouble.value if trouble else None))
        await asyncio.sleep(BEAT_SECONDS)
