"""Two people who may be one: who is to be compared, and what is kept of the decision."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.foundation.journal import JournalEntry
from attention_point.people import duplicates
from attention_point.people.models import DuplicateDecision, Person, PossibleDuplicate
from tests.support.visits import AGENT, person, recorded


@pytest.fixture
def pair(session: Session) -> tuple[UUID, UUID]:
    """The one recorded later and the one recorded first, who show the same document."""
    known = person()
    recorded(session, person=known)
    recorded(session, person={**known, "given_names": "Luis", "surname_1": "Gil", "birth_date": "1970-01-01"})
    found = session.scalars(select(PossibleDuplicate)).one()
    return found.person_id, found.other_id


def test_a_decision_is_kept_once_and_changes_nobody(session: Session, pair: tuple[UUID, UUID]) -> None:
    before = session.execute(select(Person.id, Person.sealed, Person.version).order_by(Person.id)).all()
    assert [(entry.person, entry.other) for entry in duplicates.list_undecided_pairs(session, 10)] == [pair]
    assert duplicates.count_undecided_pairs(session) == 1
    assert duplicates.decide_pair(session, AGENT, *pair, "relatives-share-papers") == duplicates.DIFFERENT_PEOPLE
    assert duplicates.list_undecided_pairs(session, 10) == []
    assert duplicates.count_undecided_pairs(session) == 0
    assert duplicates.get_pair(session, *pair).finding == "relatives-share-papers"
    kept = session.scalars(select(DuplicateDecision)).one()
    assert (kept.found_out, kept.decided_by) == ("relatives-share-papers", AGENT.journal_label)
    with pytest.raises(Conflict):
        duplicates.decide_pair(session, AGENT, *pair, "one-person-by-papers")
    assert session.execute(select(Person.id, Person.sealed, Person.version).order_by(Person.id)).all() == before
    (told,) = session.scalars(select(JournalEntry).where(JournalEntry.action == "person.compare"))
    assert (told.subject_id, "relatives-share-papers" in told.detail) == (str(pair[0]), True)


def test_what_cannot_be_decided_is_refused(session: Session, pair: tuple[UUID, UUID]) -> None:
    with pytest.raises(Invalid) as refused:
        duplicates.decide_pair(session, AGENT, *pair, "merged")
    assert [entry.field for entry in refused.value.field_errors] == ["found_out"]
    for person_id, other_id in ((pair[1], pair[0]), (pair[0], new_id())):
        with pytest.raises(NotFound):
            duplicates.decide_pair(session, AGENT, person_id, other_id, "number-mistyped")
    assert session.scalars(select(DuplicateDecision)).all() == []


def test_an_erased_person_is_compared_with_nobody(session: Session, pair: tuple[UUID, UUID]) -> None:
    session.get_one(Person, pair[1]).erased_at = clock.now()
    session.flush()
    assert duplicates.list_undecided_pairs(session, 10) == []
    with pytest.raises(NotFound):
        duplicates.get_pair(session, *pair)


def test_every_finding_leads_to_a_decision() -> None:
    assert {decision for decision, _words in duplicates.FINDINGS.values()} == {
        duplicates.SAME_PERSON,
        duplicates.DIFFERENT_PEOPLE,
    }
    assert max(map(len, duplicates.FINDINGS)) <= 40
