"""The pages of rights as each role meets them, and the papers that a person takes along."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.foundation import clock, journal
from attention_point.foundation.database import new_id
from attention_point.foundation.journal import queries as journal_queries
from attention_point.foundation.language import in_language
from attention_point.intake import queries as intake_queries
from attention_point.intake.duplicates import joining
from attention_point.people.claim_marks.revocations import store_revocation
from attention_point.people.duplicates import pairs
from attention_point.people.duplicates.decisions import Judgement
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.answers.answering import Answer
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.follow_up.recalls import list_recalls
from attention_point.referrals.services import answer_for_entity
from attention_point.rights.export import files
from attention_point.rights.models import RightsRequest
from attention_point.rights.office import data_sheet, incidents
from attention_point.rights.office.incidents import NewIncident
from attention_point.rights.office.views import draw_data_sheet
from attention_point.rights.requests import steps, stored_requests
from attention_point.rights.requests.steps import Decision
from attention_point.rights.requests.views import draw_paper
from attention_point.rights.upkeep import LATE_CHECK
from attention_point.statistics.releases.period_counts import recount_all_visits
from attention_point.tallies.queries import list_differences
from tests.portal.support import browser, hidden, referral_of, visit
from tests.portal.test_pages import text
from tests.rights.support import NOON, RECEIVED, SUPERVISOR, filed, recorded_person
from tests.support.openings import open_file, open_page
from tests.support.pages import PageClient
from tests.support.visits import acting, draft, person

WORDS = "Pido saber quién vio mis datos."


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.override_now(NOON):
        yield


def read_pdf(content: bytes) -> str:
    """The words of a paper, on one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def send(client: PageClient, page: str, fields: dict[str, str], step: str = "") -> TestResponse:
    """Post a form of a page, with the token and, unless given, the version that the page shows."""
    shown = client.get(page)
    version = {"version": hidden(shown, "version")} if 'name="version"' in shown.get_data(as_text=True) else {}
    return client.post(page + step, data={**version, **fields, "csrf_token": hidden(shown, "csrf_token")})


def new_person(app: Flask) -> UUID:
    """Somebody who was received."""
    with app.extensions["database"].write_session() as session:
        return recorded_person(session)[0]


def test_an_agent_files_and_the_supervisor_answers(app: Flask) -> None:
    someone = new_person(app)
    agent, colleague, supervisor = browser(app, "agent"), browser(app, "agent"), browser(app, "supervisor")
    form = {"channel": "desk", "received_on": "16/08/2017", "asker": "person", "proof": "document", "text": WORDS}
    address = f"/rights/people/{someone}/requests/new"
    refused = send(agent, address, {**form, "kind": "use_made", "received_on": "15/08/2018"})
    assert refused.status_code == 422
    assert "Este día todavía no llega." in text(refused)
    assert WORDS in text(refused)
    stored = send(agent, address, {**form, "kind": "claim", "answer_way": "in_person"})
    assert stored.status_code == 303
    page = text(agent.get(stored.location))
    assert "jueves, 7 de septiembre de 2017" in page
    assert "No envíe cartas, no llame" in page
    # What was said is for who filed it and for who decides; a colleague sees that there is a request.
    assert colleague.get(stored.location).status_code == 404
    assert "DP-2017-00001" in text(colleague.get("/rights"))
    assert agent.post(f"{stored.location}/decision", data={"outcome": "granted"}).status_code == 403
    assert "Reclamo en trámite" in text(agent.get(f"/people/{someone}"))
    # And on the form of a visit, which shows the record as well.
    assert "Reclamo en trámite" in text(agent.get(f"/people/{someone}/visits/new", follow_redirects=True))
    answer = {"outcome": "granted", "text": "Aquí está la lista de quién los vio."}
    open_file(supervisor, someone, reason="request")
    assert send(supervisor, stored.location, {**answer, "text": ""}, "/decision").status_code == 422
    assert send(supervisor, stored.location, answer, "/decision").status_code == 303
    assert "Reclamo en trámite" not in text(agent.get(f"/people/{someone}"))
    assert "DP-2017-00001" in text(supervisor.get("/rights?state=closed"))
    assert "DP-2017-00001" in text(supervisor.get(f"/rights/people/{someone}"))


def test_every_step_has_its_page(app: Flask) -> None:
    someone = new_person(app)
    with app.extensions["database"].write_session() as session:
        claim = filed(session, "claim", person=someone, proof="none")
    supervisor, address = browser(app, "supervisor"), f"/rights/requests/{claim.id}"
    open_file(supervisor, someone, reason="request")
    for step, fields in (
        ("proof", {"proof": "known_here"}),
        ("missing", {"missing": "Falta decir qué apellido es."}),
        ("completion", {"completed_on": "16/08/2017"}),
        ("extension", {"until": "12/09/2017", "reason": "Hay que buscar el expediente."}),
        ("silence", {}),
        ("transfer", {"receiver": "Registraduría", "transfer_reason": "Ella guarda ese registro."}),
    ):
        if fields:
            assert send(supervisor, address, {}, f"/{step}").status_code == 422, step
        assert send(supervisor, address, fields, f"/{step}").status_code == 303, step
    page = text(supervisor.get(address))
    for words in ("Trasladada a otra entidad", "Falta decir qué apellido es.", "Hay que buscar el expediente."):
        assert words in page
    with app.extensions["database"].read_session() as session:
        assert stored_requests.get_request(session, claim.id).state == "transferred"
        papers = {
            name: read_pdf(draw_paper(session, app.extensions["settings"], claim.id, name))
            for name in ("receipt", "missing", "extension", "transfer")
        }
    assert "Registraduría" in papers["transfer"]
    assert "12 de septiembre de 2017" in papers["extension"]
    assert "Falta decir qué apellido es." in papers["missing"]
    assert "Yohana Velásquez" in papers["receipt"]


def test_an_entity_sees_the_claim_and_not_its_words(app: Flask) -> None:
    stated = person()
    answer = visit(app, person=stated, needs=["RC-CO"])
    with app.extensions["database"].write_session() as session:
        recorded = intake_queries.find_visit(session, UUID(answer["id"]))
        assert recorded is not None
        filed(session, "rectification", person=recorded.person_id)
    page = text(
        browser(app, "entity", "registraduria").get(f"/portal/referrals/{referral_of(answer, 'registraduria')}")
    )
    assert "Reclamo en trámite" in page
    desk_page = text(browser(app, "agent").get(f"/referrals/{referral_of(answer, 'registraduria')}"))
    assert "Reclamo en trámite" in desk_page
    assert "Corregir o actualizar sus datos" in page
    assert "Peñaloza" not in page
    # And whoever corrects the record, or looks after the referral, sees that it is disputed.
    visit_address, supervisor = f"/visits/{answer['id']}", browser(app, "supervisor")
    open_file(supervisor, recorded.person_id, reason="request")
    for address in (
        f"/referrals/{referral_of(answer, 'registraduria')}",
        f"/people/{recorded.person_id}/correct",
        *(f"{visit_address}/{step}" for step in ("correct", "needs", "void")),
    ):
        assert "Reclamo en trámite" in text(supervisor.get(address)), address


def test_the_consent_for_one_entity_alone_is_taken_back(app: Flask) -> None:
    someone = new_person(app)
    with app.extensions["database"].write_session() as session:
        (referral,) = (
            entry
            for recorded in intake_queries.list_visits_of_person(session, someone)
            for entry in referral_queries.list_decrypted_of_visit(session, recorded.id)
            if entry.entity == "sena"
        )
        called = Answer("accepted", 1, note="Llamamos a la señora Velásquez.")
        answer_for_entity(session, acting("entity", "sena"), referral.id, called)
    supervisor, address = browser(app, "supervisor"), f"/rights/people/{someone}/requests/new"
    form = {"kind": "revocation", "channel": "oral", "received_on": "16/08/2017", "asker": "person"}
    page = text(supervisor.get(address))
    assert "Enviar sus datos a: Servicio Nacional de Aprendizaje SENA" in page
    assert 'value="document" checked' not in page  # nothing says that somebody checked who asks
    unproved = send(supervisor, address, {**form, "purposes": "referral:sena"})
    assert "Elija cómo se comprobó quién pide." in text(unproved)
    unknown = send(supervisor, address, {**form, "proof": "document", "purposes": "referral:nobody"})
    assert unknown.status_code == 422
    filed_request = send(supervisor, address, {**form, "proof": "document", "purposes": "referral:sena"})
    assert filed_request.status_code == 303
    open_file(supervisor, someone, filed_request.location)
    answer = {"outcome": "granted", "text": "El SENA no usa más sus datos."}
    assert send(supervisor, filed_request.location, answer, "/decision").status_code == 303
    page = text(supervisor.get(filed_request.location))
    assert "Retiramos 1 remisión" in page
    request_id = UUID(filed_request.location.rpartition("/")[2])
    with app.extensions["database"].read_session() as session, in_language("es"):
        letter = read_pdf(draw_paper(session, app.extensions["settings"], request_id, "answer"))
        assert "Enviar sus datos a: Servicio Nacional de Aprendizaje SENA" in letter
        visits = intake_queries.list_visits_of_person(session, someone)
        referrals = referral_queries.list_referrals_of_visits(session, [visit.id for visit in visits])
        states = {entry.entity: entry.state for entry in referrals if isinstance(entry, DecryptedReferral)}
        taken_back = next(entry.id for entry in referrals if entry.state == "withdrawn")
    sena = browser(app, "entity", "sena")
    page = text(sena.get(f"/portal/referrals/{taken_back}"))
    assert "El punto de atención retiró esta remisión" in page
    # Whom it is about is read no more, in no list either; by its number the entity finds it in its own files.
    assert "ya no autoriza usar estos datos" in page
    assert "Por qué:" not in page
    assert "Aceptada" in page  # what it answered stays, and not what it wrote of her
    answered = text(sena.get("/portal?show=answered"))
    assert "Velásquez" not in page + answered
    assert "Retiró su autorización" in answered
    recalls = sena.get("/portal/recalls")
    assert "No use los datos: la persona retiró su autorización." in text(recalls)
    with app.extensions["database"].read_session() as session:
        (recall,) = list_recalls(session, "sena")
    address = f"/portal/recalls/{recall.id}"
    token = {"csrf_token": hidden(recalls, "csrf_token")}
    assert browser(app, "entity", "registraduria").post(address, data=token).status_code in {400, 403, 404}
    assert sena.post(address, data=token).status_code == 303
    assert "No hay nada pendiente." in text(sena.get("/portal/recalls"))
    assert states.pop("sena") == "withdrawn"
    assert states
    assert set(states.values()) == {"created"}


def test_of_nobody_on_file_nothing_is_offered_that_needs_a_record(app: Flask) -> None:
    page = browser(app, "supervisor").get("/rights/requests/new").get_data(as_text=True)
    assert 'value="consultation"' in page
    for offered in ("erasure", "revocation", "rectification", "slip_and_facts"):
        assert f'value="{offered}"' not in page
    assert 'name="slip_code"' not in page


def test_who_tries_wrong_facts_stands_in_the_journal(app: Flask) -> None:
    with app.extensions["database"].write_session() as session:
        someone, code = recorded_person(session)
        request = filed(session, "consultation", person=someone, proof="none")
    supervisor, address = browser(app, "supervisor"), f"/rights/requests/{request.id}"
    open_file(supervisor, someone, address)
    facts = {"proof": "slip_and_facts", "slip_code": code, "birth_date": "1980", "surname_1": "Nadie"}
    assert send(supervisor, address, facts, "/proof").status_code == 422
    with app.extensions["database"].read_session() as session:
        tried = [
            entry for entry in journal_queries.list_newest_entries(session, None, 20) if entry.action == "rights.prove"
        ]
    assert [json.loads(entry.detail)["agrees"] for entry in tried] == [False]


def test_an_answer_to_nobody_proved_stays_typed(app: Flask) -> None:
    with app.extensions["database"].write_session() as session:
        someone, _code = recorded_person(session, needs=["VBG"], vulnerabilities=["gender_violence"])
        asked = {"asker": "representative", "proof": "none", "asker_name": "Jesús Mora"}
        request = filed(session, "consultation", person=someone, **asked)
    supervisor, address = browser(app, "supervisor"), f"/rights/requests/{request.id}"
    page = open_page(supervisor, address)
    assert "Otra persona pide los datos de alguien que puede estar en peligro" in page
    assert "Antes no muestre ni diga nada." in page
    assert f"/rights/people/{someone}/export.pdf" not in page
    assert "ley de archivos" not in page  # a ground that would tell that somebody is on file is not offered
    reply = send(supervisor, address, {"outcome": "granted", "text": "Aquí está su copia."}, "/decision")
    assert reply.status_code == 422
    assert "<title>Error:" in reply.get_data(as_text=True)
    assert "Primero anote cómo se comprobó quién pide" in text(reply)
    assert "Aquí está su copia." in text(reply)


def test_a_paper_calls_who_proved_it_by_name_and_nobody_else(app: Flask) -> None:
    settings = app.extensions["settings"]
    with app.extensions["database"].write_session() as session:
        someone, _code = recorded_person(session)
        proved = filed(session, "consultation", person=someone, asker_name="")
        unproved = filed(session, "consultation", person=someone, asker_name="", proof="none")
    with app.extensions["database"].read_session() as session, in_language("es"):
        assert "Para Yohana Patricia" in read_pdf(draw_paper(session, settings, proved.id, "receipt"))
        assert "Yohana" not in read_pdf(draw_paper(session, settings, unproved.id, "receipt"))


def test_a_confidential_record_warns_who_may_know_of_it_alone(app: Flask) -> None:
    with app.extensions["database"].write_session() as session:
        family = {"family": str(new_id())}
        someone, _code = recorded_person(session, needs=["VBG"], vulnerabilities=["gender_violence"], **family)
        child, _code = recorded_person(session, person=person(birth_date="2012-03-17"), needs=["EDU"], **family)
        asked = {"person": child, "asker_name": "Jesús Mora"}
        by_father = filed(session, "consultation", asker="parent", proof="kinship", **asked)
        by_authority = filed(session, "consultation", asker="authority", proof="office", **asked)
        claim = filed(session, "claim", person=someone, answer_way="phone", address="3001234567", is_safe=True)
    warning = "Alguien puede estar en peligro"
    supervisor, address = browser(app, "supervisor"), f"/rights/requests/{claim.id}"
    # Not before she has said why: the warning says that something confidential is on file.
    assert f"/people/{someone}/open?next={address}" in supervisor.get(address).location
    refused = supervisor.post(
        f"{address}/extension",
        data={"version": "1", "csrf_token": hidden(supervisor.get("/rights/requests/new"), "csrf_token")},
    )
    assert (refused.status_code, warning in text(refused)) == (422, False)
    assert warning in open_page(supervisor, address)
    open_file(supervisor, child)
    # A birth record proves who the father is, and not whom he looks for.
    page = text(supervisor.get(f"/rights/requests/{by_father.id}"))
    assert (
        "Otra persona pide los datos de alguien" in page,
        "de quien se esconden" in page,
        "?for=another" in page,
    ) == (True, True, True)
    refusal = {"outcome": "refused", "grounds": "other_person", "text": "No se puede."}
    assert send(supervisor, f"/rights/requests/{by_father.id}", refusal, "/decision").status_code == 303
    assert "?for=another" not in supervisor.get(f"/rights/requests/{by_father.id}").text  # refused is refused
    page = text(supervisor.get(f"/rights/requests/{by_authority.id}"))
    assert ("no sirven para multar" in page, "/export." in page) == (True, False)
    agent = browser(app, "agent")
    page = text(agent.get(f"/rights/people/{someone}"))
    assert "violencia" not in page[page.index("<main") :]
    assert "BGA-" not in page  # the consents of a confidential visit are not shown to who may not see it


def test_the_export_is_complete_readable_and_of_nobody_else(app: Flask) -> None:
    with app.extensions["database"].write_session() as session:
        someone, _code = recorded_person(session, notes="Duerme en el parque.")
        recorded_person(session, person=person(given_names="Nicolasa"))
        child, _code = recorded_person(
            session,
            person=person(
                birth_date="2012-03-17",
                documents=[{"type": "SC", "number": "SC5544332"}, {"type": "DE", "number": "V31222333"}],
            ),
            guardian={"name": "Rosa Peña", "relation": "mother"},
        )
        filed(session, "consultation", person=someone, text=WORDS)
        filed(session, "consultation", person=child, asker="family_defender", proof="office", asker_name="Marta Rey")
        filed(session, "consultation", person=child, asker="child", proof="known_here", text="¿Quién sabe que vine?")
        recorded_person(session, person={"id": str(child)}, needs=["VBG"], vulnerabilities=["gender_violence"])
        filed(session, "consultation", person=child, asker="parent", proof="kinship", text="Ya vivimos en Girón.")
        # Under another name, in confidence alone; then both records were joined.
        documents = [{"type": "PA", "number": "099887766"}]
        hidden_person = person(given_names="Escondida", birth_date="2012-04-17", documents=documents)
        other, _code = recorded_person(session, person=hidden_person, needs=["VBG"])
        pairs.note_chosen_pair(session, other, child, clock.now())
        joining.decide_pair(session, SUPERVISOR, other, child, Judgement("one-person-said-so", child))
        # What the child took back, and the opening of a file that holds something confidential.
        store_revocation(session, new_id(), child, ["referral:icbf"], RECEIVED)
        journal.record(session, SUPERVISOR, "person.open", "person", child)
        alone = {"adults": 0, "children": 0, "accompanied_by": "alone"}
        recorded_person(session, person={"id": str(child)}, needs=["EDU"], household=alone)
    with app.extensions["database"].read_session() as session, in_language("es"):
        settings = app.extensions["settings"]
        content = json.loads(files.draw_person_export(session, settings, someone, "json"))
        paper = read_pdf(files.draw_person_export(session, settings, someone, "pdf"))
        paper_of_child = read_pdf(files.draw_person_export(session, settings, child, "pdf"))
        for_defender = read_pdf(files.draw_person_export(session, settings, child, "pdf", files.DEFENDER))
        for_parent = files.draw_person_export(session, settings, child, "json", files.ANOTHER).decode()
        paper_for_parent = read_pdf(files.draw_person_export(session, settings, child, "pdf", files.ANOTHER))
    assert [entry["asked_by"] for entry in content["requests"]] == ["La persona misma"]
    assert "Rosa Peña, Madre" in paper_of_child
    assert "Defensor" not in paper_of_child  # asked to protect the child, perhaps from who gets the paper
    assert "099887766" in paper_of_child
    assert "SC5544332" in paper_of_child
    assert "Este papel es suyo" not in for_defender
    assert "Rosa Peña, Madre" in for_defender
    # Neither what the child asked and told in confidence nor where, when and with whom it was reaches a parent.
    told = (
        "Escondida",
        "099887766",
        "que vine",
        "iolencia",
        "300 1234567",
        "Comisaría",
        "Bienestar Familiar",
        "Girón",
        "Dijo para qué",
        # A safe-conduct tells of asylum; a text that was read tells when, and none that it was in confidence alone.
        "SC5544332",
        "Guardar sus datos",
        "text_version",
    )
    for words in (*told, "Rosa Peña", "Servicio Nacional", "2017-08-09", "9 de agosto", "Registró", "68001", "BGA-"):
        assert words not in for_parent + paper_for_parent, words
    assert "V31222333" in paper_for_parent
    assert "2012-03-17" in for_parent
    assert "violencia" in paper_of_child
    assert "Bienestar Familiar" in paper_of_child
    assert content["stored"][0]["surname_1"] == "Velásquez"
    assert [entry["notes"] for entry in content["visits"]] == ["Duerme en el parque."]
    assert {entry["text_version"] for consent in content["consents"] for entry in consent["answers"]} == {"2017-08"}
    assert [entry["text"] for entry in content["requests"]] == [WORDS]
    assert content["uses"]
    assert content["referrals"]
    for words in (
        "Yohana Patricia Velásquez",
        "Duerme en el parque.",
        "Guardar sus datos",
        "DP-2017-00001",
        "Registró",
    ):
        assert words in paper
    assert "Nicolasa" not in paper + json.dumps(content)
    supervisor, agent = browser(app, "supervisor"), browser(app, "agent")
    assert agent.get(f"/rights/people/{someone}/export.json").status_code == 403
    assert f"/people/{someone}/open?" in supervisor.get(f"/rights/people/{someone}/export.json").location
    open_file(supervisor, someone, reason="request")
    assert supervisor.get(f"/rights/people/{someone}/export.json?for=others").status_code == 404
    reply = supervisor.get(f"/rights/people/{someone}/export.json")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="mis-datos.json"'
    assert json.loads(reply.data)["name"] == content["name"]


def test_the_answer_says_where_to_complain_and_after_an_erasure_names_nobody(app: Flask) -> None:
    settings = app.extensions["settings"]
    with app.extensions["database"].write_session() as session:
        someone, _code = recorded_person(session)
        request = filed(session, "erasure", person=someone)
        steps.decide_request(
            session, SUPERVISOR, request.id, request.version, Decision("partly", ("archive",), "Borramos sus datos.")
        )
    with app.extensions["database"].read_session() as session, in_language("es"):
        paper = read_pdf(draw_paper(session, settings, request.id, "answer"))
    for words in (
        "Superintendencia de Industria y Comercio",
        "Procuraduría",
        "Ley 594 de 2000",
        "Los datos se borraron",
    ):
        assert words in paper
    assert "Velásquez" not in paper
    gone = browser(app, "supervisor").get(f"/rights/people/{someone}/requests/new")
    assert gone.status_code == 409
    assert "aquí no se guardan datos" in text(gone)
    assert browser(app, "supervisor").get(f"/rights/requests/{request.id}").status_code == 200


def test_the_office_has_the_sheet_and_the_claims_and_sees_nobody(app: Flask) -> None:
    with app.extensions["database"].write_session() as session:
        someone, _code = recorded_person(session)
        filed(session, "rectification", person=someone)
        late = filed(session, "consultation", received_on=RECEIVED - timedelta(days=21), channel="mail")
        steps.decide_request(session, SUPERVISOR, late.id, late.version, Decision("granted", (), "Aquí están."))
    office = browser(app, "office")
    page = text(office.get("/rights/report?half=2017-2"))
    assert re.search(r"Conocer sus datos.{0,200}1.{0,120}1", page, re.DOTALL)
    assert office.get("/rights").status_code == 403
    with app.extensions["database"].read_session() as session, in_language("es"):
        counts = {entry.kind: entry for entry in data_sheet.count_requests(session, data_sheet.Half(2017, 2))}
        sheet = read_pdf(draw_data_sheet(session, app.extensions["settings"], data_sheet.Half(2017, 2), "pdf"))
    assert (counts["rectification"].received, counts["rectification"].is_open) == (1, 1)
    assert (counts["consultation"].granted, counts["consultation"].late) == (1, 1)
    for words in ("Ficha de las bases de datos", "Encargados", "Contactos de los registros"):
        assert words in sheet
    assert "Velásquez" not in sheet


def test_an_incident_has_a_clock(app: Flask) -> None:
    admin = browser(app, "admin")
    form = {"kind": "lost_device", "noticed_on": "16/08/2017", "people_count": "12", "text": "Se perdió una tableta."}
    for wrong in ({"text": ""}, {"noticed_on": "16/08/1817"}):
        assert send(admin, "/incidents/new", {**form, **wrong}).status_code == 422
    stored = send(admin, "/incidents/new", form)
    page = admin.get(stored.location)
    assert "jueves, 7 de septiembre de 2017" in text(page)
    step = {"step": "reported", "text": "La supervisora, por el registro."}
    assert "Abierto" in text(admin.get("/incidents"))
    untold = send(admin, stored.location, {**step, "step": "closed"})
    assert untold.status_code == 422
    assert "Primero avísele a la autoridad" in text(untold)
    assert send(admin, stored.location, {**step, "text": ""}).status_code == 422
    assert send(admin, stored.location, {**step, "step": "not_reported", "text": "No tenía datos."}).status_code == 303
    assert "Avise a la autoridad" not in text(admin.get(stored.location))
    assert send(admin, stored.location, {**step, "version": "1"}).status_code == 409  # an old page
    assert send(admin, stored.location, {**step, "step": "closed"}).status_code == 303
    assert "Cerrado; no se avisó a la autoridad" in text(admin.get("/incidents"))
    assert "Decidió no avisar a la autoridad" in text(browser(app, "auditor").get("/journal"))
    assert "IN-2017-0001" in text(admin.get("/incidents"))
    assert browser(app, "office").get("/incidents").status_code == 403


def test_doctor_and_the_supervisor_s_first_page_name_what_is_late(app: Flask) -> None:
    database, settings = app.extensions["database"], app.extensions["settings"]
    with database.write_session() as session:
        filed(session, "claim")
        incidents.register_incident(session, SUPERVISOR, NewIncident("paper", RECEIVED, "Una lista en la calle."))
    assert list(LATE_CHECK.run(database, settings)) == []
    with clock.override_now(NOON + timedelta(days=30)):
        assert len(list(LATE_CHECK.run(database, settings))) == 2
        page = text(browser(app, "supervisor").get("/tasks"))
        late = page[page.index("Fuera de plazo") :]
        assert "1 solicitud sobre datos espera respuesta." in late
        assert "Falta avisar a la autoridad de 1 incidente de datos." in late
        assert browser(app, "agent").get("/tasks").status_code == 403


def test_what_a_restored_copy_opened_again_is_listed_and_withdrawn(app: Flask) -> None:
    database, settings = app.extensions["database"], app.extensions["settings"]
    someone, nobody_else = new_person(app), new_person(app)
    # As a restore does: the revocation stands again, and not what followed from it.
    with database.write_session() as session:
        store_revocation(session, new_id(), someone, ["referral:*"], NOON.date())
        visits = intake_queries.list_visits_of_person(session, someone)
        referrals = referral_queries.list_referrals_of_visits(session, [visit.id for visit in visits])
    assert any("volvieron a quedar abiertas" in line for line in LATE_CHECK.run(database, settings))
    supervisor = browser(app, "supervisor")
    assert f"{len(referrals)} remisiones volvieron a quedar abiertas" in text(supervisor.get("/tasks"))
    page = supervisor.get("/rights").get_data(as_text=True)
    assert set(re.findall(r"/referrals/([0-9a-f-]{36})", page)) == {str(entry.id) for entry in referrals}
    assert "Retirarlas todas" not in text(browser(app, "agent").get("/rights"))
    assert send(supervisor, "/rights", {}, "/returned-referrals/withdrawal").status_code == 303
    assert "Se retiraron" in text(supervisor.get("/rights"))
    with database.read_session() as session:
        states = {
            who: {
                entry.state
                for visit in intake_queries.list_visits_of_person(session, who)
                for entry in referral_queries.list_decrypted_of_visit(session, visit.id)
            }
            for who in (someone, nobody_else)
        }
        assert states == {someone: {"withdrawn"}, nobody_else: {"created"}}
        assert {recall.referral_id for recall in list_recalls(session)} == {entry.id for entry in referrals}
        assert list_differences(session, recount_all_visits(session, lambda facts: facts)) == []
    assert not list(LATE_CHECK.run(database, settings))


def test_a_visit_asks_again_what_was_taken_back(app: Flask) -> None:
    """A draft that leaves the question open stands on no consent that was taken back."""
    with app.extensions["database"].write_session() as session:
        someone, _code = recorded_person(session)
        request = filed(session, "revocation", person=someone, purposes=["*"])
        steps.decide_request(session, SUPERVISOR, request.id, request.version, Decision("granted", (), "Hecho."))
    later = {**person(), "id": str(someone), "documents": None}
    answer = visit(
        app,
        **draft(person={key: value for key, value in later.items() if value}, attended_at="2017-08-16T11:30:00-05:00")
        | {"consents": [], "needs": ["EMP-SENA"]},
    )
    with app.extensions["database"].read_session() as session:
        recorded = intake_queries.find_visit(session, UUID(answer["id"]))
    assert recorded is not None
    assert recorded.record["legal_basis"]["identity"] == "on_file"


def test_who_has_no_account_asks_by_the_web_and_learns_nothing(app: Flask) -> None:
    someone, supervisor = new_person(app), browser(app, "supervisor")
    visitor = PageClient(app, app.response_class)
    form = {
        "kind": "erasure",
        "asker": "person",
        "answer_way": "in_person",
        "about": "Yohana Velásquez, vine en agosto",
    }
    assert send(visitor, "/my-data", {**form, "kind": "transferred_complaint"}).status_code == 422
    unsafe = send(visitor, "/my-data", {**form, "answer_way": "phone", "address": "3001234567"})
    assert "Márquelo solo si es seguro." in text(unsafe)
    filed_request = send(visitor, "/my-data", form)
    receipt = text(visitor.get(filed_request.location))
    assert "Su número: " in receipt
    assert ">DP-2017-00001<" in receipt
    assert "Yohana" not in receipt
    with clock.override_now(NOON + timedelta(days=1)):
        assert visitor.get(filed_request.location).status_code == 404
    address = f"/rights/requests/{filed_request.location.rpartition('/')[2]}"
    assert "Por la web, sin unir" in text(supervisor.get("/rights"))
    answer = {"outcome": "granted", "text": "Borramos sus datos."}
    assert "Primero" in text(send(supervisor, address, answer, "/decision"))
    assert send(supervisor, address, {"proof": "document"}, "/proof").status_code == 303  # of whoever stands there
    # Whose record it is, a person finds out; then the words stand under that person's key, and the record is marked.
    # Nobody proved yet who asks, so that a mistake is mended.
    mistaken, option = new_person(app), re.compile(r'<option value="([0-9a-f-]{36}:\d+)"')
    wrong_page = f"/rights/people/{mistaken}"
    open_file(supervisor, mistaken, wrong_page)
    (choice,) = option.findall(text(supervisor.get(wrong_page)))
    assert send(supervisor, wrong_page, {"request": choice}, "/requests/assignment").status_code == 303
    assert "Lo escrito no prueba nada" in text(supervisor.get(address))
    page = f"/rights/people/{someone}"
    open_file(supervisor, someone, page)
    (choice,) = option.findall(text(supervisor.get(page)))
    assert send(supervisor, page, {"request": "nothing"}, "/requests/assignment").status_code == 404
    assert send(supervisor, page, {"request": choice}, "/requests/assignment").status_code == 303
    assert "Reclamo en trámite" in text(supervisor.get(page))
    assert "Reclamo en trámite" not in text(supervisor.get(wrong_page))
    assert "vine en agosto" in text(supervisor.get(address))
    with app.extensions["database"].read_session() as session:
        (row,) = session.scalars(select(RightsRequest))
        assert row.tag is not None
        assert row.sealed_words is not None
    assert send(supervisor, page, {"request": choice}, "/requests/assignment").status_code == 409
    assert send(supervisor, address, answer, "/decision").status_code == 422  # nobody proved who asks
    assert send(supervisor, address, {"proof": "document"}, "/proof").status_code == 303
    assert option.findall(text(supervisor.get(wrong_page))) == []
    assert send(supervisor, address, answer, "/decision").status_code == 303
    assert "Los datos se borraron. Nadie los puede leer" in text(supervisor.get(address))


def test_nobody_buries_the_office_in_requests(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = PageClient(app, app.response_class)
    form = {"kind": "claim", "asker": "person", "answer_way": "in_person", "text": "No me gustó."}
    monkeypatch.setattr(stored_requests, "MOST_WAITING", 1)
    receipt = send(visitor, "/my-data", form).location
    full = send(visitor, "/my-data", form)  # so many wait that somebody does it on purpose
    assert (full.status_code, "No me gustó." in text(full)) == (503, True)  # what was typed stays
    monkeypatch.undo()
    # While something is missing the receipt promises no day.
    supervisor, address = browser(app, "supervisor"), f"/rights/requests/{receipt.rpartition('/')[2]}"
    assert send(supervisor, address, {"missing": "Díganos qué día vino."}, "/missing").status_code == 303
    assert "a más tardar" not in text(visitor.get(receipt))
    # The hour stands still, so that no wait passes: one household, which has many networks of IPv6, is stopped long
    # before the twelfth.
    codes = set()
    for number in range(12):
        visitor.environ_base["REMOTE_ADDR"] = f"2001:db8:1:{number}::1"
        codes.add(send(visitor, "/my-data", form).status_code)
    assert codes == {303, 429}
    with app.extensions["database"].read_session() as session:
        assert len(stored_requests.list_open_requests(session)) < 12
