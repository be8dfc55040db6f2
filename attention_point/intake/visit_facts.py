"""Builds the facts of a visit that the indicators count, without a name."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from attention_point.foundation import clock
from attention_point.intake.draft import VisitDraft
from attention_point.intake.draft_types.parts import Disability
from attention_point.people.records import find_age
from attention_point.people.services import ReceivedPerson
from attention_point.person_fields import PERSON_FIELDS
from attention_point.routing.rule_types import Suggestion
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from attention_point.tallies.rules import CellKey, build_referral_cells, build_visit_cells

# By these a person is counted in its month, also where a later visit says otherwise: or one person would stand among
# the people in one row and among the attentions in another.
PERSON_FACTS = tuple(field.name for field in PERSON_FIELDS if field.counted)
# JSON knows lists only; the facts are compared and counted as tuples.
LIST_FACTS = ("documents", "needs", "vulnerabilities", "new_needs", "new_vulnerabilities")


def build_visit_facts(
    draft: VisitDraft, received_person: ReceivedPerson, day: date, counted_before: Sequence[Mapping[str, Any] | None]
) -> tuple[VisitFacts, VisitFacts]:
    """The facts of a new visit, which counts on ``day``: as it states them, and as they count in the month.

    ``counted_before``: see ``count_in_month``.
    """
    stated_person = build_person_facts(
        received_person.record,
        draft.attended_day,
        draft.person.disability,
        [document.type for document in draft.person.documents],
    )
    stated_facts = build_stated_facts(draft, stated_person, day)
    return stated_facts, count_in_month(stated_facts, counted_before, is_first_ever=received_person.is_new)


def build_stated_facts(draft: VisitDraft, person_facts: Mapping[str, Any], day: date) -> VisitFacts:
    """The facts that a visit states by itself, whatever else counts in its month."""
    return VisitFacts(
        point=draft.point,
        day=day,
        # On the point's wall clock: the table of hours tells when the desk is full.
        hour=clock.to_local_time(draft.attended_at).hour,
        person=person_facts,
        needs=_drop_repeated_codes(draft.needs),
        vulnerabilities=_drop_repeated_codes(draft.vulnerabilities),
        accompanied_by=draft.household.accompanied_by,
        wait=draft.waiting_minutes,
    )


def count_in_month(
    stated_facts: VisitFacts, counted_before: Sequence[Mapping[str, Any] | None], *, is_first_ever: bool
) -> VisitFacts:
    """The facts of a visit as they count after the other visits of the person in the month.

    ``counted_before`` is how the earlier ones were counted, None for one that does not open. A person is counted once a
    month, and in it once a need and once a vulnerability. What a damaged visit counted is not known, so that after it
    nothing of the person is new any more: never twice.
    """
    readable = [entry for entry in counted_before if entry is not None]
    damaged = len(readable) < len(counted_before)
    first_counted = next((entry for entry in readable if entry["first_this_month"]), None)
    new_needs = _select_new_codes(stated_facts.needs, readable, "new_needs")
    new_vulnerabilities = _select_new_codes(stated_facts.vulnerabilities, readable, "new_vulnerabilities")
    return stated_facts._replace(
        first_ever=is_first_ever,
        first_this_month=not counted_before,
        new_needs=() if damaged else new_needs,
        new_vulnerabilities=() if damaged else new_vulnerabilities,
        person=select_person_facts(first_counted) if first_counted else stated_facts.person,
    )


def build_person_facts(
    record: Mapping[str, Any], day: date, disability: Disability | None, shown_documents: Iterable[str] = ()
) -> dict[str, Any]:
    """The counted facts of a person on a day, by name. ``shown_documents`` are types of documents."""
    # The kinds of documents count also where their numbers are not kept: counting is a public function (``consents``).
    types_on_file = {document["type"] for document in record.get("documents", ())}
    return {
        **{name: record.get(name) for name in PERSON_FACTS},
        "age": find_age(record, day),
        "documents": tuple(sorted({*shown_documents, *types_on_file})),
        "disability": disability.is_present if disability else None,
    }


def select_person_facts(counted_visit: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of the person as a visit counted them."""
    # A visit that was sealed before a question existed has no answer to it: its person counts as "not given".
    return {name: _restore_tuple(name, counted_visit.get(name)) for name in PERSON_FACTS}


def _select_new_codes(
    codes: Iterable[str], counted_before: Sequence[Mapping[str, Any]], fact_name: str
) -> tuple[str, ...]:
    return tuple(
        code for code in codes if not any(code in counted_visit[fact_name] for counted_visit in counted_before)
    )


def _drop_repeated_codes(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


def sum_visit_cells(facts: VisitFacts, chosen_referrals: Iterable[Suggestion]) -> Mapping[CellKey, int]:
    """Every cell that a visit and its new referrals fill."""
    counts = dict(build_visit_cells(facts))
    for referral in chosen_referrals:
        for cell, count in build_referral_cells(
            ReferralFacts(facts.point, facts.day, referral.entity, referral.service, "created")
        ).items():
            counts[cell] = counts.get(cell, 0) + count
    return counts


def encode_visit_facts(facts: VisitFacts) -> dict[str, Any]:
    """The facts as they stand sealed in the visit, so that a recount sees what was counted then."""
    values = {**facts._asdict(), **facts.person, "day": facts.day.isoformat()}
    del values["person"]  # its facts stand beside those of the visit, as they did in the first version
    return values


CORRECTED_FACTS = "corrected_facts"
"""Under this name the sealed record of a visit of a closed month keeps its facts as they were corrected."""
STATED_PERSON = "stated_person"
"""Under this name the sealed record keeps what the visit states of the person, where that is not what counts."""


def encode_stated_person(stated_facts: VisitFacts, counted_facts: VisitFacts) -> dict[str, Any]:
    """The part of the sealed record that says what the visit states of the person; empty where that is what counts.

    A person counts in a month by the first visit. If that one is annulled, the next one counts by what it stated.
    """
    return {} if stated_facts.person == counted_facts.person else {STATED_PERSON: dict(stated_facts.person)}


def restore_stated_facts(record: Mapping[str, Any]) -> VisitFacts | None:
    """What a recorded visit states by itself; None for one that does not count.

    Visits of earlier versions keep only what counts.
    """
    if record.get("counted") is None:
        return None
    counted_facts = decode_visit_facts(record["counted"])
    stated_person = record.get(STATED_PERSON)
    return counted_facts._replace(person=select_person_facts(stated_person)) if stated_person else counted_facts


def decode_visit_facts(record: Mapping[str, Any]) -> VisitFacts:
    """The facts of a recorded visit."""
    visit_values = {name: _restore_tuple(name, value) for name, value in record.items() if name not in PERSON_FACTS}
    visit_values["day"] = date.fromisoformat(record["day"])
    return VisitFacts(**visit_values, person=select_person_facts(record))


def _restore_tuple(name: str, value: Any) -> Any:
    return tuple(value) if name in LIST_FACTS and value is not None else value
