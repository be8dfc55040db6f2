"""The pages of an import: what would change is shown first, and then every row is written, or none."""

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from flask import Flask

from attention_point.foundation.access import SYSTEM
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import queries, services
from attention_point.registers.shared.schema.schema import Register
from attention_point.registers.shared.spreadsheets.exporting import build_xlsx
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


def test_a_wrong_row_keeps_the_file_out_and_stands_in_the_report(app: Flask, office: PageClient) -> None:
    address = upload(office, [["Foro", "realizado", "2019"], ["Feria", "quizás", "2019"]])
    page = office.get(address).get_data(as_text=True)
    assert "Importar todas las filas" not in page
    assert "Todavía no se puede importar" in page
    token = fields_of(office.get("/registers/events/import"))["csrf_token"]
    assert office.post(f"{address}/apply", data={"csrf_token": token}).status_code == 409
    report = office.get(f"{address}/report.csv").get_data().decode("utf-8-sig")
    assert [line[:3] for line in csv.reader(StringIO(report))][1:] == [
        ["2", "Por agregar", ""],
        ["3", "Con errores", "Estado"],
    ]
    assert count_stored(app) == 0


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
    reply = office.post(f"{address}/apply", data=fields_of(office.get(address)))
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert "Con errores: 2" in page
    assert page.count("Ninguna convocatoria del registro tiene este nombre.") == 2
    assert "Agua" not in page
    assert count_stored(app, PROPOSALS) == 0
    # The upload is still there: once the call exists, the same rows go in.
    with app.extensions["database"].write_session() as session:
        for name in ("Ninguna", "Otra"):
            services.add_record(session, SYSTEM, CALLS, {"name": name})
    assert office.post(f"{address}/apply", data=fields_of(office.get(address))).status_code == 303
    assert count_stored(app, PROPOSALS) == 3
