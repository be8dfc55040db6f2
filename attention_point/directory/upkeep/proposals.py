"""What entities propose to change in their own places, and what the office decides. Services never commit."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.models import Place, Proposal
from attention_point.directory.places.services import add_place, save_place, validate_place
from attention_point.directory.revision import build_json_value
from attention_point.directory.services import NEEDS_CORRECTING
from attention_point.directory.validation.place_schemas import PlaceData
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import AppError, Conflict, FieldError, Invalid, NotFound
from attention_point.foundation.language import gettext as _

OPEN, APPROVED, REFUSED, WITHDRAWN = "open", "approved", "refused", "withdrawn"
MAX_REASON_LETTERS = 400
MAX_NEW_PLACES = 20  # of one entity that wait for the office: nobody fills the page of all others
# The office decides on these; a proposal leaves them as they are.
_OFFICE_COLUMNS = frozenset({"id", "entity", "order", "source", "verified", "review_on", "confirmed_today"})


def propose_place(
    session: Session, actor: Actor, place_id: str | None, version: int, values: Mapping[str, Any]
) -> Proposal:
    """Keep what an entity's account would have its place say; ``place_id`` None is a new place.

    ``values`` are those of ``save_place``. It takes the place of an open proposal for the same place. Raises Invalid,
    NotFound if the place is not the entity's own, and AppError if nothing would change.
    """
    entity = _require_entity(actor)
    place = queries.find_place(session, place_id) if place_id else None
    if place_id and (place is None or place.entity != entity):
        raise NotFound(_("The directory has nothing with this code."))
    columns = validate_place(session, {**values, "id": place_id or "new-place", "entity": entity})
    content = {name: value for name, value in build_json_value(columns).items() if name not in _OFFICE_COLUMNS}
    if place_id and content == _read_content(session, place_id):
        raise AppError(_("Nothing is different from what the directory says. If it is right, confirm it."))
    if place and version != place.version:
        raise Conflict(_("The office changed this place while you were writing. Look at it again."))
    if place_id:
        _withdraw_open_proposals(session, actor, place_id)
    elif _count_new_places(session, entity) >= MAX_NEW_PLACES:
        raise AppError(_("The office has not decided yet on your other new places. Wait for it, or write to it."))
    proposal = Proposal(
        entity=entity,
        place=place_id,
        version=place.version if place else 0,
        content=content,
        state=OPEN,
        proposed_at=clock.now(),
        proposed_by=actor.journal_label,
    )
    session.add(proposal)
    session.flush()
    journal.record(session, actor, "directory.propose", "proposal", proposal.id, entity=entity)
    return proposal


def approve_proposal(session: Session, actor: Actor, proposal_id: UUID, version: int) -> str:
    """Write what was proposed into the place, confirmed by the entity, and return the place's id.

    ``version`` is that of the place beside which the office saw the proposal (0: a new place). Raises NotFound,
    Conflict if the place has changed since or somebody has decided, and Invalid if it is no longer valid.
    """
    proposal = _lock_open_proposal(session, proposal_id)
    values: dict[str, Any] = {**proposal.content, "confirmed_today": True}
    confirmed_by = proposal.proposed_by
    if proposal.place is None:
        others = queries.get_directory(session).places.get(proposal.entity, ())
        values["order"] = max((place.order for place in others), default=0) + 1
        place_id = add_place(
            session, actor, proposal.entity, values, "directory.approve", confirmed_by=proposal.proposed_by
        )
    else:
        place_id = proposal.place
        row = queries.find_place(session, place_id)
        if row is None or row.version != version:
            raise Conflict(_("The place changed while you were looking at it. Look at the differences again."))
        values |= {"order": row.order, "source": row.source, "verified": row.verified}
        save_place(session, actor, place_id, version, values, "directory.approve", confirmed_by=confirmed_by)
    _close_proposal(session, actor, proposal, APPROVED, None)
    return place_id


def refuse_proposal(session: Session, actor: Actor, proposal_id: UUID, reason: str) -> None:
    """Leave the place as it is. The entity reads the reason. Raises NotFound, Conflict, Invalid without a reason."""
    proposal = _lock_open_proposal(session, proposal_id)
    if not reason:
        raise Invalid(_(NEEDS_CORRECTING), (FieldError("reason", _("Write why, so that the entity knows.")),))
    if len(reason) > MAX_REASON_LETTERS:
        message = _("At most %(count)s letters.", count=MAX_REASON_LETTERS)
        raise Invalid(_(NEEDS_CORRECTING), (FieldError("reason", message),))
    _close_proposal(session, actor, proposal, REFUSED, reason)


def list_open_proposals(session: Session) -> list[Proposal]:
    """The proposals that wait for the office, the oldest first."""
    return list(session.scalars(select(Proposal).where(Proposal.state == OPEN).order_by(Proposal.proposed_at)))


def count_open_proposals(session: Session) -> int:
    """How many proposals wait for the office."""
    return session.scalar(select(func.count()).select_from(Proposal).where(Proposal.state == OPEN)) or 0


def list_entity_proposals(session: Session, entity: str) -> list[Proposal]:
    """The latest proposals of an entity, the newest first."""
    query = select(Proposal).where(Proposal.entity == entity).order_by(Proposal.proposed_at.desc(), Proposal.id.desc())
    return list(session.scalars(query.limit(20)))


def get_proposal(session: Session, proposal_id: UUID) -> Proposal:
    """A proposal by its id. Raises NotFound."""
    proposal = session.get(Proposal, proposal_id)
    if proposal is None:
        raise NotFound(_("The directory has no such proposal."))
    return proposal


def list_proposed_changes(session: Session, proposal: Proposal) -> dict[str, tuple[Any, Any]]:
    """The values of the place now and as proposed, by field, where they differ."""
    current = _read_content(session, proposal.place) if proposal.place else {}
    return {
        name: (current.get(name), value)
        for name, value in proposal.content.items()
        if value != current.get(name) and (value or current.get(name))
    }


def _require_entity(actor: Actor) -> str:
    if actor.entity is None:
        raise AppError(_("This account belongs to no entity."))
    return actor.entity


def _count_new_places(session: Session, entity: str) -> int:
    query = select(func.count()).select_from(Proposal)
    return session.scalar(query.where(Proposal.entity == entity, Proposal.place.is_(None), Proposal.state == OPEN)) or 0


def _withdraw_open_proposals(session: Session, actor: Actor, place_id: str) -> None:
    open_proposals = select(Proposal).where(Proposal.place == place_id, Proposal.state == OPEN).with_for_update()
    for proposal in session.scalars(open_proposals):
        proposal.state, proposal.decided_at, proposal.decided_by = WITHDRAWN, clock.now(), actor.journal_label


def _read_content(session: Session, place_id: str) -> dict[str, Any]:
    row = session.get(Place, place_id)
    if row is None:
        return {}
    names = set(PlaceData.model_fields) - _OFFICE_COLUMNS - {"confirmed"}
    return {name: build_json_value(getattr(row, name)) for name in names}


def _lock_open_proposal(session: Session, proposal_id: UUID) -> Proposal:
    proposal = session.get(Proposal, proposal_id, with_for_update=True, populate_existing=True)
    if proposal is None:
        raise NotFound(_("The directory has no such proposal."))
    if proposal.state != OPEN:
        raise Conflict(_("Somebody has already decided on this proposal."))
    return proposal


def _close_proposal(session: Session, actor: Actor, proposal: Proposal, state: str, reason: str | None) -> None:
    proposal.state, proposal.reason = state, reason
    proposal.decided_at, proposal.decided_by = clock.now(), actor.journal_label
    action = "directory.accept" if state == APPROVED else "directory.refuse"
    journal.record(session, actor, action, "proposal", proposal.id, entity=proposal.entity)
