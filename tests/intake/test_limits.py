"""Limits: token buckets by a clock of the test's own, and what the port answers beyond them."""

from dataclasses import replace
from ipaddress import ip_network

import pytest
from msgspec import structs

from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof
from gateway.core.pipeline import Receipted
from gateway.intake.errors import RateLimited
from gateway.intake.limits import TRUSTED_SECONDS, Bucket, Peers, Rate, Throttle, network
from gateway.intake.proxies import Proxies
from tests import sources
from tests.intake.port import LIMITS, Seen, callback, open_port, post, problem

PUBLIC = "8.8.8.8"
THIRTY_A_MINUTE = Rate(0.5, 30)
WRONG = b"/callbacks/media/nonsense"


def sent(
    peer: str = PUBLIC, *, time: float = 0.0, token: bytes | None = sources.SECRET
) -> Callback:
    """A callback of `peer`, received at `time`."""
    return structs.replace(sources.callback(callback(), token=token), peer=peer, time=time)


def outcomes(throttle: Throttle, *together: Callback) -> list[int]:
    """Of each 200, 401, or the seconds to wait as a negative number."""
    return [told(one) for one in throttle([(each, sources.OPEN) for each in together])]


def told(made: Receipted | Exception) -> int:
    if isinstance(made, RateLimited):
        return -made.seconds
    assert isinstance(made, Receipted | Refused)
    return 200 if isinstance(made, Receipted) else 401


def outcome(throttle: Throttle, made: Callback) -> int:
    """That of one alone."""
    return outcomes(throttle, made)[0]


def test_a_bucket_gives_its_burst_at_once_and_then_its_rate() -> None:
    bucket = Bucket(Rate(2.0, 3), 100.0)
    for _ in range(3):
        assert bucket.wait(100.0) == 0
        bucket.take()
    assert [bucket.wait(100.0), bucket.wait(100.25), bucket.wait(100.5)] == [0.5, 0.25, 0]
    bucket.take()
    assert bucket.wait(100.5) == 0.5


def test_a_bucket_is_never_fuller_than_its_burst() -> None:
    bucket = Bucket(Rate(1.0, 2), 0.0)
    assert bucket.wait(1e9) == 0
    bucket.take()
    bucket.take()
    assert bucket.wait(1e9) == 1


def test_a_clock_that_is_set_back_neither_fills_a_bucket_nor_stops_it() -> None:
    bucket = Bucket(Rate(1.0, 1), 1000.0)
    bucket.take()
    assert bucket.wait(10.0) == 1
    assert bucket.wait(11.0) == 0


def test_a_source_beyond_its_rate_is_told_how_long_to_wait() -> None:
    """Whole seconds, rounded up; the others are not limited."""
    throttle = Throttle({"media": Rate(0.4, 2)}, None)
    assert [outcome(throttle, sent(time=50.0)) for _ in range(3)] == [200, 200, -3]
    assert outcome(throttle, sent(time=52.5)) == 200
    assert outcome(throttle, structs.replace(sent(time=52.5), source="other")) == 200


def test_what_is_refused_takes_nothing_of_the_sources_rate() -> None:
    throttle = Throttle({"media": Rate(0.4, 1)}, None)
    assert {outcome(throttle, sent(token=b"x")) for _ in range(9)} == {401}
    assert [outcome(throttle, sent()), outcome(throttle, sent())] == [200, -3]


def test_of_several_together_none_goes_without_a_token() -> None:
    """Nor does one that is refused take another's."""
    throttle = Throttle({"media": Rate(0.4, 2)}, None)
    wrong = sent(token=b"x")
    assert outcomes(throttle, wrong, sent(), wrong, sent(), sent()) == [401, 200, 401, 200, -3]


def test_what_the_content_is_refused_for_takes_nothing_of_the_sources_rate() -> None:
    """The token that was taken for it is there again."""
    throttle = Throttle({"media": Rate(0.4, 1)}, None)
    strange = sources.callback(callback(), token=sources.SECRET)
    (refused,) = throttle([(strange, sources.BOUND)])
    assert isinstance(refused, Refused)
    assert outcome(throttle, sent()) == 200


def test_what_is_refused_for_its_content_robs_nobody_who_comes_together_with_it() -> None:
    throttle = Throttle({"media": Rate(0.4, 1)}, None)
    found = throttle([(sent(), sources.BOUND), (sent(), sources.BOUND), (sent(), sources.OPEN)])
    assert [told(each) for each in found] == [401, 401, 200]


def test_a_bug_in_a_check_ends_its_own_callback_alone() -> None:
    """And takes no token."""

    def fail(_callback: Callback) -> Proof:
        raise RuntimeError("canary")

    throttle = Throttle({"media": Rate(0.4, 2)}, None)
    broken = replace(sources.OPEN, envelope=[fail])
    found = throttle([(sent(), sources.OPEN), (sent(), broken), (sent(), sources.OPEN)])
    assert [type(each) for each in found] == [Receipted, RuntimeError, Receipted]


def test_a_peer_that_fails_with_many_together_has_no_more_tries_than_one_by_one() -> None:
    throttle = Throttle({}, Rate(0.5, 3))
    wrong = [sent(token=b"x") for _ in range(8)]
    assert outcomes(throttle, *wrong, sent("9.9.9.9")) == [401] * 3 + [-2] * 5 + [200]


def test_whom_no_check_lets_in_is_told_so_though_the_source_is_beyond_its_rate() -> None:
    throttle = Throttle({"media": Rate(0.4, 1)}, None)
    assert outcome(throttle, sent()) == 200
    assert [outcome(throttle, sent(token=b"x")), outcome(throttle, sent())] == [401, -3]


def test_a_peer_that_fails_too_often_is_not_checked_any_more() -> None:
    """Not even with the right secret; one more try comes every two seconds."""
    throttle = Throttle({}, THIRTY_A_MINUTE)
    assert {outcome(throttle, sent(token=b"x", time=9.0)) for _ in range(30)} == {401}
    assert outcome(throttle, sent(token=b"x", time=9.0)) == -2
    assert outcome(throttle, sent(time=9.0)) == -2
    assert outcome(throttle, sent("9.9.9.9", time=9.0)) == 200
    assert outcome(throttle, sent(token=b"x", time=11.0)) == 401
    assert outcome(throttle, sent(token=b"x", time=11.0)) == -2
    assert outcome(throttle, sent(time=13.0)) == 200


def test_a_peer_that_has_passed_is_not_punished_for_who_shares_its_address() -> None:
    """For an hour, since it last has or a minute before."""
    throttle = Throttle({}, THIRTY_A_MINUTE)
    assert outcome(throttle, sent(time=5.0)) == 200
    assert {outcome(throttle, sent(token=b"x", time=6.0)) for _ in range(99)} == {401}
    assert outcome(throttle, sent(time=7.0)) == 200
    late = 5.0 + TRUSTED_SECONDS
    assert {outcome(throttle, sent(token=b"x", time=late - 1)) for _ in range(99)} == {401}
    assert outcome(throttle, sent(token=b"x", time=late)) == -1


@pytest.mark.parametrize(
    "peer",
    [
        *("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "10.1.2.3", "172.16.0.1"),
        *("172.31.255.255", "192.168.0.1", "::ffff:192.168.0.1", "fc00::1", "fd00::1"),
        *("169.254.169.254", "fe80::1", "fe80::1%eth0", "100.64.0.1", "100.127.255.255", "", "?"),
    ],
)
def test_an_address_that_may_be_a_proxys_is_never_punished(peer: str) -> None:
    throttle = Throttle({}, Rate(0.5, 1))
    assert {outcome(throttle, sent(peer, token=b"x")) for _ in range(9)} == {401}


@pytest.mark.parametrize(
    "peer",
    [
        *("192.0.2.1", "198.51.100.1", "203.0.113.1", "::ffff:203.0.113.1", "2001:db8::1"),
        *("172.15.0.1", "172.32.0.1", "192.167.0.1", "11.0.0.1", "100.63.0.1", "100.128.0.1"),
        *("169.253.0.1", "198.18.0.1", "240.0.0.1", "2a00::1", "fec0::1", "64:ff9b::808:808"),
    ],
)
def test_every_other_address_is(peer: str) -> None:
    """Also one that documents show, and one of a network that is not in use."""
    throttle = Throttle({}, Rate(0.5, 1))
    assert [outcome(throttle, sent(peer, token=b"x")) for _ in range(2)] == [401, -2]


def test_a_peer_is_an_address_or_64_bits_of_ipv6() -> None:
    assert network("2a00::1:0:0:1") == network("2a00:0:0:0:ffff::1") != network("2a00:0:0:1::1")
    assert network("::ffff:8.8.8.8") == network(PUBLIC) != network("8.8.8.9")


def test_so_many_peers_are_remembered_and_no_more() -> None:
    """The one that failed longest ago is forgotten."""
    peers = Peers(Rate(0.5, 1), most=2)
    for peer in ("1.1.1.1", "2.2.2.2", "1.1.1.1", "3.3.3.3"):
        peers.failed(peer, 0.0)
    assert [peers.wait(f"{n}.{n}.{n}.{n}", 0.0) for n in (1, 2, 3)] == [2, 0, 2]


def test_who_fails_cannot_make_it_forget_who_has_passed() -> None:
    peers = Peers(Rate(0.5, 1), most=2)
    peers.passed(PUBLIC, 0.0)
    for peer in ("1.1.1.1", "2.2.2.2", "3.3.3.3", PUBLIC):
        peers.failed(peer, 0.0)
    assert peers.wait(PUBLIC, 0.0) == 0


async def test_the_port_answers_429_with_the_time_to_wait_and_counts_it_as_refused() -> None:
    throttle = Throttle({"media": Rate(0.1, 1)}, None)
    async with open_port(process=throttle) as port:
        assert (await port.ask(post(callback()))).status == 200
        reply = await port.ask(post(callback(2)))
        assert (reply.status, reply.document) == (429, problem(429, "rate_limited"))
        assert reply.headers["retry-after"] == "10"
        assert reply.headers["content-type"] == "application/problem+json"
        assert not reply.closes
        assert port.seen[1:] == [Seen("media", "refused", "rate_limited", 429)]
        assert len(port.journal.entries) == 1


async def test_the_port_punishes_the_client_behind_the_proxy_and_nobody_else() -> None:
    """As the trusted proxies tell it."""
    proxies, throttle = Proxies([ip_network("127.0.0.0/8")]), Throttle({}, Rate(0.5, 2))
    attacker, sender = b"X-Forwarded-For: 8.8.8.8", b"X-Forwarded-For: 9.9.9.9"
    async with open_port(proxies=proxies, process=throttle) as port:
        for status in (401, 401, 429):
            assert (await port.ask(post(callback(), attacker, target=WRONG))).status == status
        assert (await port.ask(post(callback(), attacker))).status == 429
        assert (await port.ask(post(callback(), sender))).status == 200
        assert [seen.reason for seen in port.seen] == ["token"] * 2 + ["rate_limited"] * 2 + [""]


async def test_a_reload_brings_the_new_limits() -> None:
    async with open_port(process=Throttle({"media": Rate(0.1, 1)}, None)) as port:
        assert [(await port.ask(post(callback()))).status for _ in range(2)] == [200, 429]
        port.receiver.reload({"media": sources.OPEN}, limits=LIMITS, proxies=None)
        assert (await port.ask(post(callback()))).status == 200
