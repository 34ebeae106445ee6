"""The folder is the registry: a provider is found, not listed, and comes whole."""

import contextlib
from collections.abc import Callable

import pytest

from gateway import schemas
from gateway.core.contract import Contract
from gateway.core.errors import Unreadable
from gateway.core.model import Value
from gateway.core.provider import Provider
from gateway.providers import providers
from tests.laws.cases import EXAMPLES

each_provider = pytest.mark.parametrize("provider", providers().values(), ids=lambda one: one.name)
DOCUMENTS: list[Value] = [{}, [], [[]], {"Response": None}, {"Response": {}}, {"Response": []}]
DOCUMENTS += [{"Response": {"JobsDetail": [1, None, "x", []]}}, {"JobsDetail": {"Input": [[1]]}}]
DOCUMENTS += [
    {"WorkflowExecution": "x"},
    {"EventName": {"#text": {"a": "b"}}},
    ["x", {"a": [True]}],
]


def test_every_provider_is_known_by_its_name() -> None:
    """As the configuration calls it."""
    assert {name: provider.name for name, provider in providers().items()} == {
        name: name for name in providers()
    }
    assert "tencent-ci" in providers()


@each_provider
def test_a_provider_has_schemas_and_examples(provider: Provider) -> None:
    """No provider without the others."""
    assert schemas.documents(provider.name)
    assert list((EXAMPLES / provider.name).glob("*.http"))


def test_there_are_no_schemas_or_examples_without_a_provider() -> None:
    """No schema or example without a provider."""
    folders = [*schemas.FOLDER.iterdir(), *EXAMPLES.iterdir()]
    assert {folder.name for folder in folders if folder.is_dir()} == set(providers())


def only_unreadable(read: Callable[[Value], object], document: Value) -> None:
    """Any other exception fails the test."""
    with contextlib.suppress(Unreadable):
        read(document)


@each_provider
@pytest.mark.parametrize("document", DOCUMENTS, ids=repr)
def test_a_provider_raises_nothing_but_unreadable(provider: Provider, document: Value) -> None:
    """For any document; its word on probes never raises at all."""
    only_unreadable(provider.compile(Contract(schemas.documents(provider.name))), document)
    provider.is_probe(document)
