"""Secrets: read once from the environment or a file, and never shown."""

import os
import pickle
import re
from pathlib import Path

import pytest

from gateway.settings import Secret, Source, Surroundings, Token, Verification
from gateway.settings.secret import resolve

CANARY = "canary-4f1c9a"


def test_a_variable_gives_its_exact_bytes() -> None:
    world = Surroundings(environ={"TOKEN": os.fsdecode(b" \xff\n")})
    assert resolve("env:TOKEN", world) == Secret("env:TOKEN", b" \xff\n")


@pytest.mark.parametrize("content", [b"abc", b"abc\n", b"abc\r\n"])
def test_a_file_loses_the_line_end_that_editors_add(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    assert resolve(f"file:{tmp_path}/token", Surroundings()).value == b"abc"


def test_a_relative_file_lies_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"abc")
    assert resolve("file:token", Surroundings(folder=tmp_path)).value == b"abc"


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        (CANARY, "a secret stands in the environment or a file: env:NAME or file:/path"),
        ("", "a secret stands in the environment or a file: env:NAME or file:/path"),
        ("env:", "a secret stands in the environment or a file: env:NAME or file:/path"),
        ("env:NO", "env:NO is not set"),
        ("env:EMPTY", "env:EMPTY is empty"),
        ("env:BLANK", "env:BLANK is empty"),
        ("file:missing", "file:{folder}/missing cannot be read: No such file or directory"),
        ("file:empty", "file:empty is empty"),
        ("file:fifo", "file:{folder}/fifo is not a regular file"),
        ("file:.", "file:{folder} is not a regular file"),
        ("file:large", "file:{folder}/large is larger than 65536 bytes"),
        ("file:large/x", "file:{folder}/large/x cannot be read: Not a directory"),
    ],
)
def test_a_secret_that_is_not_there_is_refused_with_the_reason(
    tmp_path: Path, reference: str, reason: str
) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "empty").write_bytes(b"\n")
    (tmp_path / "large").write_bytes(b"x" * 65537)
    world = Surroundings(environ={"EMPTY": "", "BLANK": " \n"}, folder=tmp_path)
    expected = re.escape(reason.format(folder=tmp_path))
    with pytest.raises(ValueError, match=f"^{expected}$"):
        resolve(reference, world)


def test_no_form_of_the_settings_shows_a_secret() -> None:
    secret = Secret("env:TOKEN", CANARY.encode())
    source = Source(provider="any", verify=(Verification(token=Token(secrets=(secret,))),))
    shown = [repr(source), str(source), f"{secret} {secret!s}", source.model_dump_json()]
    assert [CANARY in text for text in shown] == [False] * 4
    assert "Secret(env:TOKEN)" in repr(source)


def test_a_secret_reaches_a_child_process_whole() -> None:
    secret = Secret("env:TOKEN", b"\xff")
    assert pickle.loads(pickle.dumps(secret)) == secret
