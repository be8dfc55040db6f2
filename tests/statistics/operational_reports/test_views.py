"""The office's page of the report to the R4V platform, and the command."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.settings import Settings
from attention_point.statistics.checks import check_operational_report
from attention_point.statistics.commands import statistics_commands
from attention_point.statistics.operational_reports.activities import FILE_NAME
from tests.statistics.conftest import Office
from tests.statistics.operational_reports.conftest import Come
from tests.statistics.operational_reports.platform import check_upload, read_upload
from tests.support.browser import axe
from tests.support.directory import load_shipped
from tests.support.pages import read
from tests.support.server import serve

ADDRESS = "/statistics/r4v/2017-09"
FORM = {"organisation": "alcaldia-bucaramanga", "reason": "monthly_report", "confirmed": "y"}


def post(office: Office, **changes: str) -> TestResponse:
    """Send the form as a browser does, with the token of the page."""
    client = office.client
    page = read(client.get(ADDRESS).text)
    token = next(element.get("value") for element in page if element.get("name") == "csrf_token")
    return client.post(ADDRESS, data={"csrf_token": token, **FORM, **changes})


def entries(database: Database) -> list[dict[str, object]]:
    """What the journal says of reports taken."""
    with database.read_session() as session:
        query = select(JournalEntry.detail).where(JournalEntry.action == "statistics.operational_report")
        return [json.loads(detail) for detail in session.scalars(query)]


def test_the_office_sees_and_takes_the_report(office: Office, database: Database, come: Come) -> None:
    come("2017-09-04", "MIG-REG", "EMP-SENA")
    listed = office.client.get("/statistics/r4v").text
    assert ADDRESS in listed
    shown = office.client.get(ADDRESS).text
    assert "Lo que va a informar Alcaldía de Bucaramanga" in shown
    # The page holds the same exact figures as the file.
    assert entries(database) == [{"format": "page", "organisation": "alcaldia-bucaramanga", "rows": 2}]
    reply = post(office)
    assert reply.status_code == 200
    assert reply.headers["Content-Disposition"] == (
        'attachment; filename="r4v-5w-alcaldia-bucaramanga-2017-09.xlsx"'
    )  # fmt: skip
    assert "no-store" in reply.headers["Cache-Control"]
    check_upload(read_upload(reply.data))
    assert [(entry["format"], entry.get("reason"), entry["rows"]) for entry in entries(database)][-1] == (
        "r4v",
        "monthly_report",
        2,
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"confirmed": ""}, "van solo a la plataforma"), ({"reason": ""}, "Diga para qué"), ({"reason": "x"}, "Diga")],
)
def test_without_reason_or_word_nothing_leaves(
    office: Office, database: Database, come: Come, changes: dict[str, str], told: str
) -> None:
    come("2017-09-04")
    reply = post(office, **changes)
    assert reply.status_code == 422
    assert told in reply.text
    # The page before, and the refusal, which shows the same exact figures.
    assert [entry["format"] for entry in entries(database)] == ["page", "page"]


def test_a_month_without_people_says_so(office: Office, come: Come) -> None:
    come("2017-08-10")
    html = office.client.get(ADDRESS).text
    assert "Este informe no se puede hacer ahora" in html
    assert "no se atendió a nadie" in html
    assert office.client.get("/statistics/r4v/2017-13").status_code == 404


@pytest.mark.parametrize("role", ["agent", "supervisor", "auditor", "admin", "entity", None])
def test_nobody_but_the_office_has_it(office: Office, come: Come, role: str | None) -> None:
    come("2017-09-04")
    office.role = role
    for address in ("/statistics/r4v", ADDRESS, "/statistics/r4v/plan.yaml"):
        assert office.client.get(address).status_code in {401, 403}
    assert office.client.post(ADDRESS, data=FORM).status_code in {400, 401, 403}


def test_the_plan_can_be_read(office: Office) -> None:
    assert b"activities:" in office.client.get("/statistics/r4v/plan.yaml").data


def test_the_command_writes_the_file_and_the_journal(
    database: Database, database_url: str, come: Come, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(settings.instance))
    come("2017-09-04")
    output = settings.instance / "report.xlsx"

    def run(*words: str) -> tuple[int, str]:
        opened = Database(database_url, database.info)
        done = CliRunner().invoke(statistics_commands, ["export", *words], obj=lambda: opened)
        return done.exit_code, done.output

    assert run("2017-09", "--format", "r4v", "--output", str(output))[0] == 0
    check_upload(read_upload(output.read_bytes()))
    assert [entry["reason"] for entry in entries(database)] == ["monthly_report"]
    status, told = run("2017-10", "--format", "r4v", "--output", str(settings.instance / "none.xlsx"))
    assert (status, "no se atendió a nadie" in told) == (1, True)
    assert not (settings.instance / "none.xlsx").exists()
    status, told = run("2017-09", "--format", "r4v", "--output", str(Path("/nowhere/report.xlsx")))
    assert status == 1
    assert len(entries(database)) == 1


def test_doctor_names_needs_that_nobody_reports(database: Database, settings: Settings) -> None:
    with database.write_session() as session:
        load_shipped(session)
    assert list(check_operational_report(database, settings)) == []
    (settings.instance / FILE_NAME).write_text("country: Colombia\n", encoding="utf-8")
    assert "r4v.yaml no se puede usar" in " ".join(check_operational_report(database, settings))


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_is_legible_on_a_tablet_and_on_a_telephone(page: Page, office: Office, come: Come) -> None:
    come("2017-09-04", "MIG-REG", "EMP-SENA")
    with serve(office.app) as address:
        for width, height in ((1024, 768), (400, 800)):
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{address}{ADDRESS}")
            expect(page.get_by_role("heading", level=1)).to_contain_text("Informe a R4V")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            axe(page)
