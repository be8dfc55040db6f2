"""Registering somebody whose own record is damaged, and what a damaged earlier visit does to the counts."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import literal_column, select, update
from sqlalchemy.orm import InstrumentedAttribute

from attention_point.foundation.database import Database
from attention_point.intake.models import Visit
from attention_point.people.models import Person, PossibleDuplicate
from attention_point.tallies import queries as tally_queries
from tests.intake.desk import CHECK, NAME, RECORD, TYPED, checked, count, decided, posted, sent, text, typed
from tests.support.damage import damage, refused
from tests.support.pages import PageClient
from tests.support.visits import draft, person, recorded

OF_PERSON: tuple[InstrumentedAttribute[Any], ...] = (Person.sealed, Person.wrapped_key)
PAPERS = [{"type": "PA", "number": "045678123"}]


def names(column: InstrumentedAttribute[Any]) -> str:
    return str(column.key)


@pytest.fixture
def hurt(app: Flask) -> UUID:
    """Somebody on file with the passport of ``TYPED``."""
    database: Database = app.extensions["database"]
    with database.write_session() as session:
        made = recorded(session, person=person(documents=PAPERS))
    with database.read_session() as session:
        return session.get_one(Visit, UUID(made["id"])).person_id


@pytest.mark.parametrize("column", OF_PERSON, ids=names)
def test_a_returning_person_who_is_damaged_is_told_and_nothing_typed_is_lost(
    app: Flask, hurt: UUID, as_role: Callable[..., PageClient], column: InstrumentedAttribute[Any]
) -> None:
    client = as_role("agent")
    page = client.get(f"/people/{hurt}/visits/new", follow_redirects=True)
    fields = {**sent(page, CHECK), "point": ["bucaramanga"], **TYPED}
    ready = posted(client, CHECK, {name: values for name, values in fields.items() if values})
    damage(app.extensions["database"], column, hurt)
    assert client.get(f"/people/{hurt}/visits/new", follow_redirects=True).status_code == 409
    form = posted(client, RECORD, decided(ready))
    assert "El registro de esta persona no abre" in text(form)
    again = typed(form)
    assert "person_id" not in again
    for name in ("given_names", "surname_1", "needs", "notes", "documents-1-number"):
        assert again[name] == TYPED[name], name
    assert count(app) == 1
    ready = posted(client, CHECK, sent(form, CHECK))
    assert client.post(RECORD, data=decided(ready)).status_code == 303
    assert (count(app), count(app, Person), count(app, PossibleDuplicate)) == (2, 2, 1)
    assert len(refused(app.extensions["database"])) == 1


@pytest.mark.parametrize("column", OF_PERSON, ids=names)
def test_a_new_person_with_the_papers_of_a_damaged_one_is_received_and_compared_later(
    app: Flask, hurt: UUID, as_role: Callable[..., PageClient], column: InstrumentedAttribute[Any]
) -> None:
    damage(app.extensions["database"], column, hurt)
    client = as_role("supervisor")
    ready = checked(client)
    assert "Hay otra persona registrada con el mismo documento." in text(ready)  # before anything is saved
    assert client.post(RECORD, data=decided(ready)).status_code == 303
    assert (count(app, Person), count(app, PossibleDuplicate)) == (2, 1)
    with app.extensions["database"].read_session() as session:
        pair = session.scalars(select(PossibleDuplicate)).one()
    page = client.get(f"/people/compare/{pair.person_id}/{pair.other_id}")
    assert page.status_code == 200
    assert "Este registro no abre" in text(page)
    assert NAME.split()[0] in text(page)
    assert "Su decisión" not in text(page)


def test_a_program_is_told_of_a_damaged_person(app: Flask, hurt: UUID, bearer: Callable[..., dict[str, str]]) -> None:
    database: Database = app.extensions["database"]
    damage(database, Person.sealed, hurt)
    sent_draft = draft(person=person(id=str(hurt)))
    reply = PageClient(app, app.response_class).post("/api/v1/visits", json=sent_draft, headers=bearer("intake"))
    assert (reply.status_code, reply.get_json()["error"]) == (409, "sealed")
    assert count(app) == 1
    assert refused(database) == [("person", str(hurt))]


@pytest.mark.parametrize(("is_counted_kept", "needs"), [(True, 2), (False, 1)])
def test_a_damaged_earlier_visit_counts_nobody_twice(database: Database, is_counted_kept: bool, needs: int) -> None:
    """The person's own record knows what was counted; where it does not, no need is new any more."""
    with database.write_session() as session:
        first = recorded(session, person=person(documents=PAPERS), needs=["MIG-REG"])
        if not is_counted_kept:
            session.execute(update(Person).values(counted=None))
    damage(database, Visit.sealed, UUID(first["id"]))
    with database.write_session() as session:
        recorded(session, person=person(documents=PAPERS), needs=["MIG-REG", "EMP-SENA"])
    with database.read_session() as session:
        kept = tally_queries.sum_month_tables(session, date(2017, 8, 1))
        assert sum(kept["people-by-sex-and-age"].values()) == 1
        assert sum(kept["needs-by-sex-and-age"].values()) == needs
        assert sum(kept["attentions-by-day"].values()) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL keeps to the column's type
@pytest.mark.parametrize("column", [*OF_PERSON, Visit.sealed], ids=names)
@pytest.mark.parametrize("value", ["5", "CAST(x'ff' AS TEXT)"], ids=["number", "text that is not UTF-8"])
def test_a_sealed_value_of_another_type_leaves_the_list_to_the_others(
    app: Flask, hurt: UUID, as_role: Callable[..., PageClient], column: InstrumentedAttribute[Any], value: str
) -> None:
    """One turned bit in the head of a row makes a text of a blob."""
    database: Database = app.extensions["database"]
    with database.write_session() as session:
        whole = recorded(session)
        row = hurt if column.class_ is Person else select(Visit.id).where(Visit.person_id == hurt).scalar_subquery()
        change = update(column.class_).where(column.class_.id == row)
        session.execute(change.values({column.key: literal_column(value)}))
    supervisor = as_role("supervisor")
    listing = supervisor.get("/visits")
    assert listing.status_code == 200
    assert whole["reference"] in listing.text
    assert as_role("agent").get(f"/people/{hurt}").status_code in {200, 409}
