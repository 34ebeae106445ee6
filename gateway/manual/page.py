"""All parts → the reference page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.cli import main
from gateway.manual.answers import causes, faults, reasons
from gateway.manual.commands import commands
from gateway.manual.metrics import metrics
from gateway.manual.settings import checks, settings

FILE: Final = Path(__file__).parents[2] / "deploy/docs/reference.md"
_HEAD: Final = """\
<!-- Written by `python -m gateway.manual`; change the code instead. -->

# Reference

[Settings](#settings) · [Answers](#answers) · [Metrics](#metrics) · [Commands](#commands).
Events and their fields: [schemas](../../schemas/README.md). An example with every setting:
[gateway.yaml](../gateway.yaml).
"""
_SETTINGS: Final = """\
## Settings

Of `gateway.yaml`, by their path; `<name>` is a name of yours, `[]` an element of a list. A size is
`500MB`, `1MiB` or a number of bytes; a duration `500ms`, `10s`, `5m`, `12h` or `7d`; a secret
`env:NAME` or `file:PATH`. Relative paths start in the folder of the file.
"""
_CHECKS: Final = """\
### Checks

Each element of `sources.<name>.verify` is one of these. What each proves:
[security](../security.md).
"""
_REASONS: Final = """\
## Answers

Whatever is not 200 is an RFC 9457 problem with `type`, `title`, `status` and one of these reasons.
The log and `gateway_callbacks_total` have the same, and for a 401 the check that refused.
"""
_FAULTS: Final = """\
### Dead letters

The header `dead_letter_reason`, and the label `reason` of `gateway_dead_letters_total`:
"""
_METRICS: Final = """\
## Metrics

On the admin port at `/metrics`. A histogram has `_bucket`, `_sum` and `_count`.
"""
_CAUSES: Final = """\
### Restarts of the publisher

The label `cause` of `gateway_publisher_restarts_total`:
"""
_COMMANDS: Final = """\
## Commands

Exit code 0: done; 1: failed; 2: a mistake of use or of the configuration. `gateway completion`
makes shells complete them.
"""


def page() -> str:
    """The whole file."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    for head, rows in (
        (_SETTINGS, settings()),
        (_CHECKS, checks()),
        (_REASONS, reasons()),
        (_FAULTS, faults()),
        (_METRICS, metrics()),
        (_CAUSES, causes()),
        (_COMMANDS, commands(main)),
    ):
        yield head
        yield from rows
        yield ""
