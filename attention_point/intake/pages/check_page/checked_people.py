"""The people whose visits a form describes, in the order of the check page. Number 0 is who fills in the form."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from attention_point.foundation.errors import FieldError, Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.intake.draft import VisitDraft
from attention_point.intake.family.links import name_person
from attention_point.intake.form.companions import FamilyForm, list_chosen_rows, list_row_numbers
from attention_point.intake.form.family_payloads import build_family_payloads, read_completed_payloads
from attention_point.intake.planning import VisitPlan, plan_visit
from attention_point.people import merging
from attention_point.people import records as people_records
from attention_point.people.records import DecryptedPerson


class CheckedPerson:
    """A person of a form: what was typed of them and its draft, and whom the agent said that they are not
    (``rejected_ids``).
    """

    def __init__(
        self,
        number: int,
        payload: dict[str, Any],
        draft: VisitDraft,
        rejected_ids: Sequence[str] = (),
        family: Sequence[VisitDraft] = (),
    ) -> None:
        self.number = number
        self.family = family
        self.payload = payload
        self.draft = draft
        self.rejected_ids = frozenset(rejected_ids)

    def open_chosen_person(self, session: Session) -> DecryptedPerson | None:
        """Open whom the agent chose on file, if she chose somebody.

        Raises NotFound, and DamagedPerson when the record does not open.
        """
        person_id = self.draft.person.id
        return people_records.open_chosen_person(session, person_id) if person_id else None

    def plan(self, session: Session, chosen_person: DecryptedPerson | None) -> VisitPlan:
        """The plan of the visit. Raises Invalid."""
        return plan_visit(session, self.draft, chosen_person, self.family)


ChangePayload = Callable[[int, dict[str, Any]], dict[str, Any]]


def list_checked_people(
    session: Session, form: FamilyForm, change_payload: ChangePayload | None = None
) -> list[CheckedPerson]:
    """The people of a form: the main one, and one for each row, numbered as the rows. Raises Invalid.

    ``change_payload`` puts what was decided of a person's number into the payload before it is read.
    """
    typed_forms: list[tuple[int, Any]] = [(0, form), *zip(list_row_numbers(form), list_chosen_rows(form), strict=True)]
    payloads = build_family_payloads(session, form)
    if change_payload:
        payloads = [
            change_payload(number, payload) for (number, _typed), payload in zip(typed_forms, payloads, strict=True)
        ]
    completed_payloads = read_completed_payloads(payloads)
    drafts = [draft for _payload, draft in completed_payloads]
    return [
        CheckedPerson(number, payload, draft, (typed.different_from.data or "").split(), drafts)
        for (number, typed), (payload, draft) in zip(typed_forms, completed_payloads, strict=True)
    ]


def check_people(session: Session, form: FamilyForm) -> None:
    """Raise Invalid for what is wrong with the form of anybody; NotFound or DamagedPerson for a chosen person."""
    errors: list[FieldError] = []
    for index, person in enumerate(list_checked_people(session, form)):
        try:
            person.plan(session, person.open_chosen_person(session))
        except Invalid as error:
            errors += name_person(index, error.field_errors) if index else error.field_errors
    if errors:
        raise Invalid(_("Some fields need attention."), tuple(errors))


def forget_missing_people(session: Session, fields: MultiDict[str, str]) -> None:
    """Take the people out of a form who were chosen and whose record is gone or does not open."""
    for name in filter(_names_chosen_person, list(fields)):
        try:
            if fields[name]:
                people_records.open_chosen_person(session, UUID(fields[name]))
        except (ValueError, NotFound, people_records.DamagedPerson):
            fields[name] = ""


def follow_joined_people(session: Session, fields: MultiDict[str, str]) -> bool:
    """Put the record that goes on in the place of a chosen one that was joined to it; return whether one was.

    What the form leaves blank then stays on file: the agent had the other record in sight.
    """
    chosen_people = {name: UUID(fields[name]) for name in fields if _names_chosen_person(name) and fields[name]}
    linked = merging.map_linked(session, chosen_people.values())
    replaced = {
        name: linked[person][0]
        for name, person in chosen_people.items()
        if person in linked and linked[person][0] != person
    }
    for name, kept_person in replaced.items():
        fields[name] = str(kept_person)
    return bool(replaced)


def _names_chosen_person(name: str) -> bool:
    return name == "person_id" or name.endswith("-person_id")


def name_choice_fields(number: int) -> tuple[str, str]:
    """The two fields of the form that keep who a person is on file, and who they are not."""
    prefix = f"companions-{number - 1}-" if number else ""
    return f"{prefix}person_id", f"{prefix}different_from"
