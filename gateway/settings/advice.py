"""A loaded configuration → what is allowed in it but unwise, one sentence each."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from gateway.settings.document import Path, spell
from gateway.settings.secret import SHORT, Secret


def short_secrets(settings: BaseModel) -> Iterator[str]:
    """The secrets that could be guessed. The password of a Kafka user is the cluster's business."""
    for path, secret in _secrets(settings, ()):
        if len(secret.value) < SHORT and path[0] != "kafka":
            yield f"{spell(path)}: {secret.reference} is shorter than {SHORT} bytes"


def _secrets(value: object, path: Path) -> Iterator[tuple[Path, Secret]]:
    if isinstance(value, Secret):
        yield path, value
    elif isinstance(value, BaseModel):
        yield from _secrets(dict(value), path)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secrets(item, (*path, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _secrets(item, (*path, index))
