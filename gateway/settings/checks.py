"""The checks a source may ask for, each with its options: one field and one model per check.

`Verification` is the registry: a new check is a model and a field here. A check that sees the
envelope (`envelope = True`) proves who sent the callback before anything is decoded; every source
needs one of those.
"""

from types import NoneType
from typing import Annotated, ClassVar, Protocol, get_args

from pydantic import BaseModel, ConfigDict, Field, RootModel

from gateway.settings.secret import SecretReference
from gateway.settings.values import Text


class Check(Protocol):
    """What every check's options have in common."""

    envelope: ClassVar[bool]


class Model(BaseModel):
    """A section of the file: no key beyond those listed, no guessed types, no change after load."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True
    )


class Token(Model):
    """The secret in the callback's path or in `?token=`."""

    envelope: ClassVar[bool] = True

    secrets: Annotated[tuple[SecretReference, ...], Field(min_length=1)] = Field(
        description="The live secrets, as env:NAME or file:/path; any of them is accepted, so "
        "that they rotate.",
    )


class Buckets(RootModel[Annotated[tuple[Text, ...], Field(min_length=1)]]):
    """The buckets that the callback's content may name."""

    model_config = ConfigDict(strict=True, frozen=True, defer_build=True)
    envelope: ClassVar[bool] = False


class Verification(Model):
    """One check: exactly one of these keys."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    token: Token | None = Field(
        default=None,
        description="Envelope: the secret in the callback's path or in ?token= is a live one.",
    )
    buckets: Buckets | None = Field(
        default=None,
        description="Content: the bucket that the callback names is one of these.",
    )

    @property
    def name(self) -> str:
        """The key that was given, e.g. `token`."""
        return next(name for name, value in self if value is not None)

    @property
    def check(self) -> Check:
        """Its options."""
        check: Check = getattr(self, self.name)
        return check


CHECKS: dict[str, type[Check]] = {
    name: next(kind for kind in get_args(field.annotation) if kind is not NoneType)
    for name, field in Verification.model_fields.items()
}
"""Name of the check → model of its options."""
