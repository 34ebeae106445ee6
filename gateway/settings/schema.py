"""The models → a JSON Schema (2020-12) by which an editor completes and checks `gateway.yaml`."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

from gateway.settings.models import Settings


class _WithoutNull(GenerateJsonSchema):
    """An absent key is absent: null is no value in this file."""

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def config_schema() -> dict[str, Any]:
    """The schema of the whole file, each key with its description and default."""
    schema = Settings.model_json_schema(schema_generator=_WithoutNull)
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": "gateway.yaml"}
