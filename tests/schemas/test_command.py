"""`gateway schemas`, as it is typed."""

import json

from click.testing import CliRunner, Result

from gateway.catalogue import PublishedSchema, catalogue
from gateway.commands.schemas import schemas
from tests.schemas.test_resolve import keywords

TRANSCODE = "urn:callback-gateway:tencent-ci:job.transcode:v1"


def run(*arguments: str) -> Result:
    """What the command answers."""
    return CliRunner().invoke(schemas, arguments)


def test_every_schema_is_listed() -> None:
    """A line each: `$id`, Tag, file, title."""
    lines = run("list").output.splitlines()
    assert [line.split()[0] for line in lines] == [schema.identifier for schema in catalogue()]
    (line,) = (line for line in lines if line.startswith(TRANSCODE))
    assert line.split()[1] == "Transcode"
    assert "v1/job.transcode.json" in line
    assert "Transcoding" in line


def test_the_list_is_there_for_programs() -> None:
    """A JSON object a line; what a schema has not is absent."""
    rows = {row["id"]: row for row in map(json.loads, run("list", "--json").output.splitlines())}
    assert set(rows) == {schema.identifier for schema in catalogue()}
    assert rows[TRANSCODE].keys() == {"id", "tag", "title", "file"}
    assert rows[TRANSCODE]["tag"] == "Transcode"
    assert rows["urn:callback-gateway:tencent-ci:job:v1"].keys() == {"id", "title", "file"}


def test_a_schema_is_shown_by_id_name_and_tag() -> None:
    """A Tag in any case; always the document itself."""
    shown = [json.loads(run("show", name).output)
             for name in (TRANSCODE, "job.transcode", "Transcode", "transcode")]  # fmt: skip
    assert shown == [by_id(TRANSCODE).document] * 4


def test_a_resolved_schema_can_be_used_alone() -> None:
    document = json.loads(run("show", "Transcode", "--resolved").output)
    assert document["$id"] == TRANSCODE
    assert "$ref" not in set(keywords(document))
    assert "Duration" in set(keywords(document))


def test_a_name_of_several_providers_needs_the_provider_before_it() -> None:
    """A Tag or name alone is the mistake of the caller, who is told what there is."""
    result = run("show", "event")
    assert result.exit_code == 2
    assert "schemas are called event; say which: " in result.output
    assert "github:event" in result.output
    shown = [json.loads(run("show", f"{provider}:event").output)["$id"].split(":")[2]
             for provider in ("github", "gitlab", "tencent-ci")]  # fmt: skip
    assert shown == ["github", "gitlab", "tencent-ci"]
    assert run("show", "github:Transcode").exit_code == 2


def test_an_unknown_name_is_a_mistake_of_the_caller() -> None:
    """Exit code 2, and where the names are."""
    result = run("show", "nonsense")
    assert result.exit_code == 2
    assert "0 schemas are called nonsense; see schemas list" in result.output


def test_every_schema_of_a_job_names_its_tag() -> None:
    """The file is named after the Tag in lower case, and no two share one."""
    jobs = [schema for schema in catalogue() if schema.name.startswith("job.")]
    tags = {(schema.provider, schema.name): schema.tag.lower() for schema in jobs}
    assert tags == {
        (schema.provider, schema.name): schema.name.removeprefix("job.") for schema in jobs
    }
    assert [schema.name for schema in catalogue() if schema.tag and schema not in jobs] == []


def by_id(identifier: str) -> PublishedSchema:
    """The schema with this `$id`."""
    (found,) = (schema for schema in catalogue() if schema.identifier == identifier)
    return found
