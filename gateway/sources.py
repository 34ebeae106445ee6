"""Settings → the sources a receiver runs: each with its checks and its provider's functions."""

from collections.abc import Iterable
from functools import cache

from gateway import schemas
from gateway.catalogue import catalogue
from gateway.core.contract import Contract
from gateway.core.origin import ContentCheck, EnvelopeCheck, buckets_check, token_check
from gateway.core.pipeline import Source
from gateway.core.provider import Normalize, Provider
from gateway.core.redact import Redact, redaction
from gateway.providers import providers
from gateway.settings import Settings
from gateway.settings.checks import Buckets, Check, Token
from gateway.settings.values import PERSONAL


def build_sources(settings: Settings) -> dict[str, Source]:
    """Every configured source, ready to run."""
    return {name: _source(name, settings) for name in settings.sources}


def known_tags() -> dict[str, str]:
    """The Tags that have a schema of their own, by their lower case: a closed set for labels."""
    return {schema.tag.lower(): schema.tag for schema in catalogue() if schema.tag}


def _source(name: str, settings: Settings) -> Source:
    section = settings.sources[name]
    provider = providers()[section.provider]
    contract, normalize = _compiled(section.provider)
    checks = [item.check for item in section.verify]
    return Source(
        name=name,
        provider=section.provider,
        envelope=[made for check in checks for made in _envelope(check)],
        content=[made for check in checks for made in _content(check)],
        decode=provider.decode,
        is_probe=provider.is_probe,
        normalize=normalize,
        contract=contract,
        redact=_redact(section.redact, provider),
    )


def _redact(names: Iterable[str], provider: Provider) -> Redact | None:
    given = set(names)
    if PERSONAL in given:
        given = given - {PERSONAL} | provider.personal
    return redaction(given, root=provider.root) if given else None


@cache
def _compiled(provider: str) -> tuple[Contract, Normalize]:
    contract = Contract(schemas.documents(provider))
    return contract, providers()[provider].compile(contract)


def _envelope(check: Check) -> Iterable[EnvelopeCheck]:
    if isinstance(check, Token):
        yield token_check([secret.value for secret in check.secrets])


def _content(check: Check) -> Iterable[ContentCheck]:
    if isinstance(check, Buckets):
        yield buckets_check(check.root)
