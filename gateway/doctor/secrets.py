"""The secrets of a configuration → whether they are there and how long; never what they are."""

from collections.abc import Iterator

from gateway.doctor.finding import Finding, ok, warn
from gateway.settings import Settings
from gateway.settings.advice import secrets_in
from gateway.settings.document import spell
from gateway.settings.secret import SHORT


def secrets(settings: Settings) -> Iterator[Finding]:
    """One finding for each; those that are missing keep a configuration from being loaded."""
    for path, secret in secrets_in(settings, ()):
        found = f"{secret.reference}: {len(secret.value)} bytes"
        if len(secret.value) < SHORT and path[0] != "kafka":
            advice = f"take at least {SHORT} random bytes: it could be guessed"
            yield warn(spell(path), found, advice)
        else:
            yield ok(spell(path), found)
