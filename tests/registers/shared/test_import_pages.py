"""The pages of an import: what would change is shown first; then the good rows go in, and the others come back."""

import secrets
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from attention_point.foundation.access import SYSTEM
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import queries, services
from attention_point.registers.shared.schema.schema import Register
from attention_point.registers.shared.spreadsheets.exporting import build_xlsx
from attention_point.registers.shared.spreadsheets.spreadsheet_reader import read_spreadsheet
from tests.registers.support import fields_of, send_file
from tests.support.pages import PageClient

SignIn = Callable[..., PageClient]
HEAD = ["Nombre", "Estado", "Fecha"]
PROPOSAL_HEAD = ["Nombre", "Convocatoria", "Estado"]


@pytest.fixture
def office(as_role: SignIn) -> PageClient:
    """A browser with somebody of the office signed in."""
    return as_role("office")


def upload(client: PageClient, rows: list[list[Any]], head: list[str] = HEAD, register: Register = EVENTS) -> str:
    """Upload rows; gives the address of the page that says what they would change."""
    form_address = f"/registers/{register.name}/import"
    token = fields_of(client.get(form_address))["csrf_token"]
    reply = send_file(client, form_address, token, "a.xlsx", build_xlsx("A", head, rows))
    assert reply.status_code == 303, reply.get_data(as_text=True)
    return reply.headers["Location"]


def count_stored(app: Flask, register: Register = EVENTS) -> int:
    """How many records a register has."""
    with app.extensions["database"].read_session() as session:
        return queries.count_records(session, register)


def test_a_sheet_is_shown_then_imported_once(app: Flask, office: PageClient) -> None:
    address = upload(office, [[f"Foro {number}", "realizado", "2019"] for number in range(60)])
    page = office.get(address)
    assert "Por agregar: 60" in page.get_data(as_text=True)
    assert "Foro 49" in page.get_data(as_text=True)
    assert "Foro 50" not in page.get_data(as_text=True)
    assert "Foro 50" in office.get(f"{address}?after=51").get_data(as_text=True)
    assert "Foro 1" not in office.get(f"{address}?outcome=error").get_data(as_text=True)
    assert count_stored(app) == 0
    fields = fields_of(page)
    assert office.post(f"{address}/apply", data=fields).status_code == 303
    assert count_stored(app) == 60
    assert office.post(f"{address}/apply", data=fields).status_code == 404
    assert office.get(address).status_code == 404
    assert count_stored(app) == 60


def download_leftovers(client: PageClient, address: str) -> bytes:
    """The spreadsheet of the rows that an import leaves."""
    reply = client.get(f"{address}/to-correct.xlsx")
    assert reply.status_code == 200
    return reply.get_data()


def test_the_good_rows_go_in_and_the_wrong_ones_come_back_to_be_mended(app: Flask, office: PageClient) -> None:
    head = [*HEAD, "Asistentes", "Color"]
    address = upload(
        office,
        [
            ["Foro", "realizado", "mayo de 2018", "aprox. 25", "azul"],
            ["Feria", "quizás", "12 al 14 de mayo de 2018", 1.125, "rojo"],
            ["Día", "realizado", "2019-03-30", 12.0, "verde"],
        ],
        head,
    )
    page = office.get(address)
    text = page.get_data(as_text=True)
    assert "Estas columnas no se importan" in text
    assert "Color" in text
    assert "Importar 2 filas buenas" in text
    reply = office.post(f"{address}/apply", data=fields_of(page))
    assert (reply.status_code, reply.headers["Location"]) == (303, address)
    assert count_stored(app) == 2
    text = office.get(address).get_data(as_text=True)
    assert "Quedó 1 fila por corregir" in text
    assert "Foro" not in text
    content = download_leftovers(office, address)
    labels, rows = read_spreadsheet("a.xlsx", content)
    assert labels == ["Qué corregir", "Nombre", "Estado", "Fecha", "Participantes", "Color"]
    ((_number, cells),) = rows
    assert cells[0].startswith("Fila 3. ")
    assert "Estado" in cells[0]
    assert "Participantes" in cells[0]
    assert cells[1:] == ["Feria", "quizás", "12 al 14 de mayo de 2018", 1.125, "rojo"]
    # Mended in its own file and imported again.
    address = upload(office, [[cells[0], "Feria", "Realizado", *cells[3:4], "más de 300", "rojo"]], labels)
    reply = office.post(f"{address}/apply", data=fields_of(office.get(address)))
    assert reply.headers["Location"] == "/registers/events"
    with app.extensions["database"].read_session() as session:
        facts = {row.name: row.data for row in queries.list_records(session, EVENTS)}
    assert (facts["Foro"]["date"], facts["Foro"]["participants"]) == ("2018-05", {"number": 25, "mark": "approximate"})
    assert (facts["Feria"]["date"], facts["Feria"]["until"]) == ("2018-05-12", "2018-05-14")
    assert facts["Feria"]["participants"] == {"number": 300, "mark": "at_least"}
    assert (facts["Día"]["date"], facts["Día"]["participants"]) == ("2019-03-30", {"number": 12})


def test_a_repeated_row_is_asked_about(app: Flask, office: PageClient) -> None:
    rows = [["Mesa", "realizado", "2019"], ["mesa", "realizado", "2019"], ["Mesa", "realizado", "2018"]]
    address = upload(office, rows)
    page = office.get(address)
    assert "Tiene el mismo nombre y la misma fecha que la fila 2" in page.get_data(as_text=True)
    assert office.post(f"{address}/apply", data=fields_of(page)).status_code == 303
    assert count_stored(app) == 2
    # What was left is a matter of its file: the page of a finished import changes no record any more.
    assert office.post(f"{address}/apply", data=fields_of(page)).status_code == 409
    assert count_stored(app) == 2
    address = upload(office, [["Foro", "realizado", "2019"], ["Foro", "realizado", "2019"]])
    sent = {**fields_of(office.get(address)), "repeated": "yes"}
    assert office.post(f"{address}/apply", data=sent).headers["Location"] == "/registers/events"
    assert count_stored(app) == 4


def test_rows_that_mean_something_else_by_now_are_shown_again(app: Flask, office: PageClient) -> None:
    address = upload(office, [["Foro", "realizado", "2019"], ["Feria", "realizado", "2019"]])
    fields = fields_of(office.get(address))
    with app.extensions["database"].write_session() as session:
        services.add_record(session, SYSTEM, EVENTS, {"name": "Foro", "state": "planned", "date": "2019"})
    reply = office.post(f"{address}/apply", data=fields)
    assert reply.status_code == 409
    assert "Por cambiar: 1" in reply.get_data(as_text=True)
    assert count_stored(app) == 1
    assert office.post(f"{address}/apply", data=fields_of(reply)).status_code == 303
    assert count_stored(app) == 2


def test_a_rule_between_registers_names_each_row_that_it_refuses(app: Flask, office: PageClient) -> None:
    with app.extensions["database"].write_session() as session:
        services.add_record(session, SYSTEM, CALLS, {"name": "Fondo 2019"})
    rows = [["Agua", "Fondo 2019", "presentada"], ["Río", "Ninguna", "presentada"], ["Mar", "Otra", "presentada"]]
    address = upload(office, rows, PROPOSAL_HEAD, PROPOSALS)
    assert office.post(f"{address}/apply", data=fields_of(office.get(address))).headers["Location"] == address
    page = office.get(address).get_data(as_text=True)
    assert page.count("Ninguna convocatoria del registro tiene este nombre.") == 2
    assert "Agua" not in page
    assert count_stored(app, PROPOSALS) == 1
    # Once the call exists, the same rows go in with the file that came back.
    with app.extensions["database"].write_session() as session:
        for name in ("Ninguna", "Otra"):
            services.add_record(session, SYSTEM, CALLS, {"name": name})
    content = download_leftovers(office, address)
    token = fields_of(office.get("/registers/proposals/import"))["csrf_token"]
    address = send_file(office, "/registers/proposals/import", token, "b.xlsx", content).headers["Location"]
    assert office.post(f"{address}/apply", data=fields_of(office.get(address))).status_code == 303
    assert count_stored(app, PROPOSALS) == 3


def test_a_day_that_no_calendar_has_comes_back_as_it_was_written(app: Flask, office: PageClient) -> None:
    address = upload(office, [["Foro", "realizado", "2017-02-30"]])
    ((_number, cells),) = read_spreadsheet("a.xlsx", download_leftovers(office, address))[1]
    assert cells[1:] == ["Foro", "realizado", "2017-02-30"]
    assert count_stored(app) == 0


@pytest.mark.usefixtures("real_worker")  # its limit is what is tried: without it the machine would have none left
def test_a_file_that_needs_more_memory_than_there_is_ends_no_server(app: Flask, office: PageClient) -> None:
    # One text of a megabyte that stands in 20,000 cells: the file has half a megabyte, and the reader would hold 20 GB.
    form_address = "/registers/events/import"
    token = fields_of(office.get(form_address))["csrf_token"]
    content = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(build_xlsx("A", [*HEAD, *"a" * 97], [["LONG"] * 100] * 200))) as source,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package,
    ):
        for part in source.infolist():
            # Random digits: nothing that one could tell by the ratio of its sizes.
            long_text = secrets.token_hex(500_000).encode() if part.filename.endswith("sharedStrings.xml") else b""
            package.writestr(part.filename, source.read(part).replace(b"LONG", long_text))
    reply = send_file(office, form_address, token, "a.xlsx", content.getvalue())
    assert reply.status_code == 503
    assert "No se cambió nada" in reply.get_data(as_text=True)
    assert office.get(upload(office, [["Foro", "realizado", "2019"]])).status_code == 200
    assert count_stored(app) == 0
