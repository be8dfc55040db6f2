"""Writes of places. Services take the caller's session and never commit."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.models import EDITED, Place
from attention_point.directory.revision import record_change
from attention_point.directory.services import (
    CONFIRMATION_COLUMNS,
    NEEDS_CORRECTING,
    build_confirmation,
    insert_row,
    list_added_values,
    lock_row,
    save_changes,
)
from attention_point.directory.validation.consistency import UNKNOWN_ENTITY, UNKNOWN_SERVICE
from attention_point.directory.validation.place_schemas import PlaceData
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import AppError, Conflict, FieldError, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.validation import parse_object

NOTHING_TO_CONFIRM = N_("There is nothing to confirm yet: write the address, the hours or a telephone.")
# Not what a visitor relies on: a change of these leaves a confirmation as it is.
_INNER_COLUMNS = frozenset({"order", "source", "verified", "valid_from", "valid_to", "services", "review_on"})


def add_place(
    session: Session,
    actor: Actor,
    entity: str,
    values: Mapping[str, Any],
    action: str = "directory.add",
    confirmed_by: str | None = None,
    place_id: str | None = None,
) -> str:
    """Add a place of an entity and return its id, a new one unless one is given. Raises Invalid.

    The other arguments are those of ``save_place``.
    """
    columns = validate_place(session, {**values, "id": place_id or str(new_id()), "entity": entity})
    if columns.pop("confirmed_today"):
        columns |= build_confirmation(confirmed_by or actor.journal_label, columns.get("review_on"))
    row = insert_row(session, Place(**columns, origin=EDITED, version=1))
    record_change(session, actor, action, row, list_added_values(columns))
    return row.id


def save_place(
    session: Session,
    actor: Actor,
    place_id: str,
    version: int,
    values: Mapping[str, Any],
    action: str = "directory.edit",
    confirmed_by: str | None = None,
) -> bool:
    """Save a place that was edited from ``version``; False if nothing changed.

    ``values`` have the keys of ``data/places.yaml`` without ``id``, ``entity`` and ``confirmed``. Instead of
    ``confirmed``, ``confirmed_today`` says whether the place was confirmed with the entity today; what a visitor relies
    on must be confirmed again if it changes without it. ``confirmed_by`` is the label of who confirmed it, if not the
    actor; ``action`` is that of the journal. Raises NotFound, Invalid (fields by dotted path), and Conflict
    if ``version`` is not the newest.
    """
    row = lock_row(session, Place, place_id)
    columns = validate_place(session, {**values, "id": place_id, "entity": row.entity})
    is_confirmed_today = columns.pop("confirmed_today")
    stored_values = {name: getattr(row, name) for name in (*columns, *CONFIRMATION_COLUMNS)}
    if is_confirmed_today:
        columns |= build_confirmation(confirmed_by or actor.journal_label, columns.get("review_on"))
    elif any(stored_values[name] != value for name, value in columns.items() if name not in _INNER_COLUMNS):
        columns |= dict.fromkeys(CONFIRMATION_COLUMNS)
    return save_changes(session, actor, action, row, version, columns, stored_values)


def confirm_place(session: Session, actor: Actor, place_id: str, version: int) -> None:
    """Note that the place shown in ``version`` was confirmed today. Raises NotFound, Conflict or AppError."""
    row = lock_row(session, Place, place_id)
    if row.version != version:
        raise Conflict(_("The data changed while you were looking at it. Look at it again before you confirm it."))
    place = queries.find_place(session, place_id)
    if place is None or not place.has_contact:
        raise AppError(_(NOTHING_TO_CONFIRM))
    confirmation = build_confirmation(actor.journal_label, None)
    changes = {name: (getattr(row, name), value) for name, value in confirmation.items()}
    for name, value in confirmation.items():
        setattr(row, name, value)
    # ``EDITED``: a later load of the files must not undo what was confirmed.
    row.origin = EDITED
    row.version += 1
    record_change(session, actor, "directory.confirm", row, changes)


def validate_place(session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a place without who confirmed it, and ``confirmed_today``. Raises Invalid."""
    input_values = dict(values)
    is_confirmed_today = bool(input_values.pop("confirmed_today", False))
    place = parse_object(PlaceData, input_values)
    errors = []
    if place.entity not in queries.list_entity_codes(session):
        errors.append(FieldError("entity", _(UNKNOWN_ENTITY)))
    if not queries.list_service_codes(session).issuperset(place.services):
        errors.append(FieldError("services", _(UNKNOWN_SERVICE)))
    if is_confirmed_today and not (place.address or place.hours or place.hours_note or place.phone or place.whatsapp):
        errors.append(FieldError("confirmed_today", _(NOTHING_TO_CONFIRM)))
    if errors:
        raise Invalid(_(NEEDS_CORRECTING), tuple(errors))
    columns = place.build_columns()
    review_on = columns["review_on"]
    columns = {name: value for name, value in columns.items() if name not in CONFIRMATION_COLUMNS}
    return {**columns, **({"review_on": review_on} if review_on else {}), "confirmed_today": is_confirmed_today}
