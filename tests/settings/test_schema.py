"""The JSON Schema for editors agrees with what the gateway itself accepts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from pydantic import BaseModel

from gateway.settings import Settings, config_schema
from gateway.settings.checks import Model
from gateway.settings.document import read

ROOT = Path(__file__).parents[2]
SCHEMA = config_schema()


def sections(model: type[BaseModel] = Model) -> Iterator[type[BaseModel]]:
    """Every model of the file."""
    for section in model.__subclasses__():
        yield section
        yield from sections(section)


@pytest.mark.parametrize("section", list(sections()))
def test_every_key_says_what_it_means(section: type[BaseModel]) -> None:
    silent = [name for name, field in section.model_fields.items() if not field.description]
    assert silent == []


def defaults() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that has a default: `Section.key`, its schema."""
    for name, section in {**SCHEMA["$defs"], "Settings": SCHEMA}.items():
        for key, value in section.get("properties", {}).items():
            if "default" in value:
                yield f"{name}.{key}", value


@pytest.mark.parametrize(("name", "schema"), list(defaults()))
def test_a_default_is_a_value_that_the_file_could_have(name: str, schema: dict[str, Any]) -> None:
    whole = {"$defs": SCHEMA["$defs"], **schema}
    assert jsonschema_rs.is_valid(whole, schema["default"])


def test_the_schema_is_one_and_knows_no_null() -> None:
    assert jsonschema_rs.meta.is_valid(SCHEMA)
    assert "null" not in str(SCHEMA)


def listed(value: object) -> object:
    """The document as JSON has it."""
    if isinstance(value, dict):
        return {key: listed(item) for key, item in value.items()}
    return [listed(item) for item in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", ["gateway.yaml", "compose-gateway.yaml"])
def test_the_examples_satisfy_the_schema(name: str) -> None:
    document = read((ROOT / "deploy" / name).read_text())
    jsonschema_rs.validate(SCHEMA, listed(document.value))


def test_an_editor_sees_a_wrong_key_a_literal_secret_and_two_checks_in_one() -> None:
    token = {"token": {"secrets": ["env:A"]}}

    def accepts(check: dict[str, Any]) -> bool:
        source = {"provider": "tencent-ci", "verify": [check]}
        return jsonschema_rs.is_valid(SCHEMA, {"sources": {"media": source}})

    assert accepts(token)
    assert not accepts({"tokn": {"secrets": ["env:A"]}})
    assert not accepts({"token": {"secrets": ["literal"]}})
    assert not accepts({**token, "buckets": ["b"]})


def test_the_settings_are_one_frozen_value() -> None:
    assert all(section.model_config["frozen"] for section in sections())
    assert Settings.model_config["extra"] == "forbid"
