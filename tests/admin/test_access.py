"""Who may see the page and use the API."""

import re
from pathlib import Path

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient

from gateway.admin.access import COOKIE
from gateway.admin.sessions import Session, Sessions
from gateway.settings import Settings
from tests.admin.markup import Page
from tests.admin.operated import CHANGE, TOKENS, bearer, operators
from tests.journal.entries import identity

Client = TestClient[web.Request, web.Application]
PAGES = ["/page/events", f"/page/events/{identity('a')}", "/page/quarantine", "/page/routes",
         "/page/sources", "/page/nothing"]  # fmt: skip
API = ["/api/v1/events", "/api/v1/events/stream", "/api/v1/openapi.json", "/api/v1/nothing"]
RETRY = f"/page/quarantine/{identity('bad')}/discard"


@pytest.fixture
async def exposed(settings: Settings, journal: Path, aiohttp_client: AiohttpClient) -> Client:
    """A port on every address, with two tokens."""
    app = operators(settings, tokens=TOKENS, host="0.0.0.0")
    return await aiohttp_client(app, cookie_jar=CookieJar(unsafe=True))


async def log_in(client: Client, token: str = TOKENS[0], **fields: str) -> web.Response:
    """What the form's answer is."""
    form = {"token": token, **fields}
    return await client.post("/page/login", data=form, allow_redirects=False)  # type: ignore[return-value]


async def form_token(client: Client) -> str:
    """Of this session."""
    return Page(await (await client.get("/page/quarantine")).text()).form_token


async def test_beyond_loopback_nothing_is_served_without_a_token(
    settings: Settings, aiohttp_client: AiohttpClient
) -> None:
    """Neither is the form that asks for one."""
    client = await aiohttp_client(operators(settings, host="0.0.0.0"))
    for path in (*PAGES, *API, "/page/login", "/page/static/page.js"):
        assert (await client.get(path)).status == 404
    assert (await client.post("/page/login", data={"token": ""})).status == 404
    assert (await client.get("/api/v1/events", headers=bearer(""))).status == 404


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_sends_strangers_to_the_login(exposed: Client, path: str) -> None:
    response = await exposed.get(path, allow_redirects=False)
    assert response.status == 303
    assert response.headers["Location"] == f"/page/login?next={path.replace('/', '%2F')}"


@pytest.mark.parametrize("path", API)
@pytest.mark.parametrize("token", ["", "x", "first-token-of-operator", "ü", TOKENS[0] + " x"])
async def test_the_api_is_closed_to_strangers(exposed: Client, path: str, token: str) -> None:
    for headers in ({}, bearer(token), {"Authorization": f"Basic {TOKENS[0]}"}):
        response = await exposed.get(path, headers=headers)
        assert (response.status, response.content_type) == (401, "application/problem+json")
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert (await response.json())["reason"] == "unauthenticated"


@pytest.mark.parametrize("token", TOKENS)
async def test_every_live_token_opens_the_api(exposed: Client, token: str) -> None:
    """A script needs no other header to change something."""
    path = f"/api/v1/quarantine/{identity('bad')}/discard"
    assert (await exposed.get("/api/v1/events", headers=bearer(token))).status == 200
    assert (await exposed.post(path, headers=bearer(token))).status == 200


@pytest.mark.parametrize("token", TOKENS)
async def test_a_login_begins_a_session(exposed: Client, token: str) -> None:
    """Which the stream of the page uses too."""
    response = await log_in(exposed, token, next="/page/routes")
    assert (response.status, response.headers["Location"]) == (303, "/page/routes")
    cookie = response.headers["Set-Cookie"]
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=Strict", cookie)
    assert (await exposed.get("/page/events", allow_redirects=False)).status == 200
    stream = await exposed.get("/api/v1/events/stream")
    assert stream.status == 200
    stream.close()


async def test_over_tls_the_cookie_stays_there(exposed: Client) -> None:
    """The proxy shows in the Origin."""
    headers = {"Origin": f"https://{exposed.host}:{exposed.port}"}
    response = await exposed.post(
        "/page/login", data={"token": TOKENS[0]}, headers=headers, allow_redirects=False
    )
    assert "; Secure" in response.headers["Set-Cookie"]


@pytest.mark.parametrize("token", ["", "wrong", TOKENS[0][:-1], "\u202e"])
async def test_a_wrong_token_is_refused(exposed: Client, token: str) -> None:
    response = await log_in(exposed, token)
    assert response.status == 401
    assert "Set-Cookie" not in response.headers
    assert (await exposed.get("/page/events", allow_redirects=False)).status == 303


@pytest.mark.parametrize(
    "following",
    ["", "//evil.example", "https://evil.example/page/", "/page", "/page/\\evil", "/page/\r\nX: y",
     "/api/v1/events", "javascript:alert(1)"],
)  # fmt: skip
async def test_a_login_leads_to_the_page_and_nowhere_else(exposed: Client, following: str) -> None:
    response = await log_in(exposed, next=following)
    assert response.headers["Location"] == "/page/events"


async def test_a_logout_ends_the_session(exposed: Client) -> None:
    """Also for who has kept the cookie."""
    response = await log_in(exposed)
    kept = {"Cookie": response.headers["Set-Cookie"].partition(";")[0]}
    token = await form_token(exposed)
    await exposed.post("/page/logout", data={"form_token": token}, allow_redirects=False)
    for headers in ({}, kept):
        response = await exposed.get("/page/events", headers=headers, allow_redirects=False)  # type: ignore[assignment]
        assert response.status == 303


@pytest.mark.parametrize("token", ["", "x"])
async def test_a_form_without_its_token_changes_nothing(exposed: Client, token: str) -> None:
    """Neither in a session nor of a bearer, which has no form."""
    await log_in(exposed)
    for headers in ({}, bearer(TOKENS[0])):
        response = await exposed.post(RETRY, data={"form_token": token}, headers=headers)
        assert response.status == 403
    assert (await exposed.post(RETRY, json={"form_token": await form_token(exposed)})).status == 403
    assert (await exposed.get(RETRY)).status == 405


async def test_a_form_of_another_session_changes_nothing(exposed: Client) -> None:
    await log_in(exposed)
    other = await form_token(exposed)
    await log_in(exposed, TOKENS[1])
    assert (await exposed.post(RETRY, data={"form_token": other})).status == 403
    own = await form_token(exposed)
    response = await exposed.post(RETRY, data={"form_token": own}, allow_redirects=False)
    assert response.status == 303


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
     {"Sec-Fetch-Site": "same-site"}],
)  # fmt: skip
async def test_what_another_site_sends_changes_nothing(
    client: Client, exposed: Client, headers: dict[str, str]
) -> None:
    """Even with the right token, in a session or on loopback."""
    await log_in(exposed)
    for port in (exposed, client):
        fields = {"form_token": await form_token(port)}
        assert (await port.post(RETRY, data=fields, headers=headers)).status == 403
    assert (
        await exposed.post("/page/login", data={"token": TOKENS[0]}, headers=headers)
    ).status == 403
    path = f"/api/v1/quarantine/{identity('bad')}/discard"
    assert (await exposed.post(path, headers={**CHANGE, **headers})).status == 403


@pytest.mark.parametrize("host", ["evil.example", "10.0.0.1:9090", "[::"])
async def test_on_loopback_the_host_must_be_this_machine(client: Client, host: str) -> None:
    """A foreign name that was bound to this address."""
    for path in ("/page/events", "/page/login", "/page/static/page.js"):
        assert (await client.get(path, headers={"Host": host})).status == 403


async def test_with_a_token_loopback_is_closed_too(
    settings: Settings, aiohttp_client: AiohttpClient
) -> None:
    """And any Host is right: a proxy on this machine may have one."""
    client = await aiohttp_client(operators(settings, tokens=TOKENS))
    assert (await client.get("/api/v1/events")).status == 401
    headers = {"Host": "gateway.example", **bearer(TOKENS[0])}
    assert (await client.get("/api/v1/events", headers=headers)).status == 200


@pytest.mark.parametrize("path", [*PAGES, *API, "/page/login", "/page/static/page.css"])
async def test_every_answer_is_kept_to_itself(client: Client, path: str) -> None:
    """No inline script or style, no frame, no cache, no foreign type."""
    response = await client.get(path)
    headers = response.headers
    response.close()
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


async def test_no_page_has_a_script_or_a_style_of_its_own(client: Client) -> None:
    """The policy would not let it run."""
    for path in (*PAGES, "/page/login", f"/page/quarantine/{identity('bad')}"):
        page = Page(await (await client.get(path)).text())
        assert [each for each in page.all("script") if "src" not in each] == []
        assert page.all("style") == []
        names = {name for element in page.elements for name, _ in element.attributes}
        assert [name for name in names if name == "style" or name.startswith("on")] == []


def test_a_session_ends_with_time_with_its_token_and_with_too_many() -> None:
    now = 0.0
    sessions = Sessions(lambda: now)
    value = sessions.begin(b"one")
    assert isinstance(sessions.find(value, [b"two", b"one"]), Session)
    assert sessions.find(value, [b"two"]) is None
    assert sessions.find(value, []) is None
    now = 13 * 3600.0
    assert sessions.find(value, [b"one"]) is None
    first = sessions.begin(b"one")
    for _ in range(255):
        sessions.begin(b"one")
    assert sessions.find(first, [b"one"]) is not None
    sessions.begin(b"one")
    assert sessions.find(first, [b"one"]) is None


def test_an_empty_secret_lets_nobody_in() -> None:
    sessions = Sessions()
    assert sessions.find(sessions.begin(b""), [b""]) is None
