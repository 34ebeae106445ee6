"""A callback in quarantine → the events that it is by the current configuration, kept once.

The stored bytes and headers go through the pipeline once more. Its envelope was authentic when it
came, by the secrets of then: that is not checked again, and `verified_by` stays what it was. Checks
on the content run again, on what is understood now.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import orjson

from gateway.core.errors import Ignored, Refused
from gateway.core.model import Callback, Entry, Proof
from gateway.core.origin import EnvelopeCheck
from gateway.core.pipeline import Receipted, Source, process
from gateway.journal import Quarantined, Raw, Reader, Writer
from gateway.settings import Settings


class Ending(StrEnum):
    """What became of it."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    RESOLVED = "resolved before"
    FAILED = "still fails"
    UNKNOWN = "not in quarantine"


class Retried(NamedTuple):
    """One callback that was tried again: its new events, or why it stays."""

    id: str
    ending: Ending
    reason: str = ""
    detail: str = ""
    events: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is left to do."""
        return self.ending not in {Ending.FAILED, Ending.UNKNOWN}


class Retry:
    """Over one journal and the sources of one configuration."""

    def __init__(self, reader: Reader, writer: Writer, sources: Mapping[str, Source]) -> None:
        self._reader = reader
        self._writer = writer
        self._sources = sources

    async def one(self, quarantine_id: str, *, at: str) -> Retried:
        """Tries it; `at` is now. Raises Busy and JournalError: then it is in quarantine as before.

        Twice is once: who comes second finds it resolved.
        """
        kept = self._reader.quarantined(quarantine_id)
        raw = self._reader.quarantined_raw(quarantine_id)
        if kept is None or raw is None:
            return Retried(quarantine_id, Ending.UNKNOWN)
        if kept.resolution:
            return Retried(kept.id, Ending.RESOLVED, kept.resolution, kept.resolved_at)
        source = self._sources.get(kept.source)
        if source is None:
            detail = f"the configuration has no source {kept.source}"
            return Retried(kept.id, Ending.FAILED, "unknown_source", detail)
        return await self._resolved(kept, raw, source, at)

    async def _resolved(self, kept: Quarantined, raw: Raw, source: Source, at: str) -> Retried:
        try:
            made = resumed(callback(kept, raw), raw.verified_by, source)
            if source.confirm is not None:
                made = await source.confirm(made)
            entry, ending = made.entry, None
        except Refused as error:
            return Retried(kept.id, Ending.FAILED, error.check, str(error))
        except Ignored:
            entry, ending = _nothing(kept, raw), Ending.IGNORED
        if entry.quarantine is not None:
            why = entry.quarantine
            return Retried(kept.id, Ending.FAILED, why.reason.value, why.detail)
        receipt = self._writer.resolve(kept.id, entry, at=at)
        if receipt is None:
            return Retried(kept.id, Ending.RESOLVED)
        told = Ending.DUPLICATE if receipt.duplicate else Ending.ACCEPTED
        events = tuple(event.id for event in entry.events)
        return Retried(kept.id, ending or told, events=events)


@contextmanager
def retrying(reader: Reader, settings: Settings) -> Iterator[Retry]:
    """Over the journal and the sources of `settings`. Raises JournalError."""
    # imported late: providers and schemas are large, and the supervisor is small without
    from gateway.sources import build_sources

    journal = settings.journal
    with Writer(journal.path, max_size=journal.max_size) as writer:
        yield Retry(reader, writer, build_sources(settings))


def callback(kept: Quarantined, raw: Raw) -> Callback:
    """As it was received, but for the secrets, which are not kept."""
    headers = (
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in orjson.loads(raw.headers)
    )
    return Callback(
        source=kept.source,
        body=raw.body,
        headers=tuple(headers),
        query={},
        token=None,
        peer="",
        received_at=kept.received_at,
        time=datetime.fromisoformat(kept.received_at).timestamp(),
    )


def resumed(callback: Callback, verified_by: str, source: Source) -> Receipted:
    """As `process`, of a callback whose envelope was proved when it came, as `verified_by` says.

    That may name checks on the content too, passed then and now: what passes now is named once.
    """
    made = process(callback, replace(source, envelope=[_believed(verified_by)]))
    passed = {word for proof in made.proofs[1:] for word in proof.proved.split(",")}
    rest = ",".join(word for word in verified_by.split(",") if word not in passed)
    if rest == verified_by:
        return made
    return process(callback, replace(source, envelope=[_believed(rest)]))


def _believed(verified_by: str) -> EnvelopeCheck:
    return lambda _callback: Proof("journal", verified_by)


def _nothing(kept: Quarantined, raw: Raw) -> Entry:
    return Entry(kept.source, kept.received_at, raw.headers, raw.body, raw.verified_by)
