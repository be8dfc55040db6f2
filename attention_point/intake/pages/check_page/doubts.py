"""What to look at before saving: each doubt a plain sentence, with the field of the form that would mend it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from attention_point.foundation import clock
from attention_point.foundation.language import format_date, translate_stored_message
from attention_point.foundation.language import gettext as _
from attention_point.intake.consents.consent_rules import REFERRALS_OFF
from attention_point.intake.draft import VisitDraft
from attention_point.intake.pages.check_page.checked_people import CheckedPerson
from attention_point.intake.planning import VisitPlan
from attention_point.people.records import find_age_after_statement

OLDEST_LIKELY_AGE = 100  # years; somebody older is rarer at a desk than a mistyped year
_FORM_FIELDS = {
    "consents": "attention",
    "attended_at": "attended_on",
    "guardian.name": "guardian_name",
    "guardian.relation": "guardian_relation",
    "person.phone": "phone",
}
_DOCUMENT_FIELD = re.compile(r"person\.(documents)\.([0-9]+)\.([a-z]+)")


class Doubt(NamedTuple):
    """A sentence, and the id of the field of the form where it is corrected."""

    sentence: str
    field: str


def list_doubts(person: CheckedPerson, plan: VisitPlan) -> list[Doubt]:
    """What is doubtful about a person and a visit. None of it stops the visit."""
    planned_doubts = [
        Doubt(translate_stored_message(message, values), _find_form_field(field))
        for field, message, values in plan.warnings
    ]
    # The consents to referrals are given on this page, so that the plan cannot yet say that they will not count.
    if plan.waiting_for_guardian and all(message != REFERRALS_OFF for _field, message, _values in plan.warnings):
        planned_doubts.append(Doubt(_(REFERRALS_OFF), "guardian_name"))
    prefix = f"companions-{person.number - 1}-" if person.number else ""
    return [Doubt(doubt.sentence, prefix + doubt.field) for doubt in (*planned_doubts, *_list_own_doubts(person.draft))]


def _find_form_field(field: str) -> str:
    if match := _DOCUMENT_FIELD.fullmatch(field):
        return "-".join(match.groups())
    return _FORM_FIELDS.get(field, field.rpartition(".")[2])


def _list_own_doubts(draft: VisitDraft) -> Iterator[Doubt]:
    age = find_age_after_statement({}, draft.person_fields, draft.attended_day)
    if age is None and draft.person.relation == "child":
        yield Doubt(
            _(
                "Nobody wrote how old this daughter or son is. Write the year of birth or an age: it decides who "
                "authorises and what is offered."
            ),
            "birth_date",
        )
    if age is not None and age > OLDEST_LIKELY_AGE:
        yield Doubt(_("By the birth date the person is %(age)s years old.", age=age), "birth_date")
    if draft.attended_day != clock.today():
        yield Doubt(
            _("The date of the visit is not today: %(date)s.", date=format_date(draft.attended_day)), "attended_on"
        )
