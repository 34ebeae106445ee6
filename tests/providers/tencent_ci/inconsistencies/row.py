"""One row for each disagreement, and what the rows are built of.

A row is what it is in plain words, a callback that has it, and what its event must say, path by
path: `a/b/0` is the first item of `b` in `a`; None is absent.
"""

from typing import Final

from gateway.core.model import Document, Value
from tests.sources import job

Row = tuple[str, Document, Document]

HEADERS: Final[Value] = [
    {"Key": "EventName", "Value": "cos:ObjectCreated:Put"},
    {"Key": "Size", "Value": "1424687"},
]
PLACE: Final = {"Bucket": "b-1", "Region": "ap-chongqing"}
WRITTEN: Final = "2022-06-30T15:29:42+0800"
"""A moment as jobs write it, and as events do."""
MOMENT: Final = "2022-06-30T15:29:42+08:00"
VIDEO: Final = "detail/MediaInfo/Stream/Video/0"
"""Where an event has the one video stream."""


def operation(tag: str, **fields: Value) -> Document:
    """A job of a Tag with an Operation."""
    return job(Tag=tag, Operation=fields)


def video(**fields: Value) -> Document:
    """A job whose MediaInfo has one video stream."""
    return operation("Transcode", MediaInfo={"Stream": {"Video": fields}})


def file(**fields: Value) -> Document:
    """A job that wrote what one OutputFile says."""
    return operation("Segment", MediaResult={"OutputFile": PLACE | fields})
