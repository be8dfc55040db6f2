"""Lists: sorted by each head, page after page, with the sum of what they show."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import queries, services
from attention_point.registers.shared.records.list_totals import sum_list
from attention_point.registers.shared.records.queries import RecordFilter
from attention_point.registers.shared.records.sorting import SortOrder, list_sorted_fields, parse_sort_order
from attention_point.registers.shared.records.writing import NewRecord, insert_records
from attention_point.registers.shared.schema.schema import Register
from tests.support.pages import PageClient

SignIn = Callable[..., PageClient]
FACTS = st.fixed_dictionaries(
    {"name": st.text("abcñ", min_size=1, max_size=3), "state": st.sampled_from(["planned", "done", "cancelled"])},
    optional={
        "date": st.sampled_from(["2017", "2017-03", "2017-03-05", "2018-01"]),
        "place": st.sampled_from(["Bogotá", "bogotá", "Álamos", "Zipaquirá"]),
        "participants": st.builds(
            lambda number, mark: {"number": number, **({"mark": mark} if mark else {})},
            st.integers(0, 10**6),
            st.sampled_from(["", "approximate", "at_least"]),
        ),
        "cost": st.builds(
            lambda hundredths, currency: {
                "amount": f"{hundredths // 100}.{hundredths % 100:02d}" if hundredths % 100 else str(hundredths // 100),
                "currency": currency,
            },
            st.integers(0, 10**11),
            st.sampled_from(["COP", "USD"]),
        ),
    },
)


def read_list(session: Session, register: Register, order: SortOrder, size: int = 3) -> list[Any]:
    """Every record of a list, a small page at a time."""
    rows: list[Any] = []
    while page := queries.list_records_page(session, register, RecordFilter(), rows[-1] if rows else None, size, order):
        rows += page
    return rows


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.lists(FACTS, max_size=12))
def test_a_sorted_list_shows_each_record_once_and_the_totals_are_their_sum(
    session: Session, facts: list[dict[str, Any]]
) -> None:
    with session.begin_nested() as savepoint:
        insert_records(session, SYSTEM, EVENTS, [NewRecord(data, "typed") for data in facts], "imported")
        rows = queries.list_records(session, EVENTS)
        for field in list_sorted_fields(EVENTS):
            for is_descending in (False, True):
                shown = read_list(session, EVENTS, SortOrder(field.key, is_descending))
                assert sorted(row.id for row in shown) == sorted(row.id for row in rows)
        counts = [row.data["participants"]["number"] for row in read_list(session, EVENTS, SortOrder("participants"))
                  if "participants" in row.data]  # fmt: skip
        assert counts == sorted(counts)
        totals = sum_list(session, EVENTS, RecordFilter())
        assert totals.record_count == len(facts)
        if counts:
            total = totals.sums["participants"]
            assert (total.values[0]["number"], total.record_count) == (sum(counts), len(counts))
            marks = {data["participants"].get("mark") for data in facts if "participants" in data} - {None}
            assert total.values[0].get("mark") == (
                None if not marks else marks.pop() if len(marks) == 1 else "approximate"
            )
        hundredths: dict[str, int] = {}
        for data in facts:
            if "cost" in data:
                currency = data["cost"]["currency"]
                hundredths[currency] = hundredths.get(currency, 0) + round(float(data["cost"]["amount"]) * 100)
        shown_sums = totals.sums["cost"].values if "cost" in totals.sums else ()
        assert {money["currency"]: round(float(money["amount"]) * 100) for money in shown_sums} == hundredths
        savepoint.rollback()


def test_an_unknown_order_is_the_register_s_own() -> None:
    for text in ("", "nothing", "-notes", "organisers", "date; drop"):
        assert parse_sort_order(EVENTS, text) == SortOrder("date", is_descending=True)
    assert str(parse_sort_order(EVENTS, "-participants")) == "-participants"


def test_money_and_results_of_proposals_are_sorted_too(session: Session) -> None:
    services.add_record(session, SYSTEM, CALLS, {"name": "Fondo"})
    for name, amount, result in (("A", "900", "approved"), ("B", "1.000", "withdrawn"), ("C", None, None)):
        facts = {"name": name, "call": "Fondo", "state": "presented", "total_value": amount, "result": result}
        services.add_record(session, SYSTEM, PROPOSALS, facts)
    by_value = read_list(session, PROPOSALS, SortOrder("total_value", is_descending=True))
    assert [row.name for row in by_value] == ["B", "A", "C"]
    by_result = read_list(session, PROPOSALS, SortOrder("result"))
    assert [row.name for row in by_result] == ["C", "A", "B"]


def test_the_page_has_heads_that_sort_and_a_total(app: Flask, as_role: SignIn) -> None:
    with app.extensions["database"].write_session() as session:
        for number in range(60):
            facts = {"name": f"Foro {number:02d}", "state": "done", "participants": {"number": number}, "cost": "1.000"}
            services.add_record(session, SYSTEM, EVENTS, facts)
    office = as_role("office")
    page = office.get("/registers/events").get_data(as_text=True)
    assert "60 registros" in page
    assert "1.770" in page, "the sum of the whole list, not of its first page"
    assert "$ 60.000" in page.replace("\xa0", " ")
    assert "?sort=-participants" in page
    page = office.get("/registers/events?sort=-participants").get_data(as_text=True)
    assert page.index("Foro 59") < page.index("Foro 58")
    assert 'aria-sort="descending"' in page
    following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    page = office.get(following).get_data(as_text=True)
    assert page.index("Foro 09") < page.index("Foro 08")
    assert "Foro 10" not in page


@pytest.mark.parametrize("sort", ["place", "-place", "state", "name", "-date"])
def test_each_head_answers(as_role: SignIn, sort: str) -> None:
    assert as_role("office").get(f"/registers/events?sort={sort}").status_code == 200
