"""The operators' API of a whole gateway, and where it is not served."""

import pytest

from tests.e2e.fixtures import NewGateway
from tests.e2e.gateway import Gateway, callback, request


def test_a_running_gateway_shows_and_retries_what_it_received(new_gateway: NewGateway) -> None:
    """Its figures are those of its receivers."""
    gateway = new_gateway()
    gateway.start()
    (event,) = gateway.post(callback("j1")).document["events"]
    held = gateway.post(b"<a>").document["quarantine"]

    listed = gateway.ask("/api/v1/events?tag=Transcode").document["events"]
    assert [each["id"] for each in listed] == [event]
    assert gateway.ask(f"/api/v1/events/{event}").document["event"]["id"] == event

    path = f"/api/v1/quarantine/{held}/retry"
    retried = request(gateway.admin_port, "POST", path, headers=[("X-Requested-With", "test")])
    assert (retried.status, retried.document["ending"]) == (200, "still fails")

    (source,) = gateway.ask("/api/v1/sources").document["sources"]
    assert source["callbacks"] == {"accepted": 1, "quarantined": 1}
    assert gateway.stop() == 0


@pytest.fixture
def exposed(new_gateway: NewGateway) -> Gateway:
    """Its admin port answers on every address of the machine."""
    return new_gateway({"admin": {"listen": "0.0.0.0:0"}})


def test_the_api_is_not_served_beyond_this_machine(exposed: Gateway) -> None:
    """Health and metrics are."""
    exposed.start()
    assert exposed.ask("/api/v1/events").status == 404
    assert exposed.ask("/healthz").status == 200
