"""One structured log line per callback, written away from the request.

Lines collect in memory and go to the stream together, from a thread: a slow terminal or a full
pipe never holds a request. When the stream does not take them, the oldest are dropped and counted.
"""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, Final

import orjson

FLUSH_SECONDS: Final = 0.05
_MOST = 20_000
LONGEST: Final = 256
"""Characters of a field that came from outside."""

Fields = dict[str, str | int | float | list[str]]


class Lines:
    """A stream of JSON lines for one event loop."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._waiting: deque[Fields] = deque(maxlen=_MOST)
        self._dropped = 0
        self._writing = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="log")

    def add(self, fields: Fields) -> None:
        """Write `fields` as one line, soon."""
        if len(self._waiting) == _MOST:
            self._dropped += 1
        self._waiting.append(fields)
        if not self._writing:
            self._writing = True
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._flush)

    def close(self) -> None:
        """Write what waits, and end."""
        self._thread.shutdown()
        self._write(self._taken())

    def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        loop.run_in_executor(self._thread, self._write, self._taken()).add_done_callback(
            lambda _: self._flushed()
        )

    def _flushed(self) -> None:
        self._writing = False
        if self._waiting:
            self._writing = True
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._flush)

    def _taken(self) -> list[Fields]:
        if self._dropped:
            self._waiting.append({"level": "warning", "dropped_log_lines": self._dropped})
            self._dropped = 0
        taken = list(self._waiting)
        self._waiting.clear()
        return taken

    def _write(self, lines: list[Fields]) -> None:
        try:
            self._stream.write(
                b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)
            )
            self._stream.flush()
        except OSError:
            self._dropped += len(lines)
