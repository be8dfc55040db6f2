"""The rules between calls, proposals and recipients, checked in the transaction that writes one of them."""

import hashlib
from collections.abc import Sequence
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
from attention_point.registers.shared.rules import fold_text, parse_day_span, parse_year
from attention_point.registers.shared.schema.parsing import NOTHING_SAVED
from attention_point.registers.shared.schema.schema import Data

CALL_INDEX_KEY = "call"
_AMOUNT_KEYS = ("total_value", "cofinancing_requested", "cofinancing_approved")
_NAME_TAKEN = N_("Another call has this name. Add the year, for example.")


def hash_folded_text(text: str) -> str:
    """Hash a text, the same for two spellings of it."""
    # 40 hexadecimal digits fit into the index; the e-mail address of a recipient does not stand there in clear.
    return hashlib.sha256((fold_text(text) or text).encode()).hexdigest()[:40]


def check_call(session: Session, record_id: UUID, data: Data) -> Sequence[Proposal]:
    """Check a call, and list its proposals that still hold its older name.

    Raises Invalid if another call has its name, or if it closes before it opens.
    """
    errors = []
    # A proposal names its call, so no two calls may have one name.
    call_of_name = select(Call.id).where(Call.name_key == fold_text(data["name"])[:300], Call.id != record_id)
    if session.scalar(call_of_name.limit(1)) is not None:
        errors.append(FieldError("name", _(_NAME_TAKEN)))
    if "opens" in data and "closes" in data and parse_day_span(data["closes"])[1] < parse_day_span(data["opens"])[0]:
        errors.append(FieldError("closes", _("It cannot close before it opens.")))
    _raise_if_errors(errors)
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
