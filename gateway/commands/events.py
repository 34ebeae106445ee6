"""`gateway events`: read the journal, also while the gateway runs."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.commands.options import as_json, configuration, fail, settings
from gateway.core.model import Record
from gateway.journal import JournalError, Reader

_POLL_SECONDS: Final = 0.3
_ON_TERMINAL: Final = 20
_COLUMNS = ("id", "received", "source", "type", "tag", "outcome", "subject")


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
    with _journal(path) as journal:
        if limit is not None:
            _print(journal.newest(limit), plain=plain)
        else:
            _print(_all(journal), plain=plain)


def _all(journal: Reader) -> Iterator[Record]:
    position = 0
    while records := journal.read(position, limit=500, max_bytes=16 << 20):
        yield from records
        position = records[-1].seq


@events.command(epilog="Example: gateway events show 4bbe9ac9c1ff96c6d125debad0fa9331 --raw")
@configuration
@click.argument("event_id", metavar="ID")
@click.option("--raw", is_flag=True, help="The exact bytes received.")
def show(path: Path, event_id: str, *, raw: bool) -> None:
    """Show one event, or the callback it came from."""
    with _journal(path) as journal:
        record = journal.find(event_id)
        if record is None:
            fail(f"no event {event_id} in the journal")
        if raw:
            sys.stdout.buffer.write(journal.raw(record.seq)[1])
        else:
            event = orjson.loads(record.event.json)
            click.echo(orjson.dumps(event, option=orjson.OPT_INDENT_2).decode())


@events.command(epilog="Example: gateway events tail --json | jq .data.outcome")
@configuration
@click.option("--limit", default=10, show_default=True, type=click.IntRange(0),
              help="Start with the newest N.")  # fmt: skip
@as_json
def tail(path: Path, limit: int, *, plain: bool) -> None:
    """Follow the events as they arrive, until interrupted."""
    with _journal(path) as journal:
        try:
            for batch in _follow(journal, limit):
                _print(batch, plain=plain, header=False)
        except KeyboardInterrupt:
            sys.exit(0)


def _follow(journal: Reader, limit: int) -> Iterator[list[Record]]:
    records = journal.newest(limit) if limit else []
    position = journal.head()
    yield [record for record in records if record.seq <= position]
    while True:
        records = journal.read(position, limit=500, max_bytes=16 << 20)
        if records:
            position = records[-1].seq
            yield records
        else:
            time.sleep(_POLL_SECONDS)


@contextmanager
def _journal(path: Path) -> Iterator[Reader]:
    """The journal of a configuration; what is wrong with it ends the command."""
    try:
        with Reader(settings(path).journal.path) as journal:
            yield journal
    except JournalError as error:
        fail(str(error))


def _print(records: Iterable[Record], *, plain: bool, header: bool = True) -> None:
    if plain:
        for record in records:
            click.echo(record.event.json)
        return
    if not sys.stdout.isatty():
        for record in records:
            click.echo("  ".join(_row(record)))
        return
    table = Table(*_COLUMNS, box=None, show_header=header, pad_edge=False)
    for record in records:
        table.add_row(*map(Text, _row(record)))
    if table.row_count:
        Console().print(table)


def _row(record: Record) -> tuple[str, ...]:
    event = record.event
    kind = event.type.removeprefix("com.tencentcloud.")
    row = (
        event.id,
        record.received_at[:19],
        event.source,
        kind,
        event.tag or "-",
        event.outcome or "-",
        event.subject,
    )
    return tuple(map(_printable, row))


def _printable(text: str) -> str:
    """Whoever sent it is a stranger: nothing in it may steer a terminal."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
