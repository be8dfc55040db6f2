"""Liaisons are told by mail: at once or once a day, without a word about anybody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from attention_point.accounts import services as account_services
from attention_point.accounts.administration import account_changes
from attention_point.accounts.models import Account
from attention_point.accounts.queries import list_liaisons
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.mail import send_due_messages
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.settings import Settings
from attention_point.portal.notifying.jobs import run_notice_job
from attention_point.referrals import notices
from attention_point.referrals.models import ReferralNotice
from tests.accounts.support import token_of
from tests.support.directory import load_shipped
from tests.support.mail import PostOffice, post_office
from tests.support.staff import SignIn
from tests.support.visits import person, recorded

NOON = datetime(2026, 11, 12, 12, tzinfo=clock.TIME_ZONE)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    """An hour of the day at which nothing depends on the hour."""
    with clock.override_now(NOON):
        yield


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


@pytest.fixture
def posted(settings: Settings, office: PostOffice) -> Settings:
    return replace(settings, smtp_url=office.url, public_url="https://atencion.example.org")


def liaison(database: Database, email: str, entity: str = "sena", **values: Any) -> UUID:
    with database.write_session() as session:
        load_shipped(session)
        new = account_services.NewAccount(email, "Ana Rojas", "entity", entity, values.pop("language", "es"))
        account = account_services.add_account(session, SYSTEM, new, "no password", must_change=False)
        if values:
            session.execute(update(Account).where(Account.id == account).values(**values))
    return account


def run_jobs(database: Database, settings: Settings) -> None:
    run_notice_job(database, settings, "every-run")
    send_due_messages(database, settings)


def content(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n")


def test_at_once_tells_how_many_and_where_and_nothing_else(
    database: Database, posted: Settings, office: PostOffice
) -> None:
    liaison(database, "enlace@sena.example.org")
    liaison(database, "enlace@icbf.example.org", "icbf")
    with database.write_session() as session:
        for _each in range(2):
            recorded(session, needs=["EMP-SENA"], person=person(given_names="Canarioverde"), notes="Canarioazul")
    run_jobs(database, posted)
    run_jobs(database, posted)
    assert office.recipients == ["enlace@sena.example.org"]
    with database.read_session() as session:
        # So many letters at one moment would tell which entity it was: whose account answers for which is in clear.
        assert session.scalars(select(OutboxMail.id)).all() == []
        actions = session.scalars(select(JournalEntry.action)).all()
        assert ("referral.notify" in actions, "mail.send" in actions) == (True, False)
    mail = office.took[0][1]
    assert mail["Subject"] == "2 remisiones nuevas esperan su respuesta"
    text = content(mail)
    assert "https://atencion.example.org/portal\n" in text
    for secret in ("Canario", "Velásquez", "EMP", "BGA-", "12.345.678", "Yohana"):
        assert secret not in f"{mail['Subject']}{text}"


def test_a_confidential_referral_is_told_in_the_words_of_every_other(
    database: Database, posted: Settings, office: PostOffice
) -> None:
    liaison(database, "enlace@comisaria.example.org", "comisaria-familia")
    liaison(database, "enlace@sena.example.org")
    with database.write_session() as session:
        recorded(session, needs=["VBG"])
        recorded(session, needs=["EMP-SENA"])
    run_jobs(database, posted)
    (_first, ordinary), (_second, restricted) = sorted(office.took, key=lambda taken: "comisaria" in taken[0])
    assert (ordinary["Subject"], content(ordinary)) == (restricted["Subject"], content(restricted))


def test_the_letter_of_the_day_goes_once_in_the_next_morning(
    database: Database, posted: Settings, office: PostOffice
) -> None:
    for email, entity in (("diario@sena.example.org", "sena"), ("diario@icbf.example.org", "icbf")):
        liaison(database, email, entity, notice_timing="daily")
    for hours in (0, 3):
        with clock.override_now(NOON + timedelta(hours=hours)), database.write_session() as session:
            recorded(session, needs=["EMP-SENA"])
        with clock.override_now(NOON + timedelta(hours=hours + 1)):
            run_jobs(database, posted)
    assert office.took == []
    with database.read_session() as session:
        # One row a run, whoever is told.
        assert len(session.scalars(select(ReferralNotice.id)).all()) == 2
    midnight = NOON + timedelta(hours=12)
    for moment, letters in ((midnight, 0), (midnight + timedelta(hours=6), 1), (midnight + timedelta(hours=9), 1)):
        with clock.override_now(moment):
            run_jobs(database, posted)
        assert len(office.took) == letters
    assert office.took[0][1]["Subject"] == "Remisiones del día: 2 remisiones nuevas llegaron"


def test_who_changes_to_at_once_loses_no_notice(database: Database, posted: Settings, office: PostOffice) -> None:
    account = liaison(database, "cambia@sena.example.org", notice_timing="daily")
    with database.write_session() as session:
        recorded(session, needs=["EMP-SENA"])
    run_jobs(database, posted)
    with database.write_session() as session:
        session.execute(update(Account).where(Account.id == account).values(notice_timing="at_once"))
    with clock.override_now(NOON + timedelta(days=1)):
        run_jobs(database, posted)
    assert [mail["Subject"] for _to, mail in office.took] == ["1 remisión nueva espera su respuesta"]


def test_nothing_is_sent_for_a_disabled_account_not_even_what_waited(
    database: Database, posted: Settings, office: PostOffice
) -> None:
    active = liaison(database, "activa@sena.example.org")
    liaison(database, "inactiva@sena.example.org", active=False)
    with database.write_session() as session:
        recorded(session, needs=["EMP-SENA"])
    run_notice_job(database, posted, "every-run")  # its letter waits in the outbox
    with database.write_session() as session:
        account_changes.disable_account(session, SYSTEM, active)
    send_due_messages(database, posted)
    run_jobs(database, posted)
    assert office.took == []


def test_without_a_mail_server_no_letter_waits_for_one(
    database: Database, settings: Settings, posted: Settings, office: PostOffice
) -> None:
    liaison(database, "enlace@sena.example.org")
    with database.write_session() as session:
        recorded(session, needs=["EMP-SENA"])
    run_notice_job(database, settings, "every-run")
    run_jobs(database, posted)
    assert office.took == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_kind_has_its_sentence_in_the_reader_s_language(
    database: Database, posted: Settings, office: PostOffice, language: str
) -> None:
    liaison(database, "enlace@sena.example.org", language=language)
    with database.write_session() as session:
        for kind in notices.KINDS:
            notices.queue_notice(session, kind, "sena", [UUID(int=1), UUID(int=1), UUID(int=2)])
    run_jobs(database, posted)
    text = content(office.took[0][1])
    word = {"es": "remisi", "en": "referrals"}[language]
    counted = [line for line in text.splitlines() if "2 " in line and word in line]
    assert len(counted) == len(notices.KINDS)


def test_an_entity_chooses_and_others_are_not_asked(as_role: SignIn) -> None:
    entity, agent = as_role("entity", "sena"), as_role("agent")
    assert "Correo sobre remisiones" not in agent.get("/account").get_data(as_text=True)
    page = entity.get("/account")
    assert "Una vez al día, por la mañana" in page.get_data(as_text=True)
    choice = {"csrf_token": token_of(page), "notice_timing": "daily"}
    assert entity.post("/account/notices", data=choice).status_code == 303
    with entity.application.extensions["database"].read_session() as session:
        assert [account.notice_timing for account in list_liaisons(session)] == ["daily"]
    assert entity.post("/account/notices", data={**choice, "notice_timing": "never"}).status_code == 422
