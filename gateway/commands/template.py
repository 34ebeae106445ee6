"""Answers to a few questions → the text of a commented `gateway.yaml`."""

import json
from collections.abc import Iterator
from typing import Final, NamedTuple


class Answers(NamedTuple):
    """What is to be received, from whom, and where it goes."""

    provider: str
    source: str
    check: str
    secret: str
    """`env:NAME` or `file:PATH`."""
    buckets: tuple[str, ...]
    """None where any may be named."""
    brokers: tuple[str, ...]
    """Of Kafka; none where the journal is all."""
    topic: str
    listen: str
    admin: str


CHECKS: Final[dict[str, tuple[str, ...]]] = {
    "tencent-ci": ("token",),
    "jenkins": ("token",),
    "github": ("github",),
    "gitlab": ("gitlab",),
    "standard-webhooks": ("standard_webhooks",),
}
"""Provider → the checks that such a sender can pass; the first is the usual one."""
ANY_CHECK: Final = ("token", "bearer", "standard_webhooks", "github", "slack", "stripe")
"""Those of any other sender."""
WITH_BUCKETS: Final = ("tencent-ci",)
"""Providers whose callbacks name buckets."""

_TEXT: Final = """\
# Written by `gateway init`. Every key there is, with its default: `gateway config schema`, and
# deploy/gateway.yaml of the project. After a change: `gateway check`, then restart or send SIGHUP.

server:
  listen: {listen}  # for the senders; TLS belongs before it, or into server.tls
admin:
  listen: {admin}  # health, metrics and the API: for operators, never for the world

journal:
  path: var/journal.db  # relative to the folder of this file
  max_size: 8GiB  # a full journal answers 503 until there is room
  retention: 7d  # older events are deleted once every route is past them

sources:
  {source}:  # callbacks to {path}
    provider: {provider}
    verify:  # all must pass
      - {check}: {{secrets: [{secret}]}}  # several may be live at once, so that they rotate
{more}    #expect_every: 1h  # a longer silence is shown and alerted
"""
_BUCKETS: Final = "      - buckets: {}  # the only ones that callbacks may name\n"
_NO_BUCKETS: Final = '      #- buckets: ["examplebucket-1250000000"]  # bounds what may be said\n'
_KAFKA: Final = """
kafka:
  bootstrap_servers: {brokers}
  #security_protocol: SASL_SSL  # with sasl_mechanism, sasl_plain_username, sasl_plain_password

routes:
  - topic: {topic}  # must exist; `match` chooses events, every event if absent
    #match: {{outcome: [failure, canceled]}}

dead_letter:
  topic: {dead}  # must exist; takes what a topic refuses
"""
_NO_KAFKA: Final = """
# Without kafka the journal is all: `gateway events list`, `show` and `tail` read it.
#kafka: {bootstrap_servers: ["localhost:9092"]}
#routes:
#  - topic: callbacks
"""


def text(answers: Answers) -> str:
    """The whole file."""
    return _TEXT.format(
        listen=json.dumps(answers.listen),
        admin=json.dumps(answers.admin),
        source=answers.source,
        path=path(answers, "<secret>"),
        provider=answers.provider,
        check=answers.check,
        secret=json.dumps(answers.secret),
        more="".join(_buckets(answers)),
    ) + (_kafka(answers) if answers.brokers else _NO_KAFKA)


def path(answers: Answers, secret: str) -> str:
    """Where callbacks are posted to; the secret is part of it where the check is `token`."""
    ending = f"/{secret}" if answers.check == "token" else ""
    return f"/callbacks/{answers.source}{ending}"


def topics(answers: Answers) -> tuple[str, ...]:
    """The topics that must exist."""
    return (answers.topic, f"{answers.topic}.dead-letter") if answers.brokers else ()


def _buckets(answers: Answers) -> Iterator[str]:
    if answers.buckets:
        yield _BUCKETS.format(json.dumps(answers.buckets))
    elif answers.provider in WITH_BUCKETS:
        yield _NO_BUCKETS


def _kafka(answers: Answers) -> str:
    topic, dead = topics(answers)
    brokers = json.dumps(answers.brokers)
    return _KAFKA.format(brokers=brokers, topic=json.dumps(topic), dead=json.dumps(dead))
