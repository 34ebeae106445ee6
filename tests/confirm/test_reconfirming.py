"""What is held is asked about again by itself, until CI has said something."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.core.model import Entry
from gateway.core.pipeline import process
from gateway.journal import Reader, Writer
from gateway.processes.reconfirming import Reconfirming
from gateway.settings import Settings
from tests.confirm.callbacks import configured, document, received, settings
from tests.confirm.ci import Ci, answer, error, serving

HOUR = 3600.0
Job = dict[str, dict[str, object]]


@pytest.fixture
async def ci() -> AsyncIterator[Ci]:
    """A CI that is away."""
    made = Ci()
    made.clock = time.time
    made.answers["/jobs/j1"] = (503, error("SlowDown"))
    async with serving(made):
        yield made


@pytest.fixture
def made() -> Job:
    """The callback that is held; its user data tells the second in which it was signed."""
    return document()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Of the gateway."""
    return tmp_path / "journal.db"


class Gateway:
    """One whose clock stands where a test says; callbacks are held at 0."""

    def __init__(self, settings: Settings) -> None:
        self.path = settings.journal.path
        self.settings = settings
        self._moment = 0.0
        self._works = Reconfirming(lambda: self.settings, clock=lambda: self._moment)

    async def look(self, moment: float) -> None:
        """As in the thread of its own."""
        self._moment = moment
        await asyncio.to_thread(self._works.look)

    def events(self) -> list[dict[str, object]]:
        """What is published."""
        with Reader(self.path) as reader:
            return [json.loads(each.event.json) for each in reader.newest(10)]

    def held(self) -> int:
        """How many callbacks are in quarantine."""
        with Reader(self.path) as reader:
            return reader.quarantine_count()


@pytest.fixture
async def gateway(ci: Ci, journal: Path, made: Job) -> Gateway:
    """One that has just held a callback, and seen that."""
    held = await entry(ci, made)
    with Writer(journal, max_size=1 << 24) as writer:
        writer.append([held])
    served = Gateway(settings(ci.origin, journal))
    await served.look(0)
    return served


async def entry(ci: Ci, made: Job) -> Entry:
    """A callback that CI gives no answer about."""
    source = configured(ci.origin)
    assert source.confirm is not None
    held = (await source.confirm(process(received(made), source))).entry
    assert held.quarantine is not None
    ci.asked.clear()
    return held


async def test_what_was_held_is_published_once_ci_answers(
    ci: Ci, gateway: Gateway, made: Job
) -> None:
    """Once, with what was proved."""
    ci.answers["/jobs/j1"] = (200, answer({"JobsDetail": made["JobsDetail"]}))
    await gateway.look(29)
    assert (ci.asked, gateway.events()) == ([], [])
    await gateway.look(31)
    await gateway.look(HOUR)
    (event,) = gateway.events()
    assert event["verifiedby"] == "token,user_data,confirmed"
    assert (ci.asked, gateway.held()) == (["/jobs/j1"], 0)


async def test_ci_is_asked_at_growing_distances(ci: Ci, gateway: Gateway) -> None:
    """Not more than an hour, however long it lasts."""
    asked: list[int] = []
    for moment in range(0, 6 * 3600, 30):
        await gateway.look(moment)
        asked += [moment for _ in ci.asked]
        ci.asked.clear()
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert (asked[0], pauses[:3]) == (30, [60, 120, 240])
    assert pauses == sorted(pauses)
    assert pauses[-1] == HOUR


async def test_what_ci_contradicts_stays_and_is_not_asked_about_again(
    ci: Ci, gateway: Gateway, made: Job
) -> None:
    """It is for an operator."""
    del ci.answers["/jobs/j1"]
    for moment in (31, HOUR, 9 * HOUR):
        await gateway.look(moment)
    assert (ci.asked, gateway.events(), gateway.held()) == (["/jobs/j1"], [], 1)
    gateway.settings = settings(ci.origin, gateway.path)  # read again: it may be right by these
    ci.answers["/jobs/j1"] = (200, answer({"JobsDetail": made["JobsDetail"]}))
    for moment in (10 * HOUR, 11 * HOUR):
        await gateway.look(moment)
    assert (len(gateway.events()), gateway.held()) == (1, 0)


async def test_a_source_without_confirm_is_left_alone(ci: Ci, gateway: Gateway) -> None:
    """Who took the check out of the configuration decides what becomes of it."""
    plain = settings(ci.origin, gateway.path)
    media = plain.sources["media"]
    without = media.model_copy(update={"verify": media.verify[:2]})
    other = Gateway(plain.model_copy(update={"sources": {"media": without}}))
    for moment in (0, HOUR):
        await other.look(moment)
    assert (ci.asked, other.events(), other.held()) == ([], [], 1)
