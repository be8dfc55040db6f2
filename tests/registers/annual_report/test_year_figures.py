"""The desk's figures in the report: one figure of people attended, and what the releases tell of the year."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from attention_point.dates import parse_period_code
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.paperwork import Chart
from attention_point.registers.annual_report import queries
from attention_point.registers.annual_report.narrative.year_figures import AttendedPeople, count_attended_people
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.annual_report.published_figures import PublishedYear
from attention_point.registers.annual_report.reports import build_report, write_report
from attention_point.registers.shared.records import services
from attention_point.statistics.releases.content import (
    ReleaseContent,
    TableContent,
    build_content_json,
    compute_content_hash,
    encode_canonical_json,
)
from attention_point.statistics.releases.models import Release
from tests.registers.annual_report.walking import plain

REPORTED: dict[str, Any] = {
    "operating_since": "2017-08-09",
    "reported_until": "2017-12-31",
    "people": {"number": 3600, "mark": "approximate"},
}
MOMENT = datetime(2018, 1, 10, tzinfo=UTC)
LABELS = {
    "need": {
        "SALUD-URG": {"es": "Urgencias", "en": "Emergencies"},
        "MIG-REG": {"es": "Regularización", "en": "Status"},
    },
    "origin": {"VE-S": {"es": "Táchira", "en": "Táchira"}, "VE-V": {"es": "Zulia", "en": "Zulia"}},
    "entity": {"sena": {"es": "Servicio Nacional de Aprendizaje (SENA)", "en": "SENA"}},
    "state": {"attended": {"es": "Atendida", "en": "Attended"}, "rejected": {"es": "Rechazada", "en": "Rejected"}},
    "sex": {"F": {"es": "Mujer", "en": "Woman"}, "M": {"es": "Hombre", "en": "Man"}},
}


def table(table_id: str, counts: str, dimension: str, cells: dict[str, int]) -> TableContent:
    title = {"es": f"Tabla {table_id}", "en": table_id}
    return TableContent(table_id, title, counts, 5, (dimension,), (), {(code,): count for code, count in cells.items()})


def period(code: str, people: int = 90, needs: tuple[int, int] = (60, 30)) -> ReleaseContent:
    """A published period: so many people in 100 attentions, 40 of them for the first time."""
    totals = {"people": people, "attentions": 100, "referrals": 70, "answers": 50, "first_time_people": 40}
    tables = (
        table("people-by-sex", "people", "sex", {"F": 60, "M": 30, "*": 90}),
        table("people-by-origin", "people", "origin", {"VE-S": 45, "VE-V": 30, "not_given": 15, "*": 90}),
        table("people-by-need", "people", "need", {"SALUD-URG": needs[0], "MIG-REG": needs[1], "*": 90}),
        table("referrals-by-entity", "referrals", "entity", {"sena": 70, "*": 70}),
        table("referrals-by-state", "referrals", "state", {"attended": 40, "rejected": 30, "*": 70}),
    )
    return ReleaseContent(code, totals, tables, LABELS, version=1, released_at=MOMENT, journal_head="0" * 64)


def publish(session: Session, content: ReleaseContent) -> None:
    found = build_content_json(content)
    session.add(
        Release(
            period=content.period,
            month=parse_period_code(content.period).first_day,
            version=1,
            hash=compute_content_hash(found),
            content=encode_canonical_json(found),
            journal_seq=1,
            journal_head="0" * 64,
            released_at=MOMENT,
            released_by="system",
            note=None,
        )
    )
    session.flush()


def months(*numbers: int) -> tuple[ReleaseContent, ...]:
    return tuple(period(f"2017-{number:02d}") for number in numbers)


def said_of(session: Session, year: int = 2017) -> str:
    return plain(write_report("html", build_report(session, year)).decode())


def test_without_a_published_month_the_reported_figure_stands() -> None:
    assert count_attended_people(2017, REPORTED, PublishedYear()) == AttendedPeople(
        REPORTED["people"], is_reported=True
    )


def test_some_published_months_do_not_replace_what_was_reported() -> None:
    assert count_attended_people(2017, REPORTED, PublishedYear(months(8, 9))).is_reported


def test_published_months_of_the_whole_period_stand() -> None:
    found = count_attended_people(2017, REPORTED, PublishedYear(months(8, 9, 10, 11, 12)))
    assert found == AttendedPeople({"number": 200, "mark": "approximate"})


def test_the_people_of_the_year_s_own_release_are_counted_once() -> None:
    published = PublishedYear(months(8, 9, 10, 11, 12), period("2017", people=180))
    assert count_attended_people(2017, REPORTED, published) == AttendedPeople({"number": 180})


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert count_attended_people(2017, {}, PublishedYear()) == AttendedPeople()


def test_a_year_that_is_not_over_tells_its_months(session: Session) -> None:
    services.add_record(session, SYSTEM, OFFICE_YEARS, {"name": "Oficina", "year": 2017, "point": "Punto", **REPORTED})
    for content in months(8, 9):
        publish(session, content)
    (found,) = [each for each in build_report(session, 2017).tables if each.id == "months"]
    assert [row[1:] for row in found.rows] == [(90, 100, 70), (90, 100, 70)]
    assert not found.has_total_row
    text = said_of(session)
    # One figure of people in the whole report; people of months are not added up, referrals are.
    assert "cerca de 3.600 personas" in text
    assert "se registraron 200 atenciones y 140 remisiones" in text
    assert not re.search(r"\b(80|180) personas", text)
    assert "people-by-need" not in [each.id for each in build_report(session, 2017).tables]


def test_the_migration_section_tells_the_year(session: Session) -> None:
    services.add_record(session, SYSTEM, OFFICE_YEARS, {"name": "Oficina", "year": 2018, "point": "Punto"})
    publish(session, period("2018", people=1250, needs=(45, 45)))
    publish(session, period("2018-01"))
    publish(session, period("2018-02"))
    for code in ("2017-01", "2017-02"):
        publish(session, period(code))
    publish(session, period("2017", people=1000))
    document = build_report(session, 2018)
    text = said_of(session, 2018)
    for said in (
        "durante 2018 el punto atendió a 1.250 personas, según las cifras publicadas",
        "el 67% son mujeres y el 33% son hombres",
        "táchira (50%) y zulia (33%)",
        "las necesidades más frecuentes fueron regularización (45 personas) y urgencias (45 personas)",
        "principalmente al servicio nacional de aprendizaje (sena) (70 remisiones)",
        '40 en estado "atendida" (57%) y 30 en estado "rechazada" (43%)',
        "en comparación con 2017, el número de personas atendidas aumentó en un 25%, al pasar de 1.000 a 1.250",
        "la necesidad que más creció fue regularización, que pasó de 30 a 45 personas",
    ):
        assert said in text, said
    charts = {block.id for block in document.blocks if isinstance(block, Chart)}
    assert charts == {"months-chart", "people-by-need-chart"}
    assert set(re.findall(r"\b\d[\d.]{2,}(?= personas\b)", text)) == {"1.250"}


def test_the_report_reads_releases_of_the_year_only(session: Session) -> None:
    for content in (*months(12), period("2018-01"), period("2016")):
        publish(session, content)
    found, moments = queries.find_published_year(session, 2017)
    assert [each.period for each in found.months] == ["2017-12"]
    assert found.year is None
    assert found.year_before is not None
    assert found.year_before.period == "2016"
    assert len(moments) == 2
    assert date(2017, 12, 1) == found.months[0].first_day


@pytest.mark.parametrize("year", [2016, 2018])
def test_a_change_of_nothing_is_not_told(session: Session, year: int) -> None:
    publish(session, period(str(year)))
    assert "en comparación" not in said_of(session, year)


def test_a_whole_year_is_not_compared_with_a_part_of_one(session: Session) -> None:
    for content in (*months(2), period("2017", people=1000), period("2018-01"), period("2018-02"), period("2018")):
        publish(session, content)
    text = said_of(session, 2018)
    assert "en comparación con" not in text
    assert "en febrero se registraron 100 atenciones, frente a 100 en los mismos meses de 2017." in text
