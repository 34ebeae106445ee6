"""The data of moderation events: what the vendor thinks of an image, a video, a text … ."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.events.model import Input, Object, Outcome


class Verdict(StrEnum):
    """What is to be done about content; a word that is not known here is UNKNOWN, never PASS."""

    PASS = "pass"  # noqa: S105
    BLOCK = "block"
    REVIEW = "review"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, _: object) -> "Verdict":
        return cls.UNKNOWN


@dataclass(frozen=True, slots=True)
class ModerationJob:
    """The job of a moderation, as far as the callback tells of it."""

    id: str | None = None
    state: str | None = None
    code: str | None = None
    message: str | None = None
    created_at: datetime | None = None
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene that was checked, such as `ads`. `score`: 0 to 100."""

    scene: str
    verdict: Verdict
    score: float | None = None
    count: int | None = None
    label: str | None = None
    category: str | None = None
    sub_label: str | None = None
    keywords: tuple[str, ...] = ()
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One snapshot, page or segment of the content. `url` lives until `expires_at`."""

    verdict: Verdict
    url: str | None = None
    expires_at: datetime | None = None
    at: datetime | None = None
    offset_ms: int | None = None
    duration_ms: int | None = None
    start_character: int | None = None
    page: int | None = None
    sheet: int | None = None
    text: str | None = None
    label: str | None = None
    category: str | None = None
    sub_label: str | None = None
    scenes: tuple[Scene, ...] = ()
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Moderation:
    """What was found in the content. Decide by `verdict`. `score`: 0 to 100."""

    kind: str
    verdict: Verdict
    label: str | None = None
    sub_label: str | None = None
    category: str | None = None
    score: float | None = None
    text: str | None = None
    data_id: str | None = None
    forbid_state: int | None = None
    scenes: tuple[Scene, ...] = ()
    segments: tuple[Finding, ...] = ()
    snapshots: tuple[Finding, ...] = ()
    raw: Object = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ModerationData:
    """The data of a moderation event; `outcome` is how the job ended, not what it found."""

    provider: str
    outcome: Outcome
    moderation: Moderation
    event_name: str | None = None
    job: ModerationJob | None = None
    bucket: str | None = None
    region: str | None = None
    input: Input | None = None
    detail: Object = field(default_factory=dict)
    extra: Object = field(default_factory=dict)
    raw: Object = field(default_factory=dict, repr=False, compare=False)
