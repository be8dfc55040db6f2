"""The report of a month, read back as the platform reads it."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import yaml
from sqlalchemy import select

from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError
from attention_point.foundation.settings import Settings
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.corrections.services import annul_visit
from attention_point.intake.models import Visit
from attention_point.statistics.operational_reports.activities import FILE_NAME, SHIPPED_FILE, read_plan
from tests.statistics.operational_reports.conftest import Come, Report
from tests.statistics.operational_reports.platform import check_upload, read_notes, read_upload
from tests.support.damage import damage
from tests.support.openings import grant_opening
from tests.support.visits import acting

DOCUMENTS = "Personas que recibieron orientación para regularizarse, pedir refugio o documentarse"
WORK = "Personas orientadas hacia servicios de empleo, formación o emprendimiento"


def test_a_person_counts_once_in_each_indicator(come: Come, report: Report) -> None:
    ana = come("2017-09-04", "MIG-REG", "EMP-SENA")
    come("2017-09-11", "REFUGIO", "MIG-REG", who=ana)
    come("2017-09-12", "MIG-REG", sex="M", birth_date="2005-01-01", population="returnee", nationality="CO")
    rows = read_upload(report(2017, 9))
    check_upload(rows)
    documents, work = rows
    assert (documents["indicator"], work["indicator"]) == (DOCUMENTS, WORK)
    assert (documents["beneficiaries"], documents["new_beneficiaries"], documents["output"]) == (2, 2, 3)
    assert (documents["in_destination"], documents["returnee"]) == (1, 1)
    assert (documents["women_18_and_over"], documents["men_under_18"]) == (1, 1)
    assert (work["beneficiaries"], work["output"]) == (1, 1)
    assert (documents["admin1"], documents["admin2"]) == ("CO-SAN", "CO68001")
    assert documents["month"] == "2017-09"
    assert documents["platform"] == "GIFMM Colombia"


def test_new_are_those_whom_the_indicator_did_not_reach_earlier_in_the_year(come: Come, report: Report) -> None:
    ana = come("2017-08-10", "MIG-REG")
    come("2017-09-04", "REFUGIO", "EMP-SENA", who=ana)
    come("2017-09-05", "MIG-REG")
    rows = {row["indicator"]: row for row in read_upload(report(2017, 9))}
    assert (rows[DOCUMENTS]["beneficiaries"], rows[DOCUMENTS]["new_beneficiaries"]) == (2, 1)
    assert rows[WORK]["new_beneficiaries"] == 1
    come("2018-01-10", "MIG-REG", who=ana)
    assert read_upload(report(2018, 1))[0]["new_beneficiaries"] == 1  # a new year of the plan


def test_a_month_with_nobody_is_refused(come: Come, report: Report) -> None:
    come("2017-09-04")
    with pytest.raises(AppError, match="En octubre de 2017 no se atendió a nadie"):
        report(2017, 10)


def test_unknown_ages_alone_make_no_row(come: Come, report: Report) -> None:
    come("2017-09-04", birth_date=None)
    with pytest.raises(AppError, match="no se atendió a nadie"):
        report(2017, 9)
    come("2017-09-05")
    content = report(2017, 9)
    assert [row["beneficiaries"] for row in read_upload(content)] == [1]
    assert f"{DOCUMENTS}: 1 persona sin edad conocida" in read_notes(content)


def test_who_gives_no_sex_stands_under_other_and_a_note_says_so(come: Come, report: Report) -> None:
    come("2017-09-04", sex=None)
    content = report(2017, 9)
    check_upload(read_upload(content))
    assert read_upload(content)[0]["other_18_and_over"] == 1
    assert "1 persona que no dijo su sexo" in read_notes(content)


def test_a_colombian_without_population_is_only_in_the_notes(come: Come, report: Report) -> None:
    come("2017-09-04")
    come("2017-09-04", population=None, nationality="CO")
    content = report(2017, 9)
    assert read_upload(content)[0]["beneficiaries"] == 1
    assert f"{DOCUMENTS}: 1 persona de la que ni la población" in read_notes(content)


def _edit_plan(settings: Settings, edit: Callable[[Any], None]) -> None:
    plan = yaml.safe_load(SHIPPED_FILE.read_text(encoding="utf-8"))
    edit(plan)
    (settings.instance / FILE_NAME).write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")


def test_a_need_that_no_activity_reports_is_named(come: Come, report: Report, settings: Settings) -> None:
    _edit_plan(settings, lambda plan: plan["activities"].pop())  # HUMAN
    come("2017-09-04", "MIG-REG", "HUMAN")
    come("2017-09-05", "HUMAN")
    content = report(2017, 9)
    assert read_upload(content)[0]["beneficiaries"] == 1
    assert "Albergue, alimentación y ayuda jurídica: 2 personas; ninguna actividad" in read_notes(content)


def test_each_organisation_has_its_own_report(come: Come, report: Report, settings: Settings) -> None:
    def divide(plan: Any) -> None:
        plan["organisations"].append(
            {"code": "socio", "name": "Socio de prueba", "implementing_partner": "Alcaldía de Bucaramanga"}
        )
        plan["organisations"].append({"code": "sin-nada", "name": "Sin nada", "implementing_partner": None})
        for activity in plan["activities"]:
            if activity["sector"] == "Integración":
                activity["organisation"] = "socio"

    _edit_plan(settings, divide)
    come("2017-09-04", "MIG-REG", "EMP-SENA")
    with pytest.raises(AppError, match="Elija una: alcaldia-bucaramanga, socio"):
        report(2017, 9)
    own, partner = read_upload(report(2017, 9, "alcaldia-bucaramanga")), read_upload(report(2017, 9, "socio"))
    check_upload(own + partner)
    assert [row["indicator"] for row in own] == [DOCUMENTS]
    assert [(row["organisation"], row["implementation"], row["partner"]) for row in partner] == [
        ("Socio de prueba", "Sí", "Alcaldía de Bucaramanga")
    ]
    with pytest.raises(AppError, match="Sin nada no tiene ninguna actividad"):
        report(2017, 9, "sin-nada")
    with pytest.raises(AppError, match="No hay ninguna organización «nadie»"):
        report(2017, 9, "nadie")


def test_the_mapping_is_that_of_the_month(come: Come, report: Report, settings: Settings) -> None:
    def begin_later(plan: Any) -> None:
        plan["activities"][0]["valid_from"] = "2017-10"

    _edit_plan(settings, begin_later)
    come("2017-09-04", "MIG-REG", "EMP-SENA")
    come("2017-10-04", "MIG-REG")
    assert [row["indicator"] for row in read_upload(report(2017, 9))] == [WORK]
    assert [row["indicator"] for row in read_upload(report(2017, 10))] == [DOCUMENTS]


def test_the_form_of_2026_has_no_municipality(come: Come, report: Report) -> None:
    come("2026-01-12")
    check_upload(read_upload(report(2026, 1), has_municipality=False))


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda plan: plan.pop("platform"), "platform"),
        (lambda plan: plan["headers"].pop("cva"), "Los encabezados deben ser estos"),
        (lambda plan: plan["activities"][0].update(organisation="nadie"), "el código nadie"),
        (lambda plan: plan["activities"][0].update(sector="Deporte"), "La plataforma no tiene el sector «Deporte»"),
        (lambda plan: plan["activities"][0].update(valid_from=2017), "activities.0.valid_from"),
        (lambda plan: plan["activities"][0].update(valid_from="2017-13"), "Esto no es un mes"),
        (lambda plan: plan["activities"][0].update(needs=["MIG-REG", "EDU"]), "quedarían informadas dos veces"),
        (lambda plan: plan["activities"].append({**plan["activities"][0], "needs": ["X"]}), "tienen el indicador"),
        (lambda plan: plan["organisations"].append(plan["organisations"][0]), "el mismo código"),
        (lambda plan: plan["activities"][0].update(misspelt=1), "misspelt"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(
    settings: Settings,
    edit: Callable[[Any], None],
    told: str,
) -> None:
    _edit_plan(settings, edit)
    with pytest.raises(AppError, match=r"r4v\.yaml") as refused:
        read_plan(settings)
    assert told in refused.value.message


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"{", b"[1, 2]", b"", b"a" * 1_000_001])
def test_a_file_that_is_no_plan_is_refused(settings: Settings, content: bytes) -> None:
    (settings.instance / FILE_NAME).write_bytes(content)
    with pytest.raises(AppError, match=r"r4v\.yaml"):
        read_plan(settings)


def test_a_month_that_is_not_over_is_refused(come: Come, report: Report) -> None:
    with pytest.raises(AppError, match="todavía no ha terminado"):
        report(date.today().year + 1, 1)  # noqa: DTZ011 - any month to come


def test_annulled_and_damaged_visits_do_not_count(come: Come, report: Report, database: Database) -> None:
    for day in ("2017-09-04", "2017-09-05", "2017-09-06"):
        come(day)
    with database.write_session() as session:
        visits: list[UUID] = list(session.scalars(select(Visit.id).order_by(Visit.day)))
        supervisor = acting("supervisor")
        grant_opening(session, supervisor, session.get_one(Visit, visits[0]).person_id)
        annul_visit(session, supervisor, visits[0], CorrectionRequest({}, "duplicada"))
    damage(database, Visit.sealed, visits[1])
    content = report(2017, 9)
    assert read_upload(content)[0]["beneficiaries"] == 1
    assert "1 registro no se puede abrir" in read_notes(content)
