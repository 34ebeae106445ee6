"""The configuration → the part of it that commands on the journal need.

Nothing else is looked at: neither secrets, which who looks after the journal may not have, nor
mistakes elsewhere, which must not keep anybody from reading it.
"""

from pathlib import Path

from pydantic import Field, ValidationError

from gateway.settings.checks import Model
from gateway.settings.document import read
from gateway.settings.load import SettingsError, mistakes, text_of
from gateway.settings.models import Admin, Journal, Route
from gateway.settings.unfit import unfit
from gateway.settings.values import Surroundings


class Part(Model):
    """Where the journal is, who reads it, and where to ask the running gateway."""

    admin: Admin = Field(default={}, validate_default=True, description="Where to ask.")
    journal: Journal = Field(default={}, validate_default=True, description="Where it is.")
    routes: tuple[Route, ...] = Field(default=(), description="Who reads it.")


def load_part(path: Path) -> Part:
    """Read that part of the file. Raises SettingsError with every mistake in it."""
    document = read(text_of(path))
    known = Part.model_fields.keys()
    faults = [fault for fault in document.faults if not fault.path or fault.path[0] in known]
    part = _part(document.value, path)
    if isinstance(part, ValidationError):
        faults += unfit(part, document)
    elif not faults:
        return part
    raise SettingsError(mistakes(faults, document, str(path)))


def _part(value: object, path: Path) -> Part | ValidationError:
    given = value if isinstance(value, dict) else {}
    wanted = {key: given[key] for key in Part.model_fields if key in given}
    if isinstance(admin := wanted.get("admin"), dict):  # its token is a secret
        wanted["admin"] = {key: value for key, value in admin.items() if key != "token"}
    try:
        return Part.model_validate(wanted, context=Surroundings(folder=path.absolute().parent))
    except ValidationError as error:
        return error
