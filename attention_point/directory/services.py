"""Writes of the directory that the office makes on the pages. Services take the caller's session and never commit."""

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.models import EDITED, Entity, Offer, Point, Service
from attention_point.directory.revision import increase_revision, replace_offers
from attention_point.directory.validation.consistency import (
    OFFERED_BY_NOBODY,
    OFFERED_TWICE,
    UNKNOWN_ENTITY,
    find_overlapping_offers,
)
from attention_point.directory.validation.contradictions import describe_surroundings, find_contradictions
from attention_point.directory.validation.differences import list_differences
from attention_point.directory.validation.schemas import EntityData, OfferData, PointData, ServiceWithOffersData
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import AppError, Conflict, FieldError, Invalid, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.validation import parse_object

NEEDS_CORRECTING = N_("Nothing was saved: something needs correcting.")
NOTHING_TO_CONFIRM = N_("There is no address, hours or telephone to confirm yet.")
# No page edits them: one is history, and by the others people are protected from the authority that expels.
FIXED_ENTITY_FIELDS = ("desk_2017", "sanctions", "withheld_fields")
CONTACT_FIELDS = ("address", "hours", "phone")
# What the rules read of a service. A page that does not show them leaves them as they are.
RULE_FIELDS = ("instruments", "applies_if", "suggested_if", "urgent_if", "closed", "advice")
EditedRow = TypeVar("EditedRow", Entity, Service, Point)


def add_entity(session: Session, actor: Actor, values: Mapping[str, Any]) -> None:
    """Add an entity. ``values`` are those of ``save_entity`` and ``code``. Raises Invalid."""
    columns = _validate_entity(values, None)
    _insert_row(session, Entity(**columns, origin=EDITED, version=1))
    _record_change(session, actor, "directory.add", "entity", columns["code"], list(columns))


def save_entity(session: Session, actor: Actor, code: str, version: int, values: Mapping[str, Any]) -> None:
    """Save an entity that was edited from ``version``.

    ``values`` have the keys of ``data/entities.yaml`` without ``code``, ``confirmed`` and those of
    ``FIXED_ENTITY_FIELDS``. Instead of ``confirmed``, ``confirmed_today`` says whether the office confirmed the contact
    data today; contact data that changes without it must be confirmed again. Raises NotFound, Invalid (fields by dotted
    path), and Conflict if ``version`` is not the newest.
    """
    row = _lock_row(session, Entity, code)
    fixed_values = {name: getattr(row, name) for name in FIXED_ENTITY_FIELDS}
    columns = _validate_entity({**values, "code": code, **fixed_values}, row)
    _save_changes(session, actor, row, version, columns, {name: getattr(row, name) for name in columns})


def confirm_entity(session: Session, actor: Actor, code: str, version: int) -> None:
    """Note that the contact data shown in ``version`` was confirmed today. Raises NotFound, Conflict or AppError."""
    row = _lock_row(session, Entity, code)
    if row.version != version:
        raise Conflict(_("The data changed while you were looking at it. Look at it again before you confirm it."))
    if not any(getattr(row, name) for name in CONTACT_FIELDS):
        raise AppError(_(NOTHING_TO_CONFIRM))
    # ``EDITED``: a later load of the files must not undo what the office has confirmed.
    row.confirmed_on, row.origin = clock.today(), EDITED
    row.version += 1
    _record_change(session, actor, "directory.confirm", "entity", code, ["confirmed_on"])


def add_service(session: Session, actor: Actor, values: Mapping[str, Any]) -> None:
    """Add a service with its offers. ``values`` are those of ``save_service``, ``code``, ``need`` and ``restricted``.

    Raises Invalid.
    """
    columns, offers = _validate_service(session, values)
    _insert_row(session, Service(**columns, origin=EDITED, version=1))
    replace_offers(session, columns["code"], offers)
    _record_change(session, actor, "directory.add", "service", columns["code"], [*columns, "offers"])


def save_service(session: Session, actor: Actor, code: str, version: int, values: Mapping[str, Any]) -> None:
    """Save a service and its offers that were edited from ``version``.

    ``values`` have the keys of ``data/services.yaml`` without ``code``, ``need`` and ``restricted``, which never change
    (referrals and rules refer to them), and ``offers``, each without ``service``. Raises NotFound, Invalid, Conflict.
    """
    row = _lock_row(session, Service, code)
    fixed_values = {"code": code, "need": row.need, "restricted": row.restricted}
    rule_values = {name: getattr(row, name) for name in RULE_FIELDS if getattr(row, name) is not None}
    columns, offers = _validate_service(session, {**rule_values, **values, **fixed_values})
    stored_offers = _list_stored_offers(session, code)
    stored_values = {**{name: getattr(row, name) for name in columns}, "offers": stored_offers}
    for name in ("instruments", "advice"):
        stored_values[name] = stored_values[name] or []  # a row of an older version has none
    new_values = {**columns, "offers": offers}
    if _save_changes(session, actor, row, version, new_values, stored_values) and offers != stored_offers:
        replace_offers(session, code, offers)


def save_point(session: Session, actor: Actor, code: str, version: int, values: Mapping[str, Any]) -> None:
    """Save the settings of an attention point that were edited from ``version``.

    ``values`` have the keys of ``data/points.yaml`` without ``code`` and ``prefix``, which never change: references of
    visits begin with the prefix. Raises NotFound, Invalid, Conflict.
    """
    row = _lock_row(session, Point, code)
    columns = parse_object(PointData, {**values, "code": code, "prefix": row.prefix}).build_columns()
    _save_changes(session, actor, row, version, columns, {name: getattr(row, name) for name in columns})


def _insert_row(session: Session, row: Entity | Service) -> None:
    # Only the database knows of a code that somebody else adds at this very moment.
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        code_taken = FieldError("code", _("This code is already in the directory."))
        raise Invalid(_(NEEDS_CORRECTING), (code_taken,)) from None


def _lock_row(session: Session, model: type[EditedRow], code: str) -> EditedRow:
    """Read a row and lock it until the transaction ends, so that its version is the newest. Raises NotFound."""
    row = session.get(model, code, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_("The directory has nothing with this code."))
    return row


def _validate_entity(values: Mapping[str, Any], row: Entity | None) -> dict[str, Any]:
    input_values = dict(values)
    confirmed_today = bool(input_values.pop("confirmed_today", False))
    columns = parse_object(EntityData, input_values).build_columns()
    contact = {name: columns[name] for name in CONTACT_FIELDS}
    if confirmed_today and not any(contact.values()):
        raise Invalid(_(NEEDS_CORRECTING), (FieldError("confirmed_today", _(NOTHING_TO_CONFIRM)),))
    # Contact data that changes without being confirmed is unconfirmed, however fresh the confirmation before it was.
    is_unchanged = row is not None and all(getattr(row, name) == value for name, value in contact.items())
    columns["confirmed_on"] = clock.today() if confirmed_today else row.confirmed_on if row and is_unchanged else None
    return columns


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


def _save_changes(
    session: Session,
    actor: Actor,
    row: EditedRow,
    version: int,
    new_values: Mapping[str, Any],
    stored_values: Mapping[str, Any],
) -> bool:
    """Write the columns that differ. Returns False if none does, even if somebody else has written the same values."""
    changed = [name for name, value in new_values.items() if stored_values[name] != value]
    if not changed:
        return False
    if row.version != version:
        raise Conflict(
            _("Somebody saved this before you. Your changes are not saved yet."),
            list_differences(new_values, stored_values),
        )
    for name in changed:
        if name != "offers":  # a table of their own
            setattr(row, name, new_values[name])
    row.origin = EDITED
    row.version += 1
    _record_change(session, actor, "directory.edit", row.__tablename__.removeprefix("directory_"), row.code, changed)
    return True


def _record_change(session: Session, actor: Actor, action: str, subject: str, code: str, fields: list[str]) -> None:
    increase_revision(session)
    journal.record(session, actor, action, subject, code, fields=sorted(fields))
