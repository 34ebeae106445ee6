"""The models → a JSON Schema (2020-12) by which an editor completes and checks `gateway.yaml`."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import EnumSchema, NullableSchema, WithDefaultSchema

from gateway.settings.models import Settings


class _Written(GenerateJsonSchema):
    """An absent key is absent: null is no value in this file. What a set of values is for says the
    key, and not the set, which a compiled module has no words of."""

    def enum_schema(self, schema: EnumSchema) -> JsonSchemaValue:
        found = super().enum_schema(schema)
        found.pop("description", None)
        return found

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def config_schema() -> dict[str, Any]:
    """The schema of the whole file, each key with its description and default."""
    schema = Settings.model_json_schema(schema_generator=_Written)
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": "gateway.yaml"}
