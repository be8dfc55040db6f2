"""The slip: where to go with which papers, and nothing by which its bearer is known."""

import re
from datetime import date
from io import BytesIO
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point.directory.models import Entity
from attention_point.foundation.language import gettext, speaking
from attention_point.foundation.paperwork.slip_pdf import write_slip
from attention_point.intake import queries as intake
from attention_point.referrals import queries
from attention_point.referrals.documents import Handed, slip
from attention_point.referrals.services import Answer, answer_for_desk
from tests.support.directory import load_shipped
from tests.support.visits import AGENT, person, recorded

PERSON = person(
    given_names="Xiomara Celeste",
    surname_1="Quijano",
    surname_2="Zapateiro",
    birth_date="2005-12-24",
    documents=[{"type": "PA", "number": "987650123"}],
    phone="+57 311 9998877",
)
PERSONAL = ("Xiomara", "Celeste", "Quijano", "Zapateiro", "987650123", "9998877", "2005", "24")
ADDRESS = "https://punto.example.org"


def slip_text(session: Session, *, demo: bool = False, **changes: object) -> str:
    visit = intake.find(session, UUID(recorded(session, **{"person": PERSON, **changes})["id"]))
    assert visit is not None
    return paper_text(session, visit, demo=demo)


def paper_text(session: Session, visit: intake.OpenVisit, *, demo: bool = False) -> str:
    handed = Handed(visit.point, visit.day, visit.received_at, visit.reference, visit.code)
    paper = slip(session, handed, queries.open_of_visit(session, visit.id), ADDRESS, demo=demo)
    assert paper.code == f"{ADDRESS}/portal/slips/{visit.code}"
    pages = PdfReader(BytesIO(write_slip(paper))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_slip_says_where_to_go_with_which_papers(session: Session) -> None:
    load_shipped(session)
    confirmed = {
        "address": {"es": "Calle 35 # 10-43", "en": "Calle 35 # 10-43"},
        "hours": {"es": "Lunes a viernes, 8 a 12", "en": "Monday to Friday, 8 to 12"},
        "phone": "607 6337000",
        "confirmed_on": date(2017, 8, 1),
    }
    session.execute(update(Entity).where(Entity.code == "migracion-colombia").values(**confirmed))
    text = slip_text(session)
    assert re.search(r"BGA-2017-0000\d\d", text)
    for expected in (
        "Unidad Administrativa Especial Migración",
        "Orientación para la regularización migratoria",
        "Calle 35 # 10-43",
        "Lunes a viernes, 8 a 12",
        "607 6337000",
        "Pasaporte con el sello de",
        "Servicio Nacional de Aprendizaje SENA",
        "pregunte en el punto de atención",
        "9 de agosto de 2017",
    ):
        assert expected in text
    assert "Cédula venezolana" not in text  # asked for from 2021 on


def test_the_slip_names_nobody(session: Session) -> None:
    text = slip_text(session, household={"accompanied_by": "alone"}, vulnerabilities=["pregnant"], notes="Zarigüeya")
    assert [value for value in (*PERSONAL, "Zarigüeya", "embaraz") if value in text] == []


def test_what_is_urgent_stands_first_with_its_line(session: Session) -> None:
    text = slip_text(session, needs=["EDU"], household={"accompanied_by": "alone"})
    assert text.index("Instituto Colombiano de Bienestar") < text.index("Secretaría de Educación")
    for expected in ("URGENTE", "Línea 141", "No se piden papeles."):
        assert expected in text


def test_who_sees_the_paper_learns_nothing_of_violence(session: Session) -> None:
    text = slip_text(session, person=person(), needs=["VBG", "MIG-REG"], vulnerabilities=["gender_violence"])
    for expected in ("Comisaría de Familia", "Orientación confidencial", "155"):
        assert expected in text
    assert "iolencia" not in text
    assert "íctima" not in text


def test_the_slip_speaks_the_language_in_use(session: Session) -> None:
    with speaking("en"):
        text = slip_text(session)
    for expected in ("Where to go", "Migration Colombia", "Regularisation guidance", "August 9, 2017"):
        assert expected in text


def test_what_was_withdrawn_is_not_printed_again(session: Session) -> None:
    answer = recorded(session, person=PERSON)
    sena = next(UUID(each["id"]) for each in answer["referrals"] if each["entity"] == "sena")
    answer_for_desk(session, AGENT, sena, Answer("withdrawn", 1, "No longer wanted."))
    visit = intake.find(session, UUID(answer["id"]))
    assert visit is not None
    text = paper_text(session, visit)
    assert "Especial Migración" in text
    assert "SENA" not in text


@pytest.mark.parametrize(("demo", "printed"), [(True, True), (False, False)])
def test_only_a_demonstration_is_watermarked(session: Session, demo: bool, printed: bool) -> None:
    assert (gettext("Demonstration: invented people") in slip_text(session, demo=demo)) is printed


def test_a_visit_without_referrals_still_has_a_slip(session: Session) -> None:
    text = slip_text(session, consents=[])
    assert "Usted recibió orientación" in text
    assert "Especial Migración" not in text
