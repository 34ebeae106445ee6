"""An event as a JSON object → `CloudEvent`, field by field as the classes of `event`, `model`,
`batch` and `moderation` are typed.

What is missing or null is the class's default. A known field of another type is an error and not
None: the published schemas promise the type. What is not known stays in `raw`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, replace
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar, get_args, get_type_hints

from gateway.events.batch import BatchData
from gateway.events.errors import InvalidEventError
from gateway.events.event import CloudEvent, Data, Known
from gateway.events.model import JobData, Object, Outcome, ReceivedData, Value, WorkflowData
from gateway.events.moderation import ModerationData, Verdict

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
Reader = Callable[[Value, str], Value]
"""A JSON value and its place in the event → the typed value."""

_FAMILY = re.compile(r"urn:callback-gateway:[^:]+:([^:.]+)[^:]*:v1").fullmatch
FAMILIES: Final[Mapping[str, type[Known]]] = {
    "job": JobData,
    "batch": BatchData,
    "workflow": WorkflowData,
    "moderation": ModerationData,
    "event": ReceivedData,
}
"""The first word of a schema's name → what its data is read as."""


def cloud_event(document: Value) -> CloudEvent:
    """Raises InvalidEventError: a required part is missing, or a known one has another type.

    `dataschema` decides what the data is read as, not `type`: the same kind of event may one day
    have data of another version, and a foreign event on the same topic has any data at all.
    """
    event = _object_of(CloudEvent, document, "")
    if not event.specversion.startswith("1."):
        raise InvalidEventError("specversion is not 1.0")
    family = _FAMILY(event.dataschema or "")
    kind = FAMILIES.get(family[1]) if family else None
    return event if kind is None else replace(event, data=_object_of(kind, event.data, "data"))


def _object_of(kind: type[T], value: Value, place: str) -> T:
    document: Object = _mapping(value, place or "the event")
    found: dict[str, Value] = {"raw": document}
    for name, is_required, read in _plan(kind):
        part = document.get(name)
        path = f"{place}.{name}" if place else name
        if is_required and part in (None, ""):
            raise InvalidEventError(f"{path} is missing")
        if part is not None:
            found[name] = read(part, path)
    return kind(**found)


class _Field(NamedTuple):
    name: str
    is_required: bool
    read: Reader


@cache
def _plan(kind: "type[DataclassInstance]") -> tuple[_Field, ...]:
    """How each field of a class is read; what has no default is required."""
    types = get_type_hints(kind)
    return tuple(
        _Field(
            field.name,
            field.default is MISSING and field.default_factory is MISSING,
            _reader(types[field.name]),
        )
        for field in fields(kind)
        if field.name != "raw"
    )


def _reader(annotation: Value) -> Reader:
    if annotation in _READERS:
        return _READERS[annotation]
    arguments = get_args(annotation)
    if Ellipsis in arguments:  # tuple[X, ...]
        return partial(_tuple_of, _reader(arguments[0]))
    if arguments:  # X | None
        return _reader(arguments[0])
    return partial(_object_of, annotation)


def _exactly(kind: type, called: str) -> Reader:
    def read(value: Value, place: str) -> Value:
        if type(value) is not kind:  # a bool is no int
            raise InvalidEventError(f"{place} is not {called}")
        return value

    return read


_text = _exactly(str, "a string")
_mapping = _exactly(dict, "an object")
_array = _exactly(list, "an array")
_float = _exactly(float, "a number")


def _number(value: Value, place: str) -> Value:
    return float(value) if type(value) is int else _float(value, place)


def _time(value: Value, place: str) -> datetime:
    text = _text(value, place)
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidEventError(f"{place} is not a time") from error
    if time.tzinfo is None:
        raise InvalidEventError(f"{place} has no offset from UTC")
    return time


def _tuple_of(read: Reader, value: Value, place: str) -> tuple[Value, ...]:
    items = enumerate(_array(value, place))
    return tuple(read(item, f"{place}[{number}]") for number, item in items)


_READERS: Final[Mapping[Value, Reader]] = {
    str: _text,
    int: _exactly(int, "an integer"),
    float: _number,
    datetime: _time,
    Outcome: lambda value, place: Outcome(_text(value, place)),
    Verdict: lambda value, place: Verdict(_text(value, place)),
    Object: _mapping,
    Data: _mapping,
}
