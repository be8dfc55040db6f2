"""Reads the deadlines of agreements: ends of validity and milestones that are due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements import rules
from attention_point.registers.agreements.models import AgreementAlert
from attention_point.registers.agreements.register import AGREEMENTS, DUE_MARK, ENDS_MARK
from attention_point.registers.agreements.rules import Deadline
from attention_point.registers.shared.models import IndexEntry, RecordColumns
from attention_point.registers.shared.records.due_dates import DueDate
from attention_point.registers.shared.records.queries import list_records_by_id

# For ``validity`` and for ``milestone``: how many days before the deadline each notice is given.
NOTICE_DAYS: Mapping[str, Sequence[int]] = yaml.safe_load(
    (Path(__file__).with_name("data") / "alerts.yaml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class NearDeadline:
    """A deadline of an agreement; ``days_left`` is below 0 when it has passed."""

    agreement: RecordColumns
    deadline: Deadline
    days_left: int

    @property
    def due_notice(self) -> int | None:
        """The latest notice whose time has come, as its number of days before the deadline."""
        kind = "milestone" if self.deadline.milestone else "validity"
        return rules.find_due_notice(self.days_left, NOTICE_DAYS[kind])


def list_near_deadlines(session: Session, today: date, limit: int | None = None) -> list[NearDeadline]:
    """The deadlines whose first notice is due, past ones too, the earliest first; at most ``limit`` index entries."""
    validity_marks = _list_near_marks(session, ENDS_MARK, "validity", today, limit)
    milestone_marks = _list_near_marks(session, DUE_MARK, "milestone", today, limit)
    marks = sorted([*validity_marks, *milestone_marks])[:limit]
    agreements = list_records_by_id(session, AGREEMENTS, {agreement_id for _day, agreement_id, _key in marks})
    return [
        NearDeadline(agreements[agreement_id], deadline, (deadline.day - today).days)
        for day, agreement_id, key in marks
        for deadline in rules.list_deadlines(agreements[agreement_id].data)
        # One mark may stand for two milestones of the same day.
        if deadline.day.isoformat() == day and (DUE_MARK if deadline.milestone else ENDS_MARK) == key
    ]


def _list_near_marks(
    session: Session, key: str, notice_kind: str, today: date, limit: int | None
) -> list[tuple[str, UUID, str]]:
    """The index entries of a kind whose first notice is due, each as day, agreement and key."""
    # One query a kind: with both keys in one, the database sorts all entries before it takes the first few.
    last = str(today + timedelta(days=max(NOTICE_DAYS[notice_kind])))
    query = select(IndexEntry.value, IndexEntry.record).where(
        IndexEntry.register == AGREEMENTS.name, IndexEntry.key == key, IndexEntry.value <= last
    )
    rows = session.execute(query.order_by(IndexEntry.value, IndexEntry.record).limit(limit))
    return [(value, record, key) for value, record in rows]


def list_due_days(session: Session, first: date, last: date) -> Iterable[DueDate]:
    """The milestones that are due and the ends of validity between two days, both included."""
    # An agreement of any state: its entries have deadlines only while it is not over.
    conditions = (
        IndexEntry.register == AGREEMENTS.name,
        IndexEntry.key.in_((ENDS_MARK, DUE_MARK)),
        IndexEntry.value.between(str(first), str(last)),
    )
    ids = session.scalars(select(IndexEntry.record).where(*conditions).distinct())
    for agreement in list_records_by_id(session, AGREEMENTS, ids).values():
        for deadline in rules.list_deadlines(agreement.data):
            if first <= deadline.day <= last:
                text = _("The validity ends")
                if deadline.milestone:
                    text = _("Milestone due: %(milestone)s", milestone=deadline.milestone)
                yield DueDate(deadline.day, AGREEMENTS, agreement, deadline.milestone, text)


def list_unnotified_deadlines(session: Session, today: date) -> list[NearDeadline]:
    """The near deadlines whose due notice was not given yet."""
    deadlines = list_near_deadlines(session, today)
    last_day = max((near.deadline.day for near in deadlines), default=date.min)
    alerts = session.scalars(select(AgreementAlert).where(AgreementAlert.day <= last_day))
    given_notices = {(alert.agreement, alert.milestone, alert.day, alert.days) for alert in alerts}
    return [
        near
        for near in deadlines
        if (near.agreement.id, near.deadline.milestone, near.deadline.day, near.due_notice) not in given_notices
    ]
