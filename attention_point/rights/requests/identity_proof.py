"""Proving without papers that the one who asks is the person: the code of their slip, and two facts.

Many people have no papers, and nobody loses a right for it. The code says which visit, and what is on file says whether
the facts agree; nothing of what is on file is shown.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.dates import parse_partial_date
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import gettext as _
from attention_point.intake import queries as intake_queries
from attention_point.people import records as people_records
from attention_point.people.phones import list_phone_keys

FACTS_NEEDED = 2


@dataclass(frozen=True, slots=True)
class StatedFacts:
    """What the one who asks says: the code of the slip, and facts by the codes of ``rights_facts``, as typed.

    Days are ``YYYY-MM-DD``.
    """

    code: str
    facts: Mapping[str, str]


def check_facts(session: Session, actor: Actor, people: Collection[UUID], stated: StatedFacts) -> list[str]:
    """Compare what was said with what is on file of a person, and return which facts agree.

    ``people`` are the ids that stand for the person. Raises Invalid where the code is of nobody's slip, or of somebody
    else's, and where fewer than two facts agree; nothing says which one does not.
    """
    stated_facts = {name: text for name, text in stated.facts.items() if text}
    if len(stated_facts) < FACTS_NEEDED:
        raise Invalid.of_field("facts", _("Ask for two facts at least."))
    visit_id = intake_queries.find_visit_by_code(session, stated.code.strip().upper())
    visit = intake_queries.find_visit(session, visit_id) if visit_id else None
    # The facts are compared whether or not the code is right: the one answer must not tell which of them was wrong.
    opened = people_records.open_people(session, people)
    is_own_slip = visit is not None and visit.person_id in people
    # Of all records that were joined: people know what they said once, and not on which record it stands.
    values = _list_known_values(session, people, [person.record for person in opened.values() if person], visit_id)
    agreeing = [name for name, text in stated_facts.items() if _fact_agrees(name, text, values)]
    # All that was said must agree: guessing six facts to hit two would prove nothing.
    is_proved = is_own_slip and len(agreeing) == len(stated_facts)
    if not is_proved:
        # Written although the refusal undoes the rest: who tries fact after fact must be seen.
        journal.record_shown(session, actor, "rights.prove", "person", min(people), agrees=False)
        raise Invalid.of_field(
            "slip_code",
            _("The code and the facts do not all agree with what is on file. Ask again, or ask for another fact."),
        )
    journal.record(session, actor, "rights.prove", "person", min(people), agrees=True)
    return sorted(agreeing)


def _list_known_values(
    session: Session, people: Collection[UUID], records: Collection[Mapping[str, Any]], slip_visit: UUID | None
) -> dict[str, set[str]]:
    values: dict[str, set[str]] = {}
    for record in records:
        for name in ("birth_date", "given_names", "surname_1", "phone"):
            if record.get(name):
                values.setdefault(name, set()).add(_normalise_fact(name, str(record[name])))
        for document in record.get("documents") or ():
            if document.get("number"):
                values.setdefault("document", set()).add(_normalise_fact("document", document["number"]))
    for person in people:
        for visit in intake_queries.list_visits_of_person(session, person):
            # Whoever files would learn by trying days that somebody came in confidence; the slip's own day it tells.
            if not (intake_queries.is_in_ordinary_lists(visit) or visit.id == slip_visit):
                continue
            values.setdefault("visit_day", set()).add(clock.local_day(visit.attended_at).isoformat())
    return values


def _fact_agrees(name: str, text: str, values: Mapping[str, set[str]]) -> bool:
    # A telephone without digits has no key, neither here nor on file: nothing must not agree with nothing.
    stated = _normalise_fact(name, text)
    if name == "given_names":
        # Who is called Yusmary del Carmen says Yusmary.
        return bool(stated) and any({*stated.split()} <= {*known.split()} for known in values.get(name, ()))
    return bool(stated) and stated in values.get(name, ())


def _normalise_fact(name: str, text: str) -> str:
    if name == "birth_date":
        try:
            # A date that is known in part stands for its first day, as stated and on file alike.
            return parse_partial_date(text).earliest.isoformat()
        except ValueError:
            return text
    if name == "phone":
        return next(iter(list_phone_keys(text)), "")
    if name == "document":
        # Dots, blanks and hyphens are written by some and left out by others.
        return "".join(letter for letter in text.upper() if letter.isalnum())
    return text if name == "visit_day" else texts.fold_text(text)
