"""The contract of the visits API: answers, refusals, and what neither of them ever carries."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from attention_point.accounts import services as account_services
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.web import MAX_BODY_BYTES
from attention_point.intake import queries
from attention_point.intake.models import Visit
from attention_point.people.models import Person, PersonTag
from attention_point.referrals.models import Referral
from attention_point.tallies.models import PendingTallies
from tests.support.pages import PageClient
from tests.support.visits import draft, person

Bearer = Callable[..., dict[str, str]]
UNKNOWN = "019a0000-0000-7000-8000-00000000ffff"  # an id that nobody has; fixed, for it names tests
ADDRESS = "/api/v1/visits"
SEARCH = "/api/v1/people/search"
TABLES = (Person, PersonTag, Visit, Referral, PendingTallies, JournalEntry)
CANARY = "Canariopirata"
PERSONAL = person(
    given_names=CANARY,
    surname_1="Quimbayo",
    documents=[{"type": "DE", "number": "V-24.681.357"}],
    phone="+57 311 2223344",
)


ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _write_without_ids(body: Any) -> str:
    """A body as text. Ids are left out: at times the digits of a year stand in them by chance."""
    return ID.sub("", json.dumps(body))


class Program:
    """A program with a token, on an installation with its directory."""

    def __init__(self, app: Flask, headers: dict[str, str]) -> None:
        self.app, self.headers = app, headers
        self.client = PageClient(app, app.response_class)

    def post(self, made: Any, **headers: str) -> TestResponse:
        """Send a draft."""
        return self.client.post(ADDRESS, json=made, headers={**self.headers, **headers})

    def send(self, address: str, body: Any) -> TestResponse:
        """Send a JSON body to another address."""
        return self.client.post(address, json=body, headers=self.headers)

    def raw(self, body: bytes, kind: str = "application/json") -> TestResponse:
        """Send bytes."""
        return self.client.post(ADDRESS, data=body, content_type=kind, headers=self.headers)

    def get(self, address: str, **query: str) -> TestResponse:
        """Ask for something."""
        return self.client.get(address, query_string=query, headers=self.headers)

    def search(self, typed: str) -> TestResponse:
        """Search people."""
        return self.client.post(SEARCH, json={"q": typed}, headers=self.headers)

    def rows(self) -> list[int]:
        """The rows of every table that a visit writes."""
        with self.app.extensions["database"].read_session() as session:
            return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]

    def last_entry(self) -> JournalEntry:
        """The newest entry of the journal."""
        with self.app.extensions["database"].read_session() as session:
            entry = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc()).limit(1)).one()
            session.expunge(entry)
            return entry


@pytest.fixture
def program(app: Flask, bearer: Bearer) -> Program:
    """A program of scope intake."""
    return Program(app, bearer("intake"))


def said(reply: TestResponse) -> dict[str, Any]:
    """The JSON of a reply."""
    assert reply.mimetype == "application/json"
    assert isinstance(reply.json, dict)
    return reply.json


def test_a_visit_is_made_once_and_answered_alike(program: Program) -> None:
    made = draft()
    first, again = program.post(made), program.post(made)
    assert (first.status_code, again.status_code) == (201, 200)
    assert said(first) == said(again)
    assert set(said(first)) == {"id", "reference", "received_at", "suggestions", "referrals", "warnings"}
    assert said(first)["id"] == made["id"]
    assert said(first)["reference"].startswith("BGA-2017-")
    assert program.rows()[TABLES.index(Visit)] == 1


def test_another_visit_under_the_same_id_is_refused(program: Program) -> None:
    made = draft(person=PERSONAL)
    program.post(made)
    before = program.rows()
    refused = program.post({**made, "notes": "another"})
    assert refused.status_code == 409
    assert said(refused)["error"] == "id_taken"
    assert CANARY not in refused.get_data(as_text=True)
    assert program.rows() == before


@pytest.mark.parametrize("code", ["zzz", "REG 1"])
def test_a_need_that_is_no_code_is_said_not_to_exist(program: Program, code: str) -> None:
    """Codes of needs are in capitals, so "zzz" is none although it is of letters."""
    refused = program.post({**draft(), "needs": [code]})
    assert refused.status_code == 422
    [fault] = said(refused)["fields"]
    assert fault["field"] == "needs.0"
    assert fault["message"].startswith("Este código no existe")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("es", "Escoja al menos una opción."), ("en", "Choose at least one."), ("fr", "Escoja al menos una opción.")],
)
def test_a_complaint_names_the_field_in_the_reader_s_language(program: Program, language: str, sentence: str) -> None:
    before = program.rows()
    refused = program.post({**draft(), "needs": []}, **{"Accept-Language": language})
    assert refused.status_code == 422
    assert said(refused)["error"] == "invalid"
    assert said(refused)["fields"] == [{"field": "needs", "message": sentence}]
    assert program.rows() == before


def test_every_wrong_field_is_named_at_once(program: Program) -> None:
    made = draft(person=person(sex="Q", birth_date="1991-02-30"), point="cucuta", unknown=1)
    refused = program.post(made)
    assert refused.status_code == 422
    assert {error["field"] for error in said(refused)["fields"]} == {"person.sex", "person.birth_date", "unknown"}


def test_the_receipt_tells_the_states_and_nothing_of_the_person(program: Program) -> None:
    made = draft(person=PERSONAL, notes=CANARY)
    answer = said(program.post(made))
    receipt = program.get(f"{ADDRESS}/{made['id']}")
    assert receipt.status_code == 200
    assert set(said(receipt)) == {"id", "reference", "state", "version", "received_at", "referrals"}
    assert said(receipt)["referrals"] == answer["referrals"]
    for body in (said(receipt), answer):
        text = _write_without_ids(body)
        assert not [word for word in (CANARY, "Quimbayo", "24681357", "24.681.357", "2223344", "1991") if word in text]


@pytest.mark.parametrize("tail", [UNKNOWN, "1", "../people", "%00", "x" * 3000])
def test_what_is_not_there_is_not_found(program: Program, tail: str) -> None:
    missing = program.get(f"{ADDRESS}/{tail}")
    assert missing.status_code == 404
    assert said(missing)["message"]


@pytest.mark.parametrize(
    ("typed", "match"),
    [
        ("24681357", "document"),
        ("V-24.681.357", "document"),
        ("DE V-24.681.357", "document"),
        ("Kanariopirata Kimballo", "name"),
        (f"Quimbayo {CANARY} 1991", "name"),
        ("canariop quim", "name"),
        ("311 2223344", "phone"),
        ("+57 3112223344", "phone"),
    ],
)
def test_people_are_found_and_the_search_is_in_the_journal(program: Program, typed: str, match: str) -> None:
    program.post(draft(person=PERSONAL))
    before = program.rows()[TABLES.index(JournalEntry)]
    found = said(program.search(typed))
    (candidate,) = found["people"]
    assert (candidate["given_names"], candidate["birth_date"]) == (CANARY, "1991-03-17")
    assert set(candidate) == {"id", "match", "given_names", "surname_1", "surname_2", "birth_date", "documents"}
    assert (candidate["match"], found["more"]) == (match, False)
    entry = program.last_entry()
    assert program.rows()[TABLES.index(JournalEntry)] == before + 1
    assert entry.action == "people.search"
    assert entry.actor.startswith("token:")
    assert json.loads(entry.detail)["by"] == match
    assert candidate["id"] in json.dumps(entry.detail)
    assert not [
        word
        for word in ("anariop", "24681357", "2223344", "1991")
        if word in _write_without_ids(json.loads(entry.detail))
    ]


def test_a_document_of_another_type_is_offered_and_marked(program: Program) -> None:
    program.post(draft(person=PERSONAL))
    (candidate,) = said(program.search("CC 24681357"))["people"]
    assert candidate["other_document_type"] is True
    assert candidate["match"] == "document"


def test_a_reference_and_a_slips_code_lead_to_the_person(program: Program) -> None:
    recorded = said(program.post(draft(person=PERSONAL)))
    with program.app.extensions["database"].read_session() as session:
        code = queries.reveal_slip_code(session, session.scalars(select(Visit)).one())
    for typed, match in (
        (recorded["reference"], "reference"),
        (recorded["reference"].lower().replace("-", " "), "reference"),
        (f"2017-{int(recorded['reference'][9:])}", "reference"),
        (recorded["reference"][9:], "reference"),
        (code, "code"),
        (f"https://point.example.org/portal/slips/{code}", "code"),
    ):
        (candidate,) = said(program.search(typed))["people"]
        assert (candidate["given_names"], candidate["match"]) == (CANARY, match), typed


def test_a_search_that_finds_nobody_is_in_the_journal_too(program: Program) -> None:
    assert said(program.search("Nadie Conocida")) == {"people": [], "more": False}
    assert program.last_entry().action == "people.search"


@pytest.mark.parametrize("typed", ["", "   ", "1.2E+09", "9" * 201, "\u200b", "!!"])
def test_a_search_by_nothing_names_the_field(program: Program, typed: str) -> None:
    before = program.rows()
    refused = program.search(typed)
    assert refused.status_code == 422
    assert [error["field"] for error in said(refused)["fields"]] == ["q"]
    assert all(error["message"] for error in said(refused)["fields"])
    assert program.rows() == before


@pytest.mark.parametrize("body", [{}, {"q": 1}, {"q": None}, {"q": "Ana", "name": "Ana"}, [], "Ana"])
def test_a_search_of_another_shape_is_refused(program: Program, body: Any) -> None:
    refused = program.client.post(SEARCH, json=body, headers=program.headers)
    assert refused.status_code == 422
    assert said(refused)["fields"]


@pytest.mark.parametrize("typed", ["ñ" * 200, "%a", "' OR 1=1 --", "Ana;Ana", "Ana Ana " * 20])
def test_any_text_may_be_searched_for(program: Program, typed: str) -> None:
    assert said(program.search(typed))["people"] == []


def test_no_personal_value_stands_in_an_address(program: Program) -> None:
    for query in ({"document": "DE:24681357"}, {"name": "Ana"}):
        assert program.get("/api/v1/people", **query).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer ap_invented"}, {"Authorization": "Basic YTpi"}])
@pytest.mark.parametrize(("method", "address"), [("POST", ADDRESS), ("GET", f"{ADDRESS}/{UNKNOWN}"), ("POST", SEARCH)])
def test_without_a_token_there_is_no_answer(
    program: Program, method: str, address: str, headers: dict[str, str]
) -> None:
    before = program.rows()
    refused = program.client.open(address, method=method, json=draft() if method == "POST" else None, headers=headers)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert said(refused)["error"] == "unauthenticated"
    assert program.rows() == before


@pytest.mark.parametrize("scope", ["referrals", "statistics"])
def test_a_token_of_another_scope_is_refused(program: Program, bearer: Bearer, scope: str) -> None:
    program.headers = bearer(scope, "sena")
    before = program.rows()
    for reply in (
        program.post(draft()),
        program.get(f"{ADDRESS}/{UNKNOWN}"),
        program.search("Ana"),
    ):
        assert reply.status_code == 403
        assert said(reply)["error"] == "forbidden"
    assert program.rows() == before


def test_a_revoked_token_is_refused_at_once(program: Program, bearer: Bearer) -> None:
    program.headers = bearer("intake", name="Quiosco 1")
    assert program.post(draft()).status_code == 201
    with program.app.extensions["database"].write_session() as session:
        account_services.revoke_token(session, SYSTEM, "Quiosco 1")
    assert program.post(draft()).status_code == 401


def _repeated() -> bytes:
    return json.dumps(draft()).replace('"point":', '"point": "cucuta", "point":', 1).encode()


BODIES = {
    "list": (b"[]", 422),
    "text": (b'"a visit"', 422),
    "null": (b"null", 422),
    "not a number": (b'{"needs": NaN}', 400),
    "infinity": (b'{"needs": -Infinity}', 400),
    "deep lists": (b"[" * 10_000, 400),
    "deep and closed": (b"[" * 10_000 + b"]" * 10_000, 400),
    "deep objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
    "twice the same key": (_repeated(), 400),
    "empty": (b"", 400),
    "not utf-8": (b'{"notes": "\xff\xfe"}', 400),
    "half a body": (b'{"id": "', 400),
    "too large": (b'{"notes": "' + b"x" * MAX_BODY_BYTES + b'"}', 413),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_no_visit_is_refused_and_not_stored(program: Program, name: str) -> None:
    body, status = BODIES[name]
    before = program.rows()
    refused = program.raw(body)
    assert refused.status_code == status
    assert said(refused)["error"]
    assert said(refused)["message"]
    assert program.rows() == before


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_of_another_type_is_refused(program: Program, kind: str) -> None:
    before = program.rows()
    refused = program.raw(json.dumps(draft()).encode(), kind)
    assert refused.status_code == 415
    assert said(refused)["message"]
    assert program.rows() == before


def test_what_was_sent_is_in_no_log_and_no_refusal(
    program: Program, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = [
        program.post(draft(person=PERSONAL, notes=CANARY)),
        program.post(draft(person=person(given_names=CANARY * 20))),
        program.post(draft(person={"nickname": CANARY})),
        program.raw(f'{{"notes": "{CANARY}'.encode()),
        program.get(f"/api/v1/people/{CANARY}"),
        program.search(CANARY * 30),
        program.search(f"{CANARY}\u200b"),
    ]

    def broken(*_all: Any, **_named: Any) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("attention_point.intake.api.record_visit", broken)
    replies.append(program.post(draft(person=PERSONAL)))
    out, err = capfd.readouterr()
    assert "route=/api/v1/visits" in out + err  # the log is on and was looked at
    assert "RuntimeError" in out + err
    assert [reply.status_code for reply in replies] == [201, 422, 422, 400, 404, 422, 422, 500]
    told = "".join(reply.get_data(as_text=True) for reply in replies)
    assert not [word for word in (CANARY, "24681357", "24.681.357", "Quimbayo") if word in out + err + told]


def _date(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


@pytest.mark.parametrize("away", [timedelta(days=730), timedelta(days=2), timedelta(days=-15000)])
def test_a_visit_of_an_impossible_moment_is_recorded_today_with_a_warning(program: Program, away: timedelta) -> None:
    moment = clock.now() + away
    sent = draft(attended_at=_date(moment), arrived_at=_date(moment - timedelta(minutes=20)))
    reply = program.post(sent)
    assert reply.status_code == 201
    assert [warning["field"] for warning in said(reply)["warnings"]] == ["attended_at"]
    with program.app.extensions["database"].read_session() as session:
        visit = queries.find_visit(session, UUID(sent["id"]))
        assert visit
        assert abs(visit.attended_at - clock.now()) < timedelta(minutes=1)
        assert visit.day == clock.today()
        assert visit.attended_at - datetime.fromisoformat(visit.record["arrived_at"]) == timedelta(minutes=20)
    again = program.post(sent)
    assert (again.status_code, again.json) == (200, reply.json)


def test_an_old_visit_keeps_its_date_and_warns(program: Program) -> None:
    for days, fields in ((729, []), (732, ["attended_at"])):
        sent = draft(attended_at=_date(clock.now() - timedelta(days=days)))
        reply = program.post(sent)
        assert [warning["field"] for warning in said(reply)["warnings"]] == fields
        with program.app.extensions["database"].read_session() as session:
            visit = queries.find_visit(session, UUID(sent["id"]))
            assert visit
            assert visit.attended_at < clock.now() - timedelta(days=700)


def test_a_corrected_date_settles_its_warning(program: Program) -> None:
    sent = draft(attended_at=_date(clock.now() + timedelta(days=900)))
    program.post(sent)
    address = f"/api/v1/visits/{sent['id']}/corrections"
    assert program.send(address, {"reason": "name", "draft": {"notes": "Llegó sola."}}).status_code == 200
    assert "attended_at" in str(program.post(sent).json)
    yesterday = _date(clock.now() - timedelta(days=1))
    assert program.send(address, {"reason": "clock", "draft": {"attended_at": yesterday}}).status_code == 200
    replay = program.post(sent)
    assert replay.status_code == 200
    assert said(replay)["warnings"] == []


def test_a_replay_tells_the_referrals_as_they_are_now(program: Program) -> None:
    sent = draft(attended_at=_date(clock.now()))
    first = said(program.post(sent))
    assert {referral["state"] for referral in first["referrals"]} == {"created"}
    program.send(f"/api/v1/visits/{sent['id']}/void", {"reason": "twice"})
    replay = said(program.post(sent))
    assert {referral["state"] for referral in replay["referrals"]} == {"withdrawn"}
    assert [referral["id"] for referral in replay["referrals"]] == [referral["id"] for referral in first["referrals"]]


def test_the_relation_of_a_person_is_corrected_with_the_visit(program: Program) -> None:
    sent = draft(attended_at=_date(clock.now()))
    program.post(sent)
    found = said(program.search(sent["person"]["documents"][0]["number"]))
    reply = program.send(
        f"/api/v1/people/{found['people'][0]['id']}/corrections",
        {"reason": "wrong", "person": {"relation": "child", "phone": None}},
    )
    assert reply.status_code == 422
    assert [field["field"] for field in said(reply)["fields"]] == ["person.relation"]
