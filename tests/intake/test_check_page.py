"""The check page: what it says before anything is saved, and one tap for all referrals."""

import html
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from attention_point.accounts.models import Account
from attention_point.directory import queries as directory_queries
from attention_point.directory.freshness import REVIEW_DAYS
from attention_point.directory.models import Place
from attention_point.directory.revision import increase_revision
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.intake import queries
from attention_point.intake.models import Visit
from attention_point.intake.pages.check_page import decisions
from attention_point.intake.pages.check_page.checked_people import name_choice_fields
from attention_point.intake.pages.likely_people import apply_person_choice
from attention_point.referrals import queries as referral_queries
from attention_point.routing.answers import FOR_ABSENT_CHILD
from tests.intake.desk import CHECK, RECORD, checked, count, decided, posted, sent, services, text
from tests.support.pages import Element, PageClient, read

# Of somebody with a permit, the migration authority answers what permits there are; of others, the ministry of visas.
WITH_PERMIT = {"status": ["regular"]}
NOBODY_READS = "En Migración Colombia nadie usa este sistema: no verán la remisión."


def words(page: TestResponse) -> str:
    """The page's words, without what is written in signs of HTML."""
    return html.unescape(text(page))


def tapped(client: PageClient, page: TestResponse, action: str) -> TestResponse:
    """The page to which a button of the check page leads."""
    return posted(client, page.request.path, {**sent(page, RECORD), "action": [action]})


def buttons(page: TestResponse, name: str) -> list[Element]:
    """The buttons of a name."""
    return [element for element in read(text(page)) if element.tag == "button" and element.get("name") == name]


def test_each_referral_says_which_data_go_to_whom_and_for_what(agent: PageClient) -> None:
    page = words(checked(agent, **WITH_PERMIT))
    assert "Le enviamos a Migración Colombia: " in page
    assert "Para que Migración Colombia sepa que usted va" in page
    assert "es también la autoridad que pone multas" in page
    assert "Le enviamos a SENA: " in page
    assert page.count("es también la autoridad que pone multas") == 1
    assert "Si dice no, le decimos a dónde ir y usted va por su cuenta." in page


@pytest.mark.parametrize(("answer", "names_go"), [("yes", True), ("no", False)])
def test_no_name_is_said_to_go_of_who_is_not_put_on_file(agent: PageClient, answer: str, names_go: bool) -> None:
    page = words(checked(agent, attention=[answer]))
    assert "Le enviamos a SENA: " in page
    assert ("primer apellido" in page.partition("Le enviamos a SENA: ")[2].partition("</p>")[0]) is names_go


def test_one_tap_refers_to_all(app: Flask, agent: PageClient) -> None:
    page = checked(agent)
    assert "decision-0-MIG-REG" not in sent(page, RECORD)
    (button,) = [element for element in buttons(page, "action") if element.get("value") == "refer_all"]
    assert button.get("formaction") == page.request.path
    page = tapped(agent, page, "refer_all")
    fields = sent(page, RECORD)
    assert (fields["decision-0-MIG-REG"], fields["decision-0-EMP-SENA"]) == (["refer"], ["refer"])
    assert count(app) == 0
    assert agent.post(RECORD, data=fields).status_code == 303
    assert {"MIG-REG", "EMP-SENA"} <= services(app)


def test_one_tap_leaves_the_confidential_to_the_person(agent: PageClient) -> None:
    page = checked(agent, needs=["VBG", "SALUD-URG", "EMP-SENA"])
    confidential = [name for name in sent(page, RECORD)["suggested-0"] if name == "VBG"]
    assert confidential
    fields = sent(tapped(agent, page, "refer_all"), RECORD)
    assert fields["decision-0-EMP-SENA"] == ["refer"]
    assert "decision-0-VBG" not in fields


def test_a_single_suggestion_needs_no_button_for_all(agent: PageClient) -> None:
    page = checked(agent, needs=["EMP-SENA"], child_born_in_colombia_without_note=[])
    assert [button.get("value") for button in buttons(page, "action") if button.get("value") == "refer_all"] == []


def test_where_nobody_reads_is_said_beside_the_choice(
    app: Flask, agent: PageClient, as_role: Callable[..., PageClient]
) -> None:
    assert NOBODY_READS in words(checked(agent, **WITH_PERMIT))
    as_role("entity", "migracion-colombia")
    assert NOBODY_READS not in words(checked(agent, **WITH_PERMIT))
    database: Database = app.extensions["database"]
    with database.write_session() as session:
        session.scalars(select(Account).where(Account.entity == "migracion-colombia")).one().active = False
    assert NOBODY_READS in words(checked(agent, **WITH_PERMIT))


def test_peer_15_contact_data_that_nobody_confirmed_or_not_for_long_are_said(app: Flask, agent: PageClient) -> None:
    with app.extensions["database"].read_session() as session:
        places = directory_queries.list_places(session, "sena", None, clock.today())
    assert [place.confirmed_on for place in places] == [None]
    assert "Nadie ha confirmado la dirección ni el teléfono de SENA" in words(checked(agent))
    with app.extensions["database"].write_session() as session:
        confirmed_on = clock.today() - timedelta(days=REVIEW_DAYS)
        session.execute(update(Place).where(Place.entity == "sena").values(confirmed_on=confirmed_on))
        increase_revision(session)
    page = words(checked(agent))
    assert "Nadie ha confirmado la dirección ni el teléfono de SENA" not in page
    assert "La dirección y el teléfono de SENA se confirmaron por última vez" in page


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"phone": ["300123"]}, "Ningún teléfono de Colombia o Venezuela tiene este número.", "phone"),
        ({"birth_date": ["01/02/1915"]}, "la persona tiene", "birth_date"),
        ({"attended_on": ["01/08/2026"]}, "La fecha de la atención no es hoy", "attended_on"),
    ],
)
def test_a_doubt_stands_beside_the_way_to_mend_it(
    app: Flask, agent: PageClient, changes: dict[str, list[str]], sentence: str, field: str
) -> None:
    page = checked(agent, **changes)
    assert sentence in words(page)
    assert f"edit#{field}" in [button.get("value") for button in buttons(page, "action")]
    reply = agent.post(page.request.path, data={**sent(page, RECORD), "action": [f"edit#{field}"]})
    assert reply.headers["Location"].endswith(f"#{field}")
    form = agent.get(reply.headers["Location"].partition("#")[0])
    assert field in {element.get("id") for element in read(text(form))}
    assert agent.post(RECORD, data=decided(page)).status_code == 303  # none of it stops anybody
    assert count(app) == 1


def test_nothing_is_doubted_without_a_reason(agent: PageClient) -> None:
    page = checked(agent, phone=["310 555 0101"], **{"documents-0-type": [], "documents-0-number": []})
    assert "Revise esto. Puede continuar." not in words(page)


def test_what_goes_only_on_request_is_kept_with_the_consent(app: Flask, agent: PageClient) -> None:
    page = checked(agent, phone=["310 555 0101"], **WITH_PERMIT)
    assert "extra-0-migracion-colombia" not in sent(page, RECORD)
    page = posted(agent, page.request.path, {**sent(page, RECORD), "extra-0-migracion-colombia": ["phone"]})
    assert sent(page, RECORD)["extra-0-migracion-colombia"] == ["phone"]
    assert agent.post(RECORD, data=decided(page)).status_code == 303
    with app.extensions["database"].read_session() as session:
        visit = queries.find_visit(session, session.scalars(select(Visit.id)).one())
        assert visit is not None
        consents = visit.record["consents"]
    by_purpose = {consent["purpose"]: consent.get("extra_fields") for consent in consents}
    assert by_purpose["referral:migracion-colombia"] == ["phone"]
    assert by_purpose["referral:sena"] is None


def test_decisions_outlast_a_correction(agent: PageClient) -> None:
    page = checked(agent)
    fields = {**sent(page, RECORD), "decision-0-MIG-REG": ["decline"], "reason-0-MIG-REG": ["Ya fue."]}
    form = posted(agent, page.request.path, {**fields, "action": ["edit"]})
    page = posted(agent, CHECK, sent(form, CHECK))
    assert sent(page, RECORD)["decision-0-MIG-REG"] == ["decline"]
    assert sent(page, RECORD)["reason-0-MIG-REG"] == ["Ya fue."]


PAYLOAD = {"consents": [], "needs": ["EMP-SENA"]}


def test_each_person_of_a_page_has_decisions_of_their_own() -> None:
    fields = MultiDict(
        [
            ("suggested-0", "EMP-SENA"),
            ("decision-0-EMP-SENA", "refer"),
            ("entity-0-EMP-SENA", "sena"),
            ("suggested-1", "EMP-SENA"),
            ("decision-1-EMP-SENA", "decline"),
            ("reason-1-EMP-SENA", "Estudia."),
            ("text_version", "2026-1"),
        ]
    )
    mother, child = (decisions.decide_payload(number, PAYLOAD, fields) for number in (0, 1))
    assert (mother["refer"], mother["declined"]) == (["EMP-SENA"], [])
    assert [consent["purpose"] for consent in mother["consents"]] == ["referral:sena"]
    assert (child["refer"], child["consents"]) == ([], [])
    assert child["declined"] == [{"service": "EMP-SENA", "reason": "Estudia."}]


def test_who_somebody_is_on_file_is_said_of_each_person() -> None:
    fields = MultiDict({"person_id": "a", "different_from": "x"})
    apply_person_choice(fields, MultiDict({"same_person-1": "b", "somebody_else-0": "a y"}))
    assert fields["person_id"] == ""
    assert fields["different_from"] == "x a y"
    assert fields[name_choice_fields(1)[0]] == "b"


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("decision-0-EMP-SENA", True),
        ("add-12", True),
        ("extra-0-sena", True),
        ("decision", False),
        ("address-1", False),
    ],
)
def test_names_of_decisions(name: str, is_one: bool) -> None:
    assert decisions.is_decision(name) is is_one


ADULT_FOR_A_CHILD = {"needs": ["NNA-PROT"], "child_born_in_colombia_without_note": [], "vulnerabilities": []}


def test_a_child_of_whom_an_adult_tells_is_not_forgotten(app: Flask, agent: PageClient) -> None:
    page = checked(agent, **ADULT_FOR_A_CHILD)
    assert "La protección es para la niña" in words(page)
    assert "Agregar a la niña o al niño" in words(page)
    assert sent(page, RECORD)["suggested-0"] == ["NNA-PROT"]
    refused = posted(agent, RECORD, sent(page, RECORD))
    assert "Decida si remite o no." in words(refused)
    refused = posted(agent, RECORD, decided(page, "decline"))
    assert "diga por qué no se sigue" in words(refused)
    assert count(app) == 0
    done = agent.post(RECORD, data={**decided(page, "decline"), "reason-0-NNA-PROT": ["Llamamos a la línea 141."]})
    assert done.status_code == 303
    assert services(app) == set()


def test_the_protection_of_a_child_is_referred_for_an_adult_who_came_alone(app: Flask, agent: PageClient) -> None:
    page = checked(agent, **ADULT_FOR_A_CHILD)
    assert "Urgente" in words(page)
    assert agent.post(RECORD, data=decided(page)).status_code == 303
    assert services(app) == {"NNA-PROT"}
    # ICBF must not take the adult for the child: it sees whom to call, and nothing else of her.
    with app.extensions["database"].read_session() as session:
        (referral,) = referral_queries.list_decrypted_of_visit(session, session.scalars(select(Visit.id)).one())
    assert (referral.urgent, referral.record["reason"][0]) == (True, FOR_ABSENT_CHILD.msgid)
    assert {"age", "birth_date", "documents", "vulnerabilities"} < set(referral.record["withheld_fields"])
    assert not {"given_names", "municipality"} & set(referral.record["withheld_fields"])


def test_a_card_begins_with_what_to_do_and_says_a_shared_reason_once(agent: PageClient) -> None:
    page = words(checked(agent, needs=["VBG"], child_born_in_colombia_without_note=[], vulnerabilities=[]))
    reason = "Pregunte, a solas, si pasó en las últimas 72 horas."
    assert page.count(reason) == 1
    assert page.index(reason) < page.index("Dígale a la persona:") < page.index("Le enviamos a ")
    assert "Pregunte" not in page.partition("Dígale a la persona:")[2].partition("</ul>")[0]
