"""The facts on which the rules decide, in words of the reader's language: their questions, and what was answered."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from attention_point.dates import parse_partial_date
from attention_point.directory import queries as directory_queries
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_, current_language, format_date_span
from attention_point.foundation.language import gettext as _

# What is asked stands before what is ticked. A label is the same on the form, on the check page and in a correction, so
# that an agent who compares two of them looks for the same words.
FACT_LABELS = {
    "arrived_on": N_("When did the person arrive in Colombia?"),
    "entry_stamped": N_("Was the passport stamped on entry?"),
    "child_with_permit": N_("Has the person a child with a PPT, or at school?"),
    "registered_in": N_("Registered in"),
    "complained_of": N_("Whom the complaint is about"),
    "measure_notified_on": N_("Day on which a fine, an expulsion or a deportation was notified"),
    "violence_within_72_hours": N_("Violence in the last 72 hours"),
    "conflict_victim": N_("Victim of the armed conflict"),
    "in_transit": N_("In transit on foot"),
    "death_in_family": N_("A death in the family"),
    "live_birth_certificate": N_("Has the live-birth certificate of the baby"),
    "child_born_in_colombia_without_note": N_(
        "A child born in Colombia to Venezuelan parents has no nationality note on the birth record"
    ),
}
# An answer "no" to these was given to a question; of the others only a yes is stated.
ANSWERED_FACTS = ("entry_stamped", "child_with_permit")
_DATES = ("arrived_on", "measure_notified_on")


def describe_facts(session: Session, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Labels and words of the facts of a draft, as JSON has them. What nobody stated is left out."""
    return [
        (_(label), _describe_fact(session, name, facts[name]))
        for name, label in FACT_LABELS.items()
        if facts.get(name) or (name in ANSWERED_FACTS and facts.get(name) is False)
    ]


def _describe_fact(session: Session, name: str, value: Any) -> str:
    if name == "complained_of":
        return name_addressee(session, value)
    if name in _DATES:
        return format_date_span(parse_partial_date(str(value)))
    return value if isinstance(value, str) else _("Yes") if value else _("No")


def name_addressee(session: Session, code: str) -> str:
    """Whom a complaint is about: a kind of addressee, an entity of the directory, or the code as it is."""
    kinds = get_code_list("complained_of_kinds")
    if code in {kind.code for kind in kinds}:
        return kinds.label_for_code(code, current_language())
    entities = directory_queries.get_entities_by_code(session)
    return entities[code].name[current_language()] if code in entities else code
