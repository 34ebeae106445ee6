"""Names in a certificate: as OpenSSL reads them, and nothing but our error for anything else."""

import ssl
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.x509 import Names, NotCertificate, names
from tests.laws.certificate_signers import CLIENTS

LAW = settings(deadline=None)


def made(folder: Path, subject: str, *extensions: str) -> bytes:
    """A new certificate, DER."""
    added = [word for extension in extensions for word in ("-addext", extension)]
    key = ("-newkey", "rsa:2048", "-keyout", "/dev/null")
    form = ("-outform", "DER", "-out", str(folder / "made.der"))
    command = ["openssl", "req", "-x509", "-noenc", *key, "-subj", subject, "-utf8", *added, *form]
    subprocess.run(command, check=True, capture_output=True)
    return (folder / "made.der").read_bytes()


def test_the_names_are_those_of_subject_and_alternative_names() -> None:
    """Addresses and mail addresses are none."""
    dns = frozenset({"first.example.com", "Other.first.example.com"})
    assert names(CLIENTS[0]) == Names(frozenset({"first client"}), dns)


@pytest.mark.parametrize(
    ("subject", "extensions", "expected"),
    [
        ("/O=Example", (), Names(frozenset(), frozenset())),
        ("/CN=a/CN=b", (), Names(frozenset({"a", "b"}), frozenset())),
        ("/O=Ex+CN=a/OU=CN=b", (), Names(frozenset({"a"}), frozenset())),
        ("/CN=клиент é", (), Names(frozenset({"клиент é"}), frozenset())),
        ("/CN=a", ("subjectAltName=IP:192.0.2.1",), Names(frozenset({"a"}), frozenset())),
        (
            "/CN=a",
            ("subjectAltName=critical,DNS:b.example,DNS:*.c.example", "keyUsage=digitalSignature"),
            Names(frozenset({"a"}), frozenset({"b.example", "*.c.example"})),
        ),
    ],
)
def test_every_form_of_subject_is_read(
    tmp_path: Path, subject: str, extensions: Sequence[str], expected: Names
) -> None:
    """None, several, in one set, in other letters; with a critical and with other extensions."""
    assert names(made(tmp_path, subject, *extensions)) == expected


def test_a_cut_certificate_is_none() -> None:
    """Wherever it is cut, and with anything behind it."""
    whole = CLIENTS[0]
    for end in range(len(whole)):
        with pytest.raises(NotCertificate):
            names(whole[:end])
    with pytest.raises(NotCertificate):
        names(whole + b"\0")


@LAW
@given(st.integers(0, len(CLIENTS[0]) - 1), st.integers(0, 255))
def test_a_changed_certificate_has_names_or_is_none(place: int, byte: int) -> None:
    """No other error leaves."""
    changed = bytearray(CLIENTS[0])
    changed[place] = byte
    with suppress(NotCertificate):
        names(bytes(changed))


@LAW
@given(st.binary(max_size=200))
def test_any_bytes_are_no_certificate(data: bytes) -> None:
    with pytest.raises(NotCertificate):
        names(data)


def test_the_length_of_a_length_is_no_reason_to_allocate() -> None:
    for data in (b"\x30\xff" + b"\xff" * 127, b"\x30\x84\xff\xff\xff\xff", b"\x30\x80\0\0", b"0"):
        with pytest.raises(NotCertificate):
            names(data)


def test_the_example_is_what_openssl_says() -> None:
    """So that this reader and the one that verifies agree."""
    pem = ssl.DER_cert_to_PEM_cert(CLIENTS[1])
    shown = subprocess.run(
        ["openssl", "x509", "-noout", "-subject", "-ext", "subjectAltName", "-nameopt", "RFC2253"],
        input=pem.encode(),
        check=True,
        capture_output=True,
    ).stdout.decode()
    found = names(CLIENTS[1])
    assert [f"CN={name}" in shown for name in found.common] == [True]
    assert {name for name in found.dns if f"DNS:{name}" in shown} == found.dns
