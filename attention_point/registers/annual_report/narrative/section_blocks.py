"""The tables and charts of each section."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from attention_point.foundation.language import format_month, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import (
    Block,
    Cell,
    Chart,
    Column,
    Heading,
    LabelledValues,
    LinkedValue,
    Series,
    Suppressed,
    Table,
)
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report.narrative.office_sentences import format_team_member
from attention_point.registers.annual_report.narrative.phrases import format_fact, label_for_code
from attention_point.registers.annual_report.narrative.record_sentences import describe_contribution, label_for_country
from attention_point.registers.annual_report.narrative.section_accounts import (
    build_record_path,
    is_plain_meeting,
    sort_states,
)
from attention_point.registers.annual_report.narrative.year_figures import YearTotals
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.annual_report.queries import ReportYear
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.calls.rules import compute_matching_contribution
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.schema.formatting import format_count, format_money, format_part_date
from attention_point.registers.shared.schema.schema import Field, Register

# Bars in a chart; the table beside it has all rows.
MAX_BARS = 12


def build_section_blocks(code: str, year: ReportYear, totals: YearTotals) -> Iterator[Block]:
    """The tables and charts that stand in a section after its account."""
    yield from _BLOCK_BUILDERS[code](year, totals)


def _build_context_blocks(year: ReportYear, _totals: YearTotals) -> Iterator[Block]:
    if not year.office:
        return
    facts = [
        (_(field.label), format_fact(OFFICE_YEARS, field.key, year.office, year.organisation_names))
        for field in OFFICE_YEARS.groups[0].fields
        if field.key != "team"  # its rows are written as sentences below
    ]
    team = "; ".join(map(format_team_member, year.office.get("team", ()))) or _("not on record")
    yield LabelledValues((*facts, (_("Team"), team)))


def _build_state_blocks(register: Register, totals: YearTotals, title: str) -> Iterator[Block]:
    """How many records are in each state, each number linked to those records. One state alone needs no chart."""
    states = sort_states(totals.state_counts[register.name])
    if not states:
        return
    field = register.get_field(register.state_field)
    table_id, link = f"{register.name}-by-state", f"/registers/{register.name}?year={totals.year}"
    labels = tuple(label_for_code(field, code) for code, _count in states)
    counts = tuple(count for _code, count in states)
    if len(states) > 1:
        description = _describe_chart(title, labels, counts)
        yield Heading(title, 3)
        yield Chart(f"{table_id}-chart", title, "hbar", labels, (Series(_("Records"), counts),), description)
    rows: list[tuple[Cell, ...]] = [
        (label, LinkedValue(count, f"{link}&state={code}")) for label, (code, count) in zip(labels, states, strict=True)
    ]
    rows.append((_("Total"), LinkedValue(sum(counts), link)))
    columns = (Column("state", _("State")), Column("records", _("Records"), "integer"))
    yield Table(table_id, title, columns, tuple(rows), has_total_row=True)


def _describe_chart(title: str, names: Sequence[str], values: Sequence[int | Decimal]) -> str:
    """The chart in words, for somebody who does not see it."""
    highest = max(range(len(values)), key=lambda index: values[index])
    return _(
        "%(title)s. The highest is %(name)s, with %(count)s. The table beside it has the figures.",
        title=title,
        name=names[highest],
        count=format_number(values[highest]),
    )


def _build_record_row(year: ReportYear, register: Register, record: RecordColumns, *keys: str) -> tuple[Cell, ...]:
    facts = [format_fact(register, key, record.data, year.organisation_names) for key in keys]
    return (LinkedValue(record.name, build_record_path(register, record)), *facts)


def _build_columns(register: Register, name_label: str, *keys: str) -> tuple[Column, ...]:
    return (Column("name", name_label), *(Column(key, _(register.get_field(key).label)) for key in keys))


def _note_omitted_records(year: ReportYear, register: Register) -> tuple[str, ...]:
    shown, number = len(year.records[register.name]), year.record_counts[register.name]
    if shown >= number:
        return ()
    message = _(
        "The first %(shown)s of %(number)s records; the annex has all.",
        shown=format_number(shown),
        number=format_number(number),
    )
    return (message,)


def _build_positioning_blocks(year: ReportYear, totals: YearTotals) -> Iterator[Block]:
    yield from _build_state_blocks(EVENTS, totals, _("Events by state"))
    if totals.country_counts:
        yield _build_countries_table(totals)
    events = [event for event in year.records[EVENTS.name] if not is_plain_meeting(event)]
    if events:
        keys = ("organisers", "participants", "state")
        name_column, *fact_columns = _build_columns(EVENTS, _("Event"), *keys)
        columns = (name_column, Column("date", _(EVENTS.get_field("date").label)), *fact_columns)
        rows = []
        for event in events:
            name, *facts = _build_record_row(year, EVENTS, event, *keys)
            # The long form of a date would make five lines of each row.
            date_text = format_part_date(event.sort, "medium") if event.sort else _("not on record")
            rows.append((name, date_text, *facts))
        notes = _note_omitted_records(year, EVENTS)
        if len(events) < len(year.records[EVENTS.name]):
            notes += (
                _("Meetings with diplomatic missions are grouped by country here, and listed one by one in the annex."),
            )
        yield Table("events-list", _("Events of the year"), columns, tuple(rows), notes)


def _build_countries_table(totals: YearTotals) -> Table:
    """Countries with their number of events and exchanges. Only those with events can be linked to a list of events."""
    link = f"/registers/events?year={totals.year}&countries="
    rows = tuple(
        (label_for_country(code), LinkedValue(count, f"{link}{code}") if code in totals.event_countries else count)
        for code, count in totals.country_counts.items()
    )
    columns = (Column("country", _("Country")), Column("number", _("Events and exchanges"), "integer"))
    return Table("countries", _("Countries with which there were events or exchanges"), columns, rows)


def _build_resources_blocks(year: ReportYear, totals: YearTotals) -> Iterator[Block]:
    yield from _build_state_blocks(AGREEMENTS, totals, _("Agreements by state"))
    agreements = year.records[AGREEMENTS.name]
    if not agreements:
        return
    columns = (
        *_build_columns(AGREEMENTS, _("Agreement"), "state"),
        Column("municipality", _("The municipality gives")),
        Column("others", _("Others give")),
    )
    rows = tuple(
        (
            *_build_record_row(year, AGREEMENTS, agreement, "state"),
            _format_contributions(agreement, is_municipal=True),
            _format_contributions(agreement, is_municipal=False),
        )
        for agreement in agreements
    )
    notes = _note_omitted_records(year, AGREEMENTS)
    yield Table("agreements-list", _("Agreements of the year"), columns, rows, notes)
    beneficiary_rows = tuple(
        (
            beneficiary["group"],
            format_count(beneficiary["count"]) if "count" in beneficiary else _("not on record"),
            LinkedValue(agreement.name, build_record_path(AGREEMENTS, agreement)),
        )
        for agreement in agreements
        for beneficiary in agreement.data.get("beneficiaries", ())
    )
    if beneficiary_rows:
        columns = (Column("group", _("Group")), Column("count", _("How many")), Column("agreement", _("Agreement")))
        yield Table("reached", _("Beneficiaries of the agreements"), columns, beneficiary_rows)


def _format_contributions(agreement: RecordColumns, *, is_municipal: bool) -> str:
    """What the municipality gives, or what all others give."""
    contributions = [
        describe_contribution(contribution)
        for contribution in agreement.data.get("contributions", ())
        if (contribution["side"] == "municipality") == is_municipal
    ]
    return "; ".join(contributions) or _("not on record")


def _build_calls_blocks(year: ReportYear, _totals: YearTotals) -> Iterator[Block]:
    calls, proposals = year.records[CALLS.name], year.records[PROPOSALS.name]
    if calls:
        call_keys = ("issuer", "closes")
        columns = _build_columns(CALLS, _("Call"), *call_keys)
        rows = tuple(_build_record_row(year, CALLS, call, *call_keys) for call in calls)
        yield Table("calls-list", _("Calls of the year"), columns, rows, _note_omitted_records(year, CALLS))
    if proposals:
        keys = ("state", "total_value", "cofinancing_approved")
        columns = (*_build_columns(PROPOSALS, _("Proposal"), *keys), Column("matching", _("Matching contribution")))
        rows = tuple(
            (*_build_record_row(year, PROPOSALS, proposal, *keys), _format_matching_amount(proposal))
            for proposal in proposals
        )
        yield from _build_amounts_chart(proposals)
        notes = _note_omitted_records(year, PROPOSALS)
        yield Table("proposals-list", _("Proposals of the year"), columns, rows, notes)


def _format_matching_amount(proposal: RecordColumns) -> str:
    amount = compute_matching_contribution(proposal.data)
    return format_money(amount) if amount else _("not on record")


def _build_amounts_chart(proposals: Sequence[RecordColumns]) -> Iterator[Block]:
    """Approved co-financing beside the whole, of the proposals in pesos of which both are on record."""
    # Bars of two currencies on one axis would compare what cannot be compared.
    charted = [
        proposal.data
        for proposal in proposals
        if compute_matching_contribution(proposal.data) and proposal.data["total_value"]["currency"] == "COP"
    ][:MAX_BARS]
    if charted:
        title = _("Co-financing of the proposals, in pesos")
        names = tuple(data["name"] for data in charted)
        totals = tuple(Decimal(data["total_value"]["amount"]) for data in charted)
        approved = tuple(Decimal(data["cofinancing_approved"]["amount"]) for data in charted)
        series = (Series(_("Total value"), totals), Series(_("Co-financing approved"), approved))
        yield Chart("proposals-chart", title, "hbar", names, series, _describe_chart(title, names, totals))


def _build_migration_blocks(year: ReportYear, _totals: YearTotals) -> Iterator[Block]:
    # Notes are free text: they have no place in a list of facts.
    fields = [field for field in OFFICE_YEARS.groups[1].fields if field.key != "notes"]
    if any(field.key in year.office for field in fields):
        yield LabelledValues(tuple((_(field.label), _format_point_fact(field, year)) for field in fields))
    if year.months:
        yield from _build_published_months(year)


def _format_point_fact(field: Field, year: ReportYear) -> str:
    text = format_fact(OFFICE_YEARS, field.key, year.office, year.organisation_names)
    is_reported = field.key == "people" and field.key in year.office
    return _("%(count)s (figure reported by the office)", count=text) if is_reported else text


def _build_published_months(year: ReportYear) -> Iterator[Block]:
    """The months that the desk published, as they were published."""
    title = _("People and attentions in the published months")
    first_time_counts = [_mark_suppressed_count(month.first_time_people) for month in year.months]
    counts = {
        key: [_mark_suppressed_count(month.totals[key]) for month in year.months]
        for key in ("people", "attentions", "referrals")
    }
    months = tuple(format_month(month.first_day) for month in year.months)
    series = (
        Series(_("People"), tuple(counts["people"])),
        Series(_("Attentions"), tuple(counts["attentions"])),
    )
    # The chart's words name the highest month; a figure that is held back must not be it.
    heights = [0 if isinstance(count, Suppressed) else count for count in counts["attentions"]]
    yield Chart("months-chart", title, "bar", months, series, _describe_chart(title, months, heights))
    columns = (
        Column("month", _("Month")),
        Column("people", _("People"), "integer"),
        Column("first", _("For the first time"), "integer"),
        Column("attentions", _("Attentions"), "integer"),
        Column("referrals", _("Referrals"), "integer"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            LinkedValue(name, f"/statistics/{month.period}?version={month.version}"),
            counts["people"][index],
            first_time_counts[index],
            counts["attentions"][index],
            counts["referrals"][index],
        )
        for index, (name, month) in enumerate(zip(months, year.months, strict=True))
    ]
    rows.append(
        (
            _("Total"),
            None,  # the people of the months do not add up: some come in several
            _sum_unless_suppressed(first_time_counts),
            _sum_unless_suppressed(counts["attentions"]),
            _sum_unless_suppressed(counts["referrals"]),
        )
    )
    notes = (
        _("A person who comes in several months counts in each: only those who come for the first time add up."),
        _("“[c]” marks a figure that is held back so that nobody can be recognised."),
    )
    yield Table("months", title, columns, tuple(rows), notes, has_total_row=True)


def _mark_suppressed_count(count: int | None) -> int | Suppressed:
    return Suppressed.SUPPRESSED if count is None else count


def _sum_unless_suppressed(counts: Sequence[int | Suppressed]) -> int | Suppressed:
    # A sum beside all its parts but one would tell the one that is held back.
    numbers = [count for count in counts if not isinstance(count, Suppressed)]
    return sum(numbers) if len(numbers) == len(counts) else Suppressed.SUPPRESSED


_BLOCK_BUILDERS: Mapping[str, Callable[[ReportYear, YearTotals], Iterator[Block]]] = {
    "context": _build_context_blocks,
    "positioning": _build_positioning_blocks,
    "resources": _build_resources_blocks,
    "calls": _build_calls_blocks,
    "migration": _build_migration_blocks,
}
