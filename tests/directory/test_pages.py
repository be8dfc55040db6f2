"""Pages of the directory, each looked at by the client that checks them."""

import re
from collections.abc import Callable
from datetime import date

from werkzeug.test import TestResponse

from attention_point.directory import queries
from attention_point.directory.service_rows import ServiceRow
from attention_point.directory.snapshot import EntityRow
from attention_point.foundation.access import ROLES
from attention_point.foundation.database import Database
from tests.support.pages import Element, PageClient, read

Browse = Callable[[str], PageClient]
PAGES = [
    "/directory",
    "/directory?state=all&q=Registradur%C3%ADa",
    "/directory?state=nonsense&after=nobody",
    "/directory?q=zzzz",
    "/directory/entities/icbf",
    "/directory/entities/dane",
    "/directory/services",
    "/directory/services/RC-CO",
    "/directory/services/NNA-PROT",
    "/directory/services/VBG",
    "/directory/points",
]
EDITS = [
    "/directory/entities/new",
    "/directory/entities/icbf/edit",
    "/directory/services/new",
    "/directory/services/RC-CO/edit",
    "/directory/points/bucaramanga/edit",
]


def fields(page: TestResponse) -> dict[str, str | list[str]]:
    """What the page's own form would send, as it stands."""
    html = page.get_data(as_text=True)
    elements = read(html)
    form = next(element for element in elements if element.tag == "form" and "data-once" in element.attributes)
    sent: dict[str, str | list[str]] = {}
    for element in form.inside:
        name, kind = element.get("name"), element.get("type")
        if not name or element.tag not in {"input", "select", "textarea"}:
            continue
        if element.tag == "select":
            sent[name] = next((option.get("value") for option in element.inside if "selected" in option.attributes), "")
        elif kind in {"checkbox", "radio"}:
            if "checked" in element.attributes:
                sent.setdefault(name, [])
                sent[name] = [*sent[name], element.get("value")]
        else:
            sent[name] = text_of(element) if element.tag == "textarea" else element.get("value")
    return sent


def text_of(area: Element) -> str:
    return area.text.lstrip("\r\n")


def entity(database: Database, code: str) -> EntityRow | None:
    with database.read_session() as session:
        return queries.find_entity(session, code)


def service(database: Database, code: str) -> ServiceRow:
    with database.read_session() as session:
        row = queries.find_service(session, code)
    assert row is not None
    return row


def test_every_role_reads_the_directory(browse: Browse) -> None:
    for role in ROLES:
        client = browse(role)
        for address in PAGES:
            assert client.get(address).status_code == 200, (role, address)


def test_only_who_keeps_the_directory_edits_it(browse: Browse) -> None:
    for role, held in ROLES.items():
        client = browse(role)
        status = 200 if "directory.edit" in held else 403
        for address in EDITS:
            assert client.get(address).status_code == status, (role, address)
        shows = 'href="/directory/entities/icbf/edit"' in client.get("/directory/entities/icbf").get_data(as_text=True)
        assert shows is (status == 200), role


def test_both_languages_are_spoken(browse: Browse) -> None:
    client = browse("office")
    assert "Registradur\u00eda" in client.get("/directory").get_data(as_text=True)
    client.set_cookie("language", "en")
    assert "Civil Registry" in client.get("/directory").get_data(as_text=True)


def test_what_is_not_there_is_said_so(browse: Browse) -> None:
    client = browse("office")
    for address in (
        "/directory/entities/nobody",
        "/directory/services/NO/edit",
        "/directory/points/no/edit",
        "/directory/nothing",
    ):
        assert client.get(address).status_code == 404, address


def test_search_finds_by_name_without_accents_and_by_state(browse: Browse) -> None:
    client = browse("agent")
    page_text = client.get("/directory?q=REGISTRADURIA").get_data(as_text=True)
    assert "/directory/entities/registraduria" in page_text
    assert "/directory/entities/icbf" not in page_text
    assert "/directory/entities/icbf" in client.get("/directory?state=to-confirm").get_data(as_text=True)
    assert "/directory/entities/icbf" not in client.get("/directory?state=past").get_data(as_text=True)


def test_a_form_sent_as_it_stands_changes_nothing(browse: Browse, shipped: Database) -> None:
    client = browse("office")
    before = entity(shipped, "icbf"), service(shipped, "RC-CO")
    for address in ("/directory/entities/icbf/edit", "/directory/services/RC-CO/edit"):
        assert client.post(address, data=fields(client.get(address))).status_code == 303, address
    assert (entity(shipped, "icbf"), service(shipped, "RC-CO")) == before


BAD = [
    ("name-es", "x" * 151, "name-es"),
    ("name-es", "", "name-es"),
    ("short-en", "a\ufffdb", "short-en"),
    ("valid_to", "31/12/2016", "valid_to"),
    ("valid_to", "30/02/2018", "valid_to"),
    ("valid_from", "soon", "valid_from"),
    ("valid_from", "01/01/0017", "valid_from"),
    ("kind", "royal", "kind"),
]


SHOWN_AGAIN = {"name-es", "short-en", "valid_from", "valid_to"}


def test_bad_input_comes_back_as_typed_with_the_field_named(browse: Browse, shipped: Database) -> None:
    client = browse("office")
    address = "/directory/entities/icbf/edit"
    before, form = entity(shipped, "icbf"), fields(client.get(address))
    for name, value, wrong in BAD:
        sent = {**form, "description-es": "Otra frase", name: value}
        reply = client.post(address, data=sent)
        html = reply.get_data(as_text=True)
        assert reply.status_code == 422, name
        assert f'data-field="{wrong}"' in html, name
        assert f'id="{wrong}-error"' in html, name
        back = fields(reply)
        assert back["description-es"] == "Otra frase"
        if name in SHOWN_AGAIN:
            assert back[name] == value
    assert entity(shipped, "icbf") == before


def test_a_missing_text_is_named_after_what_it_belongs_to(browse: Browse) -> None:
    admin = browse("admin")
    form = fields(admin.get("/directory/entities/new"))
    reply = admin.post("/directory/entities/new", data=form)
    links = [element.text for element in read(reply.text) if element.tag == "a" and element.get("href").endswith("es")]
    assert len(links) == len(set(links))
    assert "Nombre completo, En español: Este dato es obligatorio." in links


def test_an_entry_of_a_list_is_named_by_its_place(browse: Browse, shipped: Database) -> None:
    client = browse("office")
    address = "/directory/services/RC-CO/edit"
    sent = fields(client.get(address))
    sent |= {"documents-4-type": "QQ", "documents-4-valid_from": "01/01/2018", "offers-0-entity": "nobody"}
    html = client.post(address, data=sent).get_data(as_text=True)
    assert 'id="documents-4-type-error"' in html
    assert 'value="QQ"' in html
    sent |= {"documents-4-type": "PA"}
    html = client.post(address, data=sent).get_data(as_text=True)
    assert 'id="offers-0-entity-error"' in html
    sent |= {"offers-0-entity": "", "offers-0-order": "", "offers-0-valid_from": ""}
    sent.pop("offers-0-verified", None)
    html = client.post(address, data=sent).get_data(as_text=True)
    assert 'id="offers-0-entity-error"' in html
    assert len(service(shipped, "RC-CO").documents) == 4


def test_a_service_s_papers_dates_and_offers_are_edited(browse: Browse, shipped: Database) -> None:
    client = browse("office")
    address = "/directory/services/DDHH/edit"
    sent = fields(client.get(address))
    sent |= {"offers-0-order": "8", "valid_to": "31/12/2030"}
    before = service(shipped, "DDHH")
    assert client.post(address, data=sent).status_code == 303
    row = service(shipped, "DDHH")
    assert [offer.entity for offer in row.offers][:2] == ["defensoria", "consultorios-juridicos"]
    # The page does not show what the rules read, and leaves it as it is.
    assert row.advice
    assert (row.advice, row.urgent_if, row.suggested_if) == (before.advice, before.urgent_if, before.suggested_if)
    assert (row.valid_to, row.origin) == (date(2030, 12, 31), "edited")


def test_the_second_saver_sees_both_versions_and_keeps_what_was_typed(browse: Browse, shipped: Database) -> None:
    client = browse("office")
    address = "/directory/entities/icbf/edit"
    first = fields(client.get(address))
    assert client.post(address, data={**first, "short-es": "Uno"}).status_code == 303
    reply = client.post(address, data={**first, "short-es": "Dos"})
    assert reply.status_code == 409
    cells = re.findall(r"<td>([^<]*)</td>", reply.get_data(as_text=True))
    assert {word for word in ("Uno", "Dos") if any(word in cell for cell in cells)} == {"Uno", "Dos"}
    row = entity(shipped, "icbf")
    assert row is not None
    assert row.short["es"] == "Uno"
    assert client.post(address, data=fields(reply)).status_code == 303  # knowingly, in place of the first
    row = entity(shipped, "icbf")
    assert row is not None
    assert row.short["es"] == "Dos"


def test_an_entity_and_a_service_are_added_by_page(browse: Browse, shipped: Database) -> None:
    client = browse("office")
    texts: dict[str, str | list[str]] = {
        f"{name}-{language}": "Casa Abierta" for name in ("name", "short", "description") for language in ("es", "en")
    }
    address = "/directory/entities/new"
    sent = {**fields(client.get(address)), **texts, "kind": "municipal", "valid_from": "1/1/2018"}
    assert client.post(address, data={**sent, "code": "new"}).status_code == 422
    assert client.post(address, data={**sent, "code": "icbf"}).status_code == 422
    reply = client.post(address, data={**sent, "code": "casa-abierta"})
    assert reply.headers["Location"] == "/directory/entities/casa-abierta"
    assert client.get("/directory/entities/casa-abierta").status_code == 200
    address = "/directory/services/new"
    sent = {**fields(client.get(address)), **texts, "code": "ALBERGUE", "need": "ALBERGUE", "documents_none": "y"}
    sent |= {"valid_from": "01/01/2018", "fields": ["given_names", "age"]}
    assert client.post(address, data=sent).status_code == 422  # nobody offers it yet
    sent |= {"offers-0-entity": "casa-abierta", "offers-0-order": "1", "offers-0-valid_from": "01/01/2018"}
    assert client.post(address, data=sent).headers["Location"] == "/directory/services/ALBERGUE"
    assert service(shipped, "ALBERGUE").fields == ("given_names", "age")


def test_a_form_without_its_token_is_refused(browse: Browse, shipped: Database) -> None:
    client = browse("office")
    sent = fields(client.get("/directory/entities/icbf/edit"))
    del sent["csrf_token"]
    assert client.post("/directory/entities/icbf/edit", data={**sent, "short-es": "Otro"}).status_code == 403
    row = entity(shipped, "icbf")
    assert row is not None
    assert row.short["es"] == "ICBF"
