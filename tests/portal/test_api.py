"""The referrals API as a program of an entity uses it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.database import new_id
from tests.portal.support import program, referral_of, visit
from tests.support.visits import person

KEYS = {
    "id", "reference", "service", "entity", "state", "version", "created_at", "urgent", "mandatory", "reason", "person",
}  # fmt: skip


def answered(app: Flask, referral: object, headers: dict[str, str], **body: Any) -> Any:
    return app.test_client().post(f"/api/v1/referrals/{referral}/answer", json=body, headers=headers)


def listed(app: Flask, headers: dict[str, str], query: str = "") -> Any:
    return app.test_client().get(f"/api/v1/referrals{query}", headers=headers)


def test_a_program_lists_its_entity_s_own_with_declared_fields(app: Flask) -> None:
    answer = visit(app, notes="Canarioverde", vulnerabilities=["gender_violence"])
    listed_ids = listed(app, program(app, "sena")).get_json()
    assert listed_ids["next"] is None
    assert [item["id"] for item in listed_ids["referrals"]] == [str(referral_of(answer, "sena"))]
    item = listed_ids["referrals"][0]
    assert set(item) == KEYS
    assert (item["service"], item["entity"], item["state"], item["version"]) == ("EMP-SENA", "sena", "created", 1)
    assert item["reference"] == answer["reference"]
    assert item["reason"] == "Responde a la necesidad que la persona expresó."
    with app.extensions["database"].read_session() as session:
        service = directory_queries.find_service(session, "EMP-SENA")
    assert service is not None
    assert set(item["person"]) <= set(service.fields)
    assert listed(app, program(app, "icbf")).get_json()["referrals"] == []


def test_the_list_is_bounded_and_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attention_point.portal.programs.api.PAGE_SIZE", 2)
    referral_ids = [str(referral_of(visit(app, needs=["EMP-SENA"]), "sena")) for _each in range(5)]
    headers, address, listed_ids = program(app, "sena"), "/api/v1/referrals?state=created", []
    while address:
        part = app.test_client().get(address, headers=headers).get_json()
        assert len(part["referrals"]) <= 2
        listed_ids += [item["id"] for item in part["referrals"]]
        address = part["next"]
    assert listed_ids == referral_ids[::-1]


def test_restricted_referrals_come_only_when_asked_for(app: Flask) -> None:
    answer = visit(app, needs=["VBG"])
    headers = program(app, "comisaria-familia")
    assert listed(app, headers).get_json()["referrals"] == []
    shown = listed(app, headers, "?restricted=1&state=created").get_json()["referrals"]
    assert [item["id"] for item in shown] == [str(referral_of(answer, "comisaria-familia"))]
    assert listed(app, program(app, "fiscalia"), "?restricted=1").get_json()["referrals"] == []


@pytest.mark.parametrize(
    ("query", "field"), [("?state=gone", "state"), ("?before=x", "before"), ("?restricted=yes", "restricted")]
)
def test_a_wrong_question_names_what_is_wrong(app: Flask, query: str, field: str) -> None:
    reply = listed(app, program(app, "sena"), query)
    assert reply.status_code == 422
    assert [error["field"] for error in reply.get_json()["fields"]] == [field]


def test_an_answer_and_the_same_again(app: Flask) -> None:
    referral = referral_of(visit(app), "sena")
    headers = program(app, "sena")
    body = {"state": "accepted", "version": 1, "note": "Lunes"}
    first, repeated = answered(app, referral, headers, **body), answered(app, referral, headers, **body)
    assert (first.status_code, repeated.status_code) == (200, 200)
    assert first.json == repeated.json
    assert (first.get_json()["state"], first.get_json()["version"]) == ("accepted", 2)
    assert set(first.get_json()) == KEYS


def test_an_appointment_comes_with_an_acceptance(app: Flask) -> None:
    referral = referral_of(visit(app), "sena")
    moment = (clock.now() + timedelta(days=3)).replace(microsecond=0)
    appointment = {"moment": moment.isoformat(), "place": "Carrera 27 # 15-07", "bring": "Cédula"}
    reply = answered(
        app, referral, program(app, "sena"), state="accepted", version=1, appointment=appointment
    ).get_json()
    assert set(reply) == {*KEYS, "appointment"}
    assert datetime.fromisoformat(reply["appointment"].pop("moment")) == moment
    assert reply["appointment"] == {"place": "Carrera 27 # 15-07", "bring": "Cédula"}
    assert listed(app, program(app, "sena")).get_json()["referrals"][0]["appointment"]["place"] == "Carrera 27 # 15-07"


def test_a_late_answer_is_told_what_differs(app: Flask) -> None:
    referral = referral_of(visit(app), "sena")
    answered(app, referral, program(app, "sena"), state="accepted", version=1)
    reply = answered(app, referral, program(app, "sena"), state="rejected", version=1, reason="No hay cupos")
    assert reply.status_code == 409
    assert reply.get_json()["error"] == "conflict"
    assert {"label": "Estado", "yours": "Rechazada", "theirs": "Aceptada"} in reply.get_json()["differences"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["state", "version"]),
        ({"state": "accepted"}, ["version"]),
        ({"state": "accepted", "version": "1"}, ["version"]),
        ({"state": "accepted", "version": True}, ["version"]),
        ({"state": "accepted", "version": 1.5}, ["version"]),
        ({"state": "accepted", "version": 2**40}, ["version"]),
        ({"state": "accepted", "version": None}, ["version"]),
        ({"state": 7, "version": 1}, ["state"]),
        ({"state": "gone", "version": 1}, ["state"]),
        ({"state": "closed", "version": 1}, ["state"]),
        ({"state": "rejected", "version": 1}, ["reason"]),
        ({"state": "accepted", "version": 1, "note": "x" * 501}, ["note"]),
        ({"state": "accepted", "version": 1, "note": ["x"]}, ["note"]),
        ({"state": "rejected", "version": 1, "reason": "a\x00b"}, ["reason"]),
        ({"state": "accepted", "version": 1, "colour": "blue"}, ["colour"]),
        ({"state": "accepted", "version": 1, "appointment": "Monday"}, ["appointment"]),
        ({"state": "accepted", "version": 1, "appointment": {}}, ["appointment.moment"]),
        ({"state": "accepted", "version": 1, "appointment": {"moment": "2026-12-01T08:00"}}, ["appointment.moment"]),
        *[
            ({"state": "accepted", "version": 1, "appointment": {"moment": moment}}, ["appointment"])
            for moment in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00")
        ],
        ([], [""]),
        ("accepted", [""]),
        (7, [""]),
    ],
)
def test_a_wrong_answer_names_its_field_and_changes_nothing(app: Flask, body: Any, fields: list[str]) -> None:
    referral = referral_of(visit(app), "sena")
    headers = program(app, "sena")
    reply = app.test_client().post(f"/api/v1/referrals/{referral}/answer", json=body, headers=headers)
    assert reply.status_code == 422
    assert [error["field"] for error in reply.get_json()["fields"]] == fields
    assert all(error["message"] for error in reply.get_json()["fields"])
    assert listed(app, headers).get_json()["referrals"][0]["version"] == 1


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [(b"{", "application/json", 400), (b"{}", "text/plain", 415), (b"[" * 100_000, "application/json", 400)],
)
def test_a_body_that_is_no_json(app: Flask, content: bytes, kind: str, status: int) -> None:
    referral = referral_of(visit(app), "sena")
    reply = app.test_client().post(
        f"/api/v1/referrals/{referral}/answer", data=content, content_type=kind, headers=program(app, "sena")
    )
    assert reply.status_code == status
    assert set(reply.get_json()) == {"error", "message"}


def test_another_entity_s_referral_is_one_that_is_not_there(app: Flask) -> None:
    answer = visit(app, person=person(surname_1="Canarioamarillo"))
    headers = program(app, "icbf")
    replies = [
        answered(app, named, headers, state="accepted", version=1) for named in (referral_of(answer, "sena"), new_id())
    ]
    assert [reply.status_code for reply in replies] == [404, 404]
    assert replies[0].data == replies[1].data
    listing = listed(app, headers)
    assert listing.json == {"referrals": [], "next": None}


def test_a_token_of_another_scope_or_none_is_refused(app: Flask) -> None:
    referral = UUID(int=7)
    assert listed(app, {}).status_code == 401
    assert answered(app, referral, {}, state="accepted", version=1).status_code == 401
    headers = program(app, None, "intake")
    assert listed(app, headers).status_code == 403
    assert answered(app, referral, headers, state="accepted", version=1).status_code == 403
