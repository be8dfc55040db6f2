"""Reads a year: the records of each register, the office's texts, the released months."""

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
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.annual_report.published_figures import READ_TABLES, PublishedYear
from attention_point.registers.annual_report.rules import KEPT_TEXT_CODES
from attention_point.registers.calls.register import CALLS, MONITORING, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.models import IndexEntry, OrganisationRecord, RecordColumns
from attention_point.registers.shared.records.queries import RecordFilter, filter_statement, list_records_of_year
from attention_point.registers.shared.rules import fold_text
from attention_point.registers.shared.schema.formatting import OrganisationNames
from attention_point.registers.shared.schema.schema import Register, list_organisation_ids
from attention_point.statistics.releases import queries as release_queries
from attention_point.statistics.releases.content import ReleaseContent
from attention_point.statistics.releases.models import Release
from attention_point.statistics.releases.parsing import parse_content_json

# The registers whose records stand in the report and its annexes, in the order of the annexes.
REPORTED_REGISTERS: tuple[Register, ...] = (EVENTS, AGREEMENTS, MONITORING, CALLS, PROPOSALS)
# Records of a register that a section tells and lists; its annex has them all.
RECORDS_PER_SECTION = 60
_IDS_PER_QUERY = 500  # SQLite takes at most 999 values in one statement of its older versions


@dataclass(frozen=True, slots=True)
class ReportYear:
    """What is on record of a year: the first records of each register or all, in the order in which things happened.

    ``record_counts``: how many records each register has, if more than were read. ``changed_at``: the last change of
    anything that was read; None where nothing is on record.
    """

    year: int
    office: Mapping[str, Any]
    texts: Mapping[str, ReportText]
    records: Mapping[str, Sequence[RecordColumns]]
    record_counts: Mapping[str, int]
    organisation_names: OrganisationNames
    published: PublishedYear
    changed_at: datetime | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known of the year."""
        return not (self.office or any(self.record_counts.values()) or self.published.months or self.own_texts)

    @property
    def own_texts(self) -> list[ReportText]:
        """The texts of this year; those that are carried from an earlier year say nothing of it."""
        return [text for text in self.texts.values() if text.year == self.year]


def list_years(session: Session) -> list[int]:
    """The years of which a register or the desk knows something, newest first."""
    registers = (OFFICE_YEARS, *REPORTED_REGISTERS)
    years = {int(value) for register in registers for value in session.scalars(_select_years(register))}
    years |= set(session.scalars(select(ReportText.year).distinct()))
    years |= {month.year for month in session.scalars(select(Release.month).distinct())}
    return sorted(years, reverse=True)


def _select_years(register: Register) -> Select[str]:
    """Go from one year to the next along the index: a register has few years, and thousands of entries of each.

    A recursive query does so (a "loose index scan"); DISTINCT would read every entry.
    """
    lowest = select(func.min(IndexEntry.value)).where(IndexEntry.register == register.name, IndexEntry.key == "year")
    years = lowest.with_only_columns(func.min(IndexEntry.value).label("value")).cte("found", recursive=True)
    next_year = lowest.where(IndexEntry.value > years.c.value).scalar_subquery()
    years = years.union_all(select(next_year).where(years.c.value.is_not(None)))
    return select(years.c.value).where(years.c.value.is_not(None))


def build_report_year(session: Session, year: int, record_limit: int | None = RECORDS_PER_SECTION) -> ReportYear:
    """Read a year with the first ``record_limit`` records of each register; 0 reads none of them, None reads all."""
    # A year has one record of the office: the register refuses a second.
    office = next(iter(list_records_of_year(session, OFFICE_YEARS, year)), None)
    records = {
        register.name: _list_records(session, register, year, record_limit) if record_limit != 0 else ()
        for register in REPORTED_REGISTERS
    }
    counts = {name: len(register_records) for name, register_records in records.items()}
    for register in REPORTED_REGISTERS:
        if record_limit and counts[register.name] == record_limit:  # there may be more than were read
            counts[register.name] = count_records(session, register, year)
    texts = list_newest_texts(session, year) | list_kept_texts(session, year)
    published, released_at = find_published_year(session, year)
    ids = list_organisation_ids(OFFICE_YEARS, office.data) if office else set()
    for register in REPORTED_REGISTERS:
        ids |= list_organisation_ids(register, *(record.data for record in records[register.name]))
    names, renamed_at = _list_organisation_names(session, ids)
    changes = [record.changed_at for register_records in records.values() for record in register_records]
    changes += [*released_at, *([office.changed_at] if office else [])]
    changes += [text.at for text in texts.values() if text.year == year]
    # An organisation belongs to no year, and a text that is carried to another: their changes date a report only where
    # there is something else to report.
    changes += [*renamed_at, *(text.at for text in texts.values())] if changes else []
    changed_at = max(changes, default=None)
    return ReportYear(year, office.data if office else {}, texts, records, counts, names, published, changed_at)


def count_records(session: Session, register: Register, year: int) -> int:
    """How many records of a register stand in a year's report."""
    query = select(func.count()).select_from(register.model)
    return session.scalar(filter_statement(session, register, query, _build_year_filter(year))) or 0


def _build_year_filter(year: int) -> RecordFilter:
    return RecordFilter(index_values={"year": str(year)})


def _list_records(session: Session, register: Register, year: int, limit: int | None) -> Sequence[RecordColumns]:
    """Dated records first, in the order in which things happened; then the others as they were added."""
    model = register.model
    query = filter_statement(session, register, select(model), _build_year_filter(year))
    # The ids are UUIDv7: they sort by the moment at which the record was added.
    return session.scalars(query.order_by(model.sort == "", model.sort, model.id).limit(limit)).all()


def list_newest_texts(session: Session, year: int) -> dict[str, ReportText]:
    """The version in force of each section that has one."""
    newest_versions = (
        select(ReportText.section, func.max(ReportText.version).label("version"))
        .where(ReportText.year == year)
        .group_by(ReportText.section)
        .subquery()
    )
    # Joined on both columns: the newest version of one section may be an old number of another.
    is_newest_version = (ReportText.section == newest_versions.c.section) & (
        ReportText.version == newest_versions.c.version
    )
    texts = session.scalars(select(ReportText).join(newest_versions, is_newest_version).where(ReportText.year == year))
    return {text.section: text for text in texts}


def list_kept_texts(session: Session, year: int) -> dict[str, ReportText]:
    """The office's own texts in force in a year: those of the year, or else of the last year that has them."""
    query = select(ReportText).where(ReportText.section.in_(KEPT_TEXT_CODES), ReportText.year <= year)
    texts = session.scalars(query.order_by(ReportText.year, ReportText.version))
    return {text.section: text for text in texts}  # the last of each section stands


def list_text_versions(session: Session, year: int, section: str, limit: int) -> Sequence[ReportText]:
    """The versions of a section's text, newest first."""
    query = select(ReportText).where(ReportText.year == year, ReportText.section == section)
    return session.scalars(query.order_by(ReportText.version.desc()).limit(limit)).all()


def find_published_year(session: Session, year: int) -> tuple[PublishedYear, list[datetime]]:
    """The releases of a year in force and the one of the year before, and when each was released."""
    end = date(year + 1, 1, 1)
    # Two years of months: the year and the one before, with which it is compared.
    months = release_queries.list_current_releases(session, end, 24)
    years = release_queries.list_current_releases(session, end, 2, "year")
    releases = [release for release in (*months, *years) if release.month.year in {year - 1, year}]
    contents = {release.period: _parse_release(release.content) for release in releases}
    months_of_year, months_before = (
        tuple(contents[code] for code in sorted(contents) if code.startswith(f"{number}-"))
        for number in (year, year - 1)
    )
    published = PublishedYear(months_of_year, contents.get(str(year)), contents.get(str(year - 1)), months_before)
    return published, [release.released_at for release in releases]


@lru_cache(maxsize=52)
def _parse_release(content_json: str) -> ReleaseContent:
    """A release without the tables that the report does not show."""
    # A release never changes, so its content can be kept: up to four years of months.
    content = parse_content_json(json.loads(content_json))
    return replace(content, tables=tuple(table for table in content.tables if table.id in READ_TABLES))


def _list_organisation_names(session: Session, keys: Iterable[str]) -> tuple[dict[str, str], list[datetime]]:
    """Organisations by id, with their acronym where the name does not hold it; and when they were last changed."""
    ids, names, changes = sorted(UUID(key) for key in keys), dict[str, str](), list[datetime]()
    for start in range(0, len(ids), _IDS_PER_QUERY):
        query = select(OrganisationRecord).where(OrganisationRecord.id.in_(ids[start : start + _IDS_PER_QUERY]))
        for organisation in session.scalars(query):
            acronym = organisation.data.get("acronym", "")
            adds_acronym = acronym and fold_text(acronym) not in fold_text(organisation.name).split()
            names[organisation.id.hex] = f"{organisation.name} ({acronym})" if adds_acronym else organisation.name
            changes.append(organisation.changed_at)
    return names, changes
