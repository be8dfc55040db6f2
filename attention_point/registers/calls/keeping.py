"""What must hold between calls, proposals and recipients; called in the transaction that writes one of them."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation.database import connection_of
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid, Refusal
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
from attention_point.registers.shared.describe import Data
from attention_point.registers.shared.models import Mark
from attention_point.registers.shared.reading import CORRECT
from attention_point.registers.shared.rules import folded, span, year_of

CALL_MARKS = "call"
_MONEY = ("total_value", "cofinancing_requested", "cofinancing_approved")
_TWICE = N_("Another call has this name. Add the year, for example.")


def mark_of(text: str) -> str:
    """A short mark of a text, the same for two spellings of it."""
    return hashlib.sha256((folded(text) or text).encode()).hexdigest()[:40]


def settle_call(session: Session, record_id: UUID, data: Data) -> Sequence[Proposal]:
    """The call's proposals that still say an older name. Raises Invalid for another call's name, or days reversed."""
    errors = []
    same = select(Call.id).where(Call.name_key == folded(data["name"])[:300], Call.id != record_id)
    if session.scalar(same.limit(1)) is not None:
        errors.append(FieldError("name", _(_TWICE)))
    if "opens" in data and "closes" in data and span(data["closes"])[1] < span(data["opens"])[0]:
        errors.append(FieldError("closes", _("It cannot close before it opens.")))
    _raise(errors)
    of_call = select(Proposal).join(ProposalFigures, ProposalFigures.proposal == Proposal.id)
    rows = session.scalars(of_call.where(ProposalFigures.call == record_id)).all()
    return [row for row in rows if row.data["call"] != data["name"]]


def release_call(session: Session, record_id: UUID, _data: Data) -> None:
    """Raises Refusal while proposals, answers or a bulletin that was sent name the call."""
    sent = select(BulletinCall.call).join(Bulletin).where(BulletinCall.call == record_id, Bulletin.sent_at.is_not(None))
    needed = (
        select(ProposalFigures.call).where(ProposalFigures.call == record_id),
        select(CallAnswer.call).where(CallAnswer.call == record_id),
        sent,
    )
    if any(session.scalar(each.limit(1)) is not None for each in needed):
        raise Refusal(_("Proposals, answers or a bulletin name this call, so it stays. You can cancel it."))
    session.execute(delete(BulletinCall).where(BulletinCall.call == record_id))


def settle_proposal(session: Session, record_id: UUID, data: Data) -> None:
    """Write what is counted of it. Raises Invalid for an unknown call or amounts that cannot be."""
    call = session.scalar(select(Call.id).where(Call.name_key == folded(data["call"])[:300]).limit(1))
    errors = [] if call else [FieldError("call", _("No call of the register has this name."))]
    _raise(errors + _wrong_money(data))
    upsert = postgresql.insert if connection_of(session).dialect.name == "postgresql" else sqlite.insert
    row = figures_of(record_id, call, data)
    session.execute(upsert(ProposalFigures).values(row).on_conflict_do_update(index_elements=["proposal"], set_=row))


def figures_of(record_id: UUID, call: UUID | None, data: Data) -> dict[str, Any]:
    """The row of ``ProposalFigures`` that follows from a proposal's facts."""
    money, year, day = data.get("cofinancing_approved"), data.get("year"), data.get("date", "")
    return {
        "proposal": record_id,
        "call": call,
        "year": year_of(day) if day and not year else year,
        "stage": rules.stage_of(data),
        "sort": day,
        "presented": rules.is_presented(data),
        "chosen": rules.is_chosen(data),
        "approved": data.get("result") == "approved",
        "currency": money["currency"] if money else None,
        "cofinancing": rules.hundredths(money) if money else None,
    }


def _wrong_money(data: Data) -> list[FieldError]:
    """One currency for all, or the matching contribution could not be told; nobody approves more than the whole."""
    amounts: dict[str, Any] = {key: data[key] for key in _MONEY if key in data}
    if len({each["currency"] for each in amounts.values()}) > 1:
        last = list(amounts)[-1]
        return [FieldError(f"{last}.currency", _("Write all amounts of a proposal in one currency."))]
    whole = amounts.pop("total_value", None)
    return [
        FieldError(f"{key}.amount", _("This is more than the total value."))
        for key, each in amounts.items()
        if whole and Decimal(each["amount"]) > Decimal(whole["amount"])
    ]


def settle_recipient(session: Session, record_id: UUID, data: Data) -> None:
    """Raises Invalid for what is no address, or another recipient's."""
    errors = []
    if fault := texts.email_fault(data["email"]):
        errors.append(FieldError("email", _(fault)))
    same = select(Mark.record).where(
        Mark.register == "recipients", Mark.key == "email", Mark.value == mark_of(data["email"])
    )
    if session.scalar(same.where(Mark.record != record_id).limit(1)) is not None:
        errors.append(FieldError("email", _("Another recipient has this address.")))
    _raise(errors)


def release_recipient(session: Session, record_id: UUID, _data: Data) -> None:
    """Raises Refusal for somebody to whom a bulletin was sent."""
    if session.scalar(select(BulletinLink.recipient).where(BulletinLink.recipient == record_id).limit(1)) is not None:
        raise Refusal(_("A bulletin was sent to this recipient, so the entry stays. Make it inactive instead."))


def _raise(errors: list[FieldError]) -> None:
    if errors:
        raise Invalid(_(CORRECT), tuple(errors))
