"""The directory's files stand up to what the rules, the slip and the portal expect of them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.routing.directory_data import load, rows

SERVICES = {service["code"]: service for service in load("services")["services"]}
ENTITIES = {entity["code"]: entity for entity in load("entities")["entities"]}
OFFERS = load("services")["offers"]
CODES = [
    *("MIG-REG", "REFUGIO", "RC-CO", "RC-APATRIDIA", "RC-NAC", "ID-CO", "NNA-PROT", "EDU", "SALUD-URG", "SALUD-AFIL"),
    *("SALUD-RET", "EMP-SENA", "EMP-MUN", "RETORNO", "DDHH", "QUEJA-SP", "VBG", "VBG-SALUD", "VBG-PROT", "VBG-PSI"),
    *("TRATA", "HUMAN", "HUMAN-ALBERGUE", "HUMAN-ALIMENTO", "HUMAN-LEGAL", "CAMINANTE", "CONFLICTO", "MEDIDA-MIG"),
    *("PPT-DUP", "REUNIF", "RETORNO-VOL", "MUERTE", "MUERTE-REG", "CERT-DISC", "SALUD-MAT", "MAYOR", "SALARIO"),
    *("VIVIENDA", "CONVALIDA", "BANCO", "INTEGRATE"),
]
FIELDS = set(
    [
        "given_names",
        "surname_1",
        "surname_2",
        "birth_date",
        "age",
        "sex",
        "nationality",
        "documents",
        "phone",
        "municipality",
        "origin",
        "population",
        "education",
        "household",
        "vulnerabilities",
        "notes",
    ]
)
DESK = {"migracion-colombia", "registraduria", "icbf", "procuraduria", "personeria", "defensoria", "sena", "dane"}
OTHERS = [
    "cancilleria",
    "secretaria-educacion",
    "salud",
    "comisaria-familia",
    "fiscalia",
    "imebu",
    "oim",
    "acnur",
    "gifmm",
    *("uariv", "policia-infancia", "desarrollo-social", "consultorios-juridicos", "centro-integrate", "cruz-roja"),
    *("consulado-venezuela", "pastoral-social", "prosperidad-social", "ministerio-trabajo", "sisben"),
    *("secretaria-salud", "notarias", "medicina-legal", "caribe-afirmativo"),
]


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a document."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


@pytest.mark.parametrize("name", ["entities", "services", "consent_texts"])
def test_every_text_is_bilingual_and_every_period_runs_forward(name: str) -> None:
    for row in walk(load(name)):
        if "es" in row or "en" in row:
            assert row["es"].strip()
            assert row["en"].strip()
        if "valid_from" in row or "valid_to" in row:
            # Advice may have one bound alone, or none.
            first_day, last_day = row.get("valid_from"), row.get("valid_to")
            assert isinstance(first_day, date) or "shown_on" in row or "text" in row
            assert first_day is None or last_day is None or last_day >= first_day


def test_codes_are_the_agreed_ones() -> None:
    assert list(SERVICES) == CODES
    assert set(ENTITIES) == DESK | set(OTHERS)
    assert {code for code, entity in ENTITIES.items() if entity["desk_2017"]} == DESK


def test_every_service_is_offered_and_nobody_is_sent_to_a_data_partner() -> None:
    assert {row.service for row in rows()} == set(CODES)
    assert "dane" not in {offer["entity"] for offer in OFFERS}
    assert not ENTITIES["dane"]["receives_referrals"]


def test_one_default_a_service() -> None:
    keys = [(offer["service"], offer["order"]) for offer in OFFERS]
    assert len(keys) == len(set(keys))
    assert {service for service, order in keys if order == 1} == set(CODES)


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES.keys())
def test_service(service: dict[str, Any]) -> None:
    assert not (service["documents_none"] and (service["documents"] or service["papers"]))
    assert service["restricted"] == (service["need"] in {"VBG", "TRATA"})
    assert len(service["fields"]) == len(set(service["fields"])) > 0
    assert set(service["fields"]) <= FIELDS


def test_places_invent_nothing() -> None:
    """What nobody has confirmed with an entity stays out of the files: no address, no hours, no telephone."""
    contact = {"address", "hours", "hours_note", "phone", "whatsapp", "email", "website", "confirmed"}
    assert [place["id"] for place in load("places")["places"] if contact & set(place)] == []


def test_advice_on_paper_tells_nobody_of_violence_or_trafficking() -> None:
    told = [
        entry["text"]
        for service in SERVICES.values()
        if service["restricted"]
        for entry in service.get("advice", ())
        if entry.get("shown_on", "both") != "card"
    ]
    assert told
    betraying = ("iolen", "víctima", "victim", "exual", "trata", "traffick", "enuncia", "omplaint", "lgbti")
    assert [text for text in told for word in betraying if word in f"{text['es']} {text['en']}".lower()] == []


def test_an_instrument_is_received_by_an_entity_that_offers_it() -> None:
    offered = {(offer["service"], offer["entity"]) for offer in OFFERS}
    named = [
        (code, instrument["entity"])
        for code, service in SERVICES.items()
        for instrument in service.get("instruments", ())
        if "entity" in instrument
    ]
    assert named
    assert set(named) <= offered


def test_lines_name_known_services() -> None:
    assert {code for line in load("entities")["lines"] for code in line["services"]} == {
        *("NNA-PROT", "SALUD-URG", "TRATA", "VBG")
    }


def test_consent_purposes_are_asked_apart() -> None:
    first, second = load("consent_texts")["texts"]
    purposes = [[purpose["purpose"] for purpose in text["purposes"]] for text in (first, second)]
    assert purposes[0] == ["attention", "referral:<entity>", "referral:*", "statistics", "research"]
    # Counting is a public function: told, and no longer asked (Ley 1581 de 2012, art. 10 a and d).
    assert purposes[1] == ["attention", "contact", "referral:<entity>", "referral:*", "research"]
    assert second["figures"]["es"]
    for purpose in (*first["purposes"], *second["purposes"]):
        assert {"title", "collected", "why", "refusal"} < set(purpose)
