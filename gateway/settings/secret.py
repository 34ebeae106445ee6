"""A reference to a secret → its bytes, once, at load.

The rule: secrets come from the environment or from a file, never from the configuration itself,
and neither the bytes nor a literal given by mistake ever appear in a message or a repr.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator, ValidationInfo, WithJsonSchema

from gateway.settings.values import Surroundings, surroundings

REFERENCE = re.compile(r"(env):([A-Za-z_][A-Za-z0-9_]*)|(file):(.+)")
_LARGEST = 65536
SHORT = 16
"""Secrets with fewer bytes than this are warned about."""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """Some bytes nobody may see, and where they came from: `env:CI_TOKEN`, `file:/run/token`."""

    reference: str
    value: bytes

    def __repr__(self) -> str:
        return f"Secret({self.reference})"


def resolve(reference: str, world: Surroundings) -> Secret:
    """Read what `reference` names; a file loses the line end that editors add.

    Raises ValueError when it is a literal, missing, unreadable or empty.
    """
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError("a secret stands in the environment or a file: env:NAME or file:/path")
    value = _variable(match[2], world) if match[1] else _file(world.folder / match[4])
    if not value.strip():
        raise ValueError(f"{reference} is empty")
    return Secret(reference, value)


def _variable(name: str, world: Surroundings) -> bytes:
    if name not in world.environ:
        raise ValueError(f"env:{name} is not set")
    return os.fsencode(world.environ[name])


def _file(path: Path) -> bytes:
    try:
        # before opening: a FIFO would wait for a writer
        if not S_ISREG(path.stat().st_mode):
            raise ValueError(f"file:{path} is not a regular file")
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise ValueError(f"file:{path} cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST:
        raise ValueError(f"file:{path} is larger than {_LARGEST} bytes")
    return content.removesuffix(b"\n").removesuffix(b"\r")


def _secret(value: object, info: ValidationInfo) -> Secret:
    if isinstance(value, Secret):
        return value
    return resolve(value if isinstance(value, str) else "", surroundings(info))


SecretReference = Annotated[
    Secret,
    PlainValidator(_secret),
    PlainSerializer(lambda secret: secret.reference),
    WithJsonSchema({"type": "string", "pattern": f"^({REFERENCE.pattern})$"}),
]
