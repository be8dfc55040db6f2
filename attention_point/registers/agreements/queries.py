"""Reading what is waited for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements import rules
from attention_point.registers.agreements.models import AgreementAlert
from attention_point.registers.agreements.register import AGREEMENTS, DUE, ENDS
from attention_point.registers.agreements.rules import Deadline
from attention_point.registers.shared.dates import Due
from attention_point.registers.shared.models import Mark, RecordColumns
from attention_point.registers.shared.queries import by_ids

DAYS: Mapping[str, Sequence[int]] = yaml.safe_load(
    (Path(__file__).with_name("data") / "alerts.yaml").read_text(encoding="utf-8")
)
"""``validity`` and ``milestone``: how many days before a notice is given."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A deadline of an agreement; ``left`` days from today, fewer than 0 when it has passed."""

    row: RecordColumns
    deadline: Deadline
    left: int

    @property
    def notice(self) -> int | None:
        """The notice that its time has come for, in days before."""
        return rules.reached(self.left, DAYS["milestone" if self.deadline.milestone else "validity"])


def coming(session: Session, today: date, most: int | None = None) -> list[Coming]:
    """The deadlines whose first notice is due, past ones too, the earliest first; of no more than ``most`` days."""
    near = sorted((*_near(session, ENDS, "validity", today, most), *_near(session, DUE, "milestone", today, most)))
    rows = by_ids(session, AGREEMENTS, {record for _day, record, _key in near[:most]})
    return [
        Coming(rows[record], deadline, (deadline.day - today).days)
        for day, record, key in near[:most]
        for deadline in rules.deadlines(rows[record].data)
        if deadline.day.isoformat() == day and (DUE if deadline.milestone else ENDS) == key
    ]


def _near(session: Session, key: str, what: str, today: date, most: int | None) -> list[tuple[str, UUID, str]]:
    """The marks of a kind up to its first notice, read along the index: one kind at a time, so that few are read."""
    last = str(today + timedelta(days=max(DAYS[what])))
    chosen = select(Mark.value, Mark.record).where(
        Mark.register == AGREEMENTS.name, Mark.key == key, Mark.value <= last
    )
    rows = session.execute(chosen.order_by(Mark.value, Mark.record).limit(most))
    return [(value, record, key) for value, record in rows]


def due_days(session: Session, first: date, last: date) -> Iterable[Due]:
    """The milestones that are due, and the agreements whose validity ends, from a day to another."""
    own = Mark.register == AGREEMENTS.name, Mark.key.in_((ENDS, DUE)), Mark.value.between(str(first), str(last))
    ids = session.scalars(select(Mark.record).where(*own).distinct())
    for row in by_ids(session, AGREEMENTS, ids).values():
        for each in rules.deadlines(row.data):
            if first <= each.day <= last:
                due = _("Milestone due: %(milestone)s", milestone=each.milestone)
                yield Due(each.day, AGREEMENTS, row, each.milestone, due if each.milestone else _("The validity ends"))


def untold(session: Session, today: date) -> list[Coming]:
    """The deadlines whose notice was not given yet."""
    near = coming(session, today)
    told = {_key(each) for each in session.scalars(select(AgreementAlert).where(AgreementAlert.day <= _last(near)))}
    return [each for each in near if (each.row.id, each.deadline.milestone, each.deadline.day, each.notice) not in told]


def _last(near: Sequence[Coming]) -> date:
    return max((each.deadline.day for each in near), default=date.min)


def _key(alert: AgreementAlert) -> tuple[Any, ...]:
    return alert.agreement, alert.milestone, alert.day, alert.days
