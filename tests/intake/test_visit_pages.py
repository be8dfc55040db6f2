"""The list of visits with names, the page of a visit with its slip, and what a returning person opens on."""

import re
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from attention_point.directory.models import Point
from attention_point.directory.revision import increase_revision
from attention_point.foundation.journal import JournalEntry
from attention_point.intake.models import Visit
from attention_point.referrals import services as referral_services
from attention_point.referrals.entity_rows.entity_tags import select_of_entity
from attention_point.referrals.models import Referral
from tests.intake.desk import text
from tests.support.openings import open_page
from tests.support.pages import PageClient, read
from tests.support.staff import SignIn
from tests.support.visits import acting, consents, person, recorded

ANA, LUZ = person(given_names="Ana Lucía", surname_1="Rincón"), person(given_names="Luz Marina", surname_1="Ardila")
# Fixed: what is collected just before midnight runs after it.
DAY = date(2026, 3, 3)


def record(app: Flask, **changes: object) -> UUID:
    """The id of a new visit."""
    with app.extensions["database"].write_session() as session:
        return UUID(recorded(session, **changes)["id"])


def person_of(app: Flask, visit: UUID) -> UUID:
    with app.extensions["database"].read_session() as session:
        return session.scalars(select(Visit.person_id).where(Visit.id == visit)).one()


def referral_to(session: Session, entity: str) -> Referral:
    return session.scalars(select(Referral).where(select_of_entity(session, entity))).one()


def last_entry(app: Flask) -> JournalEntry:
    with app.extensions["database"].read_session() as session:
        return session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc()).limit(1)).one()


def test_the_list_names_the_people_and_the_journal_keeps_who_was_shown(app: Flask, agent: PageClient) -> None:
    visit = record(app, person=ANA)
    page_text = text(agent.get("/visits"))
    for expected in ("Ana Lucía Rincón", "Creada", f'href="/visits/{visit}?print=1"'):
        assert expected in page_text
    entry = last_entry(app)
    assert (entry.action, entry.subject) == ("visit.list", "person")
    assert str(person_of(app, visit)) in entry.detail


def test_the_desk_shows_the_latest_alike(app: Flask, agent: PageClient) -> None:
    visit = record(app, person=ANA)
    page_text = text(agent.get("/desk"))
    assert "Ana Lucía Rincón" in page_text
    assert f'href="/visits/{visit}?print=1"' in page_text


@pytest.mark.parametrize(
    ("query", "shows_new", "shows_old"),
    [
        ("", True, True),
        (f"?day={DAY}", True, False),
        (f"?day={DAY - timedelta(1)}", False, False),
        ("?day=2017-08-09", False, True),
        ("?first=2017-08-01&last=2017-08-31", False, True),
        ("?first=2017-08-10", True, False),
        ("?last=2017-08-09&first=nonsense", False, True),
        ("?state=referred", True, False),
        ("?state=waiting", True, False),
        ("?state=none", False, True),
        ("?state=answered", False, False),
        ("?day=nonsense&state=nonsense&point=nonsense", True, True),
    ],
)
def test_filters_stand_in_the_address(
    app: Flask, agent: PageClient, query: str, shows_new: bool, shows_old: bool
) -> None:
    record(app, person=ANA, attended_at=f"{DAY}T08:30:00-05:00")
    record(app, person=LUZ, consents=consents(("attention", True)))
    page = agent.get(f"/visits{query}")
    assert page.status_code == 200
    assert ("Ana Lucía" in text(page), "Luz Marina" in text(page)) == (shows_new, shows_old)
    # Whoever is shown a filtered list sees what it is filtered by, and the way back.
    current = [element.text.strip() for element in read(text(page)) if element.attributes.get("aria-current") == "true"]
    assert len(current) >= 2


def test_an_empty_list_says_the_next_step(agent: PageClient) -> None:
    assert "Atender a una persona" in text(agent.get("/visits"))
    filtered = text(agent.get("/visits?state=accepted"))
    assert "Ver todas las atenciones" in filtered


def test_a_second_point_has_a_list_of_its_own(app: Flask, agent: PageClient) -> None:
    record(app, person=ANA)
    with app.extensions["database"].write_session() as session:
        first = session.get(Point, "bucaramanga")
        assert first
        values = {column.name: getattr(first, column.name) for column in Point.__table__.columns}
        name = {"es": "Punto de la Terminal", "en": "Terminal Point"}
        session.add(Point(**{**values, "code": "terminal", "prefix": "TER", "name": name}))
        increase_revision(session)
    record(app, person=LUZ, point="terminal")
    assert "Punto de la Terminal" in text(agent.get("/visits"))
    other = text(agent.get("/visits?point=terminal"))
    assert "Luz Marina" in other
    assert "Ana Lucía" not in other


def test_a_restricted_visit_is_in_no_list(app: Flask, agent: PageClient) -> None:
    record(app, person=ANA, needs=["VBG"], vulnerabilities=["gender_violence"])
    assert "Ana Lucía" not in text(agent.get("/visits"))
    assert "Ana Lucía" not in text(agent.get("/desk"))


def test_the_page_of_a_visit_shows_person_needs_notes_and_answers(app: Flask, agent: PageClient) -> None:
    visit = record(app, person=ANA, notes="Vino con su abuela.")
    with app.extensions["database"].write_session() as session:
        sena = referral_to(session, "sena")
        answer = referral_services.Answer("accepted", 1, note="Cita el 3 de enero a las 8.")
        referral_services.answer_for_entity(session, acting("entity", "sena"), sena.id, answer)
    page_text = text(agent.get(f"/visits/{visit}"))
    for expected in (
        "Ana Lucía Rincón",
        "Permisos para vivir en Colombia",
        "Vino con su abuela.",
        "Aceptada",
        "Cita el 3 de enero a las 8.",
    ):
        assert expected in page_text
    with app.extensions["database"].read_session() as session:
        entries = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc()).limit(2)).all()
    assert {entry.action for entry in entries} == {"visit.view", "person.view"}


def slip_of(page_text: str) -> str:
    """What is printed of the page."""
    (slip,) = re.findall(r'<article class="slip.*?</article>', page_text, re.DOTALL)
    return slip


def test_what_is_printed_names_nobody_and_is_what_the_pdf_says(app: Flask, agent: PageClient) -> None:
    visit = record(app, person=ANA, notes="Vino con su abuela.")
    slip = slip_of(text(agent.get(f"/visits/{visit}")))
    for hidden in ("Ana Lucía", "Rincón", "abuela"):
        assert hidden not in slip
    # She has a passport on file, so that only what it does not cover is to be brought.
    for expected in ("A dónde ir", "Servicio Nacional de Aprendizaje SENA", "Lleve también el documento que mostró"):
        assert expected in slip
    assert "Pasaporte con el sello" not in slip


@pytest.mark.parametrize(
    ("of_point", "query", "paper"),
    [
        ("a4", "", "a4"),
        ("ticket", "", "ticket"),
        ("ticket", "?paper=half_letter", "half_letter"),
        ("a4", "?paper=papyrus", "a4"),
    ],
)
def test_the_paper_is_the_point_s_unless_another_is_chosen(
    app: Flask, agent: PageClient, of_point: str, query: str, paper: str
) -> None:
    visit = record(app)
    with app.extensions["database"].write_session() as session:
        session.execute(update(Point).values(print_format=of_point))
        increase_revision(session)
    page_text = text(agent.get(f"/visits/{visit}{query}"))
    assert f"slip--{paper}" in page_text
    assert f"css/page-{paper}.css" in page_text


def test_english_beside_is_a_choice(app: Flask, agent: PageClient) -> None:
    visit = record(app)
    assert "Where to go" not in text(agent.get(f"/visits/{visit}"))
    page_text = text(agent.get(f"/visits/{visit}?language=both"))
    assert page_text.index("A dónde ir") < page_text.index("Where to go")


@pytest.mark.parametrize("reader", ["person", "desk"])
def test_who_reads_english_gets_one_slip_with_the_spanish_names_beside(
    app: Flask, agent: PageClient, reader: str
) -> None:
    consents = [{"purpose": "referral:*", "granted": True, "text_version": "2017-08", "language": "en"}]
    visit = record(app, **({"consents": consents} if reader == "person" else {}))
    if reader == "desk":
        agent.set_cookie("language", "en")
    slip = slip_of(text(agent.get(f"/visits/{visit}")))
    assert "Where to go" in slip
    assert "Permits to live in Colombia (Permisos para vivir en Colombia)" in slip
    assert "A dónde ir" not in slip
    assert "A dónde ir" in slip_of(text(agent.get(f"/visits/{visit}?language=es")))


def test_a_service_that_was_not_sent_is_on_the_slip_with_its_address(app: Flask, agent: PageClient) -> None:
    visit = record(app, person=ANA, consents=[{"purpose": "referral:*", "granted": False, "text_version": "2017-08"}])
    slip = slip_of(text(agent.get(f"/visits/{visit}")))
    assert "Servicio Nacional de Aprendizaje SENA" in slip
    assert "No enviamos sus datos a este lugar. Usted puede ir por su cuenta." in slip
    assert "Usted recibió orientación" not in slip


def test_the_confidential_part_is_printed_only_when_it_is_asked_for(app: Flask, as_role: SignIn) -> None:
    visit = record(app, person=ANA, needs=["VBG", "MIG-REG"], vulnerabilities=["gender_violence"])
    supervisor = as_role("supervisor")
    page_text = open_page(supervisor, f"/visits/{visit}")
    assert 'name="confidential"' in page_text
    assert "Comisaría" not in slip_of(page_text)
    assert "Comisaría" in slip_of(text(supervisor.get(f"/visits/{visit}?confidential=yes")))
    other = record(app, person=LUZ)
    assert 'name="confidential"' not in open_page(supervisor, f"/visits/{other}")


def test_printing_is_journalled_and_the_page_alone_is_not(app: Flask, agent: PageClient) -> None:
    visit = record(app)
    agent.get(f"/visits/{visit}")
    assert last_entry(app).action != "visit.slip"
    assert "data-print-now" in text(agent.get(f"/visits/{visit}?print=1"))
    assert last_entry(app).action == "visit.slip"


def test_a_returning_person_opens_on_what_became_of_her_referrals(app: Flask, agent: PageClient) -> None:
    visit = record(app, person=ANA)
    person_id = person_of(app, visit)
    with app.extensions["database"].write_session() as session:
        sena = referral_to(session, "sena")
        answer = referral_services.Answer("rejected", 1, reason="Falta el PPT.")
        referral_services.answer_for_entity(session, acting("entity", "sena"), sena.id, answer)
    for address in (f"/people/{person_id}", f"/people/{person_id}/visits/new"):
        page_text = text(agent.get(address, follow_redirects=True))
        news = page_text.index("Qué pasó con las remisiones")
        assert news < page_text.index("Migración Colombia", news) < page_text.index("Falta el PPT.", news)
        assert "Rechazada" in page_text
        assert 'value="refused"' in page_text
    assert news < page_text.index('name="needs"')


def test_a_need_is_repeated_with_one_tap_and_no_need_stands_in_the_address(app: Flask, agent: PageClient) -> None:
    visit = record(app, person=ANA, needs=["EMP-SENA"])
    page_text = text(agent.get(f"/people/{person_of(app, visit)}"))
    (link,) = {element.get("href") for element in read(page_text) if "repeat=" in element.get("href")}
    assert "EMP" not in link
    form = text(agent.get(link, follow_redirects=True))
    ticked = [
        element.get("value")
        for element in read(form)
        if element.get("name") == "needs" and "checked" in element.attributes
    ]
    assert ticked == ["EMP-SENA"]


def test_a_need_of_somebody_else_is_not_repeated(app: Flask, agent: PageClient) -> None:
    visit, other = record(app, person=ANA), record(app, person=LUZ)
    with app.extensions["database"].read_session() as session:
        stranger = session.scalars(select(Referral.id).where(Referral.visit_id == other).limit(1)).one()
    form = text(agent.get(f"/people/{person_of(app, visit)}/visits/new?repeat={stranger}", follow_redirects=True))
    assert not [element for element in read(form) if element.get("name") == "needs" and "checked" in element.attributes]


def test_a_new_person_has_no_such_part(agent: PageClient) -> None:
    assert "Qué pasó con las remisiones" not in text(agent.get("/visits/new", follow_redirects=True))


def test_a_day_of_the_address_is_read_as_a_day(agent: PageClient) -> None:
    for day in ("0001-01-01", "9999-12-31", "2017-02-30", "2017-08-09T00:00", "١٢"):
        assert agent.get("/visits", query_string={"day": day}).status_code == 200, day
    assert date.fromisoformat("2017-08-09")
