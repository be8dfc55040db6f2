"""The job that looks for duplicates, and what joined records mean for the search and for whoever comes again."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.intake.models import Visit
from attention_point.intake.records.visit_search import search_people
from attention_point.people import merging, records
from attention_point.people.duplicates import candidate_search, decisions, pairs, recognition, scored_pairs
from attention_point.people.models import Person
from tests.support.visits import AGENT, person, recorded

ANA = person(given_names="Ana Milena", surname_1="Rondón", surname_2="Peña", birth_date="1990-05-08", phone=None)
OTHER_CARD = [{"type": "DE", "number": "V-12345678"}]


def _search(database: Database, settings: Settings) -> list[tuple[UUID, UUID]]:
    candidate_search.search_candidates(database, settings, "every-run")
    with database.read_session() as session:
        return [(row.pair.other, row.pair.person) for row in scored_pairs.list_scored_pairs(session, 10)]


def _list_people(database: Database) -> list[UUID]:
    with database.read_session() as session:
        return list(session.scalars(select(Person.id).order_by(Person.id)))


def test_the_job_notes_whom_nobody_noticed_and_changes_nobody(database: Database, settings: Settings) -> None:
    with database.write_session() as session:
        recorded(session, person=ANA)
        recorded(session, person=person(given_names="Luis", birth_date="1970-02-03", phone=None))
        recorded(session, person={**ANA, "documents": OTHER_CARD, "surname_1": "Rondon"})
    first, _stranger, second = people = _list_people(database)
    assert _search(database, settings) == [(first, second)]
    # What was compared is not compared again, and a decision stands.
    with database.write_session() as session:
        decisions.decide_pair(session, AGENT, second, first, decisions.Judgement("two-people-said-so"))
    assert _search(database, settings) == []
    assert _list_people(database) == people
    # Whoever is changed is compared again.
    with database.write_session() as session:
        recorded(session, person={**ANA, "id": str(_stranger), "documents": [{"type": "PA", "number": "A99887766"}]})
    assert {frozenset(pair) for pair in _search(database, settings)} == {
        frozenset((first, _stranger)),
        frozenset((second, _stranger)),
    }


@pytest.fixture
def joined(session: Session) -> tuple[UUID, UUID]:
    """Two records of Ana with a document each; the later one goes on."""
    recorded(session, person=ANA)
    recorded(session, person={**ANA, "given_names": "Anita", "documents": OTHER_CARD, "new": True})
    earlier, later = session.scalars(select(Person.id).order_by(Person.id)).all()
    pairs.note_pairs(session, earlier, [later], session.get_one(Person, later).created_at)
    judgement = decisions.Judgement("one-person-by-papers", later)
    decisions.decide_pair(session, AGENT, later, earlier, judgement)
    return earlier, later


def test_joined_records_are_found_as_one_person(session: Session, joined: tuple[UUID, UUID]) -> None:
    earlier, later = joined
    for text in ("Ana Milena Rondón Peña", ANA["documents"][0]["number"], "Anita Rondón"):
        found = search_people(session, AGENT, text).people
        assert [row.id for row in found] == [later]
        assert found[0].record["given_names"] == "Anita"
    likely = recognition.find_likely_people(session, AGENT, ANA)
    assert [(row.id, row.record["given_names"]) for row in likely] == [(later, "Anita")]
    decisions.undo_decision(session, AGENT, later, earlier, "decided-by-mistake")
    assert {row.id for row in search_people(session, AGENT, "Rondón Peña").people} == {earlier, later}


def test_who_comes_again_with_the_other_record_s_paper_is_written_on_the_one_that_goes_on(
    session: Session, joined: tuple[UUID, UUID]
) -> None:
    earlier, later = joined
    before = session.execute(select(Person.sealed).where(Person.id == earlier)).scalar_one()
    answer = recorded(session, person=ANA)
    assert session.scalars(select(Visit.person_id).where(Visit.id == UUID(answer["id"]))).one() == later
    assert answer["warnings"] == []
    assert session.execute(select(Person.sealed).where(Person.id == earlier)).scalar_one() == before
    opened = records.open_people(session, merging.list_linked(session, earlier))
    assert [row.record["given_names"] for row in opened.values() if row and row.id == later] == ["Anita"]
    assert pairs.list_undecided_pairs(session, 10) == []


def test_every_bearer_of_a_common_name_can_be_reached(session: Session) -> None:
    for number in range(25):
        recorded(
            session,
            person=person(given_names="José", surname_1="García", surname_2=None, phone=f"+57 310 55501{number:02d}"),
        )
    first_page = search_people(session, AGENT, "José García")
    assert (len(first_page.people), first_page.more) == (20, True)
    all_people = search_people(session, AGENT, "Garcia Jose", 100)
    assert (len(all_people.people), all_people.more) == (25, False)
