"""The office's real year: every fact of its file stands in the report, in its section, in Spanish."""

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.registers.agreements.loading import load_agreements
from attention_point.registers.annual_report import services
from attention_point.registers.annual_report.office_years.loading import load_migration, load_office
from attention_point.registers.annual_report.reports import REPORT_FORMATS, build_report, write_report
from attention_point.registers.annual_report.rules import KEPT_TEXT_CODES, SECTION_CODES
from attention_point.registers.annual_report.stories.story import WRITTEN, StoryPart
from attention_point.registers.calls.loading import load_calls
from attention_point.registers.events.loading import load_diplomatic_contacts, load_events
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import services as services_of_records
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


@pytest.fixture
def real(session: Session) -> Mapping[str, Any]:
    """The file, loaded."""
    file = seed()
    assert load_year_file(session, SYSTEM, file, SECTIONS).unread_sections == []
    return file


@pytest.fixture
def whole(session: Session) -> Mapping[str, Any]:
    """The file with what the report's text tells besides, loaded."""
    more = yaml.safe_load((Path(__file__).parent / "more_of_2017.yaml").read_text(encoding="utf-8"))
    file = _join(seed(), more)
    assert load_year_file(session, SYSTEM, file, SECTIONS).unread_sections == []
    return file


def _join(node: Any, more: Any) -> Any:
    """Two files as one: keys side by side, records by their names."""
    if isinstance(node, Mapping) and isinstance(more, Mapping):
        return {**node, **{key: _join(node[key], value) if key in node else value for key, value in more.items()}}
    if isinstance(node, list) and isinstance(more, list) and more and isinstance(more[0], Mapping):
        by_name = {each["name"]: each for each in more}
        assert set(by_name) <= {each["name"] for each in node}
        return [_join(each, by_name.get(each["name"], {})) for each in node]
    return more


def page(session: Session, *, is_internal: bool = False) -> bytes:
    return write_report("html", build_report(session, 2017, is_internal=is_internal))


def test_the_file_s_sections_are_all_walked(real: Mapping[str, Any]) -> None:
    found = list(leaves(real))
    assert set(SECTION_OF) == set(real)
    assert len(found) > 150
    assert all(leaf.forms for leaf in found)


@pytest.mark.parametrize("file_name", ["real", "whole"])
def test_every_fact_is_in_its_section(session: Session, request: pytest.FixtureRequest, file_name: str) -> None:
    file = request.getfixturevalue(file_name)
    html = page(session)
    found = chapters(html)
    missing = []
    for leaf in leaves(file):
        (chapter,) = [each for each in found if each.title.startswith(SECTION_OF[leaf.top])]
        # The date, the place and who signs stand on the cover and before the signature.
        of_whole = leaf.path in {
            "office.report_issued",
            "office.place",
            "office.signatory_post",
            "office.year",
        } or leaf.path.startswith("office.report_sections")
        if not leaf.stands_in(html.decode() if of_whole else f"{chapter.title} {chapter.of(leaf)}"):
            missing.append(f"{leaf.path}: {leaf.forms}")
    assert not missing, "\n".join(missing)


def test_the_internal_version_has_every_fact_of_the_records(session: Session, real: Mapping[str, Any]) -> None:
    own_text = [StoryPart(WRITTEN, "Texto propio de la Oficina.")]
    for code in SECTION_CODES:
        services.save_story(session, SYSTEM, 2017, code, 0, own_text)
    html = page(session, is_internal=True)
    text = " ".join(each.text for each in chapters(html) if each.title.startswith("anexo"))
    assert "Texto propio de la Oficina." in html.decode()
    of_records = [leaf for leaf in leaves(real) if leaf.top not in {"office", "migration"}]
    assert [leaf.path for leaf in of_records if not leaf.stands_in(text)] == []


def test_the_public_version_has_no_annex(session: Session, real: Mapping[str, Any]) -> None:
    assert not [each for each in chapters(page(session)) if each.title.startswith("anexo")]
    assert "no se publica" not in page(session).decode()


@pytest.mark.parametrize("is_internal", [False, True])
@pytest.mark.parametrize("kind", ["html", "docx"])
def test_nothing_says_what_is_missing_or_leads_inside(
    session: Session, real: Mapping[str, Any], kind: str, is_internal: bool
) -> None:
    content = write_report(kind, build_report(session, 2017, is_internal=is_internal))
    if kind == "docx":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b" ".join(archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels")))
    said = plain(content.decode())
    for words in ("no consta", "ver el registro", "abrirlo en el registro", "/registers/", "/statistics", "127.0.0.1"):
        assert words not in said, words


def test_it_is_true_to_the_meaning(session: Session, real: Mapping[str, Any]) -> None:
    text = plain(page(session).decode())
    for said in (
        "cada semana o cada quincena",
        "se espera que los aliados aporten el 50% del total, en especie",
        "trabajó en 8 eventos: 6 realizados, 1 en seguimiento y 1 aplazado",
        "encuentros con las misiones diplomáticas de 8 países",
        "se prevé realizarlo en 2018",
        "el municipio no aporta recursos",
        "$ 1.814.249.000",
        "$ 557.494.000",
        "cerca de $ 38.000.000",
        "600 docentes de inglés, al menos 10.000 estudiantes y 9 instituciones educativas oficiales",
    ):
        assert said in text, said
    # One figure of people attended, and no sum of participants, pupils and visitors.
    assert set(re.findall(r"(?:cerca de )?\d[\d.]*(?= personas\b(?! atendidas))", text)) == {"cerca de 3.600"}
    assert "15.232" not in text


def test_it_reads_as_spanish(session: Session, real: Mapping[str, Any]) -> None:
    text = plain(page(session).decode())
    for said in (
        "en marzo de 2017 se realizó la hora del planeta, organizada por wwf",
        "las unidades tecnológicas de santander, el inderbu",
        "la oficina hace seguimiento al estudio doing business, del banco mundial",
        "entre el 9 de agosto y el 31 de diciembre de 2017 se acercaron al punto cerca de 3.600 personas",
        "se ejecutaron los programas de cooperación para funcionarias",
        "en los países bajos, sobre el uso de la bicicleta, y en dinamarca, sobre el manejo de basuras",
        "“mejoramiento de vivienda”, del invisbu, y “parque contemplativo el carrasco”, de la emab".replace(
            "“", '"'
        ).replace("”", '"'),
    ):
        assert said in text, said
    sentences = re.findall(r"<p class=\"lines\">(.*?)</p>", page(session).decode(), re.DOTALL)
    assert not [each for each in sentences if re.search(r"\b(de|a) el [A-Z]|  |\.\.| ,|[{}|\[\]]", each)]


def test_texts_of_the_office_are_carried_and_stand_in_their_places(session: Session, real: Mapping[str, Any]) -> None:
    for code in KEPT_TEXT_CODES:
        services.save_story(session, SYSTEM, 2016, code, 0, [StoryPart(WRITTEN, f"Lo propio: {code}.")])
    html = page(session).decode()
    places = [html.index(f"Lo propio: {code}.") for code in ("introduction", "strategy", "conclusions")]
    assert places == sorted(places)
    assert "contiene las siguientes secciones" not in html
    assert places[2] < html.index('<div class="signature">')
    # A text of the year stands in place of the carried one; an empty one ends it.
    services.save_story(session, SYSTEM, 2017, "conclusions", 0, [])
    assert "conclusions" not in page(session).decode()


@pytest.mark.parametrize("kind", REPORT_FORMATS)
def test_the_same_year_twice_gives_the_same_bytes(session: Session, real: Mapping[str, Any], kind: str) -> None:
    first = write_report(kind, build_report(session, 2017))
    assert load_year_file(session, SYSTEM, real, SECTIONS).counts["unchanged"] > 20
    session.expire_all()
    assert write_report(kind, build_report(session, 2017)) == first


def test_loading_twice_changes_nothing(session: Session, real: Mapping[str, Any]) -> None:
    again = load_year_file(session, SYSTEM, real, SECTIONS)
    assert {key: again.counts[key] for key in ("added", "changed", "left")} == {"added": 0, "changed": 0, "left": 0}


def test_the_text_file_has_every_fact_too(session: Session, real: Mapping[str, Any]) -> None:
    with zipfile.ZipFile(io.BytesIO(write_report("docx", build_report(session, 2017)))) as archive:
        text = archive.read("word/document.xml").decode().replace("</w:t>", "\x00").replace("<w:br/>", " ")
    said = text.replace("\x00", "")
    assert [leaf.path for leaf in leaves(real) if not leaf.stands_in(said)] == []
    # The contents have the numbers of pages.
    assert len(re.findall(r'w:instr="PAGEREF \w+ ', text)) > 10


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


@pytest.mark.parametrize("state", ["planned", "done", "postponed", "cancelled", "followed-up"])
def test_nobody_came_to_what_did_not_take_place(session: Session, state: str) -> None:
    services_of_records.add_record(
        session, SYSTEM, EVENTS,
        {"name": "Foro del agua", "state": state, "date": "2019-03-05", "reason": "la lluvia", "new_date": "2020",
         "countries": ["NL"], "participants": {"number": 120}, "activities": ["panel"], "purpose": "hablar del agua",
         "partners": [{"name": "SENA", "role": role} for role in ("partner", "host", "speaker", "guest", "supporter")]},
    )  # fmt: skip
    text = plain(write_report("html", build_report(session, 2019)).decode())
    assert ("participantes y la presencia de los países bajos" in text) is (state == "done")
    assert ("se esperaba la presencia de los países bajos" in text) is (state in {"postponed", "cancelled"})
    for past in ("se realizó", "con 120 participantes", "asistió por invitación",
                 "tuvo como fin", "contó con el apoyo", "entre los conferencistas estuvo"):  # fmt: skip
        assert (past in text) is (state == "done"), past
    assert ("se prevé realizarlo en 2020" in text) is (state == "postponed")
    assert ("fue el siguiente: la lluvia" in text) is (state in {"postponed", "cancelled"})
