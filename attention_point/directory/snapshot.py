"""The directory in memory: frozen rows, so that all threads may share them. Its services are ``service_rows.py``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from typing import Any, Literal

from attention_point.dates import DatedRow, intersect_spans
from attention_point.directory.service_rows import BilingualText, OfferRow, ServiceOfferRow, ServiceRow


@dataclass(frozen=True)
class EntityRow(DatedRow):
    """An entity; texts by language.

    ``sanctions``: it is also an authority that fines, detains or expels. ``withheld_fields`` names the personal data
    that it sees only if the person asks for it.
    """

    code: str
    kind: str
    name: BilingualText
    short: BilingualText
    description: BilingualText
    desk_2017: bool
    receives_referrals: bool
    sanctions: bool
    withheld_fields: tuple[str, ...]
    verified: bool
    origin: str
    version: int


@dataclass(frozen=True)
class OpeningHours:
    """From when to when a place is open on a weekday; Monday is 1."""

    weekday: int
    opens_at: time
    closes_at: time


@dataclass(frozen=True)
class PlaceRow(DatedRow):
    """A place in which an entity receives people; ``models.Place`` says what each field means.

    ``hours`` are in the order of the week. ``services`` are codes; empty: all services of the entity.
    """

    id: str
    entity: str
    name: BilingualText | None
    address: BilingualText | None
    landmark: BilingualText | None
    neighbourhood: str | None
    municipality: str | None
    hours: tuple[OpeningHours, ...]
    hours_note: BilingualText | None
    holidays: Literal["closed", "open"] | None
    appointment: Literal["required", "walk_in"] | None
    appointment_note: BilingualText | None
    is_free: bool | None
    cost: BilingualText | None
    phone: str | None
    whatsapp: str | None
    email: str | None
    website: str | None
    services: tuple[str, ...]
    latitude: float | None
    longitude: float | None
    source: str | None
    confirmed_on: date | None
    confirmed_by: str | None
    review_on: date | None
    verified: bool
    order: int
    origin: str
    version: int

    @property
    def has_contact(self) -> bool:
        """Whether anything is known by which somebody can find or reach the place."""
        return any((self.address, self.landmark, self.hours, self.hours_note, self.phone, self.whatsapp, self.email))

    def offers_service(self, service: str | None) -> bool:
        """Whether the place gives a service; None is any service."""
        return service is None or not self.services or service in self.services


@dataclass(frozen=True)
class EmergencyLineRow(DatedRow):
    """An emergency line."""

    code: str
    number: str
    name: BilingualText
    services: tuple[str, ...]
    source: str | None
    confirmed_on: date | None
    confirmed_by: str | None
    review_on: date | None
    verified: bool
    origin: str
    version: int


@dataclass(frozen=True)
class PointRow(DatedRow):
    """An attention point and its settings. ``municipality`` is a code of DIVIPOLA.

    ``print_format`` is ``a4``, ``half_letter`` or ``ticket``; ``order`` is ``needs_first`` or ``person_first``.
    With ``self_intake`` visitors may type their own data at the kiosk.
    """

    code: str
    prefix: str
    name: BilingualText
    address: BilingualText | None
    hours: BilingualText | None
    phone: str | None
    municipality: str | None
    print_format: Literal["a4", "half_letter", "ticket"]
    order: str
    self_intake: bool
    retention_years: int | None
    origin: str
    version: int


@dataclass(frozen=True)
class ConsentTextRow(DatedRow):
    """A consent text: ``content`` as ``data/consent_texts.yaml`` describes it, ``digest`` SHA-256 in hex."""

    version: str
    content: Mapping[str, Any]
    digest: str


@dataclass(frozen=True)
class Directory:
    """Everything in the directory at one revision."""

    entities: Mapping[str, EntityRow]
    services: Mapping[str, ServiceRow]
    emergency_lines: tuple[EmergencyLineRow, ...]
    points: Mapping[str, PointRow]
    consent_texts: Mapping[str, ConsentTextRow]
    # By entity, in order of preference; an entity without a place is not among the keys.
    places: Mapping[str, tuple[PlaceRow, ...]]

    def list_places(self, entity: str, service: str | None, day: date) -> tuple[PlaceRow, ...]:
        """The places of an entity that are in force on a day and give a service, the preferred one first."""
        return tuple(
            place for place in self.places.get(entity, ()) if place.is_in_force(day) and place.offers_service(service)
        )

    @cached_property
    def offers(self) -> tuple[OfferRow, ...]:
        """Every offer that is in force on some day. It is computed once for each revision."""
        return tuple(
            row
            for service in self.services.values()
            for offer in service.offers
            if (row := _build_offer_row(service, offer, self.entities[offer.entity])) is not None
        )


def _build_offer_row(service: ServiceRow, offer: ServiceOfferRow, entity: EntityRow) -> OfferRow | None:
    # An offer counts only while its service and its entity are in force too.
    span = intersect_spans([(dated_row.valid_from, dated_row.valid_to) for dated_row in (offer, service, entity)])
    # A partner that only gets data offers services, but nobody is sent there.
    if span is None or not entity.receives_referrals:
        return None
    return OfferRow(
        valid_from=span[0],
        valid_to=span[1],
        service=service.code,
        need=service.need,
        entity=entity.code,
        order=offer.order,
        documents=service.documents,
        documents_none=service.documents_none,
        restricted=service.restricted,
        instruments=service.instruments,
        applies_if=service.applies_if,
        suggested_if=service.suggested_if,
        urgent_if=service.urgent_if,
        has_closed_text=service.closed is not None,
        advice=service.advice,
    )
