"""A signature by a template: which are looked at, which times are, and that every key is tried."""

import hmac
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence

import pytest

from gateway.core.checks.hmac_signature import hmac_check
from gateway.core.checks.signature import Key, signature_check
from gateway.core.checks.template import Algorithm, Encoding, Template, Timestamp, Unit
from gateway.core.checks.vendors import GITHUB, SLACK, STRIPE, TRTC, within
from gateway.core.errors import Refused
from gateway.core.model import Proof
from gateway.signing import sign_by
from tests.core.checks.requests import NOW, request, sent, verdict

FIRST, SECOND, THIRD = b"first-secret-1234", b"second-secret-123", b"third-secret-1234"
BODY = b'{"a": 1}'


def stripe(elements: str, *, time: float = NOW) -> Proof | str:
    """What is said of a callback with these elements in Stripe's header."""
    check = hmac_check(STRIPE, [FIRST, SECOND], check="stripe")
    return verdict(check, request(BODY, {"Stripe-Signature": elements}, time=time))


def v1(secret: bytes = FIRST, time: str = str(NOW)) -> str:
    """Stripe's signature, calculated by its description alone."""
    return "v1=" + hmac.new(secret, f"{time}.".encode() + BODY, "sha256").hexdigest()


def stripe_proof(position: int) -> Proof:
    """What is proved when it is right."""
    return Proof("stripe", "stripe", position)


@pytest.mark.parametrize(
    ("elements", "position"),
    [
        (f"t={NOW},{v1()}", 0),
        (f"t={NOW},{v1(SECOND)}", 1),
        (f"t={NOW},{v1(THIRD)},{v1(SECOND)}", 1),
        (f"t={NOW},{v1(SECOND)},{v1(FIRST)}", 0),
        (f"{v1()},t={NOW}", 0),
        (f"t={NOW}, {v1()}", 0),
        (f"t={NOW},v0=aaaa,{v1()},v9=", 0),
        (f"t={NOW}," + ",".join(["v1=aaaa"] * 4) + f",{v1()}", 0),
        (f"t={NOW}," + ",".join(["v0=aaaa"] * 20) + f",{v1()}", 0),
    ],
)
def test_one_signature_of_a_live_secret_is_enough(elements: str, position: int) -> None:
    """In any order, among those of retired secrets and of other versions."""
    assert stripe(elements) == stripe_proof(position)


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        (v1(), "one timestamp"),
        (f"t={NOW},t={NOW},{v1()}", "one timestamp"),
        (f"t={NOW}", "none of the live secrets"),
        (f"t={NOW},{v1(THIRD)}", "none of the live secrets"),
        (f"t={NOW},v0{v1()[2:]}", "none of the live secrets"),
        (f"t={NOW},V1{v1()[2:]}", "none of the live secrets"),
        (f"t={NOW},{v1().upper().replace('V', 'v')}", "none of the live secrets"),
        (f"t={NOW},{v1()[:-1]}", "none of the live secrets"),
        (f"t={NOW},{v1()}0", "none of the live secrets"),
        (f"t={NOW}," + ",".join(["v1=aaaa"] * 5) + f",{v1()}", "more than 5 elements"),
        (f"t={NOW},{v1()}," + "x" * 1024, "printable ASCII"),
        (f"t={NOW},{v1()}\n", "printable ASCII"),
        (f"t={NOW},{v1()}é", "printable ASCII"),
    ],
)
def test_anything_else_is_refused(elements: str, words: str) -> None:
    """With words that say what to look at."""
    assert words in str(stripe(elements))


@pytest.mark.parametrize(
    "time",
    [
        *("", "0", "-1", f"+{NOW}", f"0{NOW}", f"{NOW}.0", f"{NOW} ", f"\t{NOW}", f"{NOW}_0"),
        *("1.7e9", "NaN", "inf", "1" + "0" * 20, "١٧٠٠٠٠٠٠٠٠", "a", f"{NOW}000", hex(NOW)),
    ],
)
def test_a_time_has_one_spelling(time: str) -> None:
    """Even signed, any other is refused: where its digits end is where the text goes on."""
    check = hmac_check(SLACK, [FIRST], check="slack")
    signature = hmac.new(FIRST, f"v0:{time}:".encode() + BODY, "sha256").hexdigest()
    headers = {"X-Slack-Request-Timestamp": time, "X-Slack-Signature": f"v0={signature}"}
    assert isinstance(verdict(check, request(BODY, headers)), str)


def test_a_digit_cannot_move_between_body_and_time() -> None:
    """Where a vendor puts nothing between them."""
    template = Template(
        header="X-S", signed="{body}{timestamp}", timestamp=Timestamp(header="X-T", tolerance=1e12)
    )
    check = hmac_check(template, [FIRST], check="hmac")
    signed = sign_by(template, b"10", FIRST, NOW)
    moved = {**signed.headers, "X-T": f"0{NOW}"}
    assert verdict(check, sent(signed)) == Proof("hmac", "hmac", 0)
    assert verdict(check, request(b"1", moved)) == "the timestamp is not a Unix time"


@pytest.mark.parametrize(("seconds", "accepted"), [(0, True), (20.9, True), (21.1, False)])
def test_a_time_in_milliseconds_is_compared_in_seconds(*, seconds: float, accepted: bool) -> None:
    """In both directions, to the fraction."""
    time = Timestamp(header="X-T", unit=Unit.MILLISECONDS, tolerance=21)
    template = Template(header="X-S", signed="{timestamp}.{body}", timestamp=time)
    check = hmac_check(template, [FIRST], check="hmac")
    signed = sign_by(template, BODY, FIRST, NOW)
    assert signed.headers["X-T"] == f"{NOW}000"
    for now in (NOW - seconds, NOW + seconds):
        assert isinstance(verdict(check, sent(signed, time=now)), Proof) == accepted


@pytest.mark.parametrize(
    ("seconds", "accepted"),
    [(-300.1, False), (-300, True), (0.9, True), (300, True), (300.9, True), (301, False)],
)
def test_a_time_in_seconds_is_compared_in_whole_ones(*, seconds: float, accepted: bool) -> None:
    """A time of signing is never told to the fraction, a time of reception is."""
    assert isinstance(stripe(f"t={NOW},{v1()}", time=NOW + seconds), Proof) == accepted


def test_the_tolerance_is_configurable() -> None:
    """And means nothing where no time is signed."""
    check = hmac_check(within(STRIPE, 5), [FIRST], check="stripe")
    signed = sign_by(STRIPE, BODY, FIRST, NOW)
    assert verdict(check, sent(signed, time=NOW + 5)) == stripe_proof(0)
    assert verdict(check, sent(signed, time=NOW + 6)) == "the timestamp is more than 5 s away"
    assert within(GITHUB, 5) == GITHUB


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize(
    ("encoding", "signature"),
    [
        (Encoding.HEX, lambda digest: digest.hex()),
        (Encoding.UPPER_HEX, lambda digest: digest.hex().upper()),
        (Encoding.BASE64, lambda digest: b64encode(digest).decode()),
        (Encoding.BASE64URL, lambda digest: urlsafe_b64encode(digest).decode()),
        (Encoding.BASE64URL, lambda digest: urlsafe_b64encode(digest).decode().rstrip("=")),
    ],
)
def test_every_hash_and_every_encoding(
    algorithm: Algorithm, encoding: Encoding, signature: Callable[[bytes], str]
) -> None:
    """As the standard library calculates them; base64url with and without padding."""
    template = Template(header="X-S", algorithm=algorithm, encoding=encoding)
    check = hmac_check(template, [FIRST], check="hmac")
    for body in (b"", BODY, bytes(range(256)) * 20):
        given = signature(hmac.new(FIRST, body, algorithm.value).digest())
        assert verdict(check, request(body, {"x-s": given})) == Proof("hmac", "hmac", 0)
        assert isinstance(verdict(check, request(body, {"x-s": given[:-3]})), str)
        assert isinstance(verdict(check, request(body, {"x-s": given.swapcase()})), str)


def test_a_secret_of_any_bytes_works() -> None:
    """Neither its length nor its letters matter."""
    for secret in (b"\x00", "пароль".encode(), b"\xff" * 1000, b" "):
        check = hmac_check(TRTC, [secret], check="trtc")
        assert verdict(check, sent(sign_by(TRTC, BODY, secret, NOW))) == Proof("trtc", "trtc", 0)


@pytest.mark.parametrize("matching", [(), (0,), (2,), (0, 1, 2)])
def test_every_key_is_tried_on_every_signature_of_its_version(matching: tuple[int, ...]) -> None:
    """Whichever matches, so that the time it takes tells nothing; and on no other version's."""
    tried: list[tuple[int, Sequence[bytes]]] = []

    def key(position: int) -> Key:
        def matches(message: bytes, given: Sequence[bytes]) -> bool:
            assert message == BODY
            tried.append((position, given))
            return position in matching

        return Key(position, b"v%d=" % position, matches)

    check = signature_check(
        Template(header="X-S", separator=","), [key(n) for n in range(3)], check="x"
    )
    seen = request(BODY, {"X-S": "v0=a,v2=b,v0=c,v3=d"})
    assert isinstance(verdict(check, seen), Proof) == bool(matching)
    assert tried == [(0, [b"a", b"c"]), (1, []), (2, [b"b"])]


@pytest.mark.parametrize("name", ["a.1", "", "a b", "é", "a" * 129, "a\n", "a/b"])
def test_an_id_that_could_be_read_in_two_ways_is_refused(name: str) -> None:
    """Even signed."""
    template = Template(header="X-S", signed="{id}.{body}", id="X-Id")
    check = hmac_check(template, [FIRST], check="hmac")
    signature = hmac.new(FIRST, f"{name}.".encode() + BODY, "sha256").hexdigest()
    assert isinstance(verdict(check, request(BODY, {"X-S": signature, "X-Id": name})), str)


@pytest.mark.parametrize(
    ("template", "mistake"),
    [
        (Template("X", signed="{timestamp}.{body}"), "{timestamp} in what is signed and the key"),
        (Template("X", timestamp=Timestamp("T")), "{timestamp} in what is signed and the key"),
        (Template("X", signed="{id}.{body}"), "{id} in what is signed and the key id need"),
        (Template("X", id="I"), "{id} in what is signed and the key id need"),
        (Template("X", signed="{header:A}"), "must contain {body}"),
        (Template("X", separator=",", prefix="v1,"), "the separator divides the prefix"),
        (
            Template("X", signed="{timestamp}{body}", timestamp=Timestamp(prefix="t=")),
            "a timestamp with a prefix needs the separator",
        ),
        (
            Template("X", signed="{timestamp}{body}", timestamp=Timestamp("T", "t=")),
            "a timestamp has either a header or a prefix",
        ),
        (
            Template("X", signed="{timestamp}{body}", timestamp=Timestamp()),
            "a timestamp has either a header or a prefix",
        ),
    ],
)
def test_a_template_that_could_not_be_relied_on_is_a_mistake(
    template: Template, mistake: str
) -> None:
    """When the check is made, not when it is used."""
    with pytest.raises(ValueError, match=mistake.replace("{", r"\{")):
        hmac_check(template, [FIRST], check="hmac")


def test_a_header_counts_in_any_case_of_letters_and_only_once() -> None:
    """As HTTP has it."""
    check = hmac_check(GITHUB, [FIRST], check="github")
    value = sign_by(GITHUB, BODY, FIRST, NOW).headers["X-Hub-Signature-256"]

    def seen(headers: Mapping[str, str]) -> Proof | str:
        return verdict(check, request(BODY, headers))

    assert seen({"x-hub-signature-256": value}) == Proof("github", "github", 0)
    twice = {"x-hub-signature-256": value, "X-Hub-Signature-256": value}
    assert seen(twice) == "the header x-hub-signature-256 stands there more than once"
    assert seen({"X-Hub-Signature": value}) == "there is no header x-hub-signature-256"


def test_a_reserialized_body_is_refused() -> None:
    """The bytes count, not what they mean."""
    check = hmac_check(GITHUB, [FIRST], check="github")
    headers = sign_by(GITHUB, BODY, FIRST, NOW).headers
    with pytest.raises(Refused):
        check(request(b'{"a":1}', headers))
