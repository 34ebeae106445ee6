"""pydantic's errors → faults in the words of someone who edits the file.

The rule: say what the value must be and never what it was, because it may be a secret.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gateway.settings.document import Document, Fault, Path
from gateway.settings.models import Settings

_MESSAGES = {
    "missing": "is required",
    "bool_type": "must be true or false",
    "dict_type": "must be a mapping of keys",
    "int_type": "must be a whole number",
    "mapping_type": "must be a mapping of keys",
    "model_type": "must be a mapping of keys",
    "string_too_short": "must not be empty",
    "string_type": "must be text: put it in quotes",
    "too_short": "must not be empty",
    "tuple_type": "must be a list",
}


def unfit(error: ValidationError, document: Document) -> Iterator[Fault]:
    """A fault for each error, except where the document was faulty already."""
    told = {fault.path for fault in document.faults}
    for detail in error.errors(include_url=False):
        path: Path = tuple(step for step in detail["loc"] if step != "[key]")
        if path not in told and not _echoes(detail):
            key_is_wrong = detail["type"] == "extra_forbidden" or path != detail["loc"]
            place = document.keys.get(path) if key_is_wrong else None
            yield Fault(path, _message(detail["type"], detail["msg"], path), place)


def _echoes(detail: ErrorDetails) -> bool:
    """Whether pydantic only repeats what it said about the parts: no items left, no topic."""
    return detail["type"] == "default_factory_not_called" or (
        detail["type"] == "too_short" and bool(detail["input"])
    )


def _message(kind: str, message: str, path: Path) -> str:
    if kind == "extra_forbidden":
        return _unknown(path)
    plain = message.removeprefix("Value error, ").replace("Input should", "must")
    return _MESSAGES.get(kind, plain.replace("String should", "must"))


def _unknown(path: Path) -> str:
    known = _keys_beside(path)
    for close in get_close_matches(str(path[-1]), known, n=1):
        return f"unknown key; did you mean {close}?"
    return f"unknown key; known here are {', '.join(known)}"


def _keys_beside(path: Path) -> list[str]:
    kind: type[BaseModel] = Settings
    for step in path[:-1]:
        if step in kind.model_fields:
            kind = next(_models(kind.model_fields[str(step)].annotation), kind)
    return list(kind.model_fields)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
