"""What a call, a proposal, a recipient of the bulletin and the monitoring itself are, field by field."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.language import N_
from attention_point.registers.calls import keeping
from attention_point.registers.calls.keeping import CALL_MARKS, mark_of
from attention_point.registers.calls.models import Call, Monitoring, Proposal, Recipient
from attention_point.registers.calls.rules import is_chosen, is_presented, matching
from attention_point.registers.shared import describe
from attention_point.registers.shared.adding import Part, paid
from attention_point.registers.shared.codes import read_lists
from attention_point.registers.shared.describe import Data, Field, Group, Register, years_of
from attention_point.registers.shared.writing import update_records

LISTS = read_lists(Path(__file__).with_name("data") / "lists.yaml")
_PARTIAL = N_("The day, or only what is known: 2017, 03/2017 or 17/03/2017.")
_YEAR = Field(
    "year",
    N_("Year of the report"),
    describe.INTEGER,
    most=2200,
    hint=N_("Only if the date is not known or another year's report tells it."),
)
_TAGS = Field("tags", N_("Tags"), describe.TAGS, filtered=True, hint=N_("Separated by commas."))
_NOTES = Field("notes", N_("Notes"), describe.LONG, searched=True)


class OfCalls(Register):
    """A list that belongs to the register of calls: one permission set for all of them."""

    def may(self, action: str) -> str:
        """The permission of an action: that of the calls."""
        return f"calls.{action}"


def _call_marks(register: Register, data: Data) -> Iterable[tuple[str, str]]:
    """Years, and the month in which it closes."""
    yield from years_of(register, data)
    if data.get("closes", "").count("-"):
        yield "month", data["closes"][:7]


def _proposal_marks(register: Register, data: Data) -> Iterable[tuple[str, str]]:
    """Years, the call, the month of the next deadline."""
    yield from years_of(register, data)
    yield CALL_MARKS, mark_of(data["call"])
    if data.get("deadline", "").count("-"):
        yield "month", data["deadline"][:7]


def _proposal_adds(data: Data) -> Iterable[Part]:
    """What came of it, co-financing approved, and what is added to it where both amounts are on record."""
    yield from ((key, 1) for key, so in (("presented", is_presented(data)), ("chosen", is_chosen(data))) if so)
    if "cofinancing_approved" in data:
        yield from paid("approved", data["cofinancing_approved"])
    rest = matching(data)
    if rest:
        yield from paid("matching", rest)


def _recipient_marks(_register: Register, data: Data) -> Iterable[tuple[str, str]]:
    """The address by its digest: it finds a second entry of somebody and tells nobody."""
    yield "email", mark_of(data["email"])


def _settle_call(session: Session, record_id: UUID, data: Data) -> None:
    """Raises Invalid; where the call has a new name, its proposals say it too."""
    for row in keeping.settle_call(session, record_id, data):
        facts = {**row.data, "call": data["name"]}
        update_records(session, SYSTEM, PROPOSALS, [(row, facts)], "changed", row.origin)


CALLS = OfCalls(
    name="calls",
    title=N_("Calls for proposals"),
    add=N_("Add a call"),
    empty=N_("No call yet. Add the first one, or bring a spreadsheet."),
    model=Call,
    sort="closes",
    state="state",
    marks=_call_marks,
    settle=_settle_call,
    release=keeping.release_call,
    icons={
        "announced": ("clock", "neutral"),
        "open": ("circle", "active"),
        "closed": ("closed", "neutral"),
        "cancelled": ("cross", "bad"),
    },
    groups=(
        Group(
            N_("The call (format 1)"),
            (
                Field("name", N_("Name"), required=True, searched=True, hint=N_("Unlike any other: add the year.")),
                Field("issuer", N_("Issuer"), describe.ORGANISATIONS, listed=True),
                Field("funder", N_("Funder"), describe.ORGANISATIONS),
                Field("technical_assistance", N_("Technical assistance"), describe.ORGANISATIONS),
                Field("object", N_("Object"), describe.LONG, searched=True),
                Field("eligible", N_("Who may apply"), describe.TEXTS, searched=True, hint=N_("One a line.")),
                Field(
                    "amounts",
                    N_("Amounts"),
                    describe.ROWS,
                    fields=(
                        Field("what", N_("Of what"), hint=N_("For example: at most for each project.")),
                        Field("amount", N_("Amount"), describe.MONEY, required=True),
                    ),
                ),
            ),
        ),
        Group(
            N_("Dates and contact"),
            (
                Field("opens", N_("Opens"), describe.DATE, listed=True, hint=_PARTIAL),
                Field("closes", N_("Closes"), describe.DATE, listed=True, hint=N_("The last day to present.")),
                _YEAR,
                Field("state", N_("State"), describe.CODE, codes=LISTS["states"], listed=True, filtered=True),
                Field("link", N_("Link"), describe.URL),
                Field("contact", N_("Contact"), describe.TEXTS, hint=N_("Name, e-mail address or phone, one a line.")),
                _TAGS,
                _NOTES,
            ),
        ),
    ),
)

PROPOSALS = OfCalls(
    name="proposals",
    title=N_("Proposals to calls"),
    add=N_("Add a proposal"),
    empty=N_("No proposal yet. Add the first one from its call."),
    model=Proposal,
    marks=_proposal_marks,
    adds=_proposal_adds,
    settle=keeping.settle_proposal,
    state="state",
    icons={
        "preparing": ("clock", "neutral"),
        "presented": ("circle", "active"),
        "viable": ("check", "good"),
        "selected": ("checked", "good"),
    },
    groups=(
        Group(
            N_("The proposal"),
            (
                Field("name", N_("Name"), required=True, searched=True),
                Field(
                    "call", N_("Call"), required=True, searched=True, listed=True, hint=N_("Its name in the register.")
                ),
                Field("lead", N_("Lead"), describe.ORGANISATIONS),
                Field("partners", N_("Partners"), describe.ORGANISATIONS),
                Field("date", N_("Presented on"), describe.DATE, listed=True, hint=_PARTIAL),
                _YEAR,
                Field("deadline", N_("Next deadline"), describe.DATE, hint=N_("It is shown in the calendar.")),
            ),
        ),
        Group(
            N_("How far it is"),
            (
                Field(
                    "state",
                    N_("State"),
                    describe.CODE,
                    required=True,
                    codes=LISTS["proposal_states"],
                    listed=True,
                    filtered=True,
                ),
                Field("phases_passed", N_("Phases passed"), describe.INTEGER, most=20, listed=True),
                Field("result", N_("Result"), describe.CODE, codes=LISTS["results"], filtered=True, listed=True),
                Field("result_reason", N_("Reason of the result"), describe.LONG, searched=True),
            ),
        ),
        Group(
            N_("Money"),
            (
                Field("total_value", N_("Total value"), describe.MONEY),
                Field("cofinancing_requested", N_("Co-financing requested"), describe.MONEY),
                Field("cofinancing_approved", N_("Co-financing approved"), describe.MONEY),
                _TAGS,
                _NOTES,
            ),
        ),
    ),
)

RECIPIENTS = OfCalls(
    name="recipients",
    title=N_("Recipients of the bulletin"),
    add=N_("Add a recipient"),
    empty=N_("No recipient yet. Add those who must know of the calls, or bring a spreadsheet."),
    model=Recipient,
    sort="",
    state="state",
    marks=_recipient_marks,
    settle=keeping.settle_recipient,
    release=keeping.release_recipient,
    icons={"active": ("checked", "good"), "inactive": ("closed", "neutral")},
    groups=(
        Group(
            N_("The recipient"),
            (
                Field("name", N_("Name"), required=True, searched=True),
                Field("role", N_("Position"), searched=True, listed=True),
                Field("office", N_("Office"), searched=True, listed=True),
                Field("email", N_("E-mail address"), required=True, listed=True, most=254),
                Field("language", N_("Language"), describe.CODE, codes=LISTS["languages"]),
                Field(
                    "frequency",
                    N_("How often"),
                    describe.CODE,
                    required=True,
                    codes=LISTS["frequencies"],
                    listed=True,
                    filtered=True,
                ),
                Field(
                    "state",
                    N_("State"),
                    describe.CODE,
                    required=True,
                    codes=LISTS["recipient_states"],
                    listed=True,
                    filtered=True,
                    hint=N_("Only active recipients are sent the bulletin."),
                ),
                _NOTES,
            ),
        ),
    ),
)

MONITORING = OfCalls(
    name="monitoring",
    title=N_("Monitoring of calls"),
    add=N_("Describe the process"),
    empty=N_("The process is not described yet."),
    model=Monitoring,
    sort="formalised",
    groups=(
        Group(
            N_("The process"),
            (
                Field("name", N_("Name"), required=True, searched=True),
                Field("formalised", N_("Formalised"), describe.DATE, listed=True, hint=_PARTIAL),
                Field("bulletin_format", N_("Format of the bulletin"), describe.INTEGER, most=99),
                Field("every", N_("The bulletin is sent"), describe.CODES, codes=LISTS["frequencies"], listed=True),
                Field("response_format", N_("Format of the answer"), describe.INTEGER, most=99),
                _YEAR,
                _NOTES,
            ),
        ),
    ),
)
