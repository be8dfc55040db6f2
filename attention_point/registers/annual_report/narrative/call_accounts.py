"""What the report says of the monitoring of calls, of the calls, and of the proposals to them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attention_point.registers.annual_report.grammar.phrases import join_items, lower_first, quote_well, soften_first
from attention_point.registers.annual_report.grammar.templates import write_sentence
from attention_point.registers.annual_report.narrative.account_units import (
    ONE,
    SEVERAL,
    AccountUnit,
    RecordFacts,
    build_heading,
    build_paragraph,
    build_record_path,
    count_things,
    write_object,
)
from attention_point.registers.annual_report.narrative.year_figures import YearTotals
from attention_point.registers.annual_report.queries import ReportYear
from attention_point.registers.calls.register import CALLS, MONITORING, PROPOSALS
from attention_point.registers.calls.rules import compute_matching_contribution
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.schema.formatting import format_money

_OVER_STATES = frozenset({"closed", "cancelled"})
# Proposals of which no more than this is known are told in one sentence with the others of their call.
_THIN_KEYS = frozenset({"name", "call", "lead", "state", "date", "year", "tags", "notes", "deadline"})


def describe_calls(year: ReportYear, _totals: YearTotals) -> Iterator[AccountUnit]:
    """The account of the calls: how the office watches them, then each call with the proposals to it."""
    processes = year.records[MONITORING.name]
    if processes:
        yield build_heading("monitoring")
    for process in processes:
        facts = RecordFacts(process.data, year.organisation_names)
        text = build_paragraph(_describe_monitoring(facts))
        path = build_record_path(MONITORING, process)
        yield AccountUnit(f"{MONITORING.name}/{process.id.hex}", text, path=path)
    calls, proposals = year.records[CALLS.name], year.records[PROPOSALS.name]
    if calls or proposals:
        yield build_heading("calls")
    # A call with its proposals in one paragraph: a reader asks what became of each call.
    for call in calls:
        own_proposals = [proposal for proposal in proposals if proposal.data["call"] == call.name]
        text = build_paragraph(_describe_call(year, call, own_proposals))
        yield AccountUnit(f"{CALLS.name}/{call.id.hex}", text, path=build_record_path(CALLS, call))
    # A proposal names its call by a text, which may be no record of this year.
    names = {call.name for call in calls}
    for proposal in proposals:
        if proposal.data["call"] not in names:
            text = build_paragraph(_describe_proposal(year, proposal, names_call=True))
            path = build_record_path(PROPOSALS, proposal)
            yield AccountUnit(f"{PROPOSALS.name}/{proposal.id.hex}", text, path=path)
    omitted = year.record_counts[CALLS.name] - len(calls)
    if omitted > 0:
        text = write_sentence("call/omitted", None, count=count_things("count/number", omitted))
        yield AccountUnit("calls/omitted", text)


def _describe_monitoring(facts: RecordFacts) -> Iterator[str]:
    data = facts.data
    yield write_sentence("monitoring/formalised", None, when=facts.format_when("formalised"))
    # Weekly or fortnightly is not both.
    every = join_items((write_sentence(f"frequency/{code}", None) for code in data.get("every", ())), "o")
    number = data.get("bulletin_format", "")
    yield write_sentence(
        "monitoring/bulletin" if every else "monitoring/bulletin-format", None, format=number, every=every
    )
    yield write_sentence("monitoring/response", None, format=data.get("response_format", ""))


def _describe_call(year: ReportYear, call: RecordColumns, proposals: Sequence[RecordColumns]) -> Iterator[str]:
    facts = RecordFacts(call.data, year.organisation_names)
    # Only who presented a proposal took part.
    presented = [proposal for proposal in proposals if proposal.state != "preparing"]
    key = "took-part" if presented else "prepares" if proposals else "followed"
    yield write_sentence(
        f"call/{key}",
        None,
        name=quote_well(call.name),
        issuer=facts.join_organisations("issuer"),
        funder=facts.join_organisations("funder"),
        technical=facts.join_organisations("technical_assistance"),
    )
    yield write_object("call", facts.format_clause("object"))
    who = join_items(map(soften_first, call.data.get("eligible", ())))
    yield write_sentence("call/eligible-past" if call.state in _OVER_STATES else "call/eligible", None, who=who)
    amounts = [
        f"{format_money(entry['amount'])} ({lower_first(entry['what'])})"
        if "what" in entry
        else format_money(entry["amount"])
        for entry in call.data.get("amounts", ())
    ]
    yield write_sentence("call/amounts", None, amounts=join_items(amounts))
    yield _describe_dates(facts, call.state)
    # A paragraph for each of them would say nothing but its name.
    thin = [proposal for proposal in presented if set(proposal.data) <= _THIN_KEYS and proposal.state == "presented"]
    if len(thin) > 1:
        yield _describe_thin_proposals(year, thin)
    for proposal in proposals:
        if len(thin) < 2 or proposal not in thin:
            yield from _describe_proposal(year, proposal)


def _describe_dates(facts: RecordFacts, state: str | None) -> str:
    if state == "cancelled":
        return write_sentence("call/cancelled", None)
    opens, closes = facts.format_when("opens"), facts.format_when("closes")
    is_over = state == "closed"
    if opens and closes:
        return write_sentence(
            "call/dates-past" if is_over else "call/dates",
            None,
            opens=opens.removeprefix("en ") if is_over else opens,
            closes=closes.removeprefix("en ") if is_over else closes,
        )
    return write_sentence("call/closed" if is_over else "call/closes", None, closes=closes)


def _describe_thin_proposals(year: ReportYear, proposals: Sequence[RecordColumns]) -> str:
    items = []
    for proposal in proposals:
        facts = RecordFacts(proposal.data, year.organisation_names)
        lead, when = facts.join_organisations("lead"), facts.format_when("date")
        items.append(
            write_sentence("proposal/presented-item", None, name=quote_well(proposal.name), lead=lead, when=when)
        )
    return write_sentence("proposal/presented-many", None, count=len(items), proposals=join_items(items))


def _describe_proposal(year: ReportYear, proposal: RecordColumns, names_call: bool = False) -> Iterator[str]:
    facts, data = RecordFacts(proposal.data, year.organisation_names), proposal.data
    key = "of-call" if names_call else "preparing" if proposal.state == "preparing" else "presented"
    yield write_sentence(
        f"proposal/{key}",
        SEVERAL if len(facts.list_organisations("partners")) > 1 else ONE,
        name=quote_well(proposal.name),
        call=quote_well(data["call"]),
        when=facts.format_when("date"),
        lead=facts.join_organisations("lead"),
        partners=facts.join_organisations("partners"),
    )
    yield from _describe_outcome(facts, proposal.state)
    yield _describe_money(data)
    yield write_sentence("proposal/next-steps", None, steps=facts.format_clause("next_steps"))


def _describe_outcome(facts: RecordFacts, state: str | None) -> Iterator[str]:
    data = facts.data
    phases = count_things("count/first-phases", data["phases_passed"]) if data.get("phases_passed") else ""
    reason = facts.format_clause("result_reason")
    if state == "selected":
        yield write_sentence("proposal/selected-after" if phases else "proposal/selected", None, phases=phases)
    else:
        yield write_sentence("proposal/viable", None) if state == "viable" else ""
        yield write_sentence("proposal/phases", None, phases=phases)
    if "result" in data:
        yield write_sentence(f"proposal/{data['result']}", None, reason=reason)
    # Of these results the sentence itself gives the reason.
    if data.get("result") not in {"not-approved", "withdrawn"}:
        yield write_sentence("proposal/reason", None, reason=reason)


def _describe_money(data: Mapping[str, Any]) -> str:
    total, approved, requested = (
        format_money(data[key]) if key in data else ""
        for key in ("total_value", "cofinancing_approved", "cofinancing_requested")
    )
    matching = compute_matching_contribution(data)
    if total:
        return write_sentence(
            "proposal/money",
            None,
            total=total,
            approved=approved,
            requested=requested,
            matching=format_money(matching) if matching else "",
        )
    key = "proposal/approved-only" if approved else "proposal/requested-only"
    return write_sentence(key, None, approved=approved, requested=requested)
