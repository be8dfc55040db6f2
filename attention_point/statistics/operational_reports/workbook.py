"""Writes the report to the R4V platform as a workbook: the form's sheet, and beside it what the form cannot say."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from attention_point.dates import format_month_code
from attention_point.foundation.language import format_month, in_language, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import write_plain_xlsx
from attention_point.statistics.dimension_labels import build_code_labeller
from attention_point.statistics.operational_reports.activities import Plan
from attention_point.statistics.operational_reports.rules import COLUMNS, OutsideReason
from attention_point.statistics.operational_reports.services import OperationalReport

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LANGUAGE = "es"  # the form's
FORM_SHEET = "5W"


def build_file_name(report: OperationalReport) -> str:
    """Return the name of the file: the report, the organisation and the month."""
    return f"r4v-5w-{report.organisation.code}-{format_month_code(report.month)}.xlsx"


def list_columns(report: OperationalReport) -> list[str]:
    """List the columns of the month's form, in its order."""
    # From 2026 the form has no municipality. A column too many would shift the others.
    return [column for column in COLUMNS if column != "admin2" or report.shows_municipality]


def write_workbook(session: Session, plan: Plan, report: OperationalReport, watermark: str | None = None) -> bytes:
    """Return the workbook. ``watermark`` says that the people are invented."""
    with in_language(LANGUAGE):
        title = _("Notes")
        notes = [*([watermark] if watermark else []), *describe_notes(session, report)]
    columns = list_columns(report)
    head = [plan.headers[column] for column in columns]
    words = {True: plan.yes, False: plan.no}
    # Python takes True for 1, and a count of 1 for True: only a bool is a word.
    rows = [
        [words[value] if isinstance(value := row[column], bool) else value for column in columns] for row in report.rows
    ]
    return write_plain_xlsx({FORM_SHEET: [head, *rows], title: [[title], *([note] for note in notes)]})


def describe_notes(session: Session, report: OperationalReport) -> Iterator[str]:
    """Yield what the form has no place for, in the language in use: who is in no row, and how people were counted."""
    yield _(
        "Exact figures of %(month)s, for %(organisation)s and the platform alone. They are not published and not "
        "passed on: small groups can be recognised in them.",
        month=format_month(report.month),
        organisation=report.organisation.name,
    )
    for (indicator, reason), count in report.outside.items():
        yield f"{indicator}: {_describe_people_outside(reason, count)}"
    label_for_code = build_code_labeller(session)
    # A need that no activity reports is work that the platform does not see: the office can add it to its plan.
    for need, count in report.unreported_needs.items():
        yield ngettext(
            "%(need)s: %(num)s person; no activity reports this need.",
            "%(need)s: %(num)s people; no activity reports this need.",
            count,
            need=label_for_code("need", need),
        )
    if report.sex_not_given:
        yield ngettext(
            "%(num)s person who did not say their sex stands under “other”.",
            "%(num)s people who did not say their sex stand under “other”.",
            report.sex_not_given,
        )
    if report.unreadable:
        yield ngettext(
            "%(num)s record cannot be opened and is not counted.",
            "%(num)s records cannot be opened and are not counted.",
            report.unreadable,
        )
    if report.erased:
        yield ngettext(
            "%(num)s visit of somebody whose data were erased is not counted.",
            "%(num)s visits of people whose data were erased are not counted.",
            report.erased,
        )
    yield _("A person counts once in each indicator and municipality. The municipality is that of the attention point.")
    yield _("New: not served under the same indicator in an earlier month of the year.")
    yield _(
        "Binational people stand under Colombian returnees; those who go to and fro across the border, under "
        "pendulars. Who named another population, or none, is placed by nationality."
    )


def _describe_people_outside(reason: OutsideReason, count: int) -> str:
    if reason == "unknown_age":
        return ngettext(
            "%(num)s person without a known age, who is in no row because the form has no box for them.",
            "%(num)s people without a known age, who are in no row because the form has no box for them.",
            count,
        )
    return ngettext(
        "%(num)s person of whom neither population nor nationality tells the box, who is in no row.",
        "%(num)s people of whom neither population nor nationality tells the box, who are in no row.",
        count,
    )
