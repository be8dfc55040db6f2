"""What the desk's daily journeys cost, on 600 invented people: ``docs/desk.md`` keeps the table.

``WRITE_DESK=1 pytest tests/browser/test_journeys.py`` measures and writes it. ``test_slow_line.py`` does the same on a
slow line.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from attention_point.accounts.models import Account
from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.foundation import clock
from attention_point.intake.draft import read_draft
from attention_point.intake.models import Visit
from attention_point.intake.services import record_visit
from attention_point.people.models import Person
from attention_point.people.records import open_chosen_person
from tests.browser.test_desk import sign_in, staff
from tests.support.journeys import TABLET_UPRIGHT, Effort, Journey, ServerTime, write_measured
from tests.support.server import serve
from tests.support.visits import AGENT, acting, consents, draft, person

__all__ = ["staff"]  # a fixture
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

PEOPLE, SEED = 600, 2017
COUNT_PRINTS = "window.print = () => sessionStorage.setItem('prints', +(sessionStorage.prints ?? 0) + 1)"
REGULARISATION, WORK, SCHOOL = "Permisos para vivir", "Empleo, formación", "Cupo escolar"
# The goals: taps, screens. A journey that takes more is a fault of the desk.
LIMITS = {
    "new adult": (20, 3),
    "returning, by document": (5, 3),
    "returning, by a misspelled name": (5, 3),
    "mother and three children": (45, 3),
    "correct a birth date": (5, 3),
    "what became of the referrals": (0, 0),
}
Draft = dict[str, Any]
RecordVisit = Callable[..., None]


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """The tablet held upright."""
    return {**browser_context_args, "viewport": TABLET_UPRIGHT}


@pytest.fixture
def people(app: Flask, staff: Callable[[str, str | None], str]) -> list[dict[str, Any]]:
    """Six hundred invented people of the last half year; gives them as they were recorded."""
    staff("agent", None)
    today = clock.today()
    drafts = invent_visits(PEOPLE, today - timedelta(days=180), today - timedelta(days=8), SEED)
    with app.extensions["database"].write_session() as session:
        for invented in drafts:
            record_visit(session, AGENT, read_draft(invented))
    return [invented["person"] for invented in drafts]


@pytest.fixture
def record(app: Flask, people: object) -> RecordVisit:
    """Records a visit by the agent of the journey, so long ago."""

    def record_visit_before(ago: timedelta, who: dict[str, Any], *needs: str) -> None:
        moment = clock.now() - ago
        with clock.override_now(moment), app.extensions["database"].write_session() as session:
            agent = replace(acting("agent"), id=session.scalars(select(Account.id)).one())
            answers = consents(("attention", True), ("contact", True), ("research", False), ("referral:*", True))
            stated = draft(
                attended_at=clock.to_local_time(moment).isoformat(),
                person=who,
                needs=list(needs),
                consents=[{**answer, "text_version": "2026-11"} for answer in answers],
            )
            record_visit(session, agent, read_draft(stated), channel="desk")

    return record_visit_before


@pytest.fixture
def journey(page: Page, app: Flask, people: object) -> Iterator[Journey]:
    """An agent who has just signed in, before the first person of the day."""
    server_time = ServerTime(app)
    page.add_init_script(COUNT_PRINTS)
    with serve(server_time) as address:
        journey = Journey(page, server_time)
        sign_in(page, address, "agent.desk@example.org")
        expect(page.get_by_role("heading", name="Atender a una persona")).to_be_visible()
        yield journey


def search(journey: Journey, text: str) -> None:
    """Type into the search box of the desk's home, which has the focus and answers by itself."""
    journey.type(journey.page.get_by_role("main").get_by_role("searchbox"), text)
    expect(journey.page.locator("#results-status")).to_be_visible()


def receive(journey: Journey, surname: str) -> None:
    """Open the form of somebody who was found, by the surname in the first row."""
    row = journey.page.locator("#results").get_by_role("row").nth(1)
    expect(row).to_contain_text(surname)
    journey.tap(row.get_by_role("link", name="Atender"))
    expect(journey.page.get_by_label("Primer apellido").first).to_have_value(surname)


def choose_needs(journey: Journey, *needs: str) -> None:
    """Tick the needs. One that is not among the frequent ones is found by typing."""
    tiles = journey.page.locator("#needs")
    for need in needs:
        tile = tiles.get_by_role("checkbox", name=need)
        if not tile.is_visible():
            journey.type(tiles.get_by_role("searchbox"), need)
        journey.tap(tile)


def lead_to_check(journey: Journey) -> None:
    """Go on to the check page."""
    journey.tap(journey.page.get_by_role("button", name="Revisar y continuar"))
    expect(journey.page.get_by_role("heading", name="Revise antes de guardar")).to_be_visible()


def refer_save_and_print(journey: Journey) -> None:
    """Refer to all that is suggested, save, and see the slip go to the printer."""
    page = journey.page
    refer_all = page.get_by_role("button", name="Remitir todas")
    if refer_all.count():
        journey.tap(refer_all.first)
    else:
        journey.tap(page.get_by_role("radio", name=re.compile("^Remitir")))
    journey.tap(page.get_by_role("button", name="Guardar e imprimir"))
    expect(page.get_by_text("La referencia es BGA-")).to_be_visible()
    page.wait_for_function("() => sessionStorage.prints === '1'")
    page.evaluate("delete sessionStorage.prints")


def type_and_go_on(journey: Journey, label: str, text: str) -> None:
    """Type into a box of the form, and go to the next one by the key that the tablet's keyboard has for it."""
    journey.type(journey.page.get_by_label(label, exact=True).first, text)
    journey.page.keyboard.press("Enter")


def fill_in_new_adult(journey: Journey, *needs: str) -> None:
    """All that a new adult with a passport is asked; the name was typed in the search already."""
    page = journey.page
    choose_needs(journey, *needs)
    journey.tap(page.get_by_role("button", name="Sí a las tres"))
    type_and_go_on(journey, "Fecha de nacimiento", "17031991")
    journey.tap(page.get_by_role("radio", name="Mujer"))
    type_and_go_on(journey, "Nacionalidad", "Venezuela")
    type_and_go_on(journey, "Teléfono", "3105550101")
    journey.type(page.get_by_role("combobox", name="Municipio"), "Giró")
    expect(page.get_by_role("option", name="Girón (Santander)")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Municipio")).to_have_value("Girón (Santander)")
    journey.tap(page.get_by_role("radio", name="Pasaporte"))
    journey.type(page.get_by_label("Número", exact=True).first, "145678124")


def add_child(journey: Journey, number: int, kin: str, name: str, age: str) -> None:
    """A row of the form: who it is, name and age, and the mother's needs."""
    page = journey.page
    journey.tap(page.get_by_role("button", name="Agregar a una persona"))
    row = page.locator(f"#companions-{number}")
    journey.tap(row.get_by_role("radio", name=kin, exact=True))
    journey.type(row.get_by_label("Nombres"), name)
    journey.type(row.get_by_label("Fecha de nacimiento"), age)
    journey.tap(row.get_by_role("checkbox", name="mismas necesidades"))


def report(name: str, effort: Effort) -> None:
    """Print a journey, and hold it to its goal."""
    measured = (
        f"{effort.taps} taps, {effort.keystrokes} keystrokes, {effort.screens} screens, {effort.server_ms:.0f} ms"
    )
    write_measured(name, measured)
    taps, screens = LIMITS[name]
    assert effort.taps <= taps, measured
    assert effort.screens <= screens, measured


def test_new_adult(journey: Journey) -> None:
    before, page = journey.effort, journey.page
    search(journey, "zulimar quintanillo")
    journey.tap(page.get_by_role("button", name="Persona nueva"))
    expect(page.get_by_label("Primer apellido")).to_have_value("Quintanillo")
    fill_in_new_adult(journey, REGULARISATION, WORK)
    lead_to_check(journey)
    refer_save_and_print(journey)
    report("new adult", journey.effort - before)


@pytest.mark.parametrize(
    ("kind", "number", "typed"),
    [
        ("PA", "A1456781", "a 145.6781"),
        ("PT", "4831207", "4831207"),
        ("DE", "V19456123", "19.456.123"),
        ("CC", "1098765432", "1.098.765.432"),
    ],
)
def test_returning_by_document(journey: Journey, record: RecordVisit, kind: str, number: str, typed: str) -> None:
    who = person(surname_1="Quintanillo", documents=[{"type": kind, "number": number}])
    record(timedelta(days=7), who, "EMP-SENA")
    before = journey.effort
    search(journey, typed)
    receive(journey, "Quintanillo")
    choose_needs(journey, REGULARISATION)
    lead_to_check(journey)
    refer_save_and_print(journey)
    report("returning, by document", journey.effort - before)


def test_returning_by_a_misspelled_name(journey: Journey, record: RecordVisit) -> None:
    record(timedelta(days=7), person(given_names="Zulimar Andreína", surname_1="Quintanillo"), "EMP-SENA")
    before = journey.effort
    search(journey, "sulimar kintaniyo")
    receive(journey, "Quintanillo")
    choose_needs(journey, REGULARISATION)
    lead_to_check(journey)
    refer_save_and_print(journey)
    report("returning, by a misspelled name", journey.effort - before)


def test_mother_and_three_children(journey: Journey, app: Flask) -> None:
    before, page = journey.effort, journey.page
    search(journey, "zulimar quintanillo")
    journey.tap(page.get_by_role("button", name="Persona nueva"))
    expect(page.get_by_label("Primer apellido").first).to_have_value("Quintanillo")
    fill_in_new_adult(journey, REGULARISATION, SCHOOL)
    journey.tap(page.locator("summary").filter(has_text="Acompañantes y protección"))
    for number, child in enumerate((("Hija", "Sara", "9"), ("Hijo", "Abel", "7"), ("Hija", "Eva", "2"))):
        add_child(journey, number, *child)
    lead_to_check(journey)
    refer_save_and_print(journey)
    slip = page.locator("article.slip")  # one for all, with a part for each
    for words in ("persona 1: usted", "su hija de 9 años", "su hijo de 7 años", "su hija de 2 años"):
        expect(slip).to_contain_text(words)
    report("mother and three children", journey.effort - before)
    with app.extensions["database"].read_session() as session:
        newest = session.scalars(select(Visit.received_at).order_by(Visit.received_at.desc()).limit(4)).all()
    assert len(set(newest)) == 1, "one arrival"


def test_correct_a_birth_date(journey: Journey, app: Flask, record: RecordVisit) -> None:
    record(timedelta(0), person(surname_1="Quintanillo"), "MIG-REG")  # of today, at whatever hour this runs
    page = journey.page
    page.reload()
    before = journey.effort
    journey.tap(page.get_by_role("link", name=re.compile("Quintanillo")).first)
    journey.tap(page.get_by_role("link", name="Corregir a la persona"))
    journey.tap(page.get_by_label("Fecha de nacimiento"))
    page.keyboard.press("Control+A")
    page.keyboard.type("18041992")
    journey.tap(page.get_by_role("button", name="Guardar la corrección"))
    expect(page.get_by_text("Los datos quedaron corregidos.")).to_be_visible()
    report("correct a birth date", journey.effort - before)
    with app.extensions["database"].read_session() as session:
        newest = session.scalars(select(Person.id).order_by(Person.id.desc())).first()
        assert open_chosen_person(session, newest).record["birth_date"] == "1992-04-18"


def test_what_became_of_the_referrals(journey: Journey, record: RecordVisit) -> None:
    record(timedelta(days=7), person(surname_1="Quintanillo"), "EDU", "EMP-SENA")
    search(journey, "quintanillo")
    receive(journey, "Quintanillo")
    before = journey.effort
    news = journey.page.get_by_role("region", name="Qué pasó con las remisiones")
    for entity in ("Secretaría de Educación", "SENA"):
        expect(news.get_by_role("listitem").filter(has_text=entity)).to_be_in_viewport()
    report("what became of the referrals", journey.effort - before)
