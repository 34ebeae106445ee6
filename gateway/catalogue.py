"""The folder of the published schemas → what each is called and where it stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson

from gateway.core.plans import Schema
from gateway.schemas import FOLDER

_TAG = re.compile(r"for the Tag `(\w+)`").search


@dataclass(frozen=True, slots=True)
class PublishedSchema:
    """One file `<provider>/<version>/<name>.json` of the folder."""

    path: Path
    document: Schema

    @property
    def identifier(self) -> str:
        """Its `$id`, which events name in `dataschema`."""
        return str(self.document["$id"])

    @property
    def provider(self) -> str:
        """Whose callbacks become these events."""
        return self.path.parent.parent.name

    @property
    def name(self) -> str:
        """`job.transcode`; the version is not part of it."""
        return self.path.stem

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        return str(self.document["title"])

    @property
    def tag(self) -> str:
        """The one Tag of jobs that it is for; empty where it is for more, or for none."""
        found = _TAG(self.document["description"])
        return found[1] if found else ""

    def is_called(self, word: str) -> bool:
        """Whether `word` is its `$id`, its name or, in any case, its Tag.

        Providers have schemas of one name: `github:event` is that of GitHub alone.
        """
        provider, _, name = word.rpartition(":")
        if word == self.identifier or provider not in ("", self.provider):
            return word == self.identifier
        return name == self.name or name.lower() == self.tag.lower() != ""


@cache
def catalogue(folder: Path = FOLDER) -> Sequence[PublishedSchema]:
    """Every schema of every provider, in the order of their paths."""
    return tuple(
        PublishedSchema(path, orjson.loads(path.read_bytes()))
        for path in sorted(folder.glob("*/*/*.json"))
    )


def known_tags() -> dict[str, str]:
    """The Tags that have a schema of their own, by their lower case: a closed set for labels."""
    return {schema.tag.lower(): schema.tag for schema in catalogue() if schema.tag}
