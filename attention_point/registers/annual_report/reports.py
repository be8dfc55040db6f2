"""The year's report as one neutral document: the year in figures, the sections, the annexes with every record.

The document's date is the last change of anything in it, not the moment of writing: the same year gives the same bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.paperwork import (
    Block,
    Column,
    Heading,
    LabelledValues,
    LinkedValue,
    PageBreak,
    Paragraph,
    Report,
    ReportWording,
    Table,
    write_docx,
    write_html,
    write_pdf,
)
from attention_point.foundation.report_pages import build_report_wording, get_watermark
from attention_point.foundation.settings import Settings
from attention_point.registers.annual_report import queries
from attention_point.registers.annual_report.narrative import section_blocks, year_figures
from attention_point.registers.annual_report.narrative.office_sentences import format_office_name
from attention_point.registers.annual_report.narrative.phrases import rejoin_cut_items
from attention_point.registers.annual_report.narrative.section_accounts import (
    AccountParagraph,
    build_record_path,
    draft_section_account,
)
from attention_point.registers.annual_report.narrative.year_figures import YearTotals
from attention_point.registers.annual_report.queries import ReportYear
from attention_point.registers.annual_report.rules import SECTION_CODES, parse_text_parts
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.schema.formatting import format_field_value, format_part_date
from attention_point.registers.shared.schema.schema import TEXTS, Register

RegisterRecord = tuple[Register, RecordColumns]
# Passes the records on and shows on the way how far the work is: a year's annexes may take minutes.
RecordWatcher = Callable[[Iterable[RegisterRecord]], Iterable[RegisterRecord]]
SECTION_TITLES: Mapping[str, str] = {
    "context": N_("Context of the office"),
    "positioning": N_("Positioning of the city"),
    "resources": N_("Resources and support"),
    "calls": N_("Calls for proposals"),
    "migration": N_("Matters of migration"),
}
# Facts that the heading of a record in the annex tells already.
HEADING_KEYS = frozenset({"name", "year"})
# Fields that most records leave blank: "not on record" does not name them.
OPTIONAL_KEYS = frozenset({"tags", "notes", "public", "year", "until", "link", "reason", "new_date", "result_reason"})


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """A file format: its name on screen, its media type, and the function that writes it."""

    name: str
    mimetype: str
    write_document: Callable[[Report, ReportWording], bytes]


DOCX_MIMETYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
REPORT_FORMATS: Mapping[str, ReportFormat] = {
    "pdf": ReportFormat("PDF", "application/pdf", write_pdf),
    # A browser must save this file and not show it under the application's address: its content policy allows no
    # style within a page, and this page has its own.
    "html": ReportFormat("HTML", "application/octet-stream", write_html),
    "docx": ReportFormat("DOCX", DOCX_MIMETYPE, write_docx),
}


def get_report_format(extension: str) -> ReportFormat:
    """The format of a file name's ending. Raises NotFound for any other ending."""
    if extension not in REPORT_FORMATS:
        message = _(
            "There is no format “%(kind)s”. Choose one of these: %(list)s.",
            kind=extension[:20],
            list=", ".join(REPORT_FORMATS),
        )
        raise NotFound(message, code="unknown_format")
    return REPORT_FORMATS[extension]


def draw_report(session: Session, settings: Settings, year: int, extension: str) -> bytes:
    """The year's report as a file. A task of the worker."""
    return write_report(extension, build_report(session, year, settings.public_url, get_watermark(settings)))


def write_report(extension: str, document: Report) -> bytes:
    """The report as ``pdf``, ``html`` or ``docx``."""
    report_words = replace(
        build_report_wording(),
        contents_heading=_("Contents"),
        empty_table_text=_("Nothing is on record."),
        continued_caption=_("%(title)s (continued)", title="%(title)s"),  # each table fills in its own title
    )
    return get_report_format(extension).write_document(document, report_words)


def build_report(
    session: Session, year: int, public_url: str, watermark: str | None = None, watch_records: RecordWatcher = iter
) -> Report:
    """The year's whole report in the language in use. Raises NotFound where nothing is known of the year.

    ``public_url`` is the address under which readers open the records; ``watch_records`` sees those of the annexes.
    """
    report_year = queries.build_report_year(session, year, None)
    if report_year.changed_at is None:
        raise NotFound(_("Nothing is on record for %(year)s, so there is no report.", year=year))
    # A section tells the first records of a register; the annexes have all.
    first_records = {name: records[: queries.RECORDS_PER_SECTION] for name, records in report_year.records.items()}
    shortened_year = replace(report_year, records=first_records)
    totals = year_figures.build_year_totals(session, year, report_year.office, report_year.months)
    blocks = (*build_main_blocks(shortened_year, totals), *_build_annexes(report_year, watch_records))
    office_label = format_office_name(report_year.office) or _("International Affairs Office")
    return Report(
        title=_("Management report %(year)s", year=year),
        subtitle=" · ".join(filter(None, (office_label, format_part_date(report_year.office.get("issued", ""))))),
        language=str(current_locale()).replace("_", "-"),
        created_at=report_year.changed_at,  # never the moment of writing
        issuer=report_year.office.get("parent") or _("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=blocks,
        watermark=watermark,
        reference=_("State of the registers on the day of their last change"),
        has_cover=True,
        has_contents=True,
        site_address=public_url,
    )


def build_main_blocks(year: ReportYear, totals: YearTotals) -> list[Block]:
    """The report without its annexes: the year in figures and the sections."""
    return [
        Heading(_("The year in figures"), 1, "figures"),
        _build_figures_table(totals),
        *(block for code in SECTION_CODES for block in _build_section(code, year, totals)),
    ]


def _build_figures_table(totals: YearTotals) -> Table:
    figures = year_figures.build_year_figures(totals)
    rows = []
    for figure in figures:
        # The table of beneficiaries, to which "#reached" leads, stands only where there are some.
        is_missing_anchor = figure.link.startswith("#") and not totals.beneficiary_groups
        link = "#positioning" if is_missing_anchor else figure.link
        rows.append((figure.label, LinkedValue(figure.value_text, link) if figure.value_text else _("not on record")))
    notes = tuple(_("%(what)s: %(said)s.", what=figure.label, said=figure.note) for figure in figures if figure.note)
    columns = (Column("what", _("What")), Column("figure", _("Figure")))
    return Table("glance", _("The year at a glance"), columns, tuple(rows), notes)


def get_section_title(code: str, office: Mapping[str, Any]) -> str:
    """A section's title: the office's own for that year, or the usual one."""
    own_titles = office.get("sections", ())
    # Some titles of five would name the wrong sections, so a list that is not whole counts as none.
    is_whole = len(own_titles) == len(SECTION_CODES)
    return own_titles[SECTION_CODES.index(code)] if is_whole else _(SECTION_TITLES[code])


def _build_section(code: str, year: ReportYear, totals: YearTotals) -> Iterator[Block]:
    """A section: the office's introduction, its account or the one drafted from the records, tables and charts."""
    yield Heading(f"{SECTION_CODES.index(code) + 1}. {get_section_title(code, year.office)}", 1, code)
    text = year.texts.get(code)
    account = _build_written_blocks(text.account if text else "")
    body = [
        *_build_written_blocks(text.introduction if text else ""),
        *(account or _build_drafted_blocks(draft_section_account(code, year, totals))),
        *section_blocks.build_section_blocks(code, year, totals),
    ]
    yield from body or [Paragraph(_("Nothing is on record for this section."))]


def _build_written_blocks(text: str) -> list[Block]:
    return [Heading(part.text, 3) if part.is_heading else Paragraph(part.text) for part in parse_text_parts(text)]


def _build_drafted_blocks(paragraphs: Iterable[AccountParagraph]) -> Iterator[Block]:
    for paragraph in paragraphs:
        if paragraph.heading:
            yield Heading(paragraph.heading, 3)
        link = LinkedValue(_("See the record"), paragraph.link) if paragraph.link else None
        yield Paragraph(paragraph.text, link)


def _build_annexes(year: ReportYear, watch_records: RecordWatcher) -> Iterator[Block]:
    """Every record of the year with every fact, an annex for each register that has records."""
    records = [(register, record) for register in queries.REPORTED_REGISTERS for record in year.records[register.name]]
    annex_number, current_register = 0, ""
    for register, record in watch_records(records):
        if register.name != current_register:
            annex_number, current_register = annex_number + 1, register.name
            if annex_number == 1:
                yield PageBreak()
            title = _("Annex %(number)s. %(title)s", number=annex_number, title=_(register.title))
            yield Heading(title, 1, f"annex-{register.name}")
        yield Heading(record.name, 3)
        yield LabelledValues(tuple(_list_facts(register, record, year)))


def _list_facts(register: Register, record: RecordColumns, year: ReportYear) -> Iterator[tuple[str, str | LinkedValue]]:
    """The record's facts by their labels; the labels of the blank ones stand together at the end."""
    yield _("Record"), LinkedValue(_("Open it in the register"), build_record_path(register, record))
    missing_labels = []
    for field in register.fields:
        if field.key in record.data and field.key not in HEADING_KEYS:
            value = record.data[field.key]
            value = rejoin_cut_items(value) if field.kind == TEXTS else value
            yield _(field.label), format_field_value(field, value, year.organisation_names)
        elif field.key not in record.data and field.key not in OPTIONAL_KEYS:
            missing_labels.append(_(field.label))
    if missing_labels:
        yield _("Not on record"), "; ".join(missing_labels)
