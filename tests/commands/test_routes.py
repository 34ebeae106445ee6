"""`gateway routes` and `gateway events replay`: what is published, and publishing it again."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import orjson
import pytest
from click.testing import Result

from gateway.core.model import Document
from gateway.journal import Reader, Replays
from tests.broker.waiting import until
from tests.commands.conftest import Run
from tests.commands.kept import event, keep
from tests.e2e.fixtures import NewGateway
from tests.e2e.gateway import Gateway

LATER = "2026-02-01T00:00:00.000000Z"
ROUTES = [
    {"topic": "ci.jobs"},
    {"topic": "ci.failures", "match": {"outcome": "failure"}},
]


@pytest.fixture
def routed(new_gateway: NewGateway) -> Gateway:
    """Six events, the last two later and the fifth a failure; one route is past five of them."""
    gateway = new_gateway(
        {"kafka": {"bootstrap_servers": ["localhost:1"]}, "routes": ROUTES,
         "admin": {"listen": "127.0.0.1:1"}}
    )  # fmt: skip
    gateway.write()
    early = [event(f"j{number}") for number in range(1, 5)]
    keep(gateway, *early, event("j5", at=LATER, state="Failed"), event("j6", at=LATER))
    with Reader(gateway.journal) as journal:
        journal.advance("ci.jobs", 5)
    return gateway


@pytest.fixture
def unready() -> Iterator[int]:
    """The admin port of a gateway whose publisher has troubles."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            notice = "publisher: route ci.failures waits: topic ci.failures does not exist; make it"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(orjson.dumps({"status": "ok", "notices": [notice]}))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def objects(result: Result) -> list[Document]:
    """One on each line."""
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def moved(gateway: Gateway) -> tuple[int, tuple[str, int]]:
    """Position of `ci.jobs`, and what it publishes again."""
    with Reader(gateway.journal) as journal:
        return journal.position("ci.jobs"), journal.replayed("ci.jobs")


def test_list_tells_positions_and_what_is_behind(run: Run, routed: Gateway) -> None:
    jobs, failures = objects(run("routes", "list", "--json", "-c", routed.configuration))
    assert (jobs["route"], jobs["topic"], jobs["position"], jobs["lag"]) == (
        *("ci.jobs", "ci.jobs"),
        *(5, 1),
    )
    assert (failures["route"], failures["position"], failures["lag"]) == ("ci.failures", 0, 6)
    assert failures["oldest_seconds"] > jobs["oldest_seconds"] > 0
    lines = run("routes", "list", "-c", routed.configuration).stdout.splitlines()
    assert [line.split()[:4] for line in lines] == [
        ["ci.jobs", "ci.jobs", "5", "1"],
        ["ci.failures", "ci.failures", "0", "6"],
    ]


def test_list_tells_why_a_route_waits(run: Run, routed: Gateway, unready: int) -> None:
    """As the running gateway says."""
    routed.settings["admin"] = {"listen": f"0.0.0.0:{unready}"}
    routed.write()
    jobs, failures = objects(run("routes", "list", "--json", "-c", routed.configuration))
    assert "blocked" not in jobs
    assert failures["blocked"] == "topic ci.failures does not exist"


@pytest.mark.parametrize(
    ("to", "position"),
    [("3", 2), ("start", 0), ("1", 0), (LATER, 4), ("2026-01-31T08:00:00+08:00", 4), ("9999d", 0)],
)
def test_rewind_goes_back_to_before_the_first(
    run: Run, routed: Gateway, to: str, position: int
) -> None:
    """What the route had passed is marked as a replay."""
    words = ("routes", "rewind", "ci.jobs", "--to", to, "-c", routed.configuration)

    dry = run(*words, "--dry-run")
    assert moved(routed) == (5, ("", 0))
    result = run(*words, "--yes")

    assert (dry.exit_code, result.exit_code) == (0, 0)
    assert result.stdout.startswith(dry.stdout)
    assert f" of {5 - position} events, {position + 1} to 5, received since 2026-" in dry.stdout
    replay = result.stdout.split()[-1]
    assert moved(routed) == (position, (replay, 5))


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("ci.jobs", "--to", "6", "--yes"), 1, "has not passed event 6 yet: it is at 5"),
        (("ci.failures", "--to", "start", "--yes"), 1, "has not passed event 1 yet: it is at 0"),
        (("ci.jobs", "--to", "2026-02-02T00:00:00Z", "--yes"), 1, "no event that is kept"),
        (("unknown", "--to", "1", "--yes"), 2, "the configuration has no route unknown"),
        (("ci.jobs", "--to", "soon", "--yes"), 2, "'soon' is neither a time"),
        (("ci.jobs", "--yes"), 2, "Missing option '--to'"),
    ],
)
def test_rewind_moves_nothing_by_mistake(
    run: Run, routed: Gateway, words: tuple[str, ...], code: int, told: str
) -> None:
    result = run("routes", "rewind", *words, "-c", routed.configuration)
    assert result.exit_code == code
    assert told in result.stderr
    assert moved(routed) == (5, ("", 0))


def replayed(routed: Gateway, result: Result) -> dict[str, list[int]]:
    """Route → the numbers that are replayed on it."""
    assert (result.exit_code, result.stderr) == (0, "")
    (identity,) = (
        line.split()[1] for line in result.stdout.splitlines() if line.startswith("replay ")
    )
    with Replays(routed.journal) as replays:
        return {
            each.route: [
                record.seq for record in replays.read(each.number, 0, limit=99, max_bytes=1 << 20)
            ]
            for each in replays.of(identity)
        }


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--since", LATER), {"ci.jobs": [5]}),
        (("--until", LATER), {"ci.jobs": [1, 2, 3, 4]}),
        (("--subject", "j2", "--subject", "j[34]"), {"ci.jobs": [2, 3, 4]}),
        (("--type", "*.job.finished", "--tag", "Trans*"), {"ci.jobs": [1, 2, 3, 4, 5]}),
        (("--outcome", "failure", "--source", "media"), {"ci.jobs": [5]}),
        (("--since", "9999d", "--route", "ci.jobs"), {"ci.jobs": [1, 2, 3, 4, 5]}),
    ],
)
def test_replay_chooses_events_that_a_route_has_published(
    run: Run, routed: Gateway, options: tuple[str, ...], expected: dict[str, list[int]]
) -> None:
    """The others it publishes by itself: it is told how many those are."""
    result = run("events", "replay", "--no-wait", *options, "-c", routed.configuration)
    assert replayed(routed, result) == expected


def test_replay_on_a_route_takes_what_it_matches(run: Run, routed: Gateway) -> None:
    with Reader(routed.journal) as journal:
        journal.advance("ci.failures", 6)
    words = ("events", "replay", "--no-wait", "--since", "9999d", "-c", routed.configuration)
    assert replayed(routed, run(*words)) == {"ci.jobs": [1, 2, 3, 4, 5], "ci.failures": [5]}


def test_replay_by_id(run: Run, routed: Gateway) -> None:
    with Reader(routed.journal) as journal:
        ids = [record.event.id for record in journal.newest(6)]
    words = ("events", "replay", "--no-wait", "-c", routed.configuration)
    assert replayed(routed, run(*words, ids[3], ids[1], ids[3])) == {"ci.jobs": [2, 4]}
    unknown = run(*words, "0" * 32)
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert unknown.stderr == f"gateway: no event {'0' * 32} in the journal\n"


def test_replay_dry_run_only_tells(run: Run, routed: Gateway) -> None:
    """How many on which route, and the first few."""
    words = ("events", "replay", "--dry-run", "--since", "9999d", "-c", routed.configuration)
    result = run(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[:3] == [
        "route ci.jobs: 5 events",
        "route ci.failures: 0 events",
        "not replayed, as a route has still to publish them: 2",
    ]
    assert [line.split()[-1] for line in lines[3:]] == ["j1", "j2", "j3", "j4", "j5"]
    with Replays(routed.journal) as replays:
        assert replays.running() == []


def test_a_replay_is_listed_with_its_route_and_can_be_canceled(run: Run, routed: Gateway) -> None:
    words = ("events", "replay", "-c", routed.configuration)
    started = run(*words, "--since", "9999d", "--rate", "2", "--no-wait")
    identity = started.stdout.split()[-1]
    listed = objects(run("routes", "list", "--json", "-c", routed.configuration))
    assert [(row["route"], row.get("replay"), row["lag"]) for row in listed] == [
        ("ci.jobs", None, 1),
        ("ci.jobs", identity, 5),
        ("ci.failures", None, 6),
    ]
    assert run(*words, "--cancel", identity).exit_code == 0
    again = run(*words, "--cancel", identity)
    assert (again.exit_code, again.stderr) == (
        1,
        f"gateway: no replay {identity} is under way\n",
    )


def test_replay_waits_until_it_is_published(run: Run, routed: Gateway) -> None:
    """By the gateway, which is played here."""

    def publish() -> None:
        with Replays(routed.journal) as replays:
            until(replays.running)
            (running,) = replays.running()
            replays.advance(running.number, 5)
            replays.finish(running.number)

    publishing = threading.Thread(target=publish)
    publishing.start()
    result = run("events", "replay", "--since", "9999d", "-c", routed.configuration)
    publishing.join()
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize(
    "words",
    [(), ("--route", "ci.jobs"), ("0" * 32, "--since", "1h"), ("--since", "1h", "--rate", 0)],
)
def test_replay_wants_to_know_which(run: Run, routed: Gateway, words: tuple[object, ...]) -> None:
    result = run("events", "replay", "-c", routed.configuration, *words)
    assert (result.exit_code, result.stdout) == (2, "")


def test_without_routes_nothing_is_replayed(run: Run, new_gateway: NewGateway) -> None:
    gateway = new_gateway()
    gateway.write()
    keep(gateway, event("j1"))
    result = run("events", "replay", "--since", "9999d", "-c", gateway.configuration)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "gateway: the configuration has no routes: nothing is published\n"
