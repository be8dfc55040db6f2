"""The page on which a supervisor erases a person, and the list of erased files."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.intake.models import Visit
from attention_point.people.models import Person
from attention_point.referrals.follow_up.recalls import list_recalls
from tests.intake.desk import sent, text
from tests.support.staff import SignIn
from tests.support.visits import person, recorded


def record(app: Flask) -> UUID:
    """The id of somebody on file."""
    with app.extensions["database"].write_session() as session:
        visit = recorded(session, person=person(given_names="Yohana", surname_1="Rondón"))["id"]
        return session.scalars(select(Visit.person_id).where(Visit.id == UUID(str(visit)))).one()


def test_a_supervisor_erases_somebody_and_finds_the_note(app: Flask, as_role: SignIn) -> None:
    person_id = record(app)
    supervisor = as_role("supervisor")
    address = f"/people/{person_id}/erase"
    form = supervisor.get(address)
    page, fields = text(form), sent(form, address)
    for expected in ("Borrar los datos de Yohana Rondón", "en 1 atención", "remisiones abiertas", "Ley 594 de 2000"):
        assert expected in page
    assert "Se cumplió el tiempo" not in page, "the purge finds those people"
    refused = supervisor.post(address, data={**fields, "note": "12"})
    again = text(supervisor.get(refused.location))
    assert "Elija por qué se borran los datos." in again
    assert "Marque que sabe lo que significa." in again
    assert 'value="12"' in again
    with app.extensions["database"].read_session() as session:
        assert session.get_one(Person, person_id).wrapped_key is not None
    answers = {"ground": "claim", "note": "Radicado 12", "confirmed": "y"}
    done = supervisor.post(address, data={**fields, **answers})
    assert (done.status_code, done.location) == (303, "/people/erased")
    erased = text(supervisor.get("/people/erased"))
    assert "Radicado 12" in erased
    assert "La persona lo pidió" in erased
    assert "BGA-" in erased
    assert "Yohana" not in erased
    # The entities to which this person was sent are asked to erase what they keep, by the number of the visit.
    with app.extensions["database"].read_session() as session:
        recalls = list_recalls(session)
        assert {recall.reason for recall in recalls} == {"erased"}
        assert all(recall.reference in erased for recall in recalls)
    for path in (f"/people/{person_id}", f"/people/{person_id}/erase"):
        gone = supervisor.get(path)
        assert (gone.status_code, "Los datos de esta persona se borraron" in text(gone)) == (404, True)


@pytest.mark.parametrize("role", ["agent", "admin", "auditor", "office"])
def test_nobody_else_erases(app: Flask, as_role: SignIn, role: str) -> None:
    person_id = record(app)
    signed_in = as_role(role)
    assert signed_in.get(f"/people/{person_id}/erase").status_code == 403
    assert signed_in.post(f"/people/{person_id}/erase", data={"ground": "claim", "confirmed": "y"}).status_code == 403
