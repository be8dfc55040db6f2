"""The check page's question: is it somebody on file? The agent decides, and sees what her choice changes.

The answer travels in two hidden fields of the form: ``person_id`` names whom she chose, ``different_from`` whom she
said it is not. Nobody on file is changed by a form that chose nobody.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from attention_point.foundation.access import Actor
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid, NotFound
from attention_point.intake import queries
from attention_point.intake.draft import VisitDraft
from attention_point.intake.forms import DeskForm
from attention_point.intake.services import SAME_DOCUMENT
from attention_point.intake.words import by_label, person_rows
from attention_point.people import matching, recognition
from attention_point.people import services as people
from attention_point.people.duplicates import REASONS

SAME, OTHER = "same_person", "somebody_else"
MOST = 10
"""People shown at once; a stand-in number may be on file for many more."""
_WORDS = {**REASONS, recognition.ANOTHER_DOCUMENT: N_("The name and the birth date agree.")}
_AGREEING = {matching.SAME_NAME_AND_BIRTH_DATE, recognition.ANOTHER_DOCUMENT}
_SHOWN = ("birth_date", "sex", "documents")


def take_answer(form: DeskForm, posted: MultiDict[str, str]) -> None:
    """Carry the answer that was tapped on the check page into the form."""
    if posted.get(SAME):
        form.person_id.data = posted[SAME]
    elif OTHER in posted:
        form.person_id.data = ""
        form.different_from.data = " ".join(dict.fromkeys([*_different(form), *posted[OTHER].split()]))


def require_answer(session: Session, actor: Actor, draft: VisitDraft, form: DeskForm) -> None:
    """Raises Invalid while somebody on file may be meant of whom the agent has not said who it is."""
    if any(str(person.id) not in _different(form) for person in _likely_people(session, actor, draft)):
        sentence = _("Say whether it is one of these people.")
        raise Invalid(sentence, (FieldError(SAME, sentence),))


def question(session: Session, actor: Actor, draft: VisitDraft, form: DeskForm) -> dict[str, Any]:
    """What the check page shows: ``likely`` people to choose from, or what the choice of ``chosen`` changes.

    Raises Invalid, and forgets the choice, when there is no such person.
    """
    if draft.person.id is not None:
        try:
            return {"chosen": _chosen(session, actor, draft, draft.person.id)}
        except NotFound as missing:
            form.person_id.data = ""
            raise Invalid(missing.message, (FieldError("person.id", missing.message),)) from None
    likely, different = _likely_people(session, actor, draft), _different(form)
    return {
        "likely": [_card(person) for person in likely[:MOST]],
        "likely_ids": " ".join(str(person.id) for person in likely),
        "more_likely": len(likely) - len(likely[:MOST]),
        "answered": all(str(person.id) in different for person in likely),
        "unseen_warning": _(SAME_DOCUMENT) if not likely and _is_unseen(session, draft) else None,
    }


def _different(form: DeskForm) -> Sequence[str]:
    return (form.different_from.data or "").split()


def _likely_people(session: Session, actor: Actor, draft: VisitDraft) -> list[recognition.LikelyPerson]:
    """Nobody for a visit that is saved already (it would find itself), nor for who refuses to be put on file."""
    settled = draft.person.id or draft.refuses_to_be_on_file or not actor.may("people.search")
    if settled or queries.is_recorded(session, draft.id):
        return []
    return recognition.find_likely_people(session, actor, _fields(draft))


def _is_unseen(session: Session, draft: VisitDraft) -> bool:
    """Whether the document is another's who was not shown: the reader may see nobody, or the record does not open."""
    if draft.refuses_to_be_on_file or queries.is_recorded(session, draft.id):
        return False
    return recognition.is_on_file_for_others(session, _fields(draft))


def _fields(draft: VisitDraft) -> dict[str, Any]:
    return draft.person.model_dump(mode="json", exclude_none=True)


def _card(person: recognition.LikelyPerson) -> dict[str, Any]:
    shown = {field: value for field, value in person.record.items() if field in _SHOWN}
    return {
        "id": person.id,
        "name": people.full_name(person.record) or _("Without a name on file"),
        "why": _(_WORDS[person.comparison]),
        "agrees": person.comparison in _AGREEING,
        "rows": person_rows(shown),
    }


def _chosen(session: Session, actor: Actor, draft: VisitDraft, person: UUID) -> dict[str, Any]:
    fields = _fields(draft)
    record, after = recognition.preview_statement(session, actor, person, fields)
    return {
        "id": person,
        "name": people.full_name(record) or _("Without a name on file"),
        "changes": [(label, before, now) for label, before, now in _compared(record, after) if before != now],
        "left_blank": [label for label, _before, now in _compared(record, fields) if not now],
        "warnings": _doubts(session, person, record, fields),
    }


def _doubts(session: Session, person: UUID, record: Mapping[str, Any], fields: Mapping[str, Any]) -> list[str]:
    """What speaks against the choice of this person."""
    doubts = []
    if recognition.is_another_identity(record, fields):
        doubts.append(_("The name and the birth date are not those on file. Make sure that it is this person."))
    if recognition.is_on_file_for_others(session, fields, person):
        doubts.append(_(SAME_DOCUMENT))
    return doubts


def _compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, list[str], list[str]]]:
    """The label, the words before and the words after of each thing that is known before or after."""
    first, second = by_label(before), by_label(after)
    return [(label, first.get(label, []), second.get(label, [])) for label in dict.fromkeys((*first, *second))]
