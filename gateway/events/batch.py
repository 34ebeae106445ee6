"""The data of batch events: what starts a job or a workflow run for each of many objects."""

from dataclasses import dataclass, field
from datetime import datetime

from gateway.events.model import Object, Outcome


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch. `type`: `Job` or `Workflow`; `tag`: of the jobs that it starts.

    `code` and `message` mean something only when it failed.
    """

    id: str
    type: str | None = None
    name: str | None = None
    tag: str | None = None
    state: str | None = None
    code: str | None = None
    message: str | None = None
    progress: int | None = None
    queue_id: str | None = None
    user_data: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class BatchInput:
    """The objects that a batch selects: one of `prefix`, `key`, `manifest` and `url_file`."""

    bucket: str | None = None
    region: str | None = None
    prefix: str | None = None
    key: str | None = None
    manifest: str | None = None
    url_file: str | None = None
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class BatchData:
    """The data of a batch event; `outcome` is how the batch ended, not how its jobs did.

    `detail`: the vendor's own fields. `extra`: every other leaf of the callback, path → text.
    """

    provider: str
    outcome: Outcome
    batch: Batch
    event_name: str | None = None
    bucket: str | None = None
    region: str | None = None
    input: BatchInput | None = None
    detail: Object = field(default_factory=dict)
    extra: Object = field(default_factory=dict)
    raw: Object = field(default_factory=dict, repr=False, compare=False)
