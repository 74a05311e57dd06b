"""The part of JSON Schema that nbformat's schemas use, without loading a validator.

The errors are those of the library `jsonschema`, in its order; a test compares the two. Loading the
library takes as long as checking a hundred notebooks where its extras are installed, as they are
beside JupyterLab.

https://json-schema.org/draft-04/draft-fge-json-schema-validation-00
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

_NOT_KNOWN_HERE = frozenset(
    {"additionalItems", "allOf", "anyOf", "dependencies", "exclusiveMaximum", "exclusiveMinimum"}
    | {"maxItems", "maxProperties", "minItems", "minProperties", "multipleOf"}
)
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "number": (int, float),
    "object": dict,
    "string": str,
}

Path = tuple[str | int, ...]


class SchemaError(Struct, frozen=True):
    """What is wrong with a value.

    Attributes:
        keyword: The schema's keyword that the value breaks.
        value: What the schema says there.
        instance: The value.
        schema: The part of the schema with the keyword.
        path: Where the value is.
        missing: For `required`, the field that is missing.
        context: For `oneOf`, what is wrong by each of its schemas, with their numbers.
    """

    keyword: str
    value: Any
    instance: Any
    schema: Mapping[str, Any]
    path: Path
    missing: str = ""
    context: "tuple[tuple[int, SchemaError], ...]" = ()


class Schema:
    """A schema.

    Args:
        root: Its JSON.
    """

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._structural: Mapping[str, Callable[[SchemaError], Iterator[SchemaError]]] = {
            "additionalProperties": self._additional_properties,
            "items": self._items,
            "not": self._not,
            "oneOf": self._one_of,
            "patternProperties": self._pattern_properties,
            "properties": self._properties,
            "required": self._required,
        }

    @cached_property
    def is_known(self) -> bool:
        """Whether all its keywords are known here; those of no standard have no effect."""
        return _is_known(self._root)

    def errors(self, instance: Any) -> Iterator[SchemaError]:
        """Yield what is wrong with a value."""
        return self._errors(instance, self._root, ())

    def _errors(
        self, instance: Any, schema: Mapping[str, Any], path: Path
    ) -> Iterator[SchemaError]:
        if "$ref" in schema:  # what stands beside it has no effect
            yield from self._errors(instance, self._named(schema["$ref"]), path)
            return
        for keyword, value in schema.items():
            error = SchemaError(keyword, value, instance, schema, path)
            if keyword in self._structural:
                yield from self._structural[keyword](error)
            elif keyword in _BREAKS and _BREAKS[keyword](value, instance):
                yield error

    def _named(self, reference: str) -> Mapping[str, Any]:
        found: Any = self._root
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert isinstance(found, Mapping)
        return found

    def _is_valid(self, instance: Any, schema: Mapping[str, Any]) -> bool:
        return next(self._errors(instance, schema, ()), None) is None

    def _items(self, error: SchemaError) -> Iterator[SchemaError]:
        for number, one in enumerate(error.instance) if isinstance(error.instance, list) else ():
            yield from self._errors(one, error.value, (*error.path, number))

    def _not(self, error: SchemaError) -> Iterator[SchemaError]:
        if self._is_valid(error.instance, error.value):
            yield error

    def _properties(self, error: SchemaError) -> Iterator[SchemaError]:
        for key, schema in error.value.items() if _is_object(error.instance) else ():
            if key in error.instance:
                yield from self._errors(error.instance[key], schema, (*error.path, key))

    def _pattern_properties(self, error: SchemaError) -> Iterator[SchemaError]:
        for pattern, schema in error.value.items() if _is_object(error.instance) else ():
            for key, one in error.instance.items():
                if re.search(pattern, key):
                    yield from self._errors(one, schema, (*error.path, key))

    def _required(self, error: SchemaError) -> Iterator[SchemaError]:
        for key in error.value if _is_object(error.instance) else ():
            if key not in error.instance:
                yield replace(error, missing=key)

    def _additional_properties(self, error: SchemaError) -> Iterator[SchemaError]:
        keys = additional_keys(error.instance, error.schema) if _is_object(error.instance) else []
        if _is_object(error.value):
            for key in keys:
                yield from self._errors(error.instance[key], error.value, (*error.path, key))
        elif keys and not error.value:
            yield error

    def _one_of(self, error: SchemaError) -> Iterator[SchemaError]:
        context: list[tuple[int, SchemaError]] = []
        for number, schema in enumerate(error.value):
            errors = list(self._errors(error.instance, schema, error.path))
            if not errors:
                others = error.value[number + 1 :]
                if any(self._is_valid(error.instance, other) for other in others):
                    yield error
                return
            context += ((number, one) for one in errors)
        yield replace(error, context=tuple(context))


def _is_known(schema: Any) -> bool:
    if isinstance(schema, list):
        return all(map(_is_known, schema))
    if not _is_object(schema):
        return True
    inner: list[Any] = []
    for keyword, value in schema.items():
        # The keys of these are names.
        are_named = keyword in ("definitions", "patternProperties", "properties")
        inner += value.values() if are_named else [value]
    return _NOT_KNOWN_HERE.isdisjoint(schema) and all(map(_is_known, inner))


def additional_keys(instance: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """Return the keys of an object that its schema does not name."""
    patterns = schema.get("patternProperties", {})
    return [
        key
        for key in instance
        if key not in schema.get("properties", {})
        and not any(re.search(pattern, key) for pattern in patterns)
    ]


def _is_object(instance: Any) -> bool:
    return isinstance(instance, dict)


def _has_type(name: str, instance: Any) -> bool:
    # For Python, a boolean is an integer.
    is_boolean = isinstance(instance, bool)
    return isinstance(instance, _TYPES[name]) and (name == "boolean" or not is_boolean)


def _is_number(instance: Any) -> bool:
    return _has_type("number", instance)


def _is_no_type_of(allowed: Any, instance: Any) -> bool:
    names = [allowed] if isinstance(allowed, str) else allowed
    return not any(_has_type(name, instance) for name in names)


def _is_in(instance: Any, values: Any) -> bool:
    # For Python, 1 is True.
    is_boolean = isinstance(instance, bool)
    return any(one == instance and isinstance(one, bool) == is_boolean for one in values)


def _has_twins(instance: list[Any]) -> bool:
    different = {msgspec.json.encode(one, order="deterministic") for one in instance}
    return len(different) < len(instance)


# Whether a value breaks what a keyword says.
_BREAKS: Mapping[str, Callable[[Any, Any], bool]] = {
    "enum": lambda values, one: not _is_in(one, values),
    "maxLength": lambda length, one: isinstance(one, str) and len(one) > length,
    "maximum": lambda number, one: _is_number(one) and one > number,
    "minLength": lambda length, one: isinstance(one, str) and len(one) < length,
    "minimum": lambda number, one: _is_number(one) and one < number,
    "pattern": lambda text, one: isinstance(one, str) and not re.search(text, one),
    "type": _is_no_type_of,
    "uniqueItems": lambda are, one: are and isinstance(one, list) and _has_twins(one),
}
