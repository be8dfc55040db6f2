"""Writes of the directory that the office makes on the pages. Services take the caller's session and never commit."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.freshness import find_review_day
from attention_point.directory.models import (
    EDITED,
    EmergencyLine,
    Entity,
    Offer,
    Place,
    Point,
    Service,
)
from attention_point.directory.revision import record_change, replace_offers
from attention_point.directory.validation.consistency import (
    OFFERED_BY_NOBODY,
    OFFERED_TWICE,
    UNKNOWN_ENTITY,
    UNKNOWN_SERVICE,
    find_overlapping_offers,
)
from attention_point.directory.validation.contradictions import find_contradictions
from attention_point.directory.validation.differences import list_differences
from attention_point.directory.validation.place_schemas import PointData
from attention_point.directory.validation.schemas import EmergencyLineData, EntityData, OfferData, ServiceWithOffersData
from attention_point.directory.validation.surroundings import describe_surroundings
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Conflict, FieldError, Invalid, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.validation import parse_object

NEEDS_CORRECTING = N_("Nothing was saved: something needs correcting.")
# No page edits them: one is history, and by the others people are protected from the authority that expels.
FIXED_ENTITY_FIELDS = ("desk_2017", "sanctions", "withheld_fields")
# Whoever edits a row confirms it or leaves it unconfirmed: these are no fields of a form.
CONFIRMATION_COLUMNS = ("confirmed_on", "confirmed_by", "review_on")
# What the rules read of a service. A page that does not show them leaves them as they are.
RULE_FIELDS = ("instruments", "applies_if", "suggested_if", "urgent_if", "closed", "advice")
EditedRow = TypeVar("EditedRow", Entity, EmergencyLine, Place, Point, Service)


def add_entity(session: Session, actor: Actor, values: Mapping[str, Any]) -> None:
    """Add an entity. ``values`` are those of ``save_entity`` and ``code``. Raises Invalid."""
    columns = parse_object(EntityData, dict(values)).build_columns()
    row = insert_row(session, Entity(**columns, origin=EDITED, version=1))
    record_change(session, actor, "directory.add", row, list_added_values(columns))


def save_entity(session: Session, actor: Actor, code: str, version: int, values: Mapping[str, Any]) -> None:
    """Save an entity that was edited from ``version``.

    ``values`` have the keys of ``data/entities.yaml`` without ``code`` and those of ``FIXED_ENTITY_FIELDS``. Raises
    NotFound, Invalid (fields by dotted path), and Conflict if ``version`` is not the newest.
    """
    row = lock_row(session, Entity, code)
    fixed_values = {name: getattr(row, name) for name in FIXED_ENTITY_FIELDS}
    columns = parse_object(EntityData, {**values, "code": code, **fixed_values}).build_columns()
    save_changes(
        session, actor, "directory.edit", row, version, columns, {name: getattr(row, name) for name in columns}
    )


def add_service(session: Session, actor: Actor, values: Mapping[str, Any]) -> None:
    """Add a service with its offers. ``values`` are those of ``save_service``, ``code``, ``need`` and ``restricted``.

    Raises Invalid.
    """
    columns, offers = _validate_service(session, values)
    row = insert_row(session, Service(**columns, origin=EDITED, version=1))
    replace_offers(session, columns["code"], offers)
    record_change(session, actor, "directory.add", row, list_added_values({**columns, "offers": offers}))


def save_service(session: Session, actor: Actor, code: str, version: int, values: Mapping[str, Any]) -> None:
    """Save a service and its offers that were edited from ``version``.

    ``values`` have the keys of ``data/services.yaml`` without ``code``, ``need`` and ``restricted``, which never change
    (referrals and rules refer to them), and ``offers``, each without ``service``. Raises NotFound, Invalid, Conflict.
    """
    row = lock_row(session, Service, code)
    fixed_values = {"code": code, "need": row.need, "restricted": row.restricted}
    rule_values = {name: getattr(row, name) for name in RULE_FIELDS if getattr(row, name) is not None}
    columns, offers = _validate_service(session, {**rule_values, **values, **fixed_values})
    stored_offers = _list_stored_offers(session, code)
    stored_values = {**{name: getattr(row, name) for name in columns}, "offers": stored_offers}
    for name in ("instruments", "advice"):
        stored_values[name] = stored_values[name] or []  # a row of an older version has none
    new_values = {**columns, "offers": offers}
    if (
        save_changes(session, actor, "directory.edit", row, version, new_values, stored_values)
        and offers != stored_offers
    ):
        replace_offers(session, code, offers)


def save_point(session: Session, actor: Actor, code: str, version: int, values: Mapping[str, Any]) -> None:
    """Save the settings of an attention point that were edited from ``version``.

    ``values`` have the keys of ``data/points.yaml`` without ``code`` and ``prefix``, which never change: references of
    visits begin with the prefix. Raises NotFound, Invalid, Conflict.
    """
    row = lock_row(session, Point, code)
    columns = parse_object(PointData, {**values, "code": code, "prefix": row.prefix}).build_columns()
    save_changes(
        session, actor, "directory.edit", row, version, columns, {name: getattr(row, name) for name in columns}
    )


def save_line(session: Session, actor: Actor, code: str, version: int, values: Mapping[str, Any]) -> None:
    """Save an emergency line that was edited from ``version``.

    ``values`` have the keys of the lines of ``data/entities.yaml`` without ``code`` and ``confirmed``; instead of it,
    ``confirmed_today`` says whether somebody called the line today. Raises NotFound, Invalid, Conflict.
    """
    row = lock_row(session, EmergencyLine, code)
    input_values = {**values, "code": code}
    is_confirmed_today = bool(input_values.pop("confirmed_today", False))
    columns = parse_object(EmergencyLineData, input_values).build_columns()
    if not queries.list_service_codes(session).issuperset(columns["services"]):
        raise Invalid(_(NEEDS_CORRECTING), (FieldError("services", _(UNKNOWN_SERVICE)),))
    stored_values = {name: getattr(row, name) for name in (*columns, *CONFIRMATION_COLUMNS)}
    if is_confirmed_today:
        columns |= build_confirmation(actor.journal_label, columns["review_on"])
    elif columns["number"] != row.number:
        columns |= dict.fromkeys(CONFIRMATION_COLUMNS)
    else:
        columns |= {name: stored_values[name] for name in ("confirmed_on", "confirmed_by")}
    save_changes(session, actor, "directory.edit", row, version, columns, stored_values)


def build_confirmation(confirmed_by: str, review_on: date | None) -> dict[str, Any]:
    """The columns of a row that was confirmed today. ``confirmed_by`` is the label of an actor."""
    today = clock.today()
    # A day that is past would have the entry go stale at once.
    next_review = review_on if review_on and review_on > today else find_review_day(today)
    return {"confirmed_on": today, "confirmed_by": confirmed_by, "review_on": next_review}


def list_added_values(columns: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The changes of a new row: nothing stood there before. Fields that are empty are left out."""
    return {name: (None, value) for name, value in columns.items() if value not in (None, [], False)}


def insert_row(session: Session, row: EditedRow) -> EditedRow:
    """Add a row. Raises Invalid if its code is taken."""
    # Only the database knows of a code that somebody else adds at this very moment.
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        code_taken = FieldError("code", _("This code is already in the directory."))
        raise Invalid(_(NEEDS_CORRECTING), (code_taken,)) from None
    return row


def lock_row(session: Session, model: type[EditedRow], code: str) -> EditedRow:
    """Read a row and lock it until the transaction ends, so that its version is the newest. Raises NotFound."""
    row = session.get(model, code, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_("The directory has nothing with this code."))
    return row


def _validate_service(session: Session, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The columns of the service and those of its offers."""
    service = parse_object(ServiceWithOffersData, dict(values))
    offers = [OfferData(service=service.code, **dict(offer)) for offer in service.offers]
    entity_codes = queries.list_entity_codes(session)
    errors = [
        FieldError(f"offers.{index}.entity", _(UNKNOWN_ENTITY))
        for index, offer in enumerate(offers)
        if offer.entity not in entity_codes
    ]
    errors += [FieldError(f"offers.{index}.valid_from", _(OFFERED_TWICE)) for index in find_overlapping_offers(offers)]
    if not offers:
        errors.append(FieldError("offers", _(OFFERED_BY_NOBODY)))
    errors += find_contradictions(service, service.offers, describe_surroundings(session, [service]))
    if errors:
        raise Invalid(_(NEEDS_CORRECTING), tuple(errors))
    # The order of ``_list_stored_offers``: the two lists are compared.
    offers.sort(key=lambda offer: (offer.order, offer.entity, offer.valid_from))
    columns = service.build_columns()
    del columns["offers"]
    return columns, [offer.build_columns() for offer in offers]


def _list_stored_offers(session: Session, code: str) -> list[dict[str, Any]]:
    query = select(Offer).where(Offer.service == code).order_by(Offer.order, Offer.entity, Offer.valid_from)
    return [{name: getattr(offer, name) for name in OfferData.model_fields} for offer in session.scalars(query)]


def save_changes(
    session: Session,
    actor: Actor,
    action: str,
    row: EditedRow,
    version: int,
    new_values: Mapping[str, Any],
    stored_values: Mapping[str, Any],
) -> bool:
    """Write the columns that differ. Returns False if none does, even if somebody else has written the same values.

    Raises Conflict if ``version`` is not the newest.
    """
    changes = {name: (stored_values[name], value) for name, value in new_values.items() if stored_values[name] != value}
    if not changes:
        return False
    if row.version != version:
        raise Conflict(
            _("Somebody saved this before you. Your changes are not saved yet."),
            list_differences(new_values, stored_values),
        )
    for name in changes:
        if name != "offers":  # a table of their own
            setattr(row, name, new_values[name])
    row.origin = EDITED
    row.version += 1
    record_change(session, actor, action, row, changes)
    return True
