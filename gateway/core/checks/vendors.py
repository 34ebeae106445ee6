"""The templates of vendors that sign with an HMAC, each with the page that says so."""

from dataclasses import replace
from typing import Final

from gateway.core.checks.template import Encoding, Template, Timestamp

# https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
# Nothing in it tells the time or the delivery: X-GitHub-Delivery is not signed.
GITHUB: Final = Template(header="X-Hub-Signature-256", prefix="sha256=")

# https://api.slack.com/authentication/verifying-requests-from-slack
SLACK: Final = Template(
    header="X-Slack-Signature",
    prefix="v0=",
    signed="v0:{timestamp}:{body}",
    timestamp=Timestamp(header="X-Slack-Request-Timestamp"),
)

# https://docs.stripe.com/webhooks/signature: all but t and v1 is to be ignored.
STRIPE: Final = Template(
    header="Stripe-Signature",
    prefix="v1=",
    separator=",",
    signed="{timestamp}.{body}",
    timestamp=Timestamp(prefix="t="),
)

# https://cloud.tencent.com/document/product/647/90450
TRTC: Final = Template(header="Sign", encoding=Encoding.BASE64)

# https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
STANDARD_WEBHOOKS: Final = Template(
    header="webhook-signature",
    prefix="v1,",
    separator=" ",
    encoding=Encoding.BASE64,
    signed="{id}.{timestamp}.{body}",
    timestamp=Timestamp(header="webhook-timestamp"),
    id="webhook-id",
)

ED25519_WEBHOOKS: Final = replace(STANDARD_WEBHOOKS, prefix="v1a,")
"""The other kind of its signatures; algorithm and encoding mean nothing for them."""


def branded(template: Template, brand: str) -> Template:
    """A template of Standard Webhooks whose three headers begin with `brand`, such as `svix-`."""
    time = Timestamp(header=f"{brand}timestamp")
    return replace(template, header=f"{brand}signature", id=f"{brand}id", timestamp=time)


def within(template: Template, tolerance: float) -> Template:
    """The template with another tolerance of its timestamp, in seconds."""
    if template.timestamp is None:
        return template
    return replace(template, timestamp=replace(template.timestamp, tolerance=tolerance))
