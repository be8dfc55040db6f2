"""The page of waits and its files."""

import csv
import json
from io import BytesIO, StringIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from tests.support.staff import SignIn
from tests.turns.past_day import live_day

PERIOD = "first=09/08/2017&last=2017-08-09"


@pytest.fixture(autouse=True)
def _past_day(database: Database) -> None:
    with database.write_session() as session:
        live_day(session)


def test_the_page_shows_the_waits_with_charts_and_tables(as_role: SignIn) -> None:
    office = as_role("office")
    page = office.get(f"/turns/waits?{PERIOD}").text
    assert "De las personas llamadas, la mitad esperó 10 min o menos" in page
    for chart in ("hours", "days", "desks", "times"):
        address = f"/turns/waits/charts/{chart}.svg?point=bucaramanga&amp;first=2017-08-09&amp;last=2017-08-09"
        assert address in page
        assert office.get(address.replace("&amp;", "&")).mimetype == "image/svg+xml"
    assert office.get(f"/turns/waits/charts/nothing.svg?{PERIOD}").status_code == 404


def test_the_files_hold_the_figures_of_the_page_and_are_journalled(as_role: SignIn, database: Database) -> None:
    office = as_role("office")
    sheet = office.get(f"/turns/waits/figures.csv?{PERIOD}")
    rows = list(csv.reader(StringIO(sheet.get_data().decode("utf-8-sig"))))
    assert ["hours", "9:00", "1", "30", "30", "30"] in rows
    assert "esperas-2017-08-09-2017-08-09.csv" in sheet.headers["Content-Disposition"]
    workbook = CalamineWorkbook.from_filelike(BytesIO(office.get(f"/turns/waits/figures.xlsx?{PERIOD}").get_data()))
    assert len(workbook.sheet_names) >= 6
    with database.read_session() as session:
        details = session.scalars(select(JournalEntry.detail).where(JournalEntry.action == "turn.export")).all()
    assert [json.loads(detail)["format"] for detail in details] == ["csv", "xlsx"]


def test_wrong_filters_stay_as_typed_with_what_is_wrong(as_role: SignIn) -> None:
    reply = as_role("office").get("/turns/waits?first=31/02/2017")
    assert reply.status_code == 422
    assert "Esto no es un día." in reply.text
    assert 'value="31/02/2017"' in reply.text


def test_days_without_turns_say_so(as_role: SignIn) -> None:
    page = as_role("office").get("/turns/waits?first=01/07/2017&last=02/07/2017").text
    assert "En estos días no se dio ningún turno." in page


@pytest.mark.parametrize("role", ["agent", "entity", "auditor"])
def test_who_keeps_no_waits_sees_none(as_role: SignIn, role: str) -> None:
    client = as_role(role, "icbf" if role == "entity" else None)
    assert client.get("/turns/waits").status_code == 403
