"""One structured log line per callback, written away from the request.

Lines collect in memory and go to the stream together, from a thread that nothing ever waits for:
a slow terminal or a full pipe holds up neither a request nor the end of the process. What the
stream does not take, and the oldest of too many, are dropped and counted in a line of their own.
"""

from collections import deque
from select import PIPE_BUF
from threading import Event, Thread
from typing import Final, Protocol

import orjson

GATHER_SECONDS: Final = 0.05
_MOST: Final = 20_000
_CLOSE_SECONDS: Final = 1.0
LONGEST: Final = 256
"""Characters of a field that came from outside."""

Fields = dict[str, str | int | float | list[str]]


class Stream(Protocol):
    """Where lines go."""

    def write(self, data: bytes, /) -> object:
        """May block, or raise OSError."""
        ...

    def flush(self) -> None:
        """May block, or raise OSError."""
        ...


class Lines:
    """A stream of JSON lines; `add` from any thread."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._waiting: deque[Fields] = deque(maxlen=_MOST)
        self._dropped = 0
        self._some = Event()
        self._closing = Event()
        self._writer = Thread(target=self._run, name="log", daemon=True)
        self._writer.start()

    def add(self, fields: Fields) -> None:
        """Write `fields` as one line, soon."""
        if len(self._waiting) == _MOST:
            self._dropped += 1
        self._waiting.append(fields)
        if not self._some.is_set():
            self._some.set()

    def close(self) -> None:
        """Write what waits, if the stream takes it at once, and end."""
        self._closing.set()
        self._some.set()
        self._writer.join(_CLOSE_SECONDS)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._some.wait()
            self._closing.wait(GATHER_SECONDS)
            self._some.clear()
            self._write()

    def _write(self) -> None:
        """Whole lines, PIPE_BUF bytes at most: a pipe takes such a write whole or not at all, and
        never between the bytes of another process's (pipe(7))."""
        while self._waiting:
            dropped, lines = self._dropped, []
            size = 0
            if dropped:
                lines.append(_line({"level": "warning", "dropped_log_lines": dropped}))
            while self._waiting:
                line = _line(self._waiting[0])
                if lines and size + len(line) >= PIPE_BUF:
                    break
                self._waiting.popleft()
                lines.append(line)
                size += len(line)
            told = len(lines) - bool(dropped)
            if self._is_written(b"".join(lines)):
                self._dropped -= dropped
            else:
                self._dropped += told

    def _is_written(self, data: bytes) -> bool:
        try:
            taken = self._stream.write(data)
            self._stream.flush()
        except OSError:
            return False
        return taken is not None  # FileIO's word for a full pipe that does not block


def _line(fields: Fields) -> bytes:
    return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)
