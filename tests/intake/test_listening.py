"""Many senders that come together: none waits for long before it is heard."""

import asyncio
import socket
from contextlib import ExitStack

import uvloop

from tests.intake.port import open_port

SENDERS = 160


async def turns_until_all_are_heard() -> int:
    """Of the loop, after all have dialled."""
    async with open_port() as port:
        with ExitStack() as dialled:
            for _ in range(SENDERS):
                dialled.enter_context(socket.create_connection(("127.0.0.1", port.number)))
            count = 0
            while len(port.server.connections) < SENDERS:
                await asyncio.sleep(0)
                count += 1
            return count


def test_a_turn_of_the_loop_takes_many_connections() -> None:
    """libuv alone would take one."""
    assert uvloop.run(turns_until_all_are_heard()) < SENDERS // 4
