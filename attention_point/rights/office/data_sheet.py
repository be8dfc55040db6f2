"""The data sheet of the national register of databases, and the half-yearly count of claims, as one report.

The register asks for the databases, how many people, by which channels they are served, which kinds of data, who
processes them (Decreto 090 de 2018), and twice a year for the claims of the half before.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.accounts.models import Account
from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import current_language, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.paperwork import Block, BulletList, Column, Heading, LabelledValues, Note, Report, Table
from attention_point.people import queries as people_queries
from attention_point.rights.requests.stored_requests import StoredRequest, list_notes_between

_DATA_FILE = Path(__file__).parents[1] / "data" / "data_sheet.yaml"
_LABELS = ("purpose", "legal_basis", "kinds_of_data", "sensitive", "children", "form")


@dataclass(frozen=True, slots=True)
class Half:
    """Half a year: 2026-1 is January to June."""

    year: int
    number: int

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, 1 if self.number == 1 else 7, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return date(self.year, 6, 30) if self.number == 1 else date(self.year, 12, 31)

    @property
    def code(self) -> str:
        """The code in an address."""
        return f"{self.year}-{self.number}"


def find_last_half(today: date) -> Half:
    """The half of the year that ended last before a day."""
    return Half(today.year, 1) if today.month > 6 else Half(today.year - 1, 2)


def parse_half(code: str, today: date) -> Half:
    """The half that a code names (``2026-1``); the last one that ended for every other text."""
    year, _dash, number = code.partition("-")
    # The law is of 2012 (Ley 1581): no half before it can have a request.
    if year.isascii() and year.isdecimal() and len(year) == 4 and number in {"1", "2"} and int(year) >= 2012:
        half = Half(int(year), int(number))
        if half.first_day <= today:
            return half
    return find_last_half(today)


@dataclass(frozen=True, slots=True)
class RequestCount:
    """The requests of one kind that came in a period: all, how they ended, and how many were answered late."""

    kind: str
    received: int
    granted: int
    partly: int
    refused: int
    transferred: int
    is_open: int
    late: int


def count_requests(session: Session, half: Half) -> list[RequestCount]:
    """Count the requests of half a year by kind, in the order of the list of kinds."""
    by_kind: dict[str, list[StoredRequest]] = {}
    for stored in list_notes_between(session, half.first_day, half.last_day):
        by_kind.setdefault(stored.kind, []).append(stored)
    return [_count_kind(code.code, by_kind.get(code.code, [])) for code in get_code_list("rights_kinds")]


def _count_kind(kind: str, requests: list[StoredRequest]) -> RequestCount:
    outcomes = Counter(stored.note.get("outcome") for stored in requests)
    return RequestCount(
        kind=kind,
        received=len(requests),
        granted=outcomes["granted"],
        partly=outcomes["partly"],
        refused=outcomes["refused"],
        transferred=sum(stored.state == "transferred" for stored in requests),
        is_open=sum(stored.is_open for stored in requests),
        late=sum(is_late(stored, clock.today()) for stored in requests),
    )


def is_late(stored: StoredRequest, today: date) -> bool:
    """Whether a request was answered after its last day, or waits longer than that."""
    # What was put off within the law is not late: the clock of the request knows the new day.
    due_on, closed_on = stored.clock.due_on, stored.note.get("closed_on")
    ended_on = date.fromisoformat(closed_on) if closed_on else today
    return due_on is not None and ended_on > due_on


@cache
def load_sheet() -> Mapping[str, Any]:
    """The content of ``data/data_sheet.yaml``."""
    content: Mapping[str, Any] = yaml.safe_load(_DATA_FILE.read_text(encoding="utf-8"))
    return content


def build_data_sheet(session: Session, half: Half, *, contact: str | None, watermark: str | None) -> Report:
    """The sheet as a report: each database, the channels, the entities that get data, security, the claims."""
    title, language, sheet = _("Data sheet of the databases"), current_language(), load_sheet()
    blocks: list[Block] = []
    if not sheet["verified"]:
        blocks.append(Note(_("Compare it with the form of the national register before you send it.")))
    blocks.append(LabelledValues(tuple(_list_responsible(session, contact))))
    for database in sheet["databases"]:
        blocks.append(Heading(database["name"][language], 2))
        # Translated here and not with the module, which is loaded before anybody's language is known.
        labels = dict(zip(_LABELS, _list_labels(), strict=True))
        rows = [(label, database[name][language]) for name, label in labels.items()]
        blocks.append(LabelledValues((*rows, (_("People in it"), _count_people_in(session, database["code"])))))
    blocks += [
        Heading(_("Channels for people"), 2),
        BulletList(tuple(channel[language] for channel in sheet["channels"])),
        Heading(_("Entities that receive data, each with the person’s consent"), 2),
        BulletList(tuple(_list_entities(session))),
        Heading(_("Processors"), 2),
        BulletList(tuple(processor[language] for processor in sheet["processors"])),
        Heading(_("Security"), 2),
        BulletList(tuple(measure[language] for measure in sheet["security"])),
        Heading(_("Requests and claims"), 2),
        build_count_table(session, half),
    ]
    return Report(
        title=title,
        subtitle="",
        language=str(current_locale()).replace("_", "-"),
        created_at=clock.now(),
        issuer=_("International Affairs Office"),
        blocks=tuple(blocks),
        watermark=watermark,
    )


def build_count_table(session: Session, half: Half) -> Table:
    """The requests of half a year by kind, as a table."""
    columns = (
        Column("kind", _("What was asked")),
        Column("received", _("Received"), "integer"),
        Column("granted", _("Granted"), "integer"),
        Column("partly", _("In part"), "integer"),
        Column("refused", _("Refused"), "integer"),
        Column("transferred", _("Transferred"), "integer"),
        Column("open", _("Waiting"), "integer"),
        Column("late", _("Late"), "integer"),
    )
    kinds, language = get_code_list("rights_kinds"), current_language()
    rows = tuple(
        (
            kinds.label_for_code(count.kind, language),
            *(count.received, count.granted, count.partly, count.refused, count.transferred, count.is_open, count.late),
        )
        for count in count_requests(session, half)
    )
    return Table("requests", describe_half(half), columns, rows)


def describe_half(half: Half) -> str:
    """Half a year in words."""
    if half.number == 1:
        return _("January to June %(year)s", year=half.year)
    return _("July to December %(year)s", year=half.year)


def _list_labels() -> list[str]:
    return [
        _("What for"),
        _("On what it stands"),
        _("Kinds of data"),
        _("Sensitive data"),
        _("Data of children"),
        _("Way of processing"),
    ]


def _list_responsible(session: Session, contact: str | None) -> Iterator[tuple[str, str]]:
    language = current_language()
    text = directory_queries.find_consent_text(session, clock.today())
    if text is not None and "controller" in text.content:
        yield _("Responsible"), text.content["controller"][language]
    if contact:
        yield _("Where to write"), contact
    if text is not None:
        yield _("Text of consent in force"), text.version


def _list_entities(session: Session) -> list[str]:
    language = current_language()
    return sorted(entity.name[language] for entity in directory_queries.get_entities_by_code(session).values())


def _count_people_in(session: Session, code: str) -> str:
    if code == "people":
        return format_number(people_queries.count_people(session))
    if code == "accounts":
        return format_number(session.scalar(select(func.count()).where(Account.active.is_(True))) or 0)
    return _("Count them in the registers.")
