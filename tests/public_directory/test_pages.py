"""The public pages: found by plain words, read without an account, in both languages, on a cheap telephone."""

import gzip
import re
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import update
from werkzeug.test import TestResponse

from attention_point.directory.models import Point
from attention_point.directory.revision import increase_revision
from attention_point.foundation.language import in_language
from attention_point.public_directory import search
from attention_point.public_directory.pages.phone_links import build_phone_address, build_whatsapp_address
from tests.public_directory.places import fill_places
from tests.support.pages import PageClient, read, title_of


@pytest.fixture
def reader(app: Flask) -> PageClient:
    """Somebody without an account, over a directory in which some places are known in full."""
    fill_places(app, "migracion-colombia", "comisaria-familia", "salud")
    return PageClient(app, app.response_class)


def text(page: TestResponse) -> str:
    """The page's body."""
    return page.get_data(as_text=True)


def list_needs(page: str) -> list[str]:
    """The codes of the needs to which a part of a page leads, in order."""
    return re.findall(r"/help/e[sn]/needs/([A-Z-]+)", page)


def find(reader: PageClient, typed: str, language: str = "es") -> list[str]:
    """The needs that a search found, best first."""
    page = text(reader.get(f"/help/{language}/", query_string={"q": typed}))
    return (
        list_needs(page.partition("Todo lo que hay")[0].partition("Everything there is")[0]) if "<h2>" in page else []
    )


@pytest.mark.parametrize(
    ("typed", "need"),
    [
        ("mi esposo me pega", "VBG"),
        ("estoy embarazada y tengo dolor", "SALUD-URG"),
        ("MEDICO", "SALUD-URG"),
        ("médicos", "SALUD-URG"),
        ("cupo colejio", "EDU"),
        ("necesito trabajo", "EMP-SENA"),
        ("tengo hambre", "HUMAN"),
        ("ppt", "MIG-REG"),
        ("sisben", "SALUD-AFIL"),
        ("me quitaron el pasaporte y me obligan", "TRATA"),
        ("queja policia", "QUEJA-SP"),
        ("un niño solo", "NNA-PROT"),
        ("mi hijo no tiene papeles", "MIG-REG"),
        ("papeles", "MIG-REG"),
        ("my son has no papers", "MIG-REG"),
        ("pasaporte vensido", "MIG-REG"),
        ("mediko", "SALUD-URG"),
        ("me duele la muela", "SALUD-URG"),
        ("kiero matarme", "SALUD-URG"),
        ("sisbem", "SALUD-AFIL"),
        ("perdi el pepete", "PPT-DUP"),
        ("donde durmir", "HUMAN"),
        ("no tengo plata", "HUMAN"),
        ("me quitaron a mi hijo", "NNA-PROT"),
        ("me an golpeado", "VBG"),
        ("migracion me quiere sacar", "MEDIDA-MIG"),
        ("me ban a botar de la casa", "VIVIENDA"),
    ],
)
def test_a_need_is_found_in_the_person_s_words(reader: PageClient, typed: str, need: str) -> None:
    assert need in find(reader, typed)[:3]


@pytest.mark.parametrize("typed", ["zzz", "hh", "mm vv"])
def test_what_sounds_like_nothing_finds_nothing(reader: PageClient, typed: str) -> None:
    assert "No se encontró nada" in text(reader.get("/help/es/", query_string={"q": typed}))


def test_a_search_keeps_nothing_and_says_so_when_it_finds_nothing(reader: PageClient) -> None:
    page = reader.get("/help/es/", query_string={"q": "xyzzy <script>"})
    assert "No se encontró nada" in text(page)
    assert "<script>alert" not in text(page)
    assert page.headers["Cache-Control"] == "no-store"
    assert "Bienestar Familiar" in text(reader.get("/help/es/?q=icbf"))
    assert "Unidad Administrativa Especial Migración Colombia" in text(reader.get("/help/es/?q=garcia+rovira"))


def test_a_need_says_what_to_bring_where_when_and_how_sure(reader: PageClient) -> None:
    page = text(reader.get("/help/es/needs/MIG-REG"))
    for expected in (
        "Permiso para vivir en Colombia",
        "Lo que está abierto hoy",
        "Si ninguno de estos es su caso",
        "Calle 35 # 10-43, Frente al parque García Rovira, García Rovira, Bucaramanga",
        "8:00 a 12:00 y 14:00 a 17:00",
        "Solo con cita. Pídala por WhatsApp.",
        "Es gratis.",
        'href="tel:+576076337000"',
        'href="https://wa.me/573001234567"',
        "Confirmado el 01/11/2026",
        "Si le dicen que no",
    ):
        assert expected in page, expected
    english = text(reader.get("/help/en/needs/MIG-REG"))
    assert "Opposite García Rovira park" in english
    assert "What is open today" in english
    assert 'lang="en"' in english


def test_peer_15_the_page_says_what_nobody_confirmed(reader: PageClient) -> None:
    assert "Nadie ha confirmado todavía estos datos" in text(reader.get("/help/es/needs/INTEGRATE"))


def test_what_nobody_knows_is_not_called_data_and_leads_to_the_point(app: Flask, reader: PageClient) -> None:
    with app.extensions["database"].write_session() as session:
        session.execute(update(Point).values(address={"es": "Carrera 15 # 30-20", "en": "Carrera 15 # 30-20"}))
        increase_revision(session)
    for address in ("/help/es/needs/EDU", "/help/es/entities/icbf"):
        page = text(reader.get(address))
        assert "Nadie ha confirmado" not in page
        assert page.count("Todavía no sabemos su dirección. Pregunte en el punto de atención.") == 1
        assert "Carrera 15 # 30-20" in page
    places = text(reader.get("/help/es/neighbourhoods"))
    assert places.index("Calle 35 # 10-43") < places.index("Todavía no se sabe la dirección")
    assert "Consultorio jurídico – Consultorio jurídico" not in places
    assert "Consultorio jurídico de la UNAB" in places
    leaflet = PdfReader(BytesIO(reader.get("/help/es/needs/EDU.pdf").get_data())).pages[0].extract_text()
    assert "Carrera 15 # 30-20" in " ".join(leaflet.split())


def test_every_page_leads_to_that_of_a_slip_s_code(reader: PageClient) -> None:
    assert 'href="/slips"' in text(reader.get("/help/es/"))


@pytest.mark.parametrize("need", ["SALUD-URG", "VBG", "TRATA", "NNA-PROT", "DDHH"])
def test_m4_a_need_without_papers_asks_for_none(reader: PageClient, need: str) -> None:
    page = text(reader.get(f"/help/es/needs/{need}"))
    assert page.count("No necesita papeles: nadie se los puede pedir.") == 1
    assert not re.search(r"Qué llevar</h\d>\s*<ul>", page)


@pytest.mark.parametrize("need", ["VBG", "TRATA"])
def test_a_confidential_need_leaves_few_traces(reader: PageClient, need: str) -> None:
    page = reader.get(f"/help/es/needs/{need}")
    assert page.headers["Cache-Control"] == "no-store"
    # The tab and the history show a title that tells nothing.
    assert not re.search("viol|daño|oblig|trata", title_of(text(page)), re.IGNORECASE)
    leaving = next(one for one in read(text(page)) if "data-leave" in one.attributes)
    assert (leaving.get("href"), leaving.get("rel")) == ("https://www.google.com/", "noreferrer noopener")
    assert "¿Alguien revisa su teléfono?" in text(page)
    assert "Denunciar no es una obligación" in text(page)
    leaflet = reader.get(f"/help/es/needs/{need}.pdf")
    assert (leaflet.headers["Cache-Control"], "volante-es.pdf" in leaflet.headers["Content-Disposition"]) == (
        "no-store",
        True,
    )
    # Whom to call stands before anything else, and first who sends help.
    assert (need == "VBG") <= (re.findall(r'href="tel:([0-9]+)"', text(page))[0] == "123")
    assert text(page).index('href="tel:') < text(page).index("help-service")


def test_every_page_is_one_for_all_and_light(app: Flask, reader: PageClient) -> None:
    addresses = ["/help/es/", "/help/en/", "/help/es/entities", "/help/es/neighbourhoods", "/help/es/entities/icbf"]
    addresses += [f"/help/es/needs/{need}" for need in dict.fromkeys(list_needs(text(reader.get("/help/es/"))))]
    for address in addresses:
        page = reader.get(address)
        assert page.status_code == 200, address
        assert "Set-Cookie" not in page.headers, address
        assert len(gzip.compress(page.data)) < 8_000, address
        if page.headers["Cache-Control"] != "no-store":
            assert "<script" not in text(page), address
    sheets = re.findall(r'href="(/static/css/[^"]+)"', text(page))
    first_visit = 0
    for sheet in sheets:
        with reader.get(sheet) as reply:
            first_visit += len(gzip.compress(reply.get_data()))
    assert first_visit < 14_000
    assert reader.get("/help/es/needs/DANE").status_code == 404
    assert reader.get("/help/es/entities/nadie").status_code == 404
    assert reader.get("/help/fr/").status_code == 404


def test_sign_in_leads_to_the_directory(reader: PageClient) -> None:
    assert 'href="/help/es/"' in text(reader.get("/sign-in"))
    assert reader.get("/help/").headers["Location"] == "/help/es/"


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_leaflet_is_one_page_with_the_words_of_its_page(reader: PageClient, language: str) -> None:
    for need in dict.fromkeys(list_needs(text(reader.get("/help/es/")))):
        file = reader.get(f"/help/{language}/needs/{need}.pdf")
        (sheet,) = PdfReader(BytesIO(file.get_data())).pages
        words = " ".join(sheet.extract_text().split())
        assert f"/help/{language}/needs/{need}" in words.replace(" ", "")
        assert (need == "MIG-REG") <= ("Calle 35 # 10-43" in words)
    again = reader.get(f"/help/{language}/needs/MIG-REG.pdf")
    assert reader.get(f"/help/{language}/needs/MIG-REG.pdf").get_data() == again.get_data()


@pytest.mark.parametrize(
    ("number", "address"),
    [
        ("607 633 7000", "tel:+576076337000"),
        ("(607) 6337000 ext. 214", "tel:+576076337000"),
        ("155", "tel:155"),
        ("01 8000 522020", "tel:018000522020"),
        ("+57 300 1234567", "tel:+573001234567"),
        ("300 123 4567 o 607 633 7000", "tel:+573001234567"),
    ],
)
def test_a_number_is_dialled(number: str, address: str) -> None:
    assert build_phone_address(number) == address


def test_a_whatsapp_number_opens_a_chat() -> None:
    assert build_whatsapp_address("300 123 4567") == "https://wa.me/573001234567"


def test_the_words_of_a_search_are_those_of_needs_that_are_there(reader: PageClient) -> None:
    with in_language("es"):
        assert {"VBG", "EDU"} <= search.read_search_words().keys()
    assert search.split_words("¿Médico, ya? Ñandú") == ["medico", "ya", "nandu"]
