"""The URL of a callback: which source it names, and where its secret may stand."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests import sources
from tests.intake.port import Port, callback, name, open_port, post, request

SECRET = sources.SECRET
ODD = b"a+b/c=d&e f%41\xff\xc3\xa9;#?"
"""A secret with every byte that means something in a URL, and one that is not UTF-8."""
ENCODED = b"".join(b"%%%02x" % byte for byte in ODD)
MEDIA = b"/callbacks/media"


@pytest.fixture
async def odd() -> AsyncIterator[Port]:
    """A source whose secret is `ODD`."""
    async with open_port(secret=ODD) as opened:
        yield opened


async def status(port: Port, target: bytes) -> int:
    return (await port.ask(post(callback(), target=target))).status


@pytest.mark.parametrize(
    "target",
    [
        MEDIA + b"/" + SECRET,
        MEDIA + b"?token=" + SECRET,
        MEDIA + b"?a=b&token=" + SECRET + b"&c",
        MEDIA + b"/?token=" + SECRET,
        MEDIA + b"/%36" + SECRET[1:],
        MEDIA + b"?token=%36" + SECRET[1:],
        MEDIA + b"/" + SECRET + b"?token=" + SECRET,
        MEDIA + b"/" + SECRET + b"?",
        MEDIA + b"/" + SECRET + b"?a=%ff&%zz&=&&",
        MEDIA + b"/" + SECRET + b"#fragment",
    ],
    ids=name,
)
async def test_the_secret_may_stand_in_the_path_or_in_the_query(port: Port, target: bytes) -> None:
    """Plain or percent-encoded, beside other parameters."""
    assert await status(port, target) == 200


@pytest.mark.parametrize(
    "target",
    [
        MEDIA,
        MEDIA + b"/",
        MEDIA + b"?",
        MEDIA + b"?token",
        MEDIA + b"?token=",
        MEDIA + b"?TOKEN=" + SECRET,
        MEDIA + b"?token%20=" + SECRET,
        MEDIA + b"?token=" + SECRET[:-1],
        MEDIA + b"?token=" + SECRET + b"x",
        MEDIA + b"?token=" + SECRET + b"%00",
        MEDIA + b"?token=" + SECRET.upper(),
        MEDIA + b"/" + SECRET[:-1],
        MEDIA + b"/" + SECRET + b"%20",
        MEDIA + b"/" + SECRET + b";a=b",
        MEDIA + b"/%00" + SECRET,
        MEDIA + b"/%" + SECRET,
        MEDIA + b"/%zz",
        MEDIA + b"/%ff%fe",
        MEDIA + b"/%ed%a0%80",
        MEDIA + b"?token=%ff%fe",
        MEDIA + b"?token=%ed%a0%80",
        MEDIA + b"?token=%zz%",
        MEDIA + b"/wrong?token=wrong",
        MEDIA + b"#token=" + SECRET,
        MEDIA + b"?token=" + b"x" * 7000,
        MEDIA + b"/" + b"x" * 7000,
    ],
    ids=name,
)
async def test_any_other_secret_or_place_is_refused(port: Port, target: bytes) -> None:
    """401 whatever the bytes are, and nothing is kept."""
    assert await status(port, target) == 401
    assert [seen.reason for seen in port.seen] == ["token"]
    assert port.journal.entries == []


@pytest.mark.parametrize(
    "query",
    [
        b"token=%b&token=%b" % (SECRET, SECRET),
        b"token=%b&token=" % SECRET,
        b"token=&token=%b" % SECRET,
        b"token=wrong&token=%b" % SECRET,
        b"token=%b&a=b&token" % SECRET,
        b"token=%b&t%%6fken=%b" % (SECRET, SECRET),
    ],
    ids=name,
)
async def test_repeated_tokens_are_never_chosen_from(port: Port, query: bytes) -> None:
    """A proxy and the gateway could choose differently: 401."""
    assert await status(port, MEDIA + b"?" + query) == 401


@pytest.mark.parametrize("path", [b"/wrong", b"/%20"])
async def test_a_secret_in_the_path_decides_over_the_query(port: Port, path: bytes) -> None:
    """Two places are not two chances."""
    assert await status(port, MEDIA + path + b"?token=" + SECRET) == 401


async def test_any_byte_of_a_secret_can_be_percent_encoded_in_the_path(odd: Port) -> None:
    """The path gives the exact bytes."""
    assert await status(odd, MEDIA + b"/" + ENCODED) == 200


async def test_any_byte_of_a_secret_can_be_percent_encoded_in_the_query(odd: Port) -> None:
    """The query gives the same exact bytes as the path, also those that are not UTF-8."""
    assert await status(odd, MEDIA + b"?token=" + ENCODED) == 200


@pytest.mark.parametrize("place", [b"/", b"?token="])
async def test_a_plus_in_a_secret_is_a_plus_in_both_places(place: bytes) -> None:
    """base64 makes such secrets; percent-decoding knows no other sign for a space."""
    async with open_port(secret=b"5LvW+Ks1x8Zq3+Tn") as port:
        assert await status(port, MEDIA + place + b"5LvW+Ks1x8Zq3+Tn") == 200


@pytest.mark.parametrize("target", [MEDIA, MEDIA + b"/", MEDIA + b"?token="])
@pytest.mark.parametrize("live", [(), (b"",)])
async def test_without_a_live_secret_nobody_is_let_in(
    target: bytes, live: tuple[bytes, ...]
) -> None:
    """An empty secret matches nothing, not even an empty one."""
    async with open_port(sources.source(secrets=live)) as port:
        assert await status(port, target) == 401


async def test_a_source_without_checks_refuses_everything() -> None:
    """No check proves nothing."""
    async with open_port(replace(sources.OPEN, envelope=[])) as port:
        assert await status(port, MEDIA + b"/" + SECRET) == 401


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (b"/callbacks", "not_found"),
        (b"/callbacks/", "unknown_source"),
        (b"/callbacks//" + SECRET, "unknown_source"),
        (b"//callbacks/media/" + SECRET, "not_found"),
        (b"/callbacks//media/" + SECRET, "not_found"),
        (MEDIA + b"//" + SECRET, "not_found"),
        (MEDIA + b"/" + SECRET + b"/", "not_found"),
        (MEDIA + b"/" + SECRET + b"/x", "not_found"),
        (b"/callbacks%2fmedia/" + SECRET, "not_found"),
        (b"/callbacks/media%2f" + SECRET, "unknown_source"),
        (b"/callbacks/media%00/" + SECRET, "unknown_source"),
        (b"/callbacks/media%20/" + SECRET, "unknown_source"),
        (b"/callbacks/media./" + SECRET, "unknown_source"),
        (b"/callbacks/media;x/" + SECRET, "unknown_source"),
        (b"/callbacks/other/../media/" + SECRET, "not_found"),
        (b"/callbacks/../media", "unknown_source"),
        (b"/callbacks/..", "unknown_source"),
        (b"/callbacks/.", "unknown_source"),
        (b"/x/../callbacks/media/" + SECRET, "not_found"),
        (b"/./callbacks/media/" + SECRET, "not_found"),
        (b"/callbacks\\media/" + SECRET, "not_found"),
        (b"/Callbacks/media/" + SECRET, "not_found"),
        (b"/%63allbacks/media/" + SECRET, "not_found"),
        (b"/?/callbacks/media/" + SECRET, "not_found"),
        (b"/callbacks?/media/" + SECRET, "not_found"),
    ],
    ids=name,
)
async def test_a_path_is_taken_as_it_is_written(port: Port, target: bytes, reason: str) -> None:
    """404: nothing is merged, resolved or decoded before the source is looked up."""
    reply = await port.ask(post(callback(), target=target))
    assert (reply.status, reply.document["reason"]) == (404, reason)
    assert [(seen.source, seen.reason) for seen in port.seen] == [("(none)", reason)]


@pytest.mark.parametrize("scheme", [b"http", b"https", b"ftp"])
@pytest.mark.parametrize(
    "authority", [b"evil", b"evil:81", b"user:password@evil", b"[::1]:8080", b"127.0.0.1", b"media"]
)
async def test_the_host_of_a_target_decides_nothing(
    port: Port, scheme: bytes, authority: bytes
) -> None:
    """Absolute-form has the same decisions as origin-form."""
    base = scheme + b"://" + authority
    targets = [MEDIA + b"/" + SECRET, MEDIA + b"?token=" + SECRET, MEDIA + b"/x", b"/callbacks/o"]
    found = [await status(port, base + target) for target in targets]
    assert found == [200, 200, 401, 404]


@pytest.mark.parametrize("host", [b"xn--a-", b"a..b", b".", b"a" * 64, b"%ff", b"-"])
@pytest.mark.parametrize("method", [b"POST", b"CONNECT"])
async def test_a_host_that_is_no_host_is_answered_too(
    port: Port, host: bytes, method: bytes
) -> None:
    """A target nobody can resolve gets its answer, and no connection hangs on it."""
    target = host + b":443" if method == b"CONNECT" else b"http://" + host + MEDIA + b"/" + SECRET
    reply = await port.ask(post(callback(), target=target).replace(b"POST", method, 1))
    assert reply.status in (200, 400, 404)
    assert len(port.seen) >= 1


async def test_a_target_without_a_path_is_not_found(port: Port) -> None:
    """404 for `http://host`, `http://host?…` and `OPTIONS *`."""
    assert await status(port, b"http://evil") == 404
    assert await status(port, b"http://evil?token=" + SECRET) == 404
    assert (await port.ask(request(b"*", method=b"OPTIONS"))).status == 404


async def test_the_journal_never_gets_the_secret_of_the_url(port: Port) -> None:
    """Not from the target, and not from headers in which proxies repeat it."""
    target = MEDIA + b"/" + SECRET
    repeats = (b"X-Original-URI", b"X-Forwarded-Uri", b"X-Rewrite-URL", b"Referer", b"X-Token")
    reply = await port.ask(post(callback(), *(name + b": " + target for name in repeats)))
    assert reply.status == 200
    (entry,) = port.journal.entries
    leaking = [name for name, value in json.loads(entry.headers) if SECRET.decode() in value]
    assert leaking == []
    assert SECRET not in b"".join(event.json for event in entry.events)


async def test_the_observer_never_gets_the_secret_of_the_url(port: Port) -> None:
    """What it is told of a refused or an accepted request does not contain it."""
    for target in (MEDIA + b"/" + SECRET, MEDIA + b"/x?token=" + SECRET, b"/x/" + SECRET):
        await status(port, target)
    assert port.statuses == [200, 401, 404]
    assert SECRET.decode() not in repr((port.seen, port.recorder.made, port.recorder.peers))
    assert port.recorder.peers == ["127.0.0.1"] * 3
