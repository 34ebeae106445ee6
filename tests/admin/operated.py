"""A journal that operators look at, and the admin port over it without a gateway."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import orjson
from aiohttp import web
from msgspec import structs
from prometheus_client import CollectorRegistry, Counter

from gateway.admin.operators import add_operators
from gateway.clock import now
from gateway.core.errors import Reason
from gateway.core.model import Entry, Event, Quarantine
from gateway.desk.administering import OperatorsDesk
from gateway.journal import Publications, Reader, Writer
from gateway.settings import Settings, load
from tests.e2e.gateway import callback as job
from tests.journal.entries import callback, identity

CHANGE: Final = {"X-Requested-With": "test"}
TOKENS: Final = ("first-token-of-operators", "second-token-of-operators")
CONFIGURATION: Final = """
admin: {listen: "127.0.0.1:0"}
journal: {path: journal.db}
sources:
  media: {provider: tencent-ci, verify: [token: {secrets: ["env:CI_TOKEN"]}], expect_every: 10m}
kafka: {bootstrap_servers: ["localhost:9092"]}
routes: [{topic: ci.jobs}, {topic: ci.failures, match: {outcome: [failure, canceled]}}]
"""


class Said:
    """What is said of the processes."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.told: list[str] = []

    def unready(self) -> list[str]:
        """Why not."""
        return self.reasons

    def notices(self) -> list[str]:
        """What else."""
        return self.told


def registry() -> CollectorRegistry:
    """Three callbacks were accepted."""
    made = CollectorRegistry()
    labels = ["source", "result", "reason"]
    Counter("gateway_callbacks_total", "Some.", labels, registry=made).labels(
        "media", "accepted", ""
    ).inc(3)
    return made


def configured(folder: Path) -> Settings:
    """The configuration, in a folder of its own."""
    path = folder / "gateway.yaml"
    path.write_text(CONFIGURATION)
    return load(path, {"CI_TOKEN": "some-token-of-enough-length"}, providers=["tencent-ci"])


def append(path: Path, *entries: Entry) -> None:
    """Into the journal."""
    with Writer(path, max_size=1 << 30) as writer:
        writer.append(entries)


def kept(
    name: str, *, outcome: str = "success", tag: str = "Transcode", at: str = "", body: bytes = b""
) -> Entry:
    """A callback with its name as its body and one event, received now unless `at` says when."""
    entry = callback(name, body=body or name.encode(), at=at or now())
    (event,) = entry.events
    return structs.replace(entry, events=(whole(structs.replace(event, tag=tag, outcome=outcome)),))


def whole(event: Event) -> Event:
    """With a CloudEvent as its JSON."""
    data = {
        "provider": "tencent-ci",
        "outcome": event.outcome,
        "job": {"id": event.subject, "tag": event.tag, "run_seconds": 26.0},
        "input": {"bucket": "test-1250000000", "key": "input/demo.mp4"},
        "detail": {"TemplateName": "720p", "MediaInfo": {"Format": {"Duration": 13.0}}},
        "extra": {"JobsDetail.Odd": "kept as text"},
    }
    told = {"specversion": "1.0", "id": event.id, "type": event.type, "subject": event.subject}
    source = f"/callbacks/{event.source}"
    return structs.replace(event, json=orjson.dumps({**told, "source": source, "data": data}))


def held(name: str, body: bytes = b"<Response", detail: str = "line 1, column 9") -> Entry:
    """A callback in quarantine."""
    why = Quarantine(identity(name), Reason.MALFORMED_XML, detail)
    headers = b'[["Content-Type", "text/xml"]]'
    return Entry("media", now(), headers, body, "token", quarantine=why)


def mended(name: str) -> Entry:
    """A callback in quarantine that becomes an event when it is tried again."""
    return held(name, body=job(f"j-{name}"), detail="JobsDetail.State: was unknown")


def fill(path: Path) -> None:
    """Five events, of which the route has passed three, and one callback in quarantine."""
    append(path, *map(kept, "abcde"), held("bad"))
    with Reader(path) as reader, Publications(path) as publications:
        publications.enter({"ci.jobs": [("ci.jobs", 2, 40, (1, 2, 3))]})
        reader.advance("ci.jobs", 3)


def operators(
    settings: Settings,
    *,
    tokens: Sequence[str] = (),
    host: str = "127.0.0.1",
    health: Said | None = None,
) -> web.Application:
    """The port; made in a running event loop."""
    app = web.Application()
    desk = OperatorsDesk(lambda: settings, registry)
    live = [token.encode() for token in tokens]
    add_operators(app, desk, health or Said(), live=lambda: live, host=host)
    return app


async def serve(app: web.Application) -> tuple[web.AppRunner, int]:
    """On a free port of loopback; no request is too long for it."""
    runner = web.AppRunner(app, access_log=None, max_line_size=1 << 16)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, runner.addresses[0][1]


def bearer(token: str) -> Mapping[str, str]:
    """As a script sends it."""
    return {"Authorization": f"Bearer {token}"}


async def soon(fact: asyncio.Future[None]) -> None:
    """Within ten seconds."""
    async with asyncio.timeout(10):
        await fact
