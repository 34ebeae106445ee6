"""`gateway events replay`: publish chosen events once more."""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import click

from gateway.clock import now
from gateway.commands import names
from gateway.commands.events import COLUMNS, events, row
from gateway.commands.moment import moment
from gateway.commands.options import configuration, fail
from gateway.commands.output import print_rows, progress
from gateway.commands.reading import journal_errors, part
from gateway.desk.choosing import LATEST, Chosen, UnknownEventError, Wanted, choose
from gateway.desk.naming import new_id
from gateway.journal import Reader, Replays
from gateway.publish.route import Route
from gateway.settings import Part

F = TypeVar("F", bound=Callable[..., object])
_POLL_SECONDS: Final = 0.2
_HINT_SECONDS: Final = 10.0
_MATCH: Final = ("source", "type", "tag", "outcome", "subject")


def _filters(command: F) -> F:
    """The options that choose events, as a route's `match` does; together they are the object."""
    for name in reversed(_MATCH):
        command = click.option(
            f"--{name}",
            multiple=True,
            metavar="GLOB",
            expose_value=False,
            callback=_collect,
            shell_complete=names.sources if name == "source" else None,
            help="May be given more than once.",
        )(command)
    return command


def _collect(context: click.Context, option: click.Parameter, globs: Sequence[str]) -> None:
    match: dict[str, Sequence[str]] = context.ensure_object(dict)
    if globs and option.name:
        match[option.name] = globs


@events.command(
    epilog="Example: gateway events replay --since 2h --type '*.job.finished' --dry-run"
)
@configuration
@click.argument("ids", metavar="[ID...]", nargs=-1, shell_complete=names.events)
@click.option(
    "--since",
    type=moment,
    metavar="TIME|AGE",
    help="Received at 2026-01-31T08:00:00Z or later, or 12h ago at the most.",
)
@click.option("--until", type=moment, metavar="TIME|AGE", help="Received before.")
@_filters
@click.option(
    "--route",
    "only",
    multiple=True,
    metavar="ROUTE",
    shell_complete=names.routes,
    help="Only on this route; may be given more than once.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    default=None,
    metavar="N",
    help="At most N events a second on each route.",
)
@click.option("--dry-run", is_flag=True, help="Only say how many they are, and show the first.")
@click.option("--no-wait", is_flag=True, help="Do not wait until they are published.")
@click.option("--cancel", metavar="REPLAY", help="End a replay that is under way.")
@click.pass_obj
def replay(
    match: dict[str, Sequence[str]],
    path: Path,
    ids: Sequence[str],
    *,
    since: str | None,
    until: str | None,
    only: Sequence[str],
    rate: float | None,
    dry_run: bool,
    no_wait: bool,
    cancel: str | None,
) -> None:
    """Publish events again: those with IDs, or all that the options choose.

    The running gateway publishes them, beside what is new, to every route that matches them and has
    published them before. Each carries the attribute `replay`; its id is the same. Use `gateway
    routes rewind` for everything from some time on.
    """
    found = part(path)
    with journal_errors(), Replays(found.journal.path) as replays:
        if cancel is not None:
            _cancel(replays, cancel)
            return
        if bool(ids) == bool(since or until or match):
            raise click.UsageError("give either IDs, or options that choose events")
        wanted = Wanted(ids, since or "", until or LATEST, match)
        chosen = _chosen(found, wanted, _routes(found, only))
        _print(chosen)
        if not dry_run and any(ranges.count for ranges in chosen.routes.values()):
            _replay(replays, chosen, rate or 0.0, wait=not no_wait)


def _routes(found: Part, only: Sequence[str]) -> list[Route]:
    known = {route.name: route for route in found.routes}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise click.UsageError(f"the configuration has no route {' '.join(unknown)}")
    if not known:
        fail("the configuration has no routes: nothing is published")
    chosen = [known[name] for name in only or known]
    return [Route(name=each.name, topic=each.topic, match=each.match) for each in chosen]


def _chosen(found: Part, wanted: Wanted, routes: Sequence[Route]) -> Chosen:
    with Reader(found.journal.path) as reader, progress("choosing") as step:
        try:
            return choose(reader, wanted, routes, step)
        except UnknownEventError as error:
            fail(str(error))


def _print(chosen: Chosen) -> None:
    for name, ranges in chosen.routes.items():
        click.echo(f"route {name}: {ranges.count} events")
    if chosen.unpublished:
        click.echo(f"not replayed, as a route has still to publish them: {chosen.unpublished}")
    print_rows(COLUMNS, map(row, chosen.examples))


def _replay(replays: Replays, chosen: Chosen, rate: float, *, wait: bool) -> None:
    identity = new_id()
    for name, ranges in chosen.routes.items():
        if ranges.count:
            replays.begin(identity, name, ranges, rate=rate, at=now())
    click.echo(f"replay {identity}")
    if wait:
        try:
            _wait(replays, identity)
        except KeyboardInterrupt:
            click.echo(
                "the gateway goes on with it; to end it: "
                f"gateway events replay --cancel {identity}",
                err=True,
            )
            sys.exit(0)


def _wait(replays: Replays, identity: str) -> None:
    total = sum(each.total for each in replays.of(identity))
    hint_at = time.monotonic() + _HINT_SECONDS
    with progress("replaying") as step:
        while running := [each for each in replays.of(identity) if each.state == "running"]:
            left = sum(each.left for each in running)
            step(total - left, total)
            if left == total and time.monotonic() > hint_at:
                hint_at = float("inf")
                hint = "nothing is published yet: does the gateway run, does Kafka answer?"
                click.echo(hint, err=True)
            time.sleep(_POLL_SECONDS)
    if any(each.state == "canceled" for each in replays.of(identity)):
        fail(f"replay {identity} was canceled")


def _cancel(replays: Replays, identity: str) -> None:
    if not replays.cancel(identity):
        fail(f"no replay {identity} is under way")
