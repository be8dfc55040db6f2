"""The totals of a year are those of its records."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import removals, services
from attention_point.registers.shared.records.writing import NewRecord, insert_records
from attention_point.registers.shared.records.year_totals import (
    add_up_parts,
    build_count_parts,
    build_money_parts,
    find_count_total,
    get_year_totals,
    list_money_totals,
    select_totals_under,
)

MARK = st.sampled_from([None, "approximate", "at_least"])
COUNT = st.builds(
    lambda number, mark: {"number": number, **({"mark": mark} if mark else {})}, st.integers(0, 10**9), MARK
)
MONEY = st.builds(
    lambda cents, currency, mark: {
        "amount": f"{Decimal(cents).scaleb(-2):.2f}" if cents % 100 else str(cents // 100),
        "currency": currency,
        **({"mark": mark} if mark else {}),
    },
    st.integers(0, 10**17),
    st.sampled_from(["COP", "EUR", "USD"]),
    MARK,
)


@given(st.lists(COUNT))
def test_a_total_keeps_the_qualifier_of_its_parts(counts: list[dict[str, Any]]) -> None:
    totals = add_up_parts(part for count in counts for part in build_count_parts("reached", count))
    total, qualifiers = find_count_total(totals, "reached"), {count.get("mark") for count in counts} - {None}
    if not counts:
        assert (total, totals) == (None, {})
        return
    assert total is not None
    assert total["number"] == sum(count["number"] for count in counts)
    assert total.get("mark") == (qualifiers.pop() if len(qualifiers) == 1 else "approximate" if qualifiers else None)


@given(st.lists(MONEY))
def test_money_is_exact_and_currencies_are_never_added_to_one_another(amounts: list[dict[str, Any]]) -> None:
    totals = add_up_parts(part for amount in amounts for part in build_money_parts("free", amount))
    money_totals = list_money_totals(totals, "free")
    assert [total["currency"] for total in money_totals] == sorted({amount["currency"] for amount in amounts})
    for total in money_totals:
        same_currency = [amount for amount in amounts if amount["currency"] == total["currency"]]
        assert Decimal(total["amount"]) == sum(Decimal(amount["amount"]) for amount in same_currency)
        assert ("mark" in total) is any("mark" in amount for amount in same_currency)


def test_the_totals_follow_every_write(session: Session) -> None:
    facts = {"name": "Foro", "state": "done", "date": "2017-03", "countries": ["CO", "NL"]}
    first = services.add_record(session, SYSTEM, EVENTS, {**facts, "participants": {"number": "30"}})
    services.add_record(session, SYSTEM, EVENTS, {**facts, "participants": {"number": "7", "mark": "at_least"}})
    totals = get_year_totals(session, EVENTS, 2017)
    assert find_count_total(totals, "reached") == {"number": 37, "mark": "at_least"}
    assert select_totals_under(totals, "country") == {"CO": 2, "NL": 2}
    assert select_totals_under(totals, "state") == {"done": 2}
    services.update_record(session, SYSTEM, EVENTS, first, 1, {"name": "Foro", "state": "planned", "date": "2019"})
    assert get_year_totals(session, EVENTS, 2019) == {"records": 1, "state/planned": 1, "held/planned": 1}
    assert find_count_total(get_year_totals(session, EVENTS, 2017), "reached") == {"number": 7, "mark": "at_least"}
    assert get_year_totals(session, EVENTS, 2017)["records"] == 1
    removals.remove_record(session, SYSTEM, EVENTS, first, 2)
    assert get_year_totals(session, EVENTS, 2019) == {}


def test_an_agreement_adds_to_each_year_in_which_it_is_in_force(session: Session) -> None:
    sides = [
        {"side": "municipality", "amount": "0"},
        {"side": "partners", "amount": {"amount": "12,50", "currency": "EUR"}},
    ]
    people = [{"group": "Estudiantes", "count": {"number": "3"}}, {"group": "Colegios", "count": {"number": "900"}}]
    facts = {"name": "Convenio", "state": "running", "valid_from": "2017", "valid_to": "2019-02"}
    services.add_record(session, SYSTEM, AGREEMENTS, {**facts, "contributions": sides, "beneficiaries": people})
    years = {year: get_year_totals(session, AGREEMENTS, year) for year in range(2016, 2021)}
    assert years[2016] == years[2020] == {}
    for year in (2017, 2018, 2019):
        assert list_money_totals(years[year], "free") == [{"amount": "12.50", "currency": "EUR"}]
        assert find_count_total(years[year], "reached") == {"number": 3}
        assert "unsaid" not in years[year]


@pytest.mark.parametrize("number", [1, 30])
def test_a_year_is_added_up_in_one_statement(database: Database, number: int) -> None:
    data = {"name": "Foro", "state": "done", "date": "2017", "participants": {"number": 2}}
    with database.write_session() as session:
        insert_records(session, SYSTEM, EVENTS, [NewRecord(data, "typed") for _number in range(number)], "imported")
    statements: list[str] = []

    def note_statement(*arguments: Any) -> None:
        if arguments[2].startswith("SELECT"):
            statements.append(arguments[2])

    event.listen(database.read_engine, "before_cursor_execute", note_statement)
    with database.read_session() as session:
        assert find_count_total(get_year_totals(session, EVENTS, 2017), "reached") == {"number": 2 * number}
    assert len(statements) == 1
