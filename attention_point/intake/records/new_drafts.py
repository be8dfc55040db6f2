"""Which drafts are new, and the answers to those that were recorded before: a tablet may send one again and again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy.orm import Session

from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import Conflict
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.validation import parse_object
from attention_point.foundation.vault import get_vault
from attention_point.intake.api_responses import build_stored_response
from attention_point.intake.draft import LONGEST_WAIT, NOT_AN_OBJECT, StoredWarning, VisitDraft
from attention_point.intake.records.served_turns import Arrivals, add_arrival
from attention_point.intake.records.visit_storage import find_fingerprint
from attention_point.people.records import list_person_differences

# Stored with visits: see the warnings of ``people/rules.py``.
_IMPOSSIBLE_MOMENT = N_(
    "The date that was sent is not possible: the device's clock is wrong. The visit has the date on which it was "
    "received. Correct it if it was another day."
)
_OLD_MOMENT = N_("The date of this visit is more than two years ago. Correct it if the device's clock was wrong.")
_OLD_AFTER = timedelta(days=2 * 365)


@dataclass(frozen=True, slots=True)
class RecordResult:
    """The result of ``record_visit``: the response body, and whether the visit was created (False for a replay, whose
    referrals have the states of now).
    """

    response: Mapping[str, Any]
    created: bool


@dataclass(frozen=True, slots=True)
class NewDraft:
    """A draft that is not recorded yet, with its fields as JSON, the fingerprint of what was sent, and what to tell of
    its moment.
    """

    draft: VisitDraft
    fields: dict[str, Any]
    fingerprint: bytes
    warnings: tuple[StoredWarning, ...]


def split_recorded_drafts(
    session: Session, drafts: Sequence[VisitDraft], arrivals: Arrivals, now: datetime
) -> tuple[list[NewDraft], dict[UUID, RecordResult]]:
    lock_for_transaction(session, *{draft.id for draft in drafts}, *{draft.family for draft in drafts if draft.family})
    new_drafts: list[NewDraft] = []
    replays: dict[UUID, RecordResult] = {}
    for draft in drafts:
        fields = draft.model_dump(mode="json", exclude_none=True)
        # Keyed: without the key, nobody can try out which draft a stored fingerprint belongs to.
        vault, content = get_vault(session), to_json(fields)
        fingerprint = vault.keyed_digest("visit-draft", content)
        stored_fingerprint = find_fingerprint(session, draft.id)
        if stored_fingerprint is None:
            # The fingerprint is of what was sent: a tablet that sends it again need not know the turn's arrival.
            placed_draft, warnings = _place_in_time(draft, now)
            timed_draft = add_arrival(placed_draft, arrivals)
            if timed_draft is not draft:
                fields = timed_draft.model_dump(mode="json", exclude_none=True)
            new_drafts.append(NewDraft(timed_draft, fields, fingerprint, warnings))
        else:
            replays[draft.id] = _replay_visit(
                session, vault.matches_digest("visit-draft", content, stored_fingerprint), draft.id
            )
    return new_drafts, replays


def _replay_visit(session: Session, is_same_draft: bool, visit_id: UUID) -> RecordResult:
    # A tablet that lost the answer on the way sends the same draft again. A different draft under the same id is a
    # program's fault: it must not look as if it had been recorded.
    if not is_same_draft:
        raise Conflict(_("Another visit was recorded under this identifier."), code="id_taken")
    return RecordResult(build_stored_response(session, visit_id), False)


PERSON_CHANGED = "person_changed"
"""The code of the conflict with somebody who changed the same person meanwhile."""


def build_person_conflict(stated_fields: Mapping[str, Any], record: Mapping[str, Any]) -> Conflict:
    """What a draft states of its person and what somebody else wrote meanwhile."""
    return Conflict(
        _("Somebody else changed the details of this person meanwhile. Nothing was saved: compare, and save again."),
        list_person_differences(stated_fields, record),
        code=PERSON_CHANGED,
    )


def _place_in_time(draft: VisitDraft, received_at: datetime) -> tuple[VisitDraft, tuple[StoredWarning, ...]]:
    """The draft with a possible moment, and what to tell of it.

    A moment that cannot be becomes that of the receipt, and the arrival moves along, so that the waiting time stays; an
    arrival that does not go with it is left out. A moment of more than two years ago stays: it may be from old papers.
    """
    if draft.has_possible_moment(received_at):
        is_old = draft.takes_any_moment and received_at - draft.attended_at > _OLD_AFTER
        return draft, (("attended_at", _OLD_MOMENT, {}),) if is_old else ()
    moments: dict[str, str | None] = {"attended_at": received_at.isoformat()}
    if draft.arrived_at:
        wait = draft.attended_at - draft.arrived_at
        is_waiting_time = timedelta(0) <= wait <= LONGEST_WAIT
        moments["arrived_at"] = (received_at - wait).isoformat() if is_waiting_time else None
    fields = draft.model_dump(mode="json", exclude_none=True) | moments
    return parse_object(VisitDraft, fields, NOT_AN_OBJECT), (("attended_at", _IMPOSSIBLE_MOMENT, {}),)
