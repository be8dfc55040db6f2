"""The contract of the visits API: answers, refusals, and what neither of them ever carries."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from attention_point.accounts import services as accounts
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.web import LIMIT
from attention_point.intake.models import Visit
from attention_point.people.models import Person, PersonTag
from attention_point.referrals.models import Referral
from attention_point.tallies.models import Tally
from tests.support.pages import PageClient
from tests.support.visits import draft, person

Bearer = Callable[..., dict[str, str]]
UNKNOWN = "019a0000-0000-7000-8000-00000000ffff"  # an id that nobody has; fixed, for it names tests
ADDRESS = "/api/v1/visits"
TABLES = (Person, PersonTag, Visit, Referral, Tally, JournalEntry)
CANARY = "Canariopirata"
PERSONAL = person(
    given_names=CANARY,
    surname_1="Quimbayo",
    documents=[{"type": "DE", "number": "V-24.681.357"}],
    phone="+57 311 2223344",
)


class Program:
    """A program with a token, on an installation with its directory."""

    def __init__(self, app: Flask, headers: dict[str, str]) -> None:
        self.app, self.headers = app, headers
        self.client = PageClient(app, app.response_class)

    def post(self, made: Any, **headers: str) -> TestResponse:
        """Send a draft."""
        return self.client.post(ADDRESS, json=made, headers={**self.headers, **headers})

    def raw(self, body: bytes, kind: str = "application/json") -> TestResponse:
        """Send bytes."""
        return self.client.post(ADDRESS, data=body, content_type=kind, headers=self.headers)

    def get(self, address: str, **query: str) -> TestResponse:
        """Ask for something."""
        return self.client.get(address, query_string=query, headers=self.headers)

    def rows(self) -> list[int]:
        """The rows of every table that a visit writes."""
        with self.app.extensions["database"].reading() as session:
            return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]

    def last_entry(self) -> JournalEntry:
        """The newest entry of the journal."""
        with self.app.extensions["database"].reading() as session:
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
    assert said(first)["reference"] == "BGA-2017-000001"
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
    assert {each["field"] for each in said(refused)["fields"]} == {"person.sex", "person.birth_date", "unknown"}


def test_the_receipt_tells_the_states_and_nothing_of_the_person(program: Program) -> None:
    made = draft(person=PERSONAL, notes=CANARY)
    answer = said(program.post(made))
    receipt = program.get(f"{ADDRESS}/{made['id']}")
    assert receipt.status_code == 200
    assert set(said(receipt)) == {"id", "reference", "state", "received_at", "referrals"}
    assert said(receipt)["referrals"] == answer["referrals"]
    for text in (receipt.get_data(as_text=True), json.dumps(answer)):
        assert not [word for word in (CANARY, "Quimbayo", "24681357", "24.681.357", "2223344", "1991") if word in text]


@pytest.mark.parametrize("tail", [UNKNOWN, "1", "../people", "%00", "x" * 3000])
def test_what_is_not_there_is_not_found(program: Program, tail: str) -> None:
    missing = program.get(f"{ADDRESS}/{tail}")
    assert missing.status_code == 404
    assert said(missing)["message"]


@pytest.mark.parametrize(
    "query",
    [
        {"document": "DE:24681357"},
        {"document": "DE:V-24.681.357"},
        {"name": "Kanariopirata Kimballo"},
        {"name": f"{CANARY} Quimbayo", "birth_year": "1991"},
    ],
)
def test_candidates_are_found_and_the_search_is_in_the_journal(program: Program, query: dict[str, str]) -> None:
    program.post(draft(person=PERSONAL))
    before = program.rows()[TABLES.index(JournalEntry)]
    found = program.get("/api/v1/people", **query)
    (candidate,) = said(found)["candidates"]
    assert (candidate["given_names"], candidate["birth_date"]) == (CANARY, "1991-03-17")
    assert set(candidate) == {"id", "given_names", "surname_1", "surname_2", "birth_date", "documents"}
    entry = program.last_entry()
    assert program.rows()[TABLES.index(JournalEntry)] == before + 1
    assert entry.action == "people.search"
    assert entry.actor.startswith("token:")
    assert candidate["id"] in json.dumps(entry.detail)
    assert not [each for each in ("anariopirata", "24681357", "1991") if each in json.dumps(entry.detail)]


def test_a_search_that_finds_nobody_is_in_the_journal_too(program: Program) -> None:
    assert said(program.get("/api/v1/people", name="Nadie Conocida")) == {"candidates": []}
    assert program.last_entry().action == "people.search"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "document"),
        ({"document": "24681357"}, "document"),
        ({"document": "ZZ:24681357"}, "document"),
        ({"document": "DE:"}, "document"),
        ({"document": f"DE:{'9' * 5000}"}, "document"),
        ({"name": "   "}, "document"),
        ({"name": "Ana", "birth_year": "91"}, "birth_year"),
        ({"name": "Ana", "birth_year": "1991.5"}, "birth_year"),
        ({"name": "Ana", "birth_year": "9" * 5000}, "birth_year"),
        ({"name": "Ana", "birth_year": "001991" + "0" * 5000}, "birth_year"),
        ({"name": "Ana", "birth_year": "0019910"}, "birth_year"),
    ],
)
def test_a_search_by_nothing_names_the_field(program: Program, query: dict[str, str], field: str) -> None:
    before = program.rows()
    refused = program.get("/api/v1/people", **query)
    assert refused.status_code == 422
    assert [each["field"] for each in said(refused)["fields"]] == [field]
    assert all(each["message"] for each in said(refused)["fields"])
    assert program.rows() == before


@pytest.mark.parametrize("name", ["ñ" * 5000, "%", "' OR 1=1 --", "😀"])
def test_any_name_may_be_searched_for(program: Program, name: str) -> None:
    assert said(program.get("/api/v1/people", name=name)) == {"candidates": []}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer ap_invented"}, {"Authorization": "Basic YTpi"}])
@pytest.mark.parametrize(
    ("method", "address"), [("POST", ADDRESS), ("GET", f"{ADDRESS}/{UNKNOWN}"), ("GET", "/api/v1/people?name=Ana")]
)
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
        program.get("/api/v1/people", name="Ana"),
    ):
        assert reply.status_code == 403
        assert said(reply)["error"] == "forbidden"
    assert program.rows() == before


def test_a_revoked_token_is_refused_at_once(program: Program, bearer: Bearer) -> None:
    program.headers = bearer("intake", name="Quiosco 1")
    assert program.post(draft()).status_code == 201
    with program.app.extensions["database"].writing() as session:
        accounts.revoke_token(session, SYSTEM, "Quiosco 1")
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
    "too large": (b'{"notes": "' + b"x" * LIMIT + b'"}', 413),
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
        program.get("/api/v1/people", document=f"DE:{CANARY * 9}"),
        program.get("/api/v1/people", name="Nadie", birth_year=CANARY),
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
