"""Failures: told in the reader's language as a page or as JSON, logged by place and kind, never with content."""

import logging
import sqlite3
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask, request
from flask_wtf.csrf import CSRFError
from sqlalchemy import insert, text
from structlog.testing import capture_logs

from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM, public
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import AppError, Conflict, Difference, FieldError, Invalid, TooManyTries
from attention_point.foundation.vault import VaultError
from attention_point.foundation.web import MAX_BODY_BYTES, db_session
from attention_point.foundation.web.json_bodies import read_json_body
from attention_point.foundation.web.transactions import read_session
from attention_point.tallies.models import ClosedMonth
from tests.support.pages import PageClient, read

CANARY = "canary-7391-Velásquez"
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Ask = Callable[[], object]


def views(app: Flask, act: Ask) -> None:
    """The same view as a page and as an address for programs."""
    for number, path in enumerate(("/do", "/api/do")):

        def run() -> tuple[str, dict[str, str]]:
            act()
            return "done", {"Content-Type": "text/plain"}

        app.add_url_rule(path, f"do{number}", public(run), methods=["GET", "POST"])


def raising(error: Exception) -> Ask:
    def act() -> object:
        raise error

    return act


@SQLITE
@pytest.mark.parametrize("path", ["/do", "/api/do"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_words_of_an_error_reach_nobody(
    small: Flask,
    client: PageClient,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    path: str,
    method: str,
) -> None:
    def act() -> object:
        try:
            raise ValueError(CANARY)
        except ValueError as error:
            raise RuntimeError(f"{CANARY} in {request.args}") from error

    views(small, act)
    caplog.set_level(logging.DEBUG)
    data = {"name": CANARY} if method == "POST" else None
    with capture_logs() as logged:
        reply = client.open(path, method=method, query_string={"name": CANARY}, data=data)
    assert reply.status_code == 500
    written = capfd.readouterr()
    outputs = [reply.get_data(as_text=True), str(reply.headers), repr(logged), caplog.text, written.out, written.err]
    assert not [place for place in outputs if "canary" in place.lower()]
    entries = [entry for entry in logged if entry["event"] == "failed"]
    assert [entry["kind"] for entry in entries] == ["RuntimeError"]
    assert entries[0]["route"] == path
    assert entries[0]["at"][-1].startswith("test_error_pages.py:")


@SQLITE
def test_a_page_that_cannot_be_drawn_is_still_told_without_words(
    small: Flask,
    client: PageClient,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    views(small, raising(RuntimeError(CANARY)))
    small.jinja_env.cache = None
    monkeypatch.setattr(small.jinja_env, "loader", None)
    with capture_logs() as logged:
        replies = [client.get("/do"), client.get("/nowhere")]
    assert [reply.status_code for reply in replies] == [500, 404]
    assert all(reply.mimetype == "text/plain" and reply.get_data(as_text=True) for reply in replies)
    written = capfd.readouterr()
    assert CANARY not in repr(logged) + caplog.text + written.out + written.err + replies[0].get_data(as_text=True)
    assert caplog.text == ""


@SQLITE
def test_a_request_is_logged_by_its_pattern(small: Flask, client: PageClient) -> None:
    small.add_url_rule("/people/<name>", "person", public(lambda name: (name, {"Content-Type": "text/plain"})))
    with capture_logs() as logged:
        client.get(f"/people/{CANARY}?document={CANARY}")
        client.get(f"/nowhere/{CANARY}")
    assert [entry["route"] for entry in logged] == ["/people/<name>", "None"]
    assert CANARY not in repr(logged)


@pytest.mark.parametrize("path", ["/do", "/api/do"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_sealed_record_that_does_not_open_is_journaled(
    small: Flask, client: PageClient, database: Database, path: str, method: str
) -> None:
    """Also where the request holds the one place to write; what it wrote before goes."""
    row = new_id()

    def act() -> object:
        journal.record(db_session() if method == "POST" else read_session(), SYSTEM, "person.view", "person", row)
        raise VaultError("person", row)

    views(small, act)
    reply = client.open(path, method=method)
    assert reply.status_code == 409
    assert str(row) not in reply.get_data(as_text=True)
    if path == "/api/do":
        assert reply.get_json()["error"] == "sealed"
    with database.read_session() as session:
        entries = session.execute(text("SELECT action, subject, subject_id, actor FROM journal_entry")).all()
    assert [tuple(entry) for entry in entries] == [("vault.refused", "person", str(row), "system")]


@pytest.mark.usefixtures("_impatient")
def test_a_sealed_record_while_nobody_can_write_is_told_to_come_again(
    small: Flask, client: PageClient, database: Database
) -> None:
    views(small, raising(VaultError("person", new_id())))
    other = Database(database.url.render_as_string(hide_password=False))
    with other.write_session() as session:
        session.execute(text("UPDATE journal_head SET seq = seq"))
        reply = client.get("/do")
    other.close()
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "2")


@SQLITE
def test_a_database_that_cannot_be_reached_is_told_to_come_again(small: Flask, client: PageClient) -> None:
    views(small, raising(sqlite3.OperationalError("disk I/O error")))
    reply = client.get("/api/do")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "2")


def test_whoever_was_a_moment_later_with_the_same_key_is_told_to_come_again(small: Flask, client: PageClient) -> None:
    def act() -> None:
        for _time in range(2):  # the first look of another transaction would have found nothing either
            db_session().execute(insert(ClosedMonth).values(month=date(2017, 8, 1), closed_at=clock.now()))

    views(small, act)
    reply = client.post("/api/do")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "2")


@SQLITE
@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (AppError("No."), 400, "refused"),
        (AppError("No.", code="odd"), 400, "odd"),
        (TooManyTries("No.", 30), 429, "too_many"),
        (Conflict("No.", (Difference("Phone", "1", "2"),)), 409, "conflict"),
        (Invalid("No.", (FieldError("person.phone", "Odd."),)), 422, "invalid"),
    ],
)
def test_a_refusal_is_told_as_it_is(
    small: Flask, client: PageClient, refusal: AppError, status: int, code: str
) -> None:
    views(small, raising(refusal))
    page, answer = client.get("/do"), client.get("/api/do")
    assert page.status_code == answer.status_code == status
    assert "No." in page.get_data(as_text=True)
    body = answer.get_json()
    assert (body["error"], body["message"]) == (code, "No.")
    if isinstance(refusal, Invalid):
        assert body["fields"] == [{"field": "person.phone", "message": "Odd."}]
        assert "Odd." in page.get_data(as_text=True)
    if isinstance(refusal, Conflict):
        assert body["differences"] == [{"label": "Phone", "yours": "1", "theirs": "2"}]
    assert answer.headers.get("Retry-After") == ("30" if status == 429 else None)


@SQLITE
@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nowhere", 404, "not_found"), ("DELETE", "/do", 405, "method_not_allowed")],
)
def test_an_address_that_is_not_there_is_told_in_both_languages(
    small: Flask, client: PageClient, method: str, path: str, status: int, code: str
) -> None:
    views(small, lambda: None)
    for language, page_words in (("es", "Esta"), ("en", "This address" if status == 405 else "There is no such page")):
        client.set_cookie("language", language)
        page = client.open(path, method=method)
        html = page.get_data(as_text=True)
        assert page.status_code == status
        assert f'<html lang="{language}">' in html
        assert page_words in html
        answer = client.open(f"/api{path}", method=method, headers={"Accept-Language": language})
        assert (answer.status_code, answer.get_json()["error"]) == (status, code)
        assert answer.get_json()["message"].startswith(page_words)
        assert ("Allow" in answer.headers) is (status == 405)


@SQLITE
@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        (None, "es"),
        ("es-CO,es;q=0.9", "es"),
        ("en-GB", "en"),
        ("en;q=0.3,es;q=0.8", "es"),
        ("fr,de", "es"),
        ("\xff", "es"),
    ],
)
def test_a_program_is_answered_in_the_language_it_asks_for(client: PageClient, asked: str | None, spoken: str) -> None:
    reply = client.get("/api/nowhere", headers={"Accept-Language": asked} if asked else {})
    expected = {"es": "Esta", "en": "There"}[spoken]
    assert reply.get_json()["message"].startswith(expected)


@SQLITE
def test_one_visitor_s_language_is_not_the_next_one_s(client: PageClient) -> None:
    assert "There" in client.get("/api/nowhere", headers={"Accept-Language": "en"}).get_json()["message"]
    assert "Esta" in client.get("/api/nowhere").get_json()["message"]
    assert '<html lang="es">' in client.get("/nowhere").get_data(as_text=True)


@SQLITE
def test_a_body_that_is_too_large_is_refused_plainly(small: Flask, client: PageClient) -> None:
    views(small, lambda: request.is_json and read_json_body() or request.form.get("text"))
    page = client.post("/do", data={"text": "x" * MAX_BODY_BYTES})
    assert page.status_code == 413
    assert "2 MB" in page.get_data(as_text=True)
    answer = client.post("/api/do", data=b'"' + b"x" * MAX_BODY_BYTES + b'"', content_type="application/json")
    assert (answer.status_code, answer.get_json()["error"]) == (413, "too_large")
    assert "2 MB" in answer.get_json()["message"]
    assert client.post("/api/do", json="x" * (MAX_BODY_BYTES - 100)).status_code == 200


@SQLITE
@pytest.mark.parametrize(
    "body", [b"", b"{", b"{'a': 1}", b'{"a": NaN}', b"\xff", b'{"a": Infinity}', b"[" * 100_000, b"{} {}", b"1" * 9000]
)
def test_what_is_not_json_is_refused_without_repeating_it(small: Flask, client: PageClient, body: bytes) -> None:
    views(small, read_json_body)
    reply = client.post("/api/do", data=body, content_type="application/json")
    assert (reply.status_code, reply.get_json()["error"]) == (400, "bad_json")
    assert len(reply.get_data()) < 200


@SQLITE
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_kind_of_content_is_refused(small: Flask, client: PageClient, kind: str) -> None:
    views(small, read_json_body)
    reply = client.post("/api/do", data=b"{}", content_type=kind)
    assert (reply.status_code, reply.get_json()["error"]) == (415, "unsupported_media_type")


@SQLITE
def test_a_form_without_its_token_is_told_to_be_reloaded(small: Flask, client: PageClient) -> None:
    small.config["WTF_CSRF_METHODS"] = {"POST"}
    views(small, lambda: None)
    reply = client.post("/do", data={"name": CANARY})
    assert reply.status_code == 403
    assert CANARY not in reply.get_data(as_text=True)
    assert "formulario" in reply.get_data(as_text=True)


@SQLITE
@pytest.mark.parametrize(
    ("sent", "back"), [("/do", "/do"), ("/do/answer", "/do"), ("/do/all/answer", "/do"), ("/lost/answer", "")]
)
def test_the_late_one_is_led_back_to_what_there_is_now(small: Flask, client: PageClient, sent: str, back: str) -> None:
    views(small, raising(Conflict("Late.")))
    for number, path in enumerate(("/do/answer", "/do/all/answer", "/lost/answer")):
        small.add_url_rule(path, f"answer{number}", small.view_functions["do0"], methods=["POST"])
    page = client.post(sent).get_data(as_text=True)
    assert _links(page) == [*([back] if back else []), "/"]
    assert "Esto cambió antes de que usted guardara" in page


@SQLITE
def test_a_conflict_with_oneself_is_not_told_as_somebody_else_s(small: Flask, client: PageClient) -> None:
    views(small, raising(Conflict("Never your own.", code="own_account")))
    page = client.post("/do").get_data(as_text=True)
    assert "Otra persona" not in page
    assert "Esto no se pudo hacer" in page


@SQLITE
def test_a_form_that_expired_is_not_told_as_a_matter_of_permission(small: Flask, client: PageClient) -> None:
    views(small, raising(CSRFError("Missing.")))
    page = client.post("/do").get_data(as_text=True)
    assert "Este formulario venció" in page
    assert "pídalo a quien administra" not in page
    assert _links(page) == ["/do", "/"]


def _links(page: str) -> list[str]:
    return [element.get("href") for element in read(page) if element.tag == "a" and element.within("main")]
