"""The administrator's first page: what is in order, and what she must do now."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from attention_point.accounts import services
from attention_point.accounts.devices.device_status import list_device_status
from attention_point.accounts.devices.models import Device
from attention_point.backups import keeping
from attention_point.backups.checks import list_backup_status
from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.jobs import JobRun
from attention_point.foundation.jobs.checks import check_jobs, list_job_status
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.journal.queries import get_head
from attention_point.foundation.mail.checks import list_mail_status
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.settings import Settings
from attention_point.foundation.system_page.confirmations import check_confirmations
from attention_point.portal.webhooks.models import Webhook, WebhookDelivery
from attention_point.portal.webhooks.webhook_status import list_webhook_status
from tests.accounts.support import PASSWORD, password_hash
from tests.browser.test_desk import looked_at
from tests.support.browser import axe
from tests.support.pages import PageClient
from tests.support.server import serve
from tests.support.staff import SignIn


def read_token(client: PageClient) -> dict[str, Any]:
    page = client.get("/system").text
    return {"csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0]}


def test_the_administrator_begins_there_and_confirms_what_she_did(
    as_role: SignIn, database: Database, settings: Settings
) -> None:
    client = as_role("admin")
    assert client.get("/").headers["Location"] == "/system"
    page = client.get("/system").text
    assert "En los últimos seis meses nadie ha dicho que el llavero tenga una copia" in page
    assert len(list(check_confirmations(database, settings))) == 2
    with database.read_session() as session:
        seq, seal = get_head(session)
    assert f"<dd>{seal}</dd>" in page, "what is to be noted stands there"
    assert f"último sello {seal[:8]}…, del " in page
    for code in ("keyring", "head"):
        assert client.post(f"/system/confirmations/{code}?head={seq}", data=read_token(client)).status_code == 302
    with database.read_session() as session:
        entries = session.scalars(select(JournalEntry.detail).where(JournalEntry.action == "system.head-noted")).all()
    assert [json.loads(entry)["head"] for entry in entries] == [seq], "the one that the page showed, not the newest"
    page = client.get("/system").text
    assert "Hace más de seis meses" not in page
    assert list(check_confirmations(database, settings)) == []
    assert client.post("/system/confirmations/other", data=read_token(client)).status_code == 404


@pytest.mark.parametrize("role", ["agent", "entity", "office", "supervisor", "auditor"])
def test_nobody_else_sees_it(as_role: SignIn, role: str) -> None:
    client = as_role(role, *(["icbf"] if role == "entity" else []))
    assert client.get("/system").status_code == 403


def test_each_room_says_what_must_be_done(database: Database, settings: Settings) -> None:
    """Red only where somebody must act: each line is first in order, then not."""
    long_ago = clock.now() - timedelta(days=30)

    def list_advice() -> list[str]:
        with database.read_session() as session:
            suppliers = (list_job_status, list_mail_status, list_device_status, list_webhook_status)
            return [line.label for supplier in suppliers for line in supplier(session, settings) if line.advice]

    assert list_advice() == []
    with database.write_session() as session:
        session.add(JobRun(name="mail", period="every-run", started_at=long_ago, outcome="failed", tries=1))
        session.add(
            OutboxMail(id=new_id(), key=b"k" * 32, sealed=b"x", created_at=long_ago, next_try_at=long_ago, tries=0)
        )
        session.add(
            Device(
                id=new_id(),
                name="Tableta 1",
                point="bucaramanga",
                kind="tablet",
                added_at=long_ago,
                enrolled_at=long_ago,
                last_contact_at=long_ago,
            )
        )
        webhook = Webhook(
            id=new_id(),
            entity="sena",
            url="https://example.org",
            active=True,
            created_at=long_ago,
            secret_generation=1,
        )
        session.add(webhook)
        delivery = WebhookDelivery(id=new_id(), created_at=long_ago, next_try_at=long_ago, tries=3, sealed=b"x")
        session.add(delivery)
    assert list_advice() == ["Tareas del programa", "Correo", "Tabletas y pantallas", "Avisos a programas"]


def test_a_timer_that_never_called_is_told_after_a_day(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write_session() as session:
        journal.record(session, SYSTEM, "mail.sent", "mail", None)

    def list_said() -> tuple[bool, int]:
        with database.read_session() as session:
            line = next(iter(list_job_status(session, settings)))
        return bool(line.advice), len(list(check_jobs(database, settings)))

    assert list_said() == (False, 0)
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert list_said() == (True, 1)


def test_backups_are_red_until_one_is_made_and_tried(database: Database, settings: Settings) -> None:
    with database.read_session() as session:
        assert next(iter(list_backup_status(session, settings))).advice
        demo_line = next(iter(list_backup_status(session, replace(settings, demo=True))))
        assert (demo_line.value, demo_line.advice) == ("no hacen falta: las personas son inventadas", "")
        named = replace(settings, backup_recipients=("age1" + "q" * 58,))
        path = keeping.find_backup_path(named, clock.today())
        path.parent.mkdir()
        path.write_bytes(keeping.AGE_HEADER)
        keeping.record_drill(named)
        line = next(iter(list_backup_status(session, named)))
    assert (line.advice, "probada el" in line.value) == ("", True)


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_is_legible_on_a_tablet_and_on_a_telephone(page: Page, app: Flask) -> None:
    with app.extensions["database"].write_session() as session:
        new_account = services.NewAccount("admin@example.org", "Ana Rojas", "admin")
        services.add_account(session, SYSTEM, new_account, password_hash(), must_change=False)
    with serve(app) as address:
        page.goto(f"{address}/sign-in")
        page.locator("input[name=email]").fill("admin@example.org")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").click()
        expect(page).to_have_url(f"{address}/system")
        for width in (800, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            axe(page)
            looked_at(page, f"system-{width}")
