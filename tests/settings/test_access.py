"""The options of the checks on access and of TLS: what a source becomes, and what is a mistake."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from msgspec import structs

from gateway.core.errors import Refused
from gateway.core.pipeline import Source, process
from gateway.settings import SettingsError, Surroundings, parse
from gateway.sources import build_sources
from tests.broker.certificates import certificates
from tests.laws.certificate_signers import CLIENTS, digest
from tests.sources import SECRET, as_json, callback, job

WORLD: Final = Surroundings({"T": SECRET.decode(), "U": "0e7c1b9a3d5f42688d6a4c2e1f3b5d79"})
SECRETS: Final = {"secrets": ["env:T"]}
SERVER: Final = {"trusted_proxies": ["10.0.0.0/8"]}


def built(
    *checks: object, world: Surroundings = WORLD, server: Mapping[str, object] = SERVER
) -> Source:
    """The source `media` with these checks, ready to run. Raises SettingsError."""
    media = {"provider": "tencent-ci", "verify": list(checks)}
    tree = {"server": server, "sources": {"media": media}}
    return build_sources(parse(json.dumps(tree), "gateway.yaml", world))["media"]


def mistakes(
    *checks: object, world: Surroundings = WORLD, server: Mapping[str, object] = SERVER
) -> list[str]:
    """What is said about the configuration, without the places."""
    with pytest.raises(SettingsError) as refusal:
        built(*checks, world=world, server=server)
    return [f"{each.path}: {each.message}" for each in refusal.value.mistakes]


BODY: Final = as_json(job(Input={"BucketId": "a-7", "Region": "ap-chongqing"}))
FROM: Final = structs.replace(callback(BODY, token=None), peer="192.0.2.7")


def test_all_checks_must_pass_and_of_a_group_one() -> None:
    """`verifiedby` names what was proved, in the order of the configuration."""
    group = {"any": [{"token": SECRETS}, {"addresses": ["192.0.2.0/24"]}]}
    place = {"any": [{"buckets": ["b-8"]}, {"appids": ["7"]}]}
    source = built(group, {"regions": ["ap-chongqing"]}, place)
    token = structs.replace(FROM, token=SECRET, peer="198.51.100.1")
    assert process(FROM, source).entry.verified_by == "address,region,appid"
    assert process(token, source).entry.verified_by == "token,region,appid"
    with pytest.raises(Refused) as refusal:
        process(structs.replace(FROM, peer="198.51.100.1"), source)
    assert refusal.value.check == "any"


def test_a_group_of_the_content_refuses_when_none_passes() -> None:
    source = built({"token": SECRETS}, {"any": [{"buckets": ["b-8"]}, {"appids": ["8"]}]})
    with pytest.raises(Refused) as refusal:
        process(structs.replace(FROM, token=SECRET), source)
    assert refusal.value.check == "any"


def test_the_secret_of_a_header_is_not_kept_whatever_the_header_is_called() -> None:
    """Nor is that of a member of a group; what repeats the URL's is not kept either."""
    token = {"token": {**SECRETS, "header": "X-Gate"}}
    source = built({"any": [token, {"token": {"secrets": ["env:U"]}}]})
    assert (source.secret_headers, source.url_secrets) == (
        frozenset({b"x-gate"}),
        (WORLD.environ["U"].encode(),),
    )
    seen = structs.replace(FROM, headers=((b"X-GATE", SECRET), (b"Other", b"kept")))
    assert json.loads(process(seen, source).entry.headers) == [["Other", "kept"]]


def test_a_fingerprint_may_be_written_with_colons() -> None:
    text = digest(CLIENTS[0]).decode()
    spaced = ":".join(text[n : n + 2] for n in range(0, 64, 2)).upper()
    for written in (text, spaced):
        source = built({"certificate": {"fingerprints": [written], "header": "Client-Cert"}})
        assert len(source.envelope) == 1


@pytest.mark.parametrize(
    ("check", "mistake"),
    [
        ({"basic": {**SECRETS, "user": "a:b"}}, "basic.user: must match pattern '{user}'"),
        ({"basic": SECRETS}, "basic.user: is required"),
        ({"basic": {**SECRETS, "user": ""}}, "basic.user: must match pattern '{user}'"),
        ({"bearer": {"secrets": []}}, "bearer.secrets: must not be empty"),
        ({"token": {**SECRETS, "header": "X Y"}}, "token.header: must match pattern '{header}'"),
        ({"addresses": []}, "addresses: must not be empty"),
        ({"addresses": ["10.0.0.1/8"]}, "addresses[0]: 10.0.0.1/8 has host bits set"),
        ({"addresses": [10]}, "addresses[0]: must be an address or a network such as 10.0.0.0/8"),
        ({"any": []}, "any: must not be empty"),
        ({"any": [{"any": [{"token": SECRETS}]}]}, "any[0].any: unknown key; {known}"),
        ({"any": [{"tokn": SECRETS}]}, "any[0].tokn: unknown key; did you mean token?"),
        (
            {"certificate": {"header": "a"}},
            "certificate: {empty}",
        ),
        (
            {"certificate": {"fingerprints": ["ab"], "header": "a"}},
            "certificate.fingerprints[0]: must match pattern '{fingerprint}'",
        ),
    ],
)
def test_what_proves_nothing_is_a_mistake(check: Mapping[str, object], mistake: str) -> None:
    told, *more = mistakes(check)
    words = {
        "empty": "lists no certificate: one of fingerprints, dns_names, common_names is needed",
        "user": r"^[^:\x00-\x1f\x7f]+$",
        "header": r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$",
        "fingerprint": r"^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$",
        "known": told.partition("unknown key; ")[2],
    }
    assert (told, more) == (f"sources.media.verify[0].{mistake.format(**words)}", [])


@pytest.mark.parametrize("check", ["appids", "regions", "buckets"])
def test_an_empty_list_of_the_content_is_a_mistake(check: str) -> None:
    path = f"sources.media.verify[1].{check}"
    assert mistakes({"token": SECRETS}, {check: []}) == [f"{path}: must not be empty"]


def test_an_appid_is_a_number_in_quotes() -> None:
    path = "sources.media.verify[1].appids[0]"
    said = [mistakes({"token": SECRETS}, {"appids": [appid]}) for appid in (7, "a-7", "٧")]
    assert said == [
        [f"{path}: must be text: put it in quotes"],
        [f"{path}: must match pattern '^[0-9]+$'"],
        [f"{path}: must match pattern '^[0-9]+$'"],
    ]


def tls_mistakes(folder: Path, **files: str) -> list[str]:
    """What is said about `server.tls` with these files in `folder`."""
    world = Surroundings(WORLD.environ, folder)
    return mistakes({"token": SECRETS}, world=world, server={"tls": files})


def test_tls_needs_a_certificate_and_its_key(tmp_path: Path) -> None:
    """Which are read at once, so that a wrong one is found before the gateway starts."""
    one, other = certificates(tmp_path, "one"), certificates(tmp_path, "other")
    (tmp_path / "junk.pem").write_text("junk")
    pair, alone = one.server.name, one.authority.name
    path = f"server.tls: {tmp_path}"
    wrong = "are not a certificate and its key in PEM, without a password"
    assert tls_mistakes(tmp_path, certificate=pair) == ["server.tls.key: is required"]
    for certificate, key in (
        (pair, other.server.name),
        (pair, alone),
        (pair, "junk.pem"),
        ("junk.pem", pair),
    ):
        said = tls_mistakes(tmp_path, certificate=certificate, key=key)
        assert said == [f"{path}/{certificate} and {tmp_path}/{key} {wrong}"]
    assert tls_mistakes(tmp_path, certificate=pair, key=pair, client_ca="junk.pem") == [
        f"{path}/junk.pem has no certificates in PEM"
    ]
    assert tls_mistakes(tmp_path, certificate=pair, key=pair, client_ca="none.pem") == [
        f"server.tls.client_ca: {tmp_path}/none.pem is not a file that can be read"
    ]


def test_a_key_with_a_password_is_a_mistake_and_no_question(tmp_path: Path) -> None:
    """OpenSSL would ask the terminal, and wait."""
    made = certificates(tmp_path, "one")
    locked = tmp_path / "locked.key"
    subprocess.run(
        ["openssl", "pkey", "-in", made.server, "-aes128", "-passout", "pass:abcd", "-out", locked],
        check=True,
        capture_output=True,
    )
    (said,) = tls_mistakes(tmp_path, certificate=made.server.name, key=locked.name)
    assert said.endswith("are not a certificate and its key in PEM, without a password")


def test_a_certificate_of_this_port_needs_the_clients_authority(tmp_path: Path) -> None:
    made = certificates(tmp_path, "one")
    world = Surroundings(WORLD.environ, tmp_path)
    tls = {"certificate": made.server.name, "key": made.server.name}
    check = {"certificate": {"common_names": ["client"]}}
    path = "sources.media.verify[0].certificate"
    assert mistakes(check, world=world, server={"tls": tls}) == [
        f"{path}: needs server.tls.client_ca, or the header in which a proxy tells of it"
    ]
    known = {**tls, "client_ca": made.authority.name}
    assert len(built(check, world=world, server={"tls": known}).envelope) == 1
