"""Answers to her own referrals stand on an agent's home, until she has opened them."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.accounts.models import Account
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.intake.draft import read_draft
from attention_point.intake.follow_up.answer_news import list_answer_news, mark_all_opened
from attention_point.intake.services import record_visit
from attention_point.portal.services import write_message_for_entity
from attention_point.referrals import services
from attention_point.referrals.follow_up.answer_marks import mark_answer_opened
from tests.support.directory import load_shipped
from tests.support.staff import SignIn
from tests.support.visits import acting, draft

HERS, COLLEAGUE, OFFICER = acting("agent"), acting("agent"), acting("entity", "sena")


def new_referral(session: Session, acting_as: Actor = HERS) -> UUID:
    values = draft(needs=["EMP-SENA"], attended_at=clock.now().isoformat())
    return UUID(record_visit(session, acting_as, read_draft(values)).response["referrals"][0]["id"])


def news(session: Session, actor: Actor = HERS) -> list[UUID]:
    return [entry.referral.id for entry in list_answer_news(session, actor)]


def test_an_answer_is_news_to_whoever_referred_until_she_opens_it(session: Session) -> None:
    load_shipped(session)
    first, second = new_referral(session), new_referral(session)
    assert news(session) == []
    services.mark_referral_seen(session, OFFICER, first)
    assert news(session) == []
    for referral in (first, second):
        services.answer_for_entity(session, OFFICER, referral, services.Answer("accepted", 1))
    assert news(session) == [second, first]
    assert news(session, COLLEAGUE) == []
    mark_answer_opened(session, COLLEAGUE, first)
    mark_answer_opened(session, HERS, second)
    assert news(session) == [first]
    services.answer_for_entity(session, OFFICER, second, services.Answer("attended", 2))
    assert news(session) == [second, first]
    mark_all_opened(session, HERS)
    assert news(session) == []


def test_what_an_entity_writes_to_the_desk_is_news_before_it_answers(session: Session) -> None:
    load_shipped(session)
    answered, waiting = new_referral(session), new_referral(session)
    write_message_for_entity(session, OFFICER, waiting, "¿Puede venir mañana?", 0)
    services.answer_for_entity(session, OFFICER, answered, services.Answer("accepted", 1))
    assert news(session) == [waiting, answered]
    assert [entry.unread_messages for entry in list_answer_news(session, HERS)] == [1, 0]
    assert news(session, COLLEAGUE) == []
    services.mark_messages_read_at_desk(session, waiting)
    assert news(session) == [answered]


def test_a_confidential_answer_is_no_news_on_a_home(session: Session) -> None:
    load_shipped(session)
    values = draft(needs=["VBG", "EMP-SENA"], attended_at=clock.now().isoformat(), vulnerabilities=["gender_violence"])
    answer = record_visit(session, HERS, read_draft(values)).response
    for referral in answer["referrals"]:
        officer = acting("entity", referral["entity"])
        services.answer_for_entity(session, officer, UUID(referral["id"]), services.Answer("accepted", 1))
    # What stands beside it is hers to see on the day on which she recorded it, and nobody's later.
    ordinary = [UUID(referral["id"]) for referral in answer["referrals"] if referral["entity"] == "sena"]
    assert news(session) == ordinary
    with clock.override_now(clock.now() + timedelta(days=1)):
        assert news(session) == []


def test_her_home_shows_them_and_no_name(app: Flask, as_role: SignIn) -> None:
    client = as_role("agent")
    with app.extensions["database"].write_session() as session:
        email = "agent.desk.1@example.org"
        agent = session.scalars(select(Account).where(Account.email == email)).one()
        referral = new_referral(session, acting_as=replace(HERS, id=agent.id))
        services.answer_for_entity(session, OFFICER, referral, services.Answer("accepted", 1))
    page = client.get("/desk").get_data(as_text=True)
    assert "1 respuesta nueva a sus remisiones" in page
    assert "Velásquez" not in page[page.index("answer-news-title") : page.index("Ya las leí todas")]
    client.get(f"/referrals/{referral}")
    assert "respuesta nueva" not in client.get("/desk").get_data(as_text=True)
