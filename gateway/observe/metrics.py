"""Every metric that a process counts itself, in one place.

Labels come only from the configuration and from closed sets. The processes of one gateway share
these through prometheus_client's multiprocess files, so the folder of `shared` is there before
this module is imported; what can be read from the journal is in `journal_metrics` and `outcomes`.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from multiprocessing import current_process
from typing import Final

from prometheus_client import Counter, Gauge, Histogram, Metric, values
from prometheus_client.metrics import MetricWrapperBase

from gateway.observe.shared import VARIABLE, hold

if _FOLDER := os.environ.get(VARIABLE):
    _LOCK = hold(_FOLDER)
    _ROLE = current_process().name
    values.ValueClass = values.MultiProcessValue(lambda: _ROLE)  # type: ignore[no-untyped-call]

OTHER: Final = "other"
"""The tag label of every Tag that no schema knows."""

# Every request ends in exactly one of these; reason says why it was not simply accepted.
CALLBACKS = Counter(
    "gateway_callbacks_total", "Callbacks by how they ended.", ["source", "result", "reason"]
)
# From the request's head to its answer; the promise is to answer within 5 s.
CALLBACK_SECONDS = Histogram(
    "gateway_callback_seconds",
    "Seconds from a callback's head to its answer.",
    ["source"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
# secret is the position in the list of live secrets: retire one when its count stands still.
VERIFIED = Counter("gateway_verified_total", "Checks passed.", ["source", "check", "secret"])
# Only callbacks that were durable count: a refused one says nothing of the real sender.
LAST_CALLBACK = Gauge(
    "gateway_source_last_callback_timestamp_seconds",
    "When the last authentic callback came, in Unix seconds.",
    ["source"],
    multiprocess_mode="max",
)
# A growing figure means that the vendor sends what the schemas do not know yet.
UNKNOWN_FIELDS = Counter(
    "gateway_unknown_fields_total",
    "Fields of events that no schema knew.",
    ["source", "tag"],
)
# One commit makes a whole batch of callbacks durable.
COMMIT_SECONDS = Histogram(
    "gateway_journal_commit_seconds",
    "Seconds of a commit to the journal.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
# Counted after the cluster's acknowledgement.
PUBLISHED = Counter(
    "gateway_route_published_total", "Events published, those of replays too.", ["route"]
)
DEAD_LETTERS = Counter(
    "gateway_dead_letters_total", "Events that a topic would not take.", ["route", "reason"]
)
# 1 while the publisher can speak to the cluster.
KAFKA_UP = Gauge(
    "gateway_kafka_up", "Whether the Kafka cluster answers.", multiprocess_mode="mostrecent"
)
# 1 while a route cannot go on (no topic, no right, a record refused); the log says why.
ROUTE_BLOCKED = Gauge(
    "gateway_route_blocked", "Whether a route waits.", ["route"], multiprocess_mode="mostrecent"
)
PUBLISHER_RESTARTS = Counter(
    "gateway_publisher_restarts_total", "Restarts of the publishing process.", ["cause"]
)
RESTART_CAUSES: Final = ("error", "exit", "SIGKILL", "SIGSEGV", "hung", "stalled", "unexpected")
"""Those that are there before the first restart, so that it is seen as a rise; signals are more."""
_EVERY: Final = [each for each in globals().values() if isinstance(each, MetricWrapperBase)]


def expect(sources: Iterable[str]) -> None:
    """What each source can count begins with 0, so that its first callback is seen as a rise."""
    for source in sources:
        callbacks(source, "accepted", "")
        callback_seconds(source)


def missing(counted: Iterable[Metric]) -> Iterator[Metric]:
    """Every metric of this module that is not in `counted`, with its help and no sample."""
    there = {each.name for each in counted}
    for each in _EVERY:
        for family in each.describe():
            if family.name not in there:
                yield family


@cache
def callbacks(source: str, result: str, reason: str) -> Counter:
    """The counter of one kind of end; labels() costs more than the count."""
    return CALLBACKS.labels(source, result, reason)


@cache
def callback_seconds(source: str) -> Histogram:
    """The latency of one source."""
    return CALLBACK_SECONDS.labels(source)


@cache
def verified(source: str, check: str, secret: int | None) -> Counter:
    """The counter of one check, and of the secret that matched."""
    return VERIFIED.labels(source, check, "" if secret is None else str(secret))


@cache
def last_callback(source: str) -> Gauge:
    """The time of a source's last callback."""
    return LAST_CALLBACK.labels(source)


def unknown_fields(source: str, tag: str, count: int, *, known: Mapping[str, str]) -> None:
    """Count fields that no schema knew; `known` has each Tag under its lower case."""
    label = known.get(tag.lower(), OTHER) if tag else ""
    UNKNOWN_FIELDS.labels(source, label).inc(count)
