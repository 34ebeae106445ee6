"""A draft → the questions that would confirm it: where in which bucket CI knows of it.

Nothing of the callback gets into an address but an id of harmless letters. Buckets, regions and the
host come from the configuration; a bucket or region that the callback names can only choose among
them. The paths are those of https://www.tencentcloud.com/document/product/1045 (as of 2024).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from gateway.core.errors import Refused
from gateway.core.provider import Draft

NAME: Final = "confirm"
"""The check, in logs, metrics and refusals."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_=-]{0,127}", re.ASCII).fullmatch
_BY_KIND = {"workflow": "workflowexecution", "batch": "inventorytriggerjob"}
_BY_TAG = {
    "picprocess": "pic_jobs",
    "translation": "ai_jobs",
    "wordsgeneralize": "ai_jobs",
    "speechrecognition": "asr_jobs",
    "docprocess": "doc_jobs",
    "filehashcode": "file_jobs",
    "fileuncompress": "file_jobs",
    "filecompress": "file_jobs",
}
_MEDIA = "jobs"
_AUDITED = {
    "image": "image",
    "video": "video",
    "live": "video",
    "audio": "audio",
    "text": "text",
    "document": "document",
    "html": "webpage",
}


@dataclass(frozen=True, slots=True)
class Places:
    """Where CI may be asked."""

    regions: Mapping[str, str]
    """Bucket → its region."""
    endpoint: str
    """Scheme and host; `{bucket}` and `{region}` in it are those of the bucket asked about."""


class Question(NamedTuple):
    """A GET request: `https://<host>` and the path, which needs no encoding."""

    origin: str
    path: str


def questions(draft: Draft, places: Places) -> list[Question]:
    """The questions, of which one answer is enough; none where CI cannot be asked.

    Raises `Refused` for a bucket that is not configured, or not in the region configured.
    """
    path = _path(draft)
    buckets = _buckets(draft, places.regions)
    return [Question(_origin(bucket, places), path) for bucket in buckets if path]


def _buckets(draft: Draft, regions: Mapping[str, str]) -> list[str]:
    """The bucket that the job's input is in; without one the job may be of any.

    What a job without an input writes to may be another bucket than the one it belongs to.
    """
    source = draft.data.get("input", {})
    bucket = source.get("bucket")
    if bucket is None:
        return sorted(regions, key=lambda one: one != draft.data.get("bucket"))
    if bucket not in regions:
        raise Refused(NAME, "the callback is of a bucket that is not listed")
    if source.get("region", regions[bucket]) != regions[bucket]:
        raise Refused(NAME, "the callback's bucket is in another region")
    return [bucket]


def _origin(bucket: str, places: Places) -> str:
    return places.endpoint.format(bucket=bucket, region=places.regions[bucket])


def _path(draft: Draft) -> str | None:
    folder = _folder(draft)
    return f"/{folder}/{draft.subject}" if folder and _ID(draft.subject) else None


def _folder(draft: Draft) -> str | None:
    if draft.kind == "job":
        return _BY_TAG.get(draft.tag.lower(), _MEDIA)
    if draft.kind == "moderation":
        audited = _AUDITED.get(_audited(draft))
        return f"{audited}/auditing" if audited else None
    return _BY_KIND.get(draft.kind)


def _audited(draft: Draft) -> str:
    """What was moderated. The Simple callback of an image has an id, but not that of its job."""
    kind: str = draft.data["moderation"]["kind"]
    return "" if kind == "image" and "state" not in draft.data["job"] else kind
