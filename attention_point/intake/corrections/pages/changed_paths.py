"""The visits of a person whose way a correction of what is on file changes: what the agent is told, and must do."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.web import current_actor
from attention_point.foundation.web.transactions import read_session
from attention_point.intake.corrections.pages.decisions import look_for_plan_change
from attention_point.intake.queries import DecryptedVisit, ListedVisit
from attention_point.people.records import DecryptedPerson
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.rules import OPEN_STATES


class ChangedPath(NamedTuple):
    """A visit that takes another way. ``is_to_ask``: the person must say whether she is referred. ``is_to_correct``:
    the visit does not follow until somebody corrects it. Neither: it followed, and its slip is another one.
    """

    visit: DecryptedVisit
    is_to_ask: bool
    is_to_correct: bool


def list_changed_paths(
    session: Session, actor: Actor, person: DecryptedPerson, visits: Iterable[ListedVisit]
) -> list[ChangedPath]:
    """Those of some visits, which the reader may see, that a correction changes: of today, with an open referral or an
    open question.
    """
    if not person.history:
        return []
    own = [visit for visit in visits if isinstance(visit, DecryptedVisit) and visit.person_id == person.id]
    states = referral_queries.list_states_of_visits(session, [visit.id for visit in own])
    open_visits = {visit_id for visit_id, state in states if state in OPEN_STATES}
    return list(_list_paths(session, actor, person, [visit for visit in own if _is_current(visit, open_visits)]))


def build_template_context() -> dict[str, Any]:
    """What the page of a person, which stands beside the corrections, shows of them."""
    return {
        "list_changed_paths": lambda person, visits: list_changed_paths(read_session(), current_actor(), person, visits)
    }


def _is_current(visit: DecryptedVisit, open_visits: Collection[UUID]) -> bool:
    is_of_today = visit.is_of_today or visit.day == clock.today()
    return not visit.is_void and bool(is_of_today or visit.id in open_visits or visit.record.get("undecided"))


def _list_paths(
    session: Session, actor: Actor, person: DecryptedPerson, visits: Iterable[DecryptedVisit]
) -> Iterator[ChangedPath]:
    corrected_at = datetime.fromisoformat(person.history[-1]["until"])
    fingerprints = {entry["fingerprint"] for entry in person.history if "fingerprint" in entry}
    for visit in visits:
        history = visit.record.get("history", ())
        planned_at = visit.changed_at or visit.received_at
        if visit.record.get("undecided"):
            yield ChangedPath(visit, is_to_ask=True, is_to_correct=False)
        elif corrected_at >= planned_at.replace(microsecond=0) and look_for_plan_change(session, actor, visit, {}):
            yield ChangedPath(visit, is_to_ask=False, is_to_correct=True)
        elif history and visit.day == clock.today() and history[-1].get("fingerprint") in fingerprints:
            yield ChangedPath(visit, is_to_ask=False, is_to_correct=False)
