"""`python -m tests.bench.staged STAGE FOLDER`: a receiver of which only the first stages work.

The other stages are replaced by what costs nothing, each through the port that it is called by. It
prints its port, and serves until it is told to stop.
"""

import asyncio
import hashlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from enum import IntEnum
from pathlib import Path
from socket import create_server

import uvloop
from msgspec import structs

from gateway.catalogue import known_tags
from gateway.clock import now
from gateway.core.json_body import decode_json
from gateway.core.model import Callback, Entry, Event, Receipt, Value
from gateway.core.pipeline import ID_LENGTH, Receipted, Source, process_all
from gateway.core.provider import Draft
from gateway.intake.answer import Answer
from gateway.intake.body import Limits
from gateway.intake.receiver import Journal, Observer, Receiver
from gateway.intake.server import CallbackServer, listen
from gateway.intake.together import Process
from gateway.journal import Appender, Writer
from gateway.observe.logs import log_to_stderr
from gateway.processes.cycles import tame
from gateway.processes.observed import Observed
from gateway.providers import providers
from gateway.settings import Settings, load
from gateway.sources import build_sources
from tests.bench.bodies import callback_json
from tests.bench.upkeep import written_back


class Stage(IntEnum):
    """Up to where a callback comes; each has all that is before it."""

    HTTP = 1
    """Read and answered, by the gateway's own server."""
    JOURNAL = 2
    """Its bytes are kept, under their hash."""
    OBSERVED = 3
    """It is counted, and has its line in the log."""
    UNDERSTOOD = 4
    """All but normalized: verified, decoded; an event that was made before is checked by its
    schema, named and written."""
    WHOLE = 5
    """The gateway."""


class Nothing:
    """A journal that keeps nothing, and an observer that tells nobody."""

    def append(self, _entry: Entry, done: Callable[[Receipt | Exception], object]) -> None:
        """At once."""
        done(Receipt(duplicate=False))

    def answered(
        self, source: str, answer: Answer, *, seconds: float, made: Receipted | None, peer: str
    ) -> None:
        """Not at all."""


def as_they_are(callbacks: Sequence[tuple[Callback, Source]]) -> list[Receipted | Exception]:
    """One event of each callback's bytes."""
    return [as_it_is(callback) for callback, _ in callbacks]


def as_it_is(callback: Callback) -> Receipted:
    """One event of the callback's bytes."""
    name = hashlib.sha256(callback.body).hexdigest()[:ID_LENGTH]
    event = Event(name, callback.source, "bench", name, "", "", callback.body)
    entry = Entry(callback.source, callback.received_at, b"[]", callback.body, "", (event,))
    return Receipted(entry, ())


def normalized_before(source: Source) -> Source:
    """The source with a normalizer that only finds the JobId; the rest of its drafts was made at
    the start."""
    known: list[Draft] = source.normalize(decode_json(callback_json().encode()))

    def normalize(document: Value) -> list[Draft]:
        root = document.get("Response", document)
        return [structs.replace(draft, subject=root["JobsDetail"]["JobId"]) for draft in known]

    return replace(source, normalize=normalize)


def receiver(stage: Stage, settings: Settings, opened: ExitStack) -> Receiver:
    """With the stages up to `stage`."""
    sources = build_sources(settings)
    nothing = Nothing()
    journal: Journal = nothing
    observer: Observer = nothing
    handle: Process = as_they_are
    if stage >= Stage.JOURNAL:
        opened.enter_context(written_back(settings.journal.path))
        writer = opened.enter_context(Writer(settings.journal.path, max_size=1 << 34))
        journal = Appender(writer)
    if stage >= Stage.OBSERVED:
        lines = log_to_stderr()
        opened.callback(lines.close)
        observer = Observed(lines, known_tags())
    if stage >= Stage.UNDERSTOOD:
        handle = process_all
    if stage == Stage.UNDERSTOOD:
        sources = {name: normalized_before(each) for name, each in sources.items()}
    limits = Limits(settings.server.max_body, settings.server.body_timeout)
    return Receiver(sources, journal, observer, limits=limits, clock=now, process=handle)


async def serve(stage: Stage, settings: Settings) -> None:
    """Until SIGTERM."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    with ExitStack() as opened:
        server = CallbackServer(receiver(stage, settings, opened))
        sock = create_server(("127.0.0.1", 0), backlog=1024)
        accepting = await listen(server, sock)
        tame()
        print(sock.getsockname()[1], flush=True)
        await stopped.wait()
        accepting.close()
        await server.finish(1.0)


def main() -> None:
    """The process's whole life."""
    stage, folder = Stage[sys.argv[1].upper()], Path(sys.argv[2])
    settings = load(folder / "gateway.yaml", os.environ, providers=providers())
    uvloop.run(serve(stage, settings))


if __name__ == "__main__":
    main()
