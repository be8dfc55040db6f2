"""The pages of the agreements, as the office uses them."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import queries, services
from attention_point.registers.shared.records.organisations import ORGANISATIONS
from tests.registers.events.test_pages import reading
from tests.registers.support import fields_of, only, submit
from tests.support.pages import PageClient

SignIn = Callable[..., PageClient]
LIST = "/registers/agreements"
TYPED = {
    "name": "Convenio de parques",
    "number": "CI-2019-014",
    "object": "Aunar esfuerzos para recuperar parques",
    "state": "running",
    "started": "03/2019",
    "signed": "12/05/2019",
    "signatories": "Marta Ruiz\nPedro Díaz",
    "valid_from": "06/2019",
    "valid_to": "2021",
    "partners-0-name": "Fundación Río Vivo",
    "partners-0-role": "partner",
    "partners-1-name": "Embajada de Noruega",
    "partners-1-role": "funder",
    "amounts-0-amount-amount": "250000",
    "amounts-0-amount-currency": "USD",
    "amounts-1-amount-amount": "1.814.249.000",
    "contributions-0-side": "municipality",
    "contributions-0-means": "money",
    "contributions-0-amount-amount": "0",
    "contributions-1-side": "partners",
    "contributions-1-means": "in-kind",
    "contributions-1-amount-amount": "38000000",
    "contributions-1-amount-mark": "approximate",
    "contributions-1-share": "33,5",
    "milestones-0-name": "Mesas de trabajo",
    "milestones-0-count": "3",
    "milestones-0-date": "24/11/2019",
    "milestones-0-evidence": "acta.txt",
    "milestones-1-name": "Informe final",
    "milestones-1-due": "01/12/2019",
    "milestones-1-link": "https://parques.example.org/informe",
    "beneficiaries-0-group": "estudiantes",
    "beneficiaries-0-count-number": "10.000",
    "beneficiaries-0-count-mark": "at_least",
    "exchanges-0-country": "NL",
    "exchanges-0-topic": "uso de la bicicleta",
    "exchanges-0-officials-number": "2",
    "tags": "Parques",
}


@pytest.fixture
def office(as_role: SignIn) -> PageClient:
    """Somebody of the office."""
    return as_role("office")


def added(client: PageClient, **typed: Any) -> str:
    """Add an agreement by its form; its address."""
    reply = submit(client, f"{LIST}/new", **{**TYPED, **typed})
    assert reply.status_code == 303, reply.get_data(as_text=True)
    return reply.headers["Location"]


def text_of(client: PageClient, address: str) -> str:
    """A page as text."""
    return client.get(address).get_data(as_text=True)


def test_an_agreement_is_added_read_and_found(app: Flask, office: PageClient) -> None:
    assert "Todavía no hay convenios" in text_of(office, LIST)
    address = added(office)
    page = text_of(office, address)
    for text in (
        "CI-2019-014",
        "12 de mayo de 2019",
        "junio de 2019",
        "Embajada de Noruega (financiador)",
        "US$",
        "$ 1.814.249.000",
        "cerca de $ 38.000.000",
        "33,5",
        "al menos 10.000",
        "Países Bajos · uso de la bicicleta",
        "Cumplido",
    ):
        assert text in page, text
    for query in (
        "", "?q=parque", "?q=noruega", "?q=mesas", "?q=estudiantes", "?q=bicicleta", "?q=paises", "?q=netherlands",
        "?q=ruiz", "?state=running", "?tags=parques", "?year=2019", "?year=2020", "?year=2021",
    ):  # fmt: skip
        assert "Convenio de parques" in text_of(office, f"{LIST}{query}"), query
    for query in ("?q=dinamarca", "?state=signed", "?year=2018", "?year=2022"):
        assert "Convenio de parques" not in text_of(office, f"{LIST}{query}"), query
    with reading(app) as session:
        assert only(session, AGREEMENTS).data["contributions"][1]["share"] == "0.335"
        assert queries.count_records(session, ORGANISATIONS) == 2


def test_the_form_gives_back_what_is_kept(app: Flask, office: PageClient) -> None:
    address = added(office)
    sent = fields_of(office.get(f"{address}/edit"))
    assert {key: sent[key] for key in TYPED if key.startswith(("milestones", "exchanges"))} == {
        key: value for key, value in TYPED.items() if key.startswith(("milestones", "exchanges"))
    }
    assert sent["contributions-1-share"] == "33,5"
    assert office.post(f"{address}/edit", data=sent).status_code == 303
    with reading(app) as session:
        assert only(session, AGREEMENTS).version == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"valid_to": "05/2019"}, "valid_to"),
        ({"contributions-0-share": "70"}, "contributions-0-share"),
        ({"contributions-0-side": ""}, "contributions-0-side"),
        ({"milestones-1-name": ""}, "milestones-1-name"),
        ({"milestones-1-due": "pronto"}, "milestones-1-due"),
        ({"milestones-1-link": "parques"}, "milestones-1-link"),
        ({"beneficiaries-0-count-number": "muchos"}, "beneficiaries-0-count-number"),
        ({"exchanges-0-country": ""}, "exchanges-0-country"),
        ({"amounts-0-amount-amount": "1.2.3"}, "amounts-0-amount-amount"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    app: Flask, office: PageClient, typed: dict[str, str], field: str
) -> None:
    reply = submit(office, f"{LIST}/new", **{**TYPED, **typed})
    assert reply.status_code == 422
    assert f'data-field="{field}"' in reply.get_data(as_text=True)
    again = fields_of(reply)
    assert {key: again[key] for key in typed} == typed
    assert again["exchanges-0-topic"] == TYPED["exchanges-0-topic"]
    with reading(app) as session:
        assert queries.count_records(session, AGREEMENTS) == queries.count_records(session, ORGANISATIONS) == 0


def test_the_second_saver_is_told_what_differs(office: PageClient, as_role: SignIn) -> None:
    address = added(office)
    sent = fields_of(office.get(f"{address}/edit"))
    assert submit(as_role("office", number=2), f"{address}/edit", number="CI-2019-015").status_code == 303
    reply = office.post(f"{address}/edit", data={**sent, "number": "CI-2019-016"})
    assert reply.status_code == 409
    assert "CI-2019-015" in reply.get_data(as_text=True)
    assert fields_of(reply)["number"] == "CI-2019-016"


def test_the_history_says_who_changed_what(office: PageClient) -> None:
    address = added(office)
    submit(office, f"{address}/edit", state="done", **{"milestones-1-date": "30/11/2019"})
    page = text_of(office, f"{address}/history")
    for text in ("Ana Rojas", "En ejecución", "Ejecutado", "30 de noviembre de 2019"):
        assert text in page, text


def test_a_partner_is_the_same_in_every_register(app: Flask, office: PageClient) -> None:
    added(office)
    with app.extensions["database"].write_session() as session:
        event = {"name": "Día del río", "state": "done", "partners": [{"name": "FUNDACION RIO VIVO", "role": "host"}]}
        services.add_record(session, SYSTEM, EVENTS, event)
        (partner,) = queries.list_records_page(session, ORGANISATIONS, queries.RecordFilter("vivo"), None, 5)
    page = text_of(office, f"/registers/organisations/{partner.id}")
    assert "Día del río" in page
    assert "Convenio de parques" in page


def test_what_is_near_stands_on_the_list_until_it_is_over(office: PageClient) -> None:
    soon = clock.today() + timedelta(days=12)
    milestone = {"milestones-1-due": soon.strftime("%d/%m/%Y")}
    address = added(office, valid_to=(clock.today() - timedelta(days=2)).strftime("%d/%m/%Y"), **milestone)
    for page in (text_of(office, LIST), text_of(office, f"{LIST}/deadlines")):
        assert "Hace 2 días" in page
        assert "Fin de la vigencia" in page
        assert "Informe final" in page
        assert "En 12 días" in page
    assert "Hace 2 días" not in text_of(office, f"{LIST}?q=parques")
    submit(office, f"{address}/edit", state="ended")
    assert "Hace 2 días" not in text_of(office, LIST)
    assert "No hay plazos próximos ni vencidos" in text_of(office, f"{LIST}/deadlines")


def test_many_near_days_lead_to_their_page(app: Flask, office: PageClient) -> None:
    with app.extensions["database"].write_session() as session:
        for number in range(7):
            facts = {"name": f"Convenio {number}", "state": "signed", "valid_to": "2019"}
            services.add_record(session, SYSTEM, AGREEMENTS, facts)
    shown = text_of(office, LIST)
    assert "Ver todos los plazos" in shown
    assert shown.count("Fin de la vigencia") == 5
    assert text_of(office, f"{LIST}/deadlines").count("Fin de la vigencia") == 7


def test_evidence_leads_to_the_file_of_its_name(office: PageClient) -> None:
    address = added(office)
    page = text_of(office, address)
    assert f"{address}/files/" not in page
    assert 'href="https://parques.example.org/informe"' in page
    token = fields_of(office.get(address))["csrf_token"]
    sent = {"csrf_token": token, "file": (BytesIO(b"Acta de la mesa"), "acta.txt")}
    assert office.post(f"{address}/files", data=sent, content_type="multipart/form-data").status_code == 303
    page = text_of(office, address)
    assert page.count(">acta.txt</a>") == 2


def test_what_is_taken_out_can_be_brought_in(app: Flask, office: PageClient) -> None:
    added(office)
    with reading(app) as session:
        before = dict(only(session, AGREEMENTS).data)
    content = office.get(f"{LIST}/export.xlsx").get_data()
    token = fields_of(office.get(f"{LIST}/import"))["csrf_token"]
    sent = {"csrf_token": token, "file": (BytesIO(content), "convenios.xlsx")}
    looked = office.post(f"{LIST}/import", data=sent, content_type="multipart/form-data")
    assert looked.status_code == 303
    address = looked.headers["Location"]
    page = text_of(office, address)
    assert "Sin cambios" in page
    assert "Con errores" not in page
    with reading(app) as session:
        assert only(session, AGREEMENTS).data == before


def test_each_role_does_what_it_may(office: PageClient, as_role: SignIn) -> None:
    address = added(office)
    auditor = as_role("auditor")
    assert "Editar" not in text_of(auditor, address)
    assert auditor.get(f"{LIST}/deadlines").status_code == 200
    assert auditor.get(f"{LIST}/new").status_code == 403
    assert auditor.get(f"{LIST}/export.csv").status_code == 403
    assert as_role("agent").get(LIST).status_code == 403
    assert as_role("supervisor").get(f"{LIST}/export.csv").status_code == 200
