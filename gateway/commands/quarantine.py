"""`gateway quarantine`: what was authentic but could not be understood, also while the gateway
runs."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import click
import orjson

from gateway.clock import now
from gateway.commands import names
from gateway.commands.moment import moment
from gateway.commands.options import as_json, ask, configuration, confirmed, fail
from gateway.commands.output import Step, print_rows, printable, progress
from gateway.commands.reading import journal, journal_errors, part, settings
from gateway.core.errors import QUARANTINING
from gateway.journal import Among, Quarantined, Reader

if TYPE_CHECKING:
    from gateway.desk.retrying import Retried, Retry

F = TypeVar("F", bound=Callable[..., object])
_ON_TERMINAL: Final = 20
_ALL: Final = -1
_COLUMNS: Final = ("id", "last seen", "source", "seen", "bytes", "reason", "detail")
_IDS = click.argument("ids", metavar="ID...", nargs=-1, shell_complete=names.quarantined)


def _among(command: F) -> F:
    """The options that choose by source and reason."""
    for option in (
        click.option(
            "--reason", type=click.Choice([each.value for each in QUARANTINING]), metavar="REASON"
        ),
        click.option("--source", metavar="NAME", shell_complete=names.sources),
    ):
        command = option(command)
    return command


@click.group(epilog="Example: gateway quarantine list")
def quarantine() -> None:
    """Look at callbacks that could not become events, and try them again."""


@quarantine.command("list", epilog="Example: gateway quarantine list --reason schema --since 7d")
@configuration
@_among
@click.option("--since", type=moment, metavar="TIME|AGE",
              help="Came at 2026-01-31T08:00:00Z or later, or 12h ago at the most.")  # fmt: skip
@click.option("--resolved", is_flag=True, help="Also those that were retried or discarded.")
@click.option("--limit", type=click.IntRange(1), help="The newest N; all, on a terminal 20.")
@as_json
def list_quarantine(
    path: Path,
    source: str | None,
    reason: str | None,
    *,
    since: str | None,
    resolved: bool,
    limit: int | None,
    plain: bool,
) -> None:
    """List the callbacks in quarantine, oldest first."""
    if limit is None:
        limit = _ON_TERMINAL if sys.stdout.isatty() and not plain else _ALL
    with journal(path) as reader:
        found = reader.quarantine(limit, Among(source or "", reason or "", since or "", resolved))
    if plain:
        for each in found:
            click.echo(orjson.dumps(_document(each)))
    else:
        print_rows(_COLUMNS, map(_row, found))


@quarantine.command(epilog="Example: gateway quarantine show 4bbe9ac9c1ff96c6d125debad0fa9331")
@configuration
@click.argument("quarantine_id", metavar="ID", shell_complete=names.quarantined)
@click.option("--raw", is_flag=True, help="The exact bytes received.")
@as_json
def show(path: Path, quarantine_id: str, *, raw: bool, plain: bool) -> None:
    """Show why a callback is in quarantine, with its headers; or its bytes."""
    with journal(path) as reader:
        found = reader.quarantined(quarantine_id)
        kept = reader.quarantined_raw(quarantine_id)
    if found is None or kept is None:
        fail(f"no callback {quarantine_id} in quarantine")
    if raw:
        sys.stdout.buffer.write(kept.body)
    else:
        shown = {**_document(found), "headers": orjson.loads(kept.headers)}
        click.echo(orjson.dumps(shown, option=0 if plain else orjson.OPT_INDENT_2))


@quarantine.command(epilog="Example: gateway quarantine retry --reason schema")
@configuration
@_IDS
@click.option("--all", "everything", is_flag=True, help="All that are in quarantine.")
@_among
@as_json
def retry(
    path: Path,
    ids: Sequence[str],
    source: str | None,
    reason: str | None,
    *,
    everything: bool,
    plain: bool,
) -> None:
    """Make events of callbacks in quarantine, by the configuration and schemas of now.

    For when a schema or the configuration was mended. What succeeds leaves the quarantine for the
    journal, once; what does not stays as it is, and the exit code is 1.
    """
    if bool(ids) == bool(everything or source or reason):
        raise click.UsageError("give either IDs, or --all, --reason or --source")
    # here, because every other command starts faster without the receiver's rooms
    from gateway.desk.retrying import retrying

    found = settings(path)
    with journal_errors(), ExitStack() as opened:
        reader = opened.enter_context(journal(path))
        each = opened.enter_context(retrying(reader, found))
        chosen = ids or reader.quarantine_ids(Among(source or "", reason or ""))
        step = opened.enter_context(progress("retrying"))
        failed = asyncio.run(_report(_retried(each, chosen, step), plain=plain))
    if not chosen:
        click.echo("gateway: nothing of that is in quarantine", err=True)
    if failed:
        click.echo(f"gateway: {failed} of {len(chosen)} still in quarantine", err=True)
        sys.exit(1)


@quarantine.command(epilog="Example: gateway quarantine discard 4bbe9ac9c1ff96c6d125debad0fa9331")
@configuration
@click.argument("ids", metavar="ID...", nargs=-1, required=True, shell_complete=names.quarantined)
@confirmed
def discard(path: Path, ids: Sequence[str], *, yes: bool) -> None:
    """Take callbacks out of quarantine for good; their bytes are deleted with `retention`.

    A callback that arrives once more is in quarantine once more.
    """
    with journal_errors(), Reader(part(path).journal.path) as reader:
        ask(f"Discard {len(ids)} callback(s)?", yes=yes)
        missing = [each for each in ids if not reader.discard(each, at=now())]
    if missing:
        fail(f"not in quarantine: {' '.join(missing)}")


async def _retried(retry: "Retry", chosen: Sequence[str], step: Step) -> "AsyncIterator[Retried]":
    for number, each in enumerate(chosen, start=1):
        yield await retry.one(each, at=now())
        step(number, len(chosen))


async def _report(tried: "AsyncIterator[Retried]", *, plain: bool) -> int:
    """Print each; returns how many are still to be dealt with."""
    failed = 0
    async for each in tried:
        failed += not each.is_done
        words = (each.id, each.ending, each.reason, each.detail, *each.events)
        told = {name: value for name, value in each._asdict().items() if value}
        click.echo(orjson.dumps(told) if plain else printable("  ".join(filter(None, words))))
    return failed


def _document(each: Quarantined) -> dict[str, object]:
    return {name: value for name, value in each._asdict().items() if value != ""}


def _row(each: Quarantined) -> tuple[str, ...]:
    seen = str(each.seen)
    reason = f"{each.reason} ({each.resolution})" if each.resolution else each.reason
    return (each.id, each.last_seen[:19], each.source, seen, str(each.size), reason, each.detail)
