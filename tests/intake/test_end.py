"""The end of a port: what was sent before is answered, though nobody has read it yet."""

import pytest

from tests.intake.port import DEADLINE, Port, callback, post, turns


@pytest.mark.parametrize("progress", range(5))
async def test_a_request_that_came_before_the_end_is_answered(port: Port, progress: int) -> None:
    """The kernel has it, or the parser, or a task that has not begun: however far it came."""
    wire = await port.dial(post(callback(1)))
    assert (await wire.reply()).status == 200
    await wire.send(post(callback(2)))
    await turns(progress)

    await port.server.finish(DEADLINE)

    assert (await wire.reply()).status == 200
