"""The configuration and its journal → the names that a shell completes.

A shell asks between two keys: what cannot be read gives no names, and never a word of trouble.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from click import Context, Parameter
from click.shell_completion import CompletionItem

from gateway.catalogue import catalogue
from gateway.commands.output import printable
from gateway.core.errors import GatewayError
from gateway.journal import Reader, require
from gateway.settings import load_part
from gateway.settings.document import read
from gateway.settings.load import text_of

Names = Iterable[tuple[str, str]]
"""Each with what it is, in a few words."""
Completer = Callable[[Context, Parameter, str], list[CompletionItem]]
_NEWEST: Final = 50


def _routes(path: Path) -> Names:
    return [(route.name, f"to {route.topic}") for route in load_part(path).routes]


def _sources(path: Path) -> Names:
    tree = read(text_of(path)).value
    sources = tree.get("sources") if isinstance(tree, dict) else None
    return [(str(name), "source") for name in sources] if isinstance(sources, dict) else []


def _events(path: Path) -> Names:
    with _journal(path) as reader:
        newest = reader.newest(_NEWEST)
    return [(each.event.id, f"{each.event.type} {each.event.subject}") for each in newest]


def _quarantined(path: Path) -> Names:
    with _journal(path) as reader:
        newest = reader.quarantine(_NEWEST)
    return [(each.id, f"{each.reason}: {each.detail}") for each in newest]


@contextmanager
def _journal(path: Path) -> Iterator[Reader]:
    kept = load_part(path).journal.path
    require(kept)
    with Reader(kept) as reader:
        yield reader


def _schemas(_: Path) -> Names:
    return [(schema.tag or schema.name, schema.title) for schema in catalogue()]


def _complete(names: Callable[[Path], Names], context: Context, _: Parameter, begun: str,
              ) -> list[CompletionItem]:  # fmt: skip
    try:
        found = names(Path(context.params.get("path") or "gateway.yaml"))
    except (GatewayError, OSError):
        return []
    return [
        CompletionItem(name, help=printable(what))
        for name, what in dict(found).items()
        if name.startswith(begun)
    ]


routes: Final[Completer] = partial(_complete, _routes)
"""Those of the configuration."""
sources: Final[Completer] = partial(_complete, _sources)
"""Those of the configuration."""
events: Final[Completer] = partial(_complete, _events)
"""The ids of the newest."""
quarantined: Final[Completer] = partial(_complete, _quarantined)
"""The ids of the newest in quarantine."""
schemas: Final[Completer] = partial(_complete, _schemas)
"""Tags, and the names of what has none."""
