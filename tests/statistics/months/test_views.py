"""The office's pages and downloads."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.dates import Period
from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import LoadedCounts, load_visits
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.language import in_language
from attention_point.foundation.paperwork import format_cell
from attention_point.foundation.report_pages import build_report_wording
from attention_point.foundation.settings import Settings
from attention_point.statistics.month_papers.loading import build_provisional_paper
from attention_point.statistics.month_papers.period_report import build_period_report
from attention_point.statistics.open_data import files, public_files
from attention_point.statistics.releases import services
from attention_point.statistics.releases.models import Release, ReleaseProposal
from attention_point.tallies import queries as tally_queries
from tests.statistics.conftest import SEPTEMBER, Office
from tests.statistics.releases.publishing import publish_month
from tests.support.directory import load_shipped
from tests.support.pages import read
from tests.support.visits import recorded as attended

Recorded = Callable[..., None]


def _journal(database: Database) -> list[tuple[str | None, ...]]:
    columns = (JournalEntry.action, JournalEntry.subject, JournalEntry.subject_id, JournalEntry.detail)
    with database.read_session() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(JournalEntry.seq))]


def test_an_empty_house_says_so(office: Office) -> None:
    assert "Todavía no hay cifras" in office.client.get("/statistics").text
    assert "no se registró nada" in office.client.get("/statistics/2017-09").text


def test_the_months_are_listed_newest_first(office: Office, recorded: Recorded) -> None:
    recorded(30, date(2017, 8, 1))
    recorded(30, SEPTEMBER)
    html = office.client.get("/statistics").text
    assert html.index("septiembre de 2017") < html.index("agosto de 2017")
    older = office.client.get("/statistics?before=2017-09").text
    assert "agosto de 2017" in older
    assert "septiembre de 2017" not in older


def test_the_page_holds_the_figures_of_the_document(office: Office, recorded: Recorded, database: Database) -> None:
    recorded(750)
    html = office.client.get("/statistics/2017-09").text
    with database.read_session() as session, in_language("es"):
        document = build_period_report(build_provisional_paper(session, Period("month", SEPTEMBER)), folds_zeros=True)
        elements = {element.get("id"): element for element in read(html) if element.tag == "table"}
        for table in document.tables:
            shown = [
                [" ".join(cell.text.split()) for cell in line.inside if cell.tag in {"th", "td"}]
                for line in elements[f"table-{table.id}"].inside
                if line.tag == "tr"
            ]
            expected = [
                [
                    format_cell(cell, column.kind, build_report_wording())
                    for cell, column in zip(row, table.columns, strict=True)
                ]
                for row in table.rows
            ]
            heard = [[re.sub(r"^\[r\].*", "[r]", cell) for cell in line] for line in shown[1:]]
            assert heard == [[" ".join(cell.split()) for cell in line] for line in expected], table.id
    assert "Provisional, de uso interno" in html


def _headline(html: str) -> dict[str, str]:
    """The headline figures of a page by their labels."""
    figures = [element for element in read(html) if element.get("class") == "headline__figure"]
    return {
        next(part.text for part in figure.inside if part.tag == "dt"): next(
            part.text for part in figure.inside if part.get("class") == "headline__value"
        )
        for figure in figures
    }


def test_every_chart_of_the_page_is_there(office: Office, recorded: Recorded) -> None:
    recorded(750)
    client = office.client
    pictures = [
        element.get("src")
        for element in read(client.get("/statistics/2017-09").text)
        if "charts/" in element.get("src")
    ]
    assert len(pictures) == 2
    for address in pictures:
        reply = client.get(address)
        assert (reply.status_code, reply.mimetype) == (200, "image/svg+xml")
        assert b"<svg" in reply.data
    assert client.get("/statistics/2017-09/charts/no-such-chart.svg").status_code == 404


@pytest.mark.parametrize("kind", files.FILE_FORMATS)
def test_a_download_is_journaled(office: Office, recorded: Recorded, database: Database, kind: str) -> None:
    recorded(60)
    reply = office.client.get(f"/statistics/2017-09.{kind}")
    assert (reply.status_code, reply.mimetype) == (200, files.FILE_FORMATS[kind].mimetype)
    assert reply.headers["Content-Disposition"] == f'attachment; filename="cifras-2017-09-provisional.{kind}"'
    detail = f'{{"format":"{kind}","version":null}}'
    assert _journal(database)[-1:] == [("statistics.export", "month", "2017-09", detail)]


def test_an_unknown_format_is_refused_in_words(office: Office, recorded: Recorded, database: Database) -> None:
    recorded(60)
    for kind in ("doc", "exe"):
        reply = office.client.get(f"/statistics/2017-09.{kind}")
        assert reply.status_code == 404
        assert "pdf, xlsx, csv, json" in reply.text
    assert [entry for entry in _journal(database) if entry[0] == "statistics.export"] == []


def test_a_released_month_is_shown_as_it_was_released(office: Office, recorded: Recorded, database: Database) -> None:
    recorded(300)
    with database.write_session() as session:
        first = publish_month(session, 310).hash
        second = publish_month(session, 320, note="Faltaba un día.").hash
    client = office.client
    listed = client.get("/statistics").text
    assert "Publicado, versión 2" in listed
    shown = client.get("/statistics/2017-09").text
    assert "Publicado, versión 2" in shown
    assert "Provisional, de uso interno" not in shown
    assert "Faltaba un día." in shown
    assert _headline(shown)["Atenciones"] == "320"
    assert second[:16] in shown
    older = client.get("/statistics/2017-09?version=1").text
    assert _headline(older)["Atenciones"] == "310"
    assert first[:16] in older
    now = client.get("/statistics/2017-09?provisional=1").text
    assert "Provisional, de uso interno" in now
    assert _headline(now)["Atenciones"] == "300"
    for wrong in ("3", "0", "one", "99999999"):
        reply = client.get(f"/statistics/2017-09?version={wrong}")
        assert reply.status_code == 404
        assert "o esta versión, no se ha publicado" in reply.text


def test_downloads_are_of_what_the_page_shows(office: Office, recorded: Recorded, database: Database) -> None:
    recorded(300)
    with database.write_session() as session:
        publish_month(session, 310)
    client = office.client
    links = {
        element.get("href")
        for address in ("/statistics/2017-09", "/statistics/2017-09?provisional=1")
        for element in read(client.get(address).text)
        if re.match(r"/statistics/2017-09\.", element.get("href"))
    }
    assert len(links) == 2 * len(files.FILE_FORMATS)
    for link in links:
        name = "cifras-2017-09-provisional" if "provisional" in link else "cifras-2017-09-v1"
        assert name in client.get(link).headers["Content-Disposition"]


def test_a_month_is_published_by_who_has_looked_through_it(office: Office, recorded: Recorded) -> None:
    recorded(0)
    empty = office.client.get("/statistics/2017-09/release").text
    assert "Las cifras de septiembre de 2017 no se pueden publicar ahora" in empty
    assert "no se registró nada" in empty
    this_month = f"{clock.today():%Y-%m}"
    assert "no ha terminado" in office.client.get(f"/statistics/{this_month}/release").text


def _attend_people(database: Database) -> None:
    """A week of September, and a day of August, so that no quarter is whole: examining it would take longest."""
    with database.write_session() as session:
        load_shipped(session)
        load_visits(session, invent_visits(25, SEPTEMBER, date(2017, 9, 8), 5), LoadedCounts())
        attended(session)


@pytest.fixture
def office_of_two(office: Office, settings: Settings) -> Office:
    """The pages of an office where a second person approves what is published."""
    office.app.extensions["settings"] = replace(settings, release_approval="two-people")
    return office


def _read_form(page: TestResponse) -> dict[str, str]:
    return {element.get("name"): element.get("value") for element in read(page.text) if element.tag == "input"}


def test_a_month_is_published_from_its_page(office: Office, database: Database, settings: Settings) -> None:
    """Sealed visits are recounted, protected, audited and frozen as the office does it; no service is replaced."""
    _attend_people(database)
    client, address = office.client, "/statistics/2017-09/release"
    page = client.get(address)
    assert "Antes de publicar" in page.text
    reply = client.post(address, data={**_read_form(page), "checked": "y"})
    assert (reply.status_code, reply.headers["Location"]) == (302, "/statistics/2017-09")
    reply.close()  # as the server does once all is sent: the public files are drawn now
    with database.read_session() as session:
        release = session.scalars(select(Release).where(Release.period == "2017-09")).one()
        counts = tally_queries.sum_month_tables(session, SEPTEMBER)
    content = json.loads(release.content)
    assert (release.version, release.released_by) == (1, f"account:{UUID(int=7)}")
    assert content["totals"]["attentions"] == sum(counts["attentions-by-day"].values()) > 0
    assert ("statistics.release", "month", "2017-09") in [entry[:3] for entry in _journal(database)]
    # What is drawn has the number of its drawing in its name.
    drawn = {kind: f"-d{public_files.DRAWING}" for kind in public_files.DRAWN_FORMATS}
    names = {f"2017-09-v1-{release.hash}{drawn.get(kind, '')}.{kind}" for kind in files.FILE_FORMATS}
    assert names <= {path.name for path in (settings.instance / public_files.FOLDER).iterdir()}
    assert "versión 1" in client.get("/statistics/2017-09").text
    assert client.get("/open-data/2017-09.json").get_json()["hash"] == release.hash
    page = client.get(address)
    assert "Las cifras de septiembre de 2017 no se pueden publicar ahora" in page.text
    with database.read_session() as session:
        assert len(session.scalars(select(Release).where(Release.period == "2017-09")).all()) == 1


def test_two_people_publish_a_month_where_the_settings_ask_for_it(office_of_two: Office, database: Database) -> None:
    _attend_people(database)
    client, address = office_of_two.client, "/statistics/2017-09/release"
    page = client.get(address)
    assert "Proponer la publicación" in page.text
    fields = {**_read_form(page), "checked": "y", "reader_note": "El 4 no hubo atención."}
    assert client.post(address, data=fields).headers["Location"] == address
    own = client.get(address)
    assert "Espera a otra persona" in own.text
    assert "/release/approval" not in own.text
    # Not even by an address that the page does not offer.
    approval = {**_read_form(own), "seal": _read_seal(database), "approved": "y"}
    refused = client.post(f"{address}/approval", data=approval)
    assert (refused.status_code, "otra persona debe aprobarlas" in refused.text) == (403, True)
    office_of_two.number = 8
    page = client.get(address)
    assert "Espera su aprobación" in page.text
    assert "El 4 no hubo atención." in page.text
    fields = _read_form(page)
    unsure = client.post(f"{address}/approval", data={key: fields[key] for key in ("csrf_token", "seal")})
    assert (unsure.status_code, "Confirme que ha revisado las cifras." in unsure.text) == (422, True)
    reply = client.post(f"{address}/approval", data={**fields, "approved": "y"})
    assert (reply.status_code, reply.headers["Location"]) == (302, "/statistics/2017-09")
    assert "Nota de la oficina: El 4 no hubo atención." in client.get("/statistics/2017-09").text
    acted = [entry[0] for entry in _journal(database) if entry[1:3] == ("month", "2017-09")]
    assert [action for action in acted if action != "statistics.export"] == ["statistics.propose", "statistics.release"]


@pytest.mark.usefixtures("unaudited")
def test_a_quarter_that_could_not_be_published_with_its_last_month_has_its_own_page(
    office_of_two: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write_session() as session, monkeypatch.context() as patch:
        load_shipped(session)
        load_visits(session, invent_visits(25, SEPTEMBER, date(2017, 9, 8), 5), LoadedCounts())
        patch.setattr(services, "_release_longer_periods", lambda *_arguments: None)
        services.release_period(session, SYSTEM, Period("month", SEPTEMBER))
    client, address = office_of_two.client, "/statistics/2017-Q3/release"
    assert "Sin publicar todavía" in client.get("/statistics").text
    assert address in client.get("/statistics/2017-Q3").text
    client.post(address, data={**_read_form(client.get(address)), "checked": "y"})
    office_of_two.number = 8
    assert address in client.get("/statistics").text
    reply = client.post(f"{address}/approval", data={**_read_form(client.get(address)), "approved": "y"})
    assert (reply.status_code, reply.headers["Location"]) == (302, "/statistics/2017-Q3")
    assert "versión 1" in client.get("/statistics/2017-Q3").text


@pytest.mark.usefixtures("unaudited")
def test_a_proposal_is_withdrawn_on_its_page(office_of_two: Office, database: Database) -> None:
    _attend_people(database)
    client, address = office_of_two.client, "/statistics/2017-09/release"
    client.post(address, data={**_read_form(client.get(address)), "checked": "y"})
    fields = _read_form(client.get(address))
    assert client.post(f"{address}/withdrawal", data=fields).headers["Location"] == address
    assert "La propuesta se retiró" in client.get(address).text
    assert "Proponer la publicación" in client.get(address).text
    office_of_two.role = "auditor"
    for ending in ("", "/approval", "/withdrawal"):
        assert client.post(f"{address}{ending}", data=fields).status_code == 403


def _read_seal(database: Database) -> str:
    with database.read_session() as session:
        return session.scalars(select(ReleaseProposal)).one().seal


@pytest.mark.usefixtures("unaudited")
def test_figures_that_changed_since_the_page_was_read_are_not_published(office: Office, database: Database) -> None:
    _attend_people(database)
    client, address = office.client, "/statistics/2017-09/release"
    fields = _read_form(client.get(address))
    with database.write_session() as session:
        load_visits(session, invent_visits(60, SEPTEMBER, date(2017, 9, 8), 6), LoadedCounts())
    reply = client.post(address, data={**fields, "checked": "y"})
    assert reply.status_code == 409
    with database.read_session() as session:
        assert session.scalars(select(Release)).all() == []


def test_what_does_not_agree_with_the_visits_is_not_published(
    office: Office, recorded: Recorded, database: Database
) -> None:
    recorded(300)  # counts without visits behind them
    client = office.client
    fields = _read_form(client.get("/statistics/2017-09/release"))
    assert fields["fingerprint"]
    unsure = client.post("/statistics/2017-09/release", data={**fields, "checked": ""})
    assert unsure.status_code == 422
    assert "Confirme que ha revisado las cifras." in unsure.text
    refused = client.post("/statistics/2017-09/release", data={**fields, "checked": "y"})
    assert refused.status_code == 400
    assert "no son lo que dicen las atenciones" in refused.text
    assert "Provisional" in client.get("/statistics").text
    assert [entry for entry in _journal(database) if entry[0] == "statistics.release"] == []


def test_what_is_no_month_is_refused_in_words(office: Office) -> None:
    client = office.client
    for month in ("2017-13", "2017-00", "17-09", "septiembre", "2017-9", "1999-01", "2017-09-01"):
        for ending in ("", ".pdf", ".json", "/charts/people-by-need.svg", "/release"):
            reply = client.get(f"/statistics/{month}{ending}")
            assert reply.status_code == 404
            assert "Esto no es un mes" in reply.text


def test_a_quarter_and_a_year_are_read_like_a_month(office: Office, recorded: Recorded) -> None:
    recorded(60)
    for code, name in (("2017-Q3", "julio–septiembre de 2017"), ("2017", "Cifras de 2017")):
        shown = office.client.get(f"/statistics/{code}")
        assert shown.status_code == 200
        assert name in shown.text
        assert "/release" not in shown.text  # it is released with its last month
        assert office.client.get(f"/statistics/{code}.pdf").data.startswith(b"%PDF")


def test_a_month_to_come_is_refused_in_words(office: Office, database: Database) -> None:
    for ending in ("", ".pdf", ".csv"):
        reply = office.client.get(f"/statistics/2099-01{ending}")
        assert reply.status_code == 404
        assert "todavía no ha comenzado" in reply.text
    assert office.client.get("/statistics?before=nothing").status_code == 404
    assert _journal(database) == []


@pytest.mark.parametrize(
    ("role", "sees", "takes"),
    [("office", 200, 200), ("supervisor", 200, 200), ("auditor", 200, 403), ("admin", 200, 403), ("agent", 403, 403),
     ("entity", 403, 403), (None, 401, 401)],
)  # fmt: skip
def test_who_may_see_and_who_may_take(office: Office, role: str | None, sees: int, takes: int) -> None:
    office.role = role
    client = office.client
    assert client.get("/statistics").status_code == sees
    seen = client.get("/statistics/2017-09")
    assert seen.status_code == sees
    for kind in files.FILE_FORMATS:
        assert client.get(f"/statistics/2017-09.{kind}").status_code == takes
    assert client.get("/statistics/2017-09/release").status_code == takes
