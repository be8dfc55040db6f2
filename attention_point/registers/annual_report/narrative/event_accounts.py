"""What the report says of the office's events and of its meetings with diplomatic missions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attention_point.foundation.language import current_language
from attention_point.registers.annual_report.grammar.phrases import (
    Noun,
    build_country,
    build_name,
    is_virtual_place,
    join_items,
    quote_well,
)
from attention_point.registers.annual_report.grammar.templates import write_sentence
from attention_point.registers.annual_report.narrative.account_units import (
    AccountUnit,
    RecordFacts,
    build_heading,
    build_paragraph,
    build_record_path,
    count_states,
    count_things,
    format_span,
    format_when,
    write_items,
)
from attention_point.registers.annual_report.narrative.year_figures import YearTotals, sort_states
from attention_point.registers.annual_report.queries import ReportYear
from attention_point.registers.events.register import DIPLOMATIC_MEETING, EVENTS
from attention_point.registers.shared.code_lists import COUNTRIES, DEVELOPMENT_GOALS
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.schema.formatting import format_count, format_money, format_part_date

# The states, and headings of the account, in their order.
_STATES = ("done", "followed-up", "postponed", "cancelled", "planned")
# An event of which no more than this is known is told in one sentence with others like it.
_THIN_KEYS = frozenset({"name", "kind", "date", "state", "year", "partners", "public", "tags", "notes"})
_FEW_PARTNERS = 3
# The partners of an event that did not take place stand in the sentence that says so.
_LOST_STATES = frozenset({"postponed", "cancelled"})
# By the state of an event, which of the sentences is true of it: what was done is told without an ending.
_TENSES = {"planned": "-ahead", "followed-up": "-ahead", "postponed": "-lost", "cancelled": "-lost"}


def describe_events(year: ReportYear, totals: YearTotals) -> Iterator[AccountUnit]:
    """The account of the positioning: counts, the missions that were met, then the events by what became of them."""
    events = year.records[EVENTS.name]
    yield from _describe_counts(year, totals)
    meetings = [event for event in events if is_plain_meeting(event)]
    if meetings:
        yield build_heading("meetings")
        yield _describe_meetings(meetings)
    others = [event for event in events if not is_plain_meeting(event)]
    for state in _STATES:
        members = [event for event in others if event.state == state]
        if members:
            yield build_heading(state)
            for similar_events in _group_similar_events(members):
                yield _describe_similar_events(year, similar_events)
    omitted = year.record_counts[EVENTS.name] - len(events)
    if omitted > 0:
        text = write_sentence("positioning/omitted", None, count=count_things("count/number", omitted))
        yield AccountUnit("events/omitted", text)


def is_plain_meeting(event: RecordColumns) -> bool:
    """Whether a record says only with which missions a meeting was held.

    The office records dozens of them a year; one sentence names all their countries instead of a paragraph for each.
    """
    return (
        event.data.get("kind") == DIPLOMATIC_MEETING
        and event.state == "done"
        and "countries" in event.data
        # A meeting of which more is known is told like any event, or what was said in it would be lost.
        and set(event.data) <= {"name", "kind", "countries", "state", "year"}
    )


def label_for_country(code: str) -> str:
    """A country's name as the office writes it; the code itself where the list of countries has no such code."""
    return COUNTRIES.label_for_code(code, current_language()) if COUNTRIES.has_code(code) else code


def _describe_counts(year: ReportYear, totals: YearTotals) -> Iterator[AccountUnit]:
    # A meeting with a mission is no event of the office: eight countries that were met are not eight events.
    states = {code: count for code, count in sort_states(totals.event_states) if count}
    if not states:
        return
    events = count_things("count/events", sum(states.values()))
    key, row = (
        ("counts", count_states("state-of-events", list(states.items()))) if len(states) > 1 else ("one-state", "")
    )
    yield AccountUnit(
        "events/counts", write_sentence(f"positioning/{key}", None, year=year.year, events=events, states=row)
    )


def _describe_meetings(meetings: Sequence[RecordColumns]) -> AccountUnit:
    # A country that was met twice is named once.
    codes = list(dict.fromkeys(code for event in meetings for code in event.data["countries"]))
    if len(codes) == 1:
        country = build_country(codes[0], label_for_country(codes[0]))
        text = write_sentence("positioning/meeting", None, country=country)
    else:
        countries = join_items(map(label_for_country, codes))
        text = write_sentence("positioning/meetings", None, count=len(codes), countries=countries)
    return AccountUnit("events/meetings", text, path=f"/registers/events?kind={DIPLOMATIC_MEETING}")


def _group_similar_events(events: Sequence[RecordColumns]) -> list[list[RecordColumns]]:
    """Put thin events that were done with the same partners together, where the first of them stands."""
    groups: dict[Any, list[RecordColumns]] = {}
    for event in events:
        # Only what was done: an event that was put off has a reason of its own to tell.
        is_thin = event.state == "done" and set(event.data) <= _THIN_KEYS and event.data.get("partners")
        partners = tuple(sorted(str(sorted(entry.items())) for entry in event.data.get("partners", ())))
        groups.setdefault(partners if is_thin else event.id, []).append(event)
    return list(groups.values())


def _describe_similar_events(year: ReportYear, events: Sequence[RecordColumns]) -> AccountUnit:
    first = events[0]
    facts = RecordFacts(first.data, year.organisation_names)
    key, path = f"{EVENTS.name}/{first.id.hex}", build_record_path(EVENTS, first)
    if len(events) == 1:
        return AccountUnit(key, build_paragraph(_describe_event(facts)), path=path)
    joined = [
        write_sentence(
            "event/joined-event",
            None,
            name=build_name(event.name),
            when=format_when(event.data["date"]) if "date" in event.data else "",
        )
        for event in events
    ]
    partners = facts.join_organisations("partners")
    return AccountUnit(
        key, write_sentence("event/joined", None, partners=partners, events=join_items(joined)), path=path
    )


def _describe_event(facts: RecordFacts) -> Iterator[str]:
    """The sentences of one event, what happened first and what it is for last."""
    state = facts.data["state"]
    tense = _TENSES.get(state, "")
    yield from _describe_state(facts, state)
    yield write_sentence(f"event/purpose{tense}", None, purpose=facts.format_clause("purpose"))
    # They stand in the first sentence already.
    skipped_role = "partner" if state in _LOST_STATES or _name_few_partners(facts, state) else ""
    yield from _describe_partners(facts, f"partners-of-event{tense}", skipped_role)
    if "activities" in facts.data:
        activities = facts.data["activities"]
        yield write_items(f"event/activity{tense}", f"event/activities{tense}", activities, "activities", quote_well)
    if "results" in facts.data:
        yield write_items("event/result", "event/results", facts.data["results"], "results")
    yield from _describe_press_and_cost(facts)
    yield from describe_plan(facts)
    yield write_sentence("event/next-steps", None, steps=facts.format_clause("next_steps"))


def _describe_state(facts: RecordFacts, state: str) -> Iterator[str]:
    subject, data = build_name(facts.data["name"]), facts.data
    organisers, place = facts.join_organisations("organisers"), _name_place(data)
    when = _format_dates(data)
    few_partners = _name_few_partners(facts, state)
    countries = join_items(build_country(code, label_for_country(code)) for code in data.get("countries", ()))
    count = format_count(data["participants"]) if "participants" in data else ""
    if state == "done":
        yield write_sentence(
            "event/done", subject, when=when, organisers=organisers, place=place, participants=count,
            countries=countries, partners=few_partners,
        )  # fmt: skip
        return
    if state == "followed-up":
        yield write_sentence("event/followed-up", subject, organisers=organisers, place=place, partners=few_partners)
    elif state == "planned":
        span, planned_for = (when, "") if "until" in data else ("", when.removeprefix("en "))
        yield write_sentence(
            "event/planned", subject, organisers=organisers, place=place, span=span, planned_for=planned_for
        )
    else:
        # "el 3 de mayo de 2017", "mayo de 2017", "2017"
        partners, planned_for = facts.join_organisations("partners"), when.removeprefix("en ")
        yield write_sentence(f"event/{state}", subject, partners=partners, planned_for=planned_for)
        yield write_sentence(f"event/reason-{state}", None, reason=facts.format_clause("reason"))
        if state == "postponed" and "new_date" in data:
            yield write_sentence("event/new-date", subject, when=format_when(data["new_date"]))
        yield write_sentence("event/organisers", None, organisers=organisers)
    # Of what is still followed, people may have taken part already; of what is planned, nobody has.
    tense = "" if state == "followed-up" else _TENSES[state]
    yield write_sentence(f"event/participants{tense}", None, participants=count)
    yield write_sentence(f"event/countries{tense}", None, countries=countries)


def _name_place(data: Mapping[str, Any]) -> str:
    if "place" not in data:
        return ""
    if is_virtual_place(data["place"]):
        return write_sentence("time/virtual", None)
    return write_sentence("time/place", None, place=build_name(data["place"]))


def _format_dates(data: Mapping[str, Any]) -> str:
    first, last = data.get("date"), data.get("until")
    if first and last:
        return format_span(first, last)
    return format_when(first) if first else ""


def _name_few_partners(facts: RecordFacts, state: str) -> str:
    """The partners where they are so few that they stand in the first sentence; more have a sentence of their own."""
    partners = [*facts.list_organisations("partners", "partner"), *facts.list_organisations("partners", "")]
    return join_items(partners) if state in {"done", "followed-up"} and len(partners) <= _FEW_PARTNERS else ""


def _describe_partners(facts: RecordFacts, group: str, skipped_role: str) -> Iterator[str]:
    roles = dict.fromkeys(entry.get("role", "") or "partner" for entry in facts.data.get("partners", ()))
    for role in roles:
        if role == skipped_role:
            continue
        partners = facts.list_organisations("partners", role)
        if role == "partner":
            partners += facts.list_organisations("partners", "")
        subject = Noun("", "los" if len(partners) > 1 else "el")
        # A role without a sentence is an error of the program: better a failed report than a partner nobody names.
        yield write_sentence(f"{group}/{role}", subject, who=join_items(partners))


def _describe_press_and_cost(facts: RecordFacts) -> Iterator[str]:
    press = [
        write_sentence(
            "event/press-item",
            None,
            medium=build_name(entry["medium"]),
            title=entry.get("title", ""),
            date=format_part_date(entry["date"]) if "date" in entry else "",
        )
        for entry in facts.data.get("press", ())
    ]
    yield write_sentence("event/press", None, press=join_items(press))
    if "cost" in facts.data:
        # "It cost nothing" is worth saying; "it cost $ 0" looks like a missing figure.
        is_free = float(facts.data["cost"]["amount"]) == 0
        yield write_sentence(
            "event/cost-none" if is_free else "event/cost", None, cost=format_money(facts.data["cost"])
        )


def describe_plan(facts: RecordFacts) -> Iterator[str]:
    """The line of the development plan and the goals to which a record contributes."""
    yield write_sentence("plan/line", None, line=facts.data.get("plan_line", ""))
    goals = [_format_goal(code) for code in facts.data.get("sdgs", ())]
    yield write_sentence("plan/goal" if len(goals) == 1 else "plan/goals", None, goals=join_items(goals))


def _format_goal(code: str) -> str:
    # "ODS 11. Ciudades y comunidades sostenibles"
    return f"{code} ({DEVELOPMENT_GOALS.label_for_code(code, current_language()).partition('. ')[2]})"
