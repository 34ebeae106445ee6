"""What the compiler learns from: the callback of `gateway serve --demo`, through the pipeline, as
XML and as JSON.

`deploy/compile.py` runs it on extensions that count how often each branch is taken. What it does
not come by is compiled as without it.
"""

import tempfile
from pathlib import Path
from time import time
from typing import Final

import orjson

from gateway.clock import now
from gateway.commands import demo
from gateway.core.coerce import untyped
from gateway.core.model import Callback
from gateway.core.pipeline import Receipted, process_all
from gateway.core.xml_body import decode_xml
from gateway.providers import providers
from gateway.settings import load
from gateway.sources import build_sources

_ROUNDS: Final = 1_000
_TOGETHER: Final = 8
_HEADERS: Final = ((b"Host", b"gateway"), (b"Content-Type", b"application/xml"))


def main() -> None:
    """Some seconds of work. Raises where a callback does not become events."""
    with tempfile.TemporaryDirectory(prefix="gateway-training-") as name:
        folder = Path(name)
        settings = load(demo.prepare(folder), {}, providers=providers())
        source = build_sources(settings)["demo"]
        token, xml = (folder / "token").read_bytes(), (folder / "callback.xml").read_bytes()
    json = orjson.dumps(untyped(decode_xml(xml)["Response"]), option=orjson.OPT_INDENT_2)
    for number in range(_ROUNDS):
        callback = Callback(
            source="demo",
            body=(xml, json)[number % 2],
            headers=_HEADERS,
            query={},
            token=token,
            peer="127.0.0.1",
            received_at=now(),
            time=time(),
        )
        for made in process_all([(callback, source)] * _TOGETHER):
            if not isinstance(made, Receipted):
                raise made


if __name__ == "__main__":
    main()
