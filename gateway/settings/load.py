"""`gateway.yaml` → one frozen `Settings`, or the list of every mistake in it.

Three readers each find what they can and none stops another: the document (YAML), the models (one
key at a time) and the rules (between keys). Only a file without any mistake becomes a value.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from pydantic import ValidationError

from gateway.core.errors import GatewayError
from gateway.settings.document import Document, Fault, Place, read, spell
from gateway.settings.models import Settings
from gateway.settings.rules import contradictions
from gateway.settings.unfit import unfit
from gateway.settings.values import Surroundings


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend. `where`: `gateway.yaml:12:5`; `path`: `sources.media.verify[0].token`."""

    where: str
    path: str
    message: str


class SettingsError(GatewayError):
    """The configuration cannot be used; `mistakes` has all that is wrong with it, in file order."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes

    def __str__(self) -> str:
        return render(self.mistakes)


def render(mistakes: Collection[Mistake]) -> str:
    """One line each: `gateway.yaml:12:5: sources.media.verify[0].token: is required`."""
    lines = ((mistake.where, mistake.path, mistake.message) for mistake in mistakes)
    return "\n".join(": ".join(filter(None, line)) for line in lines)


def load(path: FilePath, environ: Mapping[str, str], *, providers: Collection[str]) -> Settings:
    """Read the file and all it refers to. Raises SettingsError with every mistake."""
    world = Surroundings(environ, path.absolute().parent, providers)
    return parse(text_of(path), str(path), world)


def text_of(path: FilePath) -> str:
    """What the file says. Raises SettingsError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise SettingsError((Mistake(str(path), "", message),)) from error
    except UnicodeDecodeError as error:
        raise SettingsError((Mistake(str(path), "", "is not UTF-8 text"),)) from error


def parse(text: str, name: str, world: Surroundings) -> Settings:
    """The configuration in `text`; `name` is what its mistakes call it. Raises SettingsError."""
    document = read(text)
    settings, faults = None, list(document.faults)
    if document.value is not None:
        faults += contradictions(document.value)
        try:
            settings = Settings.model_validate(document.value, context=world)
        except ValidationError as error:
            faults += unfit(error, document)
    if settings is None or faults:
        raise SettingsError(mistakes(faults, document, name))
    return settings


def mistakes(faults: list[Fault], document: Document, name: str) -> tuple[Mistake, ...]:
    """The faults with their places, in file order."""
    placed = sorted(((_place(fault, document), fault) for fault in faults), key=lambda it: it[0])
    return tuple(
        Mistake(f"{name}:{place.line}:{place.column}", spell(fault.path), fault.message)
        for place, fault in placed
    )


def _place(fault: Fault, document: Document) -> Place:
    """Where it says so itself; else the value, or the key above where a value is missing."""
    known = document.known(fault.path)
    missing = known != fault.path
    first, second = document.values.get(known, Place(1, 1)), document.keys.get(known)
    return fault.place or (second if missing and second else first)
