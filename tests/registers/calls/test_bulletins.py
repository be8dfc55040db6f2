"""The bulletin: what it tells of, to whom, once; answers by its links, and what they refuse."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from attention_point.accounts.services import NewAccount, add_user
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.refusals import Conflict, Invalid, NotFound, Refusal, TooMany
from attention_point.foundation.settings import Settings
from attention_point.registers.calls import documents, queries, rules, sending, services
from attention_point.registers.calls.models import Bulletin, BulletinLink, CallAnswer
from attention_point.registers.calls.register import CALLS, PROPOSALS, RECIPIENTS
from attention_point.registers.calls.services import Answer
from attention_point.registers.shared import services as records
from attention_point.registers.shared.queries import get
from tests.accounts.support import password_hash
from tests.registers.calls.house import SITE, call, day, drafted, letters, proposal, recipient, sent

YES = Answer(True, "Un equipo técnico", "Pedro Niño", "pedro@example.org", "")


def token_of(path: str) -> str:
    """The token of a link's path."""
    return path.rpartition("/")[2]


def test_it_tells_of_what_is_open(session: Session) -> None:
    kept = [call(session, "Cierra hoy", closes=day(0)), call(session, "Cierra mañana", closes=day(1))]
    month = call(session, "Cierra este mes", opens=None, closes=day(0)[:7])
    undated = call(session, "Sin fecha", closes=None, state="open")
    call(session, "Ayer", closes=day(-1))
    call(session, "Cancelada", state="cancelled")
    call(session, "Sin fecha ni estado", closes=None)
    found = [each.id for each in queries.open_calls(session, clock.today())]
    assert set(found) == {*kept, month, undated}
    assert found[-1] == undated


def test_it_goes_out_once_to_those_whose_turn_it_is(session: Session) -> None:
    call(session)
    recipient(session)
    recipient(session, 2, frequency="fortnight")
    recipient(session, 3, state="inactive")
    even = rules.monday_of("2020-W10")
    assert [row.name for row in queries.addressees(session, rules.week_of(even))] == ["Laura Prada 1", "Laura Prada 2"]
    assert [row.name for row in queries.addressees(session, "2020-W11")] == ["Laura Prada 1"]
    bulletin = drafted(session)
    assert drafted(session) == bulletin
    told = [each.id for each, _facts in queries.told(session, bulletin)]
    number = sending.send(session, SYSTEM, bulletin, told, SITE)
    with pytest.raises(Conflict):
        sending.send(session, SYSTEM, bulletin, told, SITE)
    waiting = letters(session)
    assert len(waiting) == number == session.scalar(select(func.count()).select_from(BulletinLink))
    assert waiting[0].to == "laura.1@example.org"
    assert waiting[0].attachments[0].content.startswith(b"%PDF")
    assert f"{SITE}/call-answers/" in waiting[0].body
    token = token_of(waiting[0].body.split("/call-answers/")[1].split()[0])
    kept = session.scalars(select(BulletinLink)).first()
    assert kept is not None
    assert token.encode() not in kept.token_hash
    assert services.link_of(session, token, clock.today()).recipient == kept.recipient


def test_nothing_is_sent_of_nothing_or_to_nobody(session: Session) -> None:
    kept = call(session)
    bulletin = drafted(session)
    with pytest.raises(Refusal):
        sending.send(session, SYSTEM, bulletin, [kept], SITE)
    recipient(session)
    with pytest.raises(Invalid):
        sending.send(session, SYSTEM, bulletin, [], SITE)
    assert letters(session) == []


def test_what_was_sent_stays_as_it_was(session: Session) -> None:
    kept = call(session)
    recipient(session)
    sent(session)
    (bulletin,) = session.scalars(select(Bulletin)).all()
    before = documents.bulletin_pdf(bulletin, queries.told(session, bulletin.id))
    facts = {"name": "Otro nombre", "closes": day(30)}
    assert records.save(session, SYSTEM, CALLS, kept, 1, facts)
    assert documents.bulletin_pdf(bulletin, queries.told(session, bulletin.id)) == before


def test_the_job_drafts_once_and_tells_who_may_send_once(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        call(session)
        recipient(session)
        for number, (role, language) in enumerate((("office", "es"), ("office", "en"), ("auditor", "es"))):
            new = NewAccount(f"oficina.{number}@example.org", "Ana Rojas", role, None, language=language)
            add_user(session, SYSTEM, new, password_hash(), must_change=False)
    for _again in range(2):
        sending.draft(database, settings, rules.week_of(clock.today()))
    with database.reading() as session:
        drafts = session.scalars(select(Bulletin)).all()
        assert [row.sent_at for row in drafts] == [None]
        told = {letter.to: letter for letter in letters(session)}
    assert told.keys() == {"oficina.0@example.org", "oficina.1@example.org"}
    assert "está por enviar" in told["oficina.0@example.org"].subject
    assert "waits" in told["oficina.1@example.org"].subject
    assert all(f"/registers/calls/bulletins/{drafts[0].id}" in letter.body for letter in told.values())


def test_the_job_is_silent_once_the_bulletin_is_sent(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        call(session)
        recipient(session)
        sent(session)
        before = len(letters(session))
        add_user(session, SYSTEM, NewAccount("oficina@example.org", "Ana Rojas", "office", None), password_hash())
    sending.draft(database, settings, rules.week_of(clock.today()))
    with database.reading() as session:
        assert len(letters(session)) == before


def test_an_answer_is_kept_changed_and_told(session: Session) -> None:
    kept = call(session)
    first, second = recipient(session), recipient(session, 2)
    paths = sent(session)
    assert len(set(paths)) == 2
    now = clock.now()
    services.answer(session, token_of(paths[0]), kept, YES, now)
    services.answer(session, token_of(paths[0]), kept, Answer(False, "Sin equipo"), now)
    (row,) = session.scalars(select(CallAnswer)).all()
    assert (row.recipient, row.interested, row.needs, row.person) == (first, False, "Sin equipo", "")
    asked = queries.asked(session, [kept])[kept]
    assert [(each.recipient.id, each.answer is None) for each in asked] == [(second, True), (first, False)]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Answer(None), "interested"),
        (Answer(True, "", "", "p@example.org"), "person"),
        (Answer(True, "", "Pedro Niño"), "email"),
        (Answer(False, email="no es"), "email"),
        (Answer(False, "x" * 2001), "needs"),
        (Answer(False, person="Pe\x00dro"), "person"),
    ],
)
def test_a_wrong_answer_names_its_field(session: Session, said: Answer, field: str) -> None:
    kept = call(session)
    recipient(session)
    (path,) = sent(session)
    with pytest.raises(Invalid) as refusal:
        services.answer(session, token_of(path), kept, said, clock.now())
    assert [each.field for each in refusal.value.fields] == [field]


def test_a_link_serves_its_bulletin_and_its_time(session: Session) -> None:
    kept = call(session)
    recipient(session)
    (path,) = sent(session)
    other, now, token = call(session, "Otra"), clock.now(), token_of(path)
    with pytest.raises(NotFound):
        services.answer(session, token, other, YES, now)
    with pytest.raises(NotFound):
        services.answer(session, f"{token}x", kept, YES, now)
    services.answer(session, token, kept, YES, now + timedelta(days=21))
    with pytest.raises(NotFound):
        services.answer(session, token, kept, YES, now + timedelta(days=22))


def test_a_closed_call_takes_no_answer(session: Session) -> None:
    kept, later = call(session), call(session, "Más larga", closes=day(60))
    recipient(session)
    (path,) = sent(session)
    services.answer(session, token_of(path), later, YES, clock.now() + timedelta(days=22))
    with pytest.raises(Conflict):
        services.answer(session, token_of(path), kept, YES, clock.now() + timedelta(days=22))


def test_answers_of_an_hour_are_limited(session: Session) -> None:
    kept = call(session)
    recipient(session)
    (path,) = sent(session)
    now = clock.now()
    for _time in range(rules.ANSWERS_AN_HOUR):
        services.answer(session, token_of(path), kept, YES, now)
    with pytest.raises(TooMany) as refusal:
        services.answer(session, token_of(path), kept, YES, now)
    assert 0 < refusal.value.retry_after <= 3601
    services.answer(session, token_of(path), kept, YES, now + timedelta(hours=1))


def test_a_clock_that_was_years_ahead_holds_up_no_answer(session: Session) -> None:
    kept = call(session)
    recipient(session)
    (path,) = sent(session)
    services.answer(session, token_of(path), kept, YES, clock.now())
    session.execute(update(BulletinLink).values(since=clock.now() + timedelta(days=730), tries=rules.ANSWERS_AN_HOUR))
    session.expire_all()
    services.answer(session, token_of(path), kept, YES, clock.now())
    session.execute(update(BulletinLink).values(since=clock.now() + timedelta(minutes=50), tries=rules.ANSWERS_AN_HOUR))
    session.expire_all()
    with pytest.raises(TooMany) as refusal:
        services.answer(session, token_of(path), kept, YES, clock.now())
    assert refusal.value.retry_after <= 3601


def test_what_is_needed_is_not_removed(session: Session) -> None:
    kept, reader = call(session), recipient(session)
    spare = call(session, "Sin nada")
    sent(session)
    records.remove(session, SYSTEM, CALLS, call(session, "Nueva"), 1)
    for register, record in ((CALLS, kept), (RECIPIENTS, reader), (CALLS, spare)):
        with pytest.raises(Refusal):
            records.remove(session, SYSTEM, register, record, 1)


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
    assert [each.field for each in refusal.value.fields] == [field]


def test_a_renamed_call_keeps_its_proposals(session: Session) -> None:
    kept = call(session)
    mine = proposal(session)
    records.save(session, SYSTEM, CALLS, kept, 1, {"name": "Fondo del río 2019"})
    assert get(session, PROPOSALS, mine).data["call"] == "Fondo del río 2019"
    assert [row.id for row in queries.proposals_of(session, get(session, CALLS, kept))] == [mine]


def test_a_move_keeps_the_rest_and_the_version_is_checked(session: Session) -> None:
    call(session)
    mine = proposal(session, lead=[{"name": "INVISUR"}], partners=["Universidad del Páramo"], total_value=1000)
    services.move(session, SYSTEM, mine, 1, "phase-2")
    row = get(session, PROPOSALS, mine)
    assert (row.data["phases_passed"], row.data["total_value"]["amount"], len(row.data["partners"])) == (2, "1000", 1)
    assert [(each.stage, each.number) for each in queries.board(session) if each.number] == [("phase-2", 1)]
    with pytest.raises(Conflict):
        services.move(session, SYSTEM, mine, 1, "approved")
    with pytest.raises(Invalid):
        services.move(session, SYSTEM, mine, 2, "decided")


def test_the_success_rate_counts_what_was_presented(session: Session) -> None:
    call(session)
    money = {"amount": "100,50", "currency": "USD"}
    proposal(session, "A", state="preparing")
    proposal(session, "B", result="not-approved", state="selected")
    proposal(session, "C", result="approved", cofinancing_approved=money)
    mine = proposal(session, "D", state="viable")
    (year,) = queries.years(session)
    assert (year.presented, year.chosen, year.approved, year.rate) == (3, 2, 1, 2 / 3)
    assert {code: f"{amount:.2f}" for code, amount in year.cofinancing.items()} == {"USD": "100.50"}
    records.remove(session, SYSTEM, PROPOSALS, mine, 1)
    assert queries.years(session)[0].presented == 2


def test_deadlines_are_a_calendar(session: Session) -> None:
    call(session, closes="2019-03-15", opens=None)
    call(session, "Solo el mes", closes="2019-04", opens=None)
    proposal(session, deadline="2019-03-20")
    text = documents.deadlines_feed(queries.deadlines(session)).decode()
    assert text.count("BEGIN:VEVENT") == 2
    assert "DTSTART;VALUE=DATE:20190315" in text
    assert "DTSTART;VALUE=DATE:20190320" in text
