"""The check `gitlab`: the secret token of a webhook, as GitLab sends it (it signs nothing with it).

https://docs.gitlab.com/user/project/integrations/webhooks/ : a webhook with a signing token
(`whsec_…`) is signed by Standard Webhooks instead.
"""

from collections.abc import Sequence
from typing import Final

from gateway.core.checks.comparison import live, matching
from gateway.core.checks.plain import plain_header
from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof
from gateway.core.origin import EnvelopeCheck

HEADER: Final = "X-Gitlab-Token"


def gitlab_check(secrets: Sequence[bytes]) -> EnvelopeCheck:
    """`X-Gitlab-Token` is one of `secrets`."""
    known, name = live(secrets), HEADER.lower().encode()

    def check(callback: Callback) -> Proof:
        position = matching(known, plain_header(callback, name, check="gitlab"))
        if position is None:
            raise Refused("gitlab", "the token is none of the live secrets")
        return Proof("gitlab", "gitlab", secret=position)

    return check
