"""Readings that are worth a question: too many people, odd hours, people who were not there. A signal, and no proof.

All is worked out of the journal, which holds who read whom and when. The limits are dated data (``unusual_readings``).
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.codelists.code_lists import Code
from attention_point.foundation.journal import queries
from attention_point.foundation.workdays import is_working_day

SHOWN_SPAN = timedelta(days=14)
MAX_ENTRIES_READ = 50_000
"""More than a point writes in the span; a network of centres sees the newest part, and is told so."""
_VIEW, _SEARCH, _REASON = "person.view", "people.search", "person.open"
# Whoever is subject of one of these was there that day, or somebody worked on what was recorded.
_PRESENCES = ("visit.record", "visit.correct", "visit.void", "person.correct")
_ACTIONS = (_VIEW, _SEARCH, _REASON, *_PRESENCES)


@dataclass(frozen=True, slots=True)
class UnusualReading:
    """What one actor read on one day, by the code of ``unusual_readings``, and how many people or times."""

    code: str
    actor: str
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class UnusualReadings:
    """The newest day first. ``is_cut``: the span has more entries than were read."""

    readings: list[UnusualReading]
    is_cut: bool


@dataclass(slots=True)
class _DayOfActor:
    people: set[str] = field(default_factory=set)
    reasoned_people: set[str] = field(default_factory=set)
    searches: int = 0
    moments: list[time] = field(default_factory=list)


def list_unusual_readings(session: Session) -> UnusualReadings:
    """Find what is unusual in the readings of the last ``SHOWN_SPAN``."""
    since = clock.now() - SHOWN_SPAN
    entries = queries.list_entries_of_actions(session, _ACTIONS, since, MAX_ENTRIES_READ + 1)
    return UnusualReadings(find_unusual_readings(entries[:MAX_ENTRIES_READ]), len(entries) > MAX_ENTRIES_READ)


def find_unusual_readings(entries: Iterable[Row[Any]]) -> list[UnusualReading]:
    """Find what is unusual in entries, which have ``at``, ``actor``, ``action``, ``subject_id`` and ``detail``."""
    days: dict[tuple[date, str], _DayOfActor] = defaultdict(_DayOfActor)
    present_people: dict[date, set[str]] = defaultdict(set)
    for entry in entries:
        moment = clock.to_local_time(entry.at)
        if entry.action in _PRESENCES:
            present_people[moment.date()].add(_find_person(entry))
        elif entry.actor != "system":  # jobs work at night, and search for nobody
            _note_reading(days[moment.date(), entry.actor], entry, moment)
    # Each rule by its dates: a limit of today says nothing of a day before it.
    rules = get_code_list("unusual_readings")
    readings = [
        UnusualReading(code, actor, day, count)
        for (day, actor), activity in days.items()
        for code, count in _count_by_rule(day, activity, present_people[day], rules).items()
        if rules[code].is_valid_on(day) and count > rules[code].attributes["limit"]
    ]
    return sorted(readings, key=lambda reading: (-reading.day.toordinal(), reading.code, -reading.count, reading.actor))


def _note_reading(activity: _DayOfActor, entry: Row[Any], moment: datetime) -> None:
    activity.moments.append(moment.time())
    if entry.action == _VIEW:
        activity.people.add(entry.subject_id or "")
    elif entry.action == _REASON:
        activity.reasoned_people.add(entry.subject_id or "")
    else:
        activity.searches += 1


def _count_by_rule(
    day: date, activity: _DayOfActor, present_people: set[str], rules: Mapping[str, Any] | Any
) -> dict[str, int]:
    return {
        "many_people": len(activity.people),
        "many_searches": activity.searches,
        "odd_hours": sum(_list_odd_moments(day, activity.moments, rules["odd_hours"])),
        "without_visit": len(activity.people - present_people - activity.reasoned_people),
    }


def _list_odd_moments(day: date, moments: Iterable[time], rule: Code) -> Iterator[bool]:
    opens, closes = (time.fromisoformat(rule.attributes[name]) for name in ("opens", "closes"))
    is_day_off = not is_working_day(day)
    for moment in moments:
        yield is_day_off or not opens <= moment < closes


def _find_person(entry: Row[Any]) -> str:
    if entry.action == "person.correct":
        return entry.subject_id or ""
    try:
        detail = json.loads(entry.detail)
    except ValueError:  # somebody has changed the database; the verification names the entry
        return ""
    return str(detail.get("person", "")) if isinstance(detail, dict) else ""
