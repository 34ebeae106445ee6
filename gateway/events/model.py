"""The values a consumer works with. Their names are those of the published schemas.

What an event does not tell is None, or empty. `raw` is the JSON object that a value was read from:
all of it, also what this version does not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Value = Any
"""A part of a JSON document."""

Object = Mapping[str, Value]


class Outcome(StrEnum):
    """How a job or run ended; a word that is not known here is UNKNOWN."""

    SUCCESS = "success"
    FAILURE = "failure"
    CANCELED = "canceled"
    PAUSED = "paused"
    RUNNING = "running"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, _: object) -> "Outcome":
        return cls.UNKNOWN


@dataclass(frozen=True, slots=True)
class Header:
    """One header of an input object; values are text, also of numbers."""

    key: str | None = None
    value: str | None = None
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Input:
    """What a job or run worked on: an object in a bucket, or an address."""

    bucket: str | None = None
    region: str | None = None
    key: str | None = None
    url: str | None = None
    headers: tuple[Header, ...] = ()
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Output:
    """One file a job says it wrote. `md5`: hexadecimal."""

    bucket: str | None = None
    region: str | None = None
    key: str | None = None
    md5: str | None = None
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Job:
    """A job, build, pipeline, check or deployment.

    `code` and `message` mean something only when it failed; `progress`: percent; `attempt`: from 1.
    """

    id: str
    tag: str | None = None
    name: str | None = None
    number: int | None = None
    attempt: int | None = None
    state: str | None = None
    code: str | None = None
    message: str | None = None
    progress: int | None = None
    queue_id: str | None = None
    template_id: str | None = None
    template_name: str | None = None
    user_data: str | None = None
    url: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    queue_seconds: float | None = None
    run_seconds: float | None = None
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class WorkflowRef:
    """The run that started a job; `node` is the job's place in the workflow."""

    id: str | None = None
    run_id: str | None = None
    name: str | None = None
    node: str | None = None
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository or project that a job is of; `name`: `<owner>/<name>`."""

    id: str | None = None
    name: str | None = None
    url: str | None = None
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class MediaStream:
    """One video or audio stream. `bit_rate`: bit/s."""

    index: int | None = None
    bit_rate: int | None = None
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Media:
    """The bit rates of the file that `detail["MediaInfo"]` describes, all in bit/s."""

    bit_rate: int | None = None
    video: tuple[MediaStream, ...] = ()
    audio: tuple[MediaStream, ...] = ()
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """One run of a workflow."""

    run_id: str
    id: str | None = None
    name: str | None = None
    state: str | None = None
    created_at: datetime | None = None
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Task:
    """One job of a run; `job_id` is the subject of its own event."""

    job_id: str | None = None
    type: str | None = None
    name: str | None = None
    state: str | None = None
    outcome: Outcome | None = None
    template_id: str | None = None
    template_name: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class JobData:
    """The data of a job event.

    `detail`: the vendor's own fields, typed by the schema that the event names in `dataschema`.
    `extra`: every other leaf of the callback, path → text.
    """

    provider: str
    outcome: Outcome
    job: Job
    event_name: str | None = None
    bucket: str | None = None
    region: str | None = None
    input: Input | None = None
    outputs: tuple[Output, ...] = ()
    workflow: WorkflowRef | None = None
    media: Media | None = None
    repository: Repository | None = None
    ref: str | None = None
    commit: str | None = None
    detail: Object = field(default_factory=dict)
    extra: Object = field(default_factory=dict)
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class WorkflowData:
    """The data of a workflow event; `tasks` in the order of the callback, not of time."""

    provider: str
    outcome: Outcome
    workflow: WorkflowRun
    event_name: str | None = None
    bucket: str | None = None
    region: str | None = None
    input: Input | None = None
    tasks: tuple[Task, ...] = ()
    extra: Object = field(default_factory=dict)
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ReceivedData:
    """The data of a callback of a kind that no schema types: all of it is in `detail` or `extra`.

    `detail`: the JSON payload as it came. `extra`: path → text, where XML and JSON are one event.
    """

    provider: str
    event_name: str | None = None
    detail: Object = field(default_factory=dict)
    extra: Object = field(default_factory=dict)
    raw: Object = field(default_factory=dict, repr=False, compare=False)
