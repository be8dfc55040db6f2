"""What a record says, in sentences: each register has a list of describers, and each describer tells one thing.

A sentence says what is on record and no more. The last sentence names the important facts that the record lacks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report.narrative.phrases import (
    format_since,
    format_when,
    group_by_role,
    join_items,
    label_for_code,
    list_missing_labels,
    lower_first,
    rejoin_cut_items,
)
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.code_lists import COUNTRIES
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.formatting import (
    OrganisationNames,
    format_count,
    format_field_lines,
    format_field_value,
    format_money,
    format_part_date,
)
from attention_point.registers.shared.schema.schema import Register

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one record, and the names of the organisations to which they point."""

    register: Register
    data: Data
    names: OrganisationNames


FactDescriber = Callable[[Facts], Iterator[str]]

# By the codes of the list of sides (``agreements/data/lists.yaml``).
CONTRIBUTION_SENTENCES = {
    "municipality": N_("The municipality gives %(what)s."),
    "partners": N_("The partners give %(what)s."),
    "funder": N_("The funder gives %(what)s."),
    "other": N_("Others give %(what)s."),
}
# By the codes of the roles of partners, those of agreements and those of events.
ROLE_SENTENCES = {
    "": N_("It was done with %(what)s."),
    "partner": N_("It was done with %(what)s."),
    "funder": N_("The money comes from %(what)s."),
    "supporter": N_("It has the support of %(what)s."),
    "executor": N_("It is carried out by %(what)s."),
    "model-developer": N_("The model was developed by %(what)s."),
    "host": N_("The host was %(what)s."),
    "co-organiser": N_("It was organised together with %(what)s."),
    "speaker": N_("Speakers: %(what)s."),
    "participant": N_("Taking part: %(what)s."),
    "guest": N_("Guests: %(what)s."),
}


def describe_record(facts: Facts, describers: Iterable[FactDescriber], expected_keys: Iterable[str]) -> str:
    """A record as one paragraph. ``expected_keys`` are the fields that the last sentence names where they are blank."""
    sentences = [sentence for describer in describers for sentence in describer(facts)]
    missing_labels = list_missing_labels(facts.register, facts.data, expected_keys)
    if missing_labels:
        sentences.append(_("Not on record: %(what)s.", what="; ".join(missing_labels)))
    return " ".join(sentences)


def build_describer(key: str, sentence: str, format_value: Callable[[Any], str] | None = None) -> FactDescriber:
    """Build a describer of one field: the field's text takes the place of ``%(what)s``; a blank field tells nothing.

    Without ``format_value``, the text is that of the field's kind.
    """

    def describe_field(facts: Facts) -> Iterator[str]:
        value = facts.data.get(key)
        if value is not None and value != []:
            yield _(sentence, what=format_value(value) if format_value else _format_field(facts, key))

    return describe_field


def _format_field(facts: Facts, key: str) -> str:
    field, value = facts.register.get_field(key), facts.data[key]
    if field.kind == schema.ORGANISATIONS:
        return join_items(facts.names.get(organisation["id"], "–") for organisation in value)
    # The sentence has a full stop of its own.
    return "; ".join(rejoin_cut_items(format_field_lines(field, value, facts.names))).rstrip(".")


def _describe_partners(facts: Facts) -> Iterator[str]:
    # A role without a sentence is an error of the program: better a failed report than a partner that nobody names.
    for role, partners in group_by_role(facts.data.get("partners", ())).items():
        yield _(ROLE_SENTENCES[role], what=join_items(facts.names.get(partner["id"], "–") for partner in partners))


def _describe_event_state(facts: Facts) -> Iterator[str]:
    state = label_for_code(facts.register.get_field("state"), facts.data["state"])
    first, last = facts.data.get("date"), facts.data.get("until")
    if first and last:
        dates = {"first": format_part_date(first), "last": format_part_date(last)}
        yield _("%(state)s, from %(first)s to %(last)s.", state=state, **dates)
    elif first:
        yield _("%(state)s %(when)s.", state=state, when=format_when(first))
    else:
        yield f"{state}."


def _describe_countries(facts: Facts) -> Iterator[str]:
    if facts.data.get("countries"):
        yield _("Countries: %(names)s.", names=join_items(map(label_for_country, facts.data["countries"])))


EVENT_SENTENCES: tuple[FactDescriber, ...] = (
    _describe_event_state,
    build_describer("reason", N_("Reason: %(what)s.")),
    build_describer("new_date", N_("New date: %(what)s.")),
    build_describer("place", N_("Place: %(what)s.")),
    build_describer("organisers", N_("The organiser was %(what)s.")),
    _describe_partners,
    _describe_countries,
    build_describer("participants", N_("Participants: %(what)s.")),
    build_describer("activities", N_("It included: %(what)s.")),
    build_describer("results", N_("Results: %(what)s.")),
    build_describer("press", N_("Press: %(what)s.")),
    build_describer("cost", N_("Cost to the municipality: %(what)s.")),
    build_describer("plan_line", N_("Line of the development plan: %(what)s.")),
    build_describer("sdgs", N_("Goals: %(what)s.")),
)
# Facts without which a reader cannot judge an event; that they are lacking is said.
EVENT_EXPECTED_KEYS = ("date", "place", "organisers", "participants")


def describe_contribution(contribution: Data) -> str:
    """The contribution of a side: an amount, a share, in money or in kind."""
    # The amount, the share and the means have no place of their own in a sentence, so they follow each other.
    fields = {field.key: field for field in AGREEMENTS.get_field("contributions").fields}
    details = [format_money(contribution["amount"])] if "amount" in contribution else []
    if "share" in contribution:
        share = format_field_value(fields["share"], contribution["share"], {})
        details.append(_("%(share)s of the whole", share=share))
    if "means" in contribution:
        details.append(lower_first(label_for_code(fields["means"], contribution["means"])))
    return " ".join(details) + (f" ({contribution['note']})" if "note" in contribution else "")


def _describe_contributions(facts: Facts) -> Iterator[str]:
    for contribution in facts.data.get("contributions", ()):
        yield _(CONTRIBUTION_SENTENCES[contribution["side"]], what=describe_contribution(contribution))


def _format_milestone(milestone: Data) -> str:
    details = [str(milestone["count"])] if "count" in milestone else []
    if "date" in milestone:
        details.append(format_part_date(milestone["date"]))
    elif "due" in milestone:
        details.append(_("due %(when)s", when=format_when(milestone["due"])))
    details += [milestone["evidence"]] if "evidence" in milestone else []
    return f"{milestone['name']} ({', '.join(details)})" if details else milestone["name"]


def _format_beneficiary(beneficiary: Data) -> str:
    count = f"{format_count(beneficiary['count'])} " if "count" in beneficiary else ""
    return f"{count}{beneficiary['group']}"


def _describe_exchanges(facts: Facts) -> Iterator[str]:
    for exchange in facts.data.get("exchanges", ()):
        details = [exchange["topic"]] if "topic" in exchange else []
        if "officials" in exchange:
            details.append(_("officials: %(count)s", count=format_count(exchange["officials"])))
        details += [format_part_date(exchange["date"])] if "date" in exchange else []
        country = label_for_country(exchange["country"])
        yield _("Exchange abroad: %(what)s.", what=f"{country} ({'; '.join(details)})" if details else country)


def label_for_country(code: str) -> str:
    """A country's name as the office writes it; the code itself where the list of countries has no such code."""
    return label_for_code(EVENTS.get_field("countries"), code) if COUNTRIES.has_code(code) else code


AGREEMENT_SENTENCES: tuple[FactDescriber, ...] = (
    build_describer("number", N_("Number %(what)s.")),
    build_describer("state", N_("State: %(what)s.")),
    build_describer("started", N_("It was being arranged %(what)s."), format_since),
    build_describer("signed", N_("It was signed %(what)s."), format_when),
    build_describer("valid_from", N_("In force %(what)s."), format_since),
    build_describer("valid_to", N_("In force until: %(what)s.")),
    build_describer("object", N_("Object: %(what)s.")),
    _describe_partners,
    build_describer("amounts", N_("Value: %(what)s.")),
    _describe_contributions,
    build_describer("milestones", N_("Milestones: %(what)s."), lambda rows: "; ".join(map(_format_milestone, rows))),
    build_describer(
        "beneficiaries", N_("Beneficiaries: %(what)s."), lambda rows: join_items(map(_format_beneficiary, rows))
    ),
    _describe_exchanges,
    build_describer("signatories", N_("Signed by: %(what)s.")),
    build_describer("plan_line", N_("Line of the development plan: %(what)s.")),
    build_describer("sdgs", N_("Goals: %(what)s.")),
)
AGREEMENT_EXPECTED_KEYS = ("signed", "valid_to", "contributions", "beneficiaries")
