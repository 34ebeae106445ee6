"""What the gateway publishes, for consumers: a Kafka record or JSON → one typed `CloudEvent`.

    for record in KafkaConsumer("ci.jobs", …):
        event = read_record(record.value, record.headers)
        match event.data:
            case JobData(outcome=Outcome.FAILURE, job=job):
                print(event.id, job.id, job.code, job.message)

Needs nothing of the server, only orjson. What a newer gateway writes can be read: attributes and
fields that are not known here do no harm and stand in `raw`.
"""

from gateway.events.batch import Batch, BatchData, BatchInput
from gateway.events.errors import InvalidEventError
from gateway.events.event import CloudEvent, Data
from gateway.events.model import (
    Header,
    Input,
    Job,
    JobData,
    Media,
    MediaStream,
    Outcome,
    Output,
    ReceivedData,
    Repository,
    Task,
    Value,
    WorkflowData,
    WorkflowRef,
    WorkflowRun,
)
from gateway.events.moderation import (
    Finding,
    Moderation,
    ModerationData,
    ModerationJob,
    Scene,
    Verdict,
)
from gateway.events.record import Headers, read_json, read_record

__all__ = [
    "Batch",
    "BatchData",
    "BatchInput",
    "CloudEvent",
    "Data",
    "Finding",
    "Header",
    "Headers",
    "Input",
    "InvalidEventError",
    "Job",
    "JobData",
    "Media",
    "MediaStream",
    "Moderation",
    "ModerationData",
    "ModerationJob",
    "Outcome",
    "Output",
    "ReceivedData",
    "Repository",
    "Scene",
    "Task",
    "Value",
    "Verdict",
    "WorkflowData",
    "WorkflowRef",
    "WorkflowRun",
    "read_json",
    "read_record",
]
