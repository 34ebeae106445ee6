"""What reached a topic, held against what was accepted."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tests.broker.messages import messages
from tests.broker.waiting import until
from tests.e2e.gateway import Gateway
from tests.e2e.load import Accepted


@dataclass(frozen=True, slots=True)
class Delivered:
    """One record of a topic: the `number`-th callback of the job `key`."""

    key: str
    number: int
    event: str


def delivered(bootstrap: str, topic: str) -> list[Delivered]:
    """All records of a topic, each partition in its order."""
    records: list[Delivered] = []
    for message in messages(bootstrap, topic):
        event = json.loads(message.value)
        assert message.key == event["subject"].encode()
        number = int(event["data"]["job"]["user_data"])
        records.append(Delivered(event["subject"], number, event["id"]))
    return records


def until_published(gateway: Gateway, topic: str, *, within: float = 30) -> None:
    """Return once the route is at the end of the journal."""
    until(lambda: is_published(gateway, topic), within=within)


def is_published(gateway: Gateway, topic: str) -> bool:
    """Whether the route is at the end of the journal now."""
    lag = gateway.metrics()["gateway_route_lag_events", (("route", topic),)]
    return lag == 0


def missing(accepted: Iterable[Accepted], records: Iterable[Delivered]) -> list[Accepted]:
    """What was answered 200 and is not there."""
    there = {record.event for record in records}
    return [each for each in accepted if each.event not in there]


def inversions(records: Iterable[Delivered]) -> dict[str, list[int]]:
    """The jobs whose callbacks did not first come, or did not last come, in their order."""
    jobs: dict[str, list[int]] = defaultdict(list)
    for record in records:
        jobs[record.key].append(record.number)
    return {key: numbers for key, numbers in jobs.items() if not _is_in_order(numbers)}


def duplicates(records: list[Delivered]) -> int:
    """How many records repeat an event that was there."""
    return len(records) - len({record.event for record in records})


def _is_in_order(numbers: list[int]) -> bool:
    firsts = list(dict.fromkeys(numbers))
    lasts = list(dict.fromkeys(reversed(numbers)))
    return firsts == sorted(firsts) and lasts == sorted(lasts, reverse=True)
