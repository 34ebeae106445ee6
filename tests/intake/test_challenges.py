"""What a 401 asks for: the schemes of the source's checks, and the same whichever has refused."""

import pytest

from gateway.core.pipeline import process_all
from gateway.intake.challenges import challenge, challenging
from tests.intake.port import callback, open_port, post, problem

WRONG = b"/callbacks/media/nonsense"


@pytest.mark.parametrize(
    ("checks", "asked"),
    [
        (["token"], ""),
        (["basic"], 'Basic realm="callbacks"'),
        (["bearer", "buckets"], "Bearer"),
        (["bearer", "basic", "bearer"], 'Basic realm="callbacks", Bearer'),
    ],
)
def test_the_challenge_names_each_scheme_once(checks: list[str], asked: str) -> None:
    assert challenge(checks) == asked


async def test_a_source_that_asks_for_nothing_has_no_challenge() -> None:
    async with open_port(process=challenging(process_all, {"other": "Bearer"})) as port:
        assert "www-authenticate" not in (await port.ask(post(callback(), target=WRONG))).headers
        assert (await port.ask(post(callback()))).status == 200


async def test_a_refusal_has_the_challenge_of_its_source() -> None:
    """And every other answer none."""
    async with open_port(process=challenging(process_all, {"media": "Bearer"})) as port:
        reply = await port.ask(post(callback(), target=WRONG))
        assert (reply.status, reply.document) == (401, problem(401, "unauthenticated"))
        assert reply.headers["www-authenticate"] == "Bearer"
        assert "www-authenticate" not in (await port.ask(post(callback()))).headers
