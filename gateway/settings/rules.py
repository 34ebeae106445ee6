"""What no single key can tell: contradictions between keys, found in the file's plain values.

The rules look at the document and not at the models, so that they speak also when some other key
is wrong; whatever has the wrong shape they pass over, because the models say so. A rule yields a
`Fault` for each place where it is broken.
"""

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from ipaddress import IPv6Address
from typing import Any, Final

from pydantic import BaseModel

from gateway.core.model import Outcome
from gateway.settings.checks import CHECKS
from gateway.settings.document import Fault, Path
from gateway.settings.kafka import Kafka
from gateway.settings.models import Admin, Server
from gateway.settings.values import Address, address

_Tree = Mapping[str, Any]
_LOGIN = ("sasl_mechanism", "sasl_plain_username", "sasl_plain_password")
_TLS = ("ssl_cafile", "ssl_certfile", "ssl_keyfile", "ssl_password")
_EVERY: Final = ("::", "0.0.0.0")  # noqa: S104 - compared
_CONFIRM, _CONFIRMING = "confirm", "tencent-ci"


def contradictions(tree: object) -> Iterator[Fault]:
    """Every rule over the whole document."""
    for rule in _RULES:
        yield from rule(_section(tree))


def _section(value: object) -> _Tree:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> list[Any]:
    return list(value) if isinstance(value, tuple) else []


def _listeners_differ(tree: _Tree) -> Iterator[Fault]:
    callbacks = _listener(_section(tree.get("server")), Server)
    operators = _listener(_section(tree.get("admin")), Admin)
    if callbacks is None or operators is None or callbacks.port != operators.port:
        return
    hosts = {callbacks.host, operators.host}
    every = next((host for host in _EVERY if host in hosts and _covers(host, hosts)), None)
    if callbacks.port and (every or len(hosts) == 1):
        here, there = ("admin", "server")
        if "listen" not in _section(tree.get(here)):  # its default: the other one stands there
            here, there = there, here
        why = f", as {every} is every address" if len(hosts) > 1 else ""
        yield Fault((here, "listen"), f"is also {there}.listen{why}: the two ports must differ")


def _listener(section: _Tree, kind: type[BaseModel]) -> Address | None:
    try:
        found = address(section.get("listen", kind.model_fields["listen"].default))
        return Address(
            str(IPv6Address(found.host)) if ":" in found.host else found.host, found.port
        )
    except ValueError:
        return None


def _covers(every: str, hosts: set[str]) -> bool:
    """Linux lets `::` listen on IPv4 too."""
    return every == _EVERY[0] or not any(":" in host for host in hosts)


def _publishing_needs_kafka(tree: _Tree) -> Iterator[Fault]:
    for key in ("routes", "dead_letter"):
        if tree.get(key) and "kafka" not in tree:
            yield Fault((key,), "publishes to Kafka, but there is no kafka section")


def _verifications(tree: _Tree) -> Iterator[tuple[Path, list[Any]]]:
    for name, source in _section(tree.get("sources")).items():
        yield ("sources", name, "verify"), _items(_section(source).get("verify"))


def _members(path: Path, check: object) -> Iterator[tuple[Path, object]]:
    """The checks of a group, or the check itself."""
    group = _section(check).get("any")
    yield path, check
    for index, member in enumerate(_items(group)):
        yield (*path, "any", index), member


def _checks(tree: _Tree) -> Iterator[tuple[Path, object]]:
    """Each check of each source, and each of a group."""
    for path, checks in _verifications(tree):
        for index, check in enumerate(checks):
            yield from _members((*path, index), check)


def _one_check_each(tree: _Tree) -> Iterator[Fault]:
    for path, check in _checks(tree):
        if isinstance(check, Mapping) and len(check) != 1:
            yield Fault(path, f"must be one check, not {' and '.join(check) or 'none'}")


def _names(check: object) -> set[str]:
    """The names of the checks in it, of which one suffices."""
    found = {name for _, member in _members((), check) for name in _section(member)}
    return found - {"any"}


def _groups_are_of_one_stage(tree: _Tree) -> Iterator[Fault]:
    for path, checks in _verifications(tree):
        for index, check in enumerate(checks):
            known = sorted(_names(check) & CHECKS.keys())
            if "any" in _section(check) and len({CHECKS[name].envelope for name in known}) > 1:
                message = f"mixes checks on the envelope and on the content: {', '.join(known)}"
                yield Fault((*path, index, "any"), message)


def _an_envelope_is_proved(tree: _Tree) -> Iterator[Fault]:
    proofs = sorted(name for name, check in CHECKS.items() if check.envelope)
    for path, checks in _verifications(tree):
        names = {name for check in checks for name in _names(check)}
        if names and names.isdisjoint(proofs) and names <= {*CHECKS, _CONFIRM}:
            yield Fault(
                path, f"proves no sender: one of these checks is needed: {', '.join(proofs)}"
            )


def _confirmation_is_one_and_of_its_vendor(tree: _Tree) -> Iterator[Fault]:
    for name, source in _section(tree.get("sources")).items():
        checks = enumerate(_items(_section(source).get("verify")))
        places = [place for place, check in checks if _CONFIRM in _section(check)]
        for place in places[1:]:
            yield Fault(("sources", name, "verify", place), f"{_CONFIRM} stands here twice")
        if places and _section(source).get("provider") != _CONFIRMING:
            message = f"only {_CONFIRMING} can be asked about its callbacks"
            yield Fault(("sources", name, "verify", places[0], _CONFIRM), message)


def _certificates_can_be_seen(tree: _Tree) -> Iterator[Fault]:
    server = _section(tree.get("server"))
    for path, check in _checks(tree):
        options = _section(check).get("certificate")
        if not isinstance(options, Mapping):
            continue
        if "header" in options and not server.get("trusted_proxies"):
            message = "is believed only of server.trusted_proxies, and there are none"
            yield Fault((*path, "certificate", "header"), message)
        if "header" not in options and "client_ca" not in _section(server.get("tls")):
            message = "needs server.tls.client_ca, or the header in which a proxy tells of it"
            yield Fault((*path, "certificate"), message)


def _route_names_differ(tree: _Tree) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, route in enumerate(map(_section, _items(tree.get("routes")))):
        key = "name" if "name" in route else "topic"
        first = seen.setdefault(str(route.get(key)), index)
        if first != index and key in route:
            message = f"routes[{first}] has this name already: give one of them a name of its own"
            yield Fault(("routes", index, key), message)


def _dead_letters_stay_apart(tree: _Tree) -> Iterator[Fault]:
    topics = [_section(route).get("topic") for route in _items(tree.get("routes"))]
    topic = _section(tree.get("dead_letter")).get("topic")
    if topic is not None and topic in topics:
        message = f"is also the topic of routes[{topics.index(topic)}]"
        yield Fault(("dead_letter", "topic"), message)


def _globs_can_match(tree: _Tree) -> Iterator[Fault]:
    closed: dict[str, list[str]] = {
        "outcome": [*Outcome],
        "source": [*_section(tree.get("sources"))],
    }
    for index, route in enumerate(map(_section, _items(tree.get("routes")))):
        for attribute, globs in _section(route.get("match")).items():
            words = closed.get(attribute, [])
            for glob in globs if isinstance(globs, tuple) else (globs,):
                if words and not any(fnmatchcase(word, str(glob)) for word in words):
                    message = f"{glob} matches none of {', '.join(words)}"
                    yield Fault(("routes", index, "match", attribute), message)


def _protocol(kafka: _Tree) -> str:
    return str(kafka.get("security_protocol", Kafka.model_fields["security_protocol"].default))


def _logins_are_whole(tree: _Tree) -> Iterator[Fault]:
    kafka = _section(tree.get("kafka"))
    if _protocol(kafka).startswith("SASL"):
        for key in _LOGIN:
            if key not in kafka:
                message = f"is required with security_protocol {_protocol(kafka)}"
                yield Fault(("kafka", key), message)


def _credentials_are_used(tree: _Tree) -> Iterator[Fault]:
    kafka = _section(tree.get("kafka"))
    for word, keys in (("SASL", _LOGIN), ("SSL", _TLS)):
        for key in keys:
            if key in kafka and word not in _protocol(kafka).split("_"):
                message = f"is not used with security_protocol {_protocol(kafka)}"
                yield Fault(("kafka", key), message)


def _certificates_have_keys(tree: _Tree) -> Iterator[Fault]:
    kafka = _section(tree.get("kafka"))
    if "ssl_keyfile" in kafka and "ssl_certfile" not in kafka:
        yield Fault(("kafka", "ssl_keyfile"), "needs ssl_certfile beside it")


_RULES: tuple[Callable[[_Tree], Iterator[Fault]], ...] = (
    _listeners_differ,
    _publishing_needs_kafka,
    _one_check_each,
    _groups_are_of_one_stage,
    _an_envelope_is_proved,
    _confirmation_is_one_and_of_its_vendor,
    _certificates_can_be_seen,
    _route_names_differ,
    _dead_letters_stay_apart,
    _globs_can_match,
    _logins_are_whole,
    _credentials_are_used,
    _certificates_have_keys,
)
