"""The operators' page and API of a whole gateway, and where they are not served."""

import signal

import pytest

from tests.broker.waiting import until
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

    shown = gateway.ask(f"/page/events/{event}")
    assert (shown.status, event.encode() in shown.body) == (200, True)
    assert held.encode() in gateway.ask("/page/quarantine").body

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


@pytest.mark.parametrize(
    "path", ["/healthz", "/metrics", "/api/v1/events", "/page/events", "/page/x", "/x", "/%zz"]
)
def test_no_answer_tells_what_runs_here(exposed: Gateway, path: str) -> None:
    """Whoever looks for a version with a hole finds none."""
    exposed.settings["admin"] = {"listen": "127.0.0.1:0"}
    exposed.start()
    assert exposed.ask(path).headers["Server"] == "callback-gateway"


def test_neither_is_served_beyond_this_machine(exposed: Gateway) -> None:
    """Health and metrics are."""
    exposed.start()
    assert exposed.ask("/api/v1/events").status == 404
    assert exposed.ask("/page/events").status == 404
    assert exposed.ask("/healthz").status == 200


def test_with_a_token_both_are_and_it_is_changed_without_a_restart(exposed: Gateway) -> None:
    """On SIGHUP; health and metrics need none."""
    token = exposed.folder / "admin_token"
    token.write_text("first-token-of-operators")
    exposed.settings["admin"] = {"listen": "0.0.0.0:0", "token": {"secrets": [f"file:{token}"]}}
    exposed.start()

    def status(path: str, secret: str) -> int:
        headers = [("Authorization", f"Bearer {secret}")]
        return request(exposed.admin_port, "GET", path, headers=headers).status

    assert exposed.ask("/api/v1/events").status == 401
    assert exposed.ask("/page/events").status == 303
    assert (exposed.ask("/healthz").status, exposed.ask("/metrics").status) == (200, 200)
    for path in ("/api/v1/events", "/page/events"):
        assert status(path, "first-token-of-operators") == 200

    token.write_text("second-token-of-operators")
    exposed.signal(signal.SIGHUP)
    until(lambda: status("/api/v1/events", "second-token-of-operators") == 200)
    assert status("/api/v1/events", "first-token-of-operators") == 401
