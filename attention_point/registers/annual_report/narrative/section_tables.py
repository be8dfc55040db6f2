"""The tables and charts of each section. A column of which nothing is known in any row is left out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from attention_point.dates import parse_period_code
from attention_point.foundation.language import format_month
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Block, Cell, Chart, Column, Series, Table
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report.grammar.templates import write_sentence
from attention_point.registers.annual_report.narrative.agreement_accounts import format_contribution, is_expected
from attention_point.registers.annual_report.narrative.event_accounts import is_plain_meeting
from attention_point.registers.annual_report.narrative.year_figures import YearTotals
from attention_point.registers.annual_report.published_figures import PublishedYear
from attention_point.registers.annual_report.queries import ReportYear
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.calls.rules import compute_matching_contribution
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.schema.formatting import (
    format_count,
    format_field_value,
    format_money,
    format_part_date,
)
from attention_point.registers.shared.schema.schema import Register
from attention_point.statistics.dimension_labels import DIMENSIONS

MAX_BARS = 12  # of a chart; the table beside it has all rows
# By the id of a table of a release: its one dimension, and whether it has a chart of its own.
_PUBLISHED_TABLES: Mapping[str, tuple[str, bool]] = {
    "people-by-origin": ("origin", False),
    "people-by-need": ("need", True),
    "referrals-by-entity": ("entity", False),
    "referrals-by-state": ("state", False),
}
Rows = Sequence[tuple[Cell, ...]]


def build_section_tables(code: str, year: ReportYear, totals: YearTotals) -> Iterator[Block]:
    """The tables and charts that stand in a section after its account."""
    if code in _TABLE_BUILDERS:
        yield from _TABLE_BUILDERS[code](year, totals)


def _build_known_table(table_id: str, title: str, columns: Sequence[Column], rows: Rows) -> Table:
    """A table without the columns in which no row has anything."""
    # A column of dashes says only that nobody filled it in: the list of what is missing says it to those who can.
    filled_columns = [
        index for index in range(len(columns)) if index == 0 or any(row[index] not in ("", None) for row in rows)
    ]
    return Table(
        table_id,
        title,
        tuple(columns[index] for index in filled_columns),
        tuple(tuple(row[index] for index in filled_columns) for row in rows),
    )


def _format_facts(year: ReportYear, register: Register, record: RecordColumns, *keys: str) -> tuple[Cell, ...]:
    return tuple(
        format_field_value(register.get_field(key), record.data.get(key), year.organisation_names) for key in keys
    )


def _build_columns(register: Register, *keys: str) -> tuple[Column, ...]:
    return tuple(Column(key, _(register.get_field(key).label)) for key in keys)


def _format_date(record: RecordColumns) -> str:
    # The long form of a date would make five lines of each row.
    return format_part_date(record.sort, "medium") if record.sort else ""


def _build_context_tables(year: ReportYear, _totals: YearTotals) -> Iterator[Block]:
    team = year.office.get("team", ())
    if not team:
        return
    columns = (
        Column("role", _("Post")),
        Column("count", _("Quantity"), "integer"),
        Column("since", _("Since")),
        Column("months", _("Months"), "integer"),
    )
    rows = tuple(
        (
            member["role"],
            member.get("count"),
            format_part_date(member["since"]) if "since" in member else "",
            member.get("months"),
        )
        for member in team
    )
    yield _build_known_table("team", _("Team of the office"), columns, rows)


def _build_positioning_tables(year: ReportYear, _totals: YearTotals) -> Iterator[Block]:
    events = [event for event in year.records[EVENTS.name] if not is_plain_meeting(event)]
    if events:
        keys = ("organisers", "participants", "state")
        columns = (Column("name", _("Event")), Column("date", _("Date")), *_build_columns(EVENTS, *keys))
        rows = [(event.name, _format_date(event), *_format_event(year, event)) for event in events]
        yield _build_known_table("events-list", _("Events of the year"), columns, rows)


def _format_event(year: ReportYear, event: RecordColumns) -> tuple[Cell, ...]:
    organisers, participants, state = _format_facts(year, EVENTS, event, "organisers", "participants", "state")
    # Those who were expected to what did not take place are no participants.
    return organisers, participants if event.state in {"done", "followed-up"} else "", state


def _build_resources_tables(year: ReportYear, _totals: YearTotals) -> Iterator[Block]:
    agreements = year.records[AGREEMENTS.name]
    if agreements:
        columns = (
            Column("name", _("Agreement")),
            *_build_columns(AGREEMENTS, "state"),
            Column("signed", _("Signed on")),
            Column("municipality", _("The municipality gives")),
            Column("others", _("Others give")),
        )
        rows = [
            (
                agreement.name,
                *_format_facts(year, AGREEMENTS, agreement, "state"),
                _format_date(agreement),
                _format_contributions(agreement, is_municipal=True),
                _format_contributions(agreement, is_municipal=False),
            )
            for agreement in agreements
        ]
        yield _build_known_table("agreements-list", _("Agreements of the year"), columns, rows)
    yield from _build_beneficiaries_table(agreements)


def _format_contributions(agreement: RecordColumns, *, is_municipal: bool) -> str:
    """What the municipality gives, or what all others give; what is only expected says so."""
    return "; ".join(
        _("%(what)s (expected)", what=format_contribution(entry))
        if is_expected(entry, agreement.data["state"])
        else format_contribution(entry)
        for entry in agreement.data.get("contributions", ())
        if (entry["side"] == "municipality") == is_municipal
    )


def _build_beneficiaries_table(agreements: Sequence[RecordColumns]) -> Iterator[Block]:
    rows = [
        (
            entry["group"],
            format_count(entry["count"]) if "count" in entry else "",
            agreement.name,
        )
        for agreement in agreements
        for entry in agreement.data.get("beneficiaries", ())
    ]
    if rows:
        columns = (Column("group", _("Group")), Column("count", _("Quantity")), Column("agreement", _("Agreement")))
        yield _build_known_table("reached", _("Beneficiaries of the agreements"), columns, rows)


def _build_calls_tables(year: ReportYear, _totals: YearTotals) -> Iterator[Block]:
    calls, proposals = year.records[CALLS.name], year.records[PROPOSALS.name]
    if calls:
        columns = (Column("name", _("Call")), *_build_columns(CALLS, "issuer", "funder"), Column("closes", _("Closes")))
        rows = [
            (call.name, *_format_facts(year, CALLS, call, "issuer", "funder"), _format_date(call)) for call in calls
        ]
        yield _build_known_table("calls-list", _("Calls of the year"), columns, rows)
    if not proposals:
        return
    keys = ("state", "phases_passed", "total_value", "cofinancing_approved")
    columns = (
        Column("name", _("Proposal")),
        *_build_columns(PROPOSALS, *keys),
        Column("matching", _("Matching contribution")),
    )
    rows = [
        (proposal.name, *_format_facts(year, PROPOSALS, proposal, *keys), _format_matching_amount(proposal))
        for proposal in proposals
    ]
    yield from _build_amounts_chart(proposals)
    yield _build_known_table("proposals-list", _("Proposals of the year"), columns, rows)


def _format_matching_amount(proposal: RecordColumns) -> str:
    amount = compute_matching_contribution(proposal.data)
    return format_money(amount) if amount else ""


def _build_amounts_chart(proposals: Sequence[RecordColumns]) -> Iterator[Block]:
    """Approved co-financing beside the whole, where there are proposals in pesos to compare."""
    # Bars of two currencies on one axis would compare what cannot be compared.
    charted = [
        proposal.data
        for proposal in proposals
        if compute_matching_contribution(proposal.data) and proposal.data["total_value"]["currency"] == "COP"
    ][:MAX_BARS]
    if len(charted) > 1:
        names = tuple(data["name"] for data in charted)
        totals = tuple(Decimal(data["total_value"]["amount"]) for data in charted)
        approved = tuple(Decimal(data["cofinancing_approved"]["amount"]) for data in charted)
        series = (Series(_("Total value"), totals), Series(_("Co-financing approved"), approved))
        yield Chart("proposals-chart", _("Co-financing of the proposals, in pesos"), "hbar", names, series)


def _build_migration_tables(year: ReportYear, totals: YearTotals) -> Iterator[Block]:
    published = year.published
    if published.months:
        yield from _build_months(published)
    for table_id, (dimension, has_chart) in _PUBLISHED_TABLES.items():
        yield from _build_published_table(published, table_id, dimension, has_chart)


def _build_months(published: PublishedYear) -> Iterator[Block]:
    """The months as they were published. Their people have no total: some come in several months."""
    title = _("People, attentions and referrals by month")
    months = tuple(format_month(parse_period_code(month.period).first_day) for month in published.months)
    keys = {"people": _("People"), "attentions": _("Attentions"), "referrals": _("Referrals")}
    counts = {key: tuple(month.totals.get(key) for month in published.months) for key in keys}
    series = tuple(Series(keys[key], counts[key]) for key in ("people", "attentions"))
    if len(months) > 1:
        # Three letters stand upright under a bar; the table beside the chart has the whole names.
        yield Chart("months-chart", title, "bar", tuple(month[:3] for month in months), series)
    columns = (Column("month", _("Month")), *(Column(key, label, "integer") for key, label in keys.items()))
    rows = tuple((name, *(counts[key][index] for key in keys)) for index, name in enumerate(months))
    yield Table("months", title, columns, rows, (write_sentence("published/months-note", None),))


def _build_published_table(published: PublishedYear, table_id: str, dimension: str, has_chart: bool) -> Iterator[Block]:
    counts = published.count_codes(table_id)
    title = published.get_title(table_id)
    if not counts:
        return
    labels = [published.label_for_code(dimension, code) for code in counts]
    # A chart of one bar compares nothing.
    if has_chart and len(counts) > 1:
        series = (Series(title, tuple(counts.values())[:MAX_BARS]),)
        yield Chart(f"{table_id}-chart", title, "hbar", tuple(labels[:MAX_BARS]), series)
    columns = (Column("code", _(DIMENSIONS[dimension].title)), Column("count", _("Quantity"), "integer"))
    yield Table(table_id, title, columns, tuple(zip(labels, counts.values(), strict=True)))


_TABLE_BUILDERS: Mapping[str, Callable[[ReportYear, YearTotals], Iterator[Block]]] = {
    "context": _build_context_tables,
    "positioning": _build_positioning_tables,
    "resources": _build_resources_tables,
    "calls": _build_calls_tables,
    "migration": _build_migration_tables,
}
