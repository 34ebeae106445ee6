"""A loaded configuration → what is allowed in it but unwise, one sentence each."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from gateway.settings.document import Path, spell
from gateway.settings.secret import SHORT, Secret


def short_secrets(settings: BaseModel) -> Iterator[str]:
    """The secrets that could be guessed. The password of a Kafka user is the cluster's business."""
    for path, secret in secrets_in(settings, ()):
        if len(secret.value) < SHORT and path[0] != "kafka":
            yield f"{spell(path)}: {secret.reference} is shorter than {SHORT} bytes"


def secrets_in(value: object, path: Path) -> Iterator[tuple[Path, Secret]]:
    """Every secret in a part of a configuration that stands at `path`."""
    if isinstance(value, Secret):
        yield path, value
    elif isinstance(value, BaseModel):
        yield from secrets_in(dict(value), path)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from secrets_in(item, (*path, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from secrets_in(item, (*path, index))
