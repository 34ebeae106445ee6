"""`gateway schemas`: what consumers may rely on, listed and printed."""

import os
from typing import Final

import click
import orjson

from gateway.catalogue import PublishedSchema, catalogue
from gateway.commands import names
from gateway.commands.options import as_json
from gateway.commands.output import print_rows
from gateway.resolve import Resolver

_COLUMNS: Final = ("id", "tag", "title", "file")


@click.group(epilog="Example: gateway schemas show Transcode")
def schemas() -> None:
    """List and show the published schemas of the events."""


@schemas.command("list", epilog="Example: gateway schemas list --json | jq -r .id")
@as_json
def list_schemas(*, plain: bool) -> None:
    """List every schema: its $id, the Tag of jobs it is for, its title and its file."""
    rows = [(s.identifier, s.tag, s.title, os.path.relpath(s.path)) for s in catalogue()]
    if not plain:
        print_rows(_COLUMNS, ((schema, tag or "-", *more) for schema, tag, *more in rows))
        return
    for row in rows:
        told = zip(_COLUMNS, row, strict=True)
        click.echo(orjson.dumps({name: value for name, value in told if value}))


@schemas.command(epilog="Example: gateway schemas show Transcode --resolved > transcode.json")
@click.argument("name", metavar="NAME|$id", shell_complete=names.schemas)
@click.option("--resolved", is_flag=True, help="One document that refers to no other.")
def show(name: str, *, resolved: bool) -> None:
    """Show a schema by its $id, its name (job.transcode) or its Tag (Transcode).

    A name that several providers have needs its own before it: github:event.
    """
    schema = _find(name)
    document = schema.document
    if resolved:
        document = Resolver(one.document for one in catalogue()).document(schema.identifier)
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2))


def _find(name: str) -> PublishedSchema:
    found = [schema for schema in catalogue() if schema.is_called(name)]
    if len(found) != 1:
        names = ", ".join(f"{schema.provider}:{schema.name}" for schema in found)
        hint = f"say which: {names}" if found else "see schemas list"
        raise click.BadParameter(f"{len(found)} schemas are called {name}; {hint}")
    return found[0]
