"""The operators' API, over a journal on the disk."""

import asyncio
import json
import re
from pathlib import Path

import jsonschema_rs
import pytest
from aiohttp import StreamReader, web
from aiohttp.test_utils import TestClient

from gateway.admin.api import Api
from gateway.admin.openapi import DOCUMENT
from gateway.admin.stream import Streams
from gateway.core.model import Document, Value
from gateway.desk.administering import OperatorsDesk
from gateway.journal import Replays
from gateway.settings import Settings
from tests.admin.operated import CHANGE, append, held, kept, registry
from tests.journal.entries import identity

Client = TestClient[web.Request, web.Application]


async def get(client: Client, path: str, status: int = 200) -> Value:
    """What a path answers."""
    response = await client.get(f"/api/v1{path}")
    assert response.status == status
    return await response.json()


def numbers(page: Document) -> list[int]:
    return [event["number"] for event in page["events"]]


async def test_events_are_listed_newest_first_page_by_page(client: Client) -> None:
    """`next` is the `before` of the page that follows, and null at the end."""
    first = await get(client, "/events?limit=2")
    assert (numbers(first), first["next"]) == ([5, 4], 4)
    second = await get(client, "/events?limit=3&before=4")
    assert (numbers(second), second["next"]) == ([3, 2, 1], None)


async def test_events_are_filtered(client: Client) -> None:
    """By globs, text and time."""
    (event,) = (await get(client, "/events?limit=1"))["events"]
    for query, expected in (
        (f"source={event['source']}", [5, 4, 3, 2, 1]),
        ("source=other", []),
        (f"subject={event['subject']}", [5]),
        (f"text={event['id'].upper()}", [5]),
        ("since=2999-01-01T00:00:00Z", []),
        ("until=2999-01-01T00:00:00Z", [5, 4, 3, 2, 1]),
    ):
        assert numbers(await get(client, f"/events?{query}")) == expected


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "before=-1", "since=now", "since=2026-01-31"]
)
async def test_a_query_that_cannot_be_understood_is_a_problem(client: Client, query: str) -> None:
    """A time without its zone is one."""
    told = await get(client, f"/events?{query}", 400)
    assert told["reason"] == "malformed_request"


async def test_one_event_has_its_routes_and_its_bytes(client: Client) -> None:
    """The bytes are exact, and never shown by a browser."""
    told = await get(client, f"/events/{identity('c')}")
    assert told["event"]["id"] == identity("c")
    assert told["routes"] == [{"name": "ci.jobs", "topic": "ci.jobs", "passed": True}]
    place = {"route": "ci.jobs", "topic": "ci.jobs", "partition": 2, "offset": 42}
    assert told["publications"] == [place]
    assert (await get(client, f"/events/{identity('d')}"))["routes"][0]["passed"] is False

    raw = await client.get(f"/api/v1/events/{identity('c')}?raw")
    assert await raw.read() == b"c"
    assert raw.content_type == "application/octet-stream"
    assert raw.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("path", ["/events/00", "/events/x?raw", "/quarantine/00", "/nothing"])
async def test_what_is_not_there_is_a_problem(client: Client, path: str) -> None:
    """Of RFC 9457."""
    response = await client.get(f"/api/v1{path}")
    assert (response.status, response.content_type) == (404, "application/problem+json")
    assert (await response.json())["reason"] == "not_found"


async def test_a_callback_is_discarded_once(client: Client) -> None:
    """It can still be looked at."""
    (held,) = (await get(client, "/quarantine"))["callbacks"]
    path = f"/quarantine/{held['id']}"
    assert "headers" in await get(client, path)
    assert (await client.post(f"/api/v1{path}/discard", headers=CHANGE)).status == 200
    assert (await client.post(f"/api/v1{path}/discard", headers=CHANGE)).status == 404
    assert await get(client, "/quarantine") == {"callbacks": [], "next": None}
    assert (await get(client, path))["resolution"] == "discarded"


async def test_a_retry_says_what_became_of_it(client: Client) -> None:
    """What still fails stays."""
    (held,) = (await get(client, "/quarantine"))["callbacks"]
    response = await client.post(f"/api/v1/quarantine/{held['id']}/retry", headers=CHANGE)
    assert (await response.json())["ending"] == "still fails"
    assert len((await get(client, "/quarantine"))["callbacks"]) == 1
    missing = await client.post("/api/v1/quarantine/00/retry", headers=CHANGE)
    assert missing.status == 404


async def test_a_route_is_rewound(client: Client) -> None:
    """To a number that it has passed."""
    route, _ = (await get(client, "/routes"))["routes"]
    assert (route["position"], route["lag"]) == (3, 2)
    path = "/api/v1/routes/ci.jobs/rewind"
    refused = await client.post(path, json={"to": 4})
    assert (refused.status, (await refused.json())["reason"]) == (409, "conflict")
    rewound = await client.post(path, json={"to": 2.0})
    assert (await rewound.json())["first"] == 2
    route, _ = (await get(client, "/routes"))["routes"]
    assert (route["position"], route["lag"]) == (1, 4)


async def test_an_event_is_published_again_and_the_replay_ended(
    client: Client, journal: Path
) -> None:
    """On a route that has published it."""
    path = f"/api/v1/events/{identity('b')}/replay"
    replayed = await (await client.post(path, json={"route": "ci.jobs"})).json()
    assert replayed["routes"] == ["ci.jobs"]
    route, _ = (await get(client, "/routes"))["routes"]
    (running,) = route["replays"]
    assert (running["id"], running["left"]) == (replayed["replay"], 1)
    with Replays(journal) as replays:
        (found,) = replays.running()
        (record,) = replays.read(found.number, 0, limit=9, max_bytes=1 << 20)
    assert record.event.id == identity("b")

    cancel = f"/api/v1/replays/{replayed['replay']}/cancel"
    assert (await client.post(cancel, headers=CHANGE)).status == 200
    assert (await client.post(cancel, headers=CHANGE)).status == 404


@pytest.mark.parametrize(
    ("event", "body", "status"),
    [
        ("a", {"route": "ci.none"}, 404),
        ("a", {"route": "ci.failures"}, 409),
        ("a", {"route": 7}, 400),
        ("e", {}, 409),
        ("absent", {}, 404),
    ],
)
async def test_what_cannot_be_published_again_is_a_problem(
    client: Client, event: str, body: Document, status: int
) -> None:
    """An event that a route does not match, or has still to publish."""
    path = f"/api/v1/events/{identity(event)}/replay"
    assert (await client.post(path, json=body)).status == status


async def test_the_quarantine_is_listed_page_by_page(client: Client, journal: Path) -> None:
    """Also when the one that a page ended with has left it."""
    await asyncio.to_thread(append, journal, *(held(f"bad {n}") for n in range(4)))
    first = await get(client, "/quarantine?limit=2")
    ids = [each["id"] for each in first["callbacks"]]
    assert (ids, first["next"]) == ([identity("bad 3"), identity("bad 2")], ids[1])
    await client.post(f"/api/v1/quarantine/{ids[1]}/discard", headers=CHANGE)
    second = await get(client, f"/quarantine?limit=3&before={ids[1]}")
    names = ("bad 1", "bad 0", "bad")
    assert [each["id"] for each in second["callbacks"]] == [identity(name) for name in names]
    assert second["next"] is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"to": true}',
        '{"to": "soon"}',
        '{"to": -1}',
        '{"to": 1.5}',
        '{"to": 1, "b": 2}',
    ],
)
async def test_a_rewind_needs_a_target(client: Client, body: str) -> None:
    """Nothing moves without."""
    response = await client.post("/api/v1/routes/ci.jobs/rewind", data=body, headers=CHANGE)
    assert response.status == 400
    assert (await get(client, "/routes"))["routes"][0]["position"] == 3


async def test_sources_tell_what_was_counted(client: Client) -> None:
    """Those of the configuration, and the events of the last hour."""
    expected = {
        "name": "media",
        "provider": "tencent-ci",
        "callbacks": {"accepted": 3},
        "silent": False,
        "expect_every": 600.0,
        "last_hour": 5,
        "last_5_minutes": 5,
    }
    assert (await get(client, "/sources"))["sources"] == [expected]


async def test_the_stream_follows_the_journal(client: Client, journal: Path) -> None:
    """From where the client says, and on with what is new."""
    async with asyncio.timeout(10):
        headers = {"Last-Event-ID": "4"}
        async with client.get("/api/v1/events/stream", headers=headers) as response:
            assert await _next(response.content) == (5, identity("e"))
            await asyncio.to_thread(append, journal, kept("f"))
            assert await _next(response.content) == (6, identity("f"))


async def test_a_stream_tells_only_what_is_asked_for(client: Client, journal: Path) -> None:
    """By globs and text, from `after` on."""
    async with asyncio.timeout(10):
        path = f"/api/v1/events/stream?after=2&outcome=failure&text={identity('g')}"
        async with client.get(path) as response:
            failures = (kept(name, outcome="failure") for name in "fg")
            await asyncio.to_thread(append, journal, *failures)
            assert await _next(response.content) == (7, identity("g"))


async def test_a_client_that_has_gone_gives_its_stream_free(client: Client) -> None:
    """At the next look into the journal; at most sixteen are open."""
    async with asyncio.timeout(20):
        streams = [await client.get("/api/v1/events/stream") for _ in range(16)]
        assert (await client.get("/api/v1/events/stream")).status == 503
        for stream in streams:
            stream.close()
        while (again := await client.get("/api/v1/events/stream")).status == 503:
            pass
        again.close()


async def test_an_open_stream_does_not_hold_up_the_end(client: Client) -> None:
    """It ends by itself once the server does."""
    async with client.get("/api/v1/events/stream") as response:
        assert await response.content.readline() == b": following\n"
        async with asyncio.timeout(5):
            await client.server.close()
            assert (await response.content.read()).strip() == b""


async def _next(lines: StreamReader) -> tuple[int, str]:
    while not (line := await lines.readline()).startswith(b"id: "):
        pass
    data = json.loads((await lines.readline()).removeprefix(b"data: "))
    assert int(line[4:]) == data["number"]
    return data["number"], data["id"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "10.0.0.1", "", "[::"])
async def test_a_host_that_is_not_this_machine_is_refused(client: Client, host: str) -> None:
    """A foreign name that was bound to this address."""
    response = await client.get("/api/v1/events", headers={"Host": host})
    assert response.status == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9090", "127.0.0.1:9", "[::1]:9090"])
async def test_this_machine_is_let_in_by_each_of_its_names(client: Client, host: str) -> None:
    """With or without a port."""
    response = await client.get("/api/v1/events", headers={"Host": host})
    assert response.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {**CHANGE, "Origin": "http://evil.example"},
        {**CHANGE, "Origin": "null"},
        {**CHANGE, "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_what_another_site_could_send_changes_nothing(
    client: Client, headers: dict[str, str]
) -> None:
    """A form, or a script of another origin."""
    (held,) = (await get(client, "/quarantine"))["callbacks"]
    path = f"/api/v1/quarantine/{held['id']}/discard"
    response = await client.post(path, headers=headers)
    assert (response.status, response.content_type) == (403, "application/problem+json")
    assert len((await get(client, "/quarantine"))["callbacks"]) == 1


async def test_the_document_has_every_path_and_no_other(settings: Settings) -> None:
    """And every parameter of a path."""
    desk = OperatorsDesk(lambda: settings, registry)
    routes = Api(desk, Streams(desk)).routes()
    served = {(route.path, route.method.lower()) for route in routes}
    paths: Document = DOCUMENT["paths"]
    assert {(path, method) for path, item in paths.items() for method in item} == served
    for path, item in paths.items():
        for operation in item.values():
            named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))


def test_every_example_of_the_document_satisfies_its_schema() -> None:
    """Wherever one stands."""
    pairs = list(_examples(DOCUMENT))
    assert len(pairs) > 10
    for schema, example in pairs:
        jsonschema_rs.validate(schema, example)


def _examples(tree: Value) -> list[tuple[Document, Value]]:
    if isinstance(tree, list):
        return [pair for item in tree for pair in _examples(item)]
    if not isinstance(tree, dict):
        return []
    here = [(tree["schema"], tree["example"])] if {"schema", "example"} <= tree.keys() else []
    return here + [pair for item in tree.values() for pair in _examples(item)]


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/openapi.json", "/openapi.json"),
        ("/events", "/events"),
        (f"/events/{identity('a')}", "/events/{id}"),
        ("/history?span=1h", "/history"),
        ("/quarantine", "/quarantine"),
        ("/routes", "/routes"),
        ("/sources", "/sources"),
    ],
)
async def test_answers_are_what_the_document_says(client: Client, path: str, template: str) -> None:
    """Each satisfies the schema of its path."""
    content = DOCUMENT["paths"][template]["get"]["responses"]["200"]["content"]
    jsonschema_rs.validate(content["application/json"]["schema"], await get(client, path))
