"""The limits of a configuration, in a gateway that runs."""

from gateway.settings import Settings
from gateway.settings.values import Surroundings
from tests.e2e.fixtures import NewGateway
from tests.e2e.gateway import TOKEN, callback
from tests.sources import NAME, PROVIDER
from tests.supervisor.test_reload import reload

CHECKS = [{"token": {"secrets": ["env:CI_TOKEN"]}}]
SOURCE = {"provider": PROVIDER, "verify": CHECKS}
SLOW = {**SOURCE, "rate_limit": {"per_second": 0.001, "burst": 2}}
STRICT = {"failed_checks": {"per_minute": 3}, "trusted_proxies": ["127.0.0.0/8"]}
CLIENT = ("X-Forwarded-For", "8.8.8.8")


def test_a_source_has_its_rate_until_a_reload_lifts_it(new_gateway: NewGateway) -> None:
    """The 429 is counted, and keeps nothing."""
    gateway = new_gateway({"sources": {NAME: SLOW}})
    gateway.start()
    assert [gateway.post(callback(f"j{n}")).status for n in range(3)] == [200, 200, 429]
    refused = gateway.post(callback("j3"))
    assert refused.document["reason"] == "rate_limited"
    assert 900 < int(refused.headers["Retry-After"]) <= 1000
    gateway.settings["sources"] = {NAME: SOURCE}
    reload(gateway)
    assert gateway.post(callback("j4")).status == 200


def test_a_client_that_guesses_is_stopped_and_the_others_are_not(new_gateway: NewGateway) -> None:
    """Each as the trusted proxy tells it; a reload forgets."""
    gateway = new_gateway({"server": STRICT})
    gateway.start()
    wrong = f"/callbacks/{NAME}/nonsense"
    guessed = [gateway.post(callback("j1"), CLIENT, path=wrong).status for _ in range(4)]
    assert guessed == [401, 401, 401, 429]
    assert gateway.post(callback("j1"), CLIENT).status == 429
    assert gateway.post(callback("j1"), ("X-Forwarded-For", "9.9.9.9")).status == 200
    gateway.settings["server"] = {**STRICT, "failed_checks": {"per_minute": 0}}
    reload(gateway)
    guessed = [gateway.post(callback("j1"), CLIENT, path=wrong).status for _ in range(9)]
    assert guessed == [401] * 9


def test_failed_checks_have_a_limit_where_nothing_is_said() -> None:
    """Of thirty a minute; sources have none."""
    world = Surroundings({"CI_TOKEN": TOKEN})
    checks = ({"token": {"secrets": ("env:CI_TOKEN",)}},)
    tree = {"sources": {NAME: {"provider": PROVIDER, "verify": checks}}}
    settings = Settings.model_validate(tree, context=world)
    assert settings.server.failed_checks.per_minute == 30
    assert settings.sources[NAME].rate_limit is None
