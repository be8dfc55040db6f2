"""The contract of the corrections API: receipts, repetition, refusals, and no personal value in an answer."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.intake.models import Visit
from tests.support.pages import PageClient
from tests.support.visits import consents, draft, person

Bearer = Callable[..., dict[str, str]]
ADDRESS = "/api/v1/visits"
AGREED = consents(("attention", True), ("referral:*", True))


class Program:
    """A program with a token of the scope ``intake``."""

    def __init__(self, app: Flask, headers: dict[str, str]) -> None:
        self.client, self.headers = PageClient(app, app.response_class), headers

    def post(self, address: str, body: Any) -> TestResponse:
        return self.client.post(address, json=body, headers=self.headers)

    def record(self, **changes: Any) -> str:
        """Record a visit, and give its address."""
        answer = self.post(ADDRESS, draft(consents=AGREED, **changes))
        assert answer.status_code == 201
        return f"{ADDRESS}/{answer.get_json()['id']}"

    def read_receipt(self, address: str) -> Any:
        return self.client.get(address, headers=self.headers).get_json()


@pytest.fixture
def program(app: Flask, bearer: Bearer) -> Program:
    return Program(app, bearer("intake"))


def test_a_correction_answers_with_the_new_receipt_and_twice_with_the_same(program: Program) -> None:
    address = program.record(needs=["MIG-REG"])
    assert program.read_receipt(address)["state"] == "recorded"
    body = {"reason": "Se escribió mal", "draft": {"needs": ["EMP-SENA"]}}
    first = program.post(f"{address}/corrections", body)
    assert (first.status_code, first.get_json()["state"], first.get_json()["version"]) == (200, "corrected", 2)
    states = {referral["service"]: referral["state"] for referral in first.get_json()["referrals"]}
    assert states.pop("MIG-REG") == "withdrawn"
    assert set(states.values()) == {"created"}
    assert program.post(f"{address}/corrections", body).get_json() == first.get_json()
    assert program.read_receipt(address) == first.get_json()


def test_a_whole_draft_corrects_too(program: Program) -> None:
    whole = draft(consents=AGREED)
    program.post(ADDRESS, whole)
    corrected = {**whole, "notes": "Trajo el pasaporte"}
    answer = program.post(f"{ADDRESS}/{whole['id']}/corrections", {"reason": "papel", "draft": corrected})
    assert answer.get_json()["state"] == "corrected"


def test_an_annulled_visit_is_void_for_good(program: Program) -> None:
    address = program.record()
    body = {"reason": "Se registró dos veces"}
    first = program.post(f"{address}/void", body)
    assert (first.status_code, first.get_json()["state"]) == (200, "void")
    assert {referral["state"] for referral in first.get_json()["referrals"]} == {"withdrawn"}
    assert program.post(f"{address}/void", body).get_json() == first.get_json()
    late = program.post(f"{address}/corrections", {"reason": "x", "draft": {"notes": "x"}})
    assert (late.status_code, late.get_json()["error"]) == (409, "void")


def test_a_person_is_corrected_without_a_visit(app: Flask, program: Program) -> None:
    program.record(person=person(given_names="Canariopirata"))
    with app.extensions["database"].read_session() as session:
        who = session.scalars(select(Visit.person_id)).one()
    body = {"reason": "La persona lo aclaró", "person": {"given_names": "Canaria", "phone": None}}
    answer = program.post(f"/api/v1/people/{who}/corrections", body)
    assert answer.get_json() == {"id": str(who), "state": "corrected", "version": 2}
    assert program.post(f"/api/v1/people/{who}/corrections", body).get_json()["version"] == 2
    stale = program.post(f"/api/v1/people/{who}/corrections", {**body, "person": {"sex": "M"}, "version": 1})
    assert stale.status_code == 409
    assert stale.get_json()["differences"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"draft": {}}, "reason"),
        ({"reason": "", "draft": {}}, "reason"),
        ({"reason": "x"}, "draft"),
        ({"reason": "x", "draft": []}, "draft"),
        ({"reason": "x", "draft": {"needs": ["NADA"]}}, "needs.0"),
        ({"reason": "x", "draft": {"person": []}}, "person"),
        ({"reason": "x", "draft": {"id": "019a0000-0000-7000-8000-00000000ffff"}}, "id"),
        ({"reason": "x", "draft": {"consents": [{"purpose": "research"}]}}, "consents.2.granted"),
        ({"reason": "x", "draft": {"attended_at": None}}, "attended_at"),
        ({"reason": "x", "draft": {"household": 3}}, "household"),
    ],
)
def test_a_wrong_body_names_its_field(program: Program, body: Any, field: str) -> None:
    answer = program.post(f"{program.record()}/corrections", body)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.get_json()["fields"]]


def test_another_token_may_not_correct_and_a_stranger_finds_nothing(program: Program, bearer: Bearer) -> None:
    address = program.record()
    other = {"headers": bearer("intake", name="other")}
    body = {"reason": "x", "draft": {"notes": "x"}}
    assert program.client.post(f"{address}/corrections", json=body, **other).status_code == 403
    missing = "019a0000-0000-7000-8000-00000000ffff"
    for unknown in (f"{ADDRESS}/{missing}/corrections", f"{ADDRESS}/{missing}/void"):
        assert program.post(unknown, body if "corrections" in unknown else {"reason": "x"}).status_code == 404
