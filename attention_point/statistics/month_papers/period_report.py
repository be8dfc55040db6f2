"""A period as one neutral report, from which its PDF, its workbook and its page are made with the same figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from attention_point.foundation import clock
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.paperwork import Block, Heading, PageBreak, Report
from attention_point.statistics.month_papers.changes import NO_COMPARISON, Comparison, name_period
from attention_point.statistics.month_papers.first_page import build_first_page
from attention_point.statistics.month_papers.method_page import build_method_page
from attention_point.statistics.month_papers.report_tables import build_report_table
from attention_point.statistics.month_papers.table_views import TableView
from attention_point.statistics.month_papers.tidy_tables import build_tidy_table
from attention_point.statistics.releases.content import ROUNDING, ReleaseContent

# The tables under their headings, in the order in which they stand every month.
SECTIONS: Sequence[tuple[str, Sequence[str]]] = (
    (
        N_("Who came"),
        (
            "people-by-first-time", "people-by-sex", "people-by-age", "people-by-sex-and-age", "people-by-population",
            "people-by-nationality", "people-by-status", "people-by-nationality-and-status", "people-by-origin",
            "people-by-municipality", "people-by-document", "people-by-intention", "people-by-education",
            "people-by-vulnerability", "vulnerabilities-by-sex", "people-by-disability", "people-by-ethnicity",
            "people-by-gender",
        ),
    ),
    (N_("Needs"), ("people-by-need", "needs-by-sex", "needs-by-age", "needs-by-sex-and-age")),
    (
        N_("Referrals and answers"),
        (
            "referrals-by-state", "answers-by-time", "referrals-by-entity", "referrals-by-entity-and-state",
            "referrals-by-service", "referrals-by-service-and-state",
        ),
    ),
    (N_("Attentions"), ("attentions-by-day", "attentions-by-hour", "attentions-by-wait")),
)  # fmt: skip
# On paper these are read in a crosstab that holds every figure of theirs: in its bold rows, or in its last column.
CONTAINED_TABLES: Mapping[str, str] = {
    "needs-by-sex": "needs-by-sex-and-age",
    "needs-by-age": "needs-by-sex-and-age",
    "referrals-by-entity-and-state": "referrals-by-service-and-state",
    "referrals-by-service": "referrals-by-service-and-state",
}
# Months of the old method have tables that this list does not name; they must not vanish from their papers.
OTHER_SECTION = N_("Further tables of this release")
_SECTION_TABLES = frozenset(table_id for _title, table_ids in SECTIONS for table_id in table_ids)


@dataclass(frozen=True, slots=True)
class PeriodPaper:
    """What the papers of a period are made of: its content, beside which periods it is read, and its hash.

    ``content_hash`` is that of a release, in hexadecimal; ``watermark`` says that the people are invented.
    """

    content: ReleaseContent
    comparison: Comparison = NO_COMPARISON
    content_hash: str | None = None
    watermark: str | None = None


def build_period_report(paper: PeriodPaper, *, folds_zeros: bool = False) -> Report:
    """Build the report of a period in the language in use. With ``folds_zeros`` long lists leave out rows of 0."""
    content = paper.content
    blocks: list[Block] = [*build_first_page(content, paper.comparison)]
    # The first page stands alone, so that it can be printed and handed over by itself.
    if not content.is_empty:
        blocks.append(PageBreak())
        blocks += _build_sections(paper, folds_zeros)
        blocks.append(PageBreak())
    blocks += build_method_page(content, paper.content_hash)
    return Report(
        title=_("Figures of %(month)s", month=name_period(content.period)),
        subtitle=(
            _("Attention point for migrants, Bucaramanga · corrects an earlier version, see the last page")
            if content.note
            else _("Attention point for migrants, Bucaramanga")
        ),
        language=str(current_locale()).replace("_", "-"),
        # The moment of the release, so that the file of a release has the same bytes whenever it is drawn.
        created_at=content.released_at or clock.now(),
        issuer=_("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=tuple(blocks),
        watermark=paper.watermark,
        reference=_format_reference(content),
    )


def build_period_workbook(paper: PeriodPaper) -> Report:
    """Build the report of a workbook: the tables one by one, and at its end all figures in one tidy table."""
    report = build_period_report(paper)
    title = _("All figures in one table")
    blocks = (*report.blocks, Heading(title), build_tidy_table(paper.content))
    return replace(report, blocks=blocks)


def _build_sections(paper: PeriodPaper, folds_zeros: bool) -> Iterator[Block]:
    other_ids = [table.id for table in paper.content.tables if table.id not in _SECTION_TABLES]
    for title, table_ids in (*SECTIONS, (OTHER_SECTION, other_ids)):
        tables = [
            table
            for table_id in table_ids
            if (table := paper.content.find_table(table_id)) and not (folds_zeros and _is_contained(paper, table_id))
        ]
        if tables:
            yield Heading(_(title), anchor=name_section(title))
        for table in tables:
            view = TableView(paper.content, table, paper.comparison)
            yield Heading(table.title, 2)
            yield build_report_table(view, folds_zeros=folds_zeros)


def _is_contained(paper: PeriodPaper, table_id: str) -> bool:
    whole = CONTAINED_TABLES.get(table_id)
    # A suppressed crosstab may hide what its margin shows, so that papers of the old method draw both.
    return paper.content.method == ROUNDING and whole is not None and paper.content.find_table(whole) is not None


def name_section(title: str) -> str:
    """Name the anchor of a section after the message of its title."""
    return title.lower().replace(" ", "-")


def _format_reference(content: ReleaseContent) -> str:
    period = name_period(content.period)
    if content.version is None:
        return _("%(month)s · provisional, internal", month=period)
    return _("%(month)s · version %(number)s", month=period, number=content.version)
