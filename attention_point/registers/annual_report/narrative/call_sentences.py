"""Writes the sentences about a call, a proposal and the monitoring of calls."""

from collections.abc import Iterator

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.annual_report.narrative.phrases import format_when, join_items
from attention_point.registers.annual_report.narrative.record_sentences import FactDescriber, Facts, build_describer
from attention_point.registers.calls import rules
from attention_point.registers.shared.schema.formatting import format_field_lines, format_money

CALL_SENTENCES: tuple[FactDescriber, ...] = (
    build_describer("issuer", N_("The issuer is %(what)s.")),
    build_describer("funder", N_("The money comes from %(what)s.")),
    build_describer("technical_assistance", N_("Technical assistance: %(what)s.")),
    build_describer("state", N_("State: %(what)s.")),
    build_describer("opens", N_("It opened %(what)s."), format_when),
    build_describer("closes", N_("Last day to present: %(what)s.")),
    build_describer("object", N_("Object: %(what)s.")),
    build_describer("eligible", N_("Who may apply: %(what)s.")),
    build_describer("amounts", N_("Amounts: %(what)s.")),
)
CALL_EXPECTED_KEYS = ("opens", "closes", "amounts")


def _describe_matching_amount(facts: Facts) -> Iterator[str]:
    amount = rules.compute_matching_contribution(facts.data)
    if amount:
        yield _("Matching contribution: %(amount)s (total less what was approved).", amount=format_money(amount))


PROPOSAL_SENTENCES: tuple[FactDescriber, ...] = (
    build_describer("state", N_("State: %(what)s.")),
    build_describer("date", N_("It was presented %(what)s."), format_when),
    build_describer("phases_passed", N_("Phases passed: %(what)s.")),
    build_describer("result", N_("Result: %(what)s.")),
    build_describer("result_reason", N_("Reason: %(what)s.")),
    build_describer("lead", N_("It is led by %(what)s.")),
    build_describer("partners", N_("Taking part: %(what)s.")),
    build_describer("total_value", N_("The total value is %(what)s.")),
    build_describer("cofinancing_requested", N_("Co-financing requested: %(what)s.")),
    build_describer("cofinancing_approved", N_("Co-financing approved: %(what)s.")),
    _describe_matching_amount,
)
PROPOSAL_EXPECTED_KEYS = ("date", "total_value", "cofinancing_requested", "cofinancing_approved")


# The frequencies are labels; within a sentence they are written in small letters.
def _describe_schedule(facts: Facts) -> Iterator[str]:
    if facts.data.get("every"):
        lines = format_field_lines(facts.register.get_field("every"), facts.data["every"], facts.names)
        yield _("The bulletin is sent: %(every)s.", every=join_items(line.lower() for line in lines))


MONITORING_SENTENCES: tuple[FactDescriber, ...] = (
    build_describer("formalised", N_("The process was made formal %(what)s."), format_when),
    build_describer("bulletin_format", N_("Format %(what)s gathers a call's basic facts.")),
    _describe_schedule,
    build_describer("response_format", N_("Those who are interested answer in format %(what)s.")),
)
