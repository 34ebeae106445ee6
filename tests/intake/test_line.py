"""More callbacks than can be looked at: some wait for their turn, the rest are told at once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import pairwise

import pytest

from gateway.core.errors import Busy
from gateway.core.model import Callback
from gateway.core.pipeline import Receipted, Source, process_all
from gateway.intake import answer
from gateway.intake.body import Arriving
from gateway.intake.line import (
    AT_ONCE,
    AT_ONCE_SECONDS,
    BURST,
    BURST_SECONDS,
    MOST_AHEAD,
    MOST_BYTES,
    PATIENCE,
    RELIEF,
    STANDING,
    STANDING_SECONDS,
    Line,
)
from gateway.intake.together import IN_STEP
from tests.intake.port import (
    PATH,
    Port,
    Seen,
    callback,
    chunked,
    name,
    open_port,
    post,
    problem,
    request,
    turns,
    until,
)

OVERLOADED = problem(503, "overloaded")
BUSY = Seen("media", "busy", "overloaded", 503)
OK = post(callback())
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(callback()), callback())


def shut(port: Port) -> None:
    """From now on nobody finds room."""
    port.receiver.line = Line(burst=0, standing=0)


def reopen(port: Port) -> None:
    """Everybody does."""
    port.receiver.line = Line()


@pytest.fixture
async def full() -> AsyncIterator[Port]:
    """A port without room for a callback."""
    async with open_port() as opened:
        shut(opened)
        yield opened


def come(line: Line, count: int) -> list[int]:
    """So many come at once; which of them have had their turn."""
    served: list[int] = []
    for number in range(count):
        with suppress(Busy):
            line.turn(partial(served.append, number))
    return served


async def test_a_line_lets_in_a_few_for_each_turn_of_the_loop_in_order() -> None:
    """What else is ready runs in between, however many came together."""
    line, order = Line(), list[int]()
    for number in range(3 * AT_ONCE):
        line.turn(partial(order.append, number))
    lengths = [0]
    while len(order) < 3 * AT_ONCE:
        lengths.append(len(order))
        await asyncio.sleep(0)
    assert order == list(range(3 * AT_ONCE))
    steps = [after - before for before, after in pairwise(lengths)]
    assert max(steps) <= AT_ONCE


async def test_who_comes_in_anothers_turn_comes_last() -> None:
    """A turn that ends at once may bring the connection's next request."""
    line, order = Line(), list[str]()

    def bring() -> None:
        order.append("first")
        line.turn(partial(order.append, "brought"))

    come(line, AT_ONCE)
    line.turn(bring)
    line.turn(partial(order.append, "second"))
    await turns(2)
    assert order == ["first", "second", "brought"]


async def test_a_line_that_does_not_end_is_shorter_than_a_burst() -> None:
    """Until it has been empty, and not full for a while."""
    now = 5.0
    line = Line(burst=5, standing=2, now=lambda: now)
    served = come(line, AT_ONCE + 3)
    assert not line.is_full
    now += PATIENCE + 0.01
    assert line.is_full
    await turns(3)
    assert len(served) == AT_ONCE + 3
    now += RELIEF
    come(line, AT_ONCE + 5)
    assert line.is_full


async def test_a_line_that_was_full_lets_no_burst_in_for_a_while() -> None:
    """Where it runs empty for a moment, the many are still there; bursts alone never shut it."""
    now = 5.0
    line = Line(burst=4, standing=2, now=lambda: now)

    async def come(count: int) -> bool:
        for _ in range(count):
            line.expect()
        is_full = line.is_full
        await turns(3)
        return is_full

    assert not await come(3)
    assert await come(4)
    now += RELIEF * 0.6
    assert await come(3)
    now += RELIEF * 0.6
    assert not await come(3)


@pytest.mark.parametrize(("seconds", "is_refused"), [(0.0005, False), (0.005, True)])
async def test_how_many_may_wait_depends_on_how_quick_they_are(
    seconds: float, *, is_refused: bool
) -> None:
    """Sixty who come again as soon as they were served, at so many seconds for each of them."""
    now, refused = 5.0, 0
    loop, line = asyncio.get_running_loop(), Line(standing=16, now=lambda: now)

    def ask() -> None:
        nonlocal refused
        again = partial(loop.call_soon, ask)
        try:
            line.turn(again)
        except Busy:
            refused += 1
            again()

    for _ in range(60):
        ask()
    while now < 10.0:
        await asyncio.sleep(0)
        now += seconds * AT_ONCE
    assert bool(refused) is is_refused


@pytest.mark.parametrize(
    ("burst", "seconds"), [(16, 0.001), (23, 0.001), (64, 0.001), (200, 0.0004)]
)
async def test_a_line_is_no_longer_than_what_is_worked_off_soon(burst: int, seconds: float) -> None:
    """Whatever the bursts were from which it has learned."""
    now = 5.0
    line = Line(now=lambda: now)

    def work() -> None:
        nonlocal now
        now += seconds

    for _ in range(200):
        for _ in range(burst):
            line.turn(work)
        await turns(burst)
        now += 2 * RELIEF
    served = come(line, AT_ONCE + 1000)
    await turns(1000)
    at_once = max(AT_ONCE, AT_ONCE_SECONDS / seconds)
    assert len(served) <= at_once + max(BURST, BURST_SECONDS / seconds)


async def test_turns_stop_while_many_are_not_settled() -> None:
    """And go on, in order, as those are."""
    line = Line(burst=2000)
    served: list[int] = []

    def go(number: int) -> None:
        served.append(number)
        line.handed_on()

    for number in range(2 * MOST_AHEAD):
        line.turn(partial(go, number))
    await turns(2 * MOST_AHEAD)
    assert len(served) == MOST_AHEAD
    for _ in range(3):
        line.settled()
    await turns(3)
    assert len(served) == MOST_AHEAD + 3
    while len(served) < 2 * MOST_AHEAD:
        line.settled()
        await turns(1)
    assert served == list(range(2 * MOST_AHEAD))


@pytest.mark.parametrize("seconds", [0.0002, 0.001])
async def test_a_turn_lets_in_as_many_as_take_little_time(seconds: float) -> None:
    """Else reading what has come, once for each turn, would cost more than answering it."""
    now, most, length = 5.0, 0, 0
    line = Line(now=lambda: now)

    def go() -> None:
        nonlocal length, now
        length += 1
        now += seconds

    while now < 15.0:
        while not line.is_full:
            line.turn(go)
        length = 0
        await asyncio.sleep(0)
        most = max(most, length)
    assert most == max(AT_ONCE, int(AT_ONCE_SECONDS / seconds))


async def test_no_turn_is_long_where_large_callbacks_follow_small_ones() -> None:
    """However many small ones a turn would have had."""
    now, longest = 5.0, 0.0
    line = Line(burst=200, now=lambda: now)

    def go(seconds: float) -> None:
        nonlocal now
        now += seconds

    while now < 10.0:
        while not line.is_full:
            line.turn(partial(go, 0.0001))
        await turns(1)
    await turns(100)
    begun = now = 20.0
    for _ in range(100):
        line.turn(partial(go, 0.02))
    while now < 21.9:
        longest, begun = max(longest, now - begun), now
        await turns(1)
    assert 0 < longest <= (2 * AT_ONCE + 0.5) * 0.02


@pytest.mark.parametrize("each", [0.0002, 0.002])
async def test_what_callbacks_wait_for_after_their_turn_counts(each: float) -> None:
    """Commits of half of what may be ahead, at so much for each, and turns that take no time."""
    now, waiting = 5.0, 0
    line, most = Line(now=lambda: now), max(STANDING, STANDING_SECONDS / each)

    def go() -> None:
        nonlocal waiting
        waiting -= 1
        line.handed_on()

    while now < 15.0:
        for _ in range(MOST_AHEAD // AT_ONCE):
            while not line.is_full:
                line.turn(go)
                waiting += 1
            await turns(1)
        now += each * MOST_AHEAD / 2
        for _ in range(MOST_AHEAD // 2):
            line.settled()
    assert 0.7 * most <= waiting <= 1.4 * most


async def test_what_was_read_counts_before_it_comes_to_the_line() -> None:
    """Until its handler must have come: however many are read at once, only so many are let in."""
    line = Line(burst=3, standing=2)
    for _ in range(3):
        assert not line.is_full
        line.expect()
    assert line.is_full
    await turns(3)
    assert not line.is_full


async def test_what_waits_is_bounded_in_bytes() -> None:
    """However few they are; who is alone is as large as the gateway takes."""
    line, large, served = Line(), MOST_BYTES // 4 + 1, list[int]()
    for number in range(AT_ONCE + 4):
        assert not line.is_full
        line.turn(partial(served.append, number), large)
    assert line.is_full
    with pytest.raises(Busy):
        line.turn(partial(served.append, -1), 1)
    await turns(2)
    assert served == list(range(AT_ONCE + 4))
    assert not line.is_full


async def test_who_is_too_many_is_refused() -> None:
    """The bound is of those that wait."""
    line = Line(burst=2, standing=2)
    served = come(line, AT_ONCE + 3)
    assert line.is_full
    await turns(2)
    assert served == list(range(AT_ONCE + 2))
    assert not line.is_full


async def test_a_burst_within_the_bound_is_accepted_whole() -> None:
    """Sixty senders at one moment."""
    async with open_port(line=Line(burst=60, standing=60)) as port:
        wires = [await port.dial() for _ in range(60)]
        for number, wire in enumerate(wires):
            await wire.send(post(callback(number)))
        assert [(await wire.reply()).status for wire in wires] == [200] * 60


@pytest.mark.parametrize(
    "data",
    [
        OK,
        chunked(CHUNKS),
        post(callback(), target=b"http://other" + PATH),
        post(callback(), b"Connection: close"),
        post(callback(), b"Upgrade: h2c", b"Connection: upgrade"),
        OK.replace(b"HTTP/1.1", b"HTTP/1.0"),
        post(callback(), target=b"/callbacks/media/wrong"),
        OK[:-1],
        request(headers=(b"Host: x", b"Content-Length: 0")),
    ],
    ids=name,
)
async def test_without_room_any_callback_is_told_to_come_back(full: Port, data: bytes) -> None:
    """503 with `Retry-After`, counted, kept nowhere; on a new connection and on a used one."""
    for before in (b"", post(callback(), target=b"/x")):
        wire = await full.dial(before)
        if before:
            assert (await wire.reply()).status == 404
        await wire.send(data)
        reply = await wire.reply()
        assert (reply.document, reply.headers["retry-after"]) == (OVERLOADED, "5")
        assert reply.headers["server"] == "callback-gateway"
    assert [seen for seen in full.seen if seen.source != "(none)"] == [BUSY, BUSY]
    assert full.journal.entries == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (post(callback(), target=b"/callbacks/other"), 404),
        (post(callback(), target=b"/"), 404),
        (post(callback(), target=PATH + b"/more"), 404),
        (request(method=b"GET"), 405),
        (OK.replace(b"1.1", b"2.0", 1), 400),
        (b"canary canary\r\n\r\n", 400),
    ],
    ids=name,
)
async def test_without_room_what_is_no_callback_has_its_own_answer(
    full: Port, data: bytes, status: int
) -> None:
    """Only callbacks take room."""
    wire = await full.dial(OK)
    assert (await wire.reply()).status == 503
    await wire.send(data)
    assert (await wire.reply()).status == status
    assert full.statuses == [503, status]


@pytest.mark.parametrize("count", [2, 31, 32, 33, 100])
async def test_pipelined_callbacks_without_room_are_each_told_so(full: Port, count: int) -> None:
    """Also beyond what the server queues, after a used connection, and with others among them."""
    wire = await full.dial(OK)
    assert (await wire.reply()).status == 503
    await wire.send(OK * count + post(callback(), target=b"/x") + OK * count)
    statuses = [(await wire.reply()).status for _ in range(2 * count + 1)]
    assert statuses == [503] * count + [404] + [503] * count
    assert full.statuses == [503, *statuses]


async def test_a_connection_goes_on_after_it_was_refused(full: Port) -> None:
    """The next callback on it is accepted once there is room, whole and in pieces."""
    wire = await full.dial()
    for _ in range(3):
        await wire.send(OK)
        reply = await wire.reply()
        assert (reply.status, reply.closes) == (503, False)
    reopen(full)
    await wire.send(OK[:40])
    shut(full)
    assert await wire.nothing()
    reopen(full)
    await wire.send(OK[40:] + post(callback(2)))
    assert [(await wire.reply()).status for _ in range(2)] == [200, 200]
    assert [entry.body for entry in full.journal.entries] == [callback(), callback(2)]


async def test_a_refusal_waits_for_the_answer_before_it(full: Port) -> None:
    """Whoever sends the next callback before that has its answers in order."""
    reopen(full)
    full.journal.disk.clear()
    wire = await full.dial(OK)
    await until(lambda: full.journal.waiting)
    shut(full)
    await wire.send(post(callback(2)))
    assert await wire.nothing()
    full.journal.disk.set()
    assert [(await wire.reply()).status for _ in range(2)] == [200, 503]


async def test_who_does_not_read_is_not_refused_for_ever(full: Port) -> None:
    """Its answers must not fill the memory: one, and then its requests wait."""
    wire = await full.dial()
    (connection,) = full.server.connections
    connection.pause_writing()
    await wire.send(OK)
    assert (await wire.reply()).document == OVERLOADED
    for _ in range(5):
        await wire.send(OK)
        assert await wire.nothing()
    connection.resume_writing()
    assert [(await wire.reply()).status for _ in range(5)] == [503] * 5


async def test_a_connection_that_is_ending_has_no_more_answers(full: Port) -> None:
    """Neither the parser nor who stands before it hears what comes then."""
    wire = await full.dial(post(callback(), b"Connection: close"))
    reply = await wire.reply()
    assert (reply.status, reply.closes) == (503, True)
    with suppress(ConnectionError):
        await wire.send(OK)
    assert await wire.rest() == b""
    assert full.seen == [BUSY]


async def test_a_refusal_is_dated_when_it_is_given(
    full: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not when the process began."""
    monkeypatch.setattr(answer, "rfc822_formatted_time", lambda: "now")
    reply = await full.ask(OK)
    assert (reply.status, reply.headers["date"]) == (503, "now")


async def test_an_observer_that_fails_costs_nobody_the_refusal(full: Port) -> None:
    """On a used connection too, which goes on."""
    full.recorder.trouble = RuntimeError("canary")
    wire = await full.dial()
    for _ in range(3):
        await wire.send(OK)
        assert (await wire.reply()).document == OVERLOADED


async def test_bodies_under_way_share_a_budget_that_comes_back() -> None:
    """Who sends the byte too many is told to come back; the others finish, and small ones too."""
    body = b"x" * 600_000
    data, head = post(body), len(post(body)) - len(body)
    async with open_port(arriving=Arriving(600_000)) as port:
        first = await port.dial(data[:-100])
        await first.nothing()
        small = await port.dial(OK[:-1])
        await small.nothing()
        await small.send(OK[-1:])
        assert (await small.reply()).status == 200
        second = await port.dial(data[: head + 200_000])
        reply = await second.reply()
        assert (reply.document, reply.closes) == (OVERLOADED, True)
        await first.send(data[-100:])
        assert (await first.reply()).status == 200
        third = await port.dial(data[:-100])
        await third.nothing()
        await third.send(data[-100:])
        assert (await third.reply()).status == 200


@pytest.mark.parametrize("status", [401, 404, 405, 411])
async def test_no_answer_overtakes_a_refusal(status: int) -> None:
    """Also one that is known at once, to what came while the refusal was not sent yet."""
    data = {
        401: post(callback(), target=b"/callbacks/media/wrong"),
        404: post(callback(), target=b"/x"),
        405: request(method=b"GET"),
        411: request(),
    }[status]
    async with open_port() as port:
        wire = await port.dial()
        await until(lambda: port.server.connections)
        (connection,) = port.server.connections
        shut(port)
        connection.data_received(OK)
        connection.data_received(OK)
        reopen(port)
        connection.data_received(data)
        assert [(await wire.reply()).status for _ in range(3)] == [503, 503, status]


async def test_who_is_disconnected_is_not_listened_to() -> None:
    """Nobody would get the answer."""
    async with open_port() as port:
        await port.dial()
        await until(lambda: port.server.connections)
        (connection,) = port.server.connections
        connection.force_close()
        connection.data_received(OK)
        await until(lambda: not port.server.connections)
        await turns(3)
        assert (port.journal.entries, port.statuses) == ([], [])


async def test_callbacks_that_wait_together_are_looked_at_in_step_and_large_ones_are_not() -> None:
    """However large: what is held at once is bounded, and all of it leaves the line in its turn."""
    steps: list[list[int]] = []

    def process(callbacks: Sequence[tuple[Callback, Source]]) -> list[Receipted | Exception]:
        steps.append([len(each.body) for each, _ in callbacks])
        return process_all(callbacks)

    small, large = callback(), b" " * 30_000 + callback()
    async with open_port(process=process, line=Line(burst=99, standing=99)) as port:
        wires = [await port.dial() for _ in range(40)]
        for number, each in enumerate(wires):
            await each.send(post(large if number % 2 else small))
        assert [(await each.reply()).status for each in wires] == [200] * 40
    assert sum(map(len, steps)) == 40
    assert 1 < max(map(len, steps)) <= AT_ONCE
    assert all(sum(step[:-1]) < IN_STEP for step in steps)
