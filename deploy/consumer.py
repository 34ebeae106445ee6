"""A consumer to start from: prints the failed jobs and runs that arrive in a topic.

    python deploy/consumer.py --servers localhost:9092 --topic ci.jobs --group failures

It needs kafka-python and `gateway.events`. What it shows holds for every consumer: the gateway
delivers at least once, so work is deduplicated on the event's id; an offset is committed once the
work is done; a record that is no event is reported and passed over, or it would stop the partition.
"""

import argparse
import signal
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain

from kafka import KafkaConsumer
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import CommitFailedError

from gateway.events import (
    CloudEvent,
    InvalidEventError,
    JobData,
    Outcome,
    WorkflowData,
    read_record,
)


class Seen:
    """The newest ids, as many as fit: memory stays bounded, and repeats come soon.

    This forgets when it ends. Work that must not be done twice, such as a payment, needs the id in
    the same transaction as the work.
    """

    def __init__(self, size: int = 100_000) -> None:
        self._size = size
        self._ids: OrderedDict[str, None] = OrderedDict()

    def is_new(self, event_id: str) -> bool:
        """Whether this id was not seen before; now it is."""
        if event_id in self._ids:
            self._ids.move_to_end(event_id)
            return False
        self._ids[event_id] = None
        if len(self._ids) > self._size:
            self._ids.popitem(last=False)
        return True


def new_events(records: Iterable[ConsumerRecord], seen: Seen) -> Iterator[CloudEvent]:
    """The events of the records, each once."""
    for record in records:
        try:
            event = read_record(record.value, record.headers)
        except InvalidEventError as error:
            place = f"{record.topic}[{record.partition}]@{record.offset}"
            print(f"{place}: no event: {error}", file=sys.stderr, flush=True)
        else:
            if seen.is_new(event.id):
                yield event


def failure(event: CloudEvent) -> str | None:
    """What to say of an event that tells of a failure."""
    match event.data:
        case JobData(outcome=Outcome.FAILURE, job=job):
            return f"{event.time} {job.tag} {job.id} failed: {job.code} {job.message}"
        case WorkflowData(outcome=Outcome.FAILURE, workflow=run, tasks=tasks):
            failed = [task.name for task in tasks if task.outcome is Outcome.FAILURE]
            return f"{event.time} workflow {run.name} {run.run_id} failed in {failed}"
    return None


def main() -> None:
    """Runs until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description="Print failed jobs and workflow runs.")
    parser.add_argument("--servers", default="localhost:9092", help="host:port, comma-separated")
    parser.add_argument("--topic", default="ci.jobs")
    parser.add_argument("--group", default="failures")
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    consumer = KafkaConsumer(
        options.topic,
        bootstrap_servers=options.servers.split(","),
        group_id=options.group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    seen = Seen()
    while not stop.is_set():
        polled = consumer.poll(timeout_ms=500)
        for event in new_events(chain.from_iterable(polled.values()), seen):
            if line := failure(event):
                print(line, flush=True)
        if polled:
            # A rebalanced group refuses; the records then come again, here or elsewhere.
            with suppress(CommitFailedError):
                consumer.commit()
    consumer.close()


if __name__ == "__main__":
    main()
