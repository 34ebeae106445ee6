"""A configuration with `confirm`, and a callback for it."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import structs

from gateway.core.model import Callback
from gateway.core.pipeline import Source
from gateway.providers import providers
from gateway.settings import Settings, Surroundings, parse
from gateway.sources import build_sources
from gateway.user_data import sign_user_data
from tests import sources
from tests.confirm.ci import SECRET_ID, SECRET_KEY, TOKEN
from tests.core.test_user_data import carrying

_CONFIGURATION: Final = """
journal:
  path: {journal}
sources:
  media:
    provider: tencent-ci
    verify:
      - token: {{secrets: ["env:TOKEN"]}}
      - user_data: {{secrets: ["env:USER_DATA"]}}
      - confirm:
          secret_id: env:SECRET_ID
          secret_key: env:SECRET_KEY
          security_token: env:SECURITY_TOKEN
          buckets: {{test-123456789: ap-chongqing}}
          endpoint: "{origin}"
          timeout: 1s
"""
_ENVIRON: Final = {
    "TOKEN": sources.SECRET.decode(),
    "USER_DATA": "3f6c2a4d9be64c0f8b7a52e6d0c1f9a8",
    "SECRET_ID": SECRET_ID,
    "SECRET_KEY": SECRET_KEY.decode(),
    "SECURITY_TOKEN": TOKEN,
}


def settings(origin: str, journal: Path = Path("journal.db")) -> Settings:
    """That configuration, with a CI at `origin`."""
    world = Surroundings(_ENVIRON, Path(), providers())
    text = _CONFIGURATION.format(origin=origin, journal=journal)
    return parse(text, "gateway.yaml", world)


def configured(origin: str) -> Source:
    """The source of that configuration."""
    return build_sources(settings(origin))["media"]


def received(made: object) -> Callback:
    """A callback as it is received now."""
    now = datetime.now(UTC)
    return structs.replace(
        sources.callback(sources.as_json(made)), received_at=now.isoformat(), time=now.timestamp()
    )


def document() -> dict[str, dict[str, object]]:
    """A job whose submitter has signed its user data."""
    expires = int(time.time()) + 60
    secret = _ENVIRON["USER_DATA"].encode()
    made = carrying(sign_user_data("order-42", secret=secret, expires=expires))
    made["JobsDetail"]["Input"] = {"BucketId": "test-123456789", "Object": "a.mp4"}
    return made
