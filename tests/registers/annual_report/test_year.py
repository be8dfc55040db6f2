"""The office's real year: every fact of its file stands in the report, in its section and in the annexes."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.registers.agreements.loading import load_agreements
from attention_point.registers.annual_report import services
from attention_point.registers.annual_report.office_years.loading import load_migration, load_office
from attention_point.registers.annual_report.reports import REPORT_FORMATS, build_report, write_report
from attention_point.registers.annual_report.rules import SECTION_CODES
from attention_point.registers.calls.loading import load_calls
from attention_point.registers.events.loading import load_diplomatic_contacts, load_events
from attention_point.registers.shared.records.loading import load_year_file
from tests.registers.annual_report.walking import SECTION_OF, Leaf, chapters, leaves, plain
from tests.registers.seed import seed

SECTIONS = {
    "office": load_office,
    "diplomatic_contacts": load_diplomatic_contacts,
    "events": load_events,
    "agreements": load_agreements,
    "calls": load_calls,
    "migration": load_migration,
}
SITE = "https://oficina.example.org"


@pytest.fixture
def real(session: Session) -> Mapping[str, Any]:
    """The file, loaded."""
    file = seed()
    assert load_year_file(session, SYSTEM, file, SECTIONS).unread_sections == []
    return file


def page(session: Session) -> bytes:
    return write_report("html", build_report(session, 2017, SITE))


def test_the_file_s_sections_are_all_walked(real: Mapping[str, Any]) -> None:
    found = list(leaves(real))
    assert set(SECTION_OF) == set(real)
    assert len(found) > 150
    assert all(leaf.forms for leaf in found)


def test_every_fact_is_in_its_section(session: Session, real: Mapping[str, Any]) -> None:
    found = chapters(page(session))
    missing = []
    for leaf in leaves(real):
        (chapter,) = [each for each in found if each.title.startswith(SECTION_OF[leaf.top])]
        if not leaf.stands_in(f"{chapter.title} {chapter.of(leaf)}"):
            missing.append(f"{leaf.path}: {leaf.forms}")
    assert missing == []


def test_the_annexes_have_every_fact_of_the_records(session: Session, real: Mapping[str, Any]) -> None:
    for code in SECTION_CODES:
        services.save_section_text(session, SYSTEM, 2017, code, 0, "", "Texto propio de la Oficina.")
    found = chapters(page(session))
    text = " ".join(each.text for each in found if each.title.startswith("anexo"))
    assert "Texto propio de la Oficina." in page(session).decode()
    of_records = [leaf for leaf in leaves(real) if leaf.top not in {"office", "migration"}]
    assert [leaf.path for leaf in of_records if not leaf.stands_in(text)] == []


def test_amounts_and_estimates_read_as_the_office_writes_them(session: Session, real: Mapping[str, Any]) -> None:
    text = plain(page(session).decode())
    for said in ("$ 1.814.249.000", "$ 1.256.755.000", "$ 557.494.000", "cerca de $ 38.000.000", "cerca de 3.600",
                 "al menos 10.000 estudiantes", "600 docentes de inglés", "no consta"):  # fmt: skip
        assert said in text, said


@pytest.mark.parametrize("kind", REPORT_FORMATS)
def test_the_same_year_twice_gives_the_same_bytes(session: Session, real: Mapping[str, Any], kind: str) -> None:
    first = write_report(kind, build_report(session, 2017, SITE))
    assert load_year_file(session, SYSTEM, real, SECTIONS).counts["unchanged"] > 20
    session.expire_all()
    assert write_report(kind, build_report(session, 2017, SITE)) == first


def test_loading_twice_changes_nothing(session: Session, real: Mapping[str, Any]) -> None:
    again = load_year_file(session, SYSTEM, real, SECTIONS)
    assert {key: again.counts[key] for key in ("added", "changed", "left")} == {"added": 0, "changed": 0, "left": 0}


def test_the_text_file_has_every_fact_too(session: Session, real: Mapping[str, Any]) -> None:
    with zipfile.ZipFile(io.BytesIO(write_report("docx", build_report(session, 2017, SITE)))) as archive:
        text = archive.read("word/document.xml").decode().replace("</w:t>", "\x00").replace("<w:br/>", " ")
    said = text.replace("\x00", "")
    assert [leaf.path for leaf in leaves(real) if not leaf.stands_in(said)] == []


@pytest.mark.parametrize(
    ("forms", "text", "stands"),
    [
        (("1",), "fases superadas: 1.", True),
        (("1",), "1.030 participantes", False),
        (("$ 38.000.000",), "cerca de $ 38.000.000.", True),
        (("3.600",), "13.600", False),
        (("cerca de 3.600",), "3.600", False),
    ],
)
def test_a_part_of_a_longer_number_is_not_the_fact(forms: tuple[str, ...], text: str, stands: bool) -> None:
    assert Leaf("x", forms, ()).stands_in(text) is stands
