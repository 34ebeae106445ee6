"""The operators' page, without a browser: every view, every form, and what callbacks may do."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from msgspec import structs
from pytest_aiohttp.plugin import AiohttpClient

from gateway.admin.page.rendering import LONGEST, seen
from gateway.core.errors import Reason
from gateway.core.model import Entry, Quarantine
from gateway.core.moments import utc
from gateway.journal import Reader, Replays
from gateway.settings import Settings
from tests.admin.markup import Page
from tests.admin.operated import Said, append, held, kept, mended, operators, whole
from tests.journal.entries import identity

Client = TestClient[web.Request, web.Application]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</code></pre></textarea></title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;&quot;",
    "\u202egpj.exe\u2066 \u200f\u061c\u2028",
    "]]><!-- -->",
]
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u2028")
VIEWS = ["events", "quarantine", "routes", "sources"]


async def read(client: Client, path: str, status: int = 200) -> Page:
    """A page that is there."""
    response = await client.get(f"/page/{path}")
    assert (response.status, response.content_type) == (status, "text/html"), path
    return Page(await response.text())


async def send(client: Client, path: str, **fields: str) -> str:
    """A form of the page; where the browser goes then."""
    fields["form_token"] = (await read(client, "events/" + identity("a"))).form_token
    response = await client.post(f"/page/{path}", data=fields, allow_redirects=False)
    assert response.status == 303, await response.text()
    return response.headers["Location"].removeprefix("/page/")


async def test_the_port_opens_with_the_events(client: Client) -> None:
    response = await client.get("/")
    assert response.url.path == "/page/events"


async def test_events_are_listed_newest_first(client: Client) -> None:
    page = await read(client, "events")
    links = [f"/page/events/{identity(name)}" for name in "edcba"]
    assert page.links("/page/events/") == links
    (table,) = page.all("table")
    assert table["data-stream"] == "/api/v1/events/stream?after=5"


async def test_events_are_filtered_and_followed_alike(client: Client, journal: Path) -> None:
    """What is live is filtered too."""
    await asyncio.to_thread(append, journal, kept("f", outcome="failure", tag="Snapshot"))
    query = "events?outcome=failure&tag=Snap*&source=media&text=demo.mp4"
    page = await read(client, query)
    assert page.links("/page/events/") == [f"/page/events/{identity('f')}"]
    (table,) = page.all("table")
    assert table["data-stream"] == (
        "/api/v1/events/stream?source=media&tag=Snap%2A&outcome=failure&text=demo.mp4&after=6"
    )
    assert (await read(client, "events?outcome=paused")).links("/page/events/") == []


async def test_a_time_without_a_zone_is_utc(client: Client, journal: Path) -> None:
    """As a form's field gives it."""
    await asyncio.to_thread(append, journal, kept("old", at="2026-01-31T08:00:00.000000Z"))
    query = "events?since=2026-01-31T07:59&until=2026-01-31T08:00:01"
    page = await read(client, query)
    assert page.links("/page/events/") == [f"/page/events/{identity('old')}"]
    assert "data-stream" not in page.all("table")[0]


async def test_older_events_are_on_the_next_page(client: Client) -> None:
    """And there nothing is live."""
    page = await read(client, "events?limit=2&outcome=success")
    (older,) = [link for link in page.links("/page/events?") if "before=" in link]
    assert older == "/page/events?outcome=success&before=4"
    following = await read(client, older.removeprefix("/page/"))
    assert following.links("/page/events/")[0] == f"/page/events/{identity('c')}"
    assert "data-stream" not in following.all("table")[0]


async def test_the_chart_counts_outcomes_over_time(client: Client, journal: Path) -> None:
    """Each bar leads to its events."""
    hour = utc(datetime.now(UTC) - timedelta(hours=2))
    old = [kept(f"old {n}", outcome="failure", at=hour) for n in range(3)]
    await asyncio.to_thread(append, journal, *old)
    page = await read(client, "events?span=6h")
    drawn = [each["class"] for each in page.all("rect") if each["class"] != "ground"]
    assert sorted(drawn) == ["failure", "success"]
    assert "5 success" in page.text
    bars = [link for link in page.links("/page/events?") if "since=" in link]
    assert len(bars) == 36


async def test_an_event_is_shown_in_three_views(client: Client) -> None:
    """With the checks that passed, and where it was published."""
    page = await read(client, f"events/{identity('b')}")
    for text in ('"run_seconds": 26.0', '"TemplateName": "720p"', '"JobsDetail.Odd"', "token"):
        assert text in page.text
    names = [each["aria-label"] for each in page.all("pre")]
    assert names == ["Normalized event", "Typed data of the vendor", "Raw body"]
    words = page.words[page.words.index("Published") :]
    assert words[words.index("ci.jobs") :][:5] == ["ci.jobs", "published", "ci.jobs", "2", "41"]
    assert f"/api/v1/events/{identity('b')}?raw" in page.links("/api/v1/events/")


async def test_an_event_that_waits_says_so(client: Client) -> None:
    """Nothing can be published again that was not published."""
    page = await read(client, f"events/{identity('d')}")
    assert "waiting" in page.text
    assert [form["action"] for form in page.all("form")] == []


async def test_a_large_callback_is_cut(client: Client, journal: Path) -> None:
    """Its whole is a download."""
    body = b"<a>" + b"x" * (1 << 20)
    await asyncio.to_thread(append, journal, held("large", body), kept("large", body=body))
    for path in (f"quarantine/{identity('large')}", f"events/{identity('large')}"):
        page = await read(client, path)
        assert "Only the first 64.0 KiB are shown." in page.text
        assert len(page.text) < 2 * LONGEST


async def test_a_callback_is_retried_and_its_event_shown(client: Client, journal: Path) -> None:
    await asyncio.to_thread(append, journal, mended("ok"))
    going = await send(client, f"quarantine/{identity('ok')}/retry")
    assert going.startswith("events/")
    page = await read(client, going)
    assert "Retried: the callback has become an event" in page.text
    assert "j-ok" in page.text


async def test_what_still_fails_says_so(client: Client) -> None:
    going = await send(client, f"quarantine/{identity('bad')}/retry")
    assert going == f"quarantine/{identity('bad')}?told=still-fails"
    assert "it still cannot be understood" in (await read(client, going)).text


async def test_a_callback_is_discarded(client: Client) -> None:
    going = await send(client, f"quarantine/{identity('bad')}/discard")
    page = await read(client, going)
    assert "Discarded." in page.text
    assert "Nothing is in quarantine." in page.text
    assert "discarded" in (await read(client, f"quarantine/{identity('bad')}")).text


async def test_the_quarantine_is_filtered_and_paged(client: Client, journal: Path) -> None:
    await asyncio.to_thread(append, journal, *(held(f"bad {n}") for n in range(3)))
    page = await read(client, "quarantine?limit=3&reason=malformed_xml")
    (older,) = [link for link in page.links("/page/quarantine?") if "before=" in link]
    assert older == f"/page/quarantine?reason=malformed_xml&before={identity('bad 0')}"
    following = await read(client, older.removeprefix("/page/"))
    assert following.links("/page/quarantine/") == [f"/page/quarantine/{identity('bad')}"]
    assert (await read(client, "quarantine?reason=doctype")).links("/page/quarantine/") == []


async def test_routes_tell_their_lag_and_are_rewound(client: Client, journal: Path) -> None:
    page = await read(client, "routes")
    assert "2 behind" in page.text
    assert await send(client, "routes/ci.jobs/rewind", to="2") == "routes?told=rewound"
    with Reader(journal) as reader:
        assert reader.position("ci.jobs") == 1


@pytest.mark.parametrize("to", ["", "soon", "99", "-1", "2999-01-31"])
async def test_a_rewind_that_cannot_be_done_is_explained(client: Client, to: str) -> None:
    token = (await read(client, "routes")).form_token
    response = await client.post(
        "/page/routes/ci.jobs/rewind", data={"form_token": token, "to": to}
    )
    assert response.status == (409 if to in {"99", "2999-01-31"} else 400)
    assert response.content_type == "text/html"


async def test_a_route_is_rewound_to_a_day(client: Client, journal: Path) -> None:
    """Which begins in UTC."""
    assert await send(client, "routes/ci.jobs/rewind", to="2026-01-31") == "routes?told=rewound"
    with Reader(journal) as reader:
        assert reader.position("ci.jobs") == 0


async def test_an_event_is_published_again_and_the_replay_ended(
    client: Client, journal: Path
) -> None:
    going = await send(client, f"events/{identity('b')}/replay", route="ci.jobs")
    assert "published once more" in (await read(client, going)).text
    page = await read(client, "routes")
    (cancel,) = [f["action"] for f in page.all("form") if f["action"].endswith("cancel")]
    assert await send(client, cancel.removeprefix("/page/")) == "routes?told=canceled"
    with Replays(journal) as replays:
        assert replays.running() == []


async def test_sources_tell_what_was_heard_of_them(client: Client) -> None:
    page = await read(client, "sources")
    for text in ("media", "tencent-ci", "expected every 10 min", "not heard of", "1.0"):
        assert text in page.text


async def test_every_page_tells_the_state_of_the_gateway(
    settings: Settings, journal: Path, aiohttp_client: AiohttpClient
) -> None:
    health = Said()
    health.told = ["publisher: Kafka does not answer"]
    client = await aiohttp_client(operators(settings, health=health))
    for view in VIEWS:
        page = await read(client, view)
        assert "publisher: Kafka does not answer" in page.text
        assert "needs a look" in page.text
    health.reasons = ["draining"]
    assert "not ready" in (await read(client, "routes")).text


@pytest.mark.parametrize(
    ("path", "status"),
    [("events/00", 404), ("quarantine/00", 404), ("nothing", 404), ("static/../app.py", 404),
     ("events?span=1y", 400), ("events?limit=0", 400), ("events?since=now", 400),
     ("static/absent.js", 404)],
)  # fmt: skip
async def test_what_is_not_there_is_a_page_too(client: Client, path: str, status: int) -> None:
    await read(client, path, status)


async def test_every_page_can_be_used_without_a_mouse_and_without_a_script(client: Client) -> None:
    """A way past the navigation, a name for every field, one heading, a language."""
    paths = [*VIEWS, f"events/{identity('a')}", f"quarantine/{identity('bad')}"]
    for path in paths:
        page = await read(client, path)
        assert page.all("html")[0]["lang"] == "en"
        assert page.all("a")[0] == {"class": "skip", "href": "#main"}
        assert [each["id"] for each in page.all("main")] == ["main"]
        assert len(page.all("h1")) == 1
        visible = [i for i in page.all("input") if i.get("type") != "hidden"]
        assert len(page.all("label")) == len(visible) + len(page.all("select"))
        assert [each for each in page.all("button") if each.get("type") == "button"] == (
            [{"id": "live", "type": "button", "class": "plain", "aria-pressed": "true",
              "hidden": ""}] if path == "events" else []
        )  # fmt: skip


def hostile(name: str, text: str) -> list[Entry]:
    """An event and a callback in quarantine that say `text` wherever a sender can."""
    entry = kept(name, body=text.encode())
    (event,) = entry.events
    event = structs.replace(event, subject=text, tag=text, type=text, outcome=text)
    headers = json.dumps([["X-Said", text]]).encode()
    entry = structs.replace(entry, events=(whole(event),), headers=headers)
    why = Quarantine(identity(name), Reason.SCHEMA, text)
    return [entry, structs.replace(entry, events=(), quarantine=why)]


@pytest.mark.parametrize("text", HOSTILE)
async def test_nothing_of_a_callback_becomes_markup(
    settings: Settings, tmp_path: Path, aiohttp_client: AiohttpClient, text: str
) -> None:
    """The page has the same elements as of a harmless callback, and shows every character."""
    path = settings.journal.path
    await asyncio.to_thread(append, path, *hostile("evil", text), *hostile("good", "harmless"))
    client = await aiohttp_client(operators(settings))
    for view in ("events", "quarantine"):
        evil = await read(client, f"{view}/{identity('evil')}")
        good = await read(client, f"{view}/{identity('good')}")
        assert evil.skeleton == good.skeleton
        assert seen(text) in evil.text
        assert TURNING.isdisjoint(evil.text)
        listed = await read(client, view)
        assert seen(text) in listed.text
        assert listed.all("script") == [{"src": "/page/static/page.js", "defer": ""}]
        assert listed.all("img") == good.all("img")


@pytest.mark.parametrize("text", HOSTILE)
async def test_nothing_of_a_request_becomes_markup(client: Client, text: str) -> None:
    """Neither of a query, which may stand in a link that somebody sends."""
    names = ("source", "tag", "subject", "type", "text", "outcome", "told", "reason")
    for view in VIEWS:
        pages = []
        for word in ("harmless", text):
            response = await client.get(f"/page/{view}", params=dict.fromkeys(names, word))
            pages.append(Page(await response.text()).skeleton)
        assert pages[0] == pages[1]
    for params in ({"span": text}, {"since": text}, {"limit": text}):
        response = await client.get("/page/events", params=params)
        page = Page(await response.text())
        assert response.status == 400
        assert page.all("script") == []
        assert page.all("img") == []


def test_what_is_not_seen_is_named() -> None:
    """Lines and tabs stay."""
    assert seen("a\u202eb\x00\n\tc\ufeff") == "a⟨U+202E⟩b⟨U+0000⟩\n\tc⟨U+FEFF⟩"


async def test_an_empty_journal_is_no_error(
    settings: Settings, aiohttp_client: AiohttpClient
) -> None:
    client = await aiohttp_client(operators(settings))
    for view in VIEWS:
        await read(client, view)
