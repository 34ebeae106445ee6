"""Log lines are written away from the event loop, and the loop never waits for their reader."""

import asyncio
import io
import json
import logging

from typing_extensions import Buffer

from gateway.observe.lines import Lines
from gateway.observe.logs import JsonLines
from tests.broker.waiting import until


class Moody(io.BytesIO):
    """A stream whose reader is away at first."""

    is_away = True
    refused = 0

    def write(self, data: Buffer, /) -> int:
        if self.is_away:
            self.refused += 1
            raise BlockingIOError
        return super().write(data)


async def test_lines_are_written_together_and_soon() -> None:
    """Each is one JSON object, in order."""
    stream = io.BytesIO()
    lines = Lines(stream)
    for number in range(100):
        lines.add({"number": number})
    assert stream.getvalue() == b""
    await asyncio.to_thread(until, stream.getvalue)
    written = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert written == [{"number": number} for number in range(100)]
    lines.close()


async def test_close_writes_what_waits() -> None:
    """Nothing is left behind."""
    stream = io.BytesIO()
    lines = Lines(stream)
    lines.add({"number": 1})
    lines.close()
    assert stream.getvalue() == b'{"number":1}\n'


async def test_more_than_can_wait_drops_the_oldest_and_says_how_many() -> None:
    """Written and dropped lines add up to all."""
    stream = io.BytesIO()
    lines = Lines(stream)
    for number in range(30_000):
        lines.add({"number": number})
    lines.close()
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    written = [line["number"] for line in told if "number" in line]
    assert written[-1] == 29_999
    assert written == sorted(written)
    assert len(written) + sum(line.get("dropped_log_lines", 0) for line in told) == 30_000


async def test_what_a_stream_did_not_take_is_told_when_it_does() -> None:
    """Counted in a line of its own."""
    stream = Moody()
    lines = Lines(stream)
    lines.add({"number": 1})
    await asyncio.to_thread(until, lambda: stream.refused)
    stream.is_away = False
    lines.add({"number": 2})
    await asyncio.to_thread(until, stream.getvalue)
    lines.close()
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {"number": 2} in told
    assert {"level": "warning", "dropped_log_lines": 1} in told
    assert len(told) == 2


def test_a_record_is_one_line_whatever_it_says() -> None:
    """Line ends and control characters are escaped; a traceback stays inside its line."""
    error = (ValueError, ValueError("bad\nthing"), None)
    record = logging.LogRecord("room", logging.ERROR, "", 0, "a\n%s\x1b", ("b",), error)
    line = JsonLines().format(record)
    assert line.isprintable()
    told = json.loads(line)
    assert (told["level"], told["msg"], told["logger"]) == ("error", "a\nb\x1b", "room")
    assert "ValueError: bad\nthing" in told["exception"]
