"""The office's year as a file: every fact of its agreements stands in the register; twice changes nothing."""

import copy
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import format_amount, format_date, format_month, format_number, format_percent
from attention_point.registers.agreements.loading import load_agreements
from attention_point.registers.agreements.register import AGREEMENTS, STATES
from attention_point.registers.shared.code_lists import find_code
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.records import queries
from attention_point.registers.shared.records.loading import load_year_file
from attention_point.registers.shared.rules import fold_text
from attention_point.registers.shared.schema.formatting import format_field_value
from tests.registers.events.test_loading import rows_of
from tests.registers.seed import seed

SECTIONS = {"agreements": load_agreements}
STUDY = {
    "name": "Estudio de humedales",
    "status": "en ejecución",
    "partners": ["Fundación Río Vivo", "Universidad del Páramo"],
    "funder": "Embajada de Noruega",
    "partner_contribution": 12000000,
    "approximate": True,
    "municipal_contribution": 0,
    "partner_share_in_kind": 0.335,
    "started": "2019-05",
    "milestones": [{"name": "talleres", "count": 3}, {"name": "entrega", "date": date(2019, 11, 24)}],
    "beneficiaries": [{"group": "colegios", "count": 9}, {"group": "vecinos", "count": 10000, "at_least": True}],
    "exchanges": [{"country": "Países Bajos", "topic": "agua"}],
}
FILE = {"office": {"year": 2019}, "agreements": [STUDY, {"name": "Bibliotecas", "status": "firmado"}]}


def said(session: Session, row: RecordColumns) -> str:
    """Everything that a record says, in words."""
    names = queries.list_organisation_names(session, AGREEMENTS, row.data)
    return fold_text(
        " · ".join(format_field_value(field, row.data.get(field.key), names) for field in AGREEMENTS.fields)
    )


def facts(key: str, value: Any, around: Mapping[str, Any]) -> Iterator[str]:
    """The facts of a record of the file, each as it must be read, whatever keys the file has."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from facts(name, part, value)
    elif isinstance(value, list):
        for each in value:
            yield from facts(key, each, around)
    elif isinstance(value, bool):
        number = next(each for name, each in around.items() if name in {"partner_contribution", "count"})
        shown = format_amount(Decimal(number), "COP") if number > 10**6 else format_number(number)
        yield f"{'cerca de' if key == 'approximate' else 'al menos'} {shown}"
    elif isinstance(value, float):
        yield format_percent(value)
    elif isinstance(value, int):
        yield format_amount(Decimal(value), "COP") if "contribution" in key else format_number(value)
    elif isinstance(value, date):
        yield format_date(value, "long")
    elif value[:4].isdecimal():
        yield format_month(date.fromisoformat(f"{value}-01"))
    else:
        yield STATES.label_for_code(find_code(STATES, value) or "", "es") if key == "status" else value


def test_every_fact_of_the_real_agreements_is_kept(session: Session) -> None:
    file = seed()
    load_year_file(session, SYSTEM, file, SECTIONS)
    rows = {row.name: row for row in queries.list_records_of_year(session, AGREEMENTS, file["office"]["year"])}
    expected = {(record["name"], fact) for record in file["agreements"] for fact in facts("", record, record)}
    missing = {(name, fact) for name, fact in expected if fold_text(fact) not in said(session, rows[name])}
    assert missing == set()
    assert len(expected) > 50
    assert len(rows) == len(file["agreements"])


def test_each_part_played_and_each_side_is_told_apart(session: Session) -> None:
    file = seed()
    load_year_file(session, SYSTEM, file, SECTIONS)
    rows = {row.name: said(session, row) for row in queries.list_records_of_year(session, AGREEMENTS, 2017)}
    text = " ".join(rows.values())
    for fact in (
        "Consejo Británico (aliado)",
        "Zona Franca Santander (apoyo)",
        "Gobierno de Canadá (financiador)",
        "USAID (desarrolló el modelo)",
        "El municipio · Valor: $ 0",
        "Los aliados · Valor: cerca de $ 38.000.000",
        "Los aliados · En especie · Porcentaje del total: 50%",
        "Cumplido el: 24 de noviembre de 2017",
        "estudiantes · Cantidad: al menos 10.000",
        "Dinamarca · manejo de basuras",
    ):
        assert fold_text(fact) in text, fact


def test_loading_twice_changes_nothing(session: Session) -> None:
    first = load_year_file(session, SYSTEM, FILE, SECTIONS)
    before = rows_of(session)
    again = load_year_file(session, SYSTEM, FILE, SECTIONS)
    assert first.counts == {"added": 2, "changed": 0, "unchanged": 0, "left": 0}
    assert again.counts == {"added": 0, "changed": 0, "unchanged": 2, "left": 0}
    assert rows_of(session) == before


def test_a_share_is_kept_to_the_hundredth_of_a_percent(session: Session) -> None:
    load_year_file(session, SYSTEM, FILE, SECTIONS)
    (row,) = queries.list_records_page(session, AGREEMENTS, queries.RecordFilter("humedales"), None, 5)
    assert [each["share"] for each in row.data["contributions"] if "share" in each] == ["0.335"]


def without(*keys: str, **more: Any) -> dict[str, Any]:
    """The study with other facts."""
    return {key: value for key, value in {**copy.deepcopy(STUDY), **more}.items() if key not in keys}


@pytest.mark.parametrize(
    ("agreement", "field"),
    [
        (without("name"), "agreements.1.name"),
        (without(status="quizá"), "agreements.1.state"),
        (without(colour="blue"), "agreements.1.colour"),
        (without(signed="2019-13"), "agreements.1.signed"),
        (without(municipal_contribution="nada"), "agreements.1.municipal_contribution"),
        (without("partner_contribution"), "agreements.1.approximate"),
        (without(partner_share_in_kind=50), "agreements.1.partner_share_in_kind"),
        (without(partner_share_in_kind="mitad"), "agreements.1.partner_share_in_kind"),
        (without(milestones=[{"name": "uno", "colour": "blue"}]), "agreements.1.milestones.0.colour"),
        (without(beneficiaries=[{"group": "niños", "count": "muchos"}]), "agreements.1.beneficiaries.0.count"),
        (without(exchanges=[{"country": "Atlántida"}]), "agreements.1.exchanges.0.country"),
        (without(valid_from="2019", valid_to="2018"), "agreements.1.valid_to"),
        ("Estudio", "agreements.1"),
    ],
)
def test_a_wrong_fact_is_told_by_its_place(session: Session, agreement: Any, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        load_year_file(session, SYSTEM, {**FILE, "agreements": [FILE["agreements"][1], agreement]}, SECTIONS)  # type: ignore[index]
    assert field in {each.field for each in caught.value.field_errors}


def test_a_section_of_another_shape_is_refused(session: Session) -> None:
    with pytest.raises(Invalid) as caught:
        load_year_file(session, SYSTEM, {**FILE, "agreements": {"name": "Uno"}}, SECTIONS)
    assert [each.field for each in caught.value.field_errors] == ["agreements"]
