"""What the report says of agreements: what was signed and done, what each side gives, and what is only expected."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attention_point.foundation.language import format_number, format_percent
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report.grammar.phrases import (
    Noun,
    begins_with_instrument,
    build_country,
    build_name,
    build_thing,
    join_items,
    lower_first,
    quote_well,
    soften_first,
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
    format_since,
    format_when,
    has_sentence,
    write_items,
    write_object,
)
from attention_point.registers.annual_report.narrative.event_accounts import describe_plan, label_for_country
from attention_point.registers.annual_report.narrative.year_figures import YearTotals, sort_states
from attention_point.registers.annual_report.queries import ReportYear
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.schema.formatting import format_count, format_money

Data = Mapping[str, Any]
_STATES = ("signed", "running", "done", "ended", "preparation")
_PAST_STATES = frozenset({"done", "ended"})
# A share of an agreement that is not carried out yet is what is hoped for; an amount stands in the agreement itself.
_UNGIVEN_STATES = frozenset({"preparation", "signed"})
_ROLES = ("funder", "supporter", "executor", "model-developer")


def describe_agreements(year: ReportYear, totals: YearTotals) -> Iterator[AccountUnit]:
    """The account of resources and support: counts, then the agreements by their state."""
    states = sort_states(totals.state_counts[AGREEMENTS.name])
    if states:
        agreements = count_things("count/agreements", sum(count for _code, count in states))
        key = "counts" if len(states) > 1 else "one-state"
        row = count_states("state-of-agreements", states)
        text = write_sentence(f"resources/{key}", None, year=year.year, agreements=agreements, states=row)
        yield AccountUnit("agreements/counts", text)
    agreements_of_year = year.records[AGREEMENTS.name]
    # By their state, so that what was signed is never read as what was done.
    for state in _STATES:
        members = [agreement for agreement in agreements_of_year if agreement.state == state]
        if members:
            yield build_heading(f"agreements-{state}")
        for agreement in members:
            yield _describe_one(year, agreement)
    # A reader must know that the list is not whole; the annex has them all.
    omitted = year.record_counts[AGREEMENTS.name] - len(agreements_of_year)
    if omitted > 0:
        text = write_sentence("resources/omitted", None, count=count_things("count/number", omitted))
        yield AccountUnit("agreements/omitted", text)


def is_expected(contribution: Data, state: str) -> bool:
    """Whether a contribution is hoped for, and not yet given: the office says so, or only a share of it is known."""
    is_bare_share = "share" in contribution and "amount" not in contribution
    return bool(contribution.get("expected")) or (is_bare_share and state in _UNGIVEN_STATES)


def format_contribution(contribution: Data) -> str:
    """What a side gives: an amount, a share of the whole, in money or in kind."""
    amounts = [format_money(contribution["amount"])] if "amount" in contribution else []
    if "share" in contribution:
        share = format_percent(float(contribution["share"]))
        amounts.append(write_sentence("agreement/share", None, share=share))
    means = write_sentence(f"means/{contribution['means']}", None) if "means" in contribution else ""
    details = ", ".join(filter(None, (*amounts, means)))
    return f"{details} ({contribution['note']})" if "note" in contribution else details


def _describe_one(year: ReportYear, agreement: RecordColumns) -> AccountUnit:
    facts = RecordFacts(agreement.data, year.organisation_names)
    text = build_paragraph(_describe_agreement(facts))
    return AccountUnit(f"{AGREEMENTS.name}/{agreement.id.hex}", text, path=build_record_path(AGREEMENTS, agreement))


def _name_agreement(name: str) -> Noun:
    """An agreement that says by its own name what it is, or "el convenio “…”"."""
    noun = build_name(name)
    # Otherwise "el convenio" would stand twice: "el convenio “Convenio …”".
    if noun.article and begins_with_instrument(name):
        return noun
    return Noun(write_sentence("agreement/called", None, name=quote_well(name)).removeprefix("el "), "el")


def _describe_agreement(facts: RecordFacts) -> Iterator[str]:
    data, state = facts.data, facts.data["state"]
    is_past = state in _PAST_STATES
    subject = _name_agreement(data["name"])
    partners = join_items([*facts.list_organisations("partners", "partner"), *facts.list_organisations("partners", "")])
    yield write_sentence(
        f"agreement/{_choose_sentence(data)}",
        subject,
        agreement=subject,
        partners=partners,
        started=format_since(data["started"]) if "started" in data else "",
        signed=facts.format_when("signed"),
    )
    # A sentence without its fact is empty, so that the order here is that of the finished paragraph.
    yield write_sentence("agreement/number", None, number=data.get("number", ""))
    yield write_object("agreement", facts.format_clause("object"))
    yield write_sentence("agreement/purpose", None, purpose=facts.format_clause("purpose"))
    yield from _describe_roles(facts, is_past)
    yield from _describe_contributions(facts, state)
    yield from _describe_progress(facts)
    yield from _describe_beneficiaries(data, subject)
    yield _describe_exchanges(facts)
    if "results" in data:
        yield write_items("agreement/results", "agreement/results", data["results"], "results")
    if "expected_results" in data:
        yield write_items("agreement/expected", "agreement/expected", data["expected_results"], "expected")
    yield _describe_validity(data)
    yield write_sentence("agreement/signatories", None, who=join_items(data.get("signatories", ())))
    yield from describe_plan(facts)
    yield write_sentence("agreement/next-steps", None, steps=facts.format_clause("next_steps"))


def _choose_sentence(data: Data) -> str:
    return "signed-this-year" if data["state"] == "signed" and "signed" in data else str(data["state"])


def _describe_roles(facts: RecordFacts, is_past: bool) -> Iterator[str]:
    for role in _ROLES:
        key = f"agreement/{role}"
        past_key = f"{key}-past"
        who = facts.join_organisations("partners", role)
        yield write_sentence(past_key if is_past and has_sentence(past_key) else key, None, who=who)


def _describe_contributions(facts: RecordFacts, state: str) -> Iterator[str]:
    amounts = [
        f"{format_money(entry['amount'])} ({lower_first(entry['note'])})"
        if "note" in entry
        else format_money(entry["amount"])
        for entry in facts.data.get("amounts", ())
    ]
    yield write_sentence("agreement/value", None, amounts=join_items(amounts))
    for contribution in facts.data.get("contributions", ()):
        side, what = contribution["side"], format_contribution(contribution)
        giver = build_name(contribution["giver"]) if "giver" in contribution else write_sentence(f"side/{side}", None)
        gives, may_give = (
            # An organisation that is named is one, whatever its side.
            write_sentence(f"{group}/{'municipality' if 'giver' in contribution else side}", None)
            for group in ("side-gave" if state in _PAST_STATES else "side-gives", "side-may-give")
        )
        # The head of the office signs each of these sentences: a share that is hoped for must not be told as given.
        if is_expected(contribution, state):
            yield write_sentence("agreement/gives-expected", None, side=giver, gives=may_give, what=what)
        elif _is_nothing(contribution):
            yield write_sentence("agreement/gives-nothing", None, side=giver, gives=gives)
        else:
            yield write_sentence("agreement/gives", None, side=giver, gives=gives, what=what)


def _is_nothing(contribution: Data) -> bool:
    # A zero is an answer (the municipality gives nothing) and no missing figure.
    return "amount" in contribution and float(contribution["amount"]["amount"]) == 0 and "share" not in contribution


def _describe_progress(facts: RecordFacts) -> Iterator[str]:
    milestones = facts.data.get("milestones", ())
    # A milestone with a day on which it is due, and none on which it was reached, is still ahead.
    ahead = [entry for entry in milestones if "due" in entry and "date" not in entry]
    reached = [entry for entry in milestones if entry not in ahead]
    row = join_items(_format_milestone(entry, "milestone-item") for entry in reached)
    key = "milestone" if len(reached) == 1 else "milestones"
    # What has no article follows a colon: no verb has to agree with it.
    is_listed = any("count" not in entry and not build_thing(soften_first(entry["name"])).article for entry in reached)
    yield write_sentence(f"agreement/{'milestones-listed' if is_listed else key}", None, milestones=row)
    row = join_items(_format_milestone(entry, "milestone-due") for entry in ahead)
    yield write_sentence("agreement/milestones-ahead", None, milestones=row)


def _format_milestone(milestone: Data, key: str) -> str:
    name = soften_first(milestone["name"])
    if "count" not in milestone:
        what = build_thing(name)
    elif milestone["name"][:1].islower():
        what = Noun(f"{format_number(milestone['count'])} {name}")
    else:
        # "Primer grupo certificado" is the name of a step; its number stands after it.
        what = Noun(f"{build_thing(name)} ({format_number(milestone['count'])})")
    date = format_when(milestone["date"]) if "date" in milestone else ""
    due = format_when(milestone["due"]) if "due" in milestone else ""
    evidence = f" ({milestone['evidence']})" if "evidence" in milestone else ""
    return write_sentence(f"agreement/{key}", build_thing(name), what=f"{what}{evidence}", date=date, due=due)


def _describe_beneficiaries(data: Data, subject: Noun) -> Iterator[str]:
    state = data["state"]
    groups = [
        f"{format_count(entry['count'])} {entry['group']}" if "count" in entry else str(build_thing(entry["group"]))
        for entry in data.get("beneficiaries", ())
    ]
    # Whoever is to benefit from what was not signed yet has benefited from nothing.
    tense = "-past" if state in _PAST_STATES else "-ahead" if state == "preparation" else ""
    yield write_sentence(f"agreement/beneficiaries{tense}", subject, groups=join_items(groups))


def _describe_exchanges(facts: RecordFacts) -> str:
    exchanges: Sequence[Data] = facts.data.get("exchanges", ())
    places = [
        write_sentence(
            "agreement/exchange-item",
            None,
            country=build_country(entry["country"], label_for_country(entry["country"])),
            topic=build_thing(soften_first(entry["topic"])) if "topic" in entry else "",
            when=format_when(entry["date"]) if "date" in entry else "",
            officials=format_count(entry["officials"]) if "officials" in entry else "",
        )
        for entry in exchanges
    ]
    key = "agreement/exchange" if len(places) == 1 else "agreement/exchanges"
    return write_sentence(key, None, places=join_items(places))


def _describe_validity(data: Data) -> str:
    first, last = (format_since(data[key]) if key in data else "" for key in ("valid_from", "valid_to"))
    if not first and not last:
        return ""
    key = "in-force-past" if data["state"] in _PAST_STATES else "in-force"
    return write_sentence(f"agreement/{key}", None, first=first, last=last)
