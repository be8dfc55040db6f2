"""The texts about data: the authorisation that is shown, the public pages, and versions that never change."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.models import Point
from attention_point.directory.privacy.authorisations import describe_authorisation
from attention_point.directory.privacy.privacy_notice import describe_privacy
from attention_point.directory.revision import increase_revision
from attention_point.foundation.language import in_language
from tests.support.directory import load_shipped
from tests.support.pages import PageClient

DIGEST_OF_2017 = "65cd3e88af3d429be3e0c7cbad6fbd0b1ead0e702200d83d9e2c848ef84d9077"


def test_the_text_of_2017_is_still_the_one_that_was_read_then(session: Session) -> None:
    load_shipped(session)
    text = queries.find_consent_text_version(session, "2017-08")
    assert text is not None
    assert text.digest == DIGEST_OF_2017
    assert None not in text.content.values()


def test_the_authority_that_sanctions_is_named_as_such(session: Session) -> None:
    load_shipped(session)
    with in_language("es"):
        shown = describe_authorisation(session, "migracion-colombia", "MIG-REG", "2026-11")
    assert shown is not None
    assert "multas" in shown.sanctions and "expulsión" in shown.sanctions  # noqa: PT018 - one sentence
    assert "teléfono" not in shown.collected
    assert shown.withheld == (("phone", "teléfono"),)
    assert "teléfono" in shown.on_request
    assert shown.transfer == ""
    assert "Migración Colombia" in shown.title
    assert "diga no" in shown.sanctions and "Si dice no" in shown.refusal  # noqa: PT018 - how to say no


@pytest.mark.parametrize("entity", ["oim", "acnur", "gifmm"])
def test_sending_data_to_an_international_organisation_is_called_a_transfer(session: Session, entity: str) -> None:
    load_shipped(session)
    with in_language("es"):
        shown = describe_authorisation(session, entity, "REFUGIO", "2026-11")
    assert shown is not None
    assert "transferencia" in shown.transfer
    assert (shown.sanctions, shown.withheld) == ("", ())


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_authorisation_can_be_shown_whole(session: Session, language: str) -> None:
    load_shipped(session)
    with in_language(language):
        for code, service in queries.get_services_by_code(session).items():
            for offer in service.offers:
                for version in ("2017-08", "2026-11"):
                    shown = describe_authorisation(session, offer.entity, code, version)
                    assert shown is not None
                    assert not re.search(r"%\(|None", " ".join(str(part) for part in shown))
                    assert set(shown.fields) or not service.fields


def test_what_the_directory_lacks_has_no_authorisation(session: Session) -> None:
    load_shipped(session)
    assert describe_authorisation(session, "nobody", "MIG-REG") is None
    assert describe_authorisation(session, "sena", "NOTHING") is None
    assert describe_authorisation(session, "sena", "EMP-SENA", "1999") is None


def test_address_and_telephone_stand_only_once_the_office_confirmed_them(session: Session) -> None:
    load_shipped(session)
    with in_language("es"):
        before = describe_privacy(session, None, "2026-11")
        point = session.get_one(Point, "bucaramanga")
        point.address, point.phone = {"es": "Calle 1 # 2-3", "en": "Calle 1 # 2-3"}, "607 000 0000"
        session.flush()
        increase_revision(session)
        after = describe_privacy(session, "datos@example.org", "2026-11")
    assert before is not None
    assert after is not None
    assert [label for label, _text in before.controller] == ["Responsable", "Dónde preguntar"]
    assert {"Calle 1 # 2-3", "607 000 0000", "datos@example.org"} < {text for _label, text in after.controller}


def test_the_text_says_deadlines_rights_and_what_data_never_serve(session: Session) -> None:
    load_shipped(session)
    with in_language("es"):
        notice = describe_privacy(session, None, "2026-11")
    assert notice is not None
    assert all(f"{number} " in notice.how for number in (10, 5, 15, 8))
    assert all(word in notice.promise for word in ("multas", "detenciones", "expulsiones"))
    assert [words.purpose for words in notice.questions] == ["attention", "contact", "research"]
    assert notice.retention
    assert "Tampoco tiene que responder" in notice.children


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("language", "words"), [("es", "Aviso de privacidad"), ("en", "Privacy notice")])
def test_anybody_reads_both_pages_and_finds_them_from_every_page(
    app: Flask, client: PageClient, language: str, words: str
) -> None:
    with app.extensions["database"].write_session() as session:
        load_shipped(session)
    client.get(f"/language/{language}")
    assert client.get("/privacy/").status_code == 200
    policy = client.get("/privacy/policy")
    assert policy.status_code == 200
    assert "2.2.2.25.2" in policy.get_data(as_text=True)
    sign_in = client.get("/sign-in").get_data(as_text=True)
    assert 'href="/privacy/"' in sign_in
    assert 'href="/privacy/policy"' in sign_in
    assert words in sign_in


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_text_in_force_the_pages_say_where_to_ask(app: Flask, client: PageClient) -> None:
    assert client.get("/privacy/").status_code == 404
