"""Merged people: the links that decisions make, undo, and are refused; what a thief reads of them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from attention_point.foundation.damage_notes import list_noted_damage
from attention_point.foundation.errors import Conflict, Invalid
from attention_point.foundation.journal import JournalEntry
from attention_point.people import merging
from attention_point.people.duplicates import decisions, pairs
from attention_point.people.duplicates.decisions import Judgement
from attention_point.people.erasure.services import erase_person
from attention_point.people.merging import Link
from attention_point.people.models import Person, PossibleDuplicate
from tests.support.visits import AGENT, person, recorded

ONE_PERSON = "one-person-said-so"


@pytest.fixture
def people(session: Session) -> list[UUID]:
    """Three records, the first recorded first, each noted as a pair with each."""
    known = person()
    for given_names in ("Ana", "Luisa", "Carmen"):
        recorded(session, person={**known, "given_names": given_names})
    return list(session.scalars(select(Person.id).order_by(Person.id)))


def _join(session: Session, earlier: UUID, later: UUID, kept: UUID) -> None:
    decisions.decide_pair(session, AGENT, later, earlier, Judgement(ONE_PERSON, kept))


def test_a_merge_links_records_and_changes_none(session: Session, people: list[UUID]) -> None:
    first, second, third = people
    before = session.execute(select(Person.id, Person.sealed, Person.version).order_by(Person.id)).all()
    assert [merging.list_linked(session, row) for row in people] == [(first,), (second,), (third,)]
    _join(session, first, second, kept=second)
    assert merging.list_linked(session, first) == merging.list_linked(session, second) == (second, first)
    assert merging.list_linked(session, third) == (third,)
    # Whatever side is chosen of two people, the record that goes on already goes on.
    _join(session, first, third, kept=first)
    assert {merging.list_linked(session, row) for row in people} == {(second, first, third)}
    assert session.execute(select(Person.id, Person.sealed, Person.version).order_by(Person.id)).all() == before
    # The third pair is no question any more, and cannot be answered against the others.
    assert pairs.list_undecided_pairs(session, 10) == []
    with pytest.raises(Conflict):
        decisions.decide_pair(session, AGENT, third, second, Judgement("two-people-said-so"))


def test_an_undone_merge_leaves_two_people_to_compare(session: Session, people: list[UUID]) -> None:
    first, second, third = people
    _join(session, first, second, kept=first)
    _join(session, second, third, kept=second)
    decisions.undo_decision(session, AGENT, second, first, "decided-by-mistake")
    assert merging.list_linked(session, first) == (first,)
    # The record that went on stands apart now: of the other two it is the earlier one.
    assert merging.list_linked(session, third) == (second, third)
    undecided = {(row.person, row.other) for row in pairs.list_undecided_pairs(session, 10)}
    assert undecided == {(second, first), (third, first)}
    history = decisions.list_decisions(session, pairs.get_pair(session, second, first))
    assert [row.decision for row in history] == ["same", "undecided"]
    assert {row.decided_by for row in history} == {AGENT.journal_label}
    with pytest.raises(Conflict):
        decisions.undo_decision(session, AGENT, second, first, "decided-by-mistake")


def test_what_cannot_be_decided_is_refused(session: Session, people: list[UUID]) -> None:
    first, second, third = people
    for judgement, field in ((Judgement("merged"), "found_out"), (Judgement(ONE_PERSON), "kept")):
        with pytest.raises(Invalid) as refused:
            decisions.decide_pair(session, AGENT, second, first, judgement)
        assert [row.field for row in refused.value.field_errors] == [field]
    with pytest.raises(Invalid):
        _join(session, first, second, kept=third)
    _join(session, first, second, kept=first)
    with pytest.raises(Conflict):
        _join(session, first, second, kept=first)
    with pytest.raises(Invalid):
        decisions.undo_decision(session, AGENT, second, first, "because")


def test_the_database_does_not_tell_what_was_decided(session: Session, people: list[UUID]) -> None:
    first, second, third = people
    _join(session, first, second, kept=first)
    decisions.decide_pair(session, AGENT, third, first, Judgement("relatives-share-papers"))
    rows = session.execute(text("SELECT * FROM possible_duplicate WHERE is_decided")).mappings().all()
    assert len(rows) == 2
    assert len({(row["version"], len(row["sealed"])) for row in rows}) == 1
    details = session.scalars(select(JournalEntry.detail).where(JournalEntry.action == "person.compare")).all()
    words = ("relatives", "same", "different", ONE_PERSON)
    assert [word for detail in details for word in words if word in detail] == []


def test_an_older_decision_that_is_put_back_does_not_count(session: Session, people: list[UUID]) -> None:
    first, second, _third = people
    _join(session, first, second, kept=first)
    row = session.get_one(PossibleDuplicate, (second, first))
    session.refresh(row)
    old_text = row.sealed
    decisions.undo_decision(session, AGENT, second, first, "papers-show-otherwise")
    session.refresh(row)
    row.sealed, row.is_decided = old_text, True
    session.flush()
    assert merging.list_linked(session, first) == (first,)
    assert [damage.purpose for damage in list_noted_damage(session)] == [merging.SEALING_PURPOSE]


def test_an_erased_person_stands_in_no_pair(session: Session, people: list[UUID]) -> None:
    first, second, third = people
    _join(session, first, second, kept=first)
    erased = erase_person(session, AGENT, second, "mistake")
    assert set(erased.person_ids) == {first, second}  # all records of the person, whichever is named
    assert merging.list_linked(session, third) == (third,)
    assert session.scalars(select(PossibleDuplicate)).all() == []


START = datetime(2017, 8, 9, tzinfo=UTC)
PEOPLE = [UUID(int=number) for number in range(6)]
LINKS = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.booleans(), st.integers(0, 99)),
    max_size=8,
    unique_by=lambda link: link[3],
)


@given(LINKS)
def test_everybody_of_one_group_is_told_the_same(drawn: list[tuple[UUID, UUID, bool, int]]) -> None:
    links = [
        Link(max(one, other), min(one, other), one if keeps_one else other, START + timedelta(moment))
        for one, other, keeps_one, moment in drawn
        if one != other
    ]
    groups = merging.group_people(links)
    assert sum(map(len, groups)) == len({row for link in links for row in (link.later_person, link.earlier_person)})
    for link in links:
        assert any({link.later_person, link.earlier_person} <= group for group in groups)
    for group in groups:
        kept, *rest = merging.put_kept_first(group, links)
        assert {kept, *rest} == group
        assert merging.put_kept_first(group, list(reversed(links)))[0] == kept
