"""The year's pages ask as many statements of many records as of few, and add up all of them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import services
from attention_point.registers.shared.records.writing import NewRecord, insert_records
from tests.support.pages import PageClient

SignIn = Callable[..., PageClient]
# As many as a section reads of a register: from there on their number is counted.
FEW, MORE = 60, 140


def _add(database: Database, number: int) -> None:
    """Events of 2019 with ten participants each."""
    data = {"name": "Foro del agua", "state": "done", "date": "2019-03", "participants": {"number": 10}}
    with database.write_session() as session:
        insert_records(session, SYSTEM, EVENTS, [NewRecord(data, "typed") for _each in range(number)], "imported")


@pytest.mark.parametrize("address", ["/report", "/report/2019"])
def test_many_records_ask_no_more_statements(app: Flask, as_role: SignIn, address: str) -> None:
    database = app.extensions["database"]
    office = as_role("office")
    with database.write_session() as session:
        services.add_record(session, SYSTEM, OFFICE_YEARS, {"name": "Oficina de Prueba", "year": 2019})
    statements: list[str] = []

    def hear(*call: Any) -> None:
        statements.append(call[2])

    def looked() -> int:
        """The statements of the first look after a write, when the sums are made anew."""
        statements.clear()
        assert FlaskClient.open(office, address).status_code == 200
        return len(statements)

    _add(database, FEW)
    event.listen(database.read_engine, "before_cursor_execute", hear)
    few = looked()
    _add(database, MORE)
    assert 0 < looked() <= few


def test_the_year_adds_up_every_record(app: Flask, as_role: SignIn) -> None:
    _add(app.extensions["database"], FEW + MORE)
    page = as_role("office").get("/report/2019").get_data(as_text=True)
    assert "2.000" in page
