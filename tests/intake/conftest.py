"""The port of most tests, and the event loop that the gateway runs on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
import uvloop
from aiohttp import ClientSession, ClientTimeout

from tests.intake.port import DEADLINE, Port, open_port


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop of production: it orders reads, resets and callbacks in its own way."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
async def port() -> AsyncIterator[Port]:
    """One source `media`, generous limits."""
    async with open_port() as opened:
        yield opened


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    """What a well-behaved sender uses."""
    async with ClientSession(timeout=ClientTimeout(DEADLINE)) as session:
        yield session
