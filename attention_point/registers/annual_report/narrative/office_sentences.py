"""Writes the sentences about the office itself and the attention point."""

from collections.abc import Iterator

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.annual_report.narrative.phrases import format_since, format_when
from attention_point.registers.annual_report.narrative.record_sentences import (
    Data,
    FactDescriber,
    Facts,
    build_describer,
)
from attention_point.registers.shared.schema.formatting import format_count, format_part_date


def format_office_name(data: Data) -> str:
    """The office with its acronym; empty where it is not on record."""
    return f"{data['name']} ({data['acronym']})" if "name" in data and "acronym" in data else data.get("name", "")


def _describe_office(facts: Facts) -> Iterator[str]:
    office = format_office_name(facts.data)
    if "parent" in facts.data:
        yield _("%(office)s is part of %(parent)s.", office=office, parent=facts.data["parent"])
    else:
        yield _("This report is that of %(office)s.", office=office)


def format_team_member(member: Data) -> str:
    """A post, how many people hold it, and for how long."""
    details = [format_since(member["since"])] if "since" in member else []
    details += [_("%(months)s months", months=member["months"])] if "months" in member else []
    post = f"{member['count']} {member['role']}" if "count" in member else member["role"]
    return ", ".join([post, *details])


OFFICE_SENTENCES: tuple[FactDescriber, ...] = (
    _describe_office,
    build_describer("planned", N_("Its plan for the year was issued %(what)s."), format_when),
    build_describer("issued", N_("Its report was issued %(what)s."), format_when),
    build_describer("lines", N_("Its lines of work are: %(what)s.")),
    build_describer("migration_since", N_("It also follows matters of migration %(what)s."), format_since),
    build_describer("budget", N_("Its budget for investment was %(what)s.")),
    build_describer("team", N_("Team: %(what)s."), lambda team: "; ".join(map(format_team_member, team))),
)
OFFICE_EXPECTED_KEYS = ("planned", "issued", "lines", "budget", "team")


def _describe_point(facts: Facts) -> Iterator[str]:
    point, since = facts.data.get("point"), facts.data.get("operating_since")
    if point and since:
        yield _("%(point)s operates %(since)s.", point=point, since=format_since(since))
    elif point:
        yield _("The attention point is %(point)s.", point=point)


def _describe_reported_people(facts: Facts) -> Iterator[str]:
    """The figure of the office, which says of itself that it is one: no released month stands behind it."""
    if "people" not in facts.data:
        return
    first, last = facts.data.get("operating_since"), facts.data.get("reported_until")
    count = format_count(facts.data["people"])
    if first and last:
        yield _(
            "People attended from %(first)s to %(last)s: %(count)s (figure reported by the office).",
            first=format_part_date(first),
            last=format_part_date(last),
            count=count,
        )
    else:
        yield _("People attended: %(count)s (figure reported by the office).", count=count)


POINT_SENTENCES: tuple[FactDescriber, ...] = (
    _describe_point,
    _describe_reported_people,
    build_describer("entities", N_("It guides people towards what these entities offer: %(what)s.")),
    build_describer("contacts", N_("There were contacts with: %(what)s.")),
    build_describer("characterisation", N_("The population is being characterised by: %(what)s.")),
    build_describer(
        "information_since", N_("The office gathers the information that the entities give %(what)s."), format_since
    ),
)
POINT_EXPECTED_KEYS = ("point", "operating_since", "people", "entities")
