"""Settings → the stage that has a source's events confirmed by the vendor."""

from gateway.confirm.answer import Reading
from gateway.confirm.client import Client
from gateway.confirm.q_sign import Credentials
from gateway.confirm.query import Places
from gateway.confirm.stage import Bounds, Stage, Unavailable
from gateway.settings.checks.vendor import Confirm


def build_stage(options: Confirm, reading: Reading) -> Stage:
    """The stage, with a client of its own; nothing is connected before it is asked."""
    token = options.security_token
    credentials = Credentials(
        secret_id=options.secret_id.value.decode("latin-1"),
        secret_key=options.secret_key.value,
        token=token.value.decode("latin-1") if token else "",
    )
    return Stage(
        Client(credentials, limit=options.concurrency).ask,
        reading,
        places=Places(options.buckets, options.endpoint),
        bounds=Bounds(options.timeout, options.remember),
        unavailable=Unavailable(options.unavailable),
    )
