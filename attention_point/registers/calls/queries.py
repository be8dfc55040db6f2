"""Reads calls: open calls, the board, the figures of the years, bulletins and their answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from attention_point.dates import format_month_code
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.registers.calls import rules
from attention_point.registers.calls.consistency import CALL_INDEX_KEY, hash_folded_text
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
from attention_point.registers.shared.models import IndexEntry, RecordColumns
from attention_point.registers.shared.records import queries
from attention_point.registers.shared.records.due_dates import DueDate
from attention_point.registers.shared.records.queries import RecordFilter
from attention_point.registers.shared.rules import parse_day_span
from attention_point.registers.shared.schema.schema import Data, Register, name_organisations

MAX_CALLS = 100
"""The most calls of one bulletin."""
CARDS_PER_COLUMN = 20
"""The most cards of a column of the board; its heading has the number of all."""
# Calls that somebody closed or cancelled by hand, whatever their last day.
_CLOSED_STATES = ("closed", "cancelled")


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A column of the board: its stage, the number of its proposals, the newest of them."""

    stage: str
    proposal_count: int
    cards: Sequence[RecordColumns]


@dataclass(frozen=True, slots=True)
class YearFigures:
    """A year's proposals. ``chosen`` ones are selected, viable or approved; ``cofinancing`` is by currency."""

    year: int
    presented: int
    chosen: int
    approved: int
    cofinancing: Mapping[str, Decimal]

    @property
    def success_rate(self) -> float | None:
        """The share of the presented proposals that were chosen; None if none was presented."""
        return self.chosen / self.presented if self.presented else None


@dataclass(frozen=True, slots=True)
class RecipientAnswer:
    """A recipient to whom a call was sent, and the answer, if there is one."""

    recipient: Recipient
    answer: CallAnswer | None


def find_last_day(data: Data) -> date | None:
    """Find the last day of a call; if only the month is known, the last day of the month."""
    return parse_day_span(data["closes"])[1] if data.get("closes") else None


def is_closed(call: RecordColumns, today: date) -> bool:
    """Whether a call no longer accepts answers."""
    last_day = find_last_day(call.data)
    return call.state in _CLOSED_STATES or (last_day is not None and last_day < today)


def list_open_calls(session: Session, today: date) -> Sequence[Call]:
    """List the calls that are open on a day, the first to close first; one without a day if its state says so."""
    day = today.isoformat()
    # Part dates sort as text: a call that closes in "2017-03" or "2017" would come before "2017-03-15", but is open.
    dated = or_(Call.sort >= day, Call.sort.in_((day[:7], day[:4])))
    undated = and_(Call.sort == "", Call.state.in_(("announced", "open")))
    statement = select(Call).where(or_(dated, undated), Call.state.not_in(_CLOSED_STATES)).limit(MAX_CALLS)
    # The calls without a day come last; an empty text alone would sort before every date.
    return session.scalars(statement.order_by(case((Call.sort == "", 1), else_=0), Call.sort, Call.id)).all()


def list_proposals_of_call(session: Session, call: RecordColumns) -> Sequence[RecordColumns]:
    """List the newest proposals to a call."""
    record_filter = RecordFilter(index_values={CALL_INDEX_KEY: hash_folded_text(call.name)})
    return queries.list_records_page(session, PROPOSALS, record_filter, None, 50)


def list_board_columns(session: Session, year: int | None = None) -> list[BoardColumn]:
    """List the columns of the board, in the order in which a proposal passes them; of all years or of one."""
    figures = ProposalFigures
    conditions = [figures.year == year] if year is not None else []
    stage_counts = select(figures.stage, func.count()).where(*conditions).group_by(figures.stage)
    counts = {stage: count for stage, count in session.execute(stage_counts)}
    newest = select(Proposal).join(figures, figures.proposal == Proposal.id).where(*conditions).limit(CARDS_PER_COLUMN)
    # The index over stage, sort and proposal gives the newest of a stage without sorting the others.
    newest = newest.order_by(figures.sort.desc(), figures.proposal.desc())
    cards = {stage: session.scalars(newest.where(figures.stage == stage)).all() for stage in counts}
    return [BoardColumn(stage, counts.get(stage, 0), cards.get(stage, ())) for stage in rules.STAGES]


def list_year_figures(session: Session) -> list[YearFigures]:
    """List the figures of every year that has a proposal, the oldest first."""
    figures = ProposalFigures
    amounts: Any = select(figures.year, figures.currency, func.sum(figures.cofinancing)).where(
        figures.year.is_not(None), figures.cofinancing.is_not(None)
    )
    money: dict[int, dict[str, Decimal]] = {}
    for year, currency, amount in session.execute(amounts.group_by(figures.year, figures.currency)):
        money.setdefault(year, {})[currency] = Decimal(int(amount)) / 100  # PostgreSQL sums integers to a decimal
    counts = [func.count().filter(column) for column in (figures.presented, figures.chosen, figures.approved)]
    rows: Any = session.execute(select(figures.year, *counts).where(figures.year.is_not(None)).group_by(figures.year))
    return [
        YearFigures(year, presented, chosen, approved, dict(sorted(money.get(year, {}).items())))
        for year, presented, chosen, approved in sorted(rows)
    ]


def list_deadlines(session: Session) -> Sequence[RecordColumns]:
    """List the calls whose last day is known, and the proposals with a next deadline."""
    calls = session.scalars(select(Call).where(func.length(Call.sort) == 10, Call.state != "cancelled")).all()
    due = select(Proposal).where(Proposal.data["deadline"].as_string().is_not(None))
    return [*calls, *session.scalars(due.order_by(Proposal.id))]


def list_closing_calls(session: Session, first_day: date, last_day: date) -> Iterable[DueDate]:
    """List the calls that close from one day to another."""
    # A month sorts before its days; a year alone is no time to plan by.
    is_near = func.length(Call.sort) > 4, Call.sort.between(format_month_code(first_day), str(last_day))
    for row in session.scalars(select(Call).where(*is_near, Call.state != "cancelled")):
        yield from _list_due_date(CALLS, row, row.sort, _("The call closes"), first_day, last_day, "closes")


def list_proposal_deadlines(session: Session, first_day: date, last_day: date) -> Iterable[DueDate]:
    """List the next deadlines, from one day to another, of proposals that wait for a decision."""
    # The deadline is a fact in JSON; only its month stands in the index.
    months = IndexEntry.value.between(format_month_code(first_day), format_month_code(last_day))
    proposal_ids = select(IndexEntry.record).where(
        IndexEntry.register == PROPOSALS.name, IndexEntry.key == "month", months
    )
    for row in session.scalars(select(Proposal).where(Proposal.id.in_(proposal_ids))):
        if "result" not in row.data:
            text = _("Deadline of the proposal")
            yield from _list_due_date(PROPOSALS, row, row.data["deadline"], text, first_day, last_day, "deadline")


def _list_due_date(
    register: Register, row: RecordColumns, part_date: str, text: str, first_day: date, last_day: date, key: str
) -> Iterable[DueDate]:
    """List the one due date of a record, if it lies between two days."""
    day = parse_day_span(part_date)[1]
    if first_day <= day <= last_day:
        yield DueDate(day, register, row, key, text, is_day_known=len(part_date) == 10)


def list_bulletins(session: Session, size: int = 60) -> list[tuple[Bulletin, int, int]]:
    """List the newest bulletins, each with its number of calls and of recipients."""
    # Counted in subqueries: joined with both tables, each bulletin would stand there once for every call and link.
    calls = select(func.count()).where(BulletinCall.bulletin == Bulletin.id).scalar_subquery()
    links = select(func.count()).where(BulletinLink.bulletin == Bulletin.id).scalar_subquery()
    rows = session.execute(select(Bulletin, calls, links).order_by(Bulletin.week.desc()).limit(size))
    return [(bulletin, call_count, recipient_count) for bulletin, call_count, recipient_count in rows]


def get_bulletin(session: Session, bulletin_id: UUID, *, lock: bool = False) -> Bulletin:
    """Get a bulletin; ``lock`` holds it until the end of the transaction. Raises NotFound."""
    stored_bulletin = session.get(Bulletin, bulletin_id, with_for_update=lock or None, populate_existing=lock)
    if stored_bulletin is None:
        raise NotFound(_("Bulletin not found."))
    return stored_bulletin


def list_bulletin_calls(session: Session, bulletin_id: UUID) -> list[tuple[Call, dict[str, Any]]]:
    """List the calls of a bulletin in their order, with the facts as they were sent or, of a draft, as they are."""
    rows = session.execute(
        select(Call, BulletinCall.facts)
        .join(BulletinCall, BulletinCall.call == Call.id)
        .where(BulletinCall.bulletin == bulletin_id)
        .order_by(BulletinCall.place)
    ).all()
    # A sent bulletin keeps the names of its day: a call or an organisation that is renamed later does not change it.
    names = queries.list_organisation_names(session, CALLS, *(call.data for call, facts in rows if not facts))
    return [(call, facts or name_organisations(CALLS, call.data, names)) for call, facts in rows]


def list_recipients_of_week(session: Session, week: str) -> list[Recipient]:
    """List the recipients of a week's bulletin, by name."""
    # The frequency is a fact in JSON, without an index: some dozens of recipients are read and sorted out here.
    frequencies = rules.list_frequencies(week)
    rows = session.scalars(
        select(Recipient).where(Recipient.state == "active").order_by(Recipient.name_key, Recipient.id)
    )
    return [row for row in rows if row.data["frequency"] in frequencies]


def list_recipient_answers(session: Session, calls: Iterable[UUID]) -> dict[UUID, list[RecipientAnswer]]:
    """List, for each call, everybody to whom it was sent, with the answer; those without one first."""
    # A call can stand in the bulletins of several weeks; each recipient is listed once.
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
    answers_by_call: dict[UUID, list[RecipientAnswer]] = {}
    for call, recipient, answer in rows:
        answers_by_call.setdefault(call, []).append(RecipientAnswer(recipient, answer))
    return answers_by_call


def list_answers_of_recipient(session: Session, recipient: UUID, calls: Iterable[UUID]) -> dict[UUID, CallAnswer]:
    """List a recipient's answers by call."""
    rows = session.scalars(
        select(CallAnswer).where(CallAnswer.recipient == recipient, CallAnswer.call.in_(list(calls)))
    )
    return {row.call: row for row in rows}
