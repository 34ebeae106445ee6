"""One running gateway for all commands, with some events in its journal; and how to run them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from tests.e2e.fixtures import gateways, new_gateway
from tests.e2e.gateway import TOKEN, Gateway, callback

__all__ = ["new_gateway"]

BODIES = [callback("j1"), b"<a>", callback("j2", state="Failed"), callback("j1", 1)]
"""The second goes to quarantine."""

Run = Callable[..., Result]


@dataclass(frozen=True, slots=True)
class Served:
    """The running gateway and the ids of its events, oldest first."""

    gateway: Gateway
    ids: list[str]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Not to be stopped; whoever posts more says so in `ids`."""
    with gateways(tmp_path_factory.mktemp("served")) as make:
        # a size that any disk has room for
        gateway = make({"journal": {"path": "journal.db", "max_size": "256MiB"}})
        gateway.start()
        told = [gateway.post(body).document for body in BODIES]
        yield Served(gateway, [event for each in told for event in each.get("events", [])])


@pytest.fixture
def run() -> Run:
    """Runs `gateway …` in this process, with the secret in its environment."""

    def invoke(*words: object, stdin: str = "") -> Result:
        return CliRunner().invoke(
            main,
            [str(word) for word in words],
            input=stdin,
            env={"CI_TOKEN": TOKEN},
            prog_name="gateway",
        )

    return invoke
