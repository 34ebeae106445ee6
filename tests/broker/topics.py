"""A cluster's topics and the rights to them, seen and changed as an administrator does."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ConfigResource,
    ConfigResourceType,
    NewTopic,
    ResourcePattern,
    ResourceType,
)
from kafka.errors import InvalidReplicationFactorError, KafkaError, UnknownBrokerIdError

from tests.broker.waiting import until


@dataclass(frozen=True, slots=True)
class Partition:
    """Where a partition is: numbers of nodes."""

    leader: int
    in_sync: frozenset[int]


def create(
    bootstrap: str,
    name: str,
    *,
    partitions: int = 1,
    replicas: int = 1,
    configuration: Mapping[str, str] | None = None,
) -> None:
    """Creates a topic, as soon as its nodes are there, and returns once it can be written to."""
    topic = NewTopic(name, partitions, replicas, topic_configs=configuration)

    def is_created() -> bool:
        with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
            try:
                admin.create_topics([topic])
            except (InvalidReplicationFactorError, UnknownBrokerIdError):
                return False  # a node is starting, or its session has lapsed
            admin.wait_for_topics([name])
        return True

    until(is_created)


def configure(bootstrap: str, name: str, configuration: Mapping[str, str]) -> None:
    """Changes the configuration of a topic."""
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configuration)])


def widen(bootstrap: str, name: str, partitions: int) -> None:
    """Gives a topic more partitions."""
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        admin.create_partitions({name: partitions})
        until(lambda: len(_partitions(admin, name)) == partitions)


def delete(bootstrap: str, name: str) -> None:
    """Deletes a topic and returns once clients no longer see it."""
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        admin.delete_topics([name])
        until(lambda: name not in admin.list_topics())


def partitions(bootstrap: str, name: str) -> dict[int, Partition]:
    """Each partition of a topic; a node that has just gone is not waited for."""
    found: dict[int, Partition] = {}

    def is_told() -> bool:
        with (
            suppress(KafkaError),
            KafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=1000) as admin,
        ):
            found.update(_partitions(admin, name))
        return bool(found)

    until(is_told)
    return found


@contextmanager
def denied(bootstrap: str, user: str, topic: str, operation: ACLOperation) -> Iterator[None]:
    """Inside the block, or until `allow`, the user may do everything to the topic but this."""
    pattern = ResourcePattern(ResourceType.TOPIC, topic)
    rules = (
        (f"User:{user}", "*", operation, ACLPermissionType.DENY, pattern),
        (f"User:{user}", "*", ACLOperation.ALL, ACLPermissionType.ALLOW, pattern),
    )
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        admin.create_acls([ACL(*rule) for rule in rules])
    try:
        yield
    finally:
        allow(bootstrap, topic)


def allow(bootstrap: str, topic: str) -> None:
    """Everybody may do everything to the topic."""
    pattern = ResourcePattern(ResourceType.TOPIC, topic)
    everything = ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, pattern)
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        admin.delete_acls([everything])


def _partitions(admin: KafkaAdminClient, name: str) -> dict[int, Partition]:
    (topic,) = admin.describe_topics([name])
    return {
        part["partition_index"]: Partition(part["leader_id"], frozenset(part["isr_nodes"]))
        for part in topic["partitions"]
    }
