"""Settings → the sources a receiver runs: each with its checks and its provider's functions."""

from collections.abc import Iterable
from functools import cache
from math import inf

from gateway import schemas
from gateway.confirm.answer import Reading
from gateway.confirming import build_stage
from gateway.core.contract import Contract
from gateway.core.origin import ContentCheck, EnvelopeCheck, any_of
from gateway.core.pipeline import Source
from gateway.core.provider import Normalize, Provider
from gateway.core.redact import Redact, redaction
from gateway.providers import providers
from gateway.settings import Settings
from gateway.settings.checks import Token, Verification, of_content, of_envelope
from gateway.settings.values import PERSONAL


def build_sources(settings: Settings) -> dict[str, Source]:
    """Every configured source, ready to run."""
    return {name: _source(name, settings) for name in settings.sources}


def _source(name: str, settings: Settings) -> Source:
    section = settings.sources[name]
    provider = providers()[section.provider]
    contract, normalize = compiled(section.provider)
    redact = _redact(section.redact, provider)
    confirm = next((item.confirm for item in section.verify if item.confirm is not None), None)
    members = [options for item in section.verify for options in item.members]
    tokens = [options for options in members if isinstance(options, Token)]
    return Source(
        name=name,
        provider=section.provider,
        envelope=[check for item in section.verify for check in _envelope(item)],
        content=[check for item in section.verify for check in _content(item)],
        decode=provider.decode,
        is_probe=provider.is_probe,
        normalize=normalize,
        contract=contract,
        redact=redact,
        encode=provider.encode,
        options=provider.options,
        per_minute=section.rate_limit.per_second * 60 if section.rate_limit else inf,
        url_secrets=_longest_first(
            secret.value for token in tokens if not token.header for secret in token.secrets
        ),
        secret_headers=frozenset(token.header.lower().encode() for token in tokens if token.header),
        confirm=build_stage(confirm, Reading(normalize, redact)) if confirm else None,
    )


def _longest_first(secrets: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(sorted(set(secrets), key=lambda secret: (-len(secret), secret)))


def _redact(names: Iterable[str], provider: Provider) -> Redact | None:
    given = set(names)
    if PERSONAL in given:
        given = given - {PERSONAL} | provider.personal
    return redaction(given, root=provider.root) if given else None


@cache
def compiled(provider: str) -> tuple[Contract, Normalize]:
    """What a provider's schemas and its normalizer come to: once for all of its sources."""
    contract = Contract(schemas.documents(provider))
    return contract, providers()[provider].compile(contract)


def _envelope(item: Verification) -> Iterable[EnvelopeCheck]:
    checks = [options.check() for options in item.members if of_envelope(options)]
    return [any_of(checks)] if checks else []


def _content(item: Verification) -> Iterable[ContentCheck]:
    checks = [options.check() for options in item.members if of_content(options)]
    return [any_of(checks)] if checks else []
