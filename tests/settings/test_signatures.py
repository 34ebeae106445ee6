"""The options of the signature checks: what could not be relied on is a mistake with its place."""

import pytest

from gateway.settings import SettingsError, Surroundings, parse

ENVIRON = {
    "TEXT": "0123456789abcdef",
    "SPOILT": "0123 456",
    "SIGNING": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "PUBLIC": "whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g=",
    "PRIVATE": "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
}


def mistakes(check: str) -> list[str]:
    """The paths below the check, and messages, of what is wrong with one check."""
    text = f"sources: {{a: {{provider: any, verify: [{{{check}}}]}}}}"
    try:
        parse(text, "gateway.yaml", Surroundings(ENVIRON))
    except SettingsError as error:
        return [
            f"{mistake.path.removeprefix('sources.a.verify[0].')}: {mistake.message}"
            for mistake in error.mistakes
        ]
    return []


@pytest.mark.parametrize(
    "check",
    [
        "hmac: {secrets: [env:TEXT], header: X-S}",
        "hmac: {secrets: [env:TEXT], header: X-S, key: hex, algorithm: sha384, encoding: base64}",
        "hmac: {secrets: [env:TEXT], header: X-S, key: base64, prefix: 'v1=', separator: ','}",
        (
            "hmac: {secrets: [env:TEXT], header: X-S, separator: ',', prefix: 'v1=', "
            "signed: '{timestamp}.{body}', timestamp: {prefix: t=, unit: ms, tolerance: 1m}}"
        ),
        (
            "hmac: {secrets: [env:TEXT], header: X-S, signed: '{id}.{timestamp}.{body}', "
            "timestamp: {header: X-T}, id: X-Id}"
        ),
        "hmac: {secrets: [env:TEXT], header: X-S, signed: 'POST {query:n} {header:H} {body}'}",
        "standard_webhooks: {secrets: [env:SIGNING, env:PUBLIC, env:TEXT], brand: svix-}",
        "github: {secrets: [env:TEXT, env:SPOILT]}",
        "gitlab: {secrets: [env:TEXT]}",
        "slack: {secrets: [env:TEXT], tolerance: 1m}",
        "stripe: {secrets: [env:SIGNING], tolerance: 1m}",
        "trtc: {secrets: [env:TEXT]}",
        "css: {secrets: [env:TEXT], tolerance: 1m}",
        "im: {secrets: [env:TEXT], tolerance: 1m}",
    ],
)
def test_what_can_be_relied_on_is_accepted(check: str) -> None:
    """Every option of every scheme."""
    assert mistakes(check) == []


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (
            (
                "hmac: {secrets: [env:TEXT], header: X-S, signed: '{timestamp}', "
                "timestamp: {header: T}}"
            ),
            "hmac.signed: must contain {body}, and once: the signature would not bind the body",
        ),
        (
            "hmac: {secrets: [env:TEXT], header: X-S, signed: '{id}{body}', id: X-Id}",
            "hmac.signed: text must divide {id} from what stands beside it",
        ),
        (
            "hmac: {secrets: [env:TEXT], header: X-S, timestamp: {header: X-T}}",
            "hmac: {timestamp} in what is signed and the key timestamp need each other",
        ),
        (
            "hmac: {secrets: [env:TEXT], header: X-S, signed: '{id}.{body}'}",
            "hmac: {id} in what is signed and the key id need each other",
        ),
        (
            "hmac: {secrets: [env:TEXT, env:SPOILT], header: X-S, key: hex}",
            "hmac: env:SPOILT is not hex",
        ),
        (
            "hmac: {secrets: [env:SPOILT], header: X-S, key: base64}",
            "hmac: env:SPOILT is not base64",
        ),
        (
            "hmac: {secrets: [env:TEXT], header: X-S, algorithm: md5}",
            "hmac.algorithm: must be 'sha1', 'sha256', 'sha384' or 'sha512'",
        ),
        ("hmac: {secrets: [env:TEXT]}", "hmac.header: is required"),
        (
            "standard_webhooks: {secrets: [env:SIGNING, env:SPOILT]}",
            "standard_webhooks.secrets[1]: env:SPOILT is not base64",
        ),
        (
            "standard_webhooks: {secrets: [env:PRIVATE]}",
            "standard_webhooks.secrets[0]: env:PRIVATE is the sender's private key: give whpk_…",
        ),
        (
            "gitlab: {secrets: [env:SIGNING]}",
            (
                "gitlab.secrets[0]: env:SIGNING is a signing token, with which GitLab signs as "
                "standard_webhooks"
            ),
        ),
        ("slack: {secrets: [env:TEXT], tolerance: 0s}", "slack.tolerance: must be longer than 0"),
        ("stripe: {secrets: []}", "stripe.secrets: must not be empty"),
    ],
)
def test_what_could_not_be_relied_on_is_a_mistake(check: str, expected: str) -> None:
    """With the place, in words that do not have the secret."""
    assert mistakes(check) == [expected]
