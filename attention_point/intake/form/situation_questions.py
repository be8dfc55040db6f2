"""The questions about facts on which the rules decide, as an agent answers them at the desk.

Each is asked where a need makes it matter; most can also be told without being asked (``FOLDED_FACTS``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from wtforms import BooleanField, RadioField, SelectField, StringField

from attention_point.directory import queries as directory_queries
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.typed_dates import parse_date
from attention_point.foundation.web.forms import BaseForm, PlainForm
from attention_point.intake.form.facts_summary import FACT_LABELS
from attention_point.intake.form.typed_values import read_partial_date

# Names of registers, alike in every language: RAMV of 2018 (Decreto 542/2018), RUMV of 2021 (Decreto 216/2021).
REGISTERS = ("RAMV", "RUMV")
TICKED_FACTS = (
    "violence_within_72_hours",
    "conflict_victim",
    "in_transit",
    "death_in_family",
    "live_birth_certificate",
    "child_born_in_colombia_without_note",
)
# On the page these wait in a fold until a need makes them matter; the other questions are asked for such needs alone.
FOLDED_FACTS = (*TICKED_FACTS, "measure_notified_on", "registered_in")


class YesNoField(RadioField):
    """A question that is answered with yes, no, or not at all; the draft has True, False or None."""

    def process_data(self, value: Any) -> None:
        """Take the value of a draft: https://wtforms.readthedocs.io/en/stable/fields/#custom-fields"""
        super().process_data({True: "yes", False: "no"}.get(value, value))


class EntryFields(PlainForm):
    """How somebody came into the country: the questions that each one of a family may answer otherwise."""

    arrived_on = StringField(FACT_LABELS["arrived_on"])
    entry_stamped = YesNoField(FACT_LABELS["entry_stamped"], validate_choice=False, choices=[])
    registered_in = RadioField(FACT_LABELS["registered_in"], validate_choice=False, choices=[])
    live_birth_certificate = BooleanField(FACT_LABELS["live_birth_certificate"])


class SituationFields(BaseForm, EntryFields):
    """All of them, for the main person."""

    child_with_permit = YesNoField(FACT_LABELS["child_with_permit"], validate_choice=False, choices=[])
    complained_of = SelectField(FACT_LABELS["complained_of"], validate_choice=False)
    measure_notified_on = StringField(FACT_LABELS["measure_notified_on"])
    violence_within_72_hours = BooleanField(FACT_LABELS["violence_within_72_hours"])
    conflict_victim = BooleanField(FACT_LABELS["conflict_victim"])
    in_transit = BooleanField(FACT_LABELS["in_transit"])
    death_in_family = BooleanField(FACT_LABELS["death_in_family"])
    child_born_in_colombia_without_note = BooleanField(FACT_LABELS["child_born_in_colombia_without_note"])


def list_needs(session: Session, day: date, chosen: Collection[str] = ()) -> dict[str, str]:
    """The needs that can be stated on a day, by code, and those that were ``chosen`` on another day's form.

    A further service for a need is none: the rules suggest it.
    """
    services = directory_queries.get_services_by_code(session).values()
    return {
        service.code: service.name[current_language()]
        for service in services
        if service.code == service.need and (service.is_in_force(day) or service.code in chosen)
    }


def list_addressees(session: Session, day: date, needs: Iterable[str] | None = None) -> dict[str, str]:
    """The entities of whom somebody may complain, by their short names.

    With ``needs``, those that somebody complains of most: the entities of the point's agreement, and those that answer
    complaints, which the rule must pass over. Any other is chosen when the visit is corrected.
    """
    answering = {
        offer.entity
        for offer in directory_queries.list_offers(session)
        if needs is not None and offer.need in needs and offer.is_in_force(day)
    }
    return {
        entity.code: entity.short[current_language()]
        for entity in directory_queries.list_entities(session, day)
        if needs is None or entity.desk_2017 or entity.code in answering
    }


def set_fact_choices(form: Any, entities: Mapping[str, str]) -> None:
    """Put the choices in the reader's language into a form. ``entities`` are names by code; a row asks for none."""
    answers = {"yes": _("Yes"), "no": _("No")}
    form.entry_stamped.choices = answers
    form.registered_in.choices = {register: register for register in REGISTERS}
    if "child_with_permit" in form:
        form.child_with_permit.choices = answers
        kinds = get_code_list("complained_of_kinds").form_choices(current_language())
        form.complained_of.choices = {"": "", **dict(kinds), **entities}


def read_facts(form: Any) -> dict[str, Any]:
    """The facts as typed into the main person's form or into a row, in the shape of the draft; silence is left out."""
    answers: dict[str, Any] = {
        "arrived_on": read_partial_date(form.arrived_on.data),
        "entry_stamped": _read_answer(form.entry_stamped.data),
        "registered_in": form.registered_in.data,
        **{name: True for name in TICKED_FACTS if name in form and form[name].data},
    }
    if "child_with_permit" in form:
        answers |= {
            "child_with_permit": _read_answer(form.child_with_permit.data),
            "complained_of": form.complained_of.data,
            "measure_notified_on": parse_date(form.measure_notified_on.data),
        }
    return {name: value for name, value in answers.items() if value not in (None, "", "None")}


def _read_answer(typed_answer: str | None) -> Any:
    # Another text goes on as it is: the draft refuses it at its field.
    return {"yes": True, "no": False}.get(typed_answer or "", typed_answer)


def invert_questions(facts_by_need: Mapping[str, Iterable[str]]) -> Mapping[str, Sequence[str]]:
    """For each fact the needs of which it decides something, as the form shows its question."""
    needs_by_fact: dict[str, list[str]] = {}
    for need, facts in facts_by_need.items():
        for fact in facts:
            needs_by_fact.setdefault(fact, []).append(need)
    return needs_by_fact
