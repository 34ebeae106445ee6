"""The client's address behind proxies: what a trusted one tells, and nothing that others forge."""

from collections.abc import Sequence
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from gateway.core.errors import Refused
from gateway.core.model import Callback
from gateway.intake.proxies import MOST_HOPS, Proxies
from tests import sources
from tests.intake.port import Seen, callback, open_port, post, problem

LAW = settings(deadline=None)

TRUSTED = Proxies([ip_network(text) for text in ("10.0.0.0/8", "fd00::/8")])
HOP = "10.0.0.1"
XFF, STANDARD = b"X-Forwarded-For", b"Forwarded"


def seen(*headers: tuple[bytes, bytes], hop: str = HOP) -> Callback:
    """The callback as it is after the trusted proxies."""
    sent = structs.replace(sources.callback(b"", headers=headers), peer=hop, hop=hop)
    return TRUSTED.seen(sent)


@pytest.mark.parametrize("hop", ["192.0.2.1", "::1", "", "unix", "::ffff:192.0.2.1"])
def test_who_is_not_trusted_is_the_client_whatever_it_tells(hop: str) -> None:
    told = seen((XFF, b"198.51.100.1"), (STANDARD, b"for=198.51.100.1"), hop=hop)
    assert (told.peer, told.proxied) == (hop, False)


@pytest.mark.parametrize("hop", [HOP, "fd00::1", "::ffff:10.0.0.1"])
def test_a_trusted_proxy_is_believed(hop: str) -> None:
    """Also one that IPv6 has mapped."""
    told = seen((XFF, b"198.51.100.1"), hop=hop)
    assert (told.peer, told.hop, told.proxied) == ("198.51.100.1", hop, True)
    assert seen((STANDARD, b"for=198.51.100.1"), hop=hop).peer == "198.51.100.1"


def test_a_trusted_proxy_that_tells_nothing_is_the_client() -> None:
    told = seen()
    assert (told.peer, told.proxied) == (HOP, True)


@pytest.mark.parametrize(
    ("value", "client"),
    [
        (b"198.51.100.1", "198.51.100.1"),
        (b" 198.51.100.1 ", "198.51.100.1"),
        (b"198.51.100.1:4711", "198.51.100.1"),
        (b"2001:db8::1", "2001:db8::1"),
        (b"2001:DB8:0::1", "2001:db8::1"),
        (b"[2001:db8::1]", "2001:db8::1"),
        (b"[2001:db8::1]:4711", "2001:db8::1"),
        (b"::ffff:198.51.100.1", "198.51.100.1"),
        (b"[::ffff:198.51.100.1]:80", "198.51.100.1"),
        (b"203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (b"203.0.113.9,198.51.100.1,10.0.0.2", "198.51.100.1"),
        (b"198.51.100.1, 10.0.0.2, fd00::3, [::ffff:10.0.0.4]:5", "198.51.100.1"),
        (b"10.0.0.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (b"10.0.0.3, 10.0.0.2", "10.0.0.3"),
        # malformed: the last trusted fact counts
        (b"", HOP),
        (b"unknown", HOP),
        (b"_hidden", HOP),
        (b"198.51.100.1,", HOP),
        (b"198.51.100.1, junk", HOP),
        (b"198.51.100.1, junk, 10.0.0.2", "10.0.0.2"),
        (b"198.51.100.1, , 10.0.0.2", "10.0.0.2"),
        (b"198.51.100.1 10.0.0.2", HOP),
        (b"198.51.100.1;10.0.0.2", HOP),
        (b"198.51.100.256", HOP),
        (b"198.51.100.01", HOP),
        (b"198.51.100", HOP),
        (b"3325256705", HOP),
        (b"0xc6336401", HOP),
        (b"198.51.100.1:", HOP),
        (b"198.51.100.1:port", HOP),
        (b"198.51.100.1:123456", HOP),
        (b"198.51.100.1/32", HOP),
        (b"[198.51.100.1]", "198.51.100.1"),
        (b"[2001:db8::1", HOP),
        (b"[2001:db8::1]4711", HOP),
        (b"fe80::1%eth0", HOP),
        (b"[fe80::1%25eth0]", HOP),
        (b'"198.51.100.1"', HOP),
        (b"for=198.51.100.1", HOP),
        (b"\xd9\xa1\xd9\xa9.1.1.1", HOP),
        (b"198.51.100.1\x00", HOP),
        (b"x" * 65536, HOP),
        (b"1" * 65536, HOP),
        (b"," * 19, HOP),
    ],
)
def test_x_forwarded_for_is_read_from_the_right(value: bytes, client: str) -> None:
    """Through trusted hops only."""
    assert seen((XFF, value)).peer == client


@pytest.mark.parametrize(
    ("value", "client"),
    [
        (b"for=198.51.100.1", "198.51.100.1"),
        (b"For=198.51.100.1;Proto=https;By=10.0.0.1;host=g", "198.51.100.1"),
        (b'for="198.51.100.1:4711"', "198.51.100.1"),
        (b'for="[2001:db8::1]"', "2001:db8::1"),
        (b'proto=http; for="[2001:db8:cafe::17]:4711" ; by=_proxy', "2001:db8:cafe::17"),
        (b'for="[2001:db8::1]:_port"', "2001:db8::1"),
        (b"for=203.0.113.9, for=198.51.100.1", "198.51.100.1"),
        (b"for=203.0.113.9 ,for=198.51.100.1,\tfor=10.0.0.2", "198.51.100.1"),
        (b'for="_a, for=203.0.113.9", for=198.51.100.1', "198.51.100.1"),
        (b'host="a\\"b,c;d", for=198.51.100.1', "198.51.100.1"),
        (b'for=198.51.100.1;host="a,b"', "198.51.100.1"),
        # malformed or obfuscated: the last trusted fact counts
        (b"", HOP),
        (b"for=unknown", HOP),
        (b"for=_hidden", HOP),
        (b'for="_SEVKISEK"', HOP),
        (b"for=198.51.100.1, for=unknown, for=10.0.0.2", "10.0.0.2"),
        (b"for=198.51.100.1, by=10.0.0.9", HOP),
        (b"for=198.51.100.1;for=203.0.113.9", HOP),
        (b"for=198.51.100.1:4711", HOP),
        (b"for=[2001:db8::1]", HOP),
        (b"for=198.51.100.1,", HOP),
        (b"for=198.51.100.1;", HOP),
        (b"for", HOP),
        (b"for=", HOP),
        (b'for="198.51.100.1', HOP),
        (b'for="198.51.100.1"x', HOP),
        (b'for=198.51.100.1, for="', HOP),
        (b'for=203.0.113.9;x=", for=198.51.100.1', HOP),
        (b"for =198.51.100.1", HOP),
        (b"198.51.100.1", HOP),
        (b'for="' + b"\\a" * 32768, HOP),
        (b"for=" + b"1" * 65536, HOP),
        (b"a=b;" * 16384, HOP),
    ],
)
def test_forwarded_is_read_from_the_right(value: bytes, client: str) -> None:
    """As RFC 7239 has it."""
    assert seen((STANDARD, value)).peer == client


def test_several_lines_are_one_list() -> None:
    """The last line is the nearest proxy's."""
    for name, form in ((XFF, b"%b"), (STANDARD, b"for=%b"), (b"x-FORWARDED-for", b"%b")):
        lines = [(name, form % each) for each in (b"203.0.113.9", b"198.51.100.1", b"10.0.0.2")]
        assert seen(*lines).peer == "198.51.100.1"
        assert seen((name, b"junk"), *lines).peer == "198.51.100.1"
        assert seen(*lines, (name, b'junk"')).peer == HOP


@pytest.mark.parametrize(
    ("plain", "standard", "client"),
    [
        (b"198.51.100.1", b"for=198.51.100.1", "198.51.100.1"),
        (b"::ffff:198.51.100.1", b'for="198.51.100.1:80"', "198.51.100.1"),
        (b"198.51.100.1", b"for=203.0.113.9", HOP),
        (b"198.51.100.1", b"junk", HOP),
        (b"junk", b"for=198.51.100.1", HOP),
    ],
)
def test_where_both_headers_differ_neither_is_believed(
    plain: bytes, standard: bytes, client: str
) -> None:
    """A proxy writes one of them, and lets the sender's other one pass."""
    assert seen((XFF, plain), (STANDARD, standard)).peer == client


@pytest.mark.parametrize("form", [b"%b", b"for=%b"])
def test_a_chain_has_so_many_hops_and_no_more(form: bytes) -> None:
    """However few of them are trusted, in one line or in many."""
    name = STANDARD if b"for" in form else XFF
    proxies = [form % (b"10.0.0.%d" % n) for n in range(2, MOST_HOPS + 1)]
    others = [form % (b"203.0.113.%d" % n) for n in range(1, MOST_HOPS)]
    client = form % b"198.51.100.1"
    for chain in ([client, *proxies], [*others, client]):
        for lines in ([b", ".join(chain)], chain):
            assert seen(*((name, line) for line in lines)).peer == "198.51.100.1"
        longer = [form % b"192.0.2.1", *chain]
        for lines in ([b", ".join(longer)], longer, [b", ".join(longer[:9]), *longer[9:]]):
            headers = [(name, line) for line in lines]
            with pytest.raises(Refused, match="more than 20 hops"):
                seen(*headers)
            assert seen(*headers, hop="192.0.2.1").peer == "192.0.2.1"


forged = st.binary(max_size=60) | st.lists(
    st.sampled_from(
        [b"for=", b"10.0.0.2", b"192.0.2.1", b",", b";", b'"', b"\\", b"[", b"]", b":"]
    ),
    max_size=12,
).map(b"".join)
forged = forged.filter(lambda line: line.count(b",") <= 5)  # so many hops are no chain too long


@LAW
@given(st.lists(forged, max_size=3))
def test_nothing_on_the_left_of_what_a_proxy_appends_changes_it(lines: Sequence[bytes]) -> None:
    """Appended to the line or as a line of its own; at worst the proxy itself is the client."""
    *before, last = [*lines, b""]
    for value in (last + b", 198.51.100.1", last + b", 198.51.100.1, 10.0.0.2"):
        sent = [(XFF, line) for line in (*before, value)]
        assert seen(*sent).peer == "198.51.100.1"
    for value in (b"for=198.51.100.1", b'for="198.51.100.1:80";by=_g'):
        sent = [(STANDARD, line) for line in (*lines, value)]
        assert seen(*sent).peer == "198.51.100.1"
        joined = [(STANDARD, line) for line in (*before, last + b", " + value)]
        assert seen(*joined).peer in {"198.51.100.1", HOP}


async def test_the_port_tells_checks_and_log_the_client() -> None:
    """Without trusted proxies that is whoever has connected."""
    header = b"X-Forwarded-For: 198.51.100.1"
    async with open_port() as port:
        assert (await port.ask(post(callback(), header))).status == 200
        assert port.recorder.peers == ["127.0.0.1"]
    async with open_port(proxies=Proxies([ip_network("127.0.0.0/8")])) as port:
        assert (await port.ask(post(callback(), header))).status == 200
        assert (await port.ask(post(callback(), header, target=b"/elsewhere"))).status == 404
        assert port.recorder.peers == ["198.51.100.1", "127.0.0.1"]


async def test_the_port_refuses_a_chain_that_is_too_long() -> None:
    """As an address that is not listed; the log tells who told it."""
    header = b"X-Forwarded-For: 198.51.100.1" + b", 10.0.0.2" * MOST_HOPS
    async with open_port(proxies=Proxies([ip_network("127.0.0.0/8")])) as port:
        reply = await port.ask(post(callback(), header))
        assert (reply.status, reply.document) == (401, problem(401, "unauthenticated"))
        assert port.recorder.seen == [Seen("media", "refused", "addresses", 401)]
        assert port.recorder.peers == ["127.0.0.1"]
        assert port.journal.entries == []
    async with open_port() as port:
        assert (await port.ask(post(callback(), header))).status == 200
