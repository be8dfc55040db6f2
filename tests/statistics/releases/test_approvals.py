"""Two people publish a month: one proposes what she reviewed, another one, never the first, releases exactly that."""

from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import LoadedCounts, load_visits
from attention_point.foundation.access import SYSTEM, Actor, get_permissions
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Conflict, Forbidden, Invalid
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.settings import Settings
from attention_point.statistics.releases import approvals, examination, queries
from tests.intake.corrections.test_at_once import do_while_waiting
from tests.support.directory import load_shipped
from tests.support.visits import recorded

# The pages of two people publish what was audited (`months/test_views.py`).
pytestmark = pytest.mark.usefixtures("unaudited")
SEPTEMBER = Period("month", date(2017, 9, 1))


def build_person(number: int) -> Actor:
    """Somebody of the office."""
    return Actor("account", UUID(int=number), f"Persona {number}", "office", get_permissions("office"))


ANA, LUZ = build_person(1), build_person(2)


@pytest.fixture
def fingerprint(database: Database) -> str:
    """The fingerprint of a September that can be released."""
    with database.write_session() as session:
        load_shipped(session)
        load_visits(session, invent_visits(25, SEPTEMBER.first_day, date(2017, 9, 8), 5), LoadedCounts())
        recorded(session)  # in August, so that no quarter is whole
    with database.read_session() as session:
        return examination.prepare_release(session, SEPTEMBER).fingerprint


def list_actions(database: Database) -> list[tuple[str, str | None]]:
    """What the journal says of the release and its proposal: who did what."""
    with database.read_session() as session:
        entries = session.scalars(select(JournalEntry).order_by(JournalEntry.seq))
        return [
            (entry.action, entry.actor)
            for entry in entries
            if entry.action in {"statistics.propose", "statistics.withdraw", "statistics.release"}
            and entry.subject_id == SEPTEMBER.code
        ]


def propose(database: Database, fingerprint: str, actor: Actor = ANA, reader_note: str = "Sin atención el 4.") -> str:
    """The seal of a proposal."""
    with database.write_session() as session:
        return approvals.propose_release(session, actor, SEPTEMBER, fingerprint, reader_note=reader_note).seal


def test_a_second_person_releases_what_the_first_proposed(database: Database, fingerprint: str) -> None:
    seal = propose(database, fingerprint)
    with database.write_session() as session:
        assert queries.find_current_release(session, SEPTEMBER) is None
        release = approvals.approve_release(session, LUZ, SEPTEMBER, seal)
        assert (release.version, release.released_by) == (1, LUZ.journal_label)
        assert queries.load_content(release).reader_note == "Sin atención el 4."
        assert approvals.find_proposal(session, SEPTEMBER) is None
    assert list_actions(database) == [
        ("statistics.propose", ANA.journal_label),
        ("statistics.release", LUZ.journal_label),
    ]


def test_nobody_approves_her_own_proposal(database: Database, fingerprint: str) -> None:
    seal = propose(database, fingerprint)
    with database.write_session() as session, pytest.raises(Forbidden):
        approvals.approve_release(session, ANA, SEPTEMBER, seal)
    # Not even after somebody else proposed the same, and she once more.
    propose(database, fingerprint, LUZ)
    seal = propose(database, fingerprint, ANA)
    with database.write_session() as session, pytest.raises(Forbidden):
        approvals.approve_release(session, ANA, SEPTEMBER, seal)
    with database.read_session() as session:
        assert queries.find_current_release(session, SEPTEMBER) is None


def test_nobody_approves_what_she_did_not_see(database: Database, fingerprint: str) -> None:
    seen = propose(database, fingerprint)
    propose(database, fingerprint, reader_note="Otra nota.")
    with database.write_session() as session, pytest.raises(Conflict):
        approvals.approve_release(session, LUZ, SEPTEMBER, seen)


def test_figures_that_changed_are_proposed_anew(database: Database, fingerprint: str) -> None:
    seal = propose(database, fingerprint)
    with database.write_session() as session:
        load_visits(session, invent_visits(60, SEPTEMBER.first_day, date(2017, 9, 8), 6), LoadedCounts())
    with database.write_session() as session, pytest.raises(Conflict):
        approvals.approve_release(session, LUZ, SEPTEMBER, seal)
    with database.write_session() as session, pytest.raises(Conflict):
        approvals.propose_release(session, ANA, SEPTEMBER, fingerprint)


def test_a_proposal_is_taken_back_and_journaled(database: Database, fingerprint: str) -> None:
    seal = propose(database, fingerprint)
    with database.write_session() as session:
        approvals.withdraw_proposal(session, LUZ, SEPTEMBER)
    with database.write_session() as session, pytest.raises(AppError):
        approvals.withdraw_proposal(session, LUZ, SEPTEMBER)
    with database.write_session() as session, pytest.raises(Conflict):
        approvals.approve_release(session, LUZ, SEPTEMBER, seal)
    assert list_actions(database)[-1] == ("statistics.withdraw", LUZ.journal_label)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_two_at_once_the_second_one_sees_what_the_first_one_did(database: Database, fingerprint: str) -> None:
    def propose_anew(session: Session, actor: Actor) -> None:
        approvals.propose_release(session, actor, SEPTEMBER, fingerprint)

    def withdraw(session: Session) -> None:
        approvals.withdraw_proposal(session, ANA, SEPTEMBER)

    def approve(session: Session) -> None:
        with pytest.raises(Conflict):
            approvals.approve_release(session, LUZ, SEPTEMBER, seal)

    do_while_waiting(database, partial(propose_anew, actor=LUZ), partial(propose_anew, actor=ANA))
    with database.read_session() as session:
        proposal = approvals.find_proposal(session, SEPTEMBER)
        assert proposal is not None
        assert proposal.proposed_by == ANA.journal_label
        seal = proposal.seal
    do_while_waiting(database, withdraw, approve)
    with database.read_session() as session:
        assert queries.find_current_release(session, SEPTEMBER) is None


def test_no_program_is_the_second_person(database: Database, fingerprint: str) -> None:
    seal = propose(database, fingerprint)
    program = replace(LUZ, kind="token")
    for actor in (SYSTEM, program):
        with database.write_session() as session, pytest.raises(Forbidden):
            approvals.approve_release(session, actor, SEPTEMBER, seal)
        with database.write_session() as session, pytest.raises(Forbidden):
            approvals.propose_release(session, actor, SEPTEMBER, fingerprint)


def test_a_proposal_needs_no_note_where_nothing_is_corrected(database: Database, fingerprint: str) -> None:
    with database.write_session() as session, pytest.raises(Invalid):
        approvals.propose_release(session, ANA, SEPTEMBER, fingerprint, note="Nada estaba mal.")
    with database.write_session() as session, pytest.raises(Invalid):
        approvals.propose_release(session, ANA, SEPTEMBER, fingerprint, reader_note="x" * 501)


def test_where_two_decide_nobody_releases_alone(settings: Settings) -> None:
    approvals.require_one_person(settings)
    with pytest.raises(Forbidden):
        approvals.require_one_person(replace(settings, release_approval="two-people"))
