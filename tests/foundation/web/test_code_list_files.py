"""Long code lists as files that a browser keeps."""

from datetime import date

import pytest
from flask import Flask

from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.web import code_list_files
from attention_point.foundation.web.code_list_files import build_code_list_url
from tests.support.pages import PageClient

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def address_of(small: Flask, name: str) -> str:
    with small.test_request_context():
        return build_code_list_url(name)


def read_list(client: PageClient, address: str) -> list[list[str]]:
    choices: list[list[str]] = client.get(address).get_json()
    return choices


@pytest.mark.parametrize("name", sorted(code_list_files.LONG_LISTS))
def test_a_list_is_sent_whole_and_kept_for_ever(small: Flask, client: PageClient, name: str) -> None:
    reply = client.get(address_of(small, name))
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in reply.headers
    assert reply.json == [list(choice) for choice in get_code_list(name).form_choices("es", clock.today())]


def test_each_language_has_its_own(small: Flask, client: PageClient) -> None:
    spanish = address_of(small, "nationality")
    client.set_cookie("language", "en")
    assert ["DE", "Alemania"] in read_list(client, spanish)  # by its address, whatever the reader's language
    with small.test_request_context(headers={"Cookie": "language=en"}):
        small.preprocess_request()
        english = build_code_list_url("nationality")
    assert english != spanish
    assert ["DE", "Germany"] in read_list(client, english)


def test_an_older_hash_gets_the_list_of_today_which_is_not_kept(small: Flask, client: PageClient) -> None:
    reply = client.get("/lists/000000000000/municipality.es.json")
    assert ["68001", "Bucaramanga (Santander)"] in reply.get_json()
    assert reply.headers["Cache-Control"] == "no-store"


def test_the_address_changes_with_the_list(small: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = {address_of(small, "municipality")}
    monkeypatch.setattr(code_list_files, "get_code_list", lambda _name: get_code_list("nationality"))
    monkeypatch.setattr(clock, "today", lambda: date(2031, 1, 1))
    addresses.add(address_of(small, "municipality"))
    assert len(addresses) == 2


@pytest.mark.parametrize("file", ["sex.es.json", "municipality.de.json", "municipality.json", "..%2Fsex.es.json"])
def test_no_other_list_is_sent(client: PageClient, file: str) -> None:
    assert client.get(f"/lists/000000000000/{file}").status_code == 404
