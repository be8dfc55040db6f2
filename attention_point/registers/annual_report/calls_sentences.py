"""What a call and its proposals say, in sentences."""

from collections.abc import Iterator

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.annual_report.sentences import Data, Teller, listing, named
from attention_point.registers.annual_report.wording import label, listed, when
from attention_point.registers.calls import rules
from attention_point.registers.calls.register import MONITORING
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.wording import Names, date_words, lines, money_words


def _call_state(register: Register, data: Data, _names: Names) -> Iterator[str]:
    if "state" in data:
        yield _("State: %(state)s.", state=label(register.field("state"), data["state"]))
    if "opens" in data:
        yield _("It opened %(when)s.", when=when(data["opens"]))
    if "closes" in data:
        yield _("Last day to present: %(date)s.", date=date_words(data["closes"]))


CALL: tuple[Teller, ...] = (
    named("issuer", N_("The issuer is %(names)s.")),
    named("funder", N_("The money comes from %(names)s.")),
    named("technical_assistance", N_("Technical assistance: %(names)s.")),
    _call_state,
    listing("object", N_("Object: %(what)s.")),
    listing("eligible", N_("Who may apply: %(what)s.")),
    listing("amounts", N_("Amounts: %(what)s.")),
)
CALL_WANTED = ("opens", "closes", "amounts")


def _proposal_state(register: Register, data: Data, _names: Names) -> Iterator[str]:
    yield _("State: %(state)s.", state=label(register.field("state"), data["state"]))
    if "date" in data:
        yield _("It was presented %(when)s.", when=when(data["date"]))
    if "phases_passed" in data:
        yield _("Phases passed: %(count)s.", count=data["phases_passed"])
    if "result" in data:
        yield _("Result: %(result)s.", result=label(register.field("result"), data["result"]))
    if "result_reason" in data:
        yield _("Reason: %(what)s.", what=data["result_reason"].rstrip("."))


def _money(_register: Register, data: Data, _names: Names) -> Iterator[str]:
    for key, sentence in (
        ("total_value", N_("The whole is worth %(amount)s.")),
        ("cofinancing_requested", N_("Co-financing requested: %(amount)s.")),
        ("cofinancing_approved", N_("Co-financing approved: %(amount)s.")),
    ):
        if key in data:
            yield _(sentence, amount=money_words(data[key]))
    rest = rules.matching(data)
    if rest:
        yield _("Matching contribution: %(amount)s (total less what was approved).", amount=money_words(rest))


PROPOSAL: tuple[Teller, ...] = (
    _proposal_state,
    named("lead", N_("It is led by %(names)s.")),
    named("partners", N_("Taking part: %(names)s.")),
    _money,
)
PROPOSAL_WANTED = ("date", "total_value", "cofinancing_requested", "cofinancing_approved")


def process(data: Data) -> str:
    """How calls are watched."""
    sentences = []
    if "formalised" in data:
        sentences.append(_("The process was made formal %(when)s.", when=when(data["formalised"])))
    if "bulletin_format" in data:
        sentences.append(_("Format %(number)s gathers a call's basic facts.", number=data["bulletin_format"]))
    if data.get("every"):
        said = [each.lower() for each in lines(MONITORING.field("every"), data["every"], {})]
        sentences.append(_("The bulletin is sent: %(every)s.", every=listed(said)))
    if "response_format" in data:
        sentences.append(_("Those who are interested answer in format %(number)s.", number=data["response_format"]))
    return " ".join(sentences)
