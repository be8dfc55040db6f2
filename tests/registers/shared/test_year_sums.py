"""The kept sums of a year are those of its records, whatever is written, removed and written again."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared import queries, services, year_sums
from attention_point.registers.shared.adding import added, count_of, counted, money_of, paid, under
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.models import YearSum

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


@given(st.lists(COUNT), st.lists(COUNT))
def test_what_is_put_in_is_taken_out_again(some: list[dict[str, Any]], others: list[dict[str, Any]]) -> None:
    sums = added({}, (part for each in (*some, *others) for part in counted("reached", each)))
    sums = added(sums, (part for each in others for part in counted("reached", each)), -1)
    total, marks = count_of(sums, "reached"), {each.get("mark") for each in some} - {None}
    if not some:
        assert (total, sums) == (None, {})
        return
    assert total is not None
    assert total["number"] == sum(each["number"] for each in some)
    assert total.get("mark") == (marks.pop() if len(marks) == 1 else "approximate" if marks else None)


@given(st.lists(MONEY))
def test_money_is_exact_and_currencies_are_never_added_to_one_another(amounts: list[dict[str, Any]]) -> None:
    found = money_of(added({}, (part for each in amounts for part in paid("free", each))), "free")
    assert [each["currency"] for each in found] == sorted({each["currency"] for each in amounts})
    for each in found:
        own = [one for one in amounts if one["currency"] == each["currency"]]
        assert Decimal(each["amount"]) == sum(Decimal(one["amount"]) for one in own)
        assert ("mark" in each) is any("mark" in one for one in own)


def _check(session: Session, register: Register, years: Iterable[int]) -> None:
    for year in years:
        kept = year_sums.of_year(session, register, year)
        assert kept == year_sums.from_records(session, register, year), year


def test_the_sums_follow_every_write(session: Session) -> None:
    years = range(2016, 2022)
    facts = {"name": "Foro", "state": "done", "date": "2017-03", "countries": ["CO", "NL"]}
    first = services.add(session, SYSTEM, EVENTS, {**facts, "participants": {"number": "30"}})
    services.add(session, SYSTEM, EVENTS, {**facts, "participants": {"number": "7", "mark": "at_least"}})
    _check(session, EVENTS, years)
    sums = year_sums.of_year(session, EVENTS, 2017)
    assert count_of(sums, "reached") == {"number": 37, "mark": "at_least"}
    assert (under(sums, "country"), under(sums, "state")) == ({"CO": 2, "NL": 2}, {"done": 2})
    services.save(session, SYSTEM, EVENTS, first, 1, {"name": "Foro", "state": "planned", "date": "2019"})
    _check(session, EVENTS, years)
    assert year_sums.of_year(session, EVENTS, 2019) == {"records": 1, "state/planned": 1}
    assert year_sums.of_year(session, EVENTS, 2017)["records"] == 1
    services.remove(session, SYSTEM, EVENTS, first, 2)
    _check(session, EVENTS, years)
    assert year_sums.of_year(session, EVENTS, 2019) == {}


def test_an_agreement_adds_to_each_year_in_which_it_is_in_force(session: Session) -> None:
    sides = [
        {"side": "municipality", "amount": "0"},
        {"side": "partners", "amount": {"amount": "12,50", "currency": "EUR"}},
    ]
    people = [{"group": "Estudiantes", "count": {"number": "3"}}, {"group": "Colegios", "count": {"number": "900"}}]
    facts = {"name": "Convenio", "state": "running", "valid_from": "2017", "valid_to": "2019-02"}
    services.add(session, SYSTEM, AGREEMENTS, {**facts, "contributions": sides, "beneficiaries": people})
    _check(session, AGREEMENTS, range(2016, 2021))
    sums = year_sums.of_year(session, AGREEMENTS, 2018)
    assert money_of(sums, "free") == [{"amount": "12.50", "currency": "EUR"}]
    assert count_of(sums, "reached") == {"number": 3}
    assert "unsaid" not in sums


def test_a_year_without_its_row_is_added_up_and_made_again(session: Session) -> None:
    services.add(session, SYSTEM, EVENTS, {"name": "Foro", "state": "done", "date": "2017"})
    session.execute(delete(YearSum))
    assert year_sums.of_year(session, EVENTS, 2017)["records"] == 1
    services.add(session, SYSTEM, EVENTS, {"name": "Feria", "state": "done", "date": "2017"})
    assert year_sums.of_year(session, EVENTS, 2017)["records"] == 2
    session.execute(delete(YearSum))
    year_sums.make_again(session, (EVENTS, AGREEMENTS))
    assert session.scalars(select(YearSum.year)).all() == [2017]
    assert queries.count(session, EVENTS) == year_sums.of_year(session, EVENTS, 2017)["records"]


def test_writers_at_once_leave_nothing_out(database: Database) -> None:
    def write(number: int) -> None:
        for turn in range(3):
            with database.writing() as session:
                facts = {"name": f"Foro {number} {turn}", "state": "done", "date": "2017"}
                services.add(session, SYSTEM, EVENTS, {**facts, "participants": {"number": "2"}})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with database.reading() as session:
        _check(session, EVENTS, [2017])
        assert count_of(year_sums.of_year(session, EVENTS, 2017), "reached") == {"number": 24}
