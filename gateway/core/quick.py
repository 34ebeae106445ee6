"""The quick way of a coercion: a plan compiled to pydantic-core, for documents without surprises.

It knows every field and sees only values of their types; then it gives exactly what `coerce` gives,
at a third of the price. Anything else it declines, and `coerce` decides: the
rules are there, this module must only never disagree (a law in the tests).
"""

from collections.abc import Callable
from typing import Final

from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

from gateway.core.coerce import (
    INTEGER,
    NUMBER,
    WHITE,
    Aside,
    Plan,
    boolean,
    coerce,
    date_time,
    integer,
    number,
    ratio,
)
from gateway.core.model import Value

Coercion = Callable[[Value, Aside], Value]
"""Document → typed value, or None when nothing of it stays in place."""


def coercion(plan: Plan, path: str) -> Coercion:
    """The coercion of values found at `path`, the quick way where that is possible."""
    schema = core_schema.definitions_schema(_schema(plan, path), list(_SHARED.values()))
    validator = SchemaValidator(schema)

    def coerced(value: Value, aside: Aside) -> Value:
        texts: dict[str, str] = {}
        try:
            found = validator.validate_python(value, context=texts)
        except ValidationError:
            return coerce(value, plan, path, aside)
        aside.texts |= texts
        return found

    return coerced


def _schema(plan: Plan, path: str) -> CoreSchema:
    if plan.scalar is ratio:
        return _ratio(path)
    if plan.scalar is not None:
        return _SCALARS[plan.scalar]
    if plan.item is not None:
        return _array(plan.item, path)
    return core_schema.no_info_after_validator_function(_present, _object(plan, path))


def _object(plan: Plan, path: str) -> CoreSchema:
    aliases: dict[str, list[str]] = {}
    for theirs, field in plan.fields.items():
        aliases.setdefault(field.name, []).append(theirs)
    fields = {
        ours: core_schema.typed_dict_field(
            core_schema.nullable_schema(_schema(plan.fields[theirs[0]], f"{path}.{theirs[0]}")),
            validation_alias=theirs[0],
            required=False,
        )
        for ours, theirs in aliases.items()
    }
    return core_schema.typed_dict_schema(fields, extra_behavior="forbid")


def _array(item: Plan, path: str) -> CoreSchema:
    one = _schema(item, f"{path}[0]")
    if item.scalar is None and item.item is None:
        one = core_schema.no_info_after_validator_function(_not_none, one)
    holder = core_schema.list_schema(one, min_length=1)
    listed = _only if _has_ratio(item) else _listed
    return core_schema.no_info_before_validator_function(listed, holder)


def _ratio(path: str) -> CoreSchema:
    def read(value: Value, info: core_schema.ValidationInfo[dict[str, str]]) -> float:
        text = value.strip(WHITE) if type(value) is str else ""
        found = ratio(text)
        if found is None:
            raise ValueError
        if "/" in text:
            info.context[path] = text
        return found

    return core_schema.with_info_plain_validator_function(read)


def _has_ratio(plan: Plan) -> bool:
    """Whether the plan notes paths, which name the position in a list."""
    inner = [*plan.fields.values(), *([plan.item] if plan.item else [])]
    return plan.scalar is ratio or any(map(_has_ratio, inner))


def _present(value: dict[str, Value]) -> dict[str, Value] | None:
    if None in value.values():
        value = {name: kept for name, kept in value.items() if kept is not None}
    return value or None


def _not_none(value: Value) -> Value:
    if value is None:  # an empty object shifts the positions of those behind it
        raise ValueError
    return value


def _listed(value: Value) -> Value:
    return value if type(value) is list else [value]


def _only(value: Value) -> list[Value]:
    if type(value) is not list:
        return [value]
    if len(value) == 1:
        return value
    raise ValueError


def _read_by(read: Callable[[str], Value]) -> CoreSchema:
    def strictly(value: Value) -> Value:
        found = read(value.strip(WHITE)) if type(value) is str else None
        if found is None:
            raise ValueError
        return found

    return core_schema.no_info_plain_validator_function(strictly)


def _lexical(name: str, pattern: str, typed: CoreSchema) -> CoreSchema:
    """Shared by all fields of a validator: each compiled pattern takes about 100 KB."""
    text = core_schema.str_schema(
        pattern=f"^(?:{pattern})$", strip_whitespace=True, coerce_numbers_to_str=True
    )
    return core_schema.chain_schema([text, typed], ref=name)


_SHARED: Final = {
    "integer": _lexical("integer", INTEGER, core_schema.int_schema()),
    "number": _lexical("number", NUMBER, core_schema.float_schema(allow_inf_nan=False)),
}
_SCALARS: Final = {
    str: core_schema.str_schema(strip_whitespace=True, min_length=1),
    integer: core_schema.definition_reference_schema("integer"),
    number: core_schema.definition_reference_schema("number"),
    boolean: _read_by(boolean),
    date_time: _read_by(date_time),
}
