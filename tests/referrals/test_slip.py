"""The slip: where to go with which papers, and nothing by which its bearer is known."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point.directory.models import Place, Point
from attention_point.foundation.language import gettext, in_language
from attention_point.foundation.paperwork import write_slip
from attention_point.intake import queries as intake_queries
from attention_point.referrals import queries
from attention_point.referrals.services import Answer, answer_for_desk
from attention_point.referrals.slip import SlipTraveller, SlipVisit, build_slip
from attention_point.referrals.slip.places import WRITING_LINE
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
GUARDIAN = {"name": "Rosa Peña", "relation": "custodian"}
PERSONAL = ("Xiomara", "Celeste", "Quijano", "Zapateiro", "987650123", "9998877", "2005", "24/12", "24 de diciembre")
ADDRESS = "https://punto.example.org"
NOBODY = SlipTraveller(())
CODE = "8KDNCVTLSSR33DS7"


def slip_text(
    session: Session,
    *,
    demo: bool = False,
    with_confidential: bool = False,
    shown: SlipTraveller = NOBODY,
    corrected_on: date | None = None,
    **changes: Any,
) -> str:
    visit = intake_queries.find_visit(
        session, UUID(recorded(session, **{"person": PERSON, "guardian": GUARDIAN, **changes})["id"])
    )
    assert visit is not None
    return paper_text(
        session, visit, demo=demo, with_confidential=with_confidential, shown=shown, corrected_on=corrected_on
    )


def paper_text(
    session: Session,
    visit: intake_queries.DecryptedVisit,
    *,
    demo: bool = False,
    with_confidential: bool = False,
    shown: SlipTraveller = NOBODY,
    corrected_on: date | None = None,
) -> str:
    handed = SlipVisit(visit.point, visit.day, visit.received_at, visit.reference, CODE, corrected_on)
    referrals = queries.list_decrypted_of_visit(session, visit.id)
    sent_services = {referral.service for referral in referrals}
    suggestions = [row for row in visit.record["suggestions"] if row["service"] in sent_services]
    traveller = replace(shown, referrals=referrals, suggestions=shown.suggestions or suggestions)
    # The narrow sheet has one column, so that its sentences are read in one piece.
    paper = build_slip(
        session,
        handed,
        [traveller],
        ADDRESS,
        demo=demo,
        paper="half_letter",
        with_confidential=with_confidential,
    )
    assert paper.qr_code_address == f"{ADDRESS}/portal/slips/{CODE}"
    pages = PdfReader(BytesIO(write_slip(paper))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_slip_says_where_to_go_with_which_papers(session: Session) -> None:
    load_shipped(session)
    confirmed = {
        "address": {"es": "Calle 35 # 10-43", "en": "Calle 35 # 10-43"},
        "hours_note": {"es": "Lunes a viernes, 8 a 12", "en": "Monday to Friday, 8 to 12"},
        "phone": "607 6337000",
        "confirmed_on": date(2017, 8, 1),
    }
    session.execute(update(Place).where(Place.id == "migracion-colombia").values(**confirmed))
    text = slip_text(session)
    assert re.search(r"BGA-2017-\d{6}", text)
    for expected in (
        "Unidad Administrativa",
        "Especial Migración",
        "Permisos para vivir en Colombia",
        "Calle 35 # 10-43",
        "Lunes a viernes, 8 a 12",
        "607 6337000",
        "Pasaporte con el sello de",
        "Servicio Nacional de Aprendizaje SENA",
        "Información revisada el",
        "9 de agosto de 2017",
    ):
        assert expected in text
    assert "Cédula venezolana" not in text  # asked for from 2021 on


def test_the_slip_names_nobody(session: Session) -> None:
    text = slip_text(session, household={"accompanied_by": "alone"}, vulnerabilities=["pregnant"], notes="Zarigüeya")
    assert [value for value in (*PERSONAL, "Zarigüeya", "embaraz") if value in text] == []


def test_nobody_is_sent_back_to_ask(session: Session) -> None:
    # Nothing of the entities is confirmed, and a service without known requirements says nothing of them.
    text = slip_text(session, needs=["MIG-REG", "EDU", "HUMAN"])
    assert "regunte en el punto" not in text
    assert f"Dirección: {WRITING_LINE}" in text  # on which the agent writes it
    assert f", {WRITING_LINE}" not in text
    assert "revisada" not in text


def test_the_point_gives_its_own_address_hours_and_telephone(session: Session) -> None:
    load_shipped(session)
    contact = {
        "address": {"es": "Carrera 0 # 0-00", "en": "Carrera 0 # 0-00"},
        "hours": {"es": "De lunes a viernes", "en": "Monday to Friday"},
        "phone": "607 000 0000",
    }
    session.execute(update(Point).where(Point.code == "bucaramanga").values(**contact))
    text = slip_text(session)
    for expected in ("Carrera 0 # 0-00", "De lunes a viernes", "Teléfono: 607 000 0000"):
        assert expected in text


def test_what_is_urgent_stands_first_with_its_line(session: Session) -> None:
    text = slip_text(session, needs=["EDU"], household={"accompanied_by": "alone"})
    assert text.index("Instituto Colombiano de Bienestar") < text.index("Secretaría de Educación")
    for expected in ("URGENTE", "Línea 141", "no le pueden pedir documentos"):
        assert expected in text


def test_only_what_the_person_still_lacks_is_listed(session: Session) -> None:
    asked = slip_text(session)
    assert "Pasaporte con el sello" in asked
    shown = SlipTraveller((), frozenset({"PA"}), frozenset({"MIG-REG"}))
    covered = slip_text(session, shown=shown)
    assert "Pasaporte con el sello" not in covered
    assert "Lleve también el documento que mostró" in covered
    assert "cédula de extranjería o PEP" in covered  # for work, which a passport alone does not cover


def test_a_paper_that_the_service_does_not_count_among_its_documents_is_covered_by_itself(session: Session) -> None:
    shown = SlipTraveller((), frozenset({"CN"}), frozenset())
    text = slip_text(session, shown=shown, attended_at="2019-09-02T08:30:00-05:00", needs=["RC-APATRIDIA"])
    assert "Certificado de nacido vivo" not in text
    assert "Del padre o de la madre" in text


def test_nothing_of_a_confidential_part_is_printed_unless_it_is_asked_for(session: Session) -> None:
    visit: dict[str, Any] = {"person": person(), "needs": ["VBG", "MIG-REG"], "vulnerabilities": ["gender_violence"]}
    text = slip_text(session, **visit)
    assert "Especial Migración" in text
    for hidden in ("Comisaría", "155", "onfidencial", "iolencia", "íctima"):
        assert hidden not in text
    text = slip_text(session, with_confidential=True, **visit)
    for expected in ("Comisaría de Familia", "Orientación", "155"):
        assert expected in text
    for betraying in ("onfidencial", "onfianza", "iolencia", "íctima"):
        assert betraying not in text


def test_the_slip_of_a_corrected_visit_says_so(session: Session) -> None:
    assert "Corregida el" not in slip_text(session)
    assert "Corregida el 10 de agosto de 2017" in slip_text(session, corrected_on=date(2017, 8, 10))


def test_the_english_slip_promises_no_free_service(session: Session) -> None:
    with in_language("en"):
        text = slip_text(session, needs=["EMP-SENA", "EDU"])
    assert "free" not in text
    assert "Nobody may ask you for money for this guidance or for this sheet." in text


def test_the_slip_speaks_the_language_in_use(session: Session) -> None:
    with in_language("en"):
        text = slip_text(session)
    for expected in ("Where to go", "Migration Colombia", "Permits to live in Colombia", "August 9, 2017"):
        assert expected in text


def test_what_was_withdrawn_is_not_printed_again(session: Session) -> None:
    answer = recorded(session, person=PERSON, guardian=GUARDIAN)
    sena = next(UUID(referral["id"]) for referral in answer["referrals"] if referral["entity"] == "sena")
    answer_for_desk(session, AGENT, sena, Answer("withdrawn", 1, "No longer wanted."))
    visit = intake_queries.find_visit(session, UUID(answer["id"]))
    assert visit is not None
    text = paper_text(session, visit)
    assert "Especial Migración" in text
    assert "SENA" not in text


@pytest.mark.parametrize(("demo", "printed"), [(True, True), (False, False)])
def test_only_a_demonstration_is_watermarked(session: Session, demo: bool, printed: bool) -> None:
    assert (gettext("Demonstration: invented people") in slip_text(session, demo=demo)) is printed


def test_what_was_not_sent_says_where_to_go_alone(session: Session) -> None:
    answer = recorded(session, person=PERSON, guardian=GUARDIAN, consents=[])
    visit = intake_queries.find_visit(session, UUID(answer["id"]))
    assert visit is not None
    text = paper_text(session, visit, shown=SlipTraveller((), suggestions=visit.record["suggestions"]))
    assert "Especial Migración" in text
    assert "No enviamos sus datos a este lugar." in text


def test_a_service_that_was_sent_is_not_named_twice(session: Session) -> None:
    answer = recorded(session, person=PERSON, guardian=GUARDIAN)
    visit = intake_queries.find_visit(session, UUID(answer["id"]))
    assert visit is not None
    text = paper_text(session, visit, shown=SlipTraveller((), suggestions=visit.record["suggestions"]))
    assert text.count("Especial Migración") == 1
    assert "No enviamos" not in text


def test_a_visit_without_referrals_still_has_a_slip(session: Session) -> None:
    text = slip_text(session, consents=[])
    assert "Usted recibió orientación" in text
    assert "Especial Migración" not in text
