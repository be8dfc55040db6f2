"""The official schemas of HSDS 3.0, with every field that they do not know as an error."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "hsds"
needs_schemas = pytest.mark.skipif(not FOLDER.exists(), reason="the schemas of HSDS are not beside this checkout")


def list_schema_errors(name: str, instance: Any) -> list[str]:
    """What the schema of a kind of object says against one."""
    return [f"{error.instance_path}: {error.message}" for error in _build_validator(name).iter_errors(instance)]


@cache
def _build_validator(name: str) -> Any:
    return jsonschema_rs.validator_for(_resolve(_read_schema(f"{name}.json")), validate_formats=True)


@cache
def _read_schema(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def _resolve(part: Any) -> Any:
    """A schema with the others in the place of their names, and closed against unknown fields."""
    if isinstance(part, list):
        return [_resolve(item) for item in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("$ref"), str) and not part["$ref"].startswith("#"):
        return _resolve(_read_schema(part["$ref"]))
    # A schema in a schema may not have an address of its own.
    resolved = {key: _resolve(value) for key, value in part.items() if key not in {"$schema", "$id", "example"}}
    if isinstance(part.get("properties"), dict):
        resolved["additionalProperties"] = False
    return resolved
