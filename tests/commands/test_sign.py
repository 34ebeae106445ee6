"""`gateway sign-user-data` signs what a job is to carry, until a moment from now."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.core.checks.comparison import live
from gateway.core.checks.signed_user_data import opened
from tests.commands.conftest import Run
from tests.e2e.gateway import TOKEN

SECRET = ["--secret", "env:CI_TOKEN"]


def test_it_prints_the_signed_text(run: Run) -> None:
    """Alone on its line, for a shell to put into a request."""
    before = datetime.now(UTC)
    result = run("sign-user-data", "订单 42", *SECRET, "--expires", "7d")
    assert (result.exit_code, result.stderr) == (0, "")
    found = opened(result.stdout.removesuffix("\n"), live([TOKEN.encode()]))
    assert found is not None
    assert found.value == "订单 42"
    until = datetime.fromtimestamp(found.expiry, UTC)
    assert before - timedelta(seconds=1) < until - timedelta(days=7) <= datetime.now(UTC)


def test_with_json_it_tells_the_moment_too(run: Run) -> None:
    """One object."""
    result = run("sign-user-data", "order-42", *SECRET, "--expires", "12h", "--json")
    told = json.loads(result.stdout)
    assert told.keys() == {"user_data", "expires"}
    found = opened(told["user_data"], live([TOKEN.encode()]))
    assert found is not None
    assert found.expiry == int(datetime.fromisoformat(told["expires"]).timestamp())


def test_the_secret_may_be_a_file(run: Run, tmp_path: Path) -> None:
    """As in the configuration."""
    (tmp_path / "secret").write_text("0e7c1b9a3d5f42688d6a4c2e1f3b5d79\n")
    result = run("sign-user-data", "a", "--secret", f"file:{tmp_path}/secret", "--expires", "1h")
    assert opened(result.stdout.strip(), live([b"0e7c1b9a3d5f42688d6a4c2e1f3b5d79"]))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("a", "--secret", "literal", "--expires", "1d"), "env:NAME or file:/path"),
        (("a", "--secret", "env:NO_SUCH", "--expires", "1d"), "env:NO_SUCH is not set"),
        (("a", *SECRET, "--expires", "7"), "duration with its unit"),
        (("a", *SECRET, "--expires", "99999999999999d"), ""),
        (("", *SECRET, "--expires", "1d"), "may be empty"),
        (("a" * 2000, *SECRET, "--expires", "1d"), "has room for"),
        (("a" * 500, *SECRET, "--expires", "1d", "--longest", "512"), "has room for"),
    ],
)
def test_what_cannot_be_signed_is_a_mistake_of_use(
    run: Run, words: tuple[str, ...], message: str
) -> None:
    """Exit code 2, nothing on stdout, and why."""
    result = run("sign-user-data", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
