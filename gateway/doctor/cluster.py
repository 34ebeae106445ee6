"""The Kafka cluster, as it tells of itself → findings: whether its topics keep what they take.

`acks=all` waits for the replicas that are in sync, and no fewer than `min.insync.replicas`: with
one replica, or a minimum of one, it means no more than one broker's word.
"""

import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from gateway.doctor.finding import Finding, fail, ok, warn
from gateway.settings import Settings

_REACHING: Final = (
    *(
        "bootstrap_servers",
        "client_id",
        "security_protocol",
        "sasl_mechanism",
        "request_timeout_ms",
    ),
    *("sasl_plain_username", "sasl_plain_password", "ssl_cafile", "ssl_certfile", "ssl_keyfile"),
    *("ssl_password", "ssl_check_hostname"),
)
_LEAST_IN_SYNC: Final = "min.insync.replicas"
_LARGEST: Final = "max.message.bytes"
_TIMEOUT_MS: Final = 5_000
_TRIES: Final = 3


class Topic(NamedTuple):
    """What is told of one topic, of the partition that is worst off."""

    replicas: int
    in_sync: int
    least_in_sync: int | None
    """`min.insync.replicas`; None where nobody may ask."""
    has_leaders: bool
    largest: int | None = None
    """`max.message.bytes`; None where nobody may ask."""


def cluster(settings: Settings) -> Iterator[Finding]:
    """Whether it answers, and each topic of the routes and the dead letters."""
    if settings.kafka is None:
        yield ok("kafka", "not configured: the journal is all")
        return
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what fails is told here, once
    names = {route.topic for route in settings.routes}
    names |= {settings.dead_letter.topic} if settings.dead_letter else set()
    options = settings.kafka.options()
    given = {name: options[name] for name in _REACHING if name in options}
    servers = ",".join(options["bootstrap_servers"])
    try:
        with KafkaAdminClient(bootstrap_timeout_ms=_TIMEOUT_MS, **given) as admin:
            found = _found(admin, sorted(names))
        yield ok("kafka", f"{servers} answers")
        for name, told in found.items():
            yield judged(name, told, servers)
            if told is not None and told.largest is not None:
                yield sized(name, told.largest, settings.kafka.max_request_size)
    except (KafkaError, OSError) as error:
        advice = "is it running, and are security_protocol, user and password right?"
        yield fail("kafka", f"{servers}: {error or type(error).__name__}", advice)


def judged(name: str, topic: Topic | None, servers: str) -> Finding:
    """A topic, or None where there is none."""
    what = f"topic {name}"
    if topic is None:
        create = f"kafka-topics.sh --bootstrap-server {servers} --create --topic {name}"
        return fail(what, "does not exist, or may not be described", create)
    replicas, least = topic.replicas, topic.least_in_sync
    found = f"{replicas} replica(s), {topic.in_sync} in sync, {_LEAST_IN_SYNC} {least or 'unknown'}"
    if not topic.has_leaders:
        return fail(what, f"{found}; a partition has no leader", "start the brokers that have it")
    if least is not None and topic.in_sync < least:
        return fail(what, found, "start the other brokers: it takes nothing with so few in sync")
    if replicas == 1:
        return warn(what, found, "acks=all is one broker's word: three replicas keep what it loses")
    if least is None:
        return warn(what, found, "allow the gateway's user to describe its configuration")
    if least == 1:
        return warn(what, found, f"acks=all may be one broker's word: {_LEAST_IN_SYNC}=2")
    if least >= replicas:
        return warn(what, found, "no broker may stop: more replicas, or a lower minimum")
    return ok(what, found)


def sized(name: str, largest: int, sent: int) -> Finding:
    """A topic that takes batches of up to `largest` bytes, of a gateway that sends up to `sent`."""
    what, found = f"topic {name}: {_LARGEST}", f"{largest}; kafka.max_request_size is {sent}"
    if largest < sent:
        advice = "what is larger goes to the dead letters: raise the one, or lower the other"
        return warn(what, found, advice)
    return ok(what, found)


def _found(admin: KafkaAdminClient, names: list[str]) -> dict[str, Topic | None]:
    """Each topic; asked again where a broker that has just gone was asked. Raises KafkaError."""
    for _ in range(_TRIES):
        with suppress(KafkaError):
            return _topics(admin, names)
    return _topics(admin, names)


def _topics(admin: KafkaAdminClient, names: list[str]) -> dict[str, Topic | None]:
    existing = set(admin.list_topics())
    return {name: _told(admin, name) if name in existing else None for name in names}


def _told(admin: KafkaAdminClient, name: str) -> Topic:
    (topic,) = admin.describe_topics([name])
    partitions: list[dict[str, Any]] = topic["partitions"]
    configured = _configured(admin, name)
    return Topic(
        replicas=min(len(part["replica_nodes"]) for part in partitions),
        in_sync=min(len(part["isr_nodes"]) for part in partitions),
        least_in_sync=configured.get(_LEAST_IN_SYNC),
        has_leaders=all(part["leader_id"] >= 0 for part in partitions),
        largest=configured.get(_LARGEST),
    )


def _configured(admin: KafkaAdminClient, name: str) -> dict[str, int]:
    """The two limits; nothing where they may not be asked for."""
    limits = dict.fromkeys((_LEAST_IN_SYNC, _LARGEST))
    wanted = ConfigResource(ConfigResourceType.TOPIC, name, limits)
    try:
        told = admin.describe_configs([wanted], config_filter="all")
    except KafkaError:
        return {}
    found = [resources.get(name, {}) for resources in told.values()]
    return {limit: int(each[limit]["value"]) for each in found for limit in limits if limit in each}
