"""The check page's question: is it somebody on file? The agent decides, and sees what her choice changes.

The answer is kept in two fields of the form for each person: one names whom she chose, the other whom she said it is
not (``name_choice_fields``). Nobody on file is changed by a form that chose nobody.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.intake import queries
from attention_point.intake.draft import VisitDraft
from attention_point.intake.form.person_summary import compare_records, describe_person
from attention_point.intake.pages.check_page.checked_people import CheckedPerson, name_choice_fields
from attention_point.intake.services import SAME_DOCUMENT
from attention_point.people import records as people_records
from attention_point.people.duplicates import matching, recognition
from attention_point.people.records import DecryptedPerson

SAME_PERSON, SOMEBODY_ELSE = "same_person", "somebody_else"
# People shown at once. A number that stands in for a missing one (0, 123456) may be on file for many more.
MAXIMUM_SHOWN = 10
_COMPARISON_LABELS = {
    matching.OTHER_NAME: N_("Same document, another name."),
    matching.OTHER_BIRTH_DATE: N_("Same document, another birth date."),
    matching.OTHER_NAME_AND_BIRTH_DATE: N_("Same document, another name and another birth date."),
    matching.NOT_COMPARABLE: N_("Same document; the name or the birth date could not be compared."),
    matching.SAME_NAME_AND_BIRTH_DATE: N_("Same document; the name and the birth date agree."),
    recognition.ANOTHER_DOCUMENT: N_("The name and the birth date agree."),
    recognition.POSSIBLE_BIRTH_DATE: N_("The name agrees, and the birth date may be the same."),
}
_AGREEING_COMPARISONS = {matching.SAME_NAME_AND_BIRTH_DATE, recognition.ANOTHER_DOCUMENT}
_BY_NAME_ALONE = {recognition.ANOTHER_DOCUMENT, recognition.POSSIBLE_BIRTH_DATE}
# Enough to tell two people apart before one of them stands at the desk; no more of somebody who may not have come.
_SHOWN_FIELDS = ("birth_date", "sex", "documents")


def apply_person_choice(fields: MultiDict[str, str], posted: MultiDict[str, str]) -> None:
    """Carry the answer that was tapped on the check page into the fields of the form."""
    for name, value in posted.items():
        kind, _hyphen, number = name.partition("-")
        if kind not in {SAME_PERSON, SOMEBODY_ELSE} or not number.isdecimal() or len(number) > 3:
            continue
        person_id, different_from = name_choice_fields(int(number))
        if kind == SAME_PERSON:
            fields[person_id] = value
        else:
            fields[person_id] = ""
            fields[different_from] = " ".join(dict.fromkeys([*fields.get(different_from, "").split(), *value.split()]))


def require_person_choice(session: Session, actor: Actor, person: CheckedPerson) -> None:
    """Raise Invalid while the agent has not said of everybody who may be meant that it is somebody else."""
    # Looked up again when the visit is recorded: somebody may have been registered since the check page was shown.
    likely_people = _find_likely_people(session, actor, person.draft)
    if any(str(likely_person.id) not in person.rejected_ids for likely_person in likely_people):
        raise Invalid.of_field(f"{SAME_PERSON}-{person.number}", _("Say whether it is one of these people."))


def build_person_question(
    session: Session, actor: Actor, person: CheckedPerson, chosen_person: DecryptedPerson | None
) -> dict[str, Any]:
    """What the check page asks: ``likely`` people to choose from, or what choosing ``chosen`` changes."""
    draft = person.draft
    if chosen_person is not None:
        return {"chosen": _describe_chosen_person(session, actor, draft, chosen_person)}
    likely_people = _find_likely_people(session, actor, draft)
    hidden = not likely_people and _is_document_of_hidden_person(session, draft)
    return {
        "likely": [_build_person_card(likely_person) for likely_person in likely_people[:MAXIMUM_SHOWN]],
        "likely_ids": " ".join(str(likely_person.id) for likely_person in likely_people),
        "more_likely": len(likely_people) - len(likely_people[:MAXIMUM_SHOWN]),
        "answered": all(str(likely_person.id) in person.rejected_ids for likely_person in likely_people),
        "unseen_warning": _(SAME_DOCUMENT) if hidden else None,
    }


def _find_likely_people(session: Session, actor: Actor, draft: VisitDraft) -> list[recognition.LikelyPerson]:
    # Nobody for a visit that is recorded already, which would find its own person, nor for somebody who refuses to be
    # on file: then nothing is kept by which they could be found.
    is_settled = draft.person.id or draft.refuses_to_be_on_file or not actor.may("people.search")
    if is_settled or queries.is_recorded(session, draft.id):
        return []
    return recognition.find_likely_people(session, actor, _collect_person_fields(draft))


def _is_document_of_hidden_person(session: Session, draft: VisitDraft) -> bool:
    # The document is another person's who was not shown: this reader may not search, or the record does not open.
    if draft.refuses_to_be_on_file or queries.is_recorded(session, draft.id):
        return False
    return recognition.is_on_file_for_others(session, _collect_person_fields(draft))


def _collect_person_fields(draft: VisitDraft) -> dict[str, Any]:
    return draft.person_fields


def _build_person_card(person: recognition.LikelyPerson) -> dict[str, Any]:
    shown_fields = {field: value for field, value in person.record.items() if field in _SHOWN_FIELDS}
    return {
        "id": person.id,
        "name": people_records.format_full_name(person.record) or _("No name on file"),
        "why": _(_COMPARISON_LABELS[person.comparison]),
        "agrees": person.comparison in _AGREEING_COMPARISONS,
        "by_document": person.comparison not in _BY_NAME_ALONE,
        "rows": describe_person(shown_fields),
    }


def _describe_chosen_person(
    session: Session, actor: Actor, draft: VisitDraft, chosen_person: DecryptedPerson
) -> dict[str, Any]:
    fields, record = _collect_person_fields(draft), chosen_person.record
    is_complete = draft.person.version is not None
    changed_record = recognition.preview_statement(session, actor, chosen_person, fields, is_complete=is_complete)
    return {
        "id": chosen_person.id,
        "name": people_records.format_full_name(record) or _("No name on file"),
        "changes": [row for row in compare_records(record, changed_record) if row.before != row.after],
        # What is left blank stays, unless it was in sight: then it is among the changes.
        "left_blank": [] if is_complete else [row.label for row in compare_records(record, fields) if not row.after],
        "warnings": _list_choice_warnings(session, chosen_person, fields),
    }


def _list_choice_warnings(session: Session, chosen_person: DecryptedPerson, fields: Mapping[str, Any]) -> list[str]:
    warnings = []
    if recognition.is_another_identity(chosen_person.record, fields):
        warnings.append(_("The name and the birth date are not those on file. Make sure that it is this person."))
    if recognition.is_on_file_for_others(session, fields, chosen_person.id):
        warnings.append(_(SAME_DOCUMENT))
    return warnings
