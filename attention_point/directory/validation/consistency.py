"""Checks over all rows of a file: codes that stand twice or are unknown, overlapping offers, services without offer."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy.orm import Session

from attention_point import dates
from attention_point.directory import queries
from attention_point.directory.service_rows import ServiceOfferRow
from attention_point.directory.validation import contradictions
from attention_point.directory.validation.place_schemas import PlaceData
from attention_point.directory.validation.schemas import ConsentData, DirectoryFile, OfferData
from attention_point.foundation import clock
from attention_point.foundation.errors import FieldError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _

UNKNOWN_ENTITY = N_("The directory has no entity with this code.")
UNKNOWN_SERVICE = N_("The directory has no service with this code.")
OFFERED_TWICE = N_("This entity already offers this service on some of these days.")
OFFERED_BY_NOBODY = N_("At least one entity must offer this service.")


def check_consistency(session: Session, file: DirectoryFile) -> Iterator[FieldError]:
    """The errors of a file whose rows are valid each by itself."""
    yield from _check_duplicates(file)
    entity_codes = queries.list_entity_codes(session) | {row.code for row in file.entities}
    service_codes = queries.list_service_codes(session) | {row.code for row in file.services}
    for index, offer in enumerate(file.offers):
        if offer.entity not in entity_codes:
            yield FieldError(f"offers.{index}.entity", _(UNKNOWN_ENTITY))
        if offer.service not in service_codes:
            yield FieldError(f"offers.{index}.service", _(UNKNOWN_SERVICE))
    yield from _check_places(file.places, entity_codes, service_codes)
    stored_offers = _list_unaffected_offers(session, file)
    # Stored offers first: they do not overlap, so every index found lies among those of the file.
    for index in find_overlapping_offers([*stored_offers, *file.offers]):
        yield FieldError(f"offers.{index - len(stored_offers)}.valid_from", _(OFFERED_TWICE))
    offered_services = {offer.service for offer in file.offers}
    for index, service in enumerate(file.services):
        if service.code not in offered_services:
            yield FieldError(f"services.{index}", _(OFFERED_BY_NOBODY))
    for index, emergency_line in enumerate(file.lines):
        if not service_codes.issuperset(emergency_line.services):
            yield FieldError(f"lines.{index}.services", _(UNKNOWN_SERVICE))
    yield from contradictions.check_file(session, file)
    yield from _check_point_prefixes(session, file)
    yield from _check_consent_texts_unchanged(session, file)


def _check_places(
    places: Iterable[PlaceData], entity_codes: frozenset[str] | set[str], service_codes: frozenset[str] | set[str]
) -> Iterator[FieldError]:
    for index, place in enumerate(places):
        if place.entity not in entity_codes:
            yield FieldError(f"places.{index}.entity", _(UNKNOWN_ENTITY))
        if not service_codes.issuperset(place.services):
            yield FieldError(f"places.{index}.services", _(UNKNOWN_SERVICE))


def _check_point_prefixes(session: Session, file: DirectoryFile) -> Iterator[FieldError]:
    prefixes = {row.prefix: row.code for row in queries.list_points(session)}
    for index, point in enumerate(file.points):
        # Two points with one prefix would give two visits the same reference.
        if prefixes.get(point.prefix, point.code) != point.code:
            yield FieldError(f"points.{index}.prefix", _("Another point has this prefix."))


def _list_unaffected_offers(session: Session, file: DirectoryFile) -> list[ServiceOfferRow]:
    """The stored offers that the file does not replace."""
    listed_codes = {service.code for service in file.services}
    replaced = {(offer.service, offer.entity, offer.valid_from) for offer in file.offers}
    return [
        offer
        for service in queries.get_services_by_code(session).values()
        for offer in service.offers
        if offer.service not in listed_codes and (offer.service, offer.entity, offer.valid_from) not in replaced
    ]


def _check_duplicates(file: DirectoryFile) -> Iterator[FieldError]:
    keys = {
        "entities.%s.code": [row.code for row in file.entities],
        "places.%s.id": [row.id for row in file.places],
        "services.%s.code": [row.code for row in file.services],
        "lines.%s.code": [row.code for row in file.lines],
        "points.%s.code": [row.code for row in file.points],
        "points.%s.prefix": [row.prefix for row in file.points],
        "texts.%s.version": [row.version for row in file.texts],
    }
    for field, values in keys.items():
        for index, value in enumerate(values):
            if value in values[:index]:
                yield FieldError(field % index, _("This appears twice in the file."))


def _check_consent_texts_unchanged(session: Session, file: DirectoryFile) -> Iterator[FieldError]:
    # A text that changes needs a new consent (Decreto 1074 de 2015, 2.2.2.25.2), so it must become a new version.
    for index, text in enumerate(file.texts):
        stored_text = queries.find_consent_text_version(session, text.version)
        if stored_text and stored_text.valid_from <= clock.today() and stored_text.digest != hash_consent_text(text):
            yield FieldError(f"texts.{index}.version", _("A text in use is not changed: give it a new version."))


def find_overlapping_offers(offers: Sequence[OfferData | ServiceOfferRow]) -> Iterator[int]:
    """The indexes of offers whose entity has another offer of the same service on some of the same days."""
    spans_by_offer: dict[tuple[str, str], list[dates.Span]] = {}
    for index, offer in enumerate(offers):
        span = (offer.valid_from, offer.valid_to)
        earlier_spans = spans_by_offer.setdefault((offer.service, offer.entity), [])
        if any(dates.intersect_spans([span, earlier_span]) for earlier_span in earlier_spans):
            yield index
        earlier_spans.append(span)


def hash_consent_text(text: ConsentData) -> str:
    """SHA-256, in hex, of what the agent reads aloud: canonical JSON without dates and marks of verification."""
    # A part that a version does not have leaves no trace: the digest of an older text stays what it was.
    text_content = text.build_content()
    del text_content["contact"]["confirmed"]
    text_content["legal_basis"] = [{"text": basis["text"]} for basis in text_content["legal_basis"]]
    # Sorted and without spaces, so that the same content always has the same digest.
    canonical = json.dumps(text_content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
