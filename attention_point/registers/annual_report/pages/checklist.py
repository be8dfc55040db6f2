"""What a year's report lacks: facts, texts, a signature; who can fill it in, and where. For the screen alone."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attention_point.foundation.access import ROLES
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import list_undrawn_letters
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report.narrative.account_units import build_record_path
from attention_point.registers.annual_report.narrative.event_accounts import is_plain_meeting
from attention_point.registers.annual_report.narrative.year_figures import YearTotals
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.annual_report.queries import ReportYear
from attention_point.registers.annual_report.reports import KEPT_TEXT_TITLES, build_story, get_section_title
from attention_point.registers.annual_report.rules import KEPT_TEXT_CODES, SECTION_CODES
from attention_point.registers.calls.register import CALLS, MONITORING, PROPOSALS
from attention_point.registers.events.register import DIPLOMATIC_MEETING, EVENTS
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.schema.schema import Register

# The facts without which a reader cannot judge a record, by register.
_EXPECTED_KEYS: Mapping[str, Sequence[str]] = {
    EVENTS.name: ("date", "place", "organisers", "participants", "purpose", "results"),
    AGREEMENTS.name: ("object", "signed", "valid_to", "contributions", "beneficiaries"),
    MONITORING.name: ("formalised", "every"),
    CALLS.name: ("issuer", "object", "closes"),
    PROPOSALS.name: ("lead", "date", "total_value", "cofinancing_requested"),
}
# By register and state: what is expected besides, and what cannot be known yet.
_FURTHER_KEYS: Mapping[tuple[str, str], Sequence[str]] = {
    (EVENTS.name, "postponed"): ("reason", "new_date"),
    (EVENTS.name, "cancelled"): ("reason",),
}
_UNKNOWABLE_KEYS: Mapping[tuple[str, str], frozenset[str]] = {
    (EVENTS.name, "planned"): frozenset({"participants", "results"}),
    (EVENTS.name, "postponed"): frozenset({"date", "participants", "results"}),
    (EVENTS.name, "cancelled"): frozenset({"participants", "results"}),
    (AGREEMENTS.name, "preparation"): frozenset({"signed", "valid_to"}),
    (PROPOSALS.name, "preparing"): frozenset({"date"}),
}
# Beyond the letters of Europe's Latin scripts and the signs of print, which every font of papers draws. Only for what
# stands here is a font loaded, which takes a third of a second.
_RARE_LETTERS = re.compile("[^\u0000-\u024f\u2000-\u20cf]")
_OFFICE_KEYS = (
    "planned",
    "issued",
    "place",
    "signatory",
    "signatory_post",
    "lines",
    "budget",
    "team",
    "point",
    "people",
)


@dataclass(frozen=True, slots=True)
class MissingFact:
    """Something that the report lacks or that wants a look: of what, what it is, which roles can mend it, and where."""

    subject: str
    text: str
    roles: tuple[str, ...]
    path: str


def list_missing_facts(year: ReportYear, totals: YearTotals) -> list[MissingFact]:
    """What is missing, what the head of the office needs to sign first."""
    return [
        *_check_office(year),
        *_check_texts(year),
        *_check_stories(year, totals),
        *_check_records(year),
        *_check_letters(year),
    ]


def _find_roles(permission: str) -> tuple[str, ...]:
    return tuple(role for role, permissions in ROLES.items() if permission in permissions)


def _check_office(year: ReportYear) -> Iterator[MissingFact]:
    missing = [_(OFFICE_YEARS.get_field(key).label) for key in _OFFICE_KEYS if key not in year.office]
    if missing:
        path = f"/registers/years/new?year={year.year}" if not year.office else f"/registers/years?year={year.year}"
        yield MissingFact(_("The office's own data"), _join_labels(missing), _find_roles("annual_report.edit"), path)


def _check_texts(year: ReportYear) -> Iterator[MissingFact]:
    for code in KEPT_TEXT_CODES:
        text = year.texts.get(code)
        # Saved for this year, if only without a change: somebody has read it.
        if text is not None and text.year == year.year:
            continue
        if text is None:
            message = _("The office has not written it yet.")
        else:
            message = _("It comes from the report of %(year)s. Read it, and save it for this year.", year=text.year)
        path = f"/report/{year.year}/{code}"
        yield MissingFact(_(KEPT_TEXT_TITLES[code]), message, _find_roles("annual_report.edit"), path)


def _check_stories(year: ReportYear, totals: YearTotals) -> Iterator[MissingFact]:
    for code in SECTION_CODES:
        if any(item.change for item in build_story(code, year, totals)):
            yield MissingFact(
                get_section_title(code, year.office),
                _("Records changed after the office saved its text."),
                _find_roles("annual_report.edit"),
                f"/report/{year.year}/{code}",
            )


def _check_records(year: ReportYear) -> Iterator[MissingFact]:
    # Dozens of meetings of which the same is missing: one line for all, or the others would not be found among them.
    meetings = [event for event in year.records[EVENTS.name] if is_plain_meeting(event)]
    if meetings:
        missing = [_(EVENTS.get_field(key).label) for key in ("date", "results")]
        path = f"/registers/events?year={year.year}&kind={DIPLOMATIC_MEETING}"
        yield MissingFact(
            _("Meetings with diplomatic missions"), _join_labels(missing), _find_roles("events.edit"), path
        )
    for register in (EVENTS, AGREEMENTS, MONITORING, CALLS, PROPOSALS):
        for record in year.records[register.name]:
            if record in meetings:
                continue
            missing = _list_missing_labels(register, record)
            if missing:
                path = f"{build_record_path(register, record)}/edit"
                roles = _find_roles(register.permission_for("edit"))
                yield MissingFact(record.name, _join_labels(missing), roles, path)


def _check_letters(year: ReportYear) -> Iterator[MissingFact]:
    """What the PDF cannot write: a box in place of a name would be signed unseen."""
    sources: list[tuple[str, Any, str, str]] = [
        (record.name, record.data, register.permission_for("edit"), f"{build_record_path(register, record)}/edit")
        for register in (EVENTS, AGREEMENTS, MONITORING, CALLS, PROPOSALS)
        for record in year.records[register.name]
    ]
    titles = {code: get_section_title(code, year.office) for code in SECTION_CODES} | {
        code: _(title) for code, title in KEPT_TEXT_TITLES.items()
    }
    sources += [
        (
            titles[code],
            [text.introduction, text.account, text.parts],
            "annual_report.edit",
            f"/report/{year.year}/{code}",
        )
        for code, text in year.texts.items()
        if code in titles
    ]
    for subject, content, permission, path in sources:
        rare_letters = "".join(_RARE_LETTERS.findall(json.dumps(content, ensure_ascii=False)))
        undrawn_letters = list_undrawn_letters(rare_letters) if rare_letters else []
        if undrawn_letters:
            message = _(
                "The PDF draws boxes for %(letters)s; HTML and DOCX show them.", letters=" ".join(undrawn_letters)
            )
            yield MissingFact(subject, message, _find_roles(permission), path)


def _list_missing_labels(register: Register, record: RecordColumns) -> list[str]:
    state = register.name, record.state or ""
    keys = [*_FURTHER_KEYS.get(state, ()), *_EXPECTED_KEYS[register.name]]
    # A list that asks for what cannot be known is soon read by nobody.
    unknowable_keys = _UNKNOWABLE_KEYS.get(state, frozenset())
    return [_(register.get_field(key).label) for key in keys if key not in record.data and key not in unknowable_keys]


def _join_labels(labels: Sequence[str]) -> str:
    return "; ".join(labels)
