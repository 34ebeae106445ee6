"""What a test needs to run the pipeline: a Tencent CI source, a callback, and what came of it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

from gateway import schemas
from gateway.core.checks.content import buckets_check
from gateway.core.checks.token import token_check
from gateway.core.contract import Contract
from gateway.core.model import Callback, Document, Entry, Quarantine, Value, Verified
from gateway.core.origin import verify
from gateway.core.pipeline import Source, process
from gateway.core.provider import Normalize
from gateway.providers import providers

NAME: Final = "media"
PROVIDER: Final = "tencent-ci"
SECRET: Final = b"6f1d0c8a54b24f0e9c3b7a2d51e8f490"
BUCKETS: Final = ("test-123456789", "test-1234567890")
"""The buckets of the examples."""
RECEIVED_AT: Final = "2022-08-09T07:00:00.000001Z"


@cache
def contract() -> Contract:
    """The packaged schemas of Tencent CI."""
    return Contract(schemas.documents(PROVIDER))


@cache
def normalizer() -> Normalize:
    """Tencent CI's normalizer over its packaged schemas."""
    return providers()[PROVIDER].compile(contract())


def source(buckets: Sequence[str] = (), *, secrets: Sequence[bytes] = (SECRET,)) -> Source:
    """A Tencent CI source with a token check, and a buckets check where `buckets` are given."""
    return Source(
        name=NAME,
        provider=PROVIDER,
        envelope=[token_check(secrets)],
        content=[buckets_check(buckets)] if buckets else [],
        decode=providers()[PROVIDER].decode,
        is_probe=providers()[PROVIDER].is_probe,
        normalize=normalizer(),
        contract=contract(),
        url_secrets=tuple(secrets),
    )


OPEN: Final = source()
"""Any bucket may speak."""
BOUND: Final = source(BUCKETS)
"""Only the buckets of the examples may speak."""


@cache
def source_of(provider: str) -> Source:
    """A source of any provider with a token check."""
    found, published = providers()[provider], Contract(schemas.documents(provider))
    return replace(
        OPEN,
        provider=provider,
        decode=found.decode,
        encode=found.encode,
        is_probe=found.is_probe,
        normalize=found.compile(published),
        contract=published,
    )


class Claimed(NamedTuple):
    """Claims of no events at all."""

    buckets: tuple[str | None, ...]
    regions: tuple[str | None, ...] = ()
    user_data: tuple[str | None, ...] = ()
    time: float = 0.0


def callback(
    body: bytes,
    *,
    token: bytes | None = SECRET,
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> Callback:
    """A callback as intake makes it."""
    return Callback(
        source=NAME,
        body=body,
        headers=tuple(headers),
        query={},
        token=token,
        peer="127.0.0.1",
        received_at=RECEIVED_AT,
    )


def verified(body: bytes) -> Verified:
    """A verified callback with `body`, for what comes after the envelope's checks."""
    return verify(callback(body), [token_check([SECRET])])


def as_json(document: Value) -> bytes:
    """A document as the body of a JSON callback."""
    return json.dumps(document, ensure_ascii=False).encode()


def entry(body: bytes, made_by: Source = OPEN) -> Entry:
    """What the pipeline makes of `body`."""
    return process(callback(body), made_by).entry


def events(body: bytes, made_by: Source = OPEN) -> list[Document]:
    """The CloudEvents of `body`, parsed; fails when it went to quarantine."""
    made = entry(body, made_by)
    assert made.quarantine is None, made.quarantine
    return [json.loads(event.json) for event in made.events]


def quarantine(body: bytes, made_by: Source = OPEN) -> Quarantine:
    """Why `body` went to quarantine; fails when it did not."""
    made = entry(body, made_by)
    assert made.events == ()
    assert made.quarantine is not None
    return made.quarantine


def datas(document: Value) -> list[Document]:
    """The data of each event of a document sent as JSON."""
    return [event["data"] for event in events(as_json(document))]


def job(**fields: Value) -> Document:
    """A TaskFinish document with one job: `j1`, Success, and `fields` in the vendor's names."""
    return {"EventName": "TaskFinish", "JobsDetail": {"JobId": "j1", "State": "Success"} | fields}


def run(**fields: Value) -> Document:
    """A WorkflowFinish document: run `i1`, Success, and `fields` in the vendor's names."""
    execution = {"RunId": "i1", "State": "Success"} | fields
    return {"EventName": "WorkflowFinish", "WorkflowExecution": execution}


def job_data(**fields: Value) -> Document:
    """The data of the one event of `job(**fields)`."""
    (data,) = datas(job(**fields))
    return data


def run_data(**fields: Value) -> Document:
    """The data of the one event of `run(**fields)`."""
    (data,) = datas(run(**fields))
    return data
