"""What happens by itself when a clock runs out: reminder, escalation, expiry. It is what no peer has (PEERS 7, 14)."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from attention_point.accounts import services as account_services
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Conflict, Invalid
from attention_point.foundation.jobs import run_due_jobs
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.settings import Settings
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.corrections.services import annul_visit
from attention_point.referrals import notices, queries, rules, services
from attention_point.referrals.clocks import Lateness, find_lateness
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.follow_up.escalations import list_late_referrals
from attention_point.referrals.follow_up.overdue import FOLLOW_UP_JOB, take_due_steps
from attention_point.referrals.models import Referral
from tests.accounts.support import password_hash
from tests.support.counts import read_cells
from tests.support.directory import load_shipped
from tests.support.openings import grant_opening
from tests.support.visits import AGENT, acting, person, recorded

OFFICER, SUPERVISOR = acting("entity", "sena"), acting("supervisor")
ANNULMENT = CorrectionRequest({}, "Recorded twice.")
CHILD_ALONE: dict[str, Any] = {"needs": ["EDU"], "household": {"accompanied_by": "alone"}}


def noon(month: int, day: int, year: int = 2017) -> datetime:
    return datetime(year, month, day, 17, tzinfo=UTC)  # noon in Bogota


MADE = noon(8, 9)  # a Wednesday; the clock of all services: to open by 11, to answer by 16, expires after September 7


def new_referral(session: Session, entity: str = "sena", made: datetime = MADE, **changes: Any) -> UUID:
    with clock.override_now(made):
        answer = recorded(
            session, **{"person": person(), "needs": ["EMP-SENA"], "attended_at": made.isoformat(), **changes}
        )
    return next(UUID(referral["id"]) for referral in answer["referrals"] if referral["entity"] == entity)


def new_child_alone(session: Session) -> UUID:
    return new_referral(session, "icbf", person=person(birth_date="2008-03-17"), **CHILD_ALONE)


def read(session: Session, referral: UUID) -> DecryptedReferral:
    decrypted = queries.find_referral(session, referral)
    assert decrypted is not None
    return decrypted


def step_at(session: Session, referral: UUID, moment: datetime) -> dict[str, int]:
    with clock.override_now(moment):
        return {step: count for step, count in take_due_steps(session, [referral], moment).items()}


def count_state(session: Session, state: str) -> int:
    table = "referrals-by-service-and-state"
    return sum(count for key, count in read_cells(session).items() if key[2] == table and state in key[3])


def test_peer_7_a_clock_reminds_escalates_and_expires_each_once(session: Session) -> None:
    referral = new_referral(session)
    notices.take_notices(session)
    assert step_at(session, referral, noon(8, 11)) == {}
    assert step_at(session, referral, noon(8, 14)) == {"reminder": 1}
    assert step_at(session, referral, noon(8, 15)) == {}
    assert step_at(session, referral, noon(8, 17)) == {"escalation": 1}
    assert step_at(session, referral, noon(9, 7)) == {}
    told = [(notice.kind, notice.entity, notice.referral_ids) for notice in notices.take_notices(session)]
    assert told == [("reminder", "sena", (referral,)), ("escalation", "sena", (referral,))]
    assert step_at(session, referral, noon(9, 8)) == {"expiry": 1}
    assert step_at(session, referral, noon(9, 11)) == {}
    expired = read(session, referral)
    assert (expired.state, expired.version) == ("expired", 2)
    assert expired.record["answers"][-1]["by"] == "system"


def test_an_expired_referral_moves_its_count_and_stands_in_the_journal(session: Session) -> None:
    referral = new_referral(session)
    step_at(session, referral, noon(9, 8))
    assert (count_state(session, "created"), count_state(session, "expired")) == (0, 1)
    entry = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc()).limit(1)).one()
    assert (entry.action, entry.actor, entry.subject_id) == ("referral.answer", "system", str(referral))


def test_peer_14_a_child_alone_never_expires_and_is_escalated_twice(session: Session) -> None:
    referral = new_child_alone(session)
    # Urgent: it is owed on the next working day.
    assert step_at(session, referral, noon(8, 10)) == {}
    assert step_at(session, referral, noon(8, 11)) == {"escalation": 1}
    assert step_at(session, referral, noon(12, 1)) == {"escalation": 1}
    assert step_at(session, referral, noon(12, 4)) == {}
    assert read(session, referral).state == "created"
    assert find_lateness(read(session, referral), noon(12, 4)) is Lateness.EXPIRED
    (late,) = [late for late in list_late_referrals(session, noon(12, 4)).items if late.referral.id == referral]
    assert late.lateness is Lateness.EXPIRED


PATHS: dict[str, tuple[str, dict[str, Any]]] = {
    "M1": ("icbf", {"person": person(birth_date="2008-03-17"), **CHILD_ALONE}),
    "M2": ("comisaria-familia", {"needs": ["VBG"], "vulnerabilities": ["gender_violence"]}),
    "M3": ("registraduria", {"needs": ["EDU"], "facts": {"child_born_in_colombia_without_note": True}}),
    "M4": ("salud", {"needs": ["SALUD-URG"]}),
    "M5": ("salud", {"person": person(documents=[]), "needs": ["SALUD-AFIL"]}),
    "M6": ("personeria", {"needs": ["DDHH"], "facts": {"complained_of": "defensoria"}}),
}


@pytest.mark.parametrize("path", PATHS)
def test_peer_14_a_path_cannot_close_without_an_outcome_or_a_reason(session: Session, path: str) -> None:
    entity, changes = PATHS[path]
    referral = new_referral(session, entity, noon(8, 12, 2020), **changes)
    officer = acting("entity", entity)
    with clock.override_now(noon(8, 13, 2020)):
        # The entity's side, which is its program's side too, gives a reason to reject.
        with pytest.raises(Invalid):
            services.answer_for_entity(session, officer, referral, services.Answer("rejected", 1))
        services.answer_for_entity(session, officer, referral, services.Answer("no_show", 1))
        grant_opening(session, SUPERVISOR, read(session, referral).person_id)
        # The desk's side: neither closed nor withdrawn without a word.
        for state in ("closed", "withdrawn"):
            with pytest.raises(Invalid):
                services.answer_for_desk(session, SUPERVISOR, referral, services.Answer(state, 2))
    assert path in rules.list_mandatory_paths(read(session, referral).record)
    assert step_at(session, referral, noon(12, 1, 2020)) == {}  # it waits for nobody's answer
    grant_opening(session, SUPERVISOR, read(session, referral).person_id)
    justified = services.Answer("closed", 2, "The family left the country.")
    assert services.answer_for_desk(session, SUPERVISOR, referral, justified).state == "closed"


@pytest.mark.parametrize("path", PATHS)
def test_no_path_expires_by_itself(session: Session, path: str) -> None:
    entity, changes = PATHS[path]
    referral = new_referral(session, entity, noon(8, 12, 2020), **changes)
    assert step_at(session, referral, noon(12, 1, 2020)) == {"escalation": 1}
    assert read(session, referral).state == "created"


def test_an_answer_after_the_expiry_is_refused_in_words_and_nothing_changes(session: Session) -> None:
    referral = new_referral(session)
    step_at(session, referral, noon(9, 8))
    with pytest.raises(Conflict) as caught:
        services.answer_for_entity(session, OFFICER, referral, services.Answer("attended", 1))
    assert str(caught.value).startswith("El plazo para responder esta remisión se venció.")
    assert caught.value.differences[0].theirs == "Vencida"
    assert read(session, referral).state == "expired"


def test_an_answer_in_the_same_night_settles_it_and_nothing_expires(session: Session) -> None:
    referral = new_referral(session)
    with clock.override_now(noon(9, 8)):
        services.answer_for_entity(session, OFFICER, referral, services.Answer("attended", 1))
    assert step_at(session, referral, noon(9, 8)) == {}
    assert read(session, referral).state == "attended"


def test_a_withdrawn_one_and_one_of_an_annulled_visit_have_no_clock(session: Session) -> None:
    withdrawn, annulled = new_referral(session), new_referral(session)
    with clock.override_now(noon(8, 10)):
        services.answer_for_desk(session, AGENT, withdrawn, services.Answer("withdrawn", 1, "No longer wanted."))
        grant_opening(session, SUPERVISOR, read(session, annulled).person_id)
        annul_visit(session, SUPERVISOR, read(session, annulled).visit_id, ANNULMENT)
    with clock.override_now(noon(12, 1)):
        assert take_due_steps(session, [withdrawn, annulled], noon(12, 1)) == Counter()
    assert list_late_referrals(session, noon(12, 1)).items == []


def test_a_visit_annulled_after_the_expiry_keeps_what_happened(session: Session) -> None:
    referral = new_referral(session)
    step_at(session, referral, noon(9, 8))
    with clock.override_now(noon(9, 11)):
        grant_opening(session, SUPERVISOR, read(session, referral).person_id)
        annul_visit(session, SUPERVISOR, read(session, referral).visit_id, ANNULMENT)
    decrypted = read(session, referral)
    assert (decrypted.state, decrypted.visit_annulled_on) == ("expired", date(2017, 9, 11))


def test_the_worst_stand_first_and_a_damaged_one_hides_nothing(session: Session) -> None:
    ordinary, child = new_referral(session), new_child_alone(session)
    damaged = new_referral(session, made=MADE + timedelta(minutes=1))
    row = session.get(Referral, damaged)
    assert row is not None
    row.sealed = b"\x00" * 40
    session.flush()
    late = list_late_referrals(session, noon(8, 25))
    assert [entry.referral.id for entry in late.items[:2]] == [child, ordinary]
    assert damaged in {entry.referral.id for entry in late.items}
    assert list_late_referrals(session, noon(8, 25), max_rows=1).is_cut


def test_the_job_runs_once_a_day_and_writes_one_letter_to_each_supervisor(
    database: Database, settings: Settings
) -> None:
    with database.write_session() as session:
        load_shipped(session)
        new = account_services.NewAccount("jefa@example.org", "Ana Rojas", "supervisor", None)
        account_services.add_account(session, SYSTEM, new, password_hash(), must_change=False)
        referrals = [new_referral(session), new_child_alone(session)]
        session.execute(delete(OutboxMail))
        # This one has no step to take on that day.
        young = new_referral(session, made=noon(8, 16))
        before = dict(session.execute(select(Referral.id, Referral.sealed)).all())
    with clock.override_now(noon(8, 17)):
        for _again in range(2):
            list(run_due_jobs(database, settings, [FOLLOW_UP_JOB], date(2017, 8, 17)))
            FOLLOW_UP_JOB.run(database, settings, "2017-08-17")
    with database.read_session() as session:
        # Neither two copies nor the journal tell which took one: what is urgent takes it sooner.
        after = dict(session.execute(select(Referral.id, Referral.sealed)).all())
        assert young in after
        assert not [referral for referral in after if after[referral] == before[referral]]
        steps = select(JournalEntry.subject_id, JournalEntry.detail).where(JournalEntry.action == "referral.escalation")
        ((subject_id, detail),) = session.execute(steps).all()
        assert (subject_id, str(referrals[1]) in detail) == (None, False)
        assert [len(read(session, referral).record["follow_up"]) for referral in referrals] == [1, 1]
        assert len(session.scalars(select(OutboxMail)).all()) == 1
