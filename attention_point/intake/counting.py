"""From a visit to what is counted of it: the facts, without a name, that the indicators take."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from attention_point.foundation import clock
from attention_point.intake.draft import VisitDraft
from attention_point.intake.planning import Referred
from attention_point.people import rules as people_rules
from attention_point.people.services import Received, birth_date
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from attention_point.tallies.rules import CellKey, referral_cells, visit_cells

# By these a person is counted in its month, also where a later visit says otherwise: or one person would stand among
# the people in one row and among the attentions in another.
PARTICULARS = (
    "sex", "age", "population", "nationality", "status", "documents", "origin", "municipality", "intention",
    "education", "ethnicity", "gender", "disability",
)  # fmt: skip
LISTS = ("documents", "needs", "vulnerabilities", "new_needs", "new_vulnerabilities")


def facts_of(
    draft: VisitDraft, received: Received, day: date, before: Sequence[Mapping[str, Any] | None]
) -> VisitFacts:
    """The facts of a new visit, which counts on ``day``.

    ``before`` is how the person's visits of the same month were counted, None for one that does not open: a person is
    counted once a month, and in it once a need and once a vulnerability. What a damaged visit counted is not known, so
    that after it nothing of the person is new any more: never twice.
    """
    readable = [each for each in before if each is not None]
    damaged = len(readable) < len(before)
    person, born = received.record, birth_date(received.record)
    needs, vulnerabilities = _known(draft.needs), _known(draft.vulnerabilities)
    disability = draft.person.disability
    facts = VisitFacts(
        point=draft.point,
        day=day,
        hour=clock.local(draft.attended_at).hour,
        first_ever=received.new,
        first_this_month=not before,
        new_needs=() if damaged else _not_in(needs, readable, "new_needs"),
        new_vulnerabilities=() if damaged else _not_in(vulnerabilities, readable, "new_vulnerabilities"),
        sex=person.get("sex"),
        age=people_rules.age_on(born, draft.day) if born and born <= draft.day else None,
        population=person.get("population"),
        nationality=person.get("nationality"),
        status=person.get("status"),
        documents=tuple(sorted({each["type"] for each in person.get("documents", ())})),
        origin=person.get("origin"),
        municipality=person.get("municipality"),
        intention=person.get("intention"),
        education=person.get("education"),
        ethnicity=person.get("ethnicity"),
        gender=person.get("gender"),
        disability=disability.present if disability else None,
        needs=needs,
        vulnerabilities=vulnerabilities,
        accompanied_by=draft.household.accompanied_by,
        wait=draft.wait,
    )
    counted = next((each for each in readable if each["first_this_month"]), None)
    return facts._replace(**_values({name: counted[name] for name in PARTICULARS})) if counted else facts


def _not_in(codes: Iterable[str], before: Sequence[Mapping[str, Any]], name: str) -> tuple[str, ...]:
    return tuple(code for code in codes if not any(code in earlier[name] for earlier in before))


def _known(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


def cells(facts: VisitFacts, chosen: Iterable[Referred]) -> Mapping[CellKey, int]:
    """Every cell that a visit and its new referrals fill."""
    total = dict(visit_cells(facts))
    for each in chosen:
        for cell, count in referral_cells(
            ReferralFacts(facts.point, facts.day, each.entity, each.service, "created")
        ).items():
            total[cell] = total.get(cell, 0) + count
    return total


def sealed(facts: VisitFacts) -> dict[str, Any]:
    """The facts as they stand sealed in the visit, so that a recount sees what was counted then."""
    return {**facts._asdict(), "day": facts.day.isoformat()}


def unsealed(record: Mapping[str, Any]) -> VisitFacts:
    """The facts of a recorded visit."""
    return VisitFacts(**{**_values(record), "day": date.fromisoformat(record["day"])})


def _values(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if name in LISTS else value for name, value in record.items()}
