"""A family at the desk: rows under the main person, one check, one slip, and a family that comes again."""

from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.foundation.journal import JournalEntry
from attention_point.intake import queries
from attention_point.intake.family.links import FAMILY_LIMIT
from attention_point.people.models import Person
from attention_point.people.records import open_people
from tests.intake.desk import (
    CHECK,
    RECORD,
    TYPED,
    Fields,
    SignIn,
    checked,
    count,
    filled,
    posted,
    sent,
    text,
    told_beside,
)
from tests.support.directory import load_shipped
from tests.support.pages import PageClient, read
from tests.support.visits import read_slip_code

NAMES = ("Zarigüeya", "Xiomara", "Quetzalli")


@pytest.fixture
def agent(app: Flask, as_role: SignIn) -> PageClient:
    """An agent at the desk."""
    with app.extensions["database"].write_session() as session:
        load_shipped(session)
    return as_role("agent")


def row(number: int, **values: str | list[str]) -> Fields:
    """The fields of a row, as they are typed; a child of person 1 with the same needs unless told otherwise."""
    known: dict[str, str | list[str]] = {
        "kin": "daughter",
        "given_names": NAMES[number % 3],
        "birth_date": "02/05/2010",
        "same_needs": "y",
        **values,
    }
    return {
        f"companions-{number}-{name}": value if isinstance(value, list) else [value]
        for name, value in known.items()
        if value
    }


MOTHER: Fields = {"needs": ["EDU"], "vulnerabilities": [], "child_born_in_colombia_without_note": [], "adults": []}


def family_fields(*rows: Fields, **changes: list[str]) -> Fields:
    """What is typed of a mother and of who came along."""
    fields = {**MOTHER, **changes}
    for fields_of_row in rows:
        fields |= fields_of_row
    return fields


def decide_everything(page: TestResponse, decision: str = "refer") -> Fields:
    """What is sent of a check page when each suggestion for each person is decided alike."""
    fields = sent(page, RECORD)
    for name in [name for name in fields if name.startswith("suggested-")]:
        number = name.removeprefix("suggested-")
        fields |= {f"decision-{number}-{service}": [decision] for service in fields[name]}
    # What the same entity has already is referred once more with a reason.
    for name in [name for name in fields if name.startswith("open-")]:
        fields.setdefault(name.replace("open-", "reason-", 1), ["Perdió la hoja."])
    return fields


def record_family(client: PageClient, *rows: Fields, **changes: list[str]) -> UUID:
    """Record a family by the desk's pages; the id of the main person's visit."""
    page = checked(client, **family_fields(*rows, **changes))
    reply = client.post(RECORD, data=decide_everything(page))
    assert reply.status_code == 303
    return UUID(reply.headers["Location"].rpartition("/")[2].partition("?")[0])


def visits(app: Flask) -> list[queries.DecryptedVisit]:
    """Everything recorded, in the order of recording."""
    with app.extensions["database"].read_session() as session:
        recorded = JournalEntry.action == "visit.record"
        ids = session.scalars(select(JournalEntry.subject_id).where(recorded).order_by(JournalEntry.seq)).all()
        return [visit for one in ids if (visit := queries.find_visit(session, UUID(one)))]


def slip_text(client: PageClient, visit: UUID, **arguments: str) -> str:
    """The words of a printed slip."""
    reply = client.get(f"/visits/{visit}/slip.pdf", query_string=arguments)
    pages = PdfReader(BytesIO(reply.get_data())).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_mother_and_her_children_are_recorded_at_once(app: Flask, agent: PageClient) -> None:
    main = record_family(agent, row(0), row(1, kin="son", birth_date="7"), row(2, given_names="Ana", birth_date="2"))
    recorded = visits(app)
    assert [visit.record["relation"] for visit in recorded] == ["self", "child", "child", "child"]
    assert recorded[0].id == main
    assert recorded[0].record["household"] == {"adults": 0, "children": 3}
    assert all(visit.record["needs"] == ["EDU"] for visit in recorded)
    assert all(visit.record["guardian"]["relation"] == "mother" for visit in recorded[1:])
    assert len({visit.family for visit in recorded}) == 1
    assert count(app, Person) == 4


def test_common_answers_are_inherited_and_an_own_answer_wins(app: Flask, agent: PageClient) -> None:
    record_family(agent, row(0, nationality="CO", phone="3001234567"), phone=["3017654321"])
    with app.extensions["database"].read_session() as session:
        people = open_people(session, [visit.person_id for visit in visits(app)])
        records = [people[visit.person_id].record for visit in visits(app)]  # type: ignore[union-attr]
    assert [record["nationality"] for record in records] == ["VE", "CO"]
    assert [record["municipality"] for record in records] == ["68001", "68001"]
    assert records[0]["phone"] != records[1]["phone"]


def test_the_check_page_shows_each_person_with_their_own_decisions(agent: PageClient) -> None:
    page = checked(agent, **family_fields(row(0), row(1, needs=["SALUD-URG"], same_needs="")))
    fields = sent(page, RECORD)
    assert fields["suggested-0"] == ["EDU"]
    assert fields["suggested-1"] == ["EDU"]
    assert fields["suggested-2"] == ["SALUD-URG"]
    assert all(name in text(page) for name in NAMES[:2])


def test_a_decision_does_not_go_over_to_somebody_else_when_a_row_is_taken_out(agent: PageClient) -> None:
    page = checked(agent, **family_fields(row(0), row(1)))
    fields = decide_everything(page)
    form = posted(agent, f"{page.request.path}", {**fields, "action": ["edit"]})
    again = {name: values for name, values in sent(form, CHECK).items() if not name.startswith("companions-0-")}
    page = posted(agent, CHECK, again)
    assert NAMES[1] in text(page)
    assert NAMES[0] not in text(page)
    kept = sent(page, RECORD)
    assert kept["decision-0-EDU"] == ["refer"]
    assert [name for name in kept if name.startswith("decision-1")] == []


def test_an_error_of_a_row_stands_beside_it_and_nothing_is_lost(app: Flask, agent: PageClient) -> None:
    page = posted(agent, CHECK, filled(agent, **family_fields(row(0), row(1, birth_date="31/02/2010"))))
    told_beside(page, "companions-1-birth_date", "companions-1-birth_date")
    again = sent(page, CHECK)
    assert again["companions-0-given_names"] == [NAMES[0]]
    assert again["companions-1-birth_date"] == ["31/02/2010"]
    assert count(app) == 0


def test_without_script_a_button_adds_a_row_and_keeps_everything(app: Flask, agent: PageClient) -> None:
    fields = filled(agent, **family_fields(row(0)))
    page = posted(agent, CHECK, {**fields, "action": ["add_companion"]})
    assert page.request.path.startswith("/visits/drafts/")
    assert 'id="companions-1"' in text(page)
    again = sent(page, CHECK)
    assert again["companions-0-given_names"] == [NAMES[0]]
    assert again["given_names"] == TYPED["given_names"]
    assert "error-summary" not in text(page)
    reply = agent.post(RECORD, data=decide_everything(posted(agent, CHECK, again)))
    assert reply.status_code == 303
    assert count(app) == 2  # the row that stayed blank is nobody


def test_more_people_than_one_arrival_holds_are_told_plainly(app: Flask, agent: PageClient) -> None:
    rows = [row(number, given_names=f"Ana {number}") for number in range(FAMILY_LIMIT)]
    page = posted(agent, CHECK, filled(agent, **family_fields(*rows)))
    assert f"máximo {FAMILY_LIMIT}" in text(page)
    assert sent(page, CHECK)[f"companions-{FAMILY_LIMIT - 1}-given_names"] == [f"Ana {FAMILY_LIMIT - 1}"]
    assert count(app) == 0


def test_a_child_older_than_the_mother_is_told_before_saving(agent: PageClient) -> None:
    page = checked(agent, **family_fields(row(0, birth_date="02/05/1980")))
    assert "Revise las dos fechas" in text(page)


def test_a_mother_under_age_is_told_of_and_sent_to_protection(app: Flask, agent: PageClient) -> None:
    page = checked(agent, **family_fields(row(0, birth_date="1"), birth_date=["16"]))
    assert "menor de 18 años" in text(page)
    assert "NNA-PROT" in sent(page, RECORD)["suggested-0"]
    agent.post(RECORD, data=decide_everything(page))
    assert count(app) == 2


def test_two_thumbs_save_a_family_once(app: Flask, agent: PageClient) -> None:
    fields = decide_everything(checked(agent, **family_fields(row(0), row(1))))
    first, second = agent.post(RECORD, data=fields), agent.post(RECORD, data=fields)
    assert first.headers["Location"].partition("?")[0] == second.headers["Location"].partition("?")[0]
    assert count(app) == 3


def test_a_child_who_comes_first_says_who_authorises(app: Flask, agent: PageClient) -> None:
    guardian = {
        "guardian_name": ["Rosa Peña"],
        "guardian_relation": ["custodian"],
        "guardian_document_type": ["DE"],
        "guardian_document_number": ["V-12.345.678"],
    }
    page = checked(agent, **family_fields(birth_date=["12"], accompanied_by=["guardian"], **guardian))
    agent.post(RECORD, data=decide_everything(page))
    assert visits(app)[0].record["guardian"] == {
        "name": "Rosa Peña",
        "relation": "custodian",
        "document": {"type": "DE", "number": "V12345678"},
    }


def test_a_guardian_without_a_right_is_told_beside_the_field(agent: PageClient) -> None:
    fields = filled(agent, **family_fields(birth_date=["12"], accompanied_by=["guardian"], guardian_name=["Rosa"]))
    told_beside(posted(agent, CHECK, fields), "guardian_relation", "guardian_relation")


def test_one_slip_for_all_names_nobody(app: Flask, agent: PageClient) -> None:
    main = record_family(agent, row(0), row(1, kin="son", birth_date="0"))
    printed = slip_text(agent, main)
    assert "Para la persona 1: usted" in printed
    assert "Para la persona 2: su hija de 1" in printed
    assert "Para la persona 3: su hijo menor de un año" in printed
    assert [name for name in (*NAMES, "Velásquez") if name in printed] == []
    references = [visit.reference for visit in visits(app)]
    assert all(reference in printed for reference in references)
    assert "Para la persona" not in slip_text(agent, main, people="one")


def test_a_confidential_part_is_not_on_the_slip_for_all(app: Flask, agent: PageClient) -> None:
    main = record_family(agent, row(0, needs=["EDU"], same_needs=""), needs=["VBG"])
    with_family = slip_text(agent, main)
    assert "Recibió orientación" in with_family
    assert slip_text(agent, main, confidential="yes") != with_family
    # Asking for it by the family's sheet gives the person's own sheet, never both on one.
    assert "Para la persona" not in slip_text(agent, main, confidential="yes")
    child = visits(app)[1].id
    assert slip_text(agent, child) == with_family


def test_a_code_leads_an_entity_to_its_own_referrals_of_the_whole_family(
    app: Flask, agent: PageClient, as_role: SignIn
) -> None:
    record_family(agent, row(0, needs=["SALUD-URG"], same_needs=""))
    code = read_slip_code(app, visits(app)[0])
    for entity, shown in (("salud", 302), ("secretaria-educacion", 302), ("sena", 404)):
        assert as_role("entity", entity).get(f"/portal/slips/{code}").status_code == shown


def test_a_returning_family_is_offered_whole_by_any_member(app: Flask, agent: PageClient) -> None:
    record_family(agent, row(0), row(1, kin="son"))
    mother, daughter, _son = visits(app)
    page = agent.get(f"/people/{daughter.person_id}/visits/new", follow_redirects=True)
    fields = sent(page, CHECK)
    assert fields["companions-0-person_id"] == [str(mother.person_id)]
    assert fields["companions-0-kin"] == ["mother"]
    assert fields["companions-1-kin"] == ["brother"]
    assert "companions-0-came" not in fields
    (fold,) = [one for one in read(text(page)) if one.tag == "details" and one.get("data-open-below")]
    assert "open" in fold.attributes
    with app.extensions["database"].read_session() as session:
        viewed = session.scalars(select(JournalEntry.detail).where(JournalEntry.action == "person.view")).all()
    assert len([detail for detail in viewed if '"family"' in detail]) == 2


def test_only_who_came_today_is_recorded_again(app: Flask, agent: PageClient) -> None:
    record_family(agent, row(0), row(1, kin="son"))
    mother, _daughter, son = visits(app)
    page = agent.get(f"/people/{mother.person_id}/visits/new", follow_redirects=True)
    fields = {**sent(page, CHECK), "needs": ["SALUD-URG"], "companions-1-came": ["y"]}
    reply = agent.post(RECORD, data=decide_everything(posted(agent, CHECK, fields)))
    assert reply.status_code == 303
    assert count(app, Person) == 3
    assert sorted(visit.person_id for visit in visits(app)[3:]) == sorted((mother.person_id, son.person_id))


def test_the_visit_s_page_leads_to_who_came_together(app: Flask, agent: PageClient) -> None:
    main = record_family(agent, row(0))
    page = agent.get(f"/visits/{main}")
    child = visits(app)[1]
    assert f"/visits/{child.id}" in {one.get("href") for one in read(text(page)) if one.tag == "a"}


@pytest.mark.parametrize(("answer", "kept"), [("", False), ("yes", True), ("no", False)])
def test_an_adult_who_came_along_answers_for_herself(app: Flask, agent: PageClient, answer: str, kept: bool) -> None:
    record_family(agent, row(0, kin="partner", birth_date="40", attention=answer))
    with app.extensions["database"].read_session() as session:
        partner = visits(app)[1].person_id
        person = open_people(session, [partner])[partner]
        assert person is not None
        assert person.record.get("given_names") == (NAMES[0] if kept else None)


@pytest.mark.parametrize("has_custody", [True, False])
def test_who_has_custody_of_another_child_authorises(app: Flask, agent: PageClient, has_custody: bool) -> None:
    child = row(0, kin="relative", birth_date="9", has_custody="y" if has_custody else "")
    page = checked(agent, **family_fields(child))
    assert ("NNA-PROT" in sent(page, RECORD)["suggested-1"]) is not has_custody
    agent.post(RECORD, data=decide_everything(page))
    guardian = visits(app)[1].record.get("guardian")
    assert (guardian["relation"] if guardian else None) == ("custodian" if has_custody else None)


@pytest.mark.parametrize("asked", [True, False])
def test_research_with_children_is_off_until_it_is_ticked(app: Flask, agent: PageClient, asked: bool) -> None:
    record_family(agent, row(0), research=["yes"], children_research=["y"] if asked else [])
    purposes = [[one["purpose"] for one in visit.record["consents"] if one["granted"]] for visit in visits(app)]
    assert "research" in purposes[0]
    assert ("research" in purposes[1]) is asked


def test_a_child_found_on_file_by_the_check_page_is_the_same_person(app: Flask, agent: PageClient) -> None:
    document = {"document_type": "PA", "document_number": "987654321"}
    record_family(agent, row(0, **document))
    child = visits(app)[1].person_id
    page = checked(agent, **family_fields(row(0, **document), **{"documents-0-number": ["V-9.876.543"]}))
    address = page.request.path
    for _turn in range(3):
        fields = sent(page, RECORD)
        if f"{child}" not in text(page) or "same_person-1" not in text(page):
            break
        page = posted(agent, address, {**fields, "same_person-1": [str(child)]})
    elsewhere = [one for one in read(text(page)) if one.get("name") == "somebody_else-0"]
    if elsewhere:
        page = posted(agent, address, {**sent(page, RECORD), "somebody_else-0": [elsewhere[0].get("value")]})
    reply = agent.post(RECORD, data=decide_everything(page))
    assert reply.status_code == 303
    assert [visit.person_id for visit in visits(app)].count(child) == 2


def test_what_is_the_same_for_all_is_said_once(agent: PageClient) -> None:
    page = text(checked(agent, **{**TYPED, "needs": ["EMP-SENA", "EDU"]}, **row(0), **row(1)))
    assert page.count("Le enviamos a SENA: ") == 1
    assert page.count("Si el colegio no recibe") == 1
    assert page.count('href="#shared-EMP-SENA-sena"') == 3
    assert page.count('id="shared-EMP-SENA-sena"') == 1
    assert page.count("<dt>Qué necesita la persona</dt>") == 1
    assert page.index("Le enviamos a SENA: ") < page.index("Remitir todas")


def test_advice_stands_under_the_entity_to_which_it_belongs(agent: PageClient) -> None:
    needs = {"needs": ["MIG-REG"], "status": ["irregular"], "arrived_on": ["2023"], "birth_date": ["17/03/1991"]}
    rows = [row(0), row(1), row(2, kin="sister", birth_date="02/05/1995"), row(3, kin="son", birth_date="")]
    page = text(checked(agent, **family_fields(*rows, **needs, documents=[])))
    cancilleria = page[
        page.index('id="shared-MIG-REG-cancilleria"') : page.index('id="shared-MIG-REG-migracion-colombia"')
    ]
    assert "PPT de menores de 18 años" not in cancilleria
    assert page.count("PPT de menores de 18 años: basta") == 1
    assert "No se sabe la edad de esta hija o hijo." in page
    assert page.count("(madre)") == 3


def test_what_differs_stays_with_the_person(agent: PageClient) -> None:
    page = text(checked(agent, **{**TYPED, "attention": ["no"]}, **row(0, same_needs="", needs=["EDU"])))
    assert page.count("Le enviamos a SENA: ") == 1
    assert 'href="#shared-' not in page


def test_what_a_row_has_from_the_main_person_is_told_once(agent: PageClient) -> None:
    fields = family_fields(row(0, birth_date="15/2015"), municipality=["Bucara"], birth_date=["31/02/1990"])
    page = text(posted(agent, CHECK, filled(agent, **fields)))
    assert page.count("Elija un nombre de la lista") == 2  # in the summary and beside the field
    assert "Este código no existe" not in page
    assert page.count("Escriba la fecha completa, el mes y el año, o solo el año.") == 4  # two dates, both wrong
