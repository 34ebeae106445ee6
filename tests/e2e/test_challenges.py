"""The challenge in a 401, in a gateway that runs."""

from tests.e2e.fixtures import NewGateway
from tests.e2e.gateway import TOKEN, callback
from tests.sources import NAME, PROVIDER

SECRETS = ["env:CI_TOKEN"]


def test_a_gateway_asks_for_what_is_configured(new_gateway: NewGateway) -> None:
    """Also where the token in the URL was wrong, and where the limit of failures is off."""
    either = [{"bearer": {"secrets": SECRETS}}, {"basic": {"user": "ci", "secrets": SECRETS}}]
    verify = [{"token": {"secrets": SECRETS}}, {"any": either}]
    sources = {NAME: {"provider": PROVIDER, "verify": verify}}
    gateway = new_gateway({"sources": sources, "server": {"failed_checks": {"per_minute": 0}}})
    gateway.start()
    bearer = ("Authorization", f"Bearer {TOKEN}")
    assert gateway.post(callback("j1"), bearer).status == 200
    for reply in (
        gateway.post(callback("j1")),
        gateway.post(callback("j1"), bearer, path=f"/callbacks/{NAME}/nonsense"),
    ):
        assert reply.status == 401
        assert reply.headers["WWW-Authenticate"] == 'Basic realm="callbacks", Bearer'
