"""Row 16, swapped ciphertext: a sealed value opens in its own row, for its own purpose and version, or not at all."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.vault import VaultError
from attention_point.intake import queries
from attention_point.intake.models import Visit
from attention_point.people import records
from attention_point.people.models import Person, PersonTag
from attention_point.referrals.models import Referral
from attention_point.referrals.queries import find_referral
from attention_point.referrals.services import record_person_outcome
from tests.support.pages import PageClient
from tests.support.visits import AGENT, draft, recorded

DOCUMENT = 1  # the kind of a document's tag
Bearer = Callable[..., dict[str, str]]


def search(app: Flask, header: dict[str, str], number: str) -> dict[str, object]:
    """What a program is told that looks for a passport."""
    client = PageClient(app, app.response_class)
    reply = client.post("/api/v1/people/search", json={"q": f"PA {number}"}, headers=header)
    assert reply.status_code == 200
    found: dict[str, object] = reply.get_json()
    return found


def record_two(app: Flask, header: dict[str, str]) -> tuple[list[UUID], list[str]]:
    """Two people who came: their ids and the numbers of their passports."""
    client, bodies = PageClient(app, app.response_class), [draft(), draft()]
    for body in bodies:
        assert client.post("/api/v1/visits", json=body, headers=header).status_code == 201
    with app.extensions["database"].read_session() as session:
        people = list(session.scalars(select(Person.id).order_by(Person.created_at, Person.id)))
    return people, [body["person"]["documents"][0]["number"] for body in bodies]


def list_actions(database: Database) -> list[tuple[str, str | None]]:
    """What the journal says of damage: the kind of row and its id."""
    with database.read_session() as session:
        refused = select(JournalEntry.subject, JournalEntry.subject_id).where(JournalEntry.action == "vault.refused")
        return [(row.subject, row.subject_id) for row in session.execute(refused)]


def test_a_swapped_record_is_an_error_and_never_the_wrong_person(app: Flask, bearer: Bearer) -> None:
    database, header = app.extensions["database"], bearer("intake")
    (first, _second), (number, _other) = record_two(app, header)
    with database.write_session() as session:
        one, two = session.scalars(select(Person).order_by(Person.id)).all()
        one.sealed, two.sealed = two.sealed, one.sealed
    assert search(app, header, number) == {"people": [], "more": False, "damaged": [str(first)]}
    assert ("person", str(first)) in list_actions(database)


def test_a_moved_tag_shows_nobody_and_is_noticed(app: Flask, bearer: Bearer) -> None:
    database, header = app.extensions["database"], bearer("intake")
    (first, second), (number, other_number) = record_two(app, header)
    with database.write_session() as session:
        of_document = PersonTag.kind == DOCUMENT
        tags = {person: session.scalars(select(PersonTag.tag).where(of_document, PersonTag.person_id == person)).all()
                for person in (first, second)}  # fmt: skip
        (number_tag,) = [tag for tag in tags[first] if tag not in tags[second]]
        session.execute(update(PersonTag).where(of_document, PersonTag.tag == number_tag).values(person_id=second))
    assert search(app, header, number)["people"] == []
    assert ("person-tag", str(second)) in list_actions(database)
    assert [person["id"] for person in search(app, header, other_number)["people"]] == [str(second)]  # type: ignore[attr-defined]
    # Nor is a visit written down for the wrong person: whoever shows that passport is somebody new.
    client = PageClient(app, app.response_class)
    body = draft()
    body["person"]["documents"][0]["number"] = number
    assert client.post("/api/v1/visits", json=body, headers=header).status_code == 201
    with database.read_session() as session:
        visits_of_second = select(Visit.id).where(Visit.person_id == second)
        assert len(session.scalars(visits_of_second).all()) == 1


def swap_visits(session: Session) -> UUID:
    """Give the first visit the record of the second one."""
    one, two = (UUID(str(recorded(session)["id"])) for _time in range(2))
    sealed = session.scalar(select(Visit.sealed).where(Visit.id == two))
    session.execute(update(Visit).where(Visit.id == one).values(sealed=sealed))
    return one


def move_key(session: Session) -> UUID:
    """Give the person of a visit the data key of another person."""
    one, two = (UUID(str(recorded(session)["id"])) for _time in range(2))
    people = [session.scalar(select(Visit.person_id).where(Visit.id == visit)) for visit in (one, two)]
    key = session.scalar(select(Person.wrapped_key).where(Person.id == people[1]))
    session.execute(update(Person).where(Person.id == people[0]).values(wrapped_key=key))
    return one


def cut_record(session: Session) -> UUID:
    """Take the last byte of a visit's record away."""
    visit = UUID(str(recorded(session)["id"]))
    sealed = session.scalar(select(Visit.sealed).where(Visit.id == visit)) or b""
    session.execute(update(Visit).where(Visit.id == visit).values(sealed=bytes(sealed)[:-1]))
    return visit


@pytest.mark.parametrize("tamper", [swap_visits, move_key, cut_record])
def test_a_visit_whose_record_is_not_its_own_does_not_open(
    database: Database, tamper: Callable[[Session], UUID]
) -> None:
    with database.write_session() as session:
        visit = tamper(session)
    with database.read_session() as session, pytest.raises(VaultError):
        queries.find_visit(session, visit)


OPENERS: dict[type, Callable[[Session, UUID], object]] = {
    Person: lambda session, person: records.view_person(session, AGENT, person, "page"),
    Visit: queries.find_visit,
    Referral: find_referral,
}


@pytest.mark.parametrize("table", OPENERS)
def test_a_record_of_an_earlier_version_of_its_row_does_not_open(database: Database, table: Any) -> None:
    """Whoever puts the record of last year back into a row is found out by the row's version."""
    with database.write_session() as session:
        recorded(session)
        row_id = session.scalars(select(table.id)).all()[0]
        session.execute(update(table).where(table.id == row_id).values(version=table.version + 1))
    with database.read_session() as session, pytest.raises(VaultError):
        OPENERS[table](session, row_id)


def test_a_referral_still_opens_after_each_change_of_it(database: Database) -> None:
    with database.write_session() as session:
        referral_id = UUID(recorded(session)["referrals"][0]["id"])
    for outcome, shown in (("served", 0), ("not_served", 1)):
        with database.write_session() as session:
            record_person_outcome(session, AGENT, referral_id, outcome, shown)
    with database.read_session() as session:
        referral = find_referral(session, referral_id)
        assert referral is not None
        assert len(referral.person_outcomes) == 2
