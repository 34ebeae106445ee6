"""The operators' token in the configuration."""

from pathlib import Path

import pytest

from gateway.desk.administering import live_tokens
from gateway.settings import Settings, SettingsError, Surroundings, load_part, parse

SOURCES = """
sources:
  media: {provider: tencent-ci, verify: [{token: {secrets: ["env:CI_TOKEN"]}}]}
"""
ENVIRON = {"CI_TOKEN": "0123456789abcdef", "NEW": "new-token-of-operators", "SHORT": "short"}


def settings(admin: str) -> Settings:
    """With such a section."""
    world = Surroundings(ENVIRON, Path("/"), {"tencent-ci"})
    return parse(f"admin: {admin}{SOURCES}", "gateway.yaml", world)


def test_there_is_none_by_default() -> None:
    assert live_tokens(lambda: settings("{}")) == []


def test_several_are_live_so_that_they_rotate(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old-token-of-operators\n")
    found = settings(f"{{token: {{secrets: ['env:NEW', 'file:{tmp_path}/old']}}}}")
    expected = [b"new-token-of-operators", b"old-token-of-operators"]
    assert live_tokens(lambda: found) == expected
    assert "operators" not in repr(found)


@pytest.mark.parametrize(
    ("admin", "told"),
    [
        ("{token: {secrets: []}}", "admin.token.secrets"),
        ("{token: {secrets: ['literal']}}", "env:NAME or file:/path"),
        ("{token: {secrets: ['env:ABSENT']}}", "env:ABSENT is not set"),
        ("{token: literal}", "admin.token"),
    ],
)
def test_a_token_that_is_none_is_a_mistake(admin: str, told: str) -> None:
    with pytest.raises(SettingsError, match="admin") as error:
        settings(admin)
    assert told in str(error.value)


def test_a_short_one_is_warned_of() -> None:
    (warning,) = settings("{token: {secrets: ['env:SHORT']}}").warnings
    assert "admin.token.secrets[0]: env:SHORT is shorter than 16 bytes" in warning


def test_commands_on_the_journal_do_without_it(tmp_path: Path) -> None:
    """Whoever looks after the journal may not have it."""
    path = tmp_path / "gateway.yaml"
    path.write_text('admin: {listen: "127.0.0.1:7", token: {secrets: ["env:ABSENT"]}}\n')
    assert load_part(path).admin.listen.port == 7
