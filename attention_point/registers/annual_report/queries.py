"""Reading a year: the records of each register, the office's texts, the released months, the sums."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report.models import ReportText
from attention_point.registers.annual_report.register import YEARS
from attention_point.registers.calls.register import CALLS, MONITORING, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.describe import Register, organisation_ids
from attention_point.registers.shared.models import Mark, OrganisationRecord, RecordColumns
from attention_point.registers.shared.queries import Wanted, narrowed, of_year
from attention_point.registers.shared.rules import folded
from attention_point.registers.shared.wording import Names
from attention_point.statistics import released
from attention_point.statistics.content import Content, from_json
from attention_point.statistics.models import Release

REGISTERS: tuple[Register, ...] = (EVENTS, AGREEMENTS, MONITORING, CALLS, PROPOSALS)
"""Those whose records the report tells and annexes."""
READ = frozenset({"people-by-first-time"})
"""The tables of a month that the report reads, besides its totals."""
TOLD = 60
"""Records of a register that a section tells and lists; its annex has them all."""
_SLICE = 500


@dataclass(frozen=True, slots=True)
class Year:
    """A year as far as it was read: the first records of each register or all, in the order in which things happened.

    ``numbers`` are how many records each register has; ``changed`` is the last change of anything read.
    """

    year: int
    office: Mapping[str, Any]
    texts: Mapping[str, ReportText]
    rows: Mapping[str, Sequence[RecordColumns]]
    numbers: Mapping[str, int]
    names: Names
    months: tuple[Content, ...]
    changed: datetime | None

    @property
    def empty(self) -> bool:
        """Whether nothing at all is known of the year."""
        return not (self.office or any(self.numbers.values()) or self.months or self.texts)


def years(session: Session) -> list[int]:
    """The years of which a register or the desk knows something, newest first."""
    found = {int(value) for each in (YEARS, *REGISTERS) for value in session.scalars(_years(each))}
    found |= set(session.scalars(select(ReportText.year).distinct()))
    found |= {month.year for month in session.scalars(select(Release.month).distinct())}
    return sorted(found, reverse=True)


def _years(register: Register) -> Select[str]:
    """From one year to the next by the index: there are few, and thousands of records of each."""
    least = select(func.min(Mark.value)).where(Mark.register == register.name, Mark.key == "year")
    found = least.with_only_columns(func.min(Mark.value).label("value")).cte("found", recursive=True)
    later = least.where(Mark.value > found.c.value).scalar_subquery()
    found = found.union_all(select(later).where(found.c.value.is_not(None)))
    return select(found.c.value).where(found.c.value.is_not(None))


def read(session: Session, year: int, most: int | None = TOLD) -> Year:
    """A year with the first ``most`` records of each register, with none of them (0), or with all (None)."""
    office = next(iter(of_year(session, YEARS, year)), None)
    rows = {each.name: _rows(session, each, year, most) if most != 0 else () for each in REGISTERS}
    numbers = {each.name: len(rows[each.name]) for each in REGISTERS}
    if most:
        numbers |= {each.name: number(session, each, year) for each in REGISTERS if numbers[each.name] == most}
    texts = newest_texts(session, year)
    months, moments = _months(session, year)
    ids = organisation_ids(YEARS, office.data) if office else set()
    for each in REGISTERS:
        ids |= organisation_ids(each, *(row.data for row in rows[each.name]))
    names, renamed = _names(session, ids)
    moments += [row.changed_at for several in rows.values() for row in several] + [text.at for text in texts.values()]
    moments += [office.changed_at] if office else []
    moments += renamed if moments else []
    changed = max(moments, default=None)
    return Year(year, office.data if office else {}, texts, rows, numbers, names, months, changed)


def number(session: Session, register: Register, year: int) -> int:
    """How many records of a register stand in a year's report."""
    chosen = narrowed(session, register, select(func.count()).select_from(register.model), _wanted(year))
    return session.scalar(chosen) or 0


def _wanted(year: int) -> Wanted:
    return Wanted(marks={"year": str(year)})


def _rows(session: Session, register: Register, year: int, most: int | None) -> Sequence[RecordColumns]:
    """Dated records first: in the order in which things happened; then the others as they were added."""
    model = register.model
    chosen = narrowed(session, register, select(model), _wanted(year))
    return session.scalars(chosen.order_by(model.sort == "", model.sort, model.id).limit(most)).all()


def newest_texts(session: Session, year: int) -> dict[str, ReportText]:
    """The version in force of each section that has one."""
    last = (
        select(ReportText.section, func.max(ReportText.version).label("version"))
        .where(ReportText.year == year)
        .group_by(ReportText.section)
        .subquery()
    )
    same = (ReportText.section == last.c.section) & (ReportText.version == last.c.version)
    rows = session.scalars(select(ReportText).join(last, same).where(ReportText.year == year))
    return {row.section: row for row in rows}


def versions(session: Session, year: int, section: str, size: int) -> Sequence[ReportText]:
    """The versions of a section's text, newest first."""
    chosen = select(ReportText).where(ReportText.year == year, ReportText.section == section)
    return session.scalars(chosen.order_by(ReportText.version.desc()).limit(size)).all()


def version(session: Session, year: int, section: str, number: int) -> ReportText | None:
    """One version of a section's text."""
    return session.get(ReportText, (year, section, number))


def _months(session: Session, year: int) -> tuple[tuple[Content, ...], list[datetime]]:
    found = [one for one in released.months(session, date(year + 1, 1, 1), 12) if one.month.year == year]
    contents = sorted((_content(one.content) for one in found), key=lambda one: one.month)
    return tuple(contents), [one.released_at for one in found]


@lru_cache(maxsize=24)
def _content(frozen: str) -> Content:
    """A released month without the tables that the report does not read; it never changes, so it is read once."""
    found = from_json(json.loads(frozen))
    return replace(found, tables=tuple(one for one in found.tables if one.id in READ), withheld=(), labels={})


def _names(session: Session, keys: Iterable[str]) -> tuple[dict[str, str], list[datetime]]:
    """Organisations by id, each with its acronym where it has one besides; and when they were last changed."""
    ids, found, moments = sorted(UUID(key) for key in keys), {}, []
    for start in range(0, len(ids), _SLICE):
        some = OrganisationRecord.id.in_(ids[start : start + _SLICE])
        for row in session.scalars(select(OrganisationRecord).where(some)):
            acronym = row.data.get("acronym", "")
            said = not acronym or folded(acronym) in folded(row.name).split()
            found[row.id.hex] = row.name if said else f"{row.name} ({acronym})"
            moments.append(row.changed_at)
    return found, moments
