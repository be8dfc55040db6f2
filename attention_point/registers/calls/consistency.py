"""The rules between calls, proposals and recipients, checked in the transaction that writes one; how they are found."""

import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation.database import get_dialect
from attention_point.foundation.database.upserts import build_insert
from attention_point.foundation.errors import AppError, FieldError, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.calls import rules
from attention_point.registers.calls.models import (
    Bulletin,
    BulletinCall,
    BulletinLink,
    Call,
    CallAnswer,
    Proposal,
    ProposalFigures,
)
from attention_point.registers.shared.models import IndexEntry
from attention_point.registers.shared.records.year_totals import TotalPart, build_money_parts
from attention_point.registers.shared.rules import fold_text, parse_year
from attention_point.registers.shared.schema.parsing import NOTHING_SAVED
from attention_point.registers.shared.schema.schema import Data, Register, build_year_entries

CALL_INDEX_KEY = "call"
_AMOUNT_KEYS = ("total_value", "cofinancing_requested", "cofinancing_approved")
_NAME_TAKEN = N_("Another call has this name. Add the year, for example.")


def hash_folded_text(text: str) -> str:
    """Hash a text, the same for two spellings of it."""
    # 40 hexadecimal digits fit into the index; the e-mail address of a recipient does not stand there in clear.
    return hashlib.sha256((fold_text(text) or text).encode()).hexdigest()[:40]


def build_proposal_entries(register: Register, data: Data) -> Iterable[tuple[str, str]]:
    """Build the entries of a proposal: its years, its call, the month of its next deadline."""
    yield from build_year_entries(register, data)
    # A call's name may be longer than the index takes.
    yield CALL_INDEX_KEY, hash_folded_text(data["call"])
    if data.get("deadline", "").count("-"):
        yield "month", data["deadline"][:7]


def list_proposal_total_parts(data: Data) -> Iterable[TotalPart]:
    """List what a proposal adds: its result, its approved co-financing, its matching contribution if it is known."""
    if rules.is_presented(data):
        # Only who presented a proposal took part in a call.
        yield f"call/{hash_folded_text(data['call'])}", 1
    yield from (
        (key, 1)
        for key, applies in (("presented", rules.is_presented(data)), ("chosen", rules.is_chosen(data)))
        if applies
    )
    if "cofinancing_approved" in data:
        yield from build_money_parts("approved", data["cofinancing_approved"])
    matching_contribution = rules.compute_matching_contribution(data)
    if matching_contribution:
        yield from build_money_parts("matching", matching_contribution)


def build_recipient_entries(_register: Register, data: Data) -> Iterable[tuple[str, str]]:
    """Build the entry of an e-mail address, as a hash: it finds a second recipient with it and reveals nothing."""
    yield "email", hash_folded_text(data["email"])


def check_call(session: Session, record_id: UUID, data: Data) -> Sequence[Proposal]:
    """Check a call, and list its proposals that still hold its older name. Raises Invalid if another has its name."""
    # A proposal names its call, so no two calls may have one name.
    call_of_name = select(Call.id).where(Call.name_key == fold_text(data["name"])[:300], Call.id != record_id)
    if session.scalar(call_of_name.limit(1)) is not None:
        _raise_if_errors([FieldError("name", _(_NAME_TAKEN))])
    proposals = select(Proposal).join(ProposalFigures, ProposalFigures.proposal == Proposal.id)
    rows = session.scalars(proposals.where(ProposalFigures.call == record_id))
    return [row for row in rows if row.data["call"] != data["name"]]


def check_call_removal(session: Session, record_id: UUID, _data: Data) -> None:
    """Raise AppError while proposals, answers or a sent bulletin name the call."""
    # A draft lets go of a call that is removed; what was sent stays as it was sent.
    sent_calls = select(BulletinCall.call).join(Bulletin).where(Bulletin.sent_at.is_not(None))
    statements = (
        select(ProposalFigures.call).where(ProposalFigures.call == record_id),
        select(CallAnswer.call).where(CallAnswer.call == record_id),
        sent_calls.where(BulletinCall.call == record_id),
    )
    if any(session.scalar(statement.limit(1)) is not None for statement in statements):
        raise AppError(
            _("Proposals, answers or a bulletin name this call, so it cannot be removed. Cancel it instead.")
        )
    session.execute(delete(BulletinCall).where(BulletinCall.call == record_id))


def update_proposal_figures(session: Session, record_id: UUID, data: Data) -> None:
    """Write the figures of a proposal. Raises Invalid for an unknown call or impossible amounts."""
    call_id = session.scalar(select(Call.id).where(Call.name_key == fold_text(data["call"])[:300]).limit(1))
    errors = [] if call_id else [FieldError("call", _("The register has no call with this name."))]
    _raise_if_errors(errors + _check_amounts(data))
    # One statement for new and changed proposals, also while another transaction writes the same.
    row = build_figures_row(record_id, call_id, data)
    upsert = build_insert(get_dialect(session).name, ProposalFigures).values(row)
    session.execute(upsert.on_conflict_do_update(index_elements=["proposal"], set_=row))


def build_figures_row(record_id: UUID, call_id: UUID | None, data: Data) -> dict[str, Any]:
    """Build the row of ``ProposalFigures`` from a proposal's facts."""
    money, year, day = data.get("cofinancing_approved"), data.get("year"), data.get("date", "")
    return {
        "proposal": record_id,
        "call": call_id,
        "year": parse_year(day) if day and not year else year,
        "stage": rules.determine_stage(data),
        "sort": day,
        "presented": rules.is_presented(data),
        "chosen": rules.is_chosen(data),
        "approved": data.get("result") == "approved",
        "currency": money["currency"] if money else None,
        "cofinancing": rules.convert_to_hundredths(money) if money else None,
    }


def _check_amounts(data: Data) -> list[FieldError]:
    """Check that all amounts are in one currency, and that none is more than the total value."""
    # The matching contribution is the total less the co-financing: in two currencies it could not be computed.
    amounts: dict[str, Any] = {key: data[key] for key in _AMOUNT_KEYS if key in data}
    if len({amount["currency"] for amount in amounts.values()}) > 1:
        last_key = list(amounts)[-1]
        return [FieldError(f"{last_key}.currency", _("Write all amounts of a proposal in one currency."))]
    total_value = amounts.pop("total_value", None)
    return [
        FieldError(f"{key}.amount", _("This is more than the total value."))
        for key, amount in amounts.items()
        if total_value and Decimal(amount["amount"]) > Decimal(total_value["amount"])
    ]


def check_recipient(session: Session, record_id: UUID, data: Data) -> None:
    """Check a recipient's e-mail address. Raises Invalid if it is no address, or another recipient's."""
    errors = []
    if fault := texts.find_email_fault(data["email"]):
        errors.append(FieldError("email", _(fault)))
    # By the hash in the index: the address itself is a fact in JSON, without an index.
    recipients_of_email = select(IndexEntry.record).where(
        IndexEntry.register == "recipients",
        IndexEntry.key == "email",
        IndexEntry.value == hash_folded_text(data["email"]),
    )
    if session.scalar(recipients_of_email.where(IndexEntry.record != record_id).limit(1)) is not None:
        errors.append(FieldError("email", _("Another recipient has this address.")))
    _raise_if_errors(errors)


def check_recipient_removal(session: Session, record_id: UUID, _data: Data) -> None:
    """Raise AppError for a recipient to whom a bulletin was sent: the answers belong to somebody."""
    if session.scalar(select(BulletinLink.recipient).where(BulletinLink.recipient == record_id).limit(1)) is not None:
        raise AppError(
            _("This recipient was sent a bulletin and cannot be removed. Make the recipient inactive instead.")
        )


def _raise_if_errors(errors: list[FieldError]) -> None:
    if errors:
        raise Invalid(_(NOTHING_SAVED), tuple(errors))
