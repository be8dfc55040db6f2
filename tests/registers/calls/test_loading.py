"""The office's year as a file: every fact of its calls stands in the registers; twice changes nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Base
from attention_point.registers.calls import queries as calls
from attention_point.registers.calls import rules
from attention_point.registers.calls.loading import load_calls
from attention_point.registers.calls.register import CALLS, LISTS, MONITORING, PROPOSALS
from attention_point.registers.shared import queries
from attention_point.registers.shared.codes import code_of
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.loading import load
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.rules import folded
from attention_point.registers.shared.wording import money_words, words
from tests.registers.seed import seed

SECTIONS = {"calls": load_calls}


def said(session: Session, register: Register, row: RecordColumns) -> str:
    """Everything that a record says, in words."""
    names = queries.names(session, register, row.data)
    return " · ".join(words(field, row.data.get(field.key), names) for field in register.fields)


def facts(value: Any) -> Iterator[str]:
    """The facts under a key of the file, one text each; the keys of mappings are no facts."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from facts(each)
    elif isinstance(value, list):
        for each in value:
            yield from facts(each)
    else:
        yield str(value)


def stands(fact: str, text: str) -> bool:
    """Whether a fact is said: as it is, as a number, in a code list's words, or as a month in words."""
    shown = [fact, f"{int(fact):,}".replace(",", ".") if fact.isdecimal() else fact]
    for name in ("proposal_states", "states", "frequencies"):
        code = code_of(LISTS[name], fact)
        shown += [LISTS[name].label(code, "es")] if code else []
    if fact == "2017-08":
        shown.append("agosto de 2017")
    return any(f" {folded(one)} " in f" {folded(text)} " for one in shown)


def test_every_fact_of_the_real_calls_is_kept(session: Session) -> None:
    file = seed()
    load(session, SYSTEM, file, SECTIONS)
    section = file["calls"]
    rows = {
        (register.name, row.name): said(session, register, row)
        for register in (CALLS, PROPOSALS, MONITORING)
        for row in queries.of_year(session, register, 2017)
    }
    (process,) = (text for (register, _name), text in rows.items() if register == "monitoring")
    missing = [each for key in section if key != "items" for each in facts(section[key]) if not stands(each, process)]
    for item in section["items"]:
        told = rows["calls", item["name"]]
        missing += [each for key in item if key != "proposals" for each in facts(item[key]) if not stands(each, told)]
        for proposal in item["proposals"]:
            text = rows["proposals", proposal["name"]]
            missing += [each for each in facts({**proposal, "call": item["name"]}) if not stands(each, text)]
    assert missing == []


def test_the_real_matching_contribution_is_computed(session: Session) -> None:
    load(session, SYSTEM, seed(), SECTIONS)
    known = [
        rest for row in queries.of_year(session, PROPOSALS, 2017) if (rest := rules.matching(row.data)) is not None
    ]
    assert [money_words(each) for each in known] == ["$ 557.494.000"]
    (year,) = calls.years(session)
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
    first = load(session, SYSTEM, file, SECTIONS)
    before = rows_of(session)
    again = load(session, SYSTEM, file, SECTIONS)
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
