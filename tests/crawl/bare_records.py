"""Records with only what is required, in every room: what a page meets when nobody knew more."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.accounts import services as account_services
from attention_point.directory import services as directory_services
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, new_id
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.corrections.services import annul_visit, correct_visit
from attention_point.intake.draft import read_draft
from attention_point.intake.services import record_family, record_visit
from attention_point.portal.webhooks import services as webhook_services
from attention_point.registers.calls import rules
from attention_point.registers.calls.bulletin import sending
from attention_point.registers.calls.register import CALLS
from attention_point.registers.shared.records import attachments, services
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.schema import Field, Register
from attention_point.rights.office import incidents
from attention_point.rights.requests import services as rights_services
from attention_point.rights.requests.services import NewRequest
from attention_point.rights.requests.steps import withdraw_request
from attention_point.statistics.extracts import services as extract_services
from attention_point.statistics.extracts.requests import parse_request
from attention_point.statistics.extracts.rules import LEAST_PEOPLE
from tests.registers.calls.house import letters, path_of
from tests.statistics.extracts.people import record_consenting_people
from tests.support.visits import AGENT, CONSENTS, consents

SAYING = {
    schema.TEXT: "Algo",
    schema.LONG_TEXT: "Algo",
    schema.URL: "https://example.org/",
    schema.DATE: "2017",
    schema.MONEY: {"amount": "1"},
    schema.INTEGER: 1,
    schema.COUNT: {"number": 1},
    schema.SHARE: "1",
    schema.ORGANISATIONS: [{"name": "Fundación Sin Más"}],
    schema.TEXTS: ["Una línea"],
    schema.TAGS: ["algo"],
    schema.YES_NO: True,
}
"""The least that says something, by the kind of a field."""
SPECIAL = {"email": "ana.rojas@example.org", "year": 2016}
"""The same for fields that take less than their kind."""
MONTH = "2017-08"


def least(field: Field) -> Any:
    """The least that may stand in a field."""
    if field.kind == schema.ROWS:
        return [{part.key: least(part) for part in field.fields if part.required}]
    if field.kind in {schema.CODE, schema.CODES}:
        code = next(iter(field.code_list)).code
        return code if field.kind == schema.CODE else [code]
    return SPECIAL.get(field.key, SAYING[field.kind])


def least_record(register: Register, *more: Field) -> Mapping[str, Any]:
    """The values of a record with its required fields and ``more``, each with the least."""
    return {field.key: least(field) for field in register.fields if field.required or field in more}


def add_bare_registers(session: Session, folder: Path) -> None:
    """Two records of each register: one with its required fields alone, which also has a file, and one with all."""
    for register in schema.REGISTERS_BY_NAME.values():
        record = services.add_record(session, SYSTEM, register, least_record(register))
        attachments.add_attachment(session, SYSTEM, register, record, folder, "nota.txt", b"Algo\n")
        own = {"name": f"Todo: {register.name}", "email": "todo@example.org", "year": 2015}
        whole = least_record(register, *register.fields)
        services.add_record(session, SYSTEM, register, {**whole, **{key: own[key] for key in own if key in whole}})


def send_bare_bulletins(session: Session) -> list[str]:
    """A bulletin as it was sent, and the next week's draft, of a year in which nothing else sends one.

    Gives the paths of the recipients' own pages.
    """
    today, long_ago = clock.today(), clock.today() - timedelta(weeks=60)
    services.add_record(session, SYSTEM, CALLS, {"name": "Abierta", "state": "open"})
    told = sending.draft_bulletin(session, SYSTEM, rules.format_week(long_ago), today)
    assert told is not None
    sending.send_bulletin(session, SYSTEM, told.id, [each.id for each in session.scalars(select(CALLS.model))], "")
    sending.draft_bulletin(session, SYSTEM, rules.format_week(long_ago + rules.WEEK), today)
    return [path_of(letter) for letter in letters(session) if "/call-answers/" in letter.body]


def add_bare_visits(session: Session) -> None:
    """Visits of people who said one thing or nothing, in a past month and yesterday; two may be the same person."""
    yesterday = clock.now() - timedelta(days=1)
    for attended_at in (f"{MONTH}-09T08:30:00-05:00", yesterday.isoformat()):
        for person, need in _PEOPLE:
            draft = {"id": str(new_id()), "point": "bucaramanga", "attended_at": attended_at, "needs": [need]}
            said = {"person": person, "consents": consents(*CONSENTS)} if person else {}
            record_visit(session, AGENT, read_draft({**draft, **said}))


def add_bare_families(session: Session) -> None:
    """People who came together and of whom nobody knew more: some visits are corrected, some annulled, some both."""
    for attended_at in (f"{MONTH}-10T08:30:00-05:00", clock.now().isoformat()):
        draft = {"point": "bucaramanga", "attended_at": attended_at, "family": str(new_id())}
        people: tuple[dict[str, Any], ...] = ({}, {"relation": "child"}, {"relation": "parent"}, {"relation": "other"})
        drafts = [
            read_draft({**draft, "id": str(new_id()), "person": person, "needs": [need]})
            for person, need in zip(people, ("EMP-SENA", "VBG", "MIG-REG", "EDU"), strict=True)
        ]
        record_family(session, AGENT, drafts)
        for number, visit_draft in enumerate(drafts):
            if number != 2:
                change = {"vulnerabilities": ["pregnant"], "needs": ["SALUD-URG"]}
                correct_visit(session, AGENT, visit_draft.id, CorrectionRequest(change, "typing-error"))
            if number > 1:
                annul_visit(session, AGENT, visit_draft.id, CorrectionRequest({}, "Otra"))


_PEOPLE: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "MIG-REG"),
    ({}, "VBG"),
    ({"sex": "F"}, "EMP-SENA"),
    ({"documents": [{"type": "PA", "number": "045678123"}]}, "MIG-REG"),
    ({"given_names": "Yohana", "surname_1": "Velásquez", "birth_date": "1991-03-17"}, "EMP-SENA"),
    ({"given_names": "Johana", "surname_1": "Velasques", "birth_date": "1991-03-17"}, "VBG"),
)


def make_extract(database: Database) -> None:
    """An extract that nobody has taken yet, of more people than a page of a list shows."""
    record_consenting_people(database, LEAST_PEOPLE + 5)
    with database.write_session() as session:
        asked = parse_request("2017-07", "2017-12", "Algo", "Algo")
        extract_services.save_extract(session, SYSTEM, extract_services.prepare_extract(session, asked))


def add_bare_accounts(session: Session) -> None:
    """An account that never signed in, one without an entity, a token that was never used."""
    account_services.add_account(
        session, SYSTEM, account_services.NewAccount("sin.mas@example.org", "Sin Más", "agent", None), "none"
    )
    account_services.add_token(session, SYSTEM, "sin-mas", "intake", None)


def add_bare_webhook(session: Session) -> None:
    """An address to which nothing was delivered yet."""
    webhook_services.add_webhook(session, SYSTEM, "sena", "https://example.org/")


def add_bare_requests(session: Session) -> None:
    """Requests of nobody on file, open and closed, and an incident: with the fewest words."""
    day = clock.today()
    new = NewRequest("consultation", "web", day, "person", "none")
    rights_services.register_request(session, SYSTEM, new)
    closed = rights_services.register_request(session, SYSTEM, replace(new, kind="claim", text="Algo"))
    withdraw_request(session, SYSTEM, closed, 1)
    incidents.register_incident(session, SYSTEM, incidents.NewIncident("other", day, "Algo"))


def add_bare_directory(session: Session) -> None:
    """An entity and a service with their required fields alone."""
    texts = {"es": "Algo", "en": "Something"}
    day = "2017-01-01"
    entity = {"code": "sin-mas", "kind": "municipal", "name": texts, "short": texts, "description": texts}
    directory_services.add_entity(session, SYSTEM, {**entity, "valid_from": day})
    service = {"code": "SIN-MAS", "need": "SIN-MAS", "name": texts, "description": texts, "valid_from": day}
    nothing = {"restricted": False, "documents_none": False, "fields": []}
    offers = [{"entity": "sin-mas", "order": 1, "valid_from": day}]
    directory_services.add_service(session, SYSTEM, {**service, **nothing, "offers": offers})
