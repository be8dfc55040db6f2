"""The descriptions of calls, proposals, recipients of the bulletin and the monitoring process, field by field."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.language import N_
from attention_point.registers.calls import consistency
from attention_point.registers.calls.consistency import CALL_INDEX_KEY, hash_folded_text
from attention_point.registers.calls.models import Call, Monitoring, Proposal, Recipient
from attention_point.registers.calls.rules import compute_matching_contribution, is_chosen, is_presented
from attention_point.registers.shared.code_lists import read_code_lists
from attention_point.registers.shared.records.writing import update_records
from attention_point.registers.shared.records.year_totals import TotalPart, build_money_parts
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

CODE_LISTS = read_code_lists(Path(__file__).with_name("data") / "lists.yaml")
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


def _build_proposal_entries(register: Register, data: Data) -> Iterable[tuple[str, str]]:
    """Build the entries of a proposal: its years, its call, the month of its next deadline."""
    yield from build_year_entries(register, data)
    # A call's name may be longer than the index takes.
    yield CALL_INDEX_KEY, hash_folded_text(data["call"])
    if data.get("deadline", "").count("-"):
        yield "month", data["deadline"][:7]


def _list_proposal_total_parts(data: Data) -> Iterable[TotalPart]:
    """List what a proposal adds: its result, its approved co-financing, its matching contribution if it is known."""
    if is_presented(data):
        # Only who presented a proposal took part in a call.
        yield f"call/{hash_folded_text(data['call'])}", 1
    yield from (
        (key, 1) for key, applies in (("presented", is_presented(data)), ("chosen", is_chosen(data))) if applies
    )
    if "cofinancing_approved" in data:
        yield from build_money_parts("approved", data["cofinancing_approved"])
    matching_contribution = compute_matching_contribution(data)
    if matching_contribution:
        yield from build_money_parts("matching", matching_contribution)


def _build_recipient_entries(_register: Register, data: Data) -> Iterable[tuple[str, str]]:
    """Build the entry of an e-mail address, as a hash: it finds a second recipient with it and reveals nothing."""
    yield "email", hash_folded_text(data["email"])


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
    sort_field="closes",
    state_field="state",
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
                Field("issuer", N_("Issuer"), schema.ORGANISATIONS, listed=True),
                Field("funder", N_("Funder"), schema.ORGANISATIONS),
                Field("technical_assistance", N_("Technical assistance"), schema.ORGANISATIONS),
                Field("object", N_("Object"), schema.LONG_TEXT, searched=True),
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
        ),
        Group(
            N_("Dates and contact"),
            (
                Field("opens", N_("Opens"), schema.DATE, listed=True, hint=PART_DATE_HINT),
                Field("closes", N_("Closes"), schema.DATE, listed=True, hint=N_("The last day to apply.")),
                YEAR_FIELD,
                build_state_field(CODE_LISTS["states"], required=False),
                Field("link", N_("Link"), schema.URL),
                Field("contact", N_("Contact"), schema.TEXTS, hint=N_("Name, e-mail address or phone, one per line.")),
                TAGS_FIELD,
                NOTES_FIELD,
            ),
        ),
    ),
)

PROPOSALS = CallsRegister(
    name="proposals",
    title=N_("Proposals to calls"),
    add_label=N_("Add a proposal"),
    empty_message=N_("No proposals yet. Add the first one from its call."),
    model=Proposal,
    build_entries=_build_proposal_entries,
    list_total_parts=_list_proposal_total_parts,
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
                    hint=N_("Its name, as in the register."),
                ),
                Field("lead", N_("Lead organisation"), schema.ORGANISATIONS),
                Field("partners", N_("Partners"), schema.ORGANISATIONS),
                Field("date", N_("Presented on"), schema.DATE, listed=True, hint=PART_DATE_HINT),
                YEAR_FIELD,
                Field("deadline", N_("Next deadline"), schema.DATE, hint=N_("It is shown in the calendar.")),
            ),
        ),
        Group(
            N_("Progress"),
            (
                build_state_field(CODE_LISTS["proposal_states"]),
                Field("phases_passed", N_("Phases passed"), schema.INTEGER, maximum=20, listed=True),
                Field("result", N_("Result"), schema.CODE, codes=CODE_LISTS["results"], filtered=True, listed=True),
                Field("result_reason", N_("Reason for the result"), schema.LONG_TEXT, searched=True),
                NEXT_STEPS_FIELD,
            ),
        ),
        Group(
            N_("Money"),
            (
                Field("total_value", N_("Total value"), schema.MONEY),
                Field("cofinancing_requested", N_("Co-financing requested"), schema.MONEY),
                Field("cofinancing_approved", N_("Co-financing approved"), schema.MONEY),
                TAGS_FIELD,
                NOTES_FIELD,
            ),
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
    sort_field="",
    state_field="state",
    build_entries=_build_recipient_entries,
    after_write=consistency.check_recipient,
    before_removal=consistency.check_recipient_removal,
    state_icons={"active": ("checked", "good"), "inactive": ("closed", "neutral")},
    groups=(
        Group(
            N_("The recipient"),
            (
                NAME_FIELD,
                Field("role", N_("Position"), searched=True, listed=True),
                Field("office", N_("Office"), searched=True, listed=True),
                Field("email", N_("E-mail address"), required=True, listed=True, maximum=254),
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
