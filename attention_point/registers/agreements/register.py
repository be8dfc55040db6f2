"""What an agreement is, field by field."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import yaml
from sqlalchemy.orm import Session

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.registers.agreements import rules
from attention_point.registers.agreements.models import Agreement
from attention_point.registers.shared import describe
from attention_point.registers.shared.adding import Part, counted, paid
from attention_point.registers.shared.codes import COUNTRIES, SDGS, read_lists
from attention_point.registers.shared.describe import Data, Field, Group, Register, years_of
from attention_point.registers.shared.reading import CORRECT
from attention_point.registers.shared.rules import words_of

LISTS = read_lists(Path(__file__).with_name("data") / "lists.yaml")
STATES, ROLES, SIDES, MEANS = LISTS["states"], LISTS["roles"], LISTS["sides"], LISTS["means"]
NOT_PEOPLE = frozenset(
    yaml.safe_load((Path(__file__).with_name("data") / "groups.yaml").read_text(encoding="utf-8"))["not_people"]
)
ENDS, DUE = "ends", "due"
"""Marks of the days by which something is waited for."""


def _marks(register: Register, data: Data) -> Iterable[tuple[str, str]]:
    """Years, those of the validity too; deadlines; the names of the countries of exchanges, as words."""
    yield from years_of(register, data)
    yield from (("year", year) for year in rules.years_in_force(data))
    for each in rules.deadlines(data):
        yield (DUE if each.milestone else ENDS), each.day.isoformat()
    for exchange in data.get("exchanges", ()):
        for language in ("es", "en"):
            yield from (("word", word) for word in words_of(COUNTRIES.label(exchange["country"], language)))


def _adds(data: Data) -> Iterable[Part]:
    """Money that costs the municipality nothing, beneficiaries that are people, countries of exchanges."""
    given = data.get("contributions", ())
    if rules.is_free(given):
        for amount in rules.obtained(given):
            yield from paid("free", amount)
    if not any(each["side"] == "municipality" for each in given):
        yield "unsaid", 1
    for each in data.get("beneficiaries", ()):
        yield "groups", 1
        if "count" in each and rules.is_of_people(each["group"], NOT_PEOPLE):
            yield from counted("reached", each["count"])
    yield from ((f"country/{each['country']}", 1) for each in data.get("exchanges", ()))


def _check(_session: Session, _record_id: UUID, data: Data) -> None:
    """Raises Invalid for facts that contradict each other."""
    errors = []
    if rules.is_backwards(data):
        errors.append(FieldError("valid_to", _("The validity cannot end before it begins.")))
    if rules.shared_out(data.get("contributions", ())) > 1:
        errors.append(FieldError("contributions.0.share", _("The shares add up to more than the whole.")))
    if errors:
        raise Invalid(_(CORRECT), tuple(errors))


_AGREEMENT = Group(
    N_("The agreement"),
    (
        Field("name", N_("Name"), required=True, searched=True),
        Field("number", N_("Number of the agreement"), searched=True, most=60),
        Field("object", N_("Object"), describe.LONG, searched=True, hint=N_("What the parties agree to do.")),
        Field("state", N_("State"), describe.CODE, required=True, codes=STATES, listed=True, filtered=True),
        Field(
            "started",
            N_("Being arranged since"),
            describe.DATE,
            hint=N_("The day, or only what is known: 2017, 03/2017 or 17/03/2017."),
        ),
        Field("signed", N_("Signed on"), describe.DATE, listed=True),
        Field("signatories", N_("Signed by"), describe.TEXTS, searched=True, hint=N_("One a line.")),
        Field("valid_from", N_("In force from"), describe.DATE),
        Field(
            "valid_to",
            N_("In force until"),
            describe.DATE,
            listed=True,
            hint=N_("Before that day, those who keep the agreements are told."),
        ),
        Field(
            "year",
            N_("Year of the report"),
            describe.INTEGER,
            most=2200,
            hint=N_("Only if the date is not known or another year's report tells it."),
        ),
        Field("link", N_("Where it is published"), describe.URL),
    ),
)
_WHO = Group(
    N_("Who"),
    (Field("partners", N_("Partners, funders, supporters"), describe.ORGANISATIONS, codes=ROLES, listed=True),),
)
_GIVEN = Group(
    N_("What each side gives"),
    (
        Field(
            "amounts",
            N_("Value of the agreement"),
            describe.ROWS,
            hint=N_("As the agreement says it, one entry for each currency."),
            fields=(Field("amount", N_("Amount"), describe.MONEY, required=True), Field("note", N_("Note"))),
        ),
        Field(
            "contributions",
            N_("Contributions"),
            describe.ROWS,
            hint=N_("An amount, a share of the whole, or both. Write 0 for a side that gives nothing."),
            fields=(
                Field("side", N_("Side"), describe.CODE, required=True, codes=SIDES),
                Field("means", N_("In money or in kind"), describe.CODE, codes=MEANS),
                Field("amount", N_("Amount"), describe.MONEY),
                Field("share", N_("Share of the whole"), describe.SHARE, hint=N_("In percent: 50 is half.")),
                Field("note", N_("Note")),
            ),
        ),
    ),
)
_DONE = Group(
    N_("What is done and for whom"),
    (
        Field(
            "milestones",
            N_("Milestones"),
            describe.ROWS,
            searched=True,
            fields=(
                Field("name", N_("Name"), required=True, searched=True),
                Field("count", N_("Quantity"), describe.INTEGER, most=10**9),
                Field("due", N_("Due"), describe.DATE),
                Field("date", N_("Reached on"), describe.DATE),
                Field("evidence", N_("Evidence"), hint=N_("What shows it; or the name of a file of this record.")),
                Field("link", N_("Link"), describe.URL),
            ),
        ),
        Field(
            "beneficiaries",
            N_("Beneficiaries"),
            describe.ROWS,
            searched=True,
            fields=(
                Field("group", N_("Group"), required=True, searched=True),
                Field("count", N_("Quantity"), describe.COUNT),
            ),
        ),
        Field(
            "exchanges",
            N_("Exchanges of officials abroad"),
            describe.ROWS,
            searched=True,
            fields=(
                Field("country", N_("Country"), describe.CODE, required=True, codes=COUNTRIES),
                Field("topic", N_("Topic"), searched=True),
                Field("officials", N_("Officials who went"), describe.COUNT),
                Field("date", N_("Date"), describe.DATE),
            ),
        ),
    ),
)
_MORE = Group(
    N_("Other facts"),
    (
        Field("sdgs", N_("Sustainable Development Goals"), describe.CODES, codes=SDGS, filtered=True),
        Field("plan_line", N_("Line of the development plan"), searched=True),
        Field("tags", N_("Tags"), describe.TAGS, filtered=True, hint=N_("Separated by commas.")),
        Field("notes", N_("Notes"), describe.LONG, searched=True),
    ),
)

AGREEMENTS = Register(
    name="agreements",
    title=N_("Agreements and cooperation"),
    add=N_("Add an agreement"),
    empty=N_("No agreement yet. Add the first one, or bring a spreadsheet."),
    model=Agreement,
    sort="signed",
    state="state",
    marks=_marks,
    adds=_adds,
    settle=_check,
    icons={
        "preparation": ("clock", "neutral"),
        "signed": ("check", "active"),
        "running": ("circle", "active"),
        "done": ("checked", "good"),
        "ended": ("closed", "neutral"),
    },
    groups=(_AGREEMENT, _WHO, _GIVEN, _DONE, _MORE),
)
