"""The bulletin: what it tells of, to whom, once; answers by its links, and what they refuse."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from attention_point.accounts.services import NewAccount, add_account
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Conflict, Invalid, NotFound, TooManyTries
from attention_point.foundation.settings import Settings
from attention_point.registers.calls import queries, reports, rules, services
from attention_point.registers.calls.bulletin import sending
from attention_point.registers.calls.models import Bulletin, BulletinLink, CallAnswer
from attention_point.registers.calls.register import CALLS, PROPOSALS, RECIPIENTS
from attention_point.registers.calls.services import SubmittedAnswer
from attention_point.registers.shared.records import removals
from attention_point.registers.shared.records import services as record_services
from attention_point.registers.shared.records.queries import get_record
from tests.accounts.support import password_hash
from tests.registers.calls.house import SITE, call, day, drafted, letters, proposal, recipient, sent

YES = SubmittedAnswer(True, "Un equipo técnico", "Pedro Niño", "pedro@example.org", "")


def token_of(path: str) -> str:
    """The token of a link's path."""
    return path.rpartition("/")[2]


def test_it_tells_of_what_is_open(session: Session) -> None:
    closing_calls = [call(session, "Cierra hoy", closes=day(0)), call(session, "Cierra mañana", closes=day(1))]
    month = call(session, "Cierra este mes", opens=None, closes=day(0)[:7])
    undated = call(session, "Sin fecha", closes=None, state="open")
    call(session, "Ayer", closes=day(-1))
    call(session, "Cancelada", state="cancelled")
    call(session, "Sin fecha ni estado", closes=None)
    open_ids = [open_call.id for open_call in queries.list_open_calls(session, clock.today())]
    assert set(open_ids) == {*closing_calls, month, undated}
    assert open_ids[-1] == undated


def test_it_goes_out_once_to_those_whose_turn_it_is(session: Session) -> None:
    call(session)
    recipient(session)
    recipient(session, 2, frequency="fortnight")
    recipient(session, 3, state="inactive")
    even = rules.parse_monday("2020-W10")
    assert [row.name for row in queries.list_recipients_of_week(session, rules.format_week(even))] == [
        "Laura Prada 1",
        "Laura Prada 2",
    ]
    assert [row.name for row in queries.list_recipients_of_week(session, "2020-W11")] == ["Laura Prada 1"]
    bulletin = drafted(session)
    assert drafted(session) == bulletin
    call_ids = [bulletin_call.id for bulletin_call, _facts in queries.list_bulletin_calls(session, bulletin)]
    number = sending.send_bulletin(session, SYSTEM, bulletin, call_ids, SITE)
    with pytest.raises(Conflict):
        sending.send_bulletin(session, SYSTEM, bulletin, call_ids, SITE)
    waiting = letters(session)
    assert len(waiting) == number == session.scalar(select(func.count()).select_from(BulletinLink))
    assert waiting[0].to == "laura.1@example.org"
    assert waiting[0].attachments[0].content.startswith(b"%PDF")
    assert f"{SITE}/call-answers/" in waiting[0].body
    token = token_of(waiting[0].body.split("/call-answers/")[1].split()[0])
    link = session.scalars(select(BulletinLink)).first()
    assert link is not None
    assert token.encode() not in link.token_hash
    assert services.get_bulletin_link(session, token, clock.today()).recipient == link.recipient


def test_nothing_is_sent_of_nothing_or_to_nobody(session: Session) -> None:
    call_id = call(session)
    bulletin = drafted(session)
    with pytest.raises(AppError):
        sending.send_bulletin(session, SYSTEM, bulletin, [call_id], SITE)
    recipient(session)
    with pytest.raises(Invalid):
        sending.send_bulletin(session, SYSTEM, bulletin, [], SITE)
    assert letters(session) == []


def test_what_was_sent_stays_as_it_was(session: Session) -> None:
    call_id = call(session)
    recipient(session)
    sent(session)
    (bulletin,) = session.scalars(select(Bulletin)).all()
    before = reports.build_bulletin_pdf(bulletin, queries.list_bulletin_calls(session, bulletin.id))
    facts = {"name": "Otro nombre", "closes": day(30)}
    assert record_services.update_record(session, SYSTEM, CALLS, call_id, 1, facts)
    assert reports.build_bulletin_pdf(bulletin, queries.list_bulletin_calls(session, bulletin.id)) == before


def test_the_job_drafts_once_and_tells_who_may_send_once(database: Database, settings: Settings) -> None:
    with database.write_session() as session:
        call(session)
        recipient(session)
        for number, (role, language) in enumerate((("office", "es"), ("office", "en"), ("auditor", "es"))):
            new = NewAccount(f"oficina.{number}@example.org", "Ana Rojas", role, None, language=language)
            add_account(session, SYSTEM, new, password_hash(), must_change=False)
    for _again in range(2):
        sending.run_bulletin_job(database, settings, rules.format_week(clock.today()))
    with database.read_session() as session:
        drafts = session.scalars(select(Bulletin)).all()
        assert [row.sent_at for row in drafts] == [None]
        letters_by_address = {letter.to: letter for letter in letters(session)}
    assert letters_by_address.keys() == {"oficina.0@example.org", "oficina.1@example.org"}
    assert "está por enviar" in letters_by_address["oficina.0@example.org"].subject
    assert "ready to send" in letters_by_address["oficina.1@example.org"].subject
    assert all(f"/registers/calls/bulletins/{drafts[0].id}" in letter.body for letter in letters_by_address.values())


def test_the_job_is_silent_once_the_bulletin_is_sent(database: Database, settings: Settings) -> None:
    with database.write_session() as session:
        call(session)
        recipient(session)
        sent(session)
        before = len(letters(session))
        add_account(session, SYSTEM, NewAccount("oficina@example.org", "Ana Rojas", "office", None), password_hash())
    sending.run_bulletin_job(database, settings, rules.format_week(clock.today()))
    with database.read_session() as session:
        assert len(letters(session)) == before


def test_an_answer_is_kept_changed_and_told(session: Session) -> None:
    call_id = call(session)
    first, second = recipient(session), recipient(session, 2)
    paths = sent(session)
    assert len(set(paths)) == 2
    now = clock.now()
    services.save_answer(session, token_of(paths[0]), call_id, YES, now)
    services.save_answer(session, token_of(paths[0]), call_id, SubmittedAnswer(False, "Sin equipo"), now)
    (row,) = session.scalars(select(CallAnswer)).all()
    assert (row.recipient, row.interested, row.needs, row.person) == (first, False, "Sin equipo", "")
    answers = queries.list_recipient_answers(session, [call_id])[call_id]
    assert [(row.recipient.id, row.answer is None) for row in answers] == [(second, True), (first, False)]


@pytest.mark.parametrize(
    ("submitted", "field"),
    [
        (SubmittedAnswer(None), "interested"),
        (SubmittedAnswer(True, "", "", "p@example.org"), "person"),
        (SubmittedAnswer(True, "", "Pedro Niño"), "email"),
        (SubmittedAnswer(False, email="no es"), "email"),
        (SubmittedAnswer(False, "x" * 2001), "needs"),
        (SubmittedAnswer(False, person="Pe\x00dro"), "person"),
    ],
)
def test_a_wrong_answer_names_its_field(session: Session, submitted: SubmittedAnswer, field: str) -> None:
    call_id = call(session)
    recipient(session)
    (path,) = sent(session)
    with pytest.raises(Invalid) as refusal:
        services.save_answer(session, token_of(path), call_id, submitted, clock.now())
    assert [error.field for error in refusal.value.field_errors] == [field]


def test_a_link_serves_its_bulletin_and_its_time(session: Session) -> None:
    call_id = call(session)
    recipient(session)
    (path,) = sent(session)
    other, now, token = call(session, "Otra"), clock.now(), token_of(path)
    with pytest.raises(NotFound):
        services.save_answer(session, token, other, YES, now)
    with pytest.raises(NotFound):
        services.save_answer(session, f"{token}x", call_id, YES, now)
    services.save_answer(session, token, call_id, YES, now + timedelta(days=21))
    with pytest.raises(NotFound):
        services.save_answer(session, token, call_id, YES, now + timedelta(days=22))


def test_a_closed_call_takes_no_answer(session: Session) -> None:
    call_id, later = call(session), call(session, "Más larga", closes=day(60))
    recipient(session)
    (path,) = sent(session)
    services.save_answer(session, token_of(path), later, YES, clock.now() + timedelta(days=22))
    with pytest.raises(Conflict):
        services.save_answer(session, token_of(path), call_id, YES, clock.now() + timedelta(days=22))


def test_answers_of_an_hour_are_limited(session: Session) -> None:
    call_id = call(session)
    recipient(session)
    (path,) = sent(session)
    now = clock.now()
    for _time in range(rules.MAX_ANSWERS_PER_HOUR):
        services.save_answer(session, token_of(path), call_id, YES, now)
    with pytest.raises(TooManyTries) as refusal:
        services.save_answer(session, token_of(path), call_id, YES, now)
    assert 0 < refusal.value.retry_after <= 3601
    services.save_answer(session, token_of(path), call_id, YES, now + timedelta(hours=1))


def test_a_clock_that_was_years_ahead_holds_up_no_answer(session: Session) -> None:
    call_id = call(session)
    recipient(session)
    (path,) = sent(session)
    services.save_answer(session, token_of(path), call_id, YES, clock.now())
    session.execute(
        update(BulletinLink).values(since=clock.now() + timedelta(days=730), tries=rules.MAX_ANSWERS_PER_HOUR)
    )
    session.expire_all()
    services.save_answer(session, token_of(path), call_id, YES, clock.now())
    session.execute(
        update(BulletinLink).values(since=clock.now() + timedelta(minutes=50), tries=rules.MAX_ANSWERS_PER_HOUR)
    )
    session.expire_all()
    with pytest.raises(TooManyTries) as refusal:
        services.save_answer(session, token_of(path), call_id, YES, clock.now())
    assert refusal.value.retry_after <= 3601


def test_what_is_needed_is_not_removed(session: Session) -> None:
    call_id, reader = call(session), recipient(session)
    spare = call(session, "Sin nada")
    sent(session)
    removals.remove_record(session, SYSTEM, CALLS, call(session, "Nueva"), 1)
    for register, record in ((CALLS, call_id), (RECIPIENTS, reader), (CALLS, spare)):
        with pytest.raises(AppError):
            removals.remove_record(session, SYSTEM, register, record, 1)


@pytest.mark.parametrize(
    ("add", "facts", "field"),
    [
        (recipient, {"email": "nada"}, "email"),
        (recipient, {"email": "LAURA.1@example.org"}, "email"),
        (call, {"name": "FONDO DEL PARAMO"}, "name"),
        (call, {"name": "Otra", "opens": "2019-03", "closes": "2019-02-27"}, "closes"),
        (proposal, {"call": "Ninguna"}, "call"),
        (proposal, {"total_value": 10, "cofinancing_approved": 11}, "cofinancing_approved.amount"),
        (
            proposal,
            {"total_value": 10, "cofinancing_requested": {"amount": 5, "currency": "USD"}},
            "cofinancing_requested.currency",
        ),
    ],
)
def test_what_cannot_be_names_its_field(
    session: Session, add: Callable[..., object], facts: dict[str, object], field: str
) -> None:
    call(session)
    recipient(session)
    number = {"number": 2} if add is recipient else {}
    with pytest.raises(Invalid) as refusal:
        add(session, **number, **facts)
    assert [error.field for error in refusal.value.field_errors] == [field]


def test_a_renamed_call_keeps_its_proposals(session: Session) -> None:
    call_id = call(session)
    proposal_id = proposal(session)
    record_services.update_record(session, SYSTEM, CALLS, call_id, 1, {"name": "Fondo del río 2019"})
    assert get_record(session, PROPOSALS, proposal_id).data["call"] == "Fondo del río 2019"
    assert [row.id for row in queries.list_proposals_of_call(session, get_record(session, CALLS, call_id))] == [
        proposal_id
    ]


def test_a_move_keeps_the_rest_and_the_version_is_checked(session: Session) -> None:
    call(session)
    mine = proposal(session, lead=[{"name": "INVISUR"}], partners=["Universidad del Páramo"], total_value=1000)
    services.move_proposal(session, SYSTEM, mine, 1, "phase-2")
    row = get_record(session, PROPOSALS, mine)
    assert (row.data["phases_passed"], row.data["total_value"]["amount"], len(row.data["partners"])) == (2, "1000", 1)
    assert [
        (column.stage, column.proposal_count) for column in queries.list_board_columns(session) if column.proposal_count
    ] == [("phase-2", 1)]
    with pytest.raises(Conflict):
        services.move_proposal(session, SYSTEM, mine, 1, "approved")
    with pytest.raises(Invalid):
        services.move_proposal(session, SYSTEM, mine, 2, "decided")


def test_the_success_rate_counts_what_was_presented(session: Session) -> None:
    call(session)
    money = {"amount": "100,50", "currency": "USD"}
    proposal(session, "A", state="preparing")
    proposal(session, "B", result="not-approved", state="selected")
    proposal(session, "C", result="approved", cofinancing_approved=money)
    mine = proposal(session, "D", state="viable")
    (year,) = queries.list_year_figures(session)
    assert (year.presented, year.chosen, year.approved, year.success_rate) == (3, 2, 1, 2 / 3)
    assert {code: f"{amount:.2f}" for code, amount in year.cofinancing.items()} == {"USD": "100.50"}
    removals.remove_record(session, SYSTEM, PROPOSALS, mine, 1)
    assert queries.list_year_figures(session)[0].presented == 2


def test_deadlines_are_a_calendar(session: Session) -> None:
    call(session, closes="2019-03-15", opens=None)
    call(session, "Solo el mes", closes="2019-04", opens=None)
    proposal(session, deadline="2019-03-20")
    text = reports.build_deadlines_feed(queries.list_deadlines(session)).decode()
    assert text.count("BEGIN:VEVENT") == 2
    assert "DTSTART;VALUE=DATE:20190315" in text
    assert "DTSTART;VALUE=DATE:20190320" in text
