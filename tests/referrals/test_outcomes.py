"""What the person says became of a referral: sealed, journalled without its content, and never a state of its own."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.foundation.journal import JournalEntry
from attention_point.intake.recount import recount_all
from attention_point.referrals import queries, rules, services
from attention_point.referrals.descriptions import list_person_referrals
from attention_point.referrals.models import Referral
from attention_point.tallies.counted_cells import build_cells_of_facts
from tests.support.counts import read_cells
from tests.support.openings import grant_opening
from tests.support.pages import PageClient
from tests.support.staff import SignIn
from tests.support.visits import AGENT, acting, person, recorded

SENA, OFFICER = "sena", acting("entity", "sena")


def new_referral(session: Session, **changes: Any) -> UUID:
    answer = recorded(session, **{"person": person(), **changes})
    return next(UUID(referral["id"]) for referral in answer["referrals"] if referral["entity"] == SENA)


def read_row(session: Session, referral: UUID) -> Referral:
    row = session.get(Referral, referral, populate_existing=True)
    assert row is not None
    return row


def outcome_of(session: Session, referral: UUID) -> str | None:
    decrypted = queries.find_referral(session, referral)
    assert decrypted is not None
    return decrypted.person_outcome["outcome"] if decrypted.person_outcome else None


def count_words(session: Session) -> dict[str, int]:
    return {key[3]: count for key, count in read_cells(session).items() if key[2] == "person-outcomes-by-entity"}


def test_what_is_said_is_sealed_and_counted_and_changes_neither_state_nor_version(session: Session) -> None:
    referral = new_referral(session)
    before = read_row(session, referral)
    state = (before.state, before.version, before.state_at)
    services.record_person_outcome(session, AGENT, referral, "refused", 0)
    after = read_row(session, referral)
    assert (after.state, after.version, after.state_at) == state
    assert b"refused" not in (after.sealed or b"")
    assert outcome_of(session, referral) == "refused"
    assert count_words(session) == {"sena|refused": 1}
    assert read_cells(session) == Counter(
        cell for facts in recount_all(session) for cell in build_cells_of_facts(facts)
    )
    services.record_person_outcome(session, AGENT, referral, "unsaid", 1)
    assert count_words(session) == {}


def test_the_journal_keeps_that_it_was_noted_and_not_what(session: Session) -> None:
    referral = new_referral(session)
    services.record_person_outcome(session, AGENT, referral, "not_served", 0)
    entry = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc()).limit(1)).one()
    assert (entry.action, entry.subject, entry.subject_id) == ("referral.outcome", "referral", str(referral))
    assert "served" not in entry.detail


def test_the_same_word_twice_is_noted_once_and_a_word_can_be_taken_back(session: Session) -> None:
    referral = new_referral(session)
    services.record_person_outcome(session, AGENT, referral, "served", 0)
    services.record_person_outcome(session, AGENT, referral, "served", 0)
    services.record_person_outcome(session, AGENT, referral, "unsaid", 1)
    decrypted = queries.find_referral(session, referral)
    assert decrypted is not None
    assert [outcome["outcome"] for outcome in decrypted.person_outcomes] == ["served", "unsaid"]
    assert decrypted.person_outcome is None


def test_whoever_saw_an_older_list_is_told_what_differs(session: Session) -> None:
    referral = new_referral(session)
    services.record_person_outcome(session, AGENT, referral, "served", 0)
    with pytest.raises(Conflict) as caught:
        services.record_person_outcome(session, acting("agent"), referral, "refused", 0)
    (difference,) = caught.value.differences
    assert (difference.yours, difference.theirs) == ("Dice que le negaron la atención", "Dice que recibió atención")
    assert outcome_of(session, referral) == "served"


def test_an_answer_of_the_entity_and_what_the_person_says_stand_beside_each_other(session: Session) -> None:
    referral = new_referral(session)
    services.record_person_outcome(session, AGENT, referral, "not_served", 0)
    services.answer_for_entity(session, OFFICER, referral, services.Answer("attended", 1))
    services.record_person_outcome(session, AGENT, referral, "refused", 1)
    decrypted = queries.find_referral(session, referral)
    assert decrypted is not None
    assert decrypted.state == "attended"
    assert [answer["state"] for answer in decrypted.record["answers"]] == ["attended"]


@pytest.mark.parametrize("outcome", ["", "accepted", "attended", "SERVED"])
def test_what_is_no_outcome_is_refused(session: Session, outcome: str) -> None:
    with pytest.raises(Invalid):
        services.record_person_outcome(session, AGENT, new_referral(session), outcome, 0)


def test_nothing_is_said_of_a_referral_that_was_withdrawn(session: Session) -> None:
    referral = new_referral(session)
    services.answer_for_desk(session, AGENT, referral, services.Answer("withdrawn", 1, "No longer wanted."))
    with pytest.raises(Invalid):
        services.record_person_outcome(session, AGENT, referral, "served", 0)


def test_a_restricted_referral_is_as_if_it_were_not_there(session: Session) -> None:
    answer = recorded(session, person=person(), needs=["VBG"], vulnerabilities=["gender_violence"])
    referral = UUID(answer["referrals"][0]["id"])
    with pytest.raises(NotFound):
        services.record_person_outcome(session, acting("agent"), referral, "served", 0)
    supervisor = acting("supervisor")
    grant_opening(session, supervisor, read_row(session, referral).person_id)
    services.record_person_outcome(session, supervisor, referral, "served", 0)


@pytest.mark.parametrize(
    ("outcome", "state", "restricted", "shown"),
    [
        ("served", "seen", False, True),
        ("not_served", "accepted", False, True),
        ("refused", "created", False, False),
        ("served", "attended", False, False),
        ("served", "created", True, False),
        ("unsaid", "created", False, False),
    ],
)
def test_the_entity_learns_only_what_helps_an_open_referral_on(
    outcome: str, state: str, restricted: bool, shown: bool
) -> None:
    assert rules.is_outcome_shown_to_entity(outcome, state, restricted=restricted) is shown


def news_of(session: Session, actor: Actor, person_id: UUID) -> list[str]:
    return [entry.referral.entity for entry in list_person_referrals(session, actor, person_id).current]


def test_what_became_of_the_referrals_begins_with_what_is_urgent_then_open_then_newest(session: Session) -> None:
    answer = recorded(
        session,
        person=person(birth_date="2005-12-24"),
        needs=["EDU", "EMP-SENA", "MIG-REG"],
        household={"accompanied_by": "alone"},
        guardian={"name": "Rosa Peña", "relation": "custodian"},
    )
    row = read_row(session, UUID(answer["referrals"][0]["id"]))
    sena = next(UUID(entry["id"]) for entry in answer["referrals"] if entry["entity"] == SENA)
    services.answer_for_entity(session, OFFICER, sena, services.Answer("rejected", 1, "Sin cupo.", "Vuelva en enero."))
    news = list_person_referrals(session, AGENT, row.person_id)
    assert [entry.referral.entity for entry in news.current][0] == "icbf"
    assert [entry.referral.entity for entry in news.current][-1] == SENA
    assert news.current[-1].entity_message == "Sin cupo. Vuelva en enero."
    entry = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc()).limit(1)).one()
    assert (entry.action, entry.subject, entry.subject_id) == ("referral.list", "person", str(row.person_id))


def test_what_is_over_or_long_answered_is_put_aside(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = recorded(session, person=person())
    row = read_row(session, UUID(answer["referrals"][0]["id"]))
    sena = next(UUID(entry["id"]) for entry in answer["referrals"] if entry["entity"] == SENA)
    services.answer_for_entity(session, OFFICER, sena, services.Answer("attended", 1))
    assert SENA in news_of(session, AGENT, row.person_id)
    later = clock.now() + timedelta(days=91)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert SENA not in news_of(session, AGENT, row.person_id)
    assert "migracion-colombia" in news_of(session, AGENT, row.person_id)  # still waits


def test_restricted_referrals_are_news_to_a_supervisor_alone(session: Session) -> None:
    answer = recorded(session, person=person(), needs=["VBG"], vulnerabilities=["gender_violence"])
    row = read_row(session, UUID(answer["referrals"][0]["id"]))
    assert news_of(session, acting("agent"), row.person_id) == []
    supervisor = acting("supervisor")
    assert news_of(session, supervisor, row.person_id) == []
    grant_opening(session, supervisor, row.person_id)
    assert len(news_of(session, supervisor, row.person_id)) == len(answer["referrals"])


@pytest.fixture
def referral_id(app: Flask, as_role: SignIn) -> UUID:
    as_role("agent")
    with app.extensions["database"].write_session() as session:
        return new_referral(session)


def post_outcome(client: PageClient, referral: UUID, outcome: str, version: int, page: str = "") -> Any:
    fields = {"outcome": outcome, "version": str(version), "page": page}
    shown = client.get(f"/referrals/{referral}").get_data(as_text=True)
    token = shown.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    return client.post(f"/referrals/{referral}/outcome", data={**fields, "csrf_token": token})


def test_an_agent_notes_it_with_a_tap_and_comes_back_to_where_she_was(as_role: SignIn, referral_id: UUID) -> None:
    agent = as_role("agent", number=2)
    page = f"/visits/{referral_id}"
    assert post_outcome(agent, referral_id, "refused", 0, page).headers["Location"] == page
    assert "Dice que le negaron la atención" in agent.get(f"/referrals/{referral_id}").get_data(as_text=True)


@pytest.mark.parametrize("page", ["https://example.org/", "//example.org", "/sign-out", "/people/../sign-out", ""])
def test_nobody_is_led_out_of_the_desk(as_role: SignIn, referral_id: UUID, page: str) -> None:
    reply = post_outcome(as_role("agent", number=2), referral_id, "served", 0, page)
    assert reply.headers["Location"] == f"/referrals/{referral_id}"


@pytest.mark.parametrize(
    ("outcome", "shown"), [("served", True), ("not_served", True), ("refused", False), ("unsaid", False)]
)
def test_the_entity_s_page_says_what_helps_and_no_more(
    as_role: SignIn, referral_id: UUID, outcome: str, shown: bool
) -> None:
    agent = as_role("agent", number=2)
    post_outcome(agent, referral_id, "served" if outcome == "unsaid" else outcome, 0)
    if outcome == "unsaid":
        post_outcome(agent, referral_id, "unsaid", 1)
    page_text = as_role("entity", entity=SENA).get(f"/portal/referrals/{referral_id}").get_data(as_text=True)
    assert ("La persona dice" in page_text or "Dice que" in page_text) is shown
