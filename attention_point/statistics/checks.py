"""The checks of ``doctor`` on the published months, and on what the report to the R4V platform says of each need."""

from collections.abc import Iterator

from attention_point.dates import format_month_code
from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.statistics.open_data import public_files
from attention_point.statistics.operational_reports.activities import read_plan
from attention_point.statistics.releases import queries


def check_published_months(database: Database, settings: Settings) -> Iterator[str]:
    """Yield a sentence for each release, and each of its public files, that was altered."""
    with database.read_session() as session:
        yield from queries.list_altered_releases(session)
        yield from public_files.list_altered_files(session, settings)


def check_operational_report(database: Database, settings: Settings) -> Iterator[str]:
    """Yield what is wrong with the file of activities, or the needs that none of them reports today."""
    try:
        plan = read_plan(settings)
    except AppError as error:
        yield error.message
        return
    reported_needs = plan.list_reported_needs(format_month_code(clock.today()))
    with database.read_session() as session:
        needs = {row.need for row in directory_queries.get_services_by_code(session).values()}
    if unreported_needs := sorted(needs - reported_needs):
        yield _(
            "No activity of r4v.yaml reports these needs: %(list)s. Their people are in no report to R4V.",
            list=", ".join(unreported_needs),
        )


PUBLISHED_MONTHS_CHECK = Check(N_("Published months"), check_published_months)
OPERATIONAL_REPORT_CHECK = Check(N_("The report to the R4V platform"), check_operational_report, is_advice=True)
