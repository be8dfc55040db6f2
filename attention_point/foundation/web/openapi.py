"""``GET /api/openapi.json``: the description of the API (OpenAPI 3.1), put together from what each view says of itself.

A view of the API carries ``@documented``; bodies and answers are pydantic models, whose JSON Schemas (2020-12) go in as
they are. Who may call a view is read from its access rule, so that the description cannot say otherwise.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Literal, TypeVar

from flask import Flask, current_app, jsonify
from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from attention_point.foundation.access import access_of, public
from attention_point.foundation.web.transactions import settings

PREFIX = "/api/"
_HELD = "openapi"
_PARAMETER = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_KINDS: Mapping[str, dict[str, Any]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer", "minimum": 0},
}
_TEXT: dict[str, Any] = {"type": "string"}

View = TypeVar("View", bound=Callable[..., Any])
Model = type[BaseModel]
Mode = Literal["validation", "serialization"]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FieldComplaint(_Answer):
    """One field's complaint: its dotted path and a sentence."""

    field: str
    message: str


class Disagreement(_Answer):
    """One thing on which two savers disagree."""

    label: str
    yours: str
    theirs: str


class ErrorAnswer(_Answer):
    """What went wrong. ``error`` is stable; ``message`` is in Spanish or English by Accept-Language."""

    error: str
    message: str
    fields: list[FieldComplaint] = []
    differences: list[Disagreement] = []


@dataclass(frozen=True, slots=True)
class Operation:
    """What a view says of itself."""

    summary: str
    responses: Mapping[int, Model | None]
    body: Model | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[int, ...] = ()


def documented(
    summary: str,
    responses: Mapping[int, Model | None],
    *,
    body: Model | None = None,
    query: Mapping[str, str] | None = None,
    errors: tuple[int, ...] = (),
) -> Callable[[View], View]:
    """Describe a view. ``responses``: the model of each success, None for any object; ``query``: what each parameter
    means; ``errors``: the refusals that are the view's own."""
    operation = Operation(summary, responses, body, query or {}, errors)

    def declare(view: View) -> View:
        view.operation = operation  # type: ignore[attr-defined]
        return view

    return declare


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """A view's description, or None."""
    return getattr(view, "operation", None)


def register(app: Flask) -> None:
    """Add the address of the description."""
    app.add_url_rule(f"{PREFIX}openapi.json", "openapi", openapi)


@public
@documented("The description of this API (OpenAPI 3.1)", {200: None})
def openapi() -> Response:
    """The description; worked out once."""
    held = current_app.extensions.get(_HELD)
    if held is None:
        held = current_app.extensions[_HELD] = document(current_app, settings().public_url)
    return jsonify(held)


def document(app: Flask, server: str) -> dict[str, Any]:
    """The description of an application's ``/api/``."""
    operations = [
        (rule, method, found)
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
        if rule.rule.startswith(PREFIX) and (found := operation_of(app.view_functions[rule.endpoint]))
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    references, schemas = models_json_schema(
        sorted(_models(operations), key=lambda pair: (pair[0].__name__, pair[1])),
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, found in operations:
        address = _PARAMETER.sub(r"{\g<name>}", rule.rule)
        paths.setdefault(address, {})[method.lower()] = _described(app, rule, method, found, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Attention Point", "version": version("attention-point")},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token made by `attention-point token add`; each has one scope.",
                }
            },
        },
    }


def _models(operations: list[tuple[Rule, str, Operation]]) -> set[tuple[Model, Mode]]:
    found: set[tuple[Model, Mode]] = {(ErrorAnswer, "serialization")}
    for _rule, _method, operation in operations:
        found |= {(model, "serialization") for model in operation.responses.values() if model}
        if operation.body:
            found.add((operation.body, "validation"))
    return found


def _described(
    app: Flask, rule: Rule, method: str, operation: Operation, references: Mapping[Any, dict[str, Any]]
) -> dict[str, Any]:
    access = access_of(app.view_functions[rule.endpoint])
    scope = access.scope if access else None
    described: dict[str, Any] = {
        "operationId": f"{rule.endpoint.replace('.', '-')}-{method.lower()}",
        "summary": operation.summary,
        "security": [{"bearer": [scope]}] if scope else [],
        "responses": dict(_responses(operation, scope, references)),
    }
    parameters = [*_in_path(rule), *_in_query(operation)]
    if parameters:
        described["parameters"] = parameters
    if operation.body:
        schema = references[(operation.body, "validation")]
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return described


def _responses(
    operation: Operation, scope: str | None, references: Mapping[Any, dict[str, Any]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for status, model in sorted(operation.responses.items()):
        schema = references[(model, "serialization")] if model else {"type": "object"}
        yield str(status), _response(status, schema)
    refusals = {*operation.errors, *((401, 403) if scope else ()), *((400, 413, 415, 422) if operation.body else ())}
    for status in sorted(refusals):
        yield str(status), _response(status, references[(ErrorAnswer, "serialization")])
    yield "default", {**_response(500, references[(ErrorAnswer, "serialization")]), "description": "Any other failure"}


def _response(status: int, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": HTTPStatus(status).phrase, "content": {"application/json": {"schema": schema}}}


def _in_path(rule: Rule) -> Iterator[dict[str, Any]]:
    for found in _PARAMETER.finditer(rule.rule):
        schema = _KINDS.get(found["kind"] or "", _TEXT)
        yield {"name": found["name"], "in": "path", "required": True, "schema": schema}


def _in_query(operation: Operation) -> Iterator[dict[str, Any]]:
    for name, meaning in operation.query.items():
        yield {"name": name, "in": "query", "required": False, "description": meaning, "schema": _TEXT}
