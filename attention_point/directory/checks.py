"""What one row alone does not show: codes twice or unknown, offers that overlap, services that nobody offers."""

import hashlib
import json
from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from attention_point.directory import queries, rules
from attention_point.directory.reading import ConsentData, DirectoryFile, OfferData
from attention_point.directory.rows import ServiceOffer
from attention_point.foundation import clock
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError

NO_ENTITY = N_("The directory has no entity with this code.")
NO_SERVICE = N_("The directory has no service with this code.")
OFFERED_TWICE = N_("This entity already offers this service on some of these days.")
OFFERED_BY_NOBODY = N_("At least one entity must offer this service.")


def against_each_other(session: Session, file: DirectoryFile) -> Iterator[FieldError]:
    """The complaints about a file whose rows are each well written."""
    yield from _twice(file)
    entities = queries.entity_codes(session) | {row.code for row in file.entities}
    services = queries.service_codes(session) | {row.code for row in file.services}
    for place, offer in enumerate(file.offers):
        if offer.entity not in entities:
            yield FieldError(f"offers.{place}.entity", _(NO_ENTITY))
        if offer.service not in services:
            yield FieldError(f"offers.{place}.service", _(NO_SERVICE))
    standing = _standing_beside(session, file)
    for place in clashes([*standing, *file.offers]):
        yield FieldError(f"offers.{place - len(standing)}.valid_from", _(OFFERED_TWICE))
    offered = {offer.service for offer in file.offers}
    for place, service in enumerate(file.services):
        if service.code not in offered:
            yield FieldError(f"services.{place}", _(OFFERED_BY_NOBODY))
    for place, line in enumerate(file.lines):
        if not services.issuperset(line.services):
            yield FieldError(f"lines.{place}.services", _(NO_SERVICE))
    yield from _taken_prefixes(session, file)
    yield from _changed_texts(session, file)


def _taken_prefixes(session: Session, file: DirectoryFile) -> Iterator[FieldError]:
    prefixes = {row.prefix: row.code for row in queries.points(session)}
    for place, point in enumerate(file.points):
        if prefixes.get(point.prefix, point.code) != point.code:
            yield FieldError(f"points.{place}.prefix", _("Another point has this prefix."))


def _standing_beside(session: Session, file: DirectoryFile) -> list[ServiceOffer]:
    """The offers that stay as they are beside those of the file."""
    listed = {service.code for service in file.services}
    replaced = {(offer.service, offer.entity, offer.valid_from) for offer in file.offers}
    return [
        offer
        for service in queries.services_by_code(session).values()
        for offer in service.offers
        if offer.service not in listed and (offer.service, offer.entity, offer.valid_from) not in replaced
    ]


def _twice(file: DirectoryFile) -> Iterator[FieldError]:
    keys = {
        "entities.%s.code": [row.code for row in file.entities],
        "services.%s.code": [row.code for row in file.services],
        "lines.%s.code": [row.code for row in file.lines],
        "points.%s.code": [row.code for row in file.points],
        "points.%s.prefix": [row.prefix for row in file.points],
        "texts.%s.version": [row.version for row in file.texts],
    }
    for field, values in keys.items():
        for place, value in enumerate(values):
            if value in values[:place]:
                yield FieldError(field % place, _("This stands twice in the file."))


def _changed_texts(session: Session, file: DirectoryFile) -> Iterator[FieldError]:
    """A material change asks for a fresh consent (Decreto 1074 de 2015, 2.2.2.25.2), so it is a new version."""
    for place, text in enumerate(file.texts):
        known = queries.consent_text_version(session, text.version)
        if known and known.valid_from <= clock.today() and known.digest != digest(text):
            yield FieldError(f"texts.{place}.version", _("A text in use is not changed: give it a new version."))


def clashes(offers: Sequence[OfferData | ServiceOffer]) -> Iterator[int]:
    """The places of offers whose entity already offers the same service on some of the same days."""
    seen: dict[tuple[str, str], list[rules.Span]] = {}
    for place, offer in enumerate(offers):
        span = (offer.valid_from, offer.valid_to)
        before = seen.setdefault((offer.service, offer.entity), [])
        if any(rules.overlap([span, other]) for other in before):
            yield place
        before.append(span)


def digest(text: ConsentData) -> str:
    """SHA-256, in hex, over what is read to the person: canonical JSON without dates and marks of verification."""
    said = text.model_dump(
        mode="json",
        exclude={
            "version": True,
            "valid_from": True,
            "valid_to": True,
            "contact": {"confirmed"},
            "legal_basis": {"__all__": {"verified"}},
        },
    )
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
