"""Everything that is kept of a person, as plain data: the content of their own export, in JSON and on paper.

It is free, readable and complete (Ley 1581 de 2012, arts. 8 and 11): what was said, what became of it, who used it. Of
other people it holds nothing but what this person said of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import VaultError
from attention_point.foundation.language import current_language, translate_stored_message
from attention_point.intake import queries as intake_queries
from attention_point.intake.form.person_summary import (
    describe_history,
    describe_household,
    describe_person,
    label_codes,
)
from attention_point.people import records as people_records
from attention_point.person_fields import NAME_FIELDS
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.reasons.queries import describe_answer_reason
from attention_point.rights.export.consent_history import PurposeHistory, list_consent_history
from attention_point.rights.export.data_uses import list_data_uses
from attention_point.rights.requests import stored_requests
from attention_point.rights.requests.stored_requests import StoredRequest

FORMAT = "person-export-1"
# Where somebody lives or goes to, with whom they came, on which day and to whom they were sent reaches nobody through a
# parent or a representative: a shelter's name is an address, and the child's best interest and the danger of a partner
# go before (Ley 1098 de 2006, arts. 8, 33; decision 83). Named one by one, so that a new field is not told by chance.
_FIELDS_FOR_ANOTHER = frozenset({*NAME_FIELDS, "birth_date", "sex", "nationality", "documents"})
Rows = list[dict[str, str]]


def build_person_content(session: Session, people: Sequence[UUID], *, for_another: bool = False) -> dict[str, Any]:
    """What is kept of one person, in words of the language in use, and the record as it is stored.

    ``people`` are the ids that stand for the person, the kept one first. ``for_another``: a parent or a representative
    gets who the person is, and never where the person is or what was said in confidence, whether or not there is such a
    thing. Raises VaultError where the person's record does not open: an export that leaves
    something out would be taken for complete. A visit or a referral that does not open is named as such.
    """
    records = _open_records(session, people)
    listed_visits = list(intake_queries.list_visits_of_people(session, people))
    if for_another:
        listed_visits = [visit for visit in listed_visits if intake_queries.is_in_ordinary_lists(visit)]
        records = _select_ordinary(records, listed_visits)
    visits = [visit for visit in listed_visits if isinstance(visit, intake_queries.DecryptedVisit)]
    content = {
        "format": FORMAT,
        "made_at": clock.to_local_time(clock.now()).isoformat(timespec="seconds"),
        "language": current_language(),
        "name": people_records.format_full_name(records[0].record),
        "is_for_another": for_another,
    }
    if for_another:
        stored = [_select_for_another(record.record) for record in records]
        return content | {"details": _build_details(stored), "stored": stored}
    referrals = referral_queries.list_referrals_of_visits(session, [visit.id for visit in listed_visits])
    requests = stored_requests.list_requests_of_people(session, people)
    uses = list_data_uses(session, people, [*listed_visits, *referrals])
    return content | {
        "details": _build_details(record.record for record in records),
        "earlier_details": [_build_row(*row) for record in records for row in describe_history(record.history)],
        "consents": [_describe_consent(history) for history in list_consent_history(session, people, visits)],
        "visits": [_describe_visit(session, visit) for visit in visits],
        "referrals": [
            _describe_referral(session, referral) for referral in referrals if isinstance(referral, DecryptedReferral)
        ],
        # Who protects a child may ask because of those at home, who may see this paper.
        "requests": [_describe_request(request) for request in requests if request.note["asker"] != "family_defender"],
        "uses": [{"at": use.at, "by": use.by, "action": use.action} for use in uses],
        "unreadable": {
            "visits": len(listed_visits) - len(visits),
            "referrals": sum(referral.damaged for referral in referrals),
        },
        "stored": [record.record for record in records],
    }


def _select_ordinary(
    records: list[people_records.DecryptedPerson], visits: Iterable[intake_queries.ListedVisit]
) -> list[people_records.DecryptedPerson]:
    # A record that has confidential visits alone may hold the name and the paper under which somebody hides.
    ordinary = {visit.person_id for visit in visits if isinstance(visit, intake_queries.DecryptedVisit)}
    return [record for record in records if record.id in ordinary] or records[:1]


def _select_for_another(record: Mapping[str, Any]) -> dict[str, Any]:
    # No consents: their text has a date, and that there are none says that the person came in confidence alone, or was
    # protected as a child.
    selected = {name: value for name, value in record.items() if name in _FIELDS_FOR_ANOTHER}
    # A safe-conduct says that somebody asks for asylum, a permit since when they stay: both say of whom they flee.
    types = get_code_list("document_types")
    documents = [
        document
        for document in selected.get("documents") or ()
        if types.has_code(document["type"]) and types[document["type"]].attributes.get("told_to_family")
    ]
    return selected | {"documents": documents}


def _open_records(session: Session, people: Sequence[UUID]) -> list[people_records.DecryptedPerson]:
    opened = people_records.open_people(session, people)
    if missing := [person for person in people if opened.get(person) is None]:
        raise VaultError("person", missing[0])
    return [record for person in people if (record := opened[person])]


def _build_details(records: Iterable[Mapping[str, Any]]) -> Rows:
    return [_build_row(*row) for record in records for row in describe_person(record)]


def _build_row(label: str, value: str) -> dict[str, str]:
    return {"label": label, "value": value}


def _describe_consent(history: PurposeHistory) -> dict[str, Any]:
    return {
        "purpose": history.label,
        "allowed_now": history.stands,
        "answers": [
            {
                "granted": answer.granted,
                "said_at": answer.said_at.isoformat(),
                "visit": answer.reference,
                "text_version": answer.text_version,
                "text_sha256": answer.text_digest,
                "guardian": answer.guardian,
            }
            for answer in history.answers
        ],
    }


def _describe_request(request: StoredRequest) -> dict[str, Any]:
    language, words = current_language(), request.words or {}
    return {
        "reference": request.reference,
        "kind": get_code_list("rights_kinds").label_for_code(request.kind, language),
        "asked_by": get_code_list("rights_askers").label_for_code(request.note["asker"], language),
        "received_on": request.received_on.isoformat(),
        "state": get_code_list("rights_states").label_for_code(request.state, language),
        "text": str(words.get("text", "")),
        "answer": str(words.get("decision_text", "")),
    }


def _describe_visit(session: Session, visit: intake_queries.DecryptedVisit) -> dict[str, Any]:
    record, language = visit.record, current_language()
    services = directory_queries.get_services_by_code(session)

    def name_service(code: str) -> str:
        # A service that has left the directory is named by its code: it was offered all the same.
        return services[code].name[language] if code in services else code

    # As it stands after a correction: by that the office goes, and about that the person asks.
    counted: Mapping[str, Any] = record.get("corrected_facts") or record.get("counted") or {}
    guardian = record.get("guardian") or {}
    return {
        "reference": visit.reference,
        "attended_at": clock.to_local_time(visit.attended_at).isoformat(timespec="minutes"),
        "state": visit.state,
        "needs": [name_service(need) for need in record.get("needs", ())],
        "suggestions": [
            {"service": name_service(entry["service"]), "reason": translate_stored_message(*entry["reason"])}
            for entry in record.get("suggestions", ())
        ],
        "household": [_build_row(*row) for row in describe_household(record.get("household") or {})],
        "vulnerabilities": label_codes("vulnerabilities", counted.get("vulnerabilities") or ()),
        "notes": record.get("notes") or "",
        "guardian": {
            "name": guardian.get("name", ""),
            "relation": get_code_list("guardian_relations").label_for_code(guardian["relation"], language)
            if guardian.get("relation")
            else "",
        }
        if guardian
        else None,
        "legal_basis": (record.get("legal_basis") or {}).get("identity", ""),
    }


def _describe_referral(session: Session, referral: DecryptedReferral) -> dict[str, Any]:
    language = current_language()
    service = directory_queries.find_service(session, referral.service)
    entity = directory_queries.find_entity(session, referral.entity)
    states = get_code_list("referral_states")
    return {
        "entity": entity.name[language] if entity else referral.entity,
        "service": service.name[language] if service else referral.service,
        "referred_on": clock.local_day(referral.created_at).isoformat(),
        "state": states.label_for_code(referral.state, language),
        "answers": [
            {
                "at": answer["at"],
                "state": states.label_for_code(answer["state"], language),
                "reason": describe_answer_reason(answer) or "",
                "note": answer.get("note") or "",
            }
            for answer in referral.record["answers"]
        ],
        "messages": [{"at": message["at"], "text": message["text"]} for message in referral.messages],
    }
