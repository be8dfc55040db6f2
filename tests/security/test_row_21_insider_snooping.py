"""Row 21: who sees what is confidential states why before a view, for a time; every view is logged, another is told."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.mail.message import decode_message
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.mail.outbox import SEAL_PURPOSE
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import Vault
from attention_point.intake.models import Visit
from attention_point.intake.openings.notices import tell_reviewers
from attention_point.people.break_glass.grants import GRANT_LENGTH
from attention_point.people.models import AccessGrant
from tests.portal.support import browser, visit
from tests.support.openings import open_file
from tests.support.pages import PageClient

NAME = "Yohana"


def record_visit(app: Flask, *needs: str) -> Visit:
    """A visit that somebody else recorded."""
    answer = visit(app, needs=list(needs))
    with app.extensions["database"].read_session() as session:
        row = session.get_one(Visit, UUID(answer["id"]))
        session.expunge(row)
        return row


def list_pages(row: Visit) -> list[str]:
    return [f"/people/{row.person_id}", f"/people/{row.person_id}/correct"] + [
        f"/visits/{row.id}{ending}" for ending in ("", "/slip.pdf", "/correct", "/void")
    ]


@pytest.mark.parametrize("needs", [("VBG",), ("MIG-REG",)])
def test_nothing_is_shown_without_a_reason_nor_when_it_is_over(app: Flask, needs: tuple[str, ...]) -> None:
    """Confidential or not: a question for confidential files alone would tell which they are."""
    supervisor, row = browser(app, "supervisor"), record_visit(app, *needs)
    for path in list_pages(row):
        answer = supervisor.get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/people/{row.person_id}/open?next={path}"
    token = {"csrf_token": read_token(supervisor, f"/people/{row.person_id}/open")}
    for reason in ({}, {"reason": "curiosity"}, {"reason": "other", "words": "  "}):
        assert supervisor.post(f"/people/{row.person_id}/open", data=token | reason).status_code == 422
    assert supervisor.get(f"/people/{row.person_id}").status_code == 303
    open_file(supervisor, row.person_id)
    assert NAME in supervisor.get(f"/people/{row.person_id}").text
    assert {supervisor.get(path).status_code for path in list_pages(row)} == {200}
    opened_at = clock.now()
    for minutes in range(15, 120, 15):  # she goes on working, so that her session stays
        with clock.override_now(opened_at + timedelta(minutes=minutes)):
            assert supervisor.get("/account").status_code == 200
    with clock.override_now(opened_at + GRANT_LENGTH):
        assert supervisor.get(f"/visits/{row.id}").headers["Location"].startswith(f"/people/{row.person_id}/open")
    assert browser(app, "supervisor").get(f"/people/{row.person_id}").status_code == 303  # each says it herself


def test_a_form_sent_without_a_reason_changes_nothing(app: Flask, database: Database) -> None:
    supervisor, row = browser(app, "supervisor"), record_visit(app, "VBG")
    form = {"csrf_token": read_token(supervisor, "/desk"), "reason": "recorded-twice"}
    answer = supervisor.post(f"/visits/{row.id}/void", data=form)
    assert answer.status_code == 403
    with database.read_session() as session:
        assert session.get_one(Visit, row.id).state == row.state


def test_a_second_person_is_told_and_reviews_it(
    app: Flask, database: Database, settings: Settings, vault: Vault
) -> None:
    supervisor, auditor, row = browser(app, "supervisor"), browser(app, "auditor"), record_visit(app, "VBG")
    open_file(supervisor, row.person_id)
    tell_reviewers(database, settings, "2026-11-30")
    with database.read_session() as session:
        letters = [
            decode_message(vault.open(SEAL_PURPOSE, row.id, row.sealed or b""))
            for row in session.scalars(select(OutboxMail))
        ]
    assert len(letters) == 2  # who opened it is told too, that somebody will look
    assert all("1 ficha se abrió con un motivo" in letter.body for letter in letters)
    own_page = supervisor.get("/people/openings").text
    assert "Es suya: la revisa otra persona" in own_page
    page = auditor.get("/people/openings").text
    assert "Confidencial" in page
    assert "Revisar el trabajo del punto" in page
    assert NAME not in page
    for client, page in ((supervisor, "/desk"), (auditor, "/people/openings")):
        form = {"csrf_token": read_token(client, page), "until": clock.now().isoformat()}
        assert client.post("/people/openings", data=form).status_code == 303
        waits = "Esperan por usted" in auditor.get("/people/openings").text
        assert waits is (client is supervisor)  # nobody reviews what she opened herself


def read_token(client: PageClient, path: str) -> str:
    return client.get(path).text.split('csrf_token" value="')[1].split('"')[0]


def test_a_thief_of_the_database_learns_nothing_of_who_is_a_victim(app: Flask, database: Database) -> None:
    """Rows and entries of a confidential file and of an ordinary one differ in ids, times and ciphertext alone."""
    supervisor = browser(app, "supervisor")
    traces = []
    for need in ("VBG", "MIG-REG"):
        row = record_visit(app, need)
        with database.read_session() as session:
            before = session.scalar(text("SELECT max(seq) FROM journal_entry"))
        open_file(supervisor, row.person_id, reason="present" if need == "VBG" else "request")
        supervisor.get(f"/people/{row.person_id}")
        supervisor.get(f"/visits/{row.id}")
        with database.read_session() as session:
            entries = session.scalars(select(JournalEntry).where(JournalEntry.seq > before).order_by(JournalEntry.seq))
            written = [
                (entry.action, entry.subject, sorted(json.loads(entry.detail).items())) for entry in entries
                if entry.action != "referral.list"
            ]  # fmt: skip
            grant = session.scalars(select(AccessGrant).where(AccessGrant.person_id == row.person_id)).one()
            traces.append((written, len(grant.sealed), grant.actor))
    assert traces[0] == traces[1]
    assert ("person.open", "person", []) in traces[0][0]
    viewed = {dict(detail)["purpose"] for action, _subject, detail in traces[0][0] if action == "person.view"}
    assert viewed >= {"page", "receipt"}


def test_what_an_agent_may_not_see_is_not_missing_in_the_journal(app: Flask, database: Database) -> None:
    """A list notes whom it read, hidden ones too: whoever is missing between two others would be the victim."""
    with clock.override_now(clock.now() - timedelta(days=2)):
        rows = [record_visit(app, need) for need in ("EMP-SENA", "VBG", "EMP-SENA")]
    agent = browser(app, "agent")
    agent.get("/visits")
    with database.read_session() as session:
        query = select(JournalEntry.detail).where(JournalEntry.action == "visit.list").order_by(JournalEntry.seq.desc())
        found = json.loads(session.scalars(query).first() or "{}")["found"]
    assert found == sorted({str(row.person_id) for row in rows})
