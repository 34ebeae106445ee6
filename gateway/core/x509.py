"""A certificate's DER (RFC 5280) → the names in it.

Nothing is verified here: whoever presented the certificate has been, by OpenSSL or by the proxy
that tells of it. For two fields the package `cryptography` would be 17 MB on disk and 17 MiB in
each receiver. What is not strictly DER, or not shaped like a certificate, is `NotCertificate`.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

_SEQUENCE, _SET, _OID, _OCTETS, _DNS = 0x30, 0x31, 0x06, 0x04, 0x82
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_COMMON_NAME: Final = (_OID, b"\x55\x04\x03")
_ALTERNATIVE_NAMES: Final = (_OID, b"\x55\x1d\x11")
_TEXTS: Final = {0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii", 0x1E: "utf-16-be"}
"""Tag of a string → its encoding."""
_SUBJECT, _AFTER_KEY = 4, 6
"""Where they stand among the fields of a certificate, not counting its version."""

_Part = tuple[int, bytes]
"""One value of DER: its tag and its content."""


class Names(NamedTuple):
    """Who a certificate is for."""

    common: frozenset[str]
    """CN of the subject, mostly one."""
    dns: frozenset[str]
    """dNSName of the subjectAltName."""


class NotCertificate(ValueError):
    """The bytes are no X.509 certificate in DER."""


def names(der: bytes) -> Names:
    """The names in the certificate `der`. Raises NotCertificate."""
    try:
        fields = _inner(_inner(_one(der), _SEQUENCE)[0], _SEQUENCE)
        if fields[0][0] == _VERSION:
            del fields[0]
        rest = [part for part in fields[_AFTER_KEY:] if part[0] == _EXTENSIONS]
        return Names(frozenset(_common(fields[_SUBJECT])), frozenset(_dns(rest)))
    except (ValueError, IndexError) as error:
        raise NotCertificate("not a certificate in DER") from error


def _common(subject: _Part) -> Iterator[str]:
    for names_of_one in _inner(subject, _SEQUENCE):
        for attribute in _inner(names_of_one, _SET):
            kind, (tag, text) = _inner(attribute, _SEQUENCE)
            if kind == _COMMON_NAME and tag in _TEXTS:
                yield text.decode(_TEXTS[tag])


def _dns(wrappers: list[_Part]) -> Iterator[str]:
    for wrapper in wrappers:
        for extension in _inner(_one(wrapper[1]), _SEQUENCE):
            kind, *_, (tag, value) = _inner(extension, _SEQUENCE)
            if kind == _ALTERNATIVE_NAMES and tag == _OCTETS:
                for name in _inner(_one(value), _SEQUENCE):
                    if name[0] == _DNS:
                        yield name[1].decode("ascii")


def _inner(part: _Part, tag: int) -> list[_Part]:
    """The parts within `part`, which has this tag."""
    if part[0] != tag:
        raise ValueError("another tag")
    return _parts(part[1])


def _one(data: bytes) -> _Part:
    (part,) = _parts(data)
    return part


def _parts(data: bytes) -> list[_Part]:
    """The values that follow each other in `data`, to its last byte."""
    parts = []
    position = 0
    while position < len(data):
        tag, length = data[position], data[position + 1]
        start = position + 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[position + 2 : start])
        position = start + length
        if position > len(data):
            raise ValueError("cut off")
        parts.append((tag, data[start:position]))
    return parts
