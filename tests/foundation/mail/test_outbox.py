"""The outbox: kept with the transaction, sent once, tried again, given up, and never two processes at one mail."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text, update
from structlog.testing import capture_logs

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Invalid
from attention_point.foundation.jobs import due_every_run, single_run_lock
from attention_point.foundation.journal import queries as journal_queries
from attention_point.foundation.journal.verification.chain_verification import verify_chain
from attention_point.foundation.mail import (
    Attachment,
    MailServerError,
    Message,
    outbox,
    queue_message,
    send_due_messages,
)
from attention_point.foundation.mail.checks import check_mail
from attention_point.foundation.mail.commands import mail_commands, run_send_job
from attention_point.foundation.mail.feature import mail
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.mail.outbox import SendingResult
from attention_point.foundation.settings import Settings
from tests.accounts.support import Clock
from tests.support.damage import refused
from tests.support.mail import PostOffice

ANA = Message("ana.rojas@example.org", "Cifras", "Canario amarillo.\n", (Attachment("cifras.pdf", b"%PDF-canario"),))
LUIS = replace(ANA, to="luis.mora@example.org")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock, standing still until a test moves it."""
    moved = Clock()
    monkeypatch.setattr(clock, "now", moved)
    return moved


@pytest.fixture
def posted(settings: Settings, office: PostOffice) -> Settings:
    """Settings with the mail server."""
    return replace(settings, smtp_url=office.url)


def keep(database: Database, *messages: Message, key: str = "notice/2017-09") -> list[bool]:
    with database.write_session() as session:
        return [queue_message(session, key, message) for message in messages]


def rows(database: Database) -> list[OutboxMail]:
    with database.read_session() as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def test_what_is_kept_is_sent_once_and_emptied(database: Database, posted: Settings, office: PostOffice) -> None:
    assert keep(database, ANA, LUIS) == [True, True]
    assert send_due_messages(database, posted) == SendingResult(taken=2)
    assert send_due_messages(database, posted) == SendingResult()
    assert office.recipients == [ANA.to, LUIS.to]
    assert office.connections == 1
    (attachment,) = office.took[0][1].iter_attachments()
    assert attachment.get_content() == b"%PDF-canario"
    assert [(row.sealed, row.next_try_at, row.tries, row.last_error) for row in rows(database)] == [
        (None, None, 1, None)
    ] * 2
    with database.read_session() as session:
        assert [row.action for row in journal_queries.stream_entries(session)] == ["mail.send"] * 2
        assert verify_chain(session).faults == []


def test_the_same_to_the_same_goes_once(database: Database, posted: Settings, office: PostOffice) -> None:
    assert keep(database, ANA, ANA, LUIS, replace(ANA, to="Ana.Rojas@example.org")) == [True, False, True, False]
    send_due_messages(database, posted)
    assert keep(database, ANA) == [False]
    assert keep(database, ANA, key="notice/2017-10") == [True]
    send_due_messages(database, posted)
    assert office.recipients == [ANA.to, LUIS.to, ANA.to]


def test_nothing_of_a_rolled_back_transaction_is_sent(database: Database, posted: Settings, office: PostOffice) -> None:
    with pytest.raises(ZeroDivisionError), database.write_session() as session:  # noqa: PT012
        queue_message(session, "notice", ANA)
        raise ZeroDivisionError
    assert send_due_messages(database, posted) == SendingResult()
    assert office.took == []


def test_a_wrong_message_is_refused_when_kept(database: Database) -> None:
    with pytest.raises(Invalid):
        keep(database, replace(ANA, subject="a\nBcc: luis.mora@example.org"))
    assert rows(database) == []


def test_while_it_waits_nobody_can_read_it_in_the_database(database: Database) -> None:
    keep(database, ANA)
    with database.read_session() as session:
        (row,) = session.execute(text("SELECT * FROM mail_outbox")).mappings().all()
    stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
    for canary in (b"ana.rojas", b"example.org", b"amarillo", b"canario", b"Cifras", b"notice"):
        assert canary not in stored


def test_who_is_refused_waits_longer_each_time_and_the_others_go(
    database: Database, posted: Settings, office: PostOffice, time: Clock
) -> None:
    office.refuse = {ANA.to: "451 later"}
    keep(database, ANA, LUIS)
    assert send_due_messages(database, posted) == SendingResult(taken=1, postponed=1)
    assert send_due_messages(database, posted) == SendingResult()
    waits = []
    for _time in range(outbox.MAX_TRIES - 2):
        due = rows(database)[0].next_try_at
        assert due is not None
        waits.append(due - time.moment)
        time.moment = due
        assert send_due_messages(database, posted) == SendingResult(postponed=1)
    assert waits[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert waits == sorted(waits)
    time.pass_by(days=1)
    assert send_due_messages(database, posted) == SendingResult(given_up=1)
    time.pass_by(days=1)
    assert send_due_messages(database, posted) == SendingResult()
    assert (rows(database)[0].tries, rows(database)[0].last_error) == (outbox.MAX_TRIES, "mail-recipient-451")
    assert office.recipients == [LUIS.to]


def test_a_clock_that_was_years_ahead_holds_up_no_mail(
    database: Database, posted: Settings, office: PostOffice, time: Clock
) -> None:
    time.pass_by(days=730)
    keep(database, ANA)
    time.pass_by(days=-730)
    assert send_due_messages(database, posted) == SendingResult(taken=1)
    assert send_due_messages(database, posted) == SendingResult()


def test_who_is_refused_and_then_taken_gets_one(
    database: Database, posted: Settings, office: PostOffice, time: Clock
) -> None:
    office.refuse = {ANA.to: "451 later"}
    keep(database, ANA)
    send_due_messages(database, posted)
    office.refuse = {}
    time.pass_by(minutes=16)
    assert send_due_messages(database, posted) == SendingResult(taken=1)
    assert office.recipients == [ANA.to]
    assert rows(database)[0].last_error is None


def test_what_is_refused_for_good_can_be_taken_up_again_for_a_month(
    database: Database, posted: Settings, office: PostOffice, time: Clock
) -> None:
    office.refuse = {ANA.to: "550 unknown", LUIS.to: "550 unknown"}
    keep(database, ANA)
    assert send_due_messages(database, posted) == SendingResult(given_up=1)
    office.refuse = {}
    assert send_due_messages(database, posted) == SendingResult()
    with database.write_session() as session:
        outbox.requeue_given_up(session)
    assert send_due_messages(database, posted) == SendingResult(taken=1)
    office.refuse = {LUIS.to: "550 unknown"}
    keep(database, LUIS)
    send_due_messages(database, posted)
    time.pass_by(days=31)
    send_due_messages(database, posted)
    with database.write_session() as session:
        outbox.requeue_given_up(session)
    assert send_due_messages(database, posted) == SendingResult()
    assert [row.sealed for row in rows(database)] == [None, None]


def test_a_server_that_cannot_be_used_costs_no_try(database: Database, posted: Settings, office: PostOffice) -> None:
    keep(database, ANA)
    office.refuse_sender = "553 not you"
    for wrong in (posted, replace(posted, smtp_url=None), replace(posted, smtp_url="smtp://127.0.0.1:1")):
        with pytest.raises(MailServerError):
            send_due_messages(database, wrong)
    assert [row.tries for row in rows(database)] == [0]
    office.refuse_sender = "250 OK"
    assert send_due_messages(database, posted) == SendingResult(taken=1)


def test_a_mail_that_does_not_open_keeps_no_other_waiting(
    database: Database, posted: Settings, office: PostOffice
) -> None:
    keep(database, ANA, LUIS)
    first, second = rows(database)
    with database.write_session() as session:
        session.execute(update(OutboxMail).where(OutboxMail.id == first.id).values(sealed=second.sealed))
    assert send_due_messages(database, posted) == SendingResult(taken=1, given_up=1)
    assert office.recipients == [LUIS.to]
    assert rows(database)[0].last_error == "VaultError"
    assert refused(database) == [("mail_outbox", str(first.id))]
    (sentence,) = [sentence for sentence in check_mail(database, posted) if "no abre" in sentence]
    assert str(first.id) in sentence


def test_the_same_mail_sent_twice_says_so(database: Database, posted: Settings, office: PostOffice) -> None:
    """The machine stopped after the server's yes: the message goes again, under the same Message-ID."""
    keep(database, ANA)
    (waiting,) = rows(database)
    send_due_messages(database, posted)
    with database.write_session() as session:
        values = {"sealed": waiting.sealed, "next_try_at": waiting.next_try_at}
        session.execute(update(OutboxMail).values(values))
    send_due_messages(database, posted)
    first, second = (sent["Message-ID"] for _to, sent in office.took)
    assert first == second


def test_two_at_once_send_each_mail_once(
    database: Database, posted: Settings, office: PostOffice, vault: object
) -> None:
    keep(database, *(replace(ANA, to=f"staff.{number}@example.org") for number in range(12)))
    other = Database(database.url.render_as_string(hide_password=False), {"vault": vault})
    results: list[SendingResult | None] = []
    start = threading.Barrier(2)

    def work(mine: Database) -> None:
        start.wait(60)
        results.append(send_due_messages(mine, posted))

    threads = [threading.Thread(target=work, args=(opened,)) for opened in (database, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    other.close()
    assert sorted(office.recipients) == sorted({*office.recipients})
    assert len(office.took) == 12
    assert SendingResult(taken=12) in results


def test_while_another_sends_nothing_is_sent(database: Database, posted: Settings, office: PostOffice) -> None:
    keep(database, ANA)
    with single_run_lock(database, "mail") as mine:
        assert mine
        assert send_due_messages(database, posted) is None
    assert office.took == []


def test_the_log_names_no_address_and_no_content(database: Database, posted: Settings, office: PostOffice) -> None:
    office.refuse = {ANA.to: f"550 {ANA.to} unknown"}
    keep(database, ANA, LUIS)
    with capture_logs() as logs:
        send_due_messages(database, posted)
    assert {entry["event"] for entry in logs} == {"mail.refused"}
    for canary in ("example.org", "ana", "luis", "amarillo", "canario", "Cifras"):
        assert canary not in str(logs)


@pytest.fixture
def command(
    database: Database, posted: Settings, vault: object, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Runs ``mail …`` on the test's installation."""
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("ATTENTION_POINT_SMTP_URL", posted.smtp_url or "")

    def run(*arguments: str) -> Result:
        with capture_logs():
            return CliRunner().invoke(mail_commands, arguments, obj=lambda: Database(url, {"vault": vault}))

    return run


def test_the_command_says_what_it_did(database: Database, command: Callable[..., Result], office: PostOffice) -> None:
    keep(database, ANA, LUIS)
    office.refuse = {ANA.to: "550 unknown"}
    result = command("send")
    assert (result.exit_code, result.stdout) == (1, "Enviados: 1.\n")
    assert "Sin más intentos: 1." in result.stderr
    assert command("send").exit_code == 0
    office.refuse = {}
    again = command("send", "--again")
    assert (again.exit_code, again.stdout) == (0, "Enviados: 1.\n")
    with single_run_lock(database, "mail"):
        assert command("send").stdout == "Otro proceso está enviando el correo.\n"


def test_the_command_without_a_server(
    database: Database, command: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ATTENTION_POINT_SMTP_URL")
    assert command("send").exit_code == 0  # nothing waits
    keep(database, ANA)
    result = command("send")
    assert result.exit_code == 1
    assert "ATTENTION_POINT_SMTP_URL" in result.stderr


def test_the_job_sends_and_fails_when_something_is_left(
    database: Database, posted: Settings, office: PostOffice
) -> None:
    keep(database, ANA, LUIS)
    office.refuse = {ANA.to: "451 later"}
    with pytest.raises(AppError, match="1") as caught:
        run_send_job(database, posted, "every-run")
    assert caught.value.code == "mail-not-taken"
    run_send_job(database, posted, "every-run")
    assert office.recipients == [LUIS.to]
    assert [(job.name, job.due_period, job.run) for job in mail.jobs] == [("mail", due_every_run, run_send_job)]


def test_the_job_is_quiet_where_no_mail_is_wanted(database: Database, settings: Settings) -> None:
    with capture_logs() as logs:
        run_send_job(database, settings, "every-run")
    assert logs == []
    keep(database, ANA)
    with capture_logs() as logs:
        run_send_job(database, settings, "every-run")
    assert [(entry["event"], entry["waiting"]) for entry in logs] == [("mail.no_server", 1)]
