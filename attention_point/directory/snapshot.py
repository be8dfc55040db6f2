"""The directory in memory: frozen rows, so that all threads may share them. Texts are by language (``es``, ``en``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

from attention_point.dates import is_in_force
from attention_point.directory import rules

BilingualText = Mapping[str, str]


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
        return rules.find_validity(self.valid_from, self.valid_to, day)


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
    address: BilingualText | None
    hours: BilingualText | None
    phone: str | None
    confirmed_on: date | None
    verified: bool
    origin: str
    version: int

    def confirmation_state(self, today: date) -> str:
        """``to-confirm``, ``stale`` or ``confirmed``. The slip prints no contact data that is still to be confirmed."""
        return rules.find_confirmation_state(self.confirmed_on, today)


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

    def requirements_on(self, day: date) -> tuple[RequirementRow, ...]:
        """The requirements in force on a day, in the order in which the slip prints them."""
        return tuple(requirement for requirement in self.papers if requirement.is_in_force(day))

    def documents_on(self, day: date) -> tuple[AcceptedDocumentRow, ...]:
        """The documents accepted on a day."""
        return tuple(document for document in self.documents if document.is_in_force(day))


@dataclass(frozen=True)
class EmergencyLineRow(DatedRow):
    """An emergency line."""

    code: str
    number: str
    name: BilingualText
    services: tuple[str, ...]
    verified: bool


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
    span = rules.intersect_spans([(dated_row.valid_from, dated_row.valid_to) for dated_row in (offer, service, entity)])
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
    )
