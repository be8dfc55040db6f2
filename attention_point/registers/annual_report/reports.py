"""The year's report as one neutral document that the head of the office signs, in Spanish whoever asks for it.

The public version has the introduction, the year in figures, the sections, the conclusions and the signature. The
internal one adds an annex of every record with every fact, notes and contact persons among them. The document's moment
is the last change of anything in it, not that of writing: the same year gives the same bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import N_, in_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.paperwork import (
    Block,
    Column,
    Heading,
    LabelledValues,
    PageBreak,
    Paragraph,
    Report,
    ReportWording,
    Signature,
    Table,
    write_docx,
    write_html,
    write_pdf,
)
from attention_point.foundation.report_pages import build_report_wording, get_file_format, get_watermark
from attention_point.foundation.settings import Settings
from attention_point.registers.annual_report import queries
from attention_point.registers.annual_report.grammar.phrases import build_name, join_items, upper_first
from attention_point.registers.annual_report.grammar.templates import write_sentence
from attention_point.registers.annual_report.narrative import section_tables, year_figures
from attention_point.registers.annual_report.narrative.account_units import rejoin_cut_items
from attention_point.registers.annual_report.narrative.office_accounts import format_office_name
from attention_point.registers.annual_report.narrative.section_accounts import draft_section_account
from attention_point.registers.annual_report.narrative.year_figures import YearTotals
from attention_point.registers.annual_report.queries import ReportYear
from attention_point.registers.annual_report.rules import SECTION_CODES, TextPart, parse_text_parts
from attention_point.registers.annual_report.stories.stored_stories import read_story
from attention_point.registers.annual_report.stories.story import StoryItem, arrange_story, list_printed_parts
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
KEPT_TEXT_TITLES: Mapping[str, str] = {
    "introduction": N_("Introduction"),
    "strategy": N_("Strategy"),
    "conclusions": N_("Conclusions"),
}
# Facts that the heading of a record in the annex tells already.
HEADING_KEYS = frozenset({"name", "year"})


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


def draw_report(session: Session, settings: Settings, year: int, extension: str, is_internal: bool) -> bytes:
    """The year's report as a file. A task of the worker."""
    return write_report(extension, build_report(session, year, get_watermark(settings), is_internal=is_internal))


def write_report(extension: str, document: Report) -> bytes:
    """The report as ``pdf``, ``html`` or ``docx``."""
    with in_language("es"):
        report_words = replace(
            build_report_wording(),
            contents_heading=_("Contents"),
            continued_caption=_("%(title)s (continued)", title="%(title)s"),  # each table fills in its own title
        )
        return get_file_format(REPORT_FORMATS, extension).write_document(document, report_words)


def build_report(
    session: Session,
    year: int,
    watermark: str | None = None,
    watch_records: RecordWatcher = iter,
    *,
    is_internal: bool = False,
) -> Report:
    """The year's whole report. Raises NotFound where nothing is known of the year.

    ``watch_records`` sees the records of the annexes, which the internal version alone has.
    """
    # The sections tell the first records of each register; only the annexes have all.
    report_year = queries.build_report_year(session, year, None if is_internal else queries.RECORDS_PER_SECTION)
    if report_year.changed_at is None:
        raise NotFound(_("Nothing is on record for %(year)s, so there is no report.", year=year))
    totals = year_figures.build_year_totals(session, year, report_year.office, report_year.published)
    with in_language("es"):
        # The same main part in both versions: what is signed must not depend on whether an annex follows.
        blocks = [*build_main_blocks(_keep_first_records(report_year), totals), _build_signature(report_year)]
        if is_internal:
            blocks += _build_annexes(report_year, watch_records)
        office_name = format_office_name(report_year.office) or _("International Affairs Office")
        return Report(
            title=_("Management report %(year)s", year=year),
            subtitle=office_name,
            language=str(current_locale()).replace("_", "-"),
            created_at=report_year.changed_at,  # never the moment of writing
            issuer=report_year.office.get("parent") or _("International Affairs Office, Mayor's Office of Bucaramanga"),
            blocks=tuple(blocks),
            watermark=watermark,
            reference=_("Internal version: it is not published") if is_internal else None,
            has_cover=True,
            has_contents=True,
            cover_mark=str(year),
            date_text=_format_place_and_date(report_year.office) or write_sentence("cover/year", None, year=year),
        )


def _keep_first_records(year: ReportYear) -> ReportYear:
    return replace(
        year, records={name: records[: queries.RECORDS_PER_SECTION] for name, records in year.records.items()}
    )


def build_main_blocks(year: ReportYear, totals: YearTotals) -> list[Block]:
    """The report from its introduction to its conclusions, in Spanish."""
    with in_language("es"):
        conclusions = _build_kept_text(year, "conclusions")
        bodies = {code: _build_section(code, year, totals) for code in SECTION_CODES}
        titles = {code: get_section_title(code, year.office) for code in SECTION_CODES if bodies[code]}
        return [
            Heading(_(KEPT_TEXT_TITLES["introduction"]), 1, "introduction"),
            *(_build_kept_text(year, "introduction") or [Paragraph(_draft_introduction(year, [*titles.values()]))]),
            *_build_figures_table(totals),
            *(
                block
                for number, (code, title) in enumerate(titles.items(), 1)
                for block in (Heading(f"{number}. {title}", 1, code), *bodies[code])
            ),
            *([Heading(_(KEPT_TEXT_TITLES["conclusions"]), 1, "conclusions"), *conclusions] if conclusions else ()),
        ]


def get_section_title(code: str, office: Mapping[str, Any]) -> str:
    """A section's title: the office's own for that year, or the usual one."""
    own_titles = office.get("sections", ())
    # Some titles of five would name the wrong sections, so a list that is not whole counts as none.
    is_whole = len(own_titles) == len(SECTION_CODES)
    return own_titles[SECTION_CODES.index(code)] if is_whole else _(SECTION_TITLES[code])


def build_story(code: str, year: ReportYear, totals: YearTotals) -> list[StoryItem]:
    """The office's story of a section, with the units that the records draft now."""
    parts, replaces_drafts = read_story(year.texts.get(code))
    return arrange_story(parts, draft_section_account(code, year, totals), replaces_drafts=replaces_drafts)


def _build_kept_text(year: ReportYear, code: str) -> list[Block]:
    parts, _replaces_drafts = read_story(year.texts.get(code))
    return [block for part in parts for block in _build_text_blocks(parse_text_parts(part.text))]


def _build_text_blocks(parts: Iterable[TextPart]) -> Iterator[Block]:
    for part in parts:
        yield Heading(part.text, 2) if part.is_heading else Paragraph(part.text)


def _draft_introduction(year: ReportYear, titles: Sequence[str]) -> str:
    """What the introduction says until the office writes its own."""
    office = build_name(format_office_name(year.office) or _("International Affairs Office"))
    sections = join_items(titles) if len(titles) > 1 else ""
    return write_sentence("introduction/drafted", None, office=office, year=year.year, sections=sections)


def _build_figures_table(totals: YearTotals) -> Iterator[Block]:
    # What is not known is on the list of what is missing; the paper leaves it out (decision 51).
    figures = [figure for figure in year_figures.build_year_figures(totals) if figure.value_text]
    if not figures:
        return
    rows = tuple(
        (f"{figure.label} ({figure.note})" if figure.note else figure.label, figure.value_text) for figure in figures
    )
    yield Heading(_("The year in figures"), 1, "figures")
    yield Table("glance", _("The year at a glance"), (Column("what", _("What")), Column("figure", _("Figure"))), rows)


def _build_section(code: str, year: ReportYear, totals: YearTotals) -> list[Block]:
    """A section: the office's story, its strategy in the first one, tables and charts. Empty where there is nothing."""
    body: list[Block] = [
        *_build_text_blocks(list_printed_parts(build_story(code, year, totals))),
        *section_tables.build_section_tables(code, year, totals),
    ]
    strategy = _build_kept_text(year, "strategy") if code == SECTION_CODES[0] else []
    if strategy:
        body += [Heading(write_sentence("heading/strategy", None), 2), *strategy]
    return body


def _format_place_and_date(office: Mapping[str, Any]) -> str:
    date_text = format_part_date(office["issued"]) if "issued" in office else ""
    return upper_first(", ".join(filter(None, (office.get("place", ""), date_text))))


def _build_signature(year: ReportYear) -> Signature:
    office = year.office
    post = office.get("signatory_post") or format_office_name(office) or _("International Affairs Office")
    return Signature(_format_place_and_date(office), office.get("signatory", ""), post)


def _build_annexes(year: ReportYear, watch_records: RecordWatcher) -> Iterator[Block]:
    """Every record of the year with every fact, an annex for each register that has records."""
    records = [(register, record) for register in queries.REPORTED_REGISTERS for record in year.records[register.name]]
    annex_number, current_register = 0, ""
    for register, record in watch_records(records):
        if register.name != current_register:
            annex_number, current_register = annex_number + 1, register.name
            # The annexes begin on a page of their own, so that they can be taken off before the report is handed on.
            if annex_number == 1:
                yield PageBreak()
            title = _("Annex %(number)s. %(title)s", number=annex_number, title=_(register.title))
            yield Heading(title, 1, f"annex-{register.name}")
        facts = tuple(_list_facts(register, record, year))
        yield Heading(record.name, 3)
        yield LabelledValues(facts)


def _list_facts(register: Register, record: RecordColumns, year: ReportYear) -> Iterator[tuple[str, str]]:
    """The record's facts by their labels."""
    for field in register.fields:
        if field.key in record.data and field.key not in HEADING_KEYS:
            value = record.data[field.key]
            value = rejoin_cut_items(value) if field.kind == TEXTS else value
            yield _(field.label), format_field_value(field, value, year.organisation_names)
