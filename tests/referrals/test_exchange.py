"""What follows an answer: taking it back, reopening, reasons of the entity's list, messages, forwarding."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.foundation.language import in_language
from attention_point.intake.recount import recount_all
from attention_point.portal import services as portal_services
from attention_point.referrals import queries, rules, services
from attention_point.referrals.answers import forwarding, messages
from attention_point.referrals.answers.taking_back import find_answer_to_take_back
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.reasons import services as reason_services
from attention_point.referrals.reasons.queries import list_reason_codes, read_reasons
from attention_point.referrals.reasons.services import EditedReason
from attention_point.referrals.services import Answer
from attention_point.tallies.counted_cells import build_cells_of_facts
from tests.support.counts import read_cells
from tests.support.visits import acting, person, recorded

SENA, SENA_TOO, ICBF = acting("entity", "sena"), acting("entity", "sena"), acting("entity", "icbf")
DESK = acting("agent")


def referrals_to(session: Session, entity: str, count: int = 1, **changes: object) -> list[UUID]:
    answers = [recorded(session, **changes) for _each in range(count)]
    return [UUID(row["id"]) for answer in answers for row in answer["referrals"] if row["entity"] == entity]


def stored(session: Session, referral: UUID) -> DecryptedReferral:
    found = queries.find_referral(session, referral)
    assert found is not None
    return found


def assert_counts_agree(session: Session) -> None:
    counted: dict[tuple, int] = {}
    for facts in recount_all(session):
        for cell, count in build_cells_of_facts(facts).items():
            counted[cell] = counted.get(cell, 0) + count
    assert read_cells(session) == counted


def test_an_answer_is_taken_back_within_a_day_and_what_stood_before_stands_again(session: Session) -> None:
    [referral] = referrals_to(session, "sena")
    services.answer_for_entity(session, SENA, referral, Answer("accepted", 1))
    services.answer_for_entity(session, SENA, referral, Answer("rejected", 2, reason_code="no-places"))
    assert portal_services.take_back_answers(session, SENA_TOO, {referral: 3}) == ([referral], [])
    found = stored(session, referral)
    assert (found.state, found.version) == ("accepted", 4)
    # The same request again changes nothing, and an older page is told.
    assert portal_services.take_back_answers(session, SENA_TOO, {referral: 3}) == ([referral], [])
    assert portal_services.take_back_answers(session, SENA, {referral: 3}) == ([], [referral])
    assert portal_services.take_back_answers(session, SENA, {referral: 4}) == ([referral], [])
    assert stored(session, referral).state == "seen"
    assert stored(session, referral).facts.answered_in is None  # nobody has answered it
    assert find_answer_to_take_back(stored(session, referral), clock.now()) is None
    assert_counts_agree(session)


def test_a_day_later_it_is_reopened_with_a_reason(session: Session) -> None:
    [referral] = referrals_to(session, "sena")
    services.answer_for_entity(session, SENA, referral, Answer("attended", 1))
    with clock.override_now(clock.now() + timedelta(days=1, minutes=1)):
        assert portal_services.take_back_answers(session, SENA, {referral: 2}) == ([], [referral])
        with pytest.raises(Invalid) as refused:
            services.answer_for_entity(session, SENA, referral, Answer("seen", 2))
        assert [error.field for error in refused.value.field_errors] == ["reason"]
        reopened = services.answer_for_entity(session, SENA, referral, Answer("seen", 2, "No terminó el curso"))
        assert (reopened.state, reopened.version) == ("seen", 3)
        assert reopened.waiting_since == reopened.state_at
    assert_counts_agree(session)


@given(st.lists(st.sampled_from(["accepted", "rejected", "attended", "no_show", "back"]), max_size=9))
def test_what_stands_is_what_was_given_and_not_taken_back(tried: list[str]) -> None:
    answers: list[dict[str, object]] = []
    expected: list[str] = []
    for step in tried:
        if step != "back":
            expected.append(step)
            answers.append({"state": step})
        elif expected:
            expected.pop()
            answers.append({"state": expected[-1] if expected else "seen", "takes_back": True})
    assert [answer["state"] for answer in rules.list_standing_answers(answers)] == expected


def test_an_entity_rejects_by_its_own_list_which_keeps_the_words_of_old_answers(session: Session) -> None:
    first, second, third = referrals_to(session, "sena", 3)
    services.answer_for_entity(session, SENA, first, Answer("rejected", 1, reason_code="no-places"))
    edited = [
        EditedReason("no-places", "Sin cupo hasta marzo", "No places until March"),
        EditedReason("", "Curso lleno", ""),
    ]
    reason_services.edit_reasons(session, SENA, "sena", edited, 0)
    assert list_reason_codes(session, "sena") == ["no-places", "curso-lleno"]
    assert "no-places" in list_reason_codes(session, "icbf")
    with pytest.raises(Conflict):
        reason_services.edit_reasons(session, DESK, "sena", edited, 0)
    reason_services.edit_reasons(session, SENA, "sena", [EditedReason("curso-lleno", "Curso lleno", "Full")], 1)
    with pytest.raises(Invalid):
        services.answer_for_entity(session, SENA, second, Answer("rejected", 1, reason_code="no-places"))
    services.answer_for_entity(session, SENA, second, Answer("rejected", 1, reason_code="curso-lleno"))
    with pytest.raises(Invalid):
        services.answer_for_entity(session, SENA, third, Answer("rejected", 1, reason_code="other"))
    services.answer_for_entity(session, SENA, third, Answer("rejected", 1, "No vino nadie"))  # a program of before
    last = [stored(session, referral).record["answers"][-1] for referral in (first, second, third)]
    assert [answer["reason_code"] for answer in last] == ["no-places", "curso-lleno", "other"]
    assert last[0]["reason_words"]["es"] == "No hay cupo ahora"
    # What is offered no more stays in the list for the answers that named it.
    assert {row.code for row in read_reasons(session, "sena").reasons} >= {"no-places", "curso-lleno"}


def test_messages_go_both_ways_once_each_and_wait_until_they_are_opened(session: Session) -> None:
    [referral] = referrals_to(session, "sena")
    services.write_message_for_desk(session, DESK, referral, "  ¿Puede ir el lunes? ", 0)
    services.write_message_for_desk(session, DESK, referral, "¿Puede ir el lunes?", 0)  # sent twice
    found = stored(session, referral)
    assert [message["text"] for message in found.messages] == ["¿Puede ir el lunes?"]
    assert (found.count_unread_messages("entity"), found.count_unread_messages("desk")) == (1, 0)
    assert found.version == 1  # nobody's form became stale
    services.mark_referral_seen(session, SENA, referral)
    portal_services.write_message_for_entity(session, SENA, referral, "Sí", 1)
    found = stored(session, referral)
    assert (found.count_unread_messages("entity"), found.count_unread_messages("desk")) == (0, 1)
    for text in ("", " \n", "x" * (messages.MESSAGE_MAX_LENGTH + 1), "a\x00b"):
        with pytest.raises(Invalid):
            portal_services.write_message_for_entity(session, SENA, referral, text, 2)
    with pytest.raises(NotFound):
        portal_services.write_message_for_entity(session, ICBF, referral, "Hola", 0)


def test_a_referral_goes_on_to_another_entity_with_the_person_s_consent_alone(session: Session) -> None:
    [referral] = referrals_to(session, "sena")
    services.answer_for_entity(session, SENA, referral, Answer("rejected", 1, reason_code="no-places"))
    service, entity = next(
        (offer.service, offer.entity) for offer in forwarding.list_targets(session, stored(session, referral))
    )
    without = forwarding.Forwarding(service, entity, "", 2)
    with pytest.raises(Invalid) as refused:
        portal_services.forward_referral(session, SENA, referral, without)
    assert [error.field for error in refused.value.field_errors] == ["consent"]
    agreed = forwarding.Forwarding(service, entity, "by-telephone", 2, "2026-11")
    old = portal_services.forward_referral(session, SENA, referral, agreed)
    assert (old.state, old.record["answers"][-1]["reason_code"]) == ("closed", "forwarded")
    assert old.forwarded_to is not None
    new = stored(session, old.forwarded_to)
    assert (new.entity, new.service, new.state, new.visit_id) == (entity, service, "created", old.visit_id)
    assert new.record["answers"] == []
    assert new.record["consent"]["way"] == "by-telephone"
    assert queries.find_referral(session, new.id, entity="sena") is None  # the first entity does not see it
    with pytest.raises(Conflict):
        portal_services.forward_referral(
            session, SENA, referral, forwarding.Forwarding(service, entity, "in-person", 3)
        )
    with pytest.raises(Invalid):  # what went on is opened there, not here
        services.answer_for_desk(session, DESK, referral, Answer("seen", 3, "Reabrir"))
    assert_counts_agree(session)


def test_nobody_is_forwarded_from_an_ordinary_errand_to_a_service_for_victims(session: Session) -> None:
    [referral] = referrals_to(session, "sena")
    assert not any(offer.restricted for offer in forwarding.list_targets(session, stored(session, referral)))


def test_several_are_answered_at_once_and_what_changed_meanwhile_is_left_as_it_is(session: Session) -> None:
    referrals = referrals_to(session, "sena", 5)
    [foreign] = referrals_to(
        session, "icbf", person=person(birth_date="2006-02-01"), household={"accompanied_by": "alone"}
    )
    services.answer_for_entity(session, SENA_TOO, referrals[0], Answer("rejected", 1, "Lleno"))
    services.answer_for_desk(session, DESK, referrals[1], Answer("withdrawn", 1, "Ya no la necesita"))
    versions: dict[UUID, int] = dict.fromkeys([*referrals, foreign], 1)
    answered, left = portal_services.answer_several(session, SENA, versions, Answer("attended", 0))
    assert answered == referrals[2:]
    assert set(left) == {*referrals[:2], foreign}
    assert states(session, [*referrals, foreign]) == ["rejected", "withdrawn", *["attended"] * 3, "created"]
    undone, left = portal_services.take_back_answers(session, SENA, dict.fromkeys(answered, 2))
    assert (undone, left) == (answered, [])
    assert states(session, answered) == ["seen"] * 3
    with pytest.raises(Invalid):
        portal_services.answer_several(session, SENA, dict.fromkeys(answered, 3), Answer("rejected", 0))
    assert_counts_agree(session)


def test_an_answer_to_what_the_desk_withdrew_is_told_so(session: Session) -> None:
    (referral,) = referrals_to(session, "sena")
    services.answer_for_desk(session, DESK, referral, Answer("withdrawn", 1, "Ya no la necesita"))
    with in_language("es"), pytest.raises(Conflict, match="El punto de atención retiró esta remisión"):
        services.answer_for_entity(session, SENA, referral, Answer("attended", 1))


def states(session: Session, referrals: Sequence[UUID]) -> list[str]:
    return [stored(session, referral).state for referral in referrals]
