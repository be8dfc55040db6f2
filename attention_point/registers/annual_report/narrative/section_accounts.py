"""The account of each section as the records tell it, in units that the office's story can keep, move and reword."""

from collections.abc import Callable, Iterator, Mapping

from attention_point.foundation.language import in_language
from attention_point.registers.annual_report.narrative.account_units import AccountUnit
from attention_point.registers.annual_report.narrative.agreement_accounts import describe_agreements
from attention_point.registers.annual_report.narrative.call_accounts import describe_calls
from attention_point.registers.annual_report.narrative.event_accounts import describe_events
from attention_point.registers.annual_report.narrative.migration_accounts import describe_migration
from attention_point.registers.annual_report.narrative.office_accounts import describe_office
from attention_point.registers.annual_report.narrative.year_figures import YearTotals
from attention_point.registers.annual_report.queries import ReportYear

_ACCOUNT_WRITERS: Mapping[str, Callable[[ReportYear, YearTotals], Iterator[AccountUnit]]] = {
    "context": describe_office,
    "positioning": describe_events,
    "resources": describe_agreements,
    "calls": describe_calls,
    "migration": describe_migration,
}


def draft_section_account(code: str, year: ReportYear, totals: YearTotals) -> list[AccountUnit]:
    """The units that the records give to a section; an empty list where there are none. They are always Spanish."""
    with in_language("es"):
        # A unit without words would be an empty paragraph that the editor could move about.
        return [unit for unit in _ACCOUNT_WRITERS[code](year, totals) if unit.text]
