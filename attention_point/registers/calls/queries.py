"""Reading calls: what is open, the board, the figures of a year, bulletins and their answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import NotFound
from attention_point.registers.calls import rules
from attention_point.registers.calls.keeping import CALL_MARKS, mark_of
from attention_point.registers.calls.models import (
    Bulletin,
    BulletinCall,
    BulletinLink,
    Call,
    CallAnswer,
    Proposal,
    ProposalFigures,
    Recipient,
)
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.shared import queries
from attention_point.registers.shared.dates import Due
from attention_point.registers.shared.describe import ORGANISATIONS, Data
from attention_point.registers.shared.models import Mark, RecordColumns
from attention_point.registers.shared.queries import Wanted
from attention_point.registers.shared.rules import span

MOST_CALLS = 100
"""Calls that one bulletin tells of, the first to close first."""
CARDS = 20
"""Cards of a column of the board; its heading says how many there are."""
_OVER = ("closed", "cancelled")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the board: its stage, how many proposals it has, the newest of them."""

    stage: str
    number: int
    cards: Sequence[RecordColumns]


@dataclass(frozen=True, slots=True)
class YearFigures:
    """A year's proposals. ``cofinancing`` by currency; ``chosen`` are those selected, viable or approved."""

    year: int
    presented: int
    chosen: int
    approved: int
    cofinancing: Mapping[str, Decimal]

    @property
    def rate(self) -> float | None:
        """Chosen of those presented; None where nothing was."""
        return self.chosen / self.presented if self.presented else None


@dataclass(frozen=True, slots=True)
class Asked:
    """A recipient who was sent a call, and the answer if there is one."""

    recipient: Recipient
    answer: CallAnswer | None


def closes_on(data: Data) -> date | None:
    """The last day of a call, of which perhaps only the month is known."""
    return span(data["closes"])[1] if data.get("closes") else None


def is_closed(call: RecordColumns, today: date) -> bool:
    """Whether a call takes no more answers."""
    last = closes_on(call.data)
    return call.state in _OVER or (last is not None and last < today)


def open_calls(session: Session, today: date) -> Sequence[Call]:
    """The calls to tell of: not over on a day; one without a last day only while it is said to be open."""
    day = today.isoformat()
    dated = or_(Call.sort >= day, Call.sort.in_((day[:7], day[:4])))
    undated = and_(Call.sort == "", Call.state.in_(("announced", "open")))
    chosen = select(Call).where(or_(dated, undated), Call.state.not_in(_OVER))
    return session.scalars(
        chosen.order_by(case((Call.sort == "", 1), else_=0), Call.sort, Call.id).limit(MOST_CALLS)
    ).all()


def proposals_of(session: Session, call: RecordColumns, size: int = 50) -> Sequence[RecordColumns]:
    """The newest proposals to a call."""
    return queries.page(session, PROPOSALS, Wanted(marks={CALL_MARKS: mark_of(call.name)}), None, size)


def board(session: Session, year: int | None = None) -> list[Column]:
    """The columns, in the order in which a proposal goes through them; of all years, or of one."""
    of = ProposalFigures
    these = [of.year == year] if year is not None else []
    counted = session.execute(select(of.stage, func.count()).where(*these).group_by(of.stage))
    numbers = {stage: number for stage, number in counted}
    newest = select(Proposal).join(of, of.proposal == Proposal.id).order_by(of.sort.desc(), of.proposal.desc())
    return [
        Column(
            stage,
            numbers.get(stage, 0),
            session.scalars(newest.where(of.stage == stage, *these).limit(CARDS)).all() if stage in numbers else (),
        )
        for stage in rules.STAGES
    ]


def years(session: Session) -> list[YearFigures]:
    """The figures of every year that has a proposal, oldest first."""
    of = ProposalFigures
    number = [func.sum(case((column, 1), else_=0)) for column in (of.presented, of.chosen, of.approved)]
    known = of.year.is_not(None)
    money: dict[int, dict[str, Decimal]] = {}
    summed: Any = select(of.year, of.currency, func.sum(of.cofinancing)).where(known, of.cofinancing.is_not(None))
    for year, currency, amount in session.execute(summed.group_by(of.year, of.currency).order_by(of.currency)):
        money.setdefault(year, {})[currency] = Decimal(int(amount)) / 100
    rows: Any = session.execute(select(of.year, *number).where(known).group_by(of.year).order_by(of.year))
    return [
        YearFigures(year, int(presented), int(chosen), int(approved), money.get(year, {}))
        for year, presented, chosen, approved in rows
    ]


def deadlines(session: Session) -> Sequence[RecordColumns]:
    """Calls whose last day is known, and proposals with a next deadline, of whichever month."""
    calls = session.scalars(select(Call).where(func.length(Call.sort) == 10, Call.state != "cancelled")).all()
    due = select(Proposal).where(Proposal.data["deadline"].as_string().is_not(None))
    return [*calls, *session.scalars(due.order_by(Proposal.id))]


def closing(session: Session, first: date, last: date) -> Iterable[Due]:
    """The calls that close from a day to another."""
    own = func.length(Call.sort) == 10, Call.sort.between(str(first), str(last)), Call.state != "cancelled"
    for row in session.scalars(select(Call).where(*own)):
        yield Due(span(row.sort)[0], CALLS, row, "closes", _("The call closes"))


def due(session: Session, first: date, last: date) -> Iterable[Due]:
    """The next deadlines of proposals that wait for a decision, from a day to another."""
    months = Mark.value.between(f"{first:%Y-%m}", f"{last:%Y-%m}")
    marked = select(Mark.record).where(Mark.register == PROPOSALS.name, Mark.key == "month", months)
    for row in session.scalars(select(Proposal).where(Proposal.id.in_(marked))):
        day = span(row.data["deadline"])[1]
        if len(row.data["deadline"]) == 10 and first <= day <= last and "result" not in row.data:
            yield Due(day, PROPOSALS, row, "deadline", _("Deadline of the proposal"))


def bulletins(session: Session, size: int = 60) -> list[tuple[Bulletin, int, int]]:
    """The newest bulletins, each with how many calls it tells of and to how many it went."""
    calls = select(func.count()).where(BulletinCall.bulletin == Bulletin.id).scalar_subquery()
    links = select(func.count()).where(BulletinLink.bulletin == Bulletin.id).scalar_subquery()
    rows = session.execute(select(Bulletin, calls, links).order_by(Bulletin.week.desc()).limit(size))
    return [(bulletin, told, sent) for bulletin, told, sent in rows]


def bulletin(session: Session, bulletin_id: UUID, *, lock: bool = False) -> Bulletin:
    """A bulletin, held until the end of the transaction if asked for. Raises NotFound."""
    found = session.get(Bulletin, bulletin_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("There is no such bulletin."))
    return found


def told(session: Session, bulletin_id: UUID) -> list[tuple[Call, dict[str, Any]]]:
    """The calls of a bulletin in their order, with the facts that it tells: as sent, or as they stand in a draft."""
    rows = session.execute(
        select(Call, BulletinCall.facts)
        .join(BulletinCall, BulletinCall.call == Call.id)
        .where(BulletinCall.bulletin == bulletin_id)
        .order_by(BulletinCall.place)
    ).all()
    names = queries.names(session, CALLS, *(call.data for call, facts in rows if not facts))
    return [(call, facts or by_name(call.data, names)) for call, facts in rows]


def by_name(data: Data, names: Mapping[str, str]) -> dict[str, Any]:
    """A call's facts with its organisations by name, so that they say the same for good."""
    keys = {field.key for field in CALLS.fields if field.kind == ORGANISATIONS}
    return {
        key: [{"name": names.get(each["id"], "")} for each in value] if key in keys else value
        for key, value in data.items()
    }


def addressees(session: Session, week: str) -> list[Recipient]:
    """To whom a week's bulletin goes."""
    often = rules.frequencies_of(week)
    rows = session.scalars(
        select(Recipient).where(Recipient.state == "active").order_by(Recipient.name_key, Recipient.id)
    )
    return [row for row in rows if row.data["frequency"] in often]


def asked(session: Session, calls: Iterable[UUID]) -> dict[UUID, list[Asked]]:
    """By call: everybody who was sent it, those who have not answered first."""
    sent = (
        select(BulletinCall.call, BulletinLink.recipient)
        .join(BulletinLink, BulletinLink.bulletin == BulletinCall.bulletin)
        .where(BulletinCall.call.in_(list(calls)))
        .distinct()
        .subquery()
    )
    answered = and_(CallAnswer.call == sent.c.call, CallAnswer.recipient == sent.c.recipient)
    rows = session.execute(
        select(sent.c.call, Recipient, CallAnswer)
        .join(Recipient, Recipient.id == sent.c.recipient)
        .outerjoin(CallAnswer, answered)
        .order_by(case((CallAnswer.answered_at.is_(None), 0), else_=1), Recipient.name_key, Recipient.id)
    )
    found: dict[UUID, list[Asked]] = {}
    for call, recipient, answer in rows:
        found.setdefault(call, []).append(Asked(recipient, answer))
    return found


def answers_of(session: Session, recipient: UUID, calls: Iterable[UUID]) -> dict[UUID, CallAnswer]:
    """A recipient's answers by call."""
    rows = session.scalars(
        select(CallAnswer).where(CallAnswer.recipient == recipient, CallAnswer.call.in_(list(calls)))
    )
    return {row.call: row for row in rows}
