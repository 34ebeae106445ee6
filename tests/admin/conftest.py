"""The fixtures of this room."""

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient

from gateway.settings import Settings
from tests.admin.operated import configured, fill, operators
from tests.e2e.fixtures import gateway, new_gateway

__all__ = ["gateway", "new_gateway"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a gateway with one source and two routes."""
    return configured(tmp_path)


@pytest.fixture
def journal(settings: Settings) -> Path:
    """Five events, of which the route has passed three, and one callback in quarantine."""
    fill(settings.journal.path)
    return settings.journal.path


@pytest.fixture
async def client(
    settings: Settings, journal: Path, aiohttp_client: AiohttpClient
) -> TestClient[web.Request, web.Application]:
    """Of the admin port over that journal."""
    assert settings.journal.path == journal
    return await aiohttp_client(operators(settings))
