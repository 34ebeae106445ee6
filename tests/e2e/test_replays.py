"""Publishing again through a running gateway, and a Kafka."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.journal import Replays
from tests.broker.kafka import Broker
from tests.broker.messages import messages
from tests.broker.waiting import until
from tests.e2e.delivery import until_published
from tests.e2e.gateway import Gateway, callback

pytestmark = pytest.mark.kafka
Delivered = tuple[str, str | None]
"""An event's id, and the replay that it is of."""


def post(gateway: Gateway, first: int, last: int) -> list[str]:
    """Callbacks of five jobs; the ids of their events."""
    return [
        gateway.post(callback(f"j{number % 5}", number)).document["events"][0]
        for number in range(first, last + 1)
    ]


def run(gateway: Gateway, *words: str) -> str:
    """The last word that a command prints."""
    result = CliRunner().invoke(main, [*words, "-c", str(gateway.configuration)])
    assert result.exit_code == 0, result.output
    return result.stdout.split()[-1]


def of_keys(kafka: Broker, topic: str) -> dict[bytes | None, list[Delivered]]:
    """What each job's consumer saw, in order."""
    seen: dict[bytes | None, list[Delivered]] = {}
    for message in messages(kafka.bootstrap, topic):
        event = json.loads(message.value)
        seen.setdefault(message.key, []).append((event["id"], event.get("replay")))
    return seen


def expected(ids: list[str], replay: str | None) -> dict[bytes | None, list[Delivered]]:
    """Of each job, in order."""
    return {
        f"j{job % 5}".encode(): [(each, replay) for each in ids[job - 1 :: 5]]
        for job in range(1, 6)
    }


def test_a_rewound_route_publishes_again_in_order_and_says_so(
    publisher: tuple[Gateway, str], kafka: Broker
) -> None:
    """Without a restart; what comes later comes after it, unmarked."""
    gateway, topic = publisher
    ids = post(gateway, 1, 20)
    until_published(gateway, topic)

    replay = run(gateway, "routes", "rewind", topic, "--to", "6", "--yes")
    until(lambda: gateway.metric("gateway_route_published_total", route=topic) == 35)
    ids += post(gateway, 21, 25)
    until_published(gateway, topic)

    first, second, third = expected(ids[:20], None), expected(ids[5:20], replay), ids[20:]
    assert of_keys(kafka, topic) == {
        key: first[key] + second[key] + expected(third, None)[key] for key in first
    }


def test_chosen_events_are_published_again_beside_new_ones(
    publisher: tuple[Gateway, str], kafka: Broker
) -> None:
    """The command returns when they are; the route's own position is not touched."""
    gateway, topic = publisher
    ids = post(gateway, 1, 20)
    until_published(gateway, topic)

    run(gateway, "events", "replay", "--since", "1h", "--subject", "j[12]")

    seen = of_keys(kafka, topic)
    for job, each in expected(ids, None).items():
        again = [pair for pair in seen[job] if pair[1] is not None]
        assert seen[job][:4] == each
        assert [pair[0] for pair in again] == ([pair[0] for pair in each] * (job in (b"j1", b"j2")))
    assert gateway.metric("gateway_route_lag_events", route=topic) == 0
    assert gateway.metric("gateway_route_published_total", route=topic) == 28


def test_a_replay_survives_the_death_of_the_gateway(
    publisher: tuple[Gateway, str], kafka: Broker
) -> None:
    """Nothing is left out; a few may be repeated."""
    gateway, topic = publisher
    ids = post(gateway, 1, 30)
    until_published(gateway, topic)
    words = ("events", "replay", "--since", "1h", "--rate", "10", "--no-wait")
    replay = run(gateway, *words)
    with Replays(Path(gateway.journal)) as replays:
        until(lambda: 0 < replays.of(replay)[0].left < 25)
        gateway.kill()
        gateway.start()
        until(lambda: replays.of(replay)[0].state == "done", within=30)

    for job, each in of_keys(kafka, topic).items():
        again = list(dict.fromkeys(event for event, mark in each if mark == replay))
        assert again == [event for event, _ in expected(ids, None)[job]]
