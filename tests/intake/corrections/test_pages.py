"""Corrections at the desk: what the pages show, what they save, and what happens when two agents meet."""

import json
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from attention_point.intake import queries
from attention_point.intake.corrections.pages.forms import VisitCorrectionForm
from attention_point.intake.duplicates import joining
from attention_point.intake.form.merged_fields import read_page_values
from attention_point.intake.models import Visit
from attention_point.people import records
from attention_point.people.duplicates.decisions import Judgement
from attention_point.people.models import Person, PossibleDuplicate
from attention_point.referrals import queries as referral_queries
from attention_point.tallies import services as tally_services
from tests.intake.desk import Fields, SignIn, decided, posted, recorded, sent, text
from tests.support.pages import PageClient
from tests.support.visits import AGENT, person, read_slip_code
from tests.support.visits import recorded as record_visit

PASSPORT: Fields = {
    "documents-0-type": ["PA"],
    "documents-0-number": ["045678123"],
    "documents-1-type": [],
    "documents-1-number": [],
    "documents-1-expires": [],
}


@pytest.fixture
def visit(app: Flask, agent: PageClient) -> queries.DecryptedVisit:
    """A visit that the agent has just recorded: a passport, and the telephone."""
    recorded(agent, **PASSPORT, phone=["3105550101"], needs=["MIG-REG"], status=["regular"])
    return read_visit(app)


def read_visit(app: Flask) -> queries.DecryptedVisit:
    with app.extensions["database"].read_session() as session:
        found = queries.find_visit(session, session.scalars(select(Visit.id)).one())
    assert found is not None
    return found


def read_record(app: Flask) -> dict[str, Any]:
    with app.extensions["database"].read_session() as session:
        return records.open_chosen_person(session, session.scalars(select(Person.id)).one()).record


def read_states(session: Session, visit: queries.DecryptedVisit) -> dict[str, str]:
    listed = referral_queries.list_decrypted_of_visit(session, visit.id)
    return {referral.service: referral.state for referral in listed}


def test_a_birth_date_is_corrected_from_the_receipt(
    app: Flask, agent: PageClient, visit: queries.DecryptedVisit
) -> None:
    address = f"/people/{visit.person_id}/correct"
    assert address in text(agent.get(f"/visits/{visit.id}"))
    page = agent.get(address)
    fields = {**sent(page, address), "birth_date": ["18/04/1992"], "phone": [""], "documents-0-number": ["045678124"]}
    assert agent.post(address, data=fields).status_code == 303
    record = read_record(app)
    assert record["birth_date"] == "1992-04-18"
    assert "phone" not in record
    assert [document["number"] for document in record["documents"]] == ["045678124"]
    shown = text(agent.get(f"/people/{visit.person_id}"))
    assert "18 de abril de 1992" in shown
    assert "045678123" in shown  # in what was on file before


def test_sent_twice_by_two_thumbs_it_is_corrected_once(
    app: Flask, agent: PageClient, visit: queries.DecryptedVisit
) -> None:
    address = f"/people/{visit.person_id}/correct"
    fields = {**sent(agent.get(address), address), "birth_date": ["18/04/1992"]}
    for _thumb in range(2):
        assert agent.post(address, data=fields).status_code == 303
    with app.extensions["database"].read_session() as session:
        assert records.open_chosen_person(session, visit.person_id).version == 2


def test_the_second_agent_sees_the_difference_and_loses_nothing(
    app: Flask, as_role: SignIn, agent: PageClient, visit: queries.DecryptedVisit
) -> None:
    address, colleague = f"/people/{visit.person_id}/correct", as_role("agent", number=2)
    first, second = sent(agent.get(address), address), sent(colleague.get(address), address)
    corrected = {"surname_1": ["Quimbayo"], "documents-0-number": ["045678124"], "seeing": ["some"]}
    assert agent.post(address, data={**first, **corrected}).status_code == 303
    added = {"documents-1-type": ["DE"], "documents-1-number": ["12345678"], "hearing": ["some"]}
    late = posted(colleague, address, {**second, **added, "birth_date": ["18/04/1992"]})
    assert "Quimbayo" in text(late)
    # A reload says the same; to another agent the address shows what is on file.
    assert "Quimbayo" in text(colleague.get(f"{address}?{late.request.query_string.decode()}"))
    assert "18/04/1992" not in text(agent.get(f"{address}?{late.request.query_string.decode()}"))
    again = sent(late, address)
    assert (again["birth_date"], again["surname_1"]) == (["18/04/1992"], ["Quimbayo"])  # the colleague's stands
    assert colleague.post(address, data=again).status_code == 303
    record = read_record(app)
    assert (record["surname_1"], record["birth_date"]) == ("Quimbayo", "1992-04-18")
    # Nor does the number that was struck out come back with the document that was added.
    assert [document["number"] for document in record["documents"]] == ["045678124", "12345678"]
    assert record["disability"] == {"seeing": "some", "hearing": "some"}


def test_a_need_that_was_added_meanwhile_stays(app: Flask, agent: PageClient, visit: queries.DecryptedVisit) -> None:
    address = f"/visits/{visit.id}/correct"
    first, second = (sent(agent.get(address), address) for _tab in range(2))

    def decide(fields: Fields) -> Fields:
        page = sent(posted(agent, address, fields), address)
        return {**page, **{f"decision-{code}": ["decline"] for code in page.get("shown", [])}}

    needs = [*first["needs"], "BANCO"]
    posted(agent, address, decide({**first, "needs": needs}))
    late = decide(decide({**second, "notes": ["Vuelve el lunes."], "needs": [*second["needs"], "EDU"]}))
    assert sorted(late["needs"]) == sorted([*needs, "EDU"])
    posted(agent, address, late)
    record = read_visit(app).record
    assert (record["notes"], sorted(record["needs"])) == ("Vuelve el lunes.", sorted([*needs, "EDU"]))


def test_a_record_that_was_joined_meanwhile_is_corrected_and_the_agent_told(app: Flask, agent: PageClient) -> None:
    same_document = person()
    with app.extensions["database"].write_session() as session:
        for given_names in ("Ana", "Luisa"):
            record_visit(session, person={**same_document, "given_names": given_names})
        pair = session.scalars(select(PossibleDuplicate)).one()
        later, earlier = pair.person_id, pair.other_id
    address = f"/people/{later}/correct"
    fields = {**sent(agent.get(address), address), "surname_1": ["Quimbayo"]}
    with app.extensions["database"].write_session() as session:
        joining.decide_pair(session, AGENT, later, earlier, Judgement("one-person-said-so", earlier))
    saved = agent.post(address, data=fields, follow_redirects=True)
    assert saved.request.path == f"/people/{earlier}"
    assert "Este registro está unido al que se muestra aquí" in text(saved)
    with app.extensions["database"].read_session() as session:
        surnames = [records.open_chosen_person(session, row).record["surname_1"] for row in (later, earlier)]
    assert surnames == ["Quimbayo", "Velásquez"]


def test_a_wrong_date_is_told_beside_its_field(agent: PageClient, visit: queries.DecryptedVisit) -> None:
    address = f"/people/{visit.person_id}/correct"
    page = posted(agent, address, {**sent(agent.get(address), address), "birth_date": ["31/02/1992"]})
    assert 'id="birth_date-error"' in text(page)
    assert sent(page, address)["birth_date"] == ["31/02/1992"]


def test_what_a_page_carries_along_is_read_as_far_as_it_fits(
    app: Flask, agent: PageClient, visit: queries.DecryptedVisit
) -> None:
    forged = [{"given_names": ["x"], "needs": 5, "in_transit": "x", "documents": [3], "entry_stamped": []}]
    forged += [{"documents": [{"obj": 1}]}, {"documents": [{"type": 1}]}, {"documents": [{}] * 50}]
    texts = ["", "[1]", "[" * 100_000, "9" * 5_000, *map(json.dumps, forged)]
    for address in (f"/people/{visit.person_id}/correct", f"/visits/{visit.id}/correct"):
        fields = sent(agent.get(address), address)
        with app.test_request_context():
            form = VisitCorrectionForm(MultiDict([("page_values", fields["page_values"][0])]))
            carried = json.loads(fields["page_values"][0])
            # The consent to one entity is no field of this form.
            assert read_page_values(form) == {name: value for name, value in carried.items() if name in form}
        for text_sent in texts:
            assert agent.post(address, data={**fields, "page_values": [text_sent]}).status_code == 303


def test_a_forgotten_need_is_added_to_todays_visit(
    app: Flask, agent: PageClient, visit: queries.DecryptedVisit
) -> None:
    address = f"/visits/{visit.id}/needs"
    assert address in text(agent.get(f"/people/{visit.person_id}"))
    asked = posted(agent, address, {**sent(agent.get(address), address), "needs": ["EMP-SENA"]})
    # Which data go there, and for what, is told before the person says yes.
    assert "Para que SENA sepa que usted va" in text(asked)
    fields = sent(asked, address)
    assert fields["needs"] == ["EMP-SENA"]
    assert "Decida si remite" not in text(asked)
    assert "Decida si remite" in text(posted(agent, address, fields))
    services = [name for name in text(asked).split('name="')[1:] if name.startswith("decision-")]
    decisions = {name.split('"')[0]: ["refer"] for name in services}
    assert decisions
    assert agent.post(address, data={**fields, **decisions}).status_code == 303
    corrected = read_visit(app)
    assert corrected.record["needs"] == ["MIG-REG", "EMP-SENA"]
    with app.extensions["database"].read_session() as session:
        states = read_states(session, corrected)
    assert states["EMP-SENA"] == "created"
    assert "MIG-REG" in states


def test_a_need_that_makes_the_visit_confidential_is_saved_and_told(
    app: Flask, as_role: SignIn, agent: PageClient, visit: queries.DecryptedVisit
) -> None:
    colleague, address = as_role("agent", number=2), f"/visits/{visit.id}/needs"
    asked = posted(colleague, address, {**sent(colleague.get(address), address), "needs": ["VBG"]})
    decisions = {
        name.split('"')[0]: ["refer"] for name in text(asked).split('name="')[1:] if name.startswith("decision-")
    }
    saved = colleague.post(address, data={**sent(asked, address), **decisions}, follow_redirects=True)
    assert saved.status_code == 200
    assert "confidencial desde ahora" in text(saved)
    assert colleague.get(f"/visits/{visit.id}").status_code == 404
    assert read_visit(app).record["needs"] == ["MIG-REG", "VBG"]
    assert agent.get(f"/visits/{visit.id}").status_code == 200


def test_nothing_chosen_is_told(agent: PageClient, visit: queries.DecryptedVisit) -> None:
    address = f"/visits/{visit.id}/needs"
    assert "needs-error" in text(posted(agent, address, sent(agent.get(address), address)))


def test_a_visit_is_corrected_and_its_slip_says_so(
    app: Flask, agent: PageClient, visit: queries.DecryptedVisit
) -> None:
    address = f"/visits/{visit.id}/correct"
    guardian = {"guardian_name": ["Rosa Pérez"], "guardian_relation": ["mother"]}
    changed = {"notes": ["Trajo el pasaporte"], "adults": [""], "children": ["2"], **guardian}
    fields = {**sent(agent.get(address), address), **changed}
    assert agent.post(address, data=fields).status_code == 303
    corrected = read_visit(app)
    assert corrected.record["notes"] == "Trajo el pasaporte"
    assert corrected.record["household"] == {"children": 2}
    assert corrected.record["guardian"] == {"name": "Rosa Pérez", "relation": "mother"}
    assert corrected.record["vulnerabilities"] == visit.record["vulnerabilities"]
    assert corrected.record["consents"] == visit.record["consents"]
    assert "Corregida el" in text(agent.get(f"/visits/{visit.id}"))
    assert "Corregida" in text(agent.get("/visits"))
    slip = PdfReader(BytesIO(agent.get(f"/visits/{visit.id}/slip.pdf").get_data())).pages[0].extract_text()
    assert "corregida el" in " ".join(slip.split()).casefold()


def test_needs_in_another_order_are_no_correction(app: Flask, agent: PageClient) -> None:
    recorded(agent, **PASSPORT, needs=["MIG-REG", "EMP-SENA"])
    visit = read_visit(app)
    address = f"/visits/{visit.id}/correct"
    assert "No cambió nada." in text(posted(agent, address, sent(agent.get(address), address)))
    assert read_visit(app) == visit


def test_the_page_of_a_visit_says_on_what_the_data_stand(agent: PageClient, visit: queries.DecryptedVisit) -> None:
    page = text(agent.get(f"/visits/{visit.id}"))
    assert "Por qué se guardan los datos" in page
    assert "La persona dijo que sí" in page


def test_who_corrects_a_published_month_reads_what_stays_in_it(
    app: Flask, agent: PageClient, visit: queries.DecryptedVisit
) -> None:
    void, correct = f"/visits/{visit.id}/void", f"/visits/{visit.id}/correct"
    assert "Deja de contar." in text(agent.get(void))
    with app.extensions["database"].write_session() as session:
        tally_services.close_month(session, visit.day.replace(day=1))
    assert "allí sigue contada" in text(agent.get(void))
    assert "ya se publicaron y no cambian" in text(agent.get(correct))


def test_an_annulled_visit_prints_no_slip_and_its_code_says_so(
    app: Flask, agent: PageClient, visit: queries.DecryptedVisit
) -> None:
    address, other_address = f"/visits/{visit.id}/void", f"/visits/{visit.id}/correct"
    late = {**sent(agent.get(other_address), other_address), "notes": ["Llegó tarde."]}
    assert "Diga por qué" in text(posted(agent, address, sent(agent.get(address), address)))
    fields = {**sent(agent.get(address), address), "reason": ["recorded-twice"]}
    for _thumb in range(2):
        assert agent.post(address, data=fields).status_code == 303
    shown = agent.get(f"/visits/{visit.id}")
    assert (shown.status_code, "Esta atención se anuló" in text(shown), "slip.pdf" in text(shown)) == (200, True, False)
    listed = text(agent.get("/visits"))
    assert ("Anulada" in listed, "print=1" in listed) == (True, False)
    assert agent.get(f"/visits/{visit.id}/slip.pdf").status_code == 409
    led = agent.get(f"/portal/slips/{read_slip_code(app, visit)}", follow_redirects=True)
    assert "Esta atención se anuló" in text(led)
    # Who was correcting it meanwhile is told that nothing was saved.
    assert "ya no se puede cambiar" in text(agent.post(other_address, data=late, follow_redirects=True))
    for action in ("correct", "needs", "void"):
        assert agent.get(f"/visits/{visit.id}/{action}").headers["Location"] == f"/visits/{visit.id}"


def test_an_entity_sees_that_the_visit_was_annulled(
    app: Flask, as_role: SignIn, agent: PageClient, visit: queries.DecryptedVisit
) -> None:
    address = f"/visits/{visit.id}/void"
    agent.post(address, data={**sent(agent.get(address), address), "reason": ["recorded-twice"]})
    entity = as_role("entity", "migracion-colombia")
    shown = entity.get(f"/portal/slips/{read_slip_code(app, visit)}", follow_redirects=True)
    assert "La atención se anuló el" in text(shown)
    assert "El punto de atención anuló la atención." in text(shown)
    token = sent(entity.get("/account"), "/account/language")["csrf_token"]
    answer = {"csrf_token": token, "state": ["accepted"], "version": ["1"]}
    late = entity.post(f"{shown.request.path}/answer", data=answer)
    assert late.status_code == 409
    assert "<td>El punto de atención anuló la atención.</td>" in text(late)


def test_the_ordinary_form_of_somebody_on_file_empties_what_was_emptied(
    app: Flask, agent: PageClient, visit: queries.DecryptedVisit
) -> None:
    address = f"/people/{visit.person_id}/visits/new"
    page = agent.get(address, follow_redirects=True)
    fields = {
        **sent(page, "/visits/check"),
        "needs": ["EDU"],
        "point": ["bucaramanga"],
        "phone": [""],
        "documents-0-number": ["045678124"],
    }
    check = posted(agent, "/visits/check", {**fields, "attention": ["yes"]})
    assert agent.post("/visits", data=decided(check)).status_code == 303
    record = read_record(app)
    assert "phone" not in record
    assert [document["number"] for document in record["documents"]] == ["045678124"]


def test_the_ordinary_form_shows_what_somebody_changed_meanwhile(
    app: Flask, as_role: SignIn, agent: PageClient, visit: queries.DecryptedVisit
) -> None:
    page = agent.get(f"/people/{visit.person_id}/visits/new", follow_redirects=True)
    fields = {**sent(page, "/visits/check"), "needs": ["EDU"], "point": ["bucaramanga"], "attention": ["yes"]}
    added = {"documents-1-type": ["DE"], "documents-1-number": ["12345678"], "hearing": ["some"]}
    check = posted(agent, "/visits/check", {**fields, **added})
    colleague, address = as_role("agent", number=2), f"/people/{visit.person_id}/correct"
    corrected = {"surname_1": ["Quimbayo"], "documents-0-number": ["045678124"], "seeing": ["some"]}
    assert colleague.post(address, data={**sent(colleague.get(address), address), **corrected}).status_code == 303
    late = agent.post("/visits", data=decided(check), follow_redirects=True)
    assert "alguien más cambió los datos" in text(late)
    assert "Quimbayo" in text(late)
    assert agent.post("/visits", data=decided(late)).status_code == 303
    record = read_record(app)
    assert record["surname_1"] == "Quimbayo"  # this agent had not touched it
    assert [document["number"] for document in record["documents"]] == ["045678124", "12345678"]
    assert record["disability"] == {"seeing": "some", "hearing": "some"}


def test_who_may_not_correct_is_led_back_before_typing(as_role: SignIn, visit: queries.DecryptedVisit) -> None:
    colleague = as_role("agent", number=2)
    for page in ("correct", "void"):
        reply = colleague.get(f"/visits/{visit.id}/{page}")
        assert (reply.status_code, reply.headers["Location"]) == (302, f"/visits/{visit.id}")
    assert "pídaselo a quien supervisa" in text(colleague.get(f"/visits/{visit.id}"))
    assert colleague.get(f"/visits/{visit.id}/needs").status_code == 200
