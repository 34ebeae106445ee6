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
from collections import Counter
from collections.abc import Mapping
from functools import partial
from multiprocessing.connection import Connection
from time import monotonic, time
from typing import Final

import uvloop

from gateway.catalogue import known_tags
from gateway.clock import now
from gateway.core.errors import Reason
from gateway.core.pipeline import Receipted, process
from gateway.intake.answer import Answer, Result
from gateway.intake.body import Limits
from gateway.intake.limits import Rate, Throttle
from gateway.intake.proxies import Proxies
from gateway.intake.receiver import Process, Receiver
from gateway.intake.server import CallbackServer, client_certificate, listen
from gateway.intake.tls import RenewableContext
from gateway.journal import Appender, Writer
from gateway.observe import metrics
from gateway.observe.lines import LONGEST, Fields, Lines
from gateway.observe.logs import log_to_stderr
from gateway.processes.child import Beat, become
from gateway.processes.cycles import tame
from gateway.processes.orders import Orders
from gateway.settings import Server, Settings
from gateway.sources import build_sources

BEAT_SECONDS: Final = 1.0
PROBE_SECONDS: Final = 30.0
"""Without a callback that tells, the journal is asked so often whether it has room."""
FINISH_SECONDS: Final = 8.0
"""How long requests in flight may still take after the port is closed."""
_log = logging.getLogger(__name__)
_MOST_IDS: Final = 20
"""Of one line: a callback may have thousands of events."""
_GATHER_SECONDS: Final = 1.0
_DURABLE = {Result.ACCEPTED, Result.DUPLICATE, Result.QUARANTINED}


class Observed:
    """Tells metrics and log of every answer, once."""

    def __init__(self, lines: Lines, tags: Mapping[str, str]) -> None:
        self._lines = lines
        self._tally = metrics.Tally()
        self._tags = tags
        self._turned_away: Counter[str] = Counter()

    def answered(
        self, source: str, answer: Answer, *, seconds: float, made: Receipted | None, peer: str
    ) -> None:
        """Count the answer and write its line."""
        self._tally.add(metrics.callbacks(source, answer.result, answer.reason))
        if answer.reason == Reason.OVERLOADED:
            self._turn_away(source)
            return
        metrics.callback_seconds(source).observe(seconds)
        if made is not None:
            self._count(source, answer, made)
        self._lines.add(_line(source, answer, seconds, made) | {"peer": peer})

    def _turn_away(self, source: str) -> None:
        """A line for each would cost as much as the refusal: those of a second have one."""
        if not self._turned_away:
            asyncio.get_running_loop().call_later(_GATHER_SECONDS, self._tell_turned_away)
        self._turned_away[source] += 1

    def _tell_turned_away(self) -> None:
        turned_away, self._turned_away = self._turned_away, Counter()
        for source, count in turned_away.items():
            told: Fields = {"time": now(), "level": "warning", "msg": "refused"}
            told |= {"source": source, "result": Result.BUSY, "reason": Reason.OVERLOADED}
            self._lines.add(told | {"count": count})

    def _count(self, source: str, answer: Answer, made: Receipted) -> None:
        for proof in made.proofs:
            self._tally.add(metrics.verified(source, proof.check, proof.secret))
        if answer.result is Result.ACCEPTED:
            for draft in made.drafts:
                if draft.unknown:
                    metrics.unknown_fields(source, draft.tag, draft.unknown, known=self._tags)
        if answer.result in _DURABLE:
            self._tally.latest(metrics.last_callback(source), time())


def _line(source: str, answer: Answer, seconds: float, made: Receipted | None) -> Fields:
    fields: Fields = {
        "time": made.entry.received_at if made is not None else now(),
        "level": "info",
        "msg": "callback",
        "source": source,
        "result": answer.result,
        "status": answer.status,
        "ms": round(seconds * 1000, 2),
    }
    if answer.reason:
        fields["reason"] = answer.reason
    if made is None:
        return fields
    entry = made.entry
    fields["bytes"] = len(entry.body)
    fields["verifiedby"] = entry.verified_by
    if entry.quarantine is not None:
        fields["quarantine"] = entry.quarantine.id
        fields["detail"] = entry.quarantine.detail
    if entry.events:
        first = entry.events[0]
        fields["events"] = [event.id for event in entry.events[:_MOST_IDS]]
        if len(entry.events) > _MOST_IDS:
            fields["count"] = len(entry.events)
        fields |= {"type": first.type[:LONGEST], "subject": first.subject[:LONGEST]}
        fields["outcome"] = first.outcome
        if first.tag:
            fields["tag"] = first.tag[:LONGEST]
    return fields


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
    limited = {name: one.rate_limit for name, one in settings.sources.items()}
    rates = {name: Rate(one.per_second, one.burst) for name, one in limited.items() if one}
    failures = settings.server.failed_checks.per_minute
    if not rates and not failures:
        return process
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
        if appender.state or monotonic() - asked >= PROBE_SECONDS:
            await appender.probe()
            asked = monotonic()
        trouble = appender.state
        if select.select((), (link,), (), 0)[1]:  # a supervisor that hangs does not read
            link.send(Beat(trouble.value if trouble else None))
        await asyncio.sleep(BEAT_SECONDS)
