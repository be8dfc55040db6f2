"""What the report says of the office itself and of the attention point."""

from collections.abc import Iterator, Mapping
from typing import Any

from attention_point.registers.annual_report.grammar.phrases import build_name, join_items, pluralise_post
from attention_point.registers.annual_report.grammar.templates import write_sentence
from attention_point.registers.annual_report.narrative.account_units import (
    AccountUnit,
    RecordFacts,
    build_heading,
    build_paragraph,
    count_things,
    format_since,
)
from attention_point.registers.annual_report.narrative.year_figures import YearTotals
from attention_point.registers.annual_report.queries import ReportYear
from attention_point.registers.shared.schema.formatting import format_count, format_money

Data = Mapping[str, Any]


def format_office_name(data: Data) -> str:
    """The office with its acronym; empty where it is not on record."""
    return f"{data['name']} ({data['acronym']})" if "name" in data and "acronym" in data else data.get("name", "")


def describe_office(year: ReportYear, _totals: YearTotals) -> Iterator[AccountUnit]:
    """The office: of whom it is part, its plan and lines, its money, its team."""
    path = f"/registers/years?year={year.year}"
    text = build_paragraph(_describe_office(year.office))
    yield AccountUnit("office/about", text, path=path)
    yield AccountUnit("office/team", build_paragraph(_describe_team(year.office)), path=path)


def _describe_office(office: Data) -> Iterator[str]:
    if "parent" in office:
        name = build_name(format_office_name(office))
        yield write_sentence("office/belongs", None, office=name, parent=build_name(office["parent"]))
    planned = format_since(office["planned"]) if "planned" in office else ""
    lines = office.get("lines", ())
    if lines:
        number = len(lines) if len(lines) > 1 else ""
        key = "office/lines" if len(lines) > 1 else "office/line"
        yield write_sentence(key, None, planned=planned, number=number, lines=join_items(lines))
    else:
        yield write_sentence("office/plan-only", None, planned=planned)
    since = format_since(office["migration_since"]) if "migration_since" in office else ""
    yield write_sentence("office/migration", None, since=since)


def _describe_team(office: Data) -> Iterator[str]:
    if "budget" in office:
        # That there is no budget is a fact of its own, and no missing figure.
        key = "office/budget" if float(office["budget"]["amount"]) else "office/budget-none"
        yield write_sentence(key, None, amount=format_money(office["budget"]))
    members = [_format_member(member) for member in office.get("team", ())]
    yield write_sentence("office/team", None, members=join_items(members))


def _format_member(member: Data) -> str:
    count, role = member.get("count", ""), member["role"]
    return write_sentence(
        "office/member" if count else "office/member-uncounted",
        None,
        count=count,
        post=pluralise_post(role) if count and count > 1 else role,
        since=format_since(member["since"]) if "since" in member else "",
        months=member.get("months", ""),
    )


def describe_point(year: ReportYear, totals: YearTotals) -> Iterator[AccountUnit]:
    """The attention point: since when, for whom, with whom."""
    office, facts = year.office, RecordFacts(year.office, year.organisation_names)
    opening = build_paragraph(_describe_opening(year, totals))
    work = build_paragraph(_describe_work(facts))
    path = f"/registers/years?year={year.year}"
    if opening or work:
        yield build_heading("point")
    yield AccountUnit("point/opening", opening, path=path)
    yield AccountUnit("point/work", work, path=path)
    notes = office.get("notes", "")
    yield AccountUnit("point/notes", notes.strip(), path=path)


def _describe_opening(year: ReportYear, totals: YearTotals) -> Iterator[str]:
    data, people = year.office, totals.attended_people
    if "point" in data:
        key = "point/opened" if "operating_since" in data else "point/named"
        yield write_sentence(
            key,
            None,
            office=build_name(data["name"]) if "name" in data else "",
            point=build_name(data["point"]),
            since=format_since(data["operating_since"]) if "operating_since" in data else "",
        )
    yield write_sentence("point/purpose", None, purpose=RecordFacts(data, {}).format_clause("purpose"))
    if people.count:
        # A period that began in an earlier year is no period of this report.
        starts = data.get("operating_since", "")
        has_period = people.is_reported and starts.startswith(str(year.year)) and "reported_until" in data
        yield write_sentence(
            "point/people" if people.is_reported else "point/people-published",
            None,
            # One year for both days.
            first=format_since(starts).removesuffix(f" de {year.year}") if has_period else "",
            last=format_since(data["reported_until"]) if has_period else "",
            year=year.year,
            people=count_things("count/people", people.count["number"], format_count(people.count)),
        )
    yield write_sentence("point/role", None, role=RecordFacts(data, {}).format_clause("role"))


def _describe_work(facts: RecordFacts) -> Iterator[str]:
    data = facts.data
    yield write_sentence("point/entities", None, entities=facts.join_organisations("entities"))
    contacts = join_items(map(build_name, data.get("contacts", ())))
    yield write_sentence(
        "point/contacts", None, contacts=contacts, purpose=data.get("contacts_purpose", "").strip(" ,.")
    )
    who = build_name(data["characterisation"]) if "characterisation" in data else ""
    yield write_sentence("point/characterisation", None, who=who)
    since = format_since(data["information_since"]) if "information_since" in data else ""
    yield write_sentence("point/information", None, since=since)
