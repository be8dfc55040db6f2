"""What a record says, in sentences: each register has its list of functions, each of which tells one thing or nothing.

A sentence says what is on record and no more; what is not, is said at the end to be lacking.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report.wording import (
    by_role,
    label,
    lacking,
    listed,
    organisations,
    since,
    when,
    whole,
)
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.codes import COUNTRIES
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.wording import Names, count_words, date_words, lines, money_words, words

Data = Mapping[str, Any]
Teller = Callable[[Register, Data, Names], Iterator[str]]

GIVES = {
    "municipality": N_("The municipality gives %(what)s."),
    "partners": N_("The partners give %(what)s."),
    "funder": N_("The funder gives %(what)s."),
    "other": N_("Others give %(what)s."),
}
ROLES = {
    "": N_("It was done with %(names)s."),
    "partner": N_("It was done with %(names)s."),
    "funder": N_("The money comes from %(names)s."),
    "supporter": N_("It has the support of %(names)s."),
    "executor": N_("It is carried out by %(names)s."),
    "model-developer": N_("The model was developed by %(names)s."),
    "host": N_("The host was %(names)s."),
    "co-organiser": N_("It was organised together with %(names)s."),
    "speaker": N_("Speakers: %(names)s."),
    "participant": N_("Taking part: %(names)s."),
    "guest": N_("Guests: %(names)s."),
}


def told(register: Register, data: Data, names: Names, tellers: Iterable[Teller], wanted: Iterable[str]) -> str:
    """A record as one paragraph; ``wanted`` are the fields that are said to be lacking where they are."""
    sentences = [sentence for teller in tellers for sentence in teller(register, data, names)]
    missing = lacking(register, data, wanted)
    if missing:
        sentences.append(_("Not on record: %(what)s.", what="; ".join(missing)))
    return " ".join(sentences)


def listing(key: str, sentence: str) -> Teller:
    """Tells a field that holds several, or one, after some words."""

    def tell(register: Register, data: Data, names: Names) -> Iterator[str]:
        if key in data:
            said = "; ".join(whole(lines(register.field(key), data[key], names)))
            yield _(sentence, what=said.rstrip("."))

    return tell


def named(key: str, sentence: str) -> Teller:
    """Tells the organisations of a field that has no roles."""

    def tell(register: Register, data: Data, names: Names) -> Iterator[str]:
        if data.get(key):
            yield _(sentence, names=organisations(register.field(key), data[key], names))

    return tell


def partners(_register: Register, data: Data, names: Names) -> Iterator[str]:
    """Who was in it, by the part that each played."""
    for role, entries in by_role(data.get("partners", ())).items():
        yield _(ROLES[role], names=listed(names.get(each["id"], "–") for each in entries))


def _event_state(register: Register, data: Data, _names: Names) -> Iterator[str]:
    said = label(register.field("state"), data["state"])
    if "date" in data and "until" in data:
        yield _("%(state)s, from %(first)s to %(last)s.", state=said, first=date_words(data["date"]),
                last=date_words(data["until"]))  # fmt: skip
    else:
        yield _("%(state)s %(when)s.", state=said, when=when(data["date"])) if "date" in data else f"{said}."
    if "reason" in data:
        yield _("Reason: %(what)s.", what=data["reason"].rstrip("."))
    if "new_date" in data:
        yield _("New date: %(date)s.", date=date_words(data["new_date"]))


def _participants(_register: Register, data: Data, _names: Names) -> Iterator[str]:
    if "participants" in data:
        yield _("Participants: %(count)s.", count=count_words(data["participants"]))


def _countries(_register: Register, data: Data, names: Names) -> Iterator[str]:
    if data.get("countries"):
        yield _("Countries: %(names)s.", names=listed(lines(EVENTS.field("countries"), data["countries"], names)))


EVENT: tuple[Teller, ...] = (
    _event_state,
    listing("place", N_("Place: %(what)s.")),
    named("organisers", N_("The organiser was %(names)s.")),
    partners,
    _countries,
    _participants,
    listing("activities", N_("It included: %(what)s.")),
    listing("results", N_("Results: %(what)s.")),
    listing("press", N_("Press: %(what)s.")),
    listing("cost", N_("Cost to the municipality: %(what)s.")),
    listing("plan_line", N_("Line of the development plan: %(what)s.")),
    listing("sdgs", N_("Goals: %(what)s.")),
)
EVENT_WANTED = ("date", "place", "organisers", "participants")


def _agreement_state(register: Register, data: Data, _names: Names) -> Iterator[str]:
    said = label(register.field("state"), data["state"])
    if "number" in data:
        yield _("Number %(number)s.", number=data["number"])
    yield _("State: %(state)s.", state=said)
    if "started" in data:
        yield _("It was being arranged %(since)s.", since=since(data["started"]))
    if "signed" in data:
        yield _("It was signed %(when)s.", when=when(data["signed"]))
    if "valid_from" in data:
        yield _("In force %(since)s.", since=since(data["valid_from"]))
    if "valid_to" in data:
        yield _("In force until: %(date)s.", date=date_words(data["valid_to"]))


def contribution_words(each: Data, register: Register = AGREEMENTS) -> str:
    """What a side gives: an amount, a share, in money or in kind."""
    fields = {part.key: part for part in register.field("contributions").fields}
    said = [money_words(each["amount"])] if "amount" in each else []
    if "share" in each:
        said.append(_("%(share)s of the whole", share=words(fields["share"], each["share"], {})))
    if "means" in each:
        means = label(fields["means"], each["means"])
        said.append(means[:1].lower() + means[1:])
    return " ".join(said) + (f" ({each['note']})" if "note" in each else "")


def _contributions(_register: Register, data: Data, _names: Names) -> Iterator[str]:
    for each in data.get("contributions", ()):
        sentence = GIVES[each["side"]]
        yield _(sentence, what=contribution_words(each))


def milestone_words(each: Data) -> str:
    """A milestone with how many, when it was reached or is due."""
    said = [str(each["count"])] if "count" in each else []
    if "date" in each:
        said.append(date_words(each["date"]))
    elif "due" in each:
        said.append(_("due %(when)s", when=when(each["due"])))
    said += [each["evidence"]] if "evidence" in each else []
    return f"{each['name']} ({', '.join(said)})" if said else each["name"]


def _milestones(_register: Register, data: Data, _names: Names) -> Iterator[str]:
    if data.get("milestones"):
        yield _("Milestones: %(what)s.", what="; ".join(map(milestone_words, data["milestones"])))


def beneficiary_words(each: Data) -> str:
    """A group with its count."""
    return f"{count_words(each['count'])} {each['group']}" if "count" in each else each["group"]


def _beneficiaries(_register: Register, data: Data, _names: Names) -> Iterator[str]:
    if data.get("beneficiaries"):
        yield _("Beneficiaries: %(what)s.", what=listed(map(beneficiary_words, data["beneficiaries"])))


def _exchanges(_register: Register, data: Data, _names: Names) -> Iterator[str]:
    for each in data.get("exchanges", ()):
        country = label_of_country(each["country"])
        said = [each["topic"]] if "topic" in each else []
        said += [_("officials: %(count)s", count=count_words(each["officials"]))] if "officials" in each else []
        said += [date_words(each["date"])] if "date" in each else []
        yield _("Exchange abroad: %(what)s.", what=f"{country} ({'; '.join(said)})" if said else country)


def label_of_country(code: str) -> str:
    """A country's name as the office writes it."""
    return label(EVENTS.field("countries"), code) if COUNTRIES.has(code) else code


AGREEMENT: tuple[Teller, ...] = (
    _agreement_state,
    listing("object", N_("Object: %(what)s.")),
    partners,
    listing("amounts", N_("Value: %(what)s.")),
    _contributions,
    _milestones,
    _beneficiaries,
    _exchanges,
    listing("signatories", N_("Signed by: %(what)s.")),
    listing("plan_line", N_("Line of the development plan: %(what)s.")),
    listing("sdgs", N_("Goals: %(what)s.")),
)
AGREEMENT_WANTED = ("signed", "valid_to", "contributions", "beneficiaries")
