"""The description of the API: whole, valid, and what the API really answers."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from attention_point.foundation.access import find_access_rule
from attention_point.foundation.web.openapi import API_PREFIX, build_openapi_document, find_operation
from tests.support.pages import PageClient
from tests.support.visits import draft, person

SERVER = "http://127.0.0.1:8000"
Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def described(app: Flask) -> dict[str, Any]:
    """The description of the whole application."""
    return build_openapi_document(app, SERVER)


def rules(app: Flask) -> Iterator[Rule]:
    """The rules of the API."""
    yield from (rule for rule in app.url_map.iter_rules() if rule.rule.startswith(API_PREFIX))


def test_the_description_is_public(app: Flask, described: dict[str, Any]) -> None:
    client = PageClient(app, app.response_class)
    replies = [client.get("/api/openapi.json") for _each in range(2)]
    assert [reply.status_code for reply in replies] == [200, 200]
    assert [reply.json for reply in replies] == [described, described]


def test_every_route_of_the_api_is_described(app: Flask) -> None:
    silent = {rule.rule for rule in rules(app) if find_operation(app.view_functions[rule.endpoint]) is None}
    assert silent == set()


def test_the_description_is_valid(described: dict[str, Any]) -> None:
    assert schemathesis.openapi.from_dict(described).validate() is None
    for schema in described["components"]["schemas"].values():
        assert jsonschema_rs.meta.is_valid({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    references = set(re.findall(r"'\$ref': '#/components/schemas/([^']+)'", str(described)))
    assert references == set(described["components"]["schemas"])


def test_parameters_of_the_address_are_described(described: dict[str, Any]) -> None:
    for address, operations in described["paths"].items():
        for operation in operations.values():
            named = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", address))


def test_the_scope_is_the_access_rule_s(app: Flask, described: dict[str, Any]) -> None:
    for rule in rules(app):
        access = find_access_rule(app.view_functions[rule.endpoint])
        assert access is not None
        address = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)
        for operation in described["paths"][address].values():
            scopes = [{"bearer": [access.scope] if access.scope else []}] if access.scope or access.device else []
            assert operation["security"] == scopes


def test_an_operation_has_its_name_for_itself(described: dict[str, Any]) -> None:
    names = [
        operation["operationId"] for operations in described["paths"].values() for operation in operations.values()
    ]
    assert len(set(names)) == len(names)


def said(reply: TestResponse) -> Any:
    """The JSON of a reply."""
    return reply.json


def holds(described: dict[str, Any], path: str, reply: TestResponse) -> bool:
    """Whether a reply is what the description says of its address, verb and status."""
    responses = described["paths"][path][reply.request.method.lower()]["responses"]
    schema = responses[str(reply.status_code)]["content"]["application/json"]["schema"]
    validator = jsonschema_rs.Draft202012Validator(
        {**schema, "components": described["components"]}, validate_formats=True
    )
    for error in validator.iter_errors(reply.json):
        pytest.fail(f"{path} {reply.status_code} at {list(error.instance_path)}: {error.message}")
    return True


def test_real_answers_of_intake_are_as_described(app: Flask, bearer: Bearer, described: dict[str, Any]) -> None:
    client, header = PageClient(app, app.response_class), bearer("intake")
    documents = [{"type": "DE", "number": "V-12.345.678"}, {"type": "PE", "number": "12", "expires": "2017-01-01"}]
    made = draft(person=person(documents=documents))
    visits = "/api/v1/visits"

    def post(body: Any) -> TestResponse:
        return client.post(visits, json=body, headers=header)

    recorded = post(made)
    assert recorded.status_code == 201
    assert said(recorded)["warnings"]
    assert said(recorded)["referrals"]
    assert holds(described, visits, recorded)
    replayed = post(made)
    assert (replayed.status_code, replayed.json) == (200, recorded.json)
    assert holds(described, visits, replayed)
    for body, status in (({**made, "notes": "other"}, 409), ({**made, "needs": []}, 422)):
        refused = post(body)
        assert refused.status_code == status
        assert holds(described, visits, refused)
    receipt = client.get(f"{visits}/{made['id']}", headers=header)
    assert receipt.status_code == 200
    assert holds(described, f"{visits}/{{visit}}", receipt)
    assert holds(described, f"{visits}/{{visit}}", client.get(f"{visits}/{made['id'][:-4]}0000", headers=header))
    assert holds(described, f"{visits}/{{visit}}", client.get(f"{visits}/{made['id']}"))  # without a token
    search = "/api/v1/people/search"
    found = client.post(search, json={"q": "DE V12345678"}, headers=header)
    assert len(said(found)["people"]) == 1
    assert holds(described, search, found)
    for nothing in ({"q": "Nadie Conocida"}, {"q": "12"}, {"q": ""}, {}):
        assert holds(described, search, client.post(search, json=nothing, headers=header))


def test_real_answers_of_the_portal_are_as_described(app: Flask, bearer: Bearer, described: dict[str, Any]) -> None:
    client = PageClient(app, app.response_class)
    client.post("/api/v1/visits", json=draft(), headers=bearer("intake"))
    header = bearer("referrals", "sena")
    listed = client.get("/api/v1/referrals", headers=header)
    assert len(said(listed)["referrals"]) == 1
    assert holds(described, "/api/v1/referrals", listed)
    one = said(listed)["referrals"][0]
    path = "/api/v1/referrals/{referral}/answer"

    def answer(state: str, reason: str | None = None) -> TestResponse:
        body = {"state": state, "version": one["version"], "reason": reason}
        return client.post(f"/api/v1/referrals/{one['id']}/answer", json=body, headers=header)

    for state, status in (("rejected", 422), ("accepted", 200), ("no_show", 409)):
        reply = answer(state)
        assert reply.status_code == status
        assert holds(described, path, reply)
