"""Notices of deadlines: whom they reach, each once, on which days; and what the list shows of them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.accounts import services as account_services
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import Job, latest_working_day, run_due_jobs
from attention_point.foundation.mail import send_due_messages
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.settings import Settings
from attention_point.registers.agreements import queries
from attention_point.registers.agreements.commands import run_notice_job
from attention_point.registers.agreements.feature import agreements
from attention_point.registers.agreements.models import AgreementAlert
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.agreements.services import MAX_DEADLINES_IN_LETTER, queue_due_notices
from attention_point.registers.shared.records import removals, services
from tests.accounts.support import password_hash
from tests.support.mail import post_office

ADDRESS = "https://punto.example.org"
TODAY = date(2019, 4, 1)


def keep(session: Session, name: str, **facts: Any) -> UUID:
    """An agreement that is being carried out."""
    return services.add_record(session, SYSTEM, AGREEMENTS, {"name": name, "state": "running", **facts})


def someone(session: Session, role: str, language: str = "es") -> str:
    """An account of a role; its address."""
    email = f"{role}.{language}@example.org"
    new = account_services.NewAccount(email, "Ana Rojas", role, None, language=language)
    account_services.add_account(session, SYSTEM, new, password_hash(), must_change=False)
    return email


def waiting(session: Session) -> int:
    """How many letters are in the outbox."""
    return session.scalar(select(func.count()).select_from(OutboxMail)) or 0


def delivered(database: Database, settings: Settings) -> dict[str, tuple[str, str]]:
    """What a real mail server takes of the outbox: subject and text by recipient."""
    with post_office() as office:
        send_due_messages(database, replace(settings, smtp_url=office.url))
    return {to: (mail["Subject"], mail.get_content().replace("\r\n", "\n")) for to, mail in office.took}


def test_a_notice_is_given_once_and_the_next_when_its_day_comes(session: Session) -> None:
    someone(session, "office")
    keep(session, "Convenio del agua", valid_to="2019-05-01")
    assert queue_due_notices(session, SYSTEM, TODAY, ADDRESS) == 1
    assert queue_due_notices(session, SYSTEM, TODAY, ADDRESS) == 0
    assert queue_due_notices(session, SYSTEM, TODAY + timedelta(days=22), ADDRESS) == 0
    assert queue_due_notices(session, SYSTEM, TODAY + timedelta(days=23), ADDRESS) == 1
    assert queue_due_notices(session, SYSTEM, TODAY + timedelta(days=90), ADDRESS) == 1
    assert queue_due_notices(session, SYSTEM, TODAY + timedelta(days=400), ADDRESS) == 0
    assert waiting(session) == 3


def test_a_new_day_is_told_anew(session: Session) -> None:
    someone(session, "office")
    key = keep(session, "Convenio del agua", valid_to="2019-05-01")
    queue_due_notices(session, SYSTEM, TODAY, ADDRESS)
    services.update_record(
        session, SYSTEM, AGREEMENTS, key, 1, {"name": "Convenio del agua", "state": "running", "valid_to": "2019-04-29"}
    )
    assert queue_due_notices(session, SYSTEM, TODAY + timedelta(days=1), ADDRESS) == 1


def test_what_is_over_or_far_or_reached_is_not_told(session: Session) -> None:
    someone(session, "office")
    keep(session, "Lejano", valid_to="2019-07-01", milestones=[{"name": "Informe", "due": "2019-04-17"}])
    keep(session, "Terminado", state="ended", valid_to="2019-04-02")
    keep(session, "Cumplido", milestones=[{"name": "Informe", "due": "2019-04-02", "date": "2019-03"}])
    assert queue_due_notices(session, SYSTEM, TODAY, ADDRESS) == 0
    assert queue_due_notices(session, SYSTEM, TODAY + timedelta(days=1), ADDRESS) == 2


def test_while_nobody_may_edit_the_notices_wait(session: Session) -> None:
    someone(session, "auditor")
    keep(session, "Convenio del agua", valid_to="2019-05-01")
    assert queue_due_notices(session, SYSTEM, TODAY, ADDRESS) == 0
    someone(session, "office")
    assert queue_due_notices(session, SYSTEM, TODAY, ADDRESS) == 1
    assert waiting(session) == 1


def test_a_removed_agreement_takes_its_notices_along(session: Session) -> None:
    someone(session, "office")
    key = keep(session, "Convenio del agua", valid_to="2019-05-01")
    queue_due_notices(session, SYSTEM, TODAY, ADDRESS)
    removals.remove_record(session, SYSTEM, AGREEMENTS, key, 1)
    session.expire_all()
    assert session.scalars(select(AgreementAlert)).all() == []
    assert queries.list_near_deadlines(session, TODAY) == []


def test_coming_days_stand_in_their_order(session: Session) -> None:
    keep(
        session,
        "B",
        valid_to="2019-06",
        milestones=[{"name": "Uno", "due": "2019-04-10"}, {"name": "Dos", "due": "2019-04-10"}],
    )
    keep(session, "A", valid_to="2018")
    near = queries.list_near_deadlines(session, TODAY)
    assert [(each.agreement.name, each.deadline.milestone, each.days_left) for each in near] == [
        ("A", "", -91),
        ("B", "Dos", 9),
        ("B", "Uno", 9),
        ("B", "", 90),
    ]
    assert [each.agreement.name for each in queries.list_near_deadlines(session, TODAY, 1)] == ["A"]


def test_each_reads_the_letter_in_their_language(database: Database, settings: Settings) -> None:
    with database.write_session() as session:
        spanish, english = someone(session, "office"), someone(session, "office", "en")
        someone(session, "supervisor")
        key = keep(
            session, "Convenio del agua", valid_to="2019-05-01", milestones=[{"name": "Informe", "due": "2019-03"}]
        )
        queue_due_notices(session, SYSTEM, TODAY, ADDRESS)
    letters = delivered(database, settings)
    assert set(letters) == {spanish, english}
    subject, body = letters[spanish]
    assert subject == "2 plazos de convenios"
    assert "Convenio del agua: su vigencia termina el 1 de mayo de 2019." in body
    assert "Convenio del agua: el plazo de «Informe» venció el 31 de marzo de 2019." in body
    assert f"{ADDRESS}/registers/agreements/{key}\n" in body
    assert "its validity ends on" in letters[english][1]


def test_of_very_many_the_letter_says_how_many_more(database: Database, settings: Settings) -> None:
    with database.write_session() as session:
        someone(session, "office")
        due = [{"name": f"Hito {number}", "due": "2019-04-02"} for number in range(MAX_DEADLINES_IN_LETTER + 2)]
        keep(session, "Convenio", milestones=due)
        queue_due_notices(session, SYSTEM, TODAY, ADDRESS)
    ((_subject, body),) = delivered(database, settings).values()
    assert "Y 2 más." in body
    assert body.count("Hito ") == MAX_DEADLINES_IN_LETTER


@pytest.mark.parametrize(
    ("today", "period"),
    [
        (date(2019, 4, 1), "2019-04-01"),
        (date(2019, 4, 7), "2019-04-05"),
        (date(2019, 4, 19), "2019-04-17"),  # Holy Thursday and Good Friday
    ],
)
def test_it_is_due_on_working_days(today: date, period: str) -> None:
    assert latest_working_day(today) == period


def test_the_job_runs_once_a_day(database: Database, settings: Settings) -> None:
    assert agreements.jobs == (Job("agreement-notices", latest_working_day, run_notice_job),)
    with database.write_session() as session:
        someone(session, "office")
        keep(session, "Convenio del agua", valid_to="2019-05-01")
    ran = [list(run_due_jobs(database, settings, agreements.jobs, TODAY)) for _again in range(2)]
    assert [[each.error for each in some] for some in ran] == [[None], []]
    with database.read_session() as session:
        assert waiting(session) == 1
