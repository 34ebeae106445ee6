"""Contradictions between keys: each rule finds its own, and passes over what has no shape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.settings.checks import CHECKS
from gateway.settings.document import Fault, read
from gateway.settings.rules import contradictions

ENVELOPE = ", ".join(sorted(name for name, check in CHECKS.items() if check.envelope))
LOGIN = "sasl_mechanism: PLAIN, sasl_plain_username: u, sasl_plain_password: env:P"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "admin: {listen: '0.0.0.0:8080'}",
            Fault(("admin", "listen"), "is also server.listen: the two ports must differ"),
        ),
        (
            "server: {listen: '127.0.0.1:9090'}",
            Fault(("server", "listen"), "is also admin.listen: the two ports must differ"),
        ),
        *(
            (
                f"server: {{listen: '{one}:80'}}\nadmin: {{listen: '{other}:80'}}",
                Fault(
                    ("admin", "listen"),
                    f"is also server.listen, as {every} is every address: "
                    "the two ports must differ",
                ),
            )
            for one, other, every in (
                ("0.0.0.0", "127.0.0.1", "0.0.0.0"),
                ("127.0.0.1", "0.0.0.0", "0.0.0.0"),
                ("0.0.0.0", "localhost", "0.0.0.0"),
                ("[::]", "127.0.0.1", "::"),
                ("[::1]", "[0::0]", "::"),
                ("0.0.0.0", "[::]", "::"),
            )
        ),
        (
            "server: {listen: '[::1]:80'}\nadmin: {listen: '[0::1]:80'}",
            Fault(("admin", "listen"), "is also server.listen: the two ports must differ"),
        ),
        (
            "routes: [{topic: a}]",
            Fault(("routes",), "publishes to Kafka, but there is no kafka section"),
        ),
        (
            "dead_letter: {topic: a}",
            Fault(("dead_letter",), "publishes to Kafka, but there is no kafka section"),
        ),
        (
            "sources: {a: {verify: [{token: {}, buckets: []}]}}",
            Fault(("sources", "a", "verify", 0), "must be one check, not token and buckets"),
        ),
        (
            "sources: {a: {verify: [{token: {}}, {}]}}",
            Fault(("sources", "a", "verify", 1), "must be one check, not none"),
        ),
        (
            "sources: {a: {verify: [{buckets: [b]}]}}",
            Fault(
                ("sources", "a", "verify"),
                f"proves no sender: one of these checks is needed: {ENVELOPE}",
            ),
        ),
        (
            "sources: {a: {verify: [{any: [{token: {}}, {basic: {}, bearer: {}}]}]}}",
            Fault(
                ("sources", "a", "verify", 0, "any", 1), "must be one check, not basic and bearer"
            ),
        ),
        (
            "sources: {a: {verify: [{token: {}, any: [{basic: {}}]}]}}",
            Fault(("sources", "a", "verify", 0), "must be one check, not token and any"),
        ),
        (
            "sources: {a: {verify: [{any: [{token: {}}, {buckets: [b]}]}]}}",
            Fault(
                ("sources", "a", "verify", 0, "any"),
                "mixes checks on the envelope and on the content: buckets, token",
            ),
        ),
        (
            "sources: {a: {verify: [{any: [{appids: ['1']}, {buckets: [b]}]}]}}",
            Fault(
                ("sources", "a", "verify"),
                f"proves no sender: one of these checks is needed: {ENVELOPE}",
            ),
        ),
        (
            "sources: {a: {verify: [{certificate: {header: a}}]}}",
            Fault(
                ("sources", "a", "verify", 0, "certificate", "header"),
                "is believed only of server.trusted_proxies, and there are none",
            ),
        ),
        (
            "server: {tls: {}}\nsources: {a: {verify: [{any: [{certificate: {}}]}]}}",
            Fault(
                ("sources", "a", "verify", 0, "any", 0, "certificate"),
                "needs server.tls.client_ca, or the header in which a proxy tells of it",
            ),
        ),
        (
            "kafka: {}\nroutes: [{topic: a}, {topic: b, name: a}]",
            Fault(
                ("routes", 1, "name"),
                "routes[0] has this name already: give one of them a name of its own",
            ),
        ),
        (
            "kafka: {}\nroutes: [{topic: a}, {topic: a}]",
            Fault(
                ("routes", 1, "topic"),
                "routes[0] has this name already: give one of them a name of its own",
            ),
        ),
        (
            "kafka: {}\nroutes: [{topic: a}]\ndead_letter: {topic: a}",
            Fault(("dead_letter", "topic"), "is also the topic of routes[0]"),
        ),
        (
            "kafka: {}\nroutes: [{topic: a, match: {outcome: sucess}}]",
            Fault(
                ("routes", 0, "match", "outcome"),
                "sucess matches none of success, failure, canceled, paused, running, unknown",
            ),
        ),
        (
            "kafka: {}\nsources: {a: {}, b: {}}\nroutes: [{topic: t, match: {source: [a, c*]}}]",
            Fault(("routes", 0, "match", "source"), "c* matches none of a, b"),
        ),
        (
            "kafka: {sasl_plain_password: env:P}",
            Fault(
                ("kafka", "sasl_plain_password"),
                "is not used with security_protocol PLAINTEXT",
            ),
        ),
        (
            f"kafka: {{security_protocol: SASL_PLAINTEXT, ssl_cafile: ca.pem, {LOGIN}}}",
            Fault(("kafka", "ssl_cafile"), "is not used with security_protocol SASL_PLAINTEXT"),
        ),
        (
            "kafka: {security_protocol: SASL_SSL, sasl_mechanism: PLAIN, sasl_plain_username: u}",
            Fault(("kafka", "sasl_plain_password"), "is required with security_protocol SASL_SSL"),
        ),
        (
            "kafka: {security_protocol: SSL, ssl_keyfile: key.pem}",
            Fault(("kafka", "ssl_keyfile"), "needs ssl_certfile beside it"),
        ),
    ],
)
def test_a_contradiction_is_found_where_it_stands(text: str, fault: Fault) -> None:
    assert list(contradictions(read(text).value)) == [fault]


@pytest.mark.parametrize(
    "text",
    [
        "server: {listen: '127.0.0.1:0'}\nadmin: {listen: '127.0.0.1:0'}",
        "server: {listen: '0.0.0.0:0'}\nadmin: {listen: '127.0.0.1:0'}",
        "server: {listen: '0.0.0.0:80'}\nadmin: {listen: '127.0.0.1:81'}",
        "server: {listen: '0.0.0.0:80'}\nadmin: {listen: '[::1]:80'}",
        "server: {listen: '127.0.0.1:80'}\nadmin: {listen: '127.0.0.2:80'}",
        "server: {listen: 80}\nadmin: {listen: '80'}",
        "sources: {a: {verify: [{buckets: [b]}, {token: {}}]}}",
        "sources: {a: {verify: [{any: [{token: {}}, {addresses: [a]}]}, {any: [{buckets: [b]}]}]}}",
        "server: {trusted_proxies: [a]}\nsources: {a: {verify: [{certificate: {header: b}}]}}",
        "server: {tls: {client_ca: a}}\nsources: {a: {verify: [{certificate: {}}]}}",
        "kafka: {}\nroutes: [{topic: a}, {topic: a, name: b, match: {outcome: 'fail*'}}]",
    ],
)
def test_what_only_looks_like_a_contradiction_is_none(text: str) -> None:
    assert list(contradictions(read(text).value)) == []


def test_a_check_of_unknown_name_is_not_called_a_missing_proof() -> None:
    assert list(contradictions({"sources": {"a": {"verify": ({"tokn": {}},)}}})) == []


KEYS = ["server", "admin", "listen", "sources", "a", "verify", "token", "kafka", "routes"]
KEYS += ["any", "certificate", "header", "tls", "trusted_proxies", "buckets"]
KEYS += ["topic", "name", "match", "outcome", "security_protocol", "ssl_keyfile", "dead_letter"]
leaves = st.integers() | st.sampled_from(KEYS)
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
)


@given(trees)
def test_no_shape_of_document_makes_a_rule_raise(tree: object) -> None:
    assert all(fault.message for fault in contradictions(tree))
