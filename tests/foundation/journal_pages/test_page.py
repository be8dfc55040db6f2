"""The journal's page: names and words in place of ids, codes and JSON; filters; who saw a person."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from attention_point.accounts import services as account_services
from attention_point.accounts.models import Account
from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM, Actor, get_permissions
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.journal import JournalEntry
from attention_point.intake.models import Visit
from attention_point.people import records as people_records
from attention_point.referrals.models import Referral
from tests.portal.support import browser, visit
from tests.support.openings import open_page
from tests.support.pages import PageClient, read
from tests.support.searching import searched

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{32}")
CODE = re.compile(r"\b[a-z_]+\.[a-z]+[a-z-]*\b")


def main_of(page: str) -> Any:
    """The main part of a page."""
    return next(element for element in read(page) if element.tag == "main")


def rows(page: str) -> list[str]:
    """The text of each entry, in one line."""
    return [
        " ".join(element.text.split())
        for element in main_of(page).inside
        if element.tag == "tr" and any(cell.tag == "td" for cell in element.inside)
    ]


def links(page: str, text: str) -> list[str]:
    return [element.get("href") for element in main_of(page).inside if element.tag == "a" and text in element.text]


def actor_named(database: Database, name: str, role: str, entity: str | None = None) -> Actor:
    """Somebody with an account, for services that are called without the web."""
    email = f"{name.split()[0].lower()}.{new_id().hex[-6:]}@example.org"
    with database.write_session() as session:
        key = account_services.add_account(
            session, SYSTEM, account_services.NewAccount(email, name, role, entity), "-", must_change=False
        )
    return Actor("account", key, name, role, get_permissions(role), entity)


@pytest.fixture
def story(app: Flask, database: Database) -> dict[str, Any]:
    """Two people with a visit each; an agent searches and opens the first, an entity lists and opens her referral."""
    first, second = visit(app), visit(app)
    agent = actor_named(database, "Berta Agudelo", "agent")
    with database.write_session() as session:
        person, other = (
            session.scalars(select(Visit.person_id).where(Visit.id == UUID(recorded["id"]))).one()
            for recorded in (first, second)
        )
        referral = session.scalars(select(Referral.id).where(Referral.person_id == person)).first()
        searched(session, "Yohana Velasquez", agent)
        people_records.view_person(session, agent, person, "page")
        people_records.view_person(session, SYSTEM, other, "page")
    entity = browser(app, "entity", first["referrals"][0]["entity"])
    entity.get("/portal")
    entity.get(f"/portal/referrals/{referral}")
    return {"person": person, "other": other, "reference": first["reference"], "second": second["reference"]}


def test_it_speaks_in_names_and_words(app: Flask, story: dict[str, Any]) -> None:
    page = browser(app, "auditor").get("/journal").text
    said = " ".join(rows(page))
    assert "Berta Agudelo" in said
    assert "Abrió los datos de una persona Para qué: ver sus datos" in said
    assert "Se buscó por: nombre Personas encontradas: 2" in said
    assert f"Atención: {story['reference']}" in said
    assert "Sistema" in said
    visible = re.sub(r"\S+@\S+", "", main_of(page).text.rpartition("Último sello")[0])
    assert not ID.search(visible)
    assert "{" not in visible
    assert CODE.findall(visible) == []


def test_who_saw_a_person_is_one_click_away(app: Flask, story: dict[str, Any]) -> None:
    """The search that showed her, her page, her visit, the entity's list and its opening of her referral."""
    supervisor = browser(app, "supervisor")
    (address,) = links(open_page(supervisor, f"/people/{story['person']}"), "Quién vio a esta persona")
    told = rows(open_page(supervisor, address))
    for action in (
        "Registró una atención",
        "Buscó personas",
        "Abrió los datos de una persona",
        "Abrió una lista de remisiones",
        "Abrió una remisión",
    ):
        assert any(action in row for row in told), action
    assert not any(story["second"] in row for row in told)
    assert sum("Abrió los datos de una persona" in row for row in told) == 2  # the agent, and just now the supervisor
    again = rows(supervisor.get(address).text)
    assert "Vio quién vio a una persona" in again[0]  # the first look is noted before the second


def test_the_auditor_reaches_it_from_an_entry_and_sees_no_person(app: Flask, story: dict[str, Any]) -> None:
    auditor = browser(app, "auditor")
    page = auditor.get("/journal").text
    assert f"/journal/people/{story['person']}" in links(page, "Quién vio a esta persona")
    # Which entity read what tells what she needs: also who sees no person says why first.
    told = open_page(auditor, f"/journal/people/{story['person']}")
    led = auditor.get(f"/journal?person={story['person']}&action=visit.record")
    assert led.location == f"/journal/people/{story['person']}?action=visit.record"
    assert len(rows(auditor.get(led.location).text)) == 1
    assert not [element for element in main_of(told).inside if element.get("href").startswith(("/people/", "/visits/"))]
    assert "Yohana" not in told


@pytest.mark.parametrize("role", ["agent", "entity", "office"])
def test_others_do_not_see_who_saw_a_person(app: Flask, story: dict[str, Any], role: str) -> None:
    somebody = browser(app, role, "sena" if role == "entity" else None)
    assert somebody.get(f"/journal/people/{story['person']}").status_code == 403
    assert somebody.get("/journal").status_code == 403
    if role == "agent":
        assert links(somebody.get(f"/people/{story['person']}").text, "Quién vio") == []


def test_the_supervisor_has_links_where_pages_open_and_no_whole_journal(app: Flask, story: dict[str, Any]) -> None:
    supervisor = browser(app, "supervisor")
    page = open_page(supervisor, f"/journal/people/{story['person']}")
    addresses = {element.get("href") for element in main_of(page).inside if element.tag == "a" and element.get("href")}
    assert any(address.startswith("/visits/") for address in addresses)
    assert any(address.startswith("/referrals/") for address in addresses)
    for address in addresses:
        assert supervisor.get(address).status_code == 200, address
    assert supervisor.get("/journal").status_code == 403


def test_filters_by_actor_action_day_and_record(app: Flask, database: Database, story: dict[str, Any]) -> None:
    auditor = browser(app, "auditor")
    with database.read_session() as session:
        berta = session.scalars(select(Account.id).where(Account.name == "Berta Agudelo")).one()
        seen = session.scalars(select(Visit.id)).first()
    by_actor = rows(auditor.get(f"/journal?actor=account:{berta}").text)
    assert len(by_actor) == 2
    assert all("Berta Agudelo" in row for row in by_actor)
    both = rows(auditor.get(f"/journal?actor=account:{berta}&action=person.view").text)
    assert len(both) == 1
    assert len(rows(auditor.get("/journal?action=visit.record").text)) == 2
    assert len(rows(auditor.get(f"/journal?kind=visit&record={seen}").text)) == 1
    today = clock.today()
    assert len(rows(auditor.get(f"/journal?since={today:%d/%m/%Y}&until={today:%Y-%m-%d}").text)) > 5
    yesterday = today - timedelta(days=1)
    assert rows(auditor.get(f"/journal?until={yesterday:%d/%m/%Y}").text) == []
    assert rows(auditor.get(f"/journal?since={today + timedelta(days=1):%d/%m/%Y}").text) == []
    assert rows(auditor.get(f"/journal/people/{uuid4()}").text) == []


def test_a_day_is_the_point_s_day(app: Flask, database: Database) -> None:
    with (
        clock.override_now(clock.now().replace(year=2026, month=3, day=2, hour=4, minute=59)),
        database.write_session() as late,
    ):
        journal.record(late, SYSTEM, "directory.load", "directory")  # 23:59 of the first of March in Bogotá
    auditor = browser(app, "auditor")
    assert len(rows(auditor.get("/journal?since=01/03/2026&until=01/03/2026").text)) == 1
    assert rows(auditor.get("/journal?since=02/03/2026&until=02/03/2026").text) == []


def test_a_wrong_clock_hides_no_entry_of_a_day(app: Flask, database: Database) -> None:
    for year in (2026, 2028, 2026):
        with (
            clock.override_now(clock.now().replace(year=year, month=5, day=4, hour=15)),
            database.write_session() as session,
        ):
            journal.record(session, SYSTEM, "directory.load", "directory")
    auditor = browser(app, "auditor")
    assert len(rows(auditor.get("/journal?since=04/05/2026&until=04/05/2026").text)) == 2
    assert len(rows(auditor.get("/journal?since=04/05/2028&until=04/05/2028").text)) == 1


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("since=31/02/2026", "Esto no es un día"),
        ("until=x", "Esto no es un día"),
        ("since=02/03/2026&until=01/03/2026", "El último día es anterior al primero"),
        ("actor=account:nobody", "Nadie de la lista"),
        ("action=nothing.known", "Esa acción no existe"),
        ("person=x", "no nombra a ninguna persona"),
        (f"record={'x' * 81}", "no nombra ningún registro"),
    ],
)
def test_what_cannot_be_looked_for_is_said(app: Flask, address: str, said: str) -> None:
    reply = browser(app, "auditor").get(f"/journal?{address}")
    assert reply.status_code == 422
    assert said in reply.text


def test_pages_keep_the_filters(app: Flask, database: Database) -> None:
    with database.write_session() as session:
        for number in range(120):
            journal.record(session, SYSTEM, "directory.load", "directory", added=number)
    auditor = browser(app, "auditor")
    address, told = "/journal?action=directory.load", []
    while address:
        page = auditor.get(address).text
        told += rows(page)
        (address,) = links(page, "Página siguiente") or [""]
        assert not address or "action=directory.load" in address
    with database.read_session() as session:  # those of the fixtures too
        loads = select(func.count()).select_from(JournalEntry).where(JournalEntry.action == "directory.load")
        assert len(told) == len(set(told)) == (session.scalar(loads) or 0) > 120
    for before in ("0", "-1", "x", "9" * 40):
        assert auditor.get(f"/journal?before={before}").status_code == 200


def test_what_is_gone_or_spoilt_or_new_is_said_sensibly(app: Flask, database: Database) -> None:
    gone = Actor("account", new_id(), "", "agent", frozenset())
    with database.write_session() as session:
        journal.record(session, gone, "person.view", "person", new_id(), purpose="page")
        journal.record(session, Actor("token", new_id(), "", "intake", frozenset()), "events.add", "events", new_id())
        journal.record(session, SYSTEM, "thing.done", "nobody-knows", "a-code", unheard={"of": ["x"]}, hash="ab" * 32)
        disabled = account_services.add_account(
            session, SYSTEM, account_services.NewAccount("x@example.org", "Ximena", "agent"), "-"
        )
        session.get_one(Account, disabled).active = False
        journal.record(session, Actor("account", disabled, "", "agent", frozenset()), "visit.view", "visit", new_id())
    page = browser(app, "auditor").get("/journal").text
    told = " ".join(rows(page))
    assert "Una cuenta que ya no existe" in told
    assert "Un programa que ya no existe" in told
    assert "Ximena, deshabilitada" in told
    assert "Un registro" in told
    assert "Otros datos: 1" in told
    assert "a-code" not in told
    assert "unheard" not in told


def test_a_page_asks_the_database_as_often_for_fifty_entries_as_for_two(app: Flask, database: Database) -> None:
    """No query an entry: neither for those who acted nor for what they acted on."""
    auditor = browser(app, "auditor")
    visit(app)
    counts = [_statements(database, auditor)]
    for _more in range(8):
        visit(app)
    with database.write_session() as session:
        for person in session.scalars(select(Visit.person_id)).all():
            people_records.view_person(session, SYSTEM, person, "page")
    counts.append(_statements(database, auditor))
    assert counts[1] <= counts[0] + 1  # the kinds of records that are named, each once


def _statements(database: Database, auditor: PageClient) -> int:
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(database.read_engine, "before_cursor_execute", note)
    try:
        assert auditor.get("/journal").status_code == 200
    finally:
        event.remove(database.read_engine, "before_cursor_execute", note)
    return len(seen)
