"""``GET /api/openapi.json``: the description of the API (OpenAPI 3.1).

Each view of the API describes itself with ``@document_operation``. Bodies and replies are pydantic models, whose JSON
Schemas (2020-12) go in as they are. The scope comes from the view's access rule, so the two cannot differ.
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

from attention_point.foundation.access import find_access_rule, public
from attention_point.foundation.web.transactions import current_settings

API_PREFIX = "/api/"
_EXTENSION_KEY = "openapi"
_PATH_PARAMETER = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_PARAMETER_SCHEMAS: Mapping[str, dict[str, Any]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer", "minimum": 0},
}
_TEXT_SCHEMA: dict[str, Any] = {"type": "string"}

View = TypeVar("View", bound=Callable[..., Any])
Model = type[BaseModel]
Mode = Literal["validation", "serialization"]


class _ResponseBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FieldErrorBody(_ResponseBody):
    """The error of one field: its dotted path and a sentence."""

    field: str
    message: str


class DifferenceBody(_ResponseBody):
    """One field that two people saved differently."""

    label: str
    yours: str
    theirs: str


class ErrorBody(_ResponseBody):
    """The JSON of an error. ``error`` is stable; ``message`` is in Spanish or English by Accept-Language."""

    error: str
    message: str
    fields: list[FieldErrorBody] = []
    differences: list[DifferenceBody] = []


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """What a parameter of the query means, and which values it takes, as a JSON Schema."""

    meaning: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """The description of a view."""

    summary: str
    responses: Mapping[int, Model | None]
    body: Model | None = None
    query: Mapping[str, str | QueryParameter] = field(default_factory=dict)
    errors: tuple[int, ...] = ()
    refusal: Model = ErrorBody


def document_operation(
    summary: str,
    responses: Mapping[int, Model | None],
    *,
    body: Model | None = None,
    query: Mapping[str, str | QueryParameter] | None = None,
    errors: tuple[int, ...] = (),
    refusal: Model = ErrorBody,
) -> Callable[[View], View]:
    """Describe a view.

    ``responses`` gives the model of each success, None for any object. ``query`` says what each parameter means; one
    that is only words takes any text. ``errors`` are the statuses of refusals that are the view's own, ``refusal`` the
    body of them all where it says more than that of an error.
    """
    operation = Operation(summary, responses, body, query or {}, errors, refusal)

    def attach_operation(view: View) -> View:
        view.operation = operation  # type: ignore[attr-defined]
        return view

    return attach_operation


def find_operation(view: Callable[..., Any]) -> Operation | None:
    """Return the description of a view, or None."""
    return getattr(view, "operation", None)


def register_openapi_page(app: Flask) -> None:
    """Add the address of the API's description."""
    app.add_url_rule(f"{API_PREFIX}openapi.json", "openapi", show_openapi)


@public
@document_operation("The description of this API (OpenAPI 3.1)", {200: None})
def show_openapi() -> Response:
    """Return the description, which is built once."""
    if _EXTENSION_KEY not in current_app.extensions:
        document = build_openapi_document(current_app, current_settings().public_url)
        current_app.extensions[_EXTENSION_KEY] = document
    return jsonify(current_app.extensions[_EXTENSION_KEY])


def build_openapi_document(app: Flask, server_url: str) -> dict[str, Any]:
    """Return the description of an application's ``/api/``."""
    operations = [
        (rule, method, operation)
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
        if rule.rule.startswith(API_PREFIX) and (operation := find_operation(app.view_functions[rule.endpoint]))
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    references, schemas = models_json_schema(
        sorted(_collect_models(operations), key=lambda pair: (pair[0].__name__, pair[1])),
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, operation in operations:
        address = _PATH_PARAMETER.sub(r"{\g<name>}", rule.rule)
        paths.setdefault(address, {})[method.lower()] = _build_operation(app, rule, method, operation, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Attention Point", "version": version("attention-point")},
        "servers": [{"url": server_url}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token made by `attention-point token add`, each of one scope; or, where an "
                    "operation names no scope, the token of an enrolled device.",
                }
            },
        },
    }


def _collect_models(operations: list[tuple[Rule, str, Operation]]) -> set[tuple[Model, Mode]]:
    models: set[tuple[Model, Mode]] = {(ErrorBody, "serialization")}
    for _rule, _method, operation in operations:
        models |= {(model, "serialization") for model in operation.responses.values() if model}
        models.add((operation.refusal, "serialization"))
        if operation.body:
            models.add((operation.body, "validation"))
    return models


def _build_operation(
    app: Flask, rule: Rule, method: str, operation: Operation, references: Mapping[Any, dict[str, Any]]
) -> dict[str, Any]:
    access_rule = find_access_rule(app.view_functions[rule.endpoint])
    scope = access_rule.scope if access_rule else None
    needs_token = bool(access_rule and (access_rule.scope or access_rule.device))
    described: dict[str, Any] = {
        "operationId": f"{rule.endpoint.replace('.', '-')}-{method.lower()}",
        "summary": operation.summary,
        # The token of an enrolled device has no scope: its kind says what it may ask for.
        "security": [{"bearer": [scope] if scope else []}] if needs_token else [],
        "responses": dict(_build_responses(operation, needs_token, references)),
    }
    parameters = [*_build_path_parameters(rule), *_build_query_parameters(operation)]
    if parameters:
        described["parameters"] = parameters
    if operation.body:
        schema = references[(operation.body, "validation")]
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return described


def _build_responses(
    operation: Operation, needs_token: bool, references: Mapping[Any, dict[str, Any]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for status, model in sorted(operation.responses.items()):
        schema = references[(model, "serialization")] if model else {"type": "object"}
        yield str(status), _build_response(status, schema)
    token_errors = (401, 403) if needs_token else ()
    body_errors = (400, 413, 415, 422) if operation.body else ()
    error_statuses = {*operation.errors, *token_errors, *body_errors}
    for status in sorted(error_statuses):
        yield str(status), _build_response(status, references[(operation.refusal, "serialization")])
    yield (
        "default",
        {**_build_response(500, references[(ErrorBody, "serialization")]), "description": "Any other failure"},
    )


def _build_response(status: int, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": HTTPStatus(status).phrase, "content": {"application/json": {"schema": schema}}}


def _build_path_parameters(rule: Rule) -> Iterator[dict[str, Any]]:
    for match in _PATH_PARAMETER.finditer(rule.rule):
        schema = _PARAMETER_SCHEMAS.get(match["kind"] or "", _TEXT_SCHEMA)
        yield {"name": match["name"], "in": "path", "required": True, "schema": schema}


def _build_query_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for name, entry in operation.query.items():
        parameter = entry if isinstance(entry, QueryParameter) else QueryParameter(entry, _TEXT_SCHEMA)
        yield {
            "name": name,
            "in": "query",
            "required": False,
            "description": parameter.meaning,
            "schema": dict(parameter.schema),
        }
