"""Reading what is waited for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from attention_point.registers.agreements import rules
from attention_point.registers.agreements.models import AgreementAlert
from attention_point.registers.agreements.register import AGREEMENTS, DUE, ENDS
from attention_point.registers.agreements.rules import Deadline
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
    """The deadlines that a notice is given of, past ones too, the earliest first; at most those of so many days."""
    marks = select(Mark.record, Mark.key, Mark.value).where(_near(today)).order_by(Mark.value, Mark.record).limit(most)
    found = session.execute(marks).all()
    rows = by_ids(session, AGREEMENTS, {each.record for each in found})
    return [
        Coming(rows[record], deadline, (deadline.day - today).days)
        for record, key, value in found
        for deadline in rules.deadlines(rows[record].data)
        if deadline.day.isoformat() == value and (DUE if deadline.milestone else ENDS) == key
    ]


def count_coming(session: Session, today: date) -> int:
    """How many agreements wait for a day of the same kind."""
    return session.scalar(select(func.count()).select_from(Mark).where(_near(today))) or 0


def _near(today: date) -> ColumnElement[bool]:
    ends, due = (str(today + timedelta(days=max(DAYS[what]))) for what in ("validity", "milestone"))
    either = or_(and_(Mark.key == ENDS, Mark.value <= ends), and_(Mark.key == DUE, Mark.value <= due))
    return and_(Mark.register == AGREEMENTS.name, either)


def untold(session: Session, today: date) -> list[Coming]:
    """The deadlines whose notice was not given yet."""
    near = coming(session, today)
    told = {_key(each) for each in session.scalars(select(AgreementAlert).where(AgreementAlert.day <= _last(near)))}
    return [each for each in near if (each.row.id, each.deadline.milestone, each.deadline.day, each.notice) not in told]


def _last(near: Sequence[Coming]) -> date:
    return max((each.deadline.day for each in near), default=date.min)


def _key(alert: AgreementAlert) -> tuple[Any, ...]:
    return alert.agreement, alert.milestone, alert.day, alert.days
