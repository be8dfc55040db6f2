"""For how long data are kept, by purpose: the dated rules of ``data/retention.yaml``, and who is past them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.dates import is_in_force
from attention_point.directory import queries as directory_queries
from attention_point.foundation.erasers import list_kept_people
from attention_point.intake.models import Visit
from attention_point.people.merging import map_linked
from attention_point.people.models import Person
from attention_point.referrals.models import Referral
from attention_point.referrals.rules import OPEN_STATES

ATTENTION, CONTACT, NOTE = "attention", "contact", "note"
_RULES_FILE = Path(__file__).with_name("data") / "retention.yaml"
_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """For how many years the data of a purpose are kept. ``verified``: the office has confirmed it."""

    purpose: str
    years: int
    valid_from: date
    valid_to: date | None
    basis: str
    verified: bool


@cache
def load_rules() -> tuple[RetentionRule, ...]:
    """All rules of the file, those of other times too."""
    rows: list[dict[str, Any]] = yaml.safe_load(_RULES_FILE.read_text(encoding="utf-8"))["retention"]
    return tuple(
        RetentionRule(
            row["purpose"],
            row["years"],
            row["valid_from"],
            row["valid_to"],
            row["basis"]["text"],
            row["basis"]["verified"],
        )
        for row in rows
    )


def find_rule(purpose: str, day: date) -> RetentionRule | None:
    """The rule of a purpose that is in force on a day; None where nothing of the purpose ends."""
    rules = (rule for rule in load_rules() if rule.purpose == purpose)
    return next((rule for rule in rules if is_in_force(rule.valid_from, rule.valid_to, day)), None)


def find_last_kept_day(day: date, years: int) -> date:
    """The day ``years`` before a day: what happened before it is past its time. 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def list_past_people(session: Session, rule: RetentionRule, day: date) -> list[UUID]:
    """Who was last seen before the years of a rule, in the order of ids.

    Nobody with an open referral or an open request about their data is among them, and of records that were joined as
    the same person's all must be past. Under the rule of the attention the years are those of the point of the last
    visit, where it names them.
    """
    years_by_point = {
        point.code: point.retention_years
        for point in directory_queries.list_points(session)
        if rule.purpose == ATTENTION and point.retention_years
    }
    # By the shortest time, which finds everybody who may be past: then the years of each person's own point count.
    shortest = min((rule.years, *years_by_point.values()))
    candidates = dict(_list_last_days(session, find_last_kept_day(day, shortest)))
    past_people: list[UUID] = []
    kept_people = list_kept_people(session)
    linked: dict[UUID, tuple[UUID, ...]] = {}
    ids = sorted(candidates)
    for start in range(0, len(ids), _ROWS_AT_ONCE):
        batch = ids[start : start + _ROWS_AT_ONCE]
        points = _find_last_points(session, batch)
        waiting = set(
            session.scalars(
                select(Referral.person_id).where(Referral.person_id.in_(batch), Referral.state.in_(OPEN_STATES))
            )
        )
        linked |= map_linked(session, batch)
        past_people += [
            person
            for person in batch
            if person not in waiting
            and person not in kept_people
            and candidates[person] < find_last_kept_day(day, years_by_point.get(points[person], rule.years))
        ]
    past = set(past_people)
    return [person for person in past_people if past.issuperset(linked.get(person, ()))]


def _list_last_days(session: Session, before: date) -> Iterator[tuple[UUID, date]]:
    last_day = func.max(Visit.day)
    last_days = select(Visit.person_id, last_day.label("last")).group_by(Visit.person_id).having(last_day < before)
    people = last_days.subquery()
    query = select(people.c.person_id, people.c.last).join(Person, Person.id == people.c.person_id)
    for row in session.execute(query.where(Person.wrapped_key.is_not(None))):
        yield row.person_id, row.last


def _find_last_points(session: Session, people: Sequence[UUID]) -> dict[UUID, str]:
    query = select(Visit.person_id, Visit.point).where(Visit.person_id.in_(people)).order_by(Visit.day, Visit.id)
    return {row.person_id: row.point for row in session.execute(query)}
