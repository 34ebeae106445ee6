"""`gateway init`: a configuration that `gateway check` passes, and nothing is overwritten."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from gateway.providers import providers
from tests.commands.conftest import Run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("provider", sorted(providers()))
def test_the_defaults_of_every_provider_pass_the_check(
    run: Run, folder: Path, provider: str
) -> None:
    """Without a warning, without a question."""
    made = run("init", "--yes", "--provider", provider)
    assert (made.exit_code, made.stderr) == (0, "")
    checked = run("check")
    assert (checked.exit_code, checked.stderr) == (0, "")
    (source,) = yaml.safe_load((folder / "gateway.yaml").read_text())["sources"].values()
    assert source["provider"] == provider


def test_a_new_secret_is_for_its_owner_alone_and_printed_nowhere(run: Run, folder: Path) -> None:
    told = run("init", "--yes").output
    secret = folder / "secrets/media"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert secret.parent.stat().st_mode & 0o777 == 0o700
    assert len(secret.read_text()) >= 32
    assert secret.read_text() not in told + (folder / "gateway.yaml").read_text()
    assert "/callbacks/media/$(cat secrets/media)" in told


def test_nothing_is_overwritten(run: Run, folder: Path) -> None:
    """A configuration ends it; a secret that is there is taken, a sample that is there stays."""
    (folder / "secrets").mkdir()
    (folder / "secrets/media").write_text("a secret that others have already")
    (folder / "callback.xml").write_text("mine")
    told = run("init", "--yes")
    assert (told.exit_code, told.stdout.count("stays as it is")) == (0, 2)
    assert (folder / "secrets/media").read_text() == "a secret that others have already"
    assert (folder / "callback.xml").read_text() == "mine"
    before = (folder / "gateway.yaml").read_bytes()
    again = run("init", "--yes", "--provider", "github")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "gateway.yaml is there already" in again.stderr
    assert (folder / "gateway.yaml").read_bytes() == before
    assert {path.name for path in folder.iterdir()} == {"callback.xml", "gateway.yaml", "secrets"}


@pytest.mark.parametrize("given", ["literal", "env:1X", "env:", "file:"])
def test_a_secret_in_the_command_line_is_a_mistake(run: Run, folder: Path, given: str) -> None:
    """It would stand in the configuration, and in the shell's history it does already."""
    made = run("init", "--secret", given, "--yes")
    assert (made.exit_code, list(folder.iterdir())) == (2, [])
    assert "env:NAME" in made.stderr


def test_it_asks_what_no_option_gives(run: Run, folder: Path) -> None:
    """The answers are in the file, at the place that was named, and its sample is of the bucket."""
    answers = ["tencent-ci", "videos", "token", "a-1250000000, b-1250000000", "k1:9092,k2:9092"]
    words = ("init", "etc/gateway.yaml", "--listen", "127.0.0.1:8081", "--secret", "env:VIDEOS")
    made = run(*words, stdin="\n".join([*answers, "ci.all", ""]))
    assert made.exit_code == 0, made.output
    written = yaml.safe_load((folder / "etc/gateway.yaml").read_text())
    assert written["sources"] == {
        "videos": {
            "provider": "tencent-ci",
            "verify": [
                {"token": {"secrets": ["env:VIDEOS"]}},
                {"buckets": ["a-1250000000", "b-1250000000"]},
            ],
        }
    }
    assert written["server"] == {"listen": "127.0.0.1:8081"}
    assert written["kafka"] == {"bootstrap_servers": ["k1:9092", "k2:9092"]}
    assert written["routes"] == [{"topic": "ci.all"}]
    assert b"a-1250000000" in (folder / "etc/callback.xml").read_bytes()
    assert not (folder / "etc/secrets").exists()
    assert "Put the secret into VIDEOS first." in made.stdout
    assert "--create --topic ci.all.dead-letter" in made.stdout


def test_without_answers_it_says_what_takes_the_defaults(run: Run, folder: Path) -> None:
    ended = run("init", stdin="")
    assert (ended.exit_code, list(folder.iterdir())) == (2, [])
    assert "--yes" in ended.stderr


@pytest.mark.parametrize(
    "words",
    [("--kafka", "nowhere"), ("--source", "a b"), ("--topic", "a b", "--kafka", "k:1")],
    ids=" ".join,
)
def test_a_mistake_is_told_and_nothing_is_written(
    run: Run, folder: Path, words: tuple[str, ...]
) -> None:
    ended = run("init", "--yes", *words)
    assert (ended.exit_code, ended.stdout, list(folder.iterdir())) == (2, "", [])
    assert ended.stderr.startswith("gateway.yaml:")


def test_each_command_that_it_prints_is_one(run: Run, folder: Path) -> None:
    """With options that the command has."""
    told = run("init", "--yes", "--provider", "standard-webhooks").stdout
    commands = re.findall(r"^  gateway (.*)$", told, re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        words = shlex.split(re.sub(r"\$\(.*?\)", "x", command))
        options = [word for word in words if word.startswith("-")]
        names = words[:2] if words[0] == "events" else words[:1]
        help_ = run(*names, "--help").stdout
        assert [option for option in options if option not in help_] == []
    assert "--sign standard_webhooks --secret file:secrets/standard-webhooks" in told
    assert (folder / "secrets/standard-webhooks").read_text().startswith("whsec_")
