"""One damaged record stays one damaged record: in every list of every reader the others are there as before."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import InstrumentedAttribute

from attention_point.foundation.database import Database
from attention_point.intake.models import Visit
from attention_point.people.models import Person
from attention_point.referrals.models import Referral
from tests.portal.support import browser, hidden, program, referral_of, visit
from tests.support.damage import damage, refused
from tests.support.pages import PageClient
from tests.support.visits import person

SENTENCE = "Este registro no abre. Avise a la administración."
WHOLE = person(given_names="Zulimar", surname_1="Canarioentero")
HURT = person(given_names="Zulimar", surname_1="Canarioroto")
OF_PERSON: tuple[InstrumentedAttribute[Any], ...] = (Person.sealed, Person.wrapped_key)
SEALED: tuple[InstrumentedAttribute[Any], ...] = (*OF_PERSON, Visit.sealed, Referral.sealed)
Hurt = dict[str, UUID]


def names(column: InstrumentedAttribute[Any]) -> str:
    return f"{column.class_.__tablename__}-{column.key}"


@pytest.fixture
def house(app: Flask) -> Hurt:
    """A whole visit and one that will be damaged, both with a referral to the SENA: the ids of the latter's rows."""
    visit(app, person=WHOLE, notes="Canarionota")
    made = visit(app, person=HURT)
    with app.extensions["database"].read_session() as session:
        owner = session.get_one(Visit, UUID(made["id"])).person_id
    return {"person": owner, "visit": UUID(made["id"]), "referral": referral_of(made, "sena")}


def hurt(app: Flask, house: Hurt, column: InstrumentedAttribute[Any]) -> tuple[str, str]:
    """Damage one value; what the journal must name."""
    row = house[column.class_.__tablename__]
    damage(app.extensions["database"], column, row)
    return ("person-key" if column is Person.wrapped_key else column.class_.__tablename__), str(row)


def text_of(client: PageClient, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    return page.get_data(as_text=True)


@pytest.mark.parametrize("column", SEALED, ids=names)
def test_an_entity_goes_on_with_its_other_referrals(
    app: Flask, house: Hurt, column: InstrumentedAttribute[Any]
) -> None:
    named = hurt(app, house, column)
    client = browser(app, entity="sena")
    for _time in range(3):
        page = text_of(client, "/portal")
        assert "Canarioentero" in page
        assert ("Canarioroto" in page) is (column in {Visit.sealed})
        assert (SENTENCE in page) is (column is not Visit.sealed)
    assert refused(app.extensions["database"]) == ([] if column is Visit.sealed else [named])


@pytest.mark.parametrize("column", [Person.wrapped_key, Referral.sealed], ids=names)
def test_a_damaged_referral_is_in_both_lists_and_its_page_says_so_plainly(
    app: Flask, house: Hurt, column: InstrumentedAttribute[Any]
) -> None:
    named = hurt(app, house, column)
    client = browser(app, entity="sena")
    assert SENTENCE in text_of(client, "/portal/restricted")
    page = client.get(f"/portal/referrals/{house['referral']}")
    assert page.status_code == 409
    assert "Este registro no abre" in page.get_data(as_text=True)
    assert browser(app, entity="icbf").get(f"/portal/referrals/{house['referral']}").status_code == 404
    assert refused(app.extensions["database"]) == [named]


@pytest.mark.parametrize("column", SEALED, ids=names)
def test_a_program_goes_on_with_the_other_referrals(
    app: Flask, house: Hurt, column: InstrumentedAttribute[Any]
) -> None:
    hurt(app, house, column)
    header = program(app, "sena")
    reply = PageClient(app, app.response_class).get("/api/v1/referrals", headers=header)
    assert reply.status_code == 200
    body = reply.get_json()
    referrals = {referral["id"]: referral for referral in body["referrals"]}
    assert any(referral["person"].get("surname_1") == "Canarioentero" for referral in referrals.values())
    damaged_id = str(house["referral"])
    if column in {Person.wrapped_key, Referral.sealed}:
        assert [referral["id"] for referral in body["damaged"]] == [damaged_id]
        assert body["damaged"][0]["message"] == SENTENCE
        assert damaged_id not in referrals
    else:
        assert "damaged" not in body
        assert referrals[damaged_id].get("incomplete", False) is (column is Person.sealed)
    answered = PageClient(app, app.response_class).post(
        f"/api/v1/referrals/{damaged_id}/answer", json={"state": "accepted", "version": 1}, headers=header
    )
    assert answered.status_code == (409 if "damaged" in body else 200)
    assert answered.get_json().get("error", "sealed") == "sealed"


def test_a_referral_whose_person_does_not_open_can_still_be_answered(app: Flask, house: Hurt) -> None:
    hurt(app, house, Person.sealed)
    page = text_of(browser(app, entity="sena"), f"/portal/referrals/{house['referral']}")
    assert "Una parte de este registro no abre" in page
    assert "Su respuesta" in page


@pytest.mark.parametrize("column", SEALED, ids=names)
def test_the_desk_goes_on(
    app: Flask, house: Hurt, as_role: Callable[..., PageClient], column: InstrumentedAttribute[Any]
) -> None:
    database: Database = app.extensions["database"]
    named = hurt(app, house, column)
    client = as_role("supervisor")
    of_visit, of_referral = column in {Person.wrapped_key, Visit.sealed}, column in {
        Person.wrapped_key, Referral.sealed,
    }  # fmt: skip
    for address, told in (
        ("/desk", of_visit),
        ("/visits", of_visit),
        ("/referrals", of_referral),
    ):
        assert (SENTENCE in text_of(client, address)) is told, address
    client = as_role("agent")  # whose visit it is of today; a supervisor says first why
    page = client.get(f"/visits/{house['visit']}")
    assert page.status_code == (409 if of_visit else 200)
    if column is Referral.sealed:
        assert SENTENCE in page.get_data(as_text=True)
        assert client.get(f"/visits/{house['visit']}/slip.pdf").status_code == 200
    page = client.get(f"/people/{house['person']}")
    assert page.status_code == (409 if column in OF_PERSON else 200)
    assert (SENTENCE in page.get_data(as_text=True)) is (column in {Visit.sealed, Referral.sealed})
    assert refused(database) == [named]


@pytest.mark.parametrize("column", OF_PERSON, ids=names)
def test_a_search_shows_the_others(
    app: Flask, house: Hurt, as_role: Callable[..., PageClient], column: InstrumentedAttribute[Any]
) -> None:
    named = hurt(app, house, column)
    client = as_role("agent")
    token = hidden(client.get("/desk"), "csrf_token")

    def found(**fields: str) -> str:
        page = client.post("/desk/search", data={"csrf_token": token, "at_once": "yes", **fields})
        assert page.status_code == 200
        return page.get_data(as_text=True)

    hurts = found(q=HURT["documents"][0]["number"])
    assert SENTENCE in hurts
    assert "Canarioroto" not in hurts
    assert "Canarioentero" in found(q=f"PA {WHOLE['documents'][0]['number']}")
    both = found(q="Zulimar Pérez")
    assert SENTENCE in both
    assert "Canarioentero" in both
    assert refused(app.extensions["database"]) == [named]
