"""A topic → what is in it, read with a plain consumer, and whether that is what was sent."""

import json
from collections.abc import Iterator

from tests.broker import messages
from tests.chaos.account import Record
from tests.e2e.delivery import Delivered


def content(key: str, number: int) -> dict[str, object]:
    """The data that the event of a callback has to carry."""
    told = str(number)
    return {
        "provider": "tencent-ci",
        "event_name": "TaskFinish",
        "outcome": "success",
        "job": {"id": key, "tag": "Transcode", "state": "Success", "user_data": told},
        "detail": {"UserData": told},
    }


def records(bootstrap: str, topic: str, count: int) -> Iterator[Record]:
    """All records of a topic of `count` partitions, each in its order; few of them in memory."""
    for each in messages.records(bootstrap, topic, partitions=count):
        yield read(each.key, each.value)


def read(key: bytes, value: bytes) -> Record:
    """What a record says, and whether it is what the gateway owes for that."""
    event = json.loads(value)
    subject, number = event["subject"], int(event["data"]["job"]["user_data"])
    is_whole = event["data"] == content(subject, number) and key == subject.encode()
    return Record(Delivered(subject, number, event["id"]), is_whole)
