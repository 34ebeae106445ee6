"""The gateway's own log: one JSON object per line on stderr, like the lines of callbacks."""

import io
import logging
from datetime import UTC, datetime

import orjson

from gateway.core.moments import utc
from gateway.observe.lines import Fields, Lines


class JsonLines(logging.Formatter):
    """A log record as one line; control characters cannot break it."""

    def fields(self, record: logging.LogRecord) -> Fields:
        """What the record says."""
        fields: Fields = {
            "time": utc(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "msg": record.getMessage(),
            "logger": record.name,
            "process": record.processName or "",
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return fields

    def format(self, record: logging.LogRecord) -> str:
        """The record's line."""
        return orjson.dumps(self.fields(record)).decode()


class _Handler(logging.Handler):
    """Hands records to lines: a log that nobody reads holds up nobody."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines
        self._form = JsonLines()

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.add(self._form.fields(record))


def log_to_stderr() -> Lines:
    """Configure this process's log, and give its lines; `close` them at the end.

    kafka-python at DEBUG would log keys and values.
    """
    lines = Lines(io.FileIO(2, "w", closefd=False))
    logging.basicConfig(level=logging.INFO, handlers=[_Handler(lines)], force=True)
    logging.getLogger("kafka").setLevel(logging.WARNING)
    return lines
