"""The office's year as a file: every fact of its calls stands in the registers; twice changes nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Base
from attention_point.registers.calls import queries as calls_queries
from attention_point.registers.calls import rules
from attention_point.registers.calls.loading import load_calls
from attention_point.registers.calls.register import CALLS, CODE_LISTS, MONITORING, PROPOSALS
from attention_point.registers.shared.code_lists import find_code
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.records import queries
from attention_point.registers.shared.records.loading import load_year_file
from attention_point.registers.shared.rules import fold_text
from attention_point.registers.shared.schema.formatting import format_field_value, format_money
from attention_point.registers.shared.schema.schema import Register
from tests.registers.seed import seed

SECTIONS = {"calls": load_calls}


def format_record(session: Session, register: Register, row: RecordColumns) -> str:
    """Everything that a record says, in words."""
    names = queries.list_organisation_names(session, register, row.data)
    return " · ".join(format_field_value(field, row.data.get(field.key), names) for field in register.fields)


def facts(value: Any) -> Iterator[str]:
    """The facts under a key of the file, one text each; the keys of mappings are no facts."""
    if isinstance(value, Mapping):
        for fact in value.values():
            yield from facts(fact)
    elif isinstance(value, list):
        for fact in value:
            yield from facts(fact)
    else:
        yield str(value)


def stands(fact: str, text: str) -> bool:
    """Whether a text says a fact: as it is, as a number, in a code list's words, or as a month in words."""
    shown = [fact, f"{int(fact):,}".replace(",", ".") if fact.isdecimal() else fact]
    for name in ("proposal_states", "states", "frequencies"):
        code = find_code(CODE_LISTS[name], fact)
        shown += [CODE_LISTS[name].label_for_code(code, "es")] if code else []
    if fact == "2017-08":
        shown.append("agosto de 2017")
    return any(f" {fold_text(form)} " in f" {fold_text(text)} " for form in shown)


def test_every_fact_of_the_real_calls_is_kept(session: Session) -> None:
    file = seed()
    load_year_file(session, SYSTEM, file, SECTIONS)
    section = file["calls"]
    rows = {
        (register.name, row.name): format_record(session, register, row)
        for register in (CALLS, PROPOSALS, MONITORING)
        for row in queries.list_records_of_year(session, register, 2017)
    }
    (process,) = (text for (register, _name), text in rows.items() if register == "monitoring")
    missing = [fact for key in section if key != "items" for fact in facts(section[key]) if not stands(fact, process)]
    for item in section["items"]:
        call_text = rows["calls", item["name"]]
        missing += [
            fact for key in item if key != "proposals" for fact in facts(item[key]) if not stands(fact, call_text)
        ]
        for proposal in item["proposals"]:
            text = rows["proposals", proposal["name"]]
            missing += [fact for fact in facts({**proposal, "call": item["name"]}) if not stands(fact, text)]
    assert missing == []


def test_the_real_matching_contribution_is_computed(session: Session) -> None:
    load_year_file(session, SYSTEM, seed(), SECTIONS)
    known = [
        rest
        for row in queries.list_records_of_year(session, PROPOSALS, 2017)
        if (rest := rules.compute_matching_contribution(row.data)) is not None
    ]
    assert [format_money(fact) for fact in known] == ["$ 557.494.000"]
    (year,) = calls_queries.list_year_figures(session)
    assert (year.year, year.presented, year.chosen, year.approved) == (2017, 4, 2, 0)
    assert {currency: int(amount) for currency, amount in year.cofinancing.items()} == {"COP": 1_256_755_000}


def test_loading_twice_changes_nothing(session: Session) -> None:
    file = {
        "office": {"year": 2019},
        "calls": {
            "process_formalised": "2019-02",
            "bulletin": {"format": 1, "every": ["week"]},
            "response": {"format": 2},
            "items": [
                {
                    "name": "Fondo del páramo",
                    "issuer": "Agencia del Agua",
                    "proposals": [{"name": "Guardianes", "status": "presentada", "total_value": 1000}],
                }
            ],
        },
    }
    first = load_year_file(session, SYSTEM, file, SECTIONS)
    before = rows_of(session)
    again = load_year_file(session, SYSTEM, file, SECTIONS)
    assert first.counts == {"added": 3, "changed": 0, "unchanged": 0, "left": 0}
    assert again.counts == {"added": 0, "changed": 0, "unchanged": 3, "left": 0}
    assert rows_of(session) == before


def rows_of(session: Session) -> dict[str, list[str]]:
    """Every row of every table but the journal's."""
    session.flush()
    return {
        table.name: sorted(map(repr, session.execute(select(table)).all()))
        for table in Base.metadata.sorted_tables
        if not table.name.startswith("journal")
    }
