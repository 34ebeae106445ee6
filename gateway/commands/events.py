"""`gateway events`: read the journal, also while the gateway runs."""

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import click
import orjson

from gateway.commands import names
from gateway.commands.options import as_json, configuration, fail
from gateway.commands.output import Row, print_rows
from gateway.commands.reading import journal
from gateway.core.model import Record
from gateway.journal import Reader

_POLL_SECONDS: Final = 0.3
_ON_TERMINAL: Final = 20
COLUMNS: Final = ("id", "received", "source", "type", "tag", "outcome", "subject")


@click.group(epilog="Example: gateway events tail")
def events() -> None:
    """List, show and follow the events in the journal."""


@events.command("list", epilog="Example: gateway events list --limit 5")
@configuration
@click.option("--limit", type=click.IntRange(1), help="The newest N; all, on a terminal 20.")
@as_json
def list_events(path: Path, limit: int | None, *, plain: bool) -> None:
    """List the events, oldest first."""
    if limit is None and sys.stdout.isatty() and not plain:
        limit = _ON_TERMINAL
    with journal(path) as reader:
        if limit is not None:
            _print(reader.newest(limit), plain=plain)
        else:
            _print(_all(reader), plain=plain)


def _all(reader: Reader) -> Iterator[Record]:
    position = 0
    while records := reader.read(position, limit=500, max_bytes=16 << 20):
        yield from records
        position = records[-1].seq


@events.command(epilog="Example: gateway events show 4bbe9ac9c1ff96c6d125debad0fa9331 --raw")
@configuration
@click.argument("event_id", metavar="ID", shell_complete=names.events)
@click.option("--raw", is_flag=True, help="The exact bytes received.")
@as_json
def show(path: Path, event_id: str, *, raw: bool, plain: bool) -> None:
    """Show one event, or the callback it came from."""
    with journal(path) as reader:
        record = reader.find(event_id)
        if record is None:
            fail(f"no event {event_id} in the journal")
        if raw:
            sys.stdout.buffer.write(reader.raw(record.seq).body)
        else:
            event = orjson.loads(record.event.json)
            click.echo(orjson.dumps(event, option=0 if plain else orjson.OPT_INDENT_2).decode())


@events.command(epilog="Example: gateway events tail --json | jq .data.outcome")
@configuration
@click.option("--limit", default=10, show_default=True, type=click.IntRange(0),
              help="Start with the newest N.")  # fmt: skip
@as_json
def tail(path: Path, limit: int, *, plain: bool) -> None:
    """Follow the events as they arrive, until interrupted."""
    with journal(path) as reader:
        try:
            for batch in _follow(reader, limit):
                _print(batch, plain=plain, columns=())
        except KeyboardInterrupt:
            sys.exit(0)


def _follow(reader: Reader, limit: int) -> Iterator[list[Record]]:
    records = reader.newest(limit) if limit else []
    position = reader.head()
    yield [record for record in records if record.seq <= position]
    while True:
        records = reader.read(position, limit=500, max_bytes=16 << 20)
        if records:
            position = records[-1].seq
            yield records
        else:
            time.sleep(_POLL_SECONDS)


def _print(records: Iterable[Record], *, plain: bool, columns: Row = COLUMNS) -> None:
    if plain:
        for record in records:
            click.echo(record.event.json)
    else:
        print_rows(columns, map(row, records))


def row(record: Record) -> tuple[str, ...]:
    """What a line says of an event."""
    event = record.event
    kind = event.type.removeprefix("com.tencentcloud.")
    received = record.received_at[:19]
    tag, outcome = event.tag or "-", event.outcome or "-"
    return (event.id, received, event.source, kind, tag, outcome, event.subject)
