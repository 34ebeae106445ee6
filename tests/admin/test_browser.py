"""The page in a real browser: headless Chromium, one for all of these tests.

Its pictures are kept in `.cache/page`.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from gateway.core.moments import utc
from gateway.journal import Publications, Reader, Replays
from gateway.settings import Settings
from tests.admin.operated import (
    TOKENS,
    Said,
    append,
    configured,
    held,
    kept,
    mended,
    operators,
    serve,
)
from tests.journal.entries import identity

CHROMIUM: Final = Path("/usr/bin/chromium")
ARGUMENTS: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SHOTS: Final = Path(__file__).parents[2] / ".cache/page"
MILLISECONDS: Final = 30_000
HOSTILE: Final = '<img src=x onerror="document.title=1">\u202egpj.exe'
PHONE: Final = {"width": 390, "height": 844}
pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="needs Debian's chromium: .ci/packages chromium:chromium"
)


@contextmanager
def served(settings: Settings, health: Said, *, tokens: tuple[str, ...] = ()) -> Iterator[str]:
    """The admin port in a thread of its own; its address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> tuple[object, int]:
        return await serve(operators(settings, tokens=tokens, health=health))

    runner, port = asyncio.run_coroutine_threadsafe(start(), loop).result(20)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(20)  # type: ignore[attr-defined]
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


def lived(path: Path) -> None:
    """A journal of ten hours, most of it published, and four callbacks in quarantine."""
    begin = datetime.now(UTC) - timedelta(hours=10)
    words = ("success", "success", "success", "failure", "success", "running", "canceled")
    tags = ("Transcode", "Snapshot", "Animation")
    entries = [
        kept(
            f"e{n}", outcome=words[n % 7], tag=tags[n % 3], at=utc(begin + timedelta(minutes=2 * n))
        )
        for n in range(280)
    ]
    append(path, *entries, held("bad"), mended("ok"), held("evil", HOSTILE.encode(), HOSTILE))
    with Reader(path) as reader, Publications(path) as publications:
        publications.enter({"ci.jobs": [("ci.jobs", 2, 4000, range(1, 275))]})
        reader.advance("ci.jobs", 274)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Of a gateway that has run for ten hours."""
    found = configured(tmp_path_factory.mktemp("browser"))
    lived(found.journal.path)
    return found


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    """Of its page, while Kafka is away."""
    health = Said()
    health.told = ["publisher: Kafka does not answer"]
    with served(settings, health) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A window's own cookies and storage."""
    made = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A window. Afterwards no script has failed and the policy was never broken."""
    made = context.new_page()
    troubles: list[str] = []
    made.on("pageerror", lambda error: troubles.append(str(error)))
    made.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    yield made
    assert [each for each in troubles if "status of 4" not in each] == []


def shoot(page: Page, name: str) -> None:
    """Keep a picture."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def test_what_is_new_appears_by_itself(page: Page, settings: Settings) -> None:
    """As text, whatever it is; and not while the list is paused."""
    page.goto("/page/events")
    expect(page.locator("#live-state")).to_have_text("live")
    append(settings.journal.path, kept("live", tag=HOSTILE))
    first = page.locator("#events tbody tr").first
    expect(first.locator("td").nth(3)).to_have_text("job of live")
    expect(first.locator("td").nth(2)).to_have_text(HOSTILE.replace("\u202e", "⟨U+202E⟩"))
    expect(page.locator("#events img")).to_have_count(0)
    shoot(page, "events")

    page.get_by_role("button", name="Pause").click()
    append(settings.journal.path, kept("unseen"))
    page.get_by_role("button", name="Follow").click()
    expect(first.locator("td").nth(3)).to_have_text("job of unseen")
    first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("job of unseen")


def test_events_are_filtered_and_one_is_opened(page: Page, settings: Settings) -> None:
    """What is live is filtered too; the three views stand side by side."""
    page.goto("/page/events")
    page.locator("select[name=outcome]").select_option("failure")
    page.get_by_label("Tag").fill("Snap*")
    page.get_by_role("button", name="Filter").click()
    badges = page.locator("#events tbody .badge")
    expect(badges.first).to_have_text("failure")
    expect(page.locator("#live-state")).to_have_text("live")
    expected = badges.count() + 1
    others = (kept("no", outcome="failure"), kept("nor", tag="Snapshot"))
    append(settings.journal.path, *others, kept("yes", tag="Snapshot", outcome="failure"))
    expect(badges).to_have_count(expected)
    assert set(badges.all_inner_texts()) == {"failure"}

    page.get_by_role("link", name="job of e10", exact=True).click()
    expect(page.get_by_role("region", name="Published")).to_contain_text("4010")
    tops = {pre.bounding_box()["y"] for pre in page.locator("pre").all()}  # type: ignore[index]
    assert len(tops) == 1
    shoot(page, "event")


def test_an_event_is_published_again_and_the_replay_ended(page: Page, settings: Settings) -> None:
    page.goto(f"/page/events/{identity('e10')}")
    page.get_by_role("button", name="Publish again on ci.jobs").click()
    expect(page.get_by_role("status")).to_contain_text("published once more")
    with Replays(settings.journal.path) as replays:
        (running,) = replays.running()
        assert (running.route, running.total) == ("ci.jobs", 1)
        page.get_by_role("link", name="Routes").click()
        page.get_by_text("Rewind…").click()
        shoot(page, "routes")
        page.get_by_role("button", name="End it").click()
        expect(page.get_by_role("status")).to_contain_text("The replay has ended")
        assert replays.running() == []


def test_a_callback_is_retried_from_the_quarantine(page: Page) -> None:
    """Which becomes an event; another is discarded after one more question."""
    page.goto("/page/quarantine")
    shoot(page, "quarantine")
    row = page.locator("tr", has_text="JobsDetail.State: was unknown")
    row.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("status")).to_contain_text("has become an event")
    expect(page.get_by_role("heading", level=1)).to_have_text("j-ok")

    page.goto(f"/page/quarantine/{identity('evil')}")
    expect(page.locator("main img")).to_have_count(0)
    expect(page.locator("pre")).to_contain_text("⟨U+202E⟩gpj.exe")
    shoot(page, "quarantined")
    page.get_by_text("Discard…").click()
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_role("status")).to_contain_text("Discarded")
    expect(page.locator("tbody tr")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_every_page_whole(browser: Browser, address: str, scheme: str) -> None:
    """Nothing is wider than the screen; the colours are those of the system."""
    context = browser.new_context(base_url=address, viewport=PHONE, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for path in ("events", f"events/{identity('e10')}", "quarantine", "routes", "sources"):
        page.goto(f"/page/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (colour == "rgb(15, 18, 23)") is (scheme == "dark")
        if scheme == "dark":
            shoot(page, f"phone-{path.partition('/')[0]}{'-one' if '/' in path else ''}")
    context.close()


def test_the_keyboard_is_enough(page: Page) -> None:
    """First a way past the navigation, then everything in the order that it is read in."""
    page.goto("/page/quarantine")
    focused = "document.activeElement.textContent.trim() || document.activeElement.name"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Skip to the content"
    order = []
    for _ in range(5):
        page.keyboard.press("Tab")
        order.append(page.evaluate(focused))
    assert order == ["Callback gateway", "Events", "Quarantine", "Routes", "Sources"]
    page.goto("/page/quarantine")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "source"


def test_without_scripts_everything_can_be_read(browser: Browser, address: str) -> None:
    """And done: only what is live is missing."""
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/page/events")
    expect(page.locator("#live")).to_be_hidden()
    page.get_by_label("Tag").fill("Animation")
    page.get_by_role("button", name="Filter").click()
    page.locator("#events tbody a").first.click()
    expect(page.locator("pre")).to_have_count(3)
    context.close()


def test_a_token_opens_the_page_until_the_logout(settings: Settings, browser: Browser) -> None:
    """Where it is asked for; the stream follows in the same session."""
    with served(settings, Said(), tokens=TOKENS) as address:
        context = browser.new_context(base_url=address, color_scheme="dark")
        page = context.new_page()
        page.goto("/page/sources")
        shoot(page, "login")
        page.get_by_label("Operator's token").fill("wrong")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_have_text("this token is not live")
        page.get_by_label("Operator's token").fill(TOKENS[1])
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sources")
        page.get_by_role("link", name="Events").click()
        expect(page.locator("#live-state")).to_have_text("live")
        shoot(page, "events-dark")
        page.get_by_role("button", name="Log out").click()
        page.goto("/page/events")
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
        context.close()
