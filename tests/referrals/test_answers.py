"""Answers as they are stored: who may, what is counted, what a late one is told, what is last_answer once."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.foundation.journal import JournalEntry
from attention_point.intake.recount import recount_all
from attention_point.referrals import queries, services
from attention_point.referrals.appointments import Appointment
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.services import Answer
from attention_point.tallies.counted_cells import build_cells_of_facts
from tests.support.counts import read_cells
from tests.support.openings import grant_opening
from tests.support.visits import AGENT, acting, person, recorded

SENA, ICBF = acting("entity", "sena"), acting("entity", "icbf")
SUPERVISOR = acting("supervisor")


def referral_to(session: Session, entity: str, **changes: object) -> UUID:
    referrals = recorded(session, **changes)["referrals"]
    return next(UUID(referral["id"]) for referral in referrals if referral["entity"] == entity)


def child_alone(session: Session) -> UUID:
    return referral_to(session, "icbf", person=person(birth_date="2006-02-01"), household={"accompanied_by": "alone"})


def stored(session: Session, referral: UUID) -> DecryptedReferral:
    found = queries.find_referral(session, referral)
    assert found is not None
    return found


def test_an_answer_is_kept_with_its_reason_and_note(session: Session) -> None:
    referral = referral_to(session, "sena")
    changed = services.answer_for_entity(
        session, SENA, referral, Answer("rejected", 1, "  No places left. ", "Try in October.")
    )
    assert changed == stored(session, referral)
    assert (changed.state, changed.version) == ("rejected", 2)
    last_answer = changed.record["answers"][-1]
    assert (last_answer["reason"], last_answer["note"], last_answer["by"]) == (
        "No places left.",
        "Try in October.",
        SENA.journal_label,
    )


def test_the_counts_follow_the_answers(session: Session) -> None:
    referral = referral_to(session, "sena")
    services.mark_referral_seen(session, SENA, referral)
    services.answer_for_entity(session, SENA, referral, Answer("attended", 1))
    services.answer_for_desk(session, AGENT, referral, Answer("closed", 2))
    counted = read_cells(session)
    repeated: dict = {}
    for facts in recount_all(session):
        for cell, count in build_cells_of_facts(facts).items():
            repeated[cell] = repeated.get(cell, 0) + count
    assert counted == repeated
    assert (
        sum(count for cell, count in counted.items() if cell[3].startswith("sena|") and cell[3].endswith("|closed"))
        == 1
    )


def test_looking_marks_it_seen_once_and_keeps_the_version(session: Session) -> None:
    referral = referral_to(session, "sena")
    services.mark_referral_seen(session, ICBF, referral)
    assert stored(session, referral).state == "created"
    services.mark_referral_seen(session, SENA, referral)
    services.mark_referral_seen(session, SENA, referral)
    found = stored(session, referral)
    assert (found.state, found.version) == ("seen", 1)
    assert [answer["state"] for answer in found.record["answers"]] == ["seen"]


def test_the_desk_may_withdraw_what_was_seen_meanwhile(session: Session) -> None:
    referral = referral_to(session, "sena")
    services.mark_referral_seen(session, SENA, referral)
    changed = services.answer_for_desk(session, AGENT, referral, Answer("withdrawn", 1, "The person left the city."))
    assert [answer["state"] for answer in changed.record["answers"]] == ["seen", "withdrawn"]


def test_a_late_answer_is_told_what_differs_and_changes_nothing(session: Session) -> None:
    referral = referral_to(session, "sena")
    services.answer_for_entity(session, SENA, referral, Answer("accepted", 1, note="Monday"))
    with pytest.raises(Conflict) as refused:
        services.answer_for_entity(session, acting("entity", "sena"), referral, Answer("rejected", 1, "Full", "Friday"))
    assert {(difference.yours, difference.theirs) for difference in refused.value.differences} == {
        ("Rechazada", "Aceptada"),
        ("Full", ""),
        ("Friday", "Monday"),
    }
    assert stored(session, referral).state == "accepted"


def test_the_same_answer_again_is_said_once(session: Session) -> None:
    referral = referral_to(session, "sena")
    first = services.answer_for_entity(session, SENA, referral, Answer("accepted", 1, note="Monday "))
    repeated = services.answer_for_entity(session, SENA, referral, Answer("accepted", 1, note="Monday"))
    assert repeated == first
    written = select(JournalEntry).where(JournalEntry.action == "referral.answer")
    assert len(session.scalars(written).all()) == 1
    with pytest.raises(Conflict):
        services.answer_for_entity(session, acting("entity", "sena"), referral, Answer("accepted", 1, note="Monday"))


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (Answer("rejected", 1), "reason"),
        (Answer("rejected", 1, " \n"), "reason"),
        (Answer("closed", 1, "Because"), "state"),
        (Answer("", 1), "state"),
        (Answer("nothing", 1), "state"),
        (Answer("accepted", 1, note="x" * 501), "note"),
        (Answer("rejected", 1, "a\x00b"), "reason"),
        (Answer("accepted", 1, note="\ud800"), "note"),
    ],
)
def test_an_answer_that_cannot_be_taken_names_its_field(session: Session, answer: Answer, field: str) -> None:
    referral = referral_to(session, "sena")
    with pytest.raises(Invalid) as refused:
        services.answer_for_entity(session, SENA, referral, answer)
    assert [error.field for error in refused.value.field_errors] == [field]
    assert stored(session, referral).version == 1


def test_a_mandatory_path_is_not_closed_without_outcome_or_reason(session: Session) -> None:
    referral = child_alone(session)
    services.answer_for_entity(session, ICBF, referral, Answer("no_show", 1))
    for state in ("closed", "withdrawn"):
        with pytest.raises(Invalid) as refused:
            services.answer_for_desk(session, AGENT, referral, Answer(state, 2))
        assert [error.field for error in refused.value.field_errors] == ["reason"]
    changed = services.answer_for_desk(session, AGENT, referral, Answer("closed", 2, "Attended at another centre."))
    assert changed.state == "closed"


def test_a_mandatory_path_that_was_attended_closes_without_a_reason(session: Session) -> None:
    referral = child_alone(session)
    services.answer_for_entity(session, ICBF, referral, Answer("attended", 1))
    assert services.answer_for_desk(session, AGENT, referral, Answer("closed", 2)).state == "closed"


def test_nobody_answers_for_another_entity(session: Session) -> None:
    referral = referral_to(session, "sena")
    messages = set()
    for actor, named in ((ICBF, referral), (SENA, UUID(int=7)), (AGENT, referral)):
        with pytest.raises(NotFound) as refused:
            services.answer_for_entity(session, actor, named, Answer("accepted", 1))
        messages.add(refused.value.message)
    assert len(messages) == 1
    assert stored(session, referral).state == "created"


def test_the_desk_does_not_find_a_restricted_referral(session: Session) -> None:
    referral = referral_to(session, "comisaria-familia", needs=["VBG"])
    with pytest.raises(NotFound):
        services.answer_for_desk(session, AGENT, referral, Answer("withdrawn", 1, "Because"))
    grant_opening(session, SUPERVISOR, stored(session, referral).person_id)
    assert services.answer_for_desk(session, SUPERVISOR, referral, Answer("withdrawn", 1, "Because")).version == 2


def test_the_point_s_list_leaves_restricted_referrals_out(session: Session) -> None:
    referral_to(session, "comisaria-familia", needs=["VBG", "EDU"])
    listed = queries.list_referrals_at_point(session, AGENT, "bucaramanga", ("created",), None, 10)
    assert [referral.service for referral in listed.items if isinstance(referral, DecryptedReferral)] == ["EDU"]
    assert len(listed.items) == 1


def test_two_answers_at_the_same_moment_are_not_both_taken(database: Database) -> None:
    with database.write_session() as session:
        referral = referral_to(session, "sena")
    with database.write_session() as session:
        services.answer_for_entity(session, SENA, referral, Answer("accepted", 1))
    with pytest.raises(Conflict), database.write_session() as session:
        services.answer_for_entity(session, acting("entity", "sena"), referral, Answer("rejected", 1, "Full"))
    with database.read_session() as session:
        assert stored(session, referral).state == "accepted"


NOON = "2026-12-03T12:00:00-05:00"


@pytest.fixture
def morning() -> Iterator[None]:
    """A working morning before the appointments of these tests."""
    with clock.override_now(datetime(2026, 12, 1, 9, tzinfo=clock.TIME_ZONE)):
        yield


@pytest.mark.usefixtures("morning")
def test_an_acceptance_comes_with_an_appointment_and_another_one_replaces_it(session: Session) -> None:
    referral = referral_to(session, "sena")
    first = Answer("accepted", 1, appointment=Appointment(NOON, " Calle 1 ", "La partida de nacimiento"))
    assert services.answer_for_entity(session, SENA, referral, first).version == 2
    assert services.answer_for_entity(session, SENA, referral, first).version == 2  # sent twice, stored once
    assert stored(session, referral).appointment == Appointment(NOON, "Calle 1", "La partida de nacimiento")
    later = Appointment("2026-12-04T08:30:00-05:00")
    services.answer_for_entity(session, SENA, referral, Answer("accepted", 2, appointment=later))
    assert stored(session, referral).appointment == later
    services.answer_for_entity(session, SENA, referral, Answer("attended", 3))
    assert stored(session, referral).appointment is None


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize(
    ("state", "moment", "field"),
    [
        ("attended", NOON, "appointment"),
        ("accepted", "03/12/2026", "appointment"),
        ("accepted", "2026-12-03", "appointment"),  # a day alone, as ISO 8601
        ("accepted", "2026-12-03T10:00", "appointment"),
        ("accepted", "", "appointment"),
        ("accepted", "2026-11-30T12:00:00-05:00", "appointment"),
        ("accepted", "2062-12-03T12:00:00-05:00", "appointment"),
    ],
)
def test_an_appointment_that_cannot_be_is_refused(session: Session, state: str, moment: str, field: str) -> None:
    referral = referral_to(session, "sena")
    with pytest.raises(Invalid) as refused:
        services.answer_for_entity(session, SENA, referral, Answer(state, 1, appointment=Appointment(moment)))
    assert [error.field for error in refused.value.field_errors] == [field]
    assert stored(session, referral).version == 1


@pytest.mark.usefixtures("morning")
def test_what_is_accepted_is_accepted_anew_only_with_an_appointment(session: Session) -> None:
    referral = referral_to(session, "sena")
    services.answer_for_entity(session, SENA, referral, Answer("accepted", 1))
    with pytest.raises(Invalid) as refused:
        services.answer_for_entity(session, SENA, referral, Answer("accepted", 2))
    assert [error.field for error in refused.value.field_errors] == ["appointment"]


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize("typed", ["mañana", "2026-12-04", "9999-12-31T23:59:59-14:00"])
def test_a_late_appointment_is_told_what_differs(session: Session, typed: str) -> None:
    referral = referral_to(session, "sena")
    services.answer_for_entity(session, SENA, referral, Answer("accepted", 1, appointment=Appointment(NOON)))
    late = Answer("accepted", 1, appointment=Appointment(typed))
    with pytest.raises(Conflict) as refused:
        services.answer_for_entity(session, SENA, referral, late)
    (difference,) = refused.value.differences
    assert (difference.yours, difference.theirs[:6]) == (typed, "jueves")
