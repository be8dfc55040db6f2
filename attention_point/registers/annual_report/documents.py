"""The year's report as one neutral document: the year in figures, the sections, the annexes with every record.

``created`` is the last change of anything in it, never the moment of writing: the same year gives the same bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import locale
from attention_point.foundation.paperwork import (
    Block,
    Column,
    Document,
    Facts,
    Heading,
    Linked,
    PageBreak,
    Paragraph,
    Table,
    Words,
    write_docx,
    write_html,
    write_pdf,
)
from attention_point.foundation.refusals import NotFound
from attention_point.registers.annual_report import queries, sections, sums
from attention_point.registers.annual_report.accounts import Telling, account, address
from attention_point.registers.annual_report.models import ReportText
from attention_point.registers.annual_report.office_sentences import office_name
from attention_point.registers.annual_report.queries import Year
from attention_point.registers.annual_report.rules import CODES, parts_of
from attention_point.registers.annual_report.sums import Sums
from attention_point.registers.annual_report.wording import whole
from attention_point.registers.shared.describe import TEXTS, Register
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.wording import date_words
from attention_point.registers.shared.wording import words as fact_words
from attention_point.statistics.documents import words

Record = tuple[Register, RecordColumns]
Watch = Callable[[Iterable[Record]], Iterable[Record]]
"""Sees the records go by, for who waits."""
TITLES: Mapping[str, str] = {
    "context": N_("Context of the office"),
    "positioning": N_("Positioning of the city"),
    "resources": N_("Resources and support"),
    "calls": N_("Calls for proposals"),
    "migration": N_("Matters of migration"),
}
SAID = frozenset({"name", "year"})
"""What the annex says of all its records."""
BESIDE = frozenset({"tags", "notes", "public", "year", "until", "link", "reason", "new_date", "result_reason"})
"""Fields that a record does without: that they are blank is not said."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A format: its name for readers, its media type, its writer."""

    name: str
    mimetype: str
    write: Callable[[Document, Words], bytes]


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS: Mapping[str, Kind] = {
    "pdf": Kind("PDF", "application/pdf", write_pdf),
    # Kept on a disk, never shown in the application's place: its style stands in it.
    "html": Kind("HTML", "application/octet-stream", write_html),
    "docx": Kind("DOCX", DOCX, write_docx),
}


def kind_of(kind: str) -> Kind:
    """A format by its ending; raises NotFound for one that there is not."""
    if kind not in KINDS:
        raise NotFound(
            _("There is no format “%(kind)s”. Choose one of these: %(list)s.", kind=kind[:20], list=", ".join(KINDS)),
            code="unknown_format",
        )
    return KINDS[kind]


def write(kind: str, document: Document) -> bytes:
    """The report as ``pdf``, ``html`` or ``docx``."""
    said = replace(words(), contents=_("Contents"), no_rows=_("Nothing is on record."),
                   continued=_("%(title)s (continued)", title="%(title)s"))  # fmt: skip
    return kind_of(kind).write(document, said)


def report(session: Session, year: int, site: str, watermark: str | None = None, watch: Watch = iter) -> Document:
    """The year's whole report in the language in use; raises NotFound where nothing is known of the year.

    ``site`` is the public address under which the records are; ``watch`` sees the records of the annexes go by.
    """
    found = queries.read(session, year, None)
    if found.changed is None:
        raise NotFound(_("Nothing is on record of %(year)s, so there is no report.", year=year))
    told = replace(found, rows={name: rows[: queries.TOLD] for name, rows in found.rows.items()})
    totals = sums.read(session, year, found.office, found.months)
    blocks = [
        glance_heading(),
        glance(totals),
        *(block for code in CODES for block in section(code, told, totals)),
        *annexes(found, watch),
    ]
    office = office_name(found.office) or _("International Affairs Office")
    return Document(
        title=_("Management report %(year)s", year=year),
        subtitle=" · ".join(filter(None, (office, date_words(found.office.get("issued", ""))))),
        language=str(locale()).replace("_", "-"),
        created=found.changed,
        issuer=found.office.get("parent") or _("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=tuple(blocks),
        watermark=watermark,
        reference=_("State of the registers on the day of their last change"),
        cover=True,
        contents=True,
        site=site,
    )


def glance_heading() -> Heading:
    """Stands over the year in figures."""
    return Heading(_("The year in figures"), 1, "figures")


def glance(totals: Sums) -> Table:
    """The year in figures, each leading to the records behind it; what they mean stands under them."""
    lacking, found = _("not on record"), sums.figures(totals)
    rows = tuple((each.label, Linked(each.said, _leads(each.link, totals)) if each.said else lacking) for each in found)
    notes = tuple(_("%(what)s: %(said)s.", what=each.label, said=each.note) for each in found if each.note)
    columns = (Column("what", _("What")), Column("figure", _("Figure")))
    return Table("glance", _("The year at a glance"), columns, rows, notes)


def _leads(link: str, totals: Sums) -> str:
    """The table of beneficiaries stands only where there are some."""
    here = link.startswith("#") and not totals.groups
    return "#positioning" if here else link


def title_of(code: str, office: Mapping[str, Any]) -> str:
    """A section's title: the office's own for that year, or the usual one."""
    own = office.get("sections", ())
    place = CODES.index(code)
    return own[place] if len(own) == len(CODES) else _(TITLES[code])


def section(code: str, year: Year, totals: Sums) -> Iterator[Block]:
    """A section: the office's introduction, its account or the one drafted from the records, tables and charts."""
    text = year.texts.get(code)
    yield Heading(f"{CODES.index(code) + 1}. {title_of(code, year.office)}", 1, code)
    body = [*written(text, "introduction"), *(written(text, "account") or drafted(account(code, year, totals)))]
    body += sections.blocks(code, year, totals)
    yield from body or [Paragraph(_("Nothing is on record for this section."))]


def written(text: ReportText | None, part: str) -> list[Block]:
    """What the office wrote, as blocks."""
    pieces = parts_of(getattr(text, part)) if text else ()
    return [Heading(each.text, 3) if each.heading else Paragraph(each.text) for each in pieces]


def drafted(tellings: Iterable[Telling]) -> list[Block]:
    """What the records tell, each paragraph with the way to them."""
    found: list[Block] = []
    for each in tellings:
        found += [Heading(each.heading, 3)] if each.heading else []
        found.append(Paragraph(each.text, Linked(_("See the record"), each.link) if each.link else None))
    return found


def annexes(year: Year, watch: Watch = iter) -> Iterator[Block]:
    """Every record of the year with every fact; what it lacks is named at its end."""
    every = [(register, row) for register in queries.REGISTERS for row in year.rows[register.name]]
    number, opened = 0, ""
    for register, row in watch(every):
        if register.name != opened:
            number, opened = number + 1, register.name
            title = _("Annex %(number)s. %(title)s", number=number, title=_(register.title))
            if number == 1:
                yield PageBreak()
            yield Heading(title, 1, f"annex-{register.name}")
        yield Heading(row.name, 3)
        yield Facts(tuple(_facts(register, row, year)))


def _facts(register: Register, row: RecordColumns, year: Year) -> Iterator[tuple[str, str | Linked]]:
    yield _("Record"), Linked(_("Open it in the register"), address(register, row))
    missing = []
    for field in register.fields:
        if field.key in row.data and field.key not in SAID:
            several = field.kind == TEXTS
            value = whole(row.data[field.key]) if several else row.data[field.key]
            yield _(field.label), fact_words(field, value, year.names)
        elif field.key not in row.data and field.key not in BESIDE:
            missing.append(_(field.label))
    if missing:
        yield _("Not on record"), "; ".join(missing)
