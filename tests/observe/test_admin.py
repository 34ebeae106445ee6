"""The operators' port: what the supervisor says, as HTTP."""

from dataclasses import dataclass, field

import pytest
from prometheus_client import CollectorRegistry, Counter
from pytest_aiohttp.plugin import AiohttpClient

from gateway.core.model import Document
from gateway.observe.admin import admin_app


@dataclass
class Said:
    """A supervisor's word."""

    is_stalled: list[str] = field(default_factory=list)
    is_unready: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def stalled(self) -> list[str]:
        return self.is_stalled

    def unready(self) -> list[str]:
        return self.is_unready

    def notices(self) -> list[str]:
        return self.notes


def registry() -> CollectorRegistry:
    made = CollectorRegistry()
    Counter("some_total", "Some.", ["label"], registry=made).labels('"\n').inc()
    return made


@pytest.mark.parametrize(
    ("said", "path", "status", "body"),
    [
        (Said(), "/healthz", 200, {"status": "ok"}),
        (Said(), "/readyz", 200, {"status": "ok"}),
        (Said(is_stalled=["a"]), "/healthz", 503, {"status": "unavailable", "reasons": ["a"]}),
        (Said(is_unready=["a"]), "/healthz", 200, {"status": "ok"}),
        (Said(is_unready=["a"]), "/readyz", 503, {"status": "unavailable", "reasons": ["a"]}),
        (Said(notes=["a", "b"]), "/readyz", 200, {"status": "ok", "notices": ["a", "b"]}),
        (Said(notes=["a"]), "/healthz", 200, {"status": "ok"}),
    ],
)
async def test_health_and_readiness_are_what_the_supervisor_says(
    aiohttp_client: AiohttpClient, said: Said, path: str, status: int, body: Document
) -> None:
    """503 only with reasons; a notice does not take the gateway out of service."""
    client = await aiohttp_client(admin_app(said, registry))
    response = await client.get(path)
    assert (response.status, await response.json()) == (status, body)


async def test_metrics_are_in_the_text_format(aiohttp_client: AiohttpClient) -> None:
    """Labels are escaped, and the content type is Prometheus's own."""
    client = await aiohttp_client(admin_app(Said(), registry))
    response = await client.get("/metrics")
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    assert 'some_total{label="\\"\\n"} 1.0\n' in await response.text()


async def test_nothing_else_is_there(aiohttp_client: AiohttpClient) -> None:
    """No callback is taken on the operators' port."""
    client = await aiohttp_client(admin_app(Said(), registry))
    assert (await client.post("/callbacks/media/token", data=b"{}")).status == 404
    assert (await client.post("/metrics")).status == 405
    assert (await client.get("/")).status == 404
