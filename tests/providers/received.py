"""What the pipeline makes of a callback, for any provider."""

import json
from collections.abc import Mapping
from dataclasses import replace

from gateway.core.model import Document, Entry, Quarantine
from gateway.core.pipeline import Source, process
from gateway.core.redact import redaction
from gateway.providers import providers
from tests.sources import callback, source_of

Headers = Mapping[str, str | bytes]
"""Name → value; text is sent as UTF-8."""


def redacting(provider: str, *names: str) -> Source:
    """A source of the provider that keeps nothing under `names`."""
    return replace(source_of(provider), redact=redaction(names, root=providers()[provider].root))


def pairs(headers: Headers) -> tuple[tuple[bytes, bytes], ...]:
    """Headers as intake hands them on."""
    return tuple(
        (name.encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in headers.items()
    )


def entry_of(source: Source, body: bytes, headers: Headers) -> Entry:
    """The entry of one callback."""
    return process(callback(body, headers=pairs(headers)), source).entry


def events_of(source: Source, body: bytes, headers: Headers) -> list[Document]:
    """The CloudEvents of one callback, parsed; fails when it went to quarantine."""
    entry = entry_of(source, body, headers)
    assert entry.quarantine is None, entry.quarantine
    return [json.loads(event.json) for event in entry.events]


def quarantine_of(source: Source, body: bytes, headers: Headers) -> Quarantine:
    """Why one callback went to quarantine; fails when it did not."""
    entry = entry_of(source, body, headers)
    assert entry.events == ()
    assert entry.quarantine is not None
    return entry.quarantine
