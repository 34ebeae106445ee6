"""The part of the configuration that commands on the journal need."""

from pathlib import Path

import pytest

from gateway.settings import Address, SettingsError, load_part

WHOLE = """\
admin: {listen: "127.0.0.1:9999"}
journal: {path: var/j.db, max_size: 5MiB}
sources:
  media: {provider: nonsense, verify: [{token: {secrets: ["env:ABSENT"]}}]}
kafka: {sasl_plain_password: "file:/absent"}
routes: [{topic: a}, {topic: b, name: c, match: {outcome: failure}}]
surver: {}
"""


def write(folder: Path, text: str) -> Path:
    """A configuration."""
    path = folder / "gateway.yaml"
    path.write_text(text)
    return path


def test_neither_secrets_nor_other_mistakes_matter(tmp_path: Path) -> None:
    """Whoever looks after a journal may not have the one, and cannot wait for the other."""
    found = load_part(write(tmp_path, WHOLE))
    assert found.journal.path == tmp_path / "var/j.db"
    assert found.admin.listen == Address("127.0.0.1", 9999)
    assert [(route.name, route.topic) for route in found.routes] == [("a", "a"), ("c", "b")]


def test_what_is_absent_has_its_default(tmp_path: Path) -> None:
    found = load_part(write(tmp_path, "sources: {}\n"))
    assert found.journal.path == tmp_path / "var/journal.db"
    assert found.routes == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("journal: {pathh: x}\n", ":1:11: journal.pathh: unknown key; did you mean path?"),
        ("journal:\n", ":1:9: journal: is empty"),
        ("sources: {}\njournal: 7\n", ":2:10: journal: must be a mapping of keys"),
        ('routes: [{topic: "a b"}]\n', ":1:18: routes[0].topic: "),
        ("journal: {\n", ":1:"),
        ("- journal\n", "must be a mapping"),
    ],
)
def test_its_own_mistakes_are_told_with_their_place(tmp_path: Path, text: str, told: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as error:
        load_part(path)
    assert str(error.value).startswith(str(path))
    assert told in str(error.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file or directory"):
        load_part(tmp_path / "absent.yaml")
