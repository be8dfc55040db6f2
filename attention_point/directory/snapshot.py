"""The directory in memory: frozen rows, so that all threads may share them. Texts are by language (``es``, ``en``)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from typing import Any, Literal

from attention_point.dates import find_validity, intersect_spans, is_in_force

BilingualText = Mapping[str, str]
ConditionData = Mapping[str, Any]


@dataclass(frozen=True)
class DatedRow:
    """A row with a span of days, both included; without ``valid_to`` it has no end."""

    valid_from: date
    valid_to: date | None

    def is_in_force(self, day: date) -> bool:
        """Whether the row is in force on a day."""
        return is_in_force(self.valid_from, self.valid_to, day)

    def validity_on(self, day: date) -> str:
        """``past``, ``current`` or ``future``."""
        return find_validity(self.valid_from, self.valid_to, day)


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
class AcceptedDocumentRow(DatedRow):
    """A document that a service accepts; ``below_age`` in years."""

    type: str
    expired_accepted: bool
    below_age: int | None
    verified: bool


@dataclass(frozen=True)
class RequirementRow(DatedRow):
    """A requirement, in the words of the slip. Any one document with a code of ``documents`` is what it asks for."""

    text: BilingualText
    verified: bool
    documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class AdviceRow:
    """What a person of whom ``applies_if`` holds is told. ``shown_on`` is ``slip``, ``card`` or ``both``."""

    code: str
    text: BilingualText
    applies_if: ConditionData | None
    shown_on: Literal["slip", "card", "both"]
    valid_from: date | None
    valid_to: date | None
    verified: bool


@dataclass(frozen=True)
class InstrumentRow(DatedRow):
    """A way that a procedure has within its window for whom ``applies_if`` may hold.

    ``entity`` receives it, where it is not the one that offers the service first.
    """

    code: str
    name: BilingualText
    applies_if: ConditionData | None
    entity: str | None
    documents: tuple[AcceptedDocumentRow, ...]
    papers: tuple[RequirementRow, ...]
    advice: tuple[AdviceRow, ...]
    basis: tuple[str, ...]
    verified: bool


@dataclass(frozen=True)
class OfferRow(DatedRow):
    """An offer with what its service asks for, in force while the offer, the service and the entity are.

    The rules of routing judge ``below_age``, ``expired_accepted`` and the spans of ``documents``.
    """

    service: str
    need: str
    entity: str
    order: int
    documents: tuple[AcceptedDocumentRow, ...]
    documents_none: bool
    restricted: bool
    instruments: tuple[InstrumentRow, ...] = ()
    applies_if: ConditionData | None = None
    suggested_if: ConditionData | None = None
    urgent_if: ConditionData | None = None
    has_closed_text: bool = False
    advice: tuple[AdviceRow, ...] = ()


@dataclass(frozen=True)
class ServiceOfferRow(DatedRow):
    """An offer as it is stored, with its own span."""

    service: str
    entity: str
    order: int
    verified: bool


@dataclass(frozen=True)
class ServiceRow(DatedRow):
    """A service. ``fields`` names the personal data that its entity may see; ``offers`` are in order of preference.

    The rules of routing judge the conditions: ``applies_if`` (whom it is for), ``suggested_if`` (who is told of it
    without asking) and ``urgent_if``. ``closed`` is said where no instrument is open for somebody.
    ``clock``: working days to ``open`` and to ``answer`` a referral, and until it has to ``expire``.
    """

    code: str
    need: str
    name: BilingualText
    description: BilingualText
    legal_basis: tuple[Mapping[str, Any], ...]
    restricted: bool
    documents_none: bool
    documents: tuple[AcceptedDocumentRow, ...]
    papers: tuple[RequirementRow, ...]
    conditions: BilingualText | None
    fields: tuple[str, ...]
    origin: str
    version: int
    clock: Mapping[str, int] | None = None
    offers: tuple[ServiceOfferRow, ...] = ()
    instruments: tuple[InstrumentRow, ...] = ()
    applies_if: ConditionData | None = None
    suggested_if: ConditionData | None = None
    urgent_if: ConditionData | None = None
    closed: BilingualText | None = None
    advice: tuple[AdviceRow, ...] = ()

    def requirements_on(self, day: date, instrument: str | None = None) -> tuple[RequirementRow, ...]:
        """The requirements in force on a day, in the order in which the slip prints them.

        ``instrument`` is that of the suggestion: what it asks for stands in place of what the service asks for.
        """
        row = self.find_instrument(instrument)
        papers = row.papers if row and row.papers else self.papers
        return tuple(requirement for requirement in papers if requirement.is_in_force(day))

    def find_instrument(self, code: str | None) -> InstrumentRow | None:
        """An instrument by its code, or None."""
        return next((instrument for instrument in self.instruments if instrument.code == code), None)

    def list_advice(self, codes: Collection[str], place: Literal["slip", "card"]) -> tuple[AdviceRow, ...]:
        """The entries with these codes that are shown on the slip or on the card, in their order here."""
        entries = [*self.advice, *(entry for instrument in self.instruments for entry in instrument.advice)]
        return tuple(entry for entry in entries if entry.code in codes and entry.shown_on in {place, "both"})


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
