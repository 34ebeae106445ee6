"""What the options of every check have in common, and the types they share."""

from typing import Annotated, ClassVar, Protocol, TypeGuard

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.core.origin import ContentCheck, EnvelopeCheck
from gateway.settings.secret import Secret, SecretReference


class EnvelopeOptions(Protocol):
    """The options of a check that sees the envelope."""

    envelope: ClassVar[bool]
    """True."""

    def check(self) -> EnvelopeCheck:
        """The check itself, which knows nothing of settings."""
        ...


class ContentOptions(Protocol):
    """The options of a check that sees what the events claim."""

    envelope: ClassVar[bool]
    """False."""

    def check(self) -> ContentCheck:
        """The check itself, which knows nothing of settings."""
        ...


Check = EnvelopeOptions | ContentOptions


def of_envelope(options: Check) -> TypeGuard[EnvelopeOptions]:
    """Whether it sees the envelope, and so proves a sender."""
    return options.envelope


def of_content(options: Check) -> TypeGuard[ContentOptions]:
    """Whether it sees the content."""
    return not options.envelope


class Model(BaseModel):
    """A section of the file: no key beyond those listed, no guessed types, no change after load."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True
    )


Secrets = Annotated[
    tuple[SecretReference, ...],
    Field(
        min_length=1,
        description="The live secrets, as env:NAME or file:/path; any of them is accepted, so "
        "that they rotate.",
    ),
]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$")]


def values(secrets: tuple[Secret, ...]) -> list[bytes]:
    """Their bytes, in order."""
    return [secret.value for secret in secrets]
