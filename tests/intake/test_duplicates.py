"""The agent's page for two people who may be one."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.foundation import clock
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.language import in_language
from attention_point.intake.duplicates.views import compare_people
from attention_point.people import merging
from attention_point.people.duplicates.decisions import DAYS_ASIDE
from attention_point.people.duplicates.pairs import list_undecided_pairs
from attention_point.people.models import Person, PossibleDuplicate
from tests.intake.desk import SignIn
from tests.support.pages import PageClient, read
from tests.support.visits import person, recorded


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
    aside = client.post(f"{address}/aside", data={"csrf_token": token})
    listed = client.get(aside.headers["Location"]).text
    assert "Hay 1 pareja apartada." in listed
    assert address in listed
    # An agent sets a pair aside twice, and then only who leads the point.
    client.post(f"{address}/aside", data={"csrf_token": token})
    refused = client.post(f"{address}/aside", data={"csrf_token": token})
    assert "Ya se apartó dos veces." in client.get(refused.headers["Location"]).text
    assert f'formaction="{address}/aside"' not in client.get(address).text
    assert "2 veces seguidas" in as_role("supervisor").get("/people/compare").text
    month_later = clock.now() + timedelta(days=DAYS_ASIDE)
    with clock.override_now(month_later), app.extensions["database"].read_session() as session:
        assert len(list_undecided_pairs(session, 10)) == 1
    done = client.post(address, data={"csrf_token": token, "found_out": "two-people-by-papers"})
    assert done.status_code == 303
    assert "No hay nadie por comparar" in client.get(done.headers["Location"]).text
    decided = client.get(address).text
    assert "Personas distintas: los documentos lo muestran" in decided
    assert decided.count("Apartada ·") == 2
    late = client.post(address, data={"csrf_token": token, "found_out": "one-person-by-papers", "kept": "later"})
    assert "Alguien ya decidió" in client.get(late.headers["Location"]).text
    with app.extensions["database"].read_session() as session:
        seen = session.scalars(select(JournalEntry.detail).where(JournalEntry.action == "person.view")).all()
    assert sum('"compare"' in detail for detail in seen) >= 2


def test_two_people_of_one_search_are_compared(app: Flask, as_role: SignIn) -> None:
    with app.extensions["database"].write_session() as session:
        for known in ({"birth_date": "1980-01-01"}, {}):  # the second gave a name and nothing else
            recorded(session, person={"given_names": "Zoila", "surname_1": "Rincón", **known})
        people = sorted(session.scalars(select(Person.id)))
        assert session.scalars(select(PossibleDuplicate)).all() == []
    client = as_role("agent")
    found = client.post("/desk/search", data={"csrf_token": _token(client, "/desk"), "q": "Zoila Rincón"})
    page = read(client.get(found.headers["Location"]).text)
    offered = [one.get("value") for one in page if one.tag == "option"]
    assert {UUID(value) for value in offered} == set(people)
    for first, second in (people, people[::-1]):
        fields = {"csrf_token": _token(client, "/desk"), "first": str(first), "second": str(second)}
        chosen = client.post("/people/compare", data=fields)
        assert chosen.headers["Location"] == f"/people/compare/{people[1]}/{people[0]}"
    assert client.get(chosen.headers["Location"]).status_code == 200
    same = client.post("/people/compare", data={**fields, "second": fields["first"]})
    assert same.headers["Location"] == f"/people/{fields['first']}"
    assert client.post("/people/compare", data={**fields, "second": str(UUID(int=7))}).status_code == 404


def test_two_records_are_read_as_one_person_until_they_are_separated(app: Flask, as_role: SignIn, address: str) -> None:
    client = as_role("agent")
    later, earlier = address.split("/")[-2:]
    token = _token(client, address)
    joined = client.post(address, data={"csrf_token": token, "found_out": "one-person-said-so", "kept": "later"})
    assert joined.headers["Location"] == f"/people/{later}"
    page = client.get(f"/people/{later}").text
    # Both visits stand on the page of the record that goes on, and lead to one another.
    assert len(re.findall(r'href="/visits/[0-9a-f-]{36}"', page)) == 2
    assert "Yohana Patricia Velásquez" in page
    assert address in page
    for path in (f"/people/{earlier}", f"/people/{earlier}/visits/new"):
        assert client.get(path).headers["Location"].startswith(path.replace(earlier, later))
    unsure = client.post(f"{address}/undo", data={"csrf_token": token})
    assert unsure.status_code == 422
    assert "Elija por qué" in unsure.text
    client.post(f"{address}/undo", data={"csrf_token": token, "undo_reason": "decided-by-mistake"})
    assert client.get(f"/people/{earlier}").status_code == 200
    assert address in client.get("/people/compare").text
    with app.extensions["database"].read_session() as session:
        assert merging.list_linked(session, UUID(later)) == (UUID(later),)


def test_only_the_desk_compares_people(as_role: SignIn, address: str) -> None:
    for role in ("office", "auditor"):
        assert as_role(role).get(address).status_code == 403


def test_what_agrees_is_told_by_any_value_that_both_have() -> None:
    one = {"surname_1": "Gil", "documents": [{"type": "DE", "number": "1"}, {"type": "PA", "number": "2"}]}
    other = {"given_names": "Ana", "documents": [{"type": "PA", "number": "2"}]}
    agree = [row.agree for row in compare_people(one, other) if len(row.earlier_words) > 1 and row.later_words]
    assert agree == [True]
    assert list(compare_people({}, {})) == []
    assert [row.agree for row in compare_people({"sex": "F"}, {})] == [None]


def test_two_papers_of_two_types_are_neither_alike_nor_different() -> None:
    mistyped = {"documents": [{"type": "PA", "number": "045678132"}]}
    passport = {"given_names": "Ana", "documents": [{"type": "PA", "number": "045678123"}]}
    permit = {"given_names": "Ana", "documents": [{"type": "PPT", "number": "7766554"}]}
    with in_language("es"):
        rows = {row.label: row for row in compare_people(passport, permit)}
        slip = {row.label: row for row in compare_people(passport, mistyped)}
    assert (rows["Documento"].agree, rows["Documento"].alike) == (None, False)
    assert (slip["Documento"].agree, slip["Documento"].alike) == (False, True)
