"""`gateway check` and `gateway config schema`."""

import gc
import json
import os
from pathlib import Path

import jsonschema_rs

from tests.commands.conftest import Run, Served

MISTAKEN = """\
server:
  workers: none
surver: {}
sources:
  media:
    provider: tencent-ci
    verify:
      - token: {secrets: ["a literal secret", "env:ABSENT"]}
routes:
  - {topic: "bad topic"}
"""


def test_a_good_configuration(run: Run, served: Served) -> None:
    """Exit code 0, and one line that says what was found."""
    result = run("check", "-c", served.gateway.configuration)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{served.gateway.configuration}: ok: 1 source(s), 0 route(s)\n"


def test_every_mistake_is_printed_with_its_place(run: Run, tmp_path: Path) -> None:
    """In the order of the file; exit code 2; a literal secret is not repeated."""
    path = tmp_path / "gateway.yaml"
    path.write_text(MISTAKEN)
    result = run("check", "-c", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert [line.split(": ")[:2] for line in result.stderr.splitlines()] == [
        [f"{path}:2:12", "server.workers"],
        [f"{path}:3:1", "surver"],
        [f"{path}:8:27", "sources.media.verify[0].token.secrets[0]"],
        [f"{path}:8:47", "sources.media.verify[0].token.secrets[1]"],
        [f"{path}:10:3", "routes"],
        [f"{path}:10:13", "routes[0].topic"],
    ]
    assert "a literal secret" not in result.stderr


def test_a_weak_secret_is_a_warning(run: Run, tmp_path: Path) -> None:
    """Told on stderr; the configuration is good all the same."""
    path = tmp_path / "gateway.yaml"
    (tmp_path / "token").write_text("short")
    path.write_text(MISTAKEN[MISTAKEN.index("sources") : MISTAKEN.index('"a literal')] + (
        '"file:token"]}\n'
    ))  # fmt: skip
    result = run("check", "-c", path)
    assert result.exit_code == 0
    assert result.stdout == f"{path}: ok: 1 source(s), 0 route(s)\n"
    assert result.stderr.startswith("warning: ")
    assert "short" not in result.stderr.replace("shorter", "")


def test_json_has_each_mistake_and_each_warning_as_an_object(run: Run, tmp_path: Path) -> None:
    """For editors and pipelines; the exit codes are the same."""
    path = tmp_path / "gateway.yaml"
    path.write_text("surver: {}\nsources: {}\n")
    result = run("check", "-c", path, "--json")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, result.stderr) == (2, "")
    assert [(one["level"], one["path"]) for one in found] == [
        ("error", "surver"),
        ("error", "sources"),
    ]
    assert found[0]["where"] == f"{path}:1:1"
    (tmp_path / "token").write_text("short")
    path.write_text(
        'sources: {a: {provider: generic, verify: [{token: {secrets: ["file:token"]}}]}}'
    )
    result = run("check", "-c", path, "--json")
    (warning,) = map(json.loads, result.stdout.splitlines())
    assert (result.exit_code, warning["level"]) == (0, "warning")
    assert warning["path"] == "sources.a.verify[0].token.secrets[0]"


def test_no_configuration(run: Run, tmp_path: Path) -> None:
    """Every command that needs one says so in a line, with exit code 2."""
    path = tmp_path / "absent.yaml"
    for words in (("check",), ("serve",), ("events", "list"), ("events", "tail")):
        result = run(*words, "-c", path)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"{path}: cannot be read: No such file or directory\n"


def test_serve_without_a_configuration_leaves_nothing(run: Run, tmp_path: Path) -> None:
    """Also where it did not run as a process of its own."""
    environ = {**os.environ}
    assert run("serve", "-c", tmp_path / "absent.yaml").exit_code == 2
    assert gc.isenabled()
    assert {**os.environ} == environ
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert not any("forkserver" in Path(f"/proc/{pid}/cmdline").read_text() for pid in children)


def test_config_schema_is_a_schema_that_the_configuration_obeys(run: Run, served: Served) -> None:
    """For editors."""
    result = run("config", "schema")
    assert (result.exit_code, result.stderr) == (0, "")
    schema = json.loads(result.stdout)
    jsonschema_rs.meta.validate(schema)
    assert jsonschema_rs.is_valid(schema, json.loads(served.gateway.configuration.read_text()))
    assert not jsonschema_rs.is_valid(schema, {"surver": {}})
