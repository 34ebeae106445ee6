"""The events that the examples expect, whole: with an id, as they are published."""

import hashlib
import json
from pathlib import Path
from typing import Final

from gateway.core.model import Document
from tests.sources import PROVIDER

_FOLDER = Path(__file__).parents[1] / "examples"


def _published() -> dict[str, Document]:
    """`<provider>/<case>-<number>` → event."""
    return {
        f"{path.parent.name}/{path.stem}-{number}": {
            "id": hashlib.sha256(f"{path.parent.name}/{path.stem}-{number}".encode()).hexdigest()[
                :32
            ],
            "receivedtime": "2022-08-09T07:00:00.000001Z",
            "verifiedby": "token,bucket",
            **event,
        }
        for path in sorted(_FOLDER.glob("*/*.json"))
        for number, event in enumerate(json.loads(path.read_bytes()).get("events", ()))
    }


EVENTS: Final = _published()


def event(prefix: str) -> Document:
    """The first event of the first case whose name begins so, as a copy of its own.

    Of Tencent CI, where the prefix does not begin with another provider: `github/push`.
    """
    whole = prefix if "/" in prefix else f"{PROVIDER}/{prefix}"
    text = json.dumps(next(EVENTS[name] for name in EVENTS if name.startswith(whole)))
    document: Document = json.loads(text)
    return document
