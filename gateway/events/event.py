"""The event itself, around its data."""

from dataclasses import dataclass, field
from datetime import datetime

from gateway.events.batch import BatchData
from gateway.events.model import JobData, Object, ReceivedData, WorkflowData
from gateway.events.moderation import ModerationData

Known = JobData | BatchData | WorkflowData | ModerationData | ReceivedData
Data = Known | Object
"""What `dataschema` says; plain JSON where it names a schema that is not known here."""


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """One event. The names are those of CloudEvents 1.0 and of the gateway's extensions."""

    id: str
    """Deduplicate on it: one callback is one id, however often it arrives."""
    source: str
    type: str
    specversion: str
    data: Data = field(default_factory=dict)
    subject: str | None = None
    time: datetime | None = None
    datacontenttype: str | None = None
    dataschema: str | None = None
    receivedtime: datetime | None = None
    verifiedby: str | None = None
    """The checks that passed, comma-separated, e.g. `token,bucket`."""
    partitionkey: str | None = None
    redacted: str | None = None
    """The names under which something personal stood, comma-separated."""
    replay: str | None = None
    """The id of the replay or rewind by which an event comes that was published before."""
    raw: Object = field(default_factory=dict, repr=False, compare=False)
