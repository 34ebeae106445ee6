"""A published schema only widens: the schemas of today against the record of what was published."""

import copy
from collections.abc import Callable

import pytest

from gateway.core.plans import Schema
from tests.schemas.accept import current, essential, providers, recorded
from tests.schemas.narrowing import narrowed

each_provider = pytest.mark.parametrize("provider", providers())
JOB = "urn:callback-gateway:tencent-ci:job:v1"
COMMON = "urn:callback-gateway:tencent-ci:common:v1"
TRANSCODE = "urn:callback-gateway:tencent-ci:job.transcode:v1"


@each_provider
def test_no_published_schema_became_narrower(provider: str) -> None:
    """What must become narrower is a new version: `schemas/<provider>/v2`, beside v1."""
    assert narrowed(recorded(provider), current(provider)) == []


@each_provider
def test_every_widening_is_recorded(provider: str) -> None:
    """So that it cannot be taken back. To record it: python -m tests.schemas.accept"""
    expected = [essential(schema) for schema in current(provider)]
    assert recorded(provider) == expected, "to record: python -m tests.schemas.accept"


def drop_property(schemas: dict[str, Schema]) -> None:
    """A field of every job goes."""
    del schemas[JOB]["properties"]["bucket"]


def drop_shared_property(schemas: dict[str, Schema]) -> None:
    """A field of a part goes that many schemas refer to."""
    del schemas[COMMON]["$defs"]["media_format"]["properties"]["Duration"]


def change_type(schemas: dict[str, Schema]) -> None:
    """A number of every job becomes text."""
    schemas[JOB]["properties"]["job"]["properties"]["run_seconds"] = {"type": "string"}


def require(schemas: dict[str, Schema]) -> None:
    """What could be absent must be there."""
    schemas[JOB]["required"].append("bucket")


def tighten(schemas: dict[str, Schema]) -> None:
    """Job ids become shorter."""
    schemas[JOB]["properties"]["job"]["properties"]["id"]["maxLength"] = 64


def close(schemas: dict[str, Schema]) -> None:
    """Fields that the schema does not name are forbidden."""
    schemas[TRANSCODE]["properties"]["detail"]["properties"]["Transcode"] = {
        "type": "object",
        "additionalProperties": False,
    }


def rename(schemas: dict[str, Schema]) -> None:
    """A schema gets another `$id`."""
    schemas[TRANSCODE]["$id"] = "urn:callback-gateway:tencent-ci:job.transcoding:v1"


@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        (drop_property, f"{TRANSCODE} data.bucket: is gone"),
        (drop_shared_property, f"{TRANSCODE} data.detail.MediaInfo.Format.Duration: is gone"),
        (change_type, f"{JOB} data.job.run_seconds: type number became string"),
        (require, f"{TRANSCODE} data.bucket: is required now"),
        (tighten, f"{JOB} data.job.id: maxLength 256 became 64"),
        (close, f"{TRANSCODE} data.detail.Transcode.*: not None became {{}}"),
        (rename, f"{TRANSCODE} is gone: its $id changed, or its file was removed"),
    ],
)
def test_a_seeded_narrowing_of_the_real_schemas_is_noticed(
    seed: Callable[[dict[str, Schema]], None], expected: str
) -> None:
    published = current("tencent-ci")
    changed = {schema["$id"]: copy.deepcopy(schema) for schema in published}
    seed(changed)
    assert expected in narrowed(published, changed.values())


def test_a_new_field_and_a_new_schema_are_welcome() -> None:
    published = current("tencent-ci")
    changed = copy.deepcopy(published)
    changed[-1]["properties"]["more"] = {"type": "string"}
    assert narrowed(published, [*changed, {"$id": "urn:new"}]) == []
