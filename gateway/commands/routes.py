"""`gateway routes`: where each route is in the journal, and moving it back."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import orjson

from gateway.clock import now
from gateway.commands import names
from gateway.commands.moment import moment
from gateway.commands.options import as_json, ask, configuration, confirmed, fail
from gateway.commands.output import duration, print_rows
from gateway.commands.reading import journal_errors, part
from gateway.desk.choosing import beginning
from gateway.desk.naming import new_id
from gateway.doctor.running import asked
from gateway.journal import Reader, Replay, Replays
from gateway.settings import Address, Part

_COLUMNS: Final = ("route", "topic", "position", "lag", "oldest", "waits for")
_ANSWER_SECONDS: Final = 1.0
_WAITS: Final = re.compile(r"route (\S+) waits: ([^;]*)")
_DOWN: Final = "Kafka does not answer"


@click.group(epilog="Example: gateway routes list")
def routes() -> None:
    """See how far each route has published, and publish again."""


@routes.command("list", epilog="Example: gateway routes list --json | jq 'select(.lag > 1000)'")
@configuration
@as_json
def list_routes(path: Path, *, plain: bool) -> None:
    """List the routes: position, events behind, age of the oldest, and why it waits.

    The last only while the gateway runs and its admin port answers. Replays that are under way
    are listed below their route.
    """
    found = part(path)
    with journal_errors(), Reader(found.journal.path) as reader, Replays(reader.path) as replays:
        rows = list(_states(found, reader, replays.running()))
    if plain:
        for row in rows:
            click.echo(orjson.dumps({name: value for name, value in row.items() if value != ""}))
    else:
        print_rows(_COLUMNS, map(_row, rows))


@routes.command(epilog="Example: gateway routes rewind ci.jobs --to 2026-01-31T08:00:00Z --dry-run")
@configuration
@click.argument("route", metavar="ROUTE", shell_complete=names.routes)
@click.option("--to", "target", required=True, metavar="NUMBER|TIME|AGE|start",
              help="The first event to be published again: its number, or the first received at "
              "that time or later, or the oldest that is kept.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what would be published again.")
@confirmed
def rewind(path: Path, route: str, target: str, *, dry_run: bool, yes: bool) -> None:
    """Move a route back: it publishes again what it matches, in order, from there on.

    Works while the gateway runs. Each event that the route has passed before carries the attribute
    `replay`; its id is the same.
    """
    found = part(path)
    if route not in {each.name for each in found.routes}:
        raise click.UsageError(f"the configuration has no route {route}")
    with journal_errors(), Reader(found.journal.path) as reader, Replays(reader.path) as replays:
        is_time = target != "start" and not target.isdecimal()
        first = beginning(reader, moment(target) if is_time else target)
        if first is None:
            fail("no event that is kept was received since then")
        position = reader.position(route)
        if first > position:
            fail(f"route {route} has not passed event {first} yet: it is at {position}")
        (record,) = reader.read(first - 1, limit=1, max_bytes=0)
        what = f"{position - first + 1} events, {first} to {position}"
        click.echo(f"route {route}: what it matches of {what}, received since {record.received_at}")
        if dry_run:
            return
        ask("Publish it again?", yes=yes)
        replay = new_id()
        if not replays.rewind(route, first - 1, replay=replay, at=now()):
            fail(f"route {route} was moved in the meantime")
    click.echo(f"replay {replay}")


def _states(found: Part, reader: Reader, running: Iterable[Replay]) -> Iterable[dict[str, object]]:
    waits = _waits(found.admin.listen, [route.name for route in found.routes])
    replays = list(running)
    for route in found.routes:
        position = reader.position(route.name)
        waiting = reader.waiting(position)
        yield {
            "route": route.name,
            "topic": route.topic,
            "position": position,
            "lag": waiting.events,
            "oldest_seconds": _age(waiting.since),
            "blocked": waits.get(route.name, ""),
        }
        for replay in replays:
            if replay.route == route.name:
                yield _replay(replay, route.topic)


def _replay(replay: Replay, topic: str) -> dict[str, object]:
    return {
        "route": replay.route,
        "topic": topic,
        "position": replay.position,
        "lag": replay.left,
        "oldest_seconds": _age(replay.started),
        "replay": replay.id,
    }


def _age(since: str) -> float:
    if not since:
        return 0.0
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds())


def _waits(admin: Address, routes: Iterable[str]) -> dict[str, str]:
    """Why routes wait, as the running gateway tells; nothing where none answers."""
    told = asked(admin, "/readyz", seconds=_ANSWER_SECONDS, largest=None)
    notices = "; ".join(map(str, told.get("notices", ())))
    everywhere = dict.fromkeys(routes, _DOWN) if _DOWN in notices else {}
    return everywhere | dict(_WAITS.findall(notices))


def _row(state: dict[str, object]) -> tuple[str, ...]:
    note = f"replay {state['replay']}" if "replay" in state else str(state["blocked"] or "")
    age = duration(float(str(state["oldest_seconds"]))) if state["lag"] else "-"
    figures = (str(state["position"]), str(state["lag"]), age)
    return (str(state["route"]), str(state["topic"]), *figures, note)
