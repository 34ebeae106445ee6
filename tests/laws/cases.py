"""The pairs of `tests/examples`: a request as it stands on the wire, and what it must become."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

import xmltodict

from gateway.core.model import Document
from tests.sources import PROVIDER

EXAMPLES: Final = Path(__file__).parents[1] / "examples"


@dataclass(frozen=True, slots=True)
class Case:
    """One example."""

    name: str
    head: bytes
    body: bytes
    expected: Document

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """Names and values of the head."""
        lines = self.head.split(b"\r\n")[1:]
        return tuple((name, value.strip()) for name, _, value in (x.partition(b":") for x in lines))

    @property
    def provider(self) -> str:
        """Whose example it is: its folder."""
        return self.name.partition("/")[0]

    @property
    def document(self) -> Document:
        """The body, decoded by other tools than the gateway's."""
        body: str | bytes = self.body
        if self.body.startswith(b"payload="):
            ((body,),) = parse_qs(self.body.decode(), strict_parsing=True).values()
        found: Document = xmltodict.parse(body) if body[:1] in ("<", b"<") else json.loads(body)
        return found


def case(path: Path) -> Case:
    """The example whose `.http` is at `path`."""
    head, _, body = path.read_bytes().partition(b"\r\n\r\n")
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    return Case(f"{path.parent.name}/{path.stem}", head, body, expected)


EVERY: Final = [case(path) for path in sorted(EXAMPLES.glob("*/*.http"))]
"""The examples of all providers."""
CASES: Final = [case for case in EVERY if case.provider == PROVIDER]
"""Those of Tencent CI, whose callbacks have two wire forms."""
READABLE: Final = [case for case in CASES if "events" in case.expected]
