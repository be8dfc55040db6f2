"""Builds the facts of a visit that the indicators count, without a name."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from attention_point.foundation import clock
from attention_point.intake.draft import VisitDraft
from attention_point.intake.draft_types.parts import Disability
from attention_point.people.records import find_age
from attention_point.person_fields import PERSON_FIELDS
from attention_point.routing.rule_types import Suggestion
from attention_point.tallies.counted_cells import CellKey, build_referral_cells, build_visit_cells
from attention_point.tallies.facts import ReferralFacts, Repeats, VisitFacts

# By these a person is counted in its month, also where a later visit says otherwise: or one person would stand among
# the people in one row and among the attentions in another.
PERSON_FACTS = tuple(field.name for field in PERSON_FIELDS if field.counted)
# JSON knows lists only; the facts are compared and counted as tuples.
LIST_FACTS = ("documents", "needs", "vulnerabilities", "new_needs", "new_vulnerabilities")


def build_stated_facts(draft: VisitDraft, person_facts: Mapping[str, Any], day: date) -> VisitFacts:
    """The facts that a visit states by itself, whatever else counts of its person."""
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
    repeats = {kind: list(repeated) for kind, repeated in (facts.repeats or {}).items()}
    values = {**facts._asdict(), **facts.person, "day": facts.day.isoformat(), "repeats": repeats}
    del values["person"]  # its facts stand beside those of the visit, as they did in the first version
    return values


def build_order(happened_at: datetime, counted: VisitFacts | None, row_id: UUID) -> tuple[datetime, bool, UUID]:
    """The place of a visit or an addition among those of its person, which count in the order of their receipt."""
    # Of two that were received in the same moment, the one that counts the person comes first.
    return happened_at, not (counted and counted.first_this_month), row_id


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
    if record.get("repeats") is not None:
        visit_values["repeats"] = {
            kind: Repeats(is_person, tuple(needs), tuple(vulnerabilities))
            for kind, (is_person, needs, vulnerabilities) in record["repeats"].items()
        }
    return VisitFacts(**visit_values, person=select_person_facts(record))


def _restore_tuple(name: str, value: Any) -> Any:
    return tuple(value) if name in LIST_FACTS and value is not None else value
