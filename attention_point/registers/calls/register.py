"""The descriptions of calls, proposals, recipients of the bulletin and the monitoring process, field by field."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.errors import FieldError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.calls import consistency
from attention_point.registers.calls.models import Call, Monitoring, Proposal, Recipient
from attention_point.registers.shared.code_lists import read_code_lists, read_column_names
from attention_point.registers.shared.records.writing import update_records
from attention_point.registers.shared.rules import parse_day_span
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.common_fields import (
    NAME_FIELD,
    NEXT_STEPS_FIELD,
    NOTES_FIELD,
    ONE_PER_LINE_HINT,
    PART_DATE_HINT,
    TAGS_FIELD,
    YEAR_FIELD,
    build_state_field,
)
from attention_point.registers.shared.schema.schema import Data, Field, Group, Register, build_year_entries

_DATA_FOLDER = Path(__file__).with_name("data")
CODE_LISTS = read_code_lists(_DATA_FOLDER / "lists.yaml")
_COLUMN_NAMES = read_column_names(_DATA_FOLDER / "column_names.yaml")
FREQUENCIES = CODE_LISTS["frequencies"]


class CallsRegister(Register):
    """One of the four registers of the calls, which share the permissions of the calls."""

    def permission_for(self, action: str) -> str:
        """Build the permission of an action on calls."""
        return f"calls.{action}"


def _build_call_entries(register: Register, data: Data) -> Iterable[tuple[str, str]]:
    """Build the entries of a call: its years, and the month in which it closes."""
    yield from build_year_entries(register, data)
    if data.get("closes", "").count("-"):
        yield "month", data["closes"][:7]


def _list_call_contradictions(data: Data) -> Iterable[FieldError]:
    """List the error of a call that closes before it opens."""
    opens, closes = data.get("opens"), data.get("closes")
    if opens and closes and parse_day_span(closes)[1] < parse_day_span(opens)[0]:
        yield FieldError("closes", _("It cannot close before it opens."))


def _check_call_and_rename_proposals(session: Session, record_id: UUID, data: Data) -> None:
    """Check a call; if its name changed, change it in its proposals too. Raises Invalid."""
    # Signed by the system: whoever renamed the call edited no proposal.
    for row in consistency.check_call(session, record_id, data):
        facts = {**row.data, "call": data["name"]}
        update_records(session, SYSTEM, PROPOSALS, [(row, facts)], "changed", row.origin)


CALLS = CallsRegister(
    name="calls",
    title=N_("Calls for proposals"),
    add_label=N_("Add a call"),
    empty_message=N_("No calls yet. Add the first one, or import a spreadsheet."),
    model=Call,
    column_names=_COLUMN_NAMES["calls"],
    sort_field="closes",
    state_field="state",
    has_unique_names=True,
    list_contradictions=_list_call_contradictions,
    build_entries=_build_call_entries,
    after_write=_check_call_and_rename_proposals,
    before_removal=consistency.check_call_removal,
    state_icons={
        "announced": ("clock", "neutral"),
        "open": ("circle", "active"),
        "closed": ("closed", "neutral"),
        "cancelled": ("cross", "bad"),
    },
    groups=(
        Group(
            N_("The call (format 1)"),
            (
                Field("name", N_("Name"), required=True, searched=True, hint=N_("It must be unique: add the year.")),
                Field("issuer", N_("Issuer"), schema.ORGANISATIONS, listed=True, beneath_name=True),
                Field("object", N_("Object"), schema.LONG_TEXT, searched=True),
                Field("opens", N_("Opens"), schema.DATE, listed=True, hint=PART_DATE_HINT),
                Field("closes", N_("Closes"), schema.DATE, listed=True, hint=N_("The last day to apply.")),
                build_state_field(CODE_LISTS["states"], required=False),
                Field("link", N_("Link"), schema.URL, copied=False),
            ),
        ),
        Group(
            N_("Who pays, who may apply, how much"),
            (
                Field("funder", N_("Funder"), schema.ORGANISATIONS),
                Field("technical_assistance", N_("Technical assistance"), schema.ORGANISATIONS),
                Field("eligible", N_("Who may apply"), schema.TEXTS, searched=True, hint=ONE_PER_LINE_HINT),
                Field(
                    "amounts",
                    N_("Amounts"),
                    schema.ROWS,
                    fields=(
                        Field("what", N_("What the amount is for"), hint=N_("For example: maximum per project.")),
                        Field("amount", N_("Amount"), schema.MONEY, required=True),
                    ),
                ),
            ),
            folded=True,
        ),
        Group(
            N_("Contact, report and notes"),
            (
                Field("contact", N_("Contact"), schema.TEXTS, hint=N_("Name, e-mail address or phone, one per line.")),
                YEAR_FIELD,
                TAGS_FIELD,
                NOTES_FIELD,
            ),
            folded=True,
        ),
    ),
)

PROPOSALS = CallsRegister(
    name="proposals",
    title=N_("Proposals to calls"),
    add_label=N_("Add a proposal"),
    empty_message=N_("No proposals yet. Add the first one from its call."),
    model=Proposal,
    column_names=_COLUMN_NAMES["proposals"],
    build_entries=consistency.build_proposal_entries,
    list_total_parts=consistency.list_proposal_total_parts,
    after_write=consistency.update_proposal_figures,
    state_field="state",
    state_icons={
        "preparing": ("clock", "neutral"),
        "presented": ("circle", "active"),
        "viable": ("check", "good"),
        "selected": ("checked", "good"),
    },
    groups=(
        Group(
            N_("The proposal"),
            (
                NAME_FIELD,
                Field(
                    # By its name, as a spreadsheet and a year's file give it; ``ProposalFigures`` holds the id.
                    "call",
                    N_("Call"),
                    required=True,
                    searched=True,
                    listed=True,
                    beneath_name=True,
                    hint=N_("Its name, as in the register."),
                ),
                build_state_field(CODE_LISTS["proposal_states"]),
                Field("date", N_("Presented on"), schema.DATE, listed=True, hint=PART_DATE_HINT),
                Field("deadline", N_("Next deadline"), schema.DATE, hint=N_("It is shown in the calendar.")),
                Field("total_value", N_("Total value"), schema.MONEY, listed=True),
            ),
        ),
        Group(
            N_("Progress"),
            (
                Field("phases_passed", N_("Phases passed"), schema.INTEGER, maximum=20, copied=False),
                Field(
                    "result",
                    N_("Result"),
                    schema.CODE,
                    codes=CODE_LISTS["results"],
                    filtered=True,
                    listed=True,
                    beneath_name=True,
                    copied=False,
                ),
                Field("result_reason", N_("Reason for the result"), schema.LONG_TEXT, searched=True, copied=False),
                NEXT_STEPS_FIELD,
                Field("cofinancing_requested", N_("Co-financing requested"), schema.MONEY),
                Field(
                    "cofinancing_approved",
                    N_("Co-financing approved"),
                    schema.MONEY,
                    listed=True,
                    beneath_name=True,
                    copied=False,
                ),
            ),
            folded=True,
        ),
        Group(
            N_("Who, report and notes"),
            (
                Field("lead", N_("Lead organisation"), schema.ORGANISATIONS),
                Field("partners", N_("Partners"), schema.ORGANISATIONS),
                YEAR_FIELD,
                TAGS_FIELD,
                NOTES_FIELD,
            ),
            folded=True,
        ),
    ),
)

# Officials who should hear of calls, known by their office; no visitor stands here.
RECIPIENTS = CallsRegister(
    name="recipients",
    title=N_("Recipients of the bulletin"),
    add_label=N_("Add a recipient"),
    empty_message=N_("No recipients yet. Add the people who should hear about calls, or import a spreadsheet."),
    model=Recipient,
    column_names=_COLUMN_NAMES["recipients"],
    sort_field="",
    state_field="state",
    build_entries=consistency.build_recipient_entries,
    after_write=consistency.check_recipient,
    before_removal=consistency.check_recipient_removal,
    state_icons={"active": ("checked", "good"), "inactive": ("closed", "neutral")},
    groups=(
        Group(
            N_("The recipient"),
            (
                NAME_FIELD,
                Field("role", N_("Position"), searched=True, listed=True, beneath_name=True),
                Field("office", N_("Office"), searched=True, listed=True, beneath_name=True),
                Field("email", N_("E-mail address"), required=True, listed=True, maximum=254, copied=False),
                Field("language", N_("Language"), schema.CODE, codes=CODE_LISTS["languages"]),
                Field(
                    "frequency",
                    N_("How often"),
                    schema.CODE,
                    required=True,
                    codes=FREQUENCIES,
                    listed=True,
                    filtered=True,
                ),
                build_state_field(
                    CODE_LISTS["recipient_states"], hint=N_("Only active recipients receive the bulletin.")
                ),
                NOTES_FIELD,
            ),
        ),
    ),
)

# Usually one record: how the office follows calls. As a register it has a form, a history and its files.
MONITORING = CallsRegister(
    name="monitoring",
    title=N_("Monitoring of calls"),
    add_label=N_("Describe the process"),
    empty_message=N_("The process has not been described yet."),
    model=Monitoring,
    sort_field="formalised",
    groups=(
        Group(
            N_("The process"),
            (
                NAME_FIELD,
                Field("formalised", N_("Formalised"), schema.DATE, listed=True, hint=PART_DATE_HINT),
                Field("bulletin_format", N_("Format of the bulletin"), schema.INTEGER, maximum=99),
                Field("every", N_("The bulletin is sent"), schema.CODES, codes=FREQUENCIES, listed=True),
                Field("response_format", N_("Format of the answer"), schema.INTEGER, maximum=99),
                YEAR_FIELD,
                NOTES_FIELD,
            ),
        ),
    ),
)
