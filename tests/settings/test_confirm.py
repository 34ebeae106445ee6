"""`user_data` and `confirm`: what they take, and where."""

from pathlib import Path

import pytest

from gateway.settings import SettingsError, Surroundings, parse
from gateway.settings.checks.vendor import Confirm

ENVIRON = {"T": "t" * 20, "ID": "AKID1", "KEY": "k" * 32, "BAD": "a\nb"}
REST = "secret_id: env:ID, secret_key: env:KEY"
ONE = "buckets: {test-1250000000: ap-chongqing}"


def mistakes(verify: str, provider: str = "tencent-ci") -> list[str]:
    """The mistakes in a source with these checks beside a token."""
    checks = f"[{{token: {{secrets: [env:T]}}}}, {verify}]"
    text = f"sources: {{a: {{provider: {provider}, verify: {checks}}}}}"
    try:
        parse(text, "g", Surroundings(ENVIRON, Path(), None))
    except SettingsError as error:
        return [f"{mistake.path}: {mistake.message}" for mistake in error.mistakes]
    return []


def confirm(options: str) -> list[str]:
    """The mistakes in the options of `confirm`."""
    return mistakes(f"{{confirm: {{{options}}}}}")


@pytest.mark.parametrize(
    "options",
    [
        f"{REST}, {ONE}",
        f"{REST}, {ONE}, security_token: env:T, unavailable: accept, timeout: 4s, remember: 0",
        f'{REST}, {ONE}, endpoint: "https://{{bucket}}.ci.{{region}}.tencentcos.cn"',
        f'{REST}, {ONE}, endpoint: "https://ci.internal:8443"',
        f'{REST}, {ONE}, endpoint: "http://127.0.0.1:8080"',
    ],
)
def test_it_takes(options: str) -> None:
    """What is documented."""
    assert confirm(options) == []


@pytest.mark.parametrize(
    "options",
    [
        REST,
        f"{REST}, buckets: {{}}",
        f"{ONE}, secret_id: env:ID",
        f"{ONE}, secret_id: literal, secret_key: env:KEY",
        f"{ONE}, secret_id: env:ID, secret_key: env:BAD",
        f"{REST}, {ONE}, security_token: env:BAD",
        f"{REST}, {ONE}, unavailable: refuse",
        f"{REST}, {ONE}, timeout: 5s",
        f"{REST}, {ONE}, timeout: 0s",
        f"{REST}, {ONE}, concurrency: 0",
        f"{REST}, {ONE}, remember: -1",
        f"{REST}, {ONE}, nonsense: 1",
        f"{REST}, buckets: {{evil.example: ap-chongqing}}",
        f"{REST}, buckets: {{test-1250000000: ap.chongqing}}",
        f'{REST}, buckets: {{test-1250000000: "ap-x/y"}}',
        f'{REST}, {ONE}, endpoint: "http://{{bucket}}.ci.{{region}}.myqcloud.com"',
        f'{REST}, {ONE}, endpoint: "https://ci.internal/path"',
        f'{REST}, {ONE}, endpoint: "https://user@ci.internal"',
        f'{REST}, {ONE}, endpoint: "https://{{bucket.x}}"',
        f'{REST}, {ONE}, endpoint: "https://{{key}}"',
        f'{REST}, {ONE}, endpoint: "ftp://ci.internal"',
        f'{REST}, {ONE}, endpoint: "http://127.0.0.1.evil.example"',
    ],
)
def test_it_takes_nothing_else(options: str) -> None:
    """Above all no address that a secret should not go to."""
    found = confirm(options)
    assert len(found) == 1, found
    assert found[0].startswith("sources.a.verify[1].confirm")


def test_only_its_vendor_can_be_asked_and_once() -> None:
    """And it is no alternative to another check."""
    one = f"{{confirm: {{{REST}, {ONE}}}}}"
    assert mistakes(f"{one}, {one}") == ["sources.a.verify[2]: confirm stands here twice"]
    assert mistakes(one, provider="generic") == [
        "sources.a.verify[1].confirm: only tencent-ci can be asked about its callbacks"
    ]
    assert [each.partition(":")[0] for each in mistakes(f"{{any: [{one}]}}")] == [
        "sources.a.verify[1].any[0].confirm"
    ]


def test_it_proves_no_sender() -> None:
    """What CI confirms may have been sent by anyone, so an envelope check is needed beside it."""
    text = f"sources: {{a: {{provider: tencent-ci, verify: [{{confirm: {{{REST}, {ONE}}}}}]}}}}"
    with pytest.raises(SettingsError, match="proves no sender"):
        parse(text, "g", Surroundings(ENVIRON, Path(), None))


def test_signed_user_data_takes_several_secrets() -> None:
    """So that they rotate; one at least."""
    assert mistakes("{user_data: {secrets: [env:T, env:KEY]}}") == []
    assert mistakes("{user_data: {secrets: []}}") != []
    assert mistakes("{any: [{user_data: {secrets: [env:T]}}, {buckets: [b-1]}]}") == []


def test_no_secret_is_shown() -> None:
    """Nor anything that was given in place of one."""
    world = Surroundings(ENVIRON, Path(), None)
    given = {"secret_id": "env:ID", "secret_key": "env:KEY", "buckets": {"b-1": "ap-x"}}
    shown = repr(Confirm.model_validate(given, context=world))
    assert "AKID1" not in shown
    assert "kkk" not in shown
    assert "a-literal" not in "".join(confirm(f"{ONE}, secret_id: a-literal"))
