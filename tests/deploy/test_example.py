"""deploy/gateway.yaml: every key, with and without the ones that stand behind `#`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import Settings, Surroundings, config_schema, load, parse
from gateway.settings.document import read
from tests.broker.certificates import certificates

EXAMPLE = Path(__file__).parents[2] / "deploy/gateway.yaml"
TEXT = EXAMPLE.read_text()
EVERYTHING = re.sub(r"^( *)#(?=\S)", r"\1", TEXT, flags=re.MULTILINE)
ENVIRON = {
    "ADMIN_TOKEN": "0123456789abcdef",
    "CI_TOKEN": "0123456789abcdef",
    "WEBHOOK_SECRET": "0123456789abcdef",
    "CI_USER_DATA": "0123456789abcdef",
    "CI_SECRET_ID": "AKID0123456789abcdef",
    "CI_SECRET_KEY": "0123456789abcdef",
    "CI_SECURITY_TOKEN": "0123456789abcdef",
    "KAFKA_PASSWORD": "0123456789abcdef",
    "KAFKA_KEY_PASSWORD": "0123456789abcdef",
}


def test_the_example_is_without_mistake_once_its_secret_is_there() -> None:
    settings = load(EXAMPLE, ENVIRON, providers={"tencent-ci"})
    assert settings.warnings == ()


@pytest.mark.parametrize("section", ["server", "admin", "journal"])
def test_the_example_shows_the_defaults(section: str) -> None:
    settings = load(EXAMPLE, ENVIRON, providers={"tencent-ci"})
    plain = Settings.model_validate(
        {"sources": settings.sources}, context=Surroundings(folder=EXAMPLE.parent)
    )
    assert getattr(settings, section) == getattr(plain, section)


def test_the_example_with_every_key_is_without_mistake(tmp_path: Path) -> None:
    (tmp_path / "tls").mkdir()
    for name in ("client.pem", "client.key"):
        (tmp_path / "tls" / name).touch()
    made = certificates(tmp_path, "authority")
    for name, path in (("ca", made.authority), ("server", made.server)):
        path.rename(tmp_path / "tls" / f"{name}.pem")
    (tmp_path / "authority-server.key").rename(tmp_path / "tls/server.key")
    (tmp_path / "ci_token").write_text("0123456789abcdef\n")
    text = EVERYTHING.replace("/run/secrets", str(tmp_path))
    settings = parse(text, "gateway.yaml", Surroundings(ENVIRON, tmp_path, {"tencent-ci"}))
    assert settings.kafka is not None
    assert settings.kafka.security_protocol == "SASL_SSL"


def keys(schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """The path of every key that the schema knows; `*` stands for a name or a number."""
    schema = config_schema()["$defs"][schema["$ref"].split("/")[-1]] if "$ref" in schema else schema
    for key, inner in schema.get("properties", {}).items():
        yield f"{path}{key}"
        if key != "any":  # whose members are shown as what they are
            yield from keys(inner, f"{path}{key}.")
    for inner in schema.get("patternProperties", {}).values():
        yield from keys(inner, f"{path}*.")
    if "items" in schema:
        yield from keys(schema["items"], f"{path}*.")


def test_every_key_is_in_the_example() -> None:
    shown = {
        ".".join("*" if isinstance(step, int) else step for step in path).replace("media", "*")
        for path in read(EVERYTHING).keys
    }
    assert sorted(set(keys(config_schema())) - shown) == []
