"""The agent's page for two people who may be one."""

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.foundation.journal import JournalEntry
from attention_point.intake.pages.duplicates_views import compare_people
from attention_point.people.models import DuplicateDecision, PossibleDuplicate
from tests.intake.desk import SignIn
from tests.support.pages import PageClient, read
from tests.support.visits import person, recorded

Row = tuple[str, list[str], list[str], bool | None]


@pytest.fixture
def address(app: Flask) -> str:
    """The page of two people who show the same document."""
    known = person()
    with app.extensions["database"].write_session() as session:
        recorded(session, person=known)
        recorded(session, person={**known, "given_names": "Luis", "surname_1": "Gil", "birth_date": "1970-01-01"})
        found = session.scalars(select(PossibleDuplicate)).one()
        return f"/people/compare/{found.person_id}/{found.other_id}"


def _token(client: PageClient, address: str) -> str:
    page = read(client.get(address).text)
    return next(one.get("value") for one in page if one.get("name") == "csrf_token")


def test_from_the_list_to_the_decision(app: Flask, as_role: SignIn, address: str) -> None:
    client = as_role("agent")
    assert address in client.get("/people/compare").text
    assert "/people/compare" in client.get("/desk").text
    html = client.get(address).text
    assert "Luis Gil" in html
    assert "1 de enero de 1970" in html
    assert "No coinciden" in html
    token = _token(client, address)
    unsure = client.post(address, data={"csrf_token": token})
    assert unsure.status_code == 422
    assert "Elija qué encontró." in unsure.text
    done = client.post(address, data={"csrf_token": token, "found_out": "two-people-by-papers"})
    assert done.status_code == 303
    assert "No hay nadie por comparar" in client.get(done.headers["Location"]).text
    assert "Personas distintas: los documentos lo muestran" in client.get(address).text
    late = client.post(address, data={"csrf_token": token, "found_out": "one-person-by-papers"})
    assert "Alguien ya decidió" in client.get(late.headers["Location"]).text
    with app.extensions["database"].read_session() as session:
        assert session.scalars(select(DuplicateDecision.found_out)).all() == ["two-people-by-papers"]
        seen = session.scalars(select(JournalEntry.detail).where(JournalEntry.action == "person.view")).all()
    assert sum('"compare"' in detail for detail in seen) >= 2


def test_only_the_desk_compares_people(as_role: SignIn, address: str) -> None:
    for role in ("office", "auditor"):
        assert as_role(role).get(address).status_code == 403


def test_what_agrees_is_told_by_any_value_that_both_have() -> None:
    one = {"surname_1": "Gil", "documents": [{"type": "DE", "number": "1"}, {"type": "PA", "number": "2"}]}
    other = {"given_names": "Ana", "documents": [{"type": "PA", "number": "2"}]}
    agree = [known for _label, mine, theirs, known in compare_people(one, other) if len(mine) > 1 and theirs]
    assert agree == [True]
    assert list(compare_people({}, {})) == []
    assert [known for *_told, known in compare_people({"sex": "F"}, {})] == [None]
