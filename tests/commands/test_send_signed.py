"""`gateway send --sign` posts as a sender that signs, to a gateway that checks it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.signing import SCHEMES
from tests.commands.conftest import Run
from tests.e2e.fixtures import gateways
from tests.e2e.gateway import Gateway, callback
from tests.sources import PROVIDER

BY_SECRET = ("--secret", "env:CI_TOKEN")


@pytest.fixture(scope="module")
def signed_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A running gateway with one source for each scheme, of its name."""
    check = {"secrets": ["env:CI_TOKEN"]}
    sources = {name: {"provider": PROVIDER, "verify": [{name: check}]} for name in SCHEMES}
    with gateways(tmp_path_factory.mktemp("signed")) as make:
        gateway = make({"sources": sources})
        gateway.start()
        yield gateway


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A body of its own."""
    path = tmp_path / "callback.json"
    path.write_bytes(callback(tmp_path.name))
    return path


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_it_signs_is_accepted_and_nothing_else(
    run: Run, signed_only: Gateway, file: Path, scheme: str
) -> None:
    """Unsigned, or signed with another secret, it is refused."""
    url = f"http://127.0.0.1:{signed_only.port}/callbacks/{scheme}"
    other = file.with_name("other")
    other.write_text("0123456789abcdef")
    accepted = run("send", file, "--to", url, "--sign", scheme, *BY_SECRET, "--json")
    assert (accepted.exit_code, accepted.stderr) == (0, "")
    assert json.loads(accepted.stdout)["status"] == "accepted"
    (event,) = json.loads(accepted.stdout)["events"]
    for how in ((), ("--sign", scheme, "--secret", f"file:{other}")):
        refused = run("send", file, "--to", url, *how, "--json")
        assert (refused.exit_code, json.loads(refused.stdout)["http"]) == (1, 401)
    shown = run("events", "show", event, "-c", signed_only.configuration)
    assert json.loads(shown.stdout)["verifiedby"] == scheme


def test_a_query_of_the_url_stays(run: Run, signed_only: Gateway, file: Path) -> None:
    """Where the signature stands in the query too."""
    url = f"http://127.0.0.1:{signed_only.port}/callbacks/im?SdkAppid=1"
    result = run("send", file, "--to", url, "--sign", "im", *BY_SECRET)
    assert (result.exit_code, result.stderr) == (0, "")


def test_wrong_use(run: Run, file: Path) -> None:
    """One option without the other, an unknown scheme, a literal or missing secret: exit code 2."""
    to = ("send", file, "--to", "http://127.0.0.1:1/")
    for words in (
        ("--sign", "github"),
        BY_SECRET,
        ("--sign", "none", *BY_SECRET),
        ("--sign", "github", "--secret", "literal-secret"),
        ("--sign", "github", "--secret", "env:ABSENT"),
    ):
        result = run(*to, *words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "literal-secret" not in result.stderr


def test_what_cannot_be_signed_is_a_failure(run: Run, tmp_path: Path) -> None:
    """One line, before anything is sent."""
    file = tmp_path / "callback.xml"
    file.write_text("<a/>")
    result = run("send", file, "--to", "http://127.0.0.1:1/", "--sign", "css", *BY_SECRET)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("gateway: the body is not JSON")
    assert result.stderr.count("\n") == 1
