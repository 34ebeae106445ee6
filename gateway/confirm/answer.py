"""What CI answers about a draft → confirmed, refuted, or why that is not known.

The answer goes through the decoder and the normalizer that callbacks go through, so that the same
fact has the same form on both sides; they are compared where both tell it. That a job has ended as
claimed is needed; an earlier state is confirmed by any later one. What is still running where the
callback says that it has ended is neither: CI may be behind its own callback.
"""

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from gateway.core.errors import GatewayError, Unreadable
from gateway.core.model import Outcome, Proof, Value
from gateway.core.originals import restored
from gateway.core.provider import Draft, Normalize
from gateway.core.redact import Redact
from gateway.core.xml_body import decode_xml

_ENDED = {Outcome.SUCCESS, Outcome.FAILURE, Outcome.CANCELED}
_CARRIED: Final = (("job", "user_data"), ("batch", "user_data"), ("moderation", "data_id"))
"""What consumers know their jobs by: where the callback has it the answer must have it too."""
_STANDING: Final = (
    *(*_CARRIED, ("job", "tag"), ("batch", "tag"), ("workflow", "id"), ("workflow", "run_id")),
    *(("bucket",), ("region",), ("input", "bucket"), ("input", "region"), ("input", "key")),
)
"""What a job has from its first day."""
_VERDICT: Final = ("moderation", "verdict")
_FINAL: Final = {
    "job": (("job", "code"),),
    "batch": (("batch", "code"),),
    "moderation": (_VERDICT, ("moderation", "label")),
}
"""What it has at its end, by kind; the code of a moderation is not the same in all answers."""
_MISSING: Final = "ResourceNotFound"
"""1103 of the vendor's list of errors (https://www.tencentcloud.com/document/product/1045/33700)."""
_WORD = re.compile(r"[A-Za-z0-9]{1,40}", re.ASCII).fullmatch


class Verdict(IntEnum):
    """What became of a question, the gravest last."""

    CONFIRMED = 0
    UNAVAILABLE = 1
    """CI gave no answer, or none that can be used."""
    OPEN = 2
    """CI cannot be asked, or has not come so far: neither confirmed nor refuted."""
    ABSENT = 3
    """CI knows no such job in this bucket."""
    REFUTED = 4


class Unanswered(GatewayError):
    """CI gave no answer; the message says why."""


class Judgement(NamedTuple):
    """A verdict and its reason, in words that quote neither callback nor answer."""

    verdict: Verdict
    detail: str = ""


class Reply(NamedTuple):
    """An HTTP answer."""

    status: int
    body: bytes


CONFIRMED: Final = Judgement(Verdict.CONFIRMED)
_ABSENT: Final = Judgement(Verdict.ABSENT, "CI knows no such job")


class Reading(NamedTuple):
    """How the source of a callback reads a document; its answers are read alike."""

    normalize: Normalize
    redact: Redact | None = None


def judge(claimed: Draft, reply: Reply, reading: Reading, proofs: Sequence[Proof]) -> Judgement:
    """What `reply` says of `claimed`. `proofs` are the callback's: texts that were opened in it are
    opened in the answer too."""
    try:
        document = decode_xml(reply.body)
        if reply.status != 200:
            return _failed(reply.status, document)
        if claimed.subject in _missing(document):
            return _ABSENT
        if reading.redact is not None:
            document, _ = reading.redact(document)
        drafts = restored(reading.normalize(document), proofs)
    except Unreadable:
        return Judgement(Verdict.UNAVAILABLE, f"CI answered {reply.status}, unreadable")
    about = [draft for draft in drafts if draft.subject == claimed.subject]
    if len(about) != 1:
        return Judgement(Verdict.UNAVAILABLE, "CI answered about something else")
    return _compared(claimed, about[0])


def _failed(status: int, document: Value) -> Judgement:
    """An error says nothing of the job, but for the one that says there is none."""
    code = _at(document, ("Error", "Code"))
    word = code if isinstance(code, str) and _WORD(code) else ""
    if status == 404 and word == _MISSING:
        return _ABSENT
    return Judgement(Verdict.UNAVAILABLE, f"CI answered {status} {word}".rstrip())


def _missing(document: Value) -> list[str]:
    """Ids that CI does not know: a list, or one text with commas."""
    found = _at(document, ("Response", "NonExistJobIds"))
    texts = found if isinstance(found, list) else [found]
    return [one.strip() for text in texts if isinstance(text, str) for one in text.split(",")]


def _compared(claimed: Draft, told: Draft) -> Judgement:
    ended = claimed.outcome in _ENDED
    if ended and told.outcome not in _ENDED:
        return Judgement(Verdict.OPEN, "CI does not say yet that the job has ended")
    names = list(_differing(claimed.data, told.data, _STANDING))
    if ended:
        names += ["outcome"] if claimed.outcome != told.outcome else []
        names += _differing(claimed.data, told.data, _FINAL.get(claimed.kind, ()))
        names += _lists(claimed.data, told.data)
    if names:
        return Judgement(Verdict.REFUTED, f"CI tells another {' and '.join(names)}")
    if any(_at(claimed.data, path) and not _at(told.data, path) for path in _CARRIED):
        return Judgement(Verdict.OPEN, "CI does not tell what the callback says the job carries")
    return CONFIRMED


def _differing(claimed: Value, told: Value, paths: Iterable[tuple[str, ...]]) -> Iterable[str]:
    for path in paths:
        ours, theirs = _at(claimed, path), _at(told, path)
        silent = None in (ours, theirs) or (path == _VERDICT and "unknown" in (ours, theirs))
        if not silent and ours != theirs:
            yield ".".join(path)


def _lists(claimed: Value, told: Value) -> Iterable[str]:
    """Lists in which the callback has something that the answer has not."""
    for name, parts in (("outputs", ("bucket", "key")), ("tasks", ("job_id", "outcome"))):
        if name in claimed and not _rows(claimed, name, parts) <= _rows(told, name, parts):
            yield name


def _rows(data: Value, name: str, parts: tuple[str, ...]) -> set[tuple[Value, ...]]:
    return {tuple(one.get(part) for part in parts) for one in data.get(name, [])}


def _at(value: Value, path: tuple[str, ...]) -> Value:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
