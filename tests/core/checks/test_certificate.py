"""A client's certificate: names and fingerprints, and whom a proxy's word is taken from."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from gateway.core.checks.certificate import Clients, certificate_check
from gateway.core.checks.client_cert import of_header
from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof
from tests.laws.certificate_signers import CLIENTS, digest, pem
from tests.sources import callback

LAW = settings(deadline=None)

FIRST, SECOND = CLIENTS
DIGESTS = [hashlib.sha256(der).digest() for der in CLIENTS]
HEADER = b"X-Client"


def shown(der: bytes) -> Callback:
    """Over a connection with this client's certificate."""
    return structs.replace(callback(b""), certificate=der)


def told(value: bytes, *more: tuple[bytes, bytes]) -> Callback:
    """By a trusted proxy."""
    return structs.replace(callback(b"", headers=[(HEADER, value), *more]), proxied=True)


def passes(clients: Clients, seen: Callback) -> bool:
    """Whether one of `clients` is seen, in the header if there is one."""
    header = HEADER.decode() if any(name == HEADER for name, _ in seen.headers) else ""
    try:
        return certificate_check(clients, header=header)(seen).proved == "certificate"
    except Refused as refused:
        return refused.check != "certificate"


@pytest.mark.parametrize(
    ("clients", "expected"),
    [
        (Clients(dns_names=["first.example.com"]), [True, False]),
        (Clients(dns_names=["FIRST.example.COM"]), [True, False]),
        (Clients(dns_names=["other.first.example.com"]), [True, False]),
        (Clients(common_names=["second client"]), [False, True]),
        (Clients(common_names=["first client"], dns_names=["second.example.com"]), [True, True]),
        (Clients(fingerprints=DIGESTS[:1], common_names=["second client"]), [True, True]),
        (Clients(common_names=["first.example.com"], dns_names=["first client"]), [False, False]),
        (Clients(common_names=["First client"]), [False, False]),
        (Clients(dns_names=["*.example.com", "example.com", ""]), [False, False]),
        (Clients(common_names=["", "client"]), [False, False]),
        (Clients(fingerprints=[b"", DIGESTS[0][:-1]]), [False, False]),
        (Clients(), [False, False]),
    ],
)
def test_one_listed_name_or_fingerprint_is_enough(clients: Clients, expected: list[bool]) -> None:
    """Names exactly, of DNS in any case of letters; a wildcard means itself."""
    assert [passes(clients, shown(der)) for der in CLIENTS] == expected
    assert [passes(clients, told(b64encode(der))) for der in CLIENTS] == expected


def test_the_position_is_that_of_the_fingerprint() -> None:
    check = certificate_check(Clients(fingerprints=DIGESTS, common_names=["second client"]))
    assert check(shown(SECOND)) == Proof("certificate", "certificate", 1)
    named = certificate_check(Clients(common_names=["second client"]))
    assert named(shown(SECOND)) == Proof("certificate", "certificate", None)


def test_only_a_trusted_proxy_is_believed() -> None:
    """The header of anyone else says nothing, nor does the certificate of the proxy."""
    listed = Clients(fingerprints=DIGESTS)
    assert passes(listed, told(b64encode(FIRST)))
    assert not passes(listed, structs.replace(told(b64encode(FIRST)), proxied=False))
    assert not passes(
        listed, structs.replace(told(b64encode(FIRST)), proxied=False, certificate=FIRST)
    )
    without = structs.replace(callback(b""), proxied=True, certificate=FIRST)
    with pytest.raises(Refused):
        certificate_check(listed, header="X-Client")(without)
    with pytest.raises(Refused):
        certificate_check(listed)(told(b64encode(FIRST)))


def test_a_proxy_that_could_not_verify_is_heeded() -> None:
    """nginx says so beside the certificate."""
    clients = Clients(common_names=["first client"])
    for verdict in (b"NONE", b"FAILED:expired", b""):
        assert not passes(clients, told(pem(FIRST), (b"SSL-Client-Verify", verdict)))
    assert passes(clients, told(pem(FIRST), (b"SSL-Client-Verify", b"SUCCESS")))


BOTH = b"By=spiffe://a;Hash=" + digest(FIRST) + b';Subject="O=Example,CN=x";URI='


@pytest.mark.parametrize(
    ("value", "dns"),
    [
        (b"Hash=" + digest(FIRST), set()),
        (
            b"hash=" + digest(FIRST).upper() + b";dns=a.example;DNS=b.example",
            {"a.example", "b.example"},
        ),
        (BOTH + b'"spiffe://x,y;z\\"";DNS=a.example', {"a.example"}),
        (BOTH + b";Cert=" + pem(FIRST), {"first.example.com", "Other.first.example.com"}),
        (b'Cert="' + pem(FIRST) + b'"', {"first.example.com", "Other.first.example.com"}),
    ],
)
def test_envoy_tells_a_hash_and_names_or_the_certificate(value: bytes, dns: set[str]) -> None:
    client = of_header(value)
    assert (client.fingerprint, set(client.dns)) == (DIGESTS[0], dns)


@pytest.mark.parametrize(
    "value",
    [
        b"Hash=" + digest(FIRST) + b",Hash=" + digest(SECOND),
        b"Hash=" + digest(FIRST) + b";Hash=" + digest(SECOND),
        b"Hash=" + digest(FIRST) + b",",
        b"Hash=" + digest(FIRST)[:-1],
        b"Hash=",
        b"DNS=first.example.com",
        b'Subject="CN=first client"',
        b'URI=";Hash=' + digest(FIRST),
        b'Subject="a"b;Hash=' + digest(FIRST),
        b'Cert="junk"',
        b"Cert=" + pem(FIRST) + b";Cert=" + pem(FIRST),
        b":" + b64encode(FIRST),
        b":::",
        b"::",
        b"YWJ=",  # as b"YWI=" with a bit to spare
        b64encode(FIRST)[:-4],
        b64encode(FIRST) + b64encode(FIRST),
        b64encode(FIRST)[:40] + b" " + b64encode(FIRST)[40:],
        pem(FIRST) + pem(SECOND),
        pem(FIRST).replace(b"%0A", b""),
        b"-",
        b"\xff",
    ],
)
def test_what_is_not_exactly_one_certificate_is_none(value: bytes) -> None:
    """Of several, some come from beyond the proxy."""
    assert not passes(Clients(DIGESTS, ["first.example.com"], ["first client"]), told(value))


WORDS: Sequence[bytes] = [
    b"Hash=",
    digest(FIRST),
    b";",
    b",",
    b'"',
    b"\\",
    b"DNS=",
    b"Cert=",
    b":",
    b"=",
]


@LAW
@given(st.lists(st.sampled_from(WORDS) | st.binary(max_size=3), max_size=12).map(b"".join))
def test_no_header_makes_another_error(value: bytes) -> None:
    passes(Clients(DIGESTS[1:]), told(value))


def test_a_certificate_of_the_connection_that_cannot_be_read_is_refused() -> None:
    assert not passes(Clients(DIGESTS, ["first.example.com"]), shown(b"junk"))
