"""Writes of the directory: what the office edits on the pages. Loading from files is ``loading``. Never commits."""

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.checks import NO_ENTITY, OFFERED_BY_NOBODY, OFFERED_TWICE, clashes
from attention_point.directory.complaints import read_row
from attention_point.directory.differences import differences
from attention_point.directory.loading import bump, load, load_file, load_shipped, replace_offers
from attention_point.directory.models import EDITED, Entity, Offer, Service
from attention_point.directory.reading import EntityData, OfferData, ServiceSheet
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, FieldError, Invalid, NotFound, Refusal

__all__ = [
    "add_entity",
    "add_service",
    "confirm_entity",
    "load",
    "load_file",
    "load_shipped",
    "save_entity",
    "save_service",
]

CORRECT = N_("Nothing was saved: something needs correcting.")
TAKEN = N_("This code is already in the directory.")
CHANGED_BEFORE = N_("Somebody saved this before you. Nothing of yours was saved yet.")
CONTACT = ("address", "hours", "phone")
Edited = TypeVar("Edited", Entity, Service)


def add_entity(session: Session, actor: Actor, values: Mapping[str, Any]) -> None:
    """Add an entity; ``values`` as ``save_entity``, with ``code``. Raises Invalid."""
    data, wanted = _entity(values, None)
    _insert(session, Entity(**wanted, origin=EDITED, version=1))
    _written(session, actor, "directory.add", "entity", data.code, list(wanted))


def save_entity(session: Session, actor: Actor, code: str, version: int, values: Mapping[str, Any]) -> None:
    """Save an entity as edited from ``version``.

    ``values``: the keys of ``data/entities.yaml`` but ``code``, ``desk_2017`` and ``confirmed``; instead of the last,
    ``confirmed_today`` says whether the contact data was confirmed today. Contact data that changes without it is to be
    confirmed again. Raises NotFound, Invalid (fields by dotted path), Conflict (the version is no longer the newest).
    """
    row = _held(session, Entity, code)
    _data, wanted = _entity({**values, "code": code, "desk_2017": row.desk_2017}, row)
    _save(session, actor, row, version, wanted, {name: getattr(row, name) for name in wanted})


def confirm_entity(session: Session, actor: Actor, code: str, version: int) -> None:
    """Note that the contact data shown in ``version`` was confirmed today. Raises NotFound, Refusal, Conflict."""
    row = _held(session, Entity, code)
    if row.version != version:
        raise Conflict(_("The data changed while you were looking at it. Look at it again before you confirm it."))
    if not any(getattr(row, name) for name in CONTACT):
        raise Refusal(_("There is no address, hours or telephone to confirm yet."))
    row.confirmed_on, row.origin = clock.today(), EDITED
    row.version += 1
    _written(session, actor, "directory.confirm", "entity", code, ["confirmed_on"])


def add_service(session: Session, actor: Actor, values: Mapping[str, Any]) -> None:
    """Add a service with its offers; ``values`` as ``save_service``, with the three that it leaves out."""
    code, wanted = _service(session, values)
    offers = wanted.pop("offers")
    _insert(session, Service(**wanted, origin=EDITED, version=1))
    replace_offers(session, code, offers)
    _written(session, actor, "directory.add", "service", code, [*wanted, "offers"])


def save_service(session: Session, actor: Actor, code: str, version: int, values: Mapping[str, Any]) -> None:
    """Save a service and its offers as edited from ``version``.

    ``values``: the keys of ``data/services.yaml`` but ``code``, ``need`` and ``restricted``, which stay as they were
    added, and ``offers``, each without ``service``. Raises NotFound, Invalid, Conflict.
    """
    row = _held(session, Service, code)
    fixed = {"code": code, "need": row.need, "restricted": row.restricted}
    _code, wanted = _service(session, {**values, **fixed})
    standing = {name: getattr(row, name) for name in wanted if name != "offers"}
    standing["offers"] = _standing_offers(session, code)
    offers = wanted["offers"]
    if _save(session, actor, row, version, wanted, standing) and offers != standing["offers"]:
        replace_offers(session, code, offers)


def _insert(session: Session, row: Entity | Service) -> None:
    """Add a row; raises Invalid where the code is taken, even by somebody who adds it at this very moment."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Invalid(_(CORRECT), (FieldError("code", _(TAKEN)),)) from None


def _held(session: Session, model: type[Edited], code: str) -> Edited:
    """The row, held until the end of the transaction, so that the version just read is the newest."""
    row = session.get(model, code, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_("The directory has nothing with this code."))
    return row


def _entity(values: Mapping[str, Any], row: Entity | None) -> tuple[EntityData, dict[str, Any]]:
    typed = dict(values)
    confirmed_today = bool(typed.pop("confirmed_today", False))
    data = read_row(EntityData, typed)
    wanted = data.columns()
    contact = {name: wanted[name] for name in CONTACT}
    if confirmed_today and not any(contact.values()):
        sentence = _("There is no address, hours or telephone to confirm yet.")
        raise Invalid(_(CORRECT), (FieldError("confirmed_today", sentence),))
    unchanged = row is not None and all(getattr(row, name) == value for name, value in contact.items())
    wanted["confirmed_on"] = clock.today() if confirmed_today else row.confirmed_on if row and unchanged else None
    return data, wanted


def _service(session: Session, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    sheet = read_row(ServiceSheet, values)
    offers = [OfferData(service=sheet.code, **dict(offer)) for offer in sheet.offers]
    known = queries.entity_codes(session)
    errors = [
        FieldError(f"offers.{place}.entity", _(NO_ENTITY))
        for place, offer in enumerate(offers)
        if offer.entity not in known
    ]
    errors += [FieldError(f"offers.{place}.valid_from", _(OFFERED_TWICE)) for place in clashes(offers)]
    if not offers:
        errors.append(FieldError("offers", _(OFFERED_BY_NOBODY)))
    if errors:
        raise Invalid(_(CORRECT), tuple(errors))
    offers.sort(key=lambda offer: (offer.order, offer.entity, offer.valid_from))
    return sheet.code, {**sheet.columns(), "offers": [offer.columns() for offer in offers]}


def _standing_offers(session: Session, code: str) -> list[dict[str, Any]]:
    """The service's offers as ``OfferData.columns`` gives them, in the same order."""
    chosen = select(Offer).where(Offer.service == code)
    found = session.scalars(chosen.order_by(Offer.order, Offer.entity, Offer.valid_from))
    return [{name: getattr(offer, name) for name in OfferData.model_fields} for offer in found]


def _save(
    session: Session,
    actor: Actor,
    row: Edited,
    version: int,
    wanted: Mapping[str, Any],
    standing: Mapping[str, Any],
) -> bool:
    """Write what differs; False when nothing does, even where somebody else wrote the same before."""
    changed = [name for name, value in wanted.items() if standing[name] != value]
    if not changed:
        return False
    if row.version != version:
        raise Conflict(_(CHANGED_BEFORE), differences(wanted, standing))
    for name in changed:
        if name != "offers":
            setattr(row, name, wanted[name])
    row.origin = EDITED
    row.version += 1
    _written(session, actor, "directory.edit", row.__tablename__.removeprefix("directory_"), row.code, changed)
    return True


def _written(session: Session, actor: Actor, action: str, subject: str, code: str, fields: list[str]) -> None:
    bump(session)
    journal.record(session, actor, action, subject, code, fields=sorted(fields))
