"""Whoever is shown a record by a refusal has read it, and the journal says so."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.journal import JournalEntry
from attention_point.intake.models import Visit
from tests.intake.desk import SignIn, posted, recorded, sent
from tests.support.directory import load_shipped
from tests.support.pages import PageClient
from tests.support.visits import draft, person

Bearer = Callable[..., dict[str, str]]


def list_readings(session: Session) -> list[tuple[str, str | None]]:
    rows = session.execute(
        select(JournalEntry.action, JournalEntry.subject_id).where(JournalEntry.action.endswith(".view"))
    )
    return [(action, subject_id) for action, subject_id in rows]


def test_a_program_that_is_shown_the_difference_has_read_the_person(app: Flask, bearer: Bearer) -> None:
    client, headers = PageClient(app, app.response_class), bearer("intake")
    with app.extensions["database"].write_session() as session:
        load_shipped(session)
    made = client.post("/api/v1/visits", json=draft(person=person()), headers=headers).get_json()
    with app.extensions["database"].read_session() as session:
        who = session.scalars(select(Visit.person_id)).one()
    asked = {"given_names": "Otra"}
    bodies: list[tuple[str, dict[str, Any]]] = [
        (f"/api/v1/people/{who}/corrections", {"reason": "x", "version": 7, "person": asked}),
        (f"/api/v1/visits/{made['id']}/corrections", {"reason": "x", "version": 7, "draft": {"person": asked}}),
        ("/api/v1/visits", draft(person={"id": str(who), "version": 7, **asked})),
    ]
    for number, (address, body) in enumerate(bodies, 1):
        answer = client.post(address, json=body, headers=headers)
        assert answer.status_code == 409
        assert "Yohana Patricia" in str(answer.get_json()["differences"])
        with app.extensions["database"].read_session() as session:
            readings = list_readings(session)
        assert readings.count(("person.view", str(who))) == number
    assert ("visit.view", made["id"]) in readings


def test_a_form_that_comes_back_to_an_agent_has_been_read(app: Flask, as_role: SignIn) -> None:
    agent = as_role("agent")
    recorded(agent)
    with app.extensions["database"].read_session() as session:
        visit, who = session.execute(select(Visit.id, Visit.person_id)).one()
    for address, entry in (
        (f"/people/{who}/correct", ("person.view", str(who))),
        (f"/visits/{visit}/correct", ("visit.view", str(visit))),
        (f"/visits/{visit}/needs", ("visit.view", str(visit))),
        (f"/visits/{visit}/void", ("visit.view", str(visit))),
    ):
        fields = sent(agent.get(address), address)
        for changes in ({"_resumed": ["1"]}, {"reason": [], "reason_text": ["x" * 301], "birth_date": ["1850"]}):
            with app.extensions["database"].read_session() as session:
                read_before = list_readings(session).count(entry)
            posted(agent, address, {**fields, **changes})
            with app.extensions["database"].read_session() as session:
                assert list_readings(session).count(entry) == read_before + 1
