"""What differs between a visit as one agent corrected it and as it is recorded now, field by field, in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import Difference
from attention_point.foundation.language import N_, current_language, format_datetime, format_number
from attention_point.foundation.language import gettext as _
from attention_point.intake.draft import VisitDraft
from attention_point.intake.form.facts_summary import describe_facts
from attention_point.people.records import list_person_differences

BLANK = "–"
CONSENT_LABELS = {
    "attention": N_("Allows their data to be kept, to be served"),
    "contact": N_("Allows calls and messages to their phone"),
    "research": N_("Allows studies by a university"),
}


def list_visit_differences(
    session: Session, draft: VisitDraft, stored_payload: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """The fields in which a corrected draft and the recorded visit differ, with those of the person."""
    yours = draft.model_dump(mode="json", exclude_none=True)
    your_rows, their_rows = describe_draft(session, yours), describe_draft(session, stored_payload)
    visit_differences = tuple(
        Difference(label, your_rows.get(label, BLANK), their_rows.get(label, BLANK))
        for label in dict.fromkeys((*your_rows, *their_rows))
        if your_rows.get(label, BLANK) != their_rows.get(label, BLANK)
    )
    return visit_differences + list_person_differences(draft.person_fields, stored_payload.get("person") or {})


def describe_draft(session: Session, payload: Mapping[str, Any]) -> dict[str, str]:
    """A draft in words, by label, without its person; what is blank is left out."""
    household, facts = payload.get("household") or {}, payload.get("facts") or {}
    rows = {
        _("Date of the visit"): format_datetime(datetime.fromisoformat(payload["attended_at"])),
        _("Attention point"): _name_point(session, payload["point"]),
        _("What the person needs"): ", ".join(_name_service(session, need) for need in payload.get("needs") or ()),
        _("Situations to take into account"): _label_codes("vulnerabilities", payload.get("vulnerabilities") or ()),
        _("Adults who came along"): _format_count(household.get("adults")),
        _("Children who came along"): _format_count(household.get("children")),
        _("Who comes with the child"): _label_codes("accompanied_by", [household.get("accompanied_by")]),
        **dict(describe_facts(session, facts)),
        **{_(label): _find_answer(payload, purpose) for purpose, label in CONSENT_LABELS.items()},
        _("Notes"): payload.get("notes") or "",
    }
    return {label: words for label, words in rows.items() if words}


def _name_point(session: Session, code: str) -> str:
    point = directory_queries.find_point(session, code)
    return point.name[current_language()] if point else code


def _name_service(session: Session, code: str) -> str:
    services = directory_queries.get_services_by_code(session)
    return services[code].name[current_language()] if code in services else code


def _label_codes(list_name: str, codes: Any) -> str:
    code_list = get_code_list(list_name)
    return ", ".join(code_list.label_for_code(code, current_language()) for code in codes if code)


def _format_count(count: int | None) -> str:
    return "" if count is None else format_number(count)


def _find_answer(payload: Mapping[str, Any], purpose: str) -> str:
    answers = [consent["granted"] for consent in payload.get("consents") or () if consent["purpose"] == purpose]
    return "" if not answers else _("Yes") if all(answers) else _("No")
