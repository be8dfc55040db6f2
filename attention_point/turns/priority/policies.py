"""The dated policies of a point: which one is in force on a day, proposing one, and switching it on."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, FieldError, Invalid, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.turns.priority.models import TurnPolicy
from attention_point.turns.priority.policy_data import list_policy_fields, parse_policy
from attention_point.turns.priority.rules import DEFAULT_POLICY, Policy

log = structlog.get_logger("turns")
DAY_IS_PAST = N_("Choose today or a later day.")


def find_policy(session: Session, point: str, day: date) -> Policy:
    """Return the policy of a point on a day; the default one where none was switched on, or one that cannot be used."""
    entry = find_entry(session, point, day)
    try:
        return parse_policy(entry.content) if entry else DEFAULT_POLICY
    except Invalid:
        # Whoever damages a row, or an older release that allowed more, must not keep the room from being called.
        log.warning("policy cannot be used", point=point)
        return DEFAULT_POLICY


def find_entry(session: Session, point: str, day: date) -> TurnPolicy | None:
    """Return the entry that is in force at a point on a day, or None."""
    query = (
        select(TurnPolicy)
        .where(TurnPolicy.point == point, TurnPolicy.valid_from <= day, TurnPolicy.switched_on_at.is_not(None))
        # Of two for the same day, whoever switched one on later meant to replace the other.
        .order_by(TurnPolicy.valid_from.desc(), TurnPolicy.switched_on_at.desc(), TurnPolicy.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def list_entries(session: Session, point: str) -> Sequence[TurnPolicy]:
    """List all entries of a point, proposals too, the latest first day first."""
    query = select(TurnPolicy).where(TurnPolicy.point == point)
    return session.scalars(query.order_by(TurnPolicy.valid_from.desc(), TurnPolicy.created_at.desc())).all()


def read_entry(session: Session, policy_id: UUID, *, lock: bool = False) -> TurnPolicy:
    """Return an entry. Raises NotFound."""
    # Locked where it changes, or one of two supervisors could discard what the other switches on.
    entry = session.get(TurnPolicy, policy_id, with_for_update=lock or None, populate_existing=lock)
    if entry is None:
        raise NotFound(_("This policy does not exist. Perhaps somebody discarded it."))
    return entry


def propose_policy(
    session: Session, actor: Actor, point: str, valid_from: date | None, content: Mapping[str, Any]
) -> TurnPolicy:
    """Store a policy that nobody uses until it is switched on. Raises Invalid, which names each wrong field."""
    # All faults are told at once, so that nobody corrects one and meets the next.
    errors: list[FieldError] = []
    if directory_queries.find_point(session, point) is None:
        errors.append(FieldError("point", _("There is no point with this code. Choose one from the list.")))
    if valid_from is None or valid_from < clock.today():
        errors.append(FieldError("valid_from", _(DAY_IS_PAST)))
    policy = DEFAULT_POLICY
    try:
        policy = parse_policy(dict(content))
    except Invalid as error:
        errors += error.field_errors
    if errors or valid_from is None:
        raise Invalid(_("Nothing was saved: something needs correcting."), tuple(errors))
    entry = TurnPolicy(
        id=new_id(),
        point=point,
        valid_from=valid_from,
        content=list_policy_fields(policy),
        author=actor.journal_label,
        created_at=clock.now(),
    )
    session.add(entry)
    session.flush()
    journal.record(session, actor, "turn_policy.propose", "turn_policy", entry.id, point=point)
    return entry


def switch_on_policy(session: Session, actor: Actor, policy_id: UUID, simulated_on: str) -> TurnPolicy:
    """Let a proposal be in force from its first day. Sent again, it changes nothing.

    ``simulated_on`` is the day on which its simulation was seen, ``YYYY-MM-DD`` or ``example``, for the journal.

    Raises NotFound, and Conflict once its first day has passed: turns of that day were called otherwise.
    """
    entry = read_entry(session, policy_id, lock=True)
    if entry.switched_on_at is None:
        # A first day in the past would say that turns were called by a policy that nobody had.
        if entry.valid_from < clock.today():
            raise Conflict(_("The first day of this policy has passed. Change its first day, and try again."))
        entry.switched_on_at = clock.now()
        session.flush()
        journal.record(
            session,
            actor,
            "turn_policy.switch_on",
            "turn_policy",
            entry.id,
            point=entry.point,
            valid_from=entry.valid_from.isoformat(),
            simulated=simulated_on,
        )
    return entry


def discard_policy(session: Session, actor: Actor, policy_id: UUID) -> str:
    """Delete a proposal, and return its point. Raises NotFound, and Conflict for a policy that was switched on."""
    entry = read_entry(session, policy_id, lock=True)
    if entry.switched_on_at is not None:
        raise Conflict(_("This policy was switched on already. Propose another one from a later day."))
    session.delete(entry)
    session.flush()
    journal.record(session, actor, "turn_policy.discard", "turn_policy", policy_id, point=entry.point)
    return entry.point
