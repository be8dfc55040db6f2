"""The directory as it is read: frozen rows, texts by language (``es``, ``en``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from attention_point.directory import rules

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Dated:
    """A span of days, both included; ``valid_to`` None: no end."""

    valid_from: date
    valid_to: date | None

    def in_force(self, on: date) -> bool:
        """Whether a day lies within the span."""
        return rules.in_force(self.valid_from, self.valid_to, on)

    def standing(self, on: date) -> str:
        """``past``, ``current`` or ``future``."""
        return rules.standing(self.valid_from, self.valid_to, on)


@dataclass(frozen=True)
class EntityRow(Dated):
    """An entity; texts by language."""

    code: str
    kind: str
    name: Texts
    short: Texts
    description: Texts
    desk_2017: bool
    receives_referrals: bool
    address: Texts | None
    hours: Texts | None
    phone: str | None
    confirmed_on: date | None
    verified: bool
    origin: str
    version: int

    def confirmation(self, today: date) -> str:
        """``to-confirm``, ``stale`` or ``confirmed``. The slip prints no contact that is still to be confirmed."""
        return rules.confirmation(self.confirmed_on, today)


@dataclass(frozen=True)
class DocumentRow(Dated):
    """A document that a service accepts; ``below_age`` in years."""

    type: str
    expired_accepted: bool
    below_age: int | None
    verified: bool


@dataclass(frozen=True)
class PaperRow(Dated):
    """What to bring, as the slip says it."""

    text: Texts
    verified: bool


@dataclass(frozen=True)
class OfferRow(Dated):
    """An offer with what its service asks for; the span is that of offer, service and entity together.

    ``below_age``, ``expired_accepted`` and the spans of ``documents`` are judged by who routes.
    """

    service: str
    need: str
    entity: str
    order: int
    documents: tuple[DocumentRow, ...]
    documents_none: bool
    restricted: bool


@dataclass(frozen=True)
class ServiceOffer(Dated):
    """An offer as the directory keeps it, with its own dates."""

    service: str
    entity: str
    order: int
    verified: bool


@dataclass(frozen=True)
class ServiceRow(Dated):
    """A service; ``fields`` are the personal data that its entity may see; ``offers`` in order of preference."""

    code: str
    need: str
    name: Texts
    description: Texts
    legal_basis: tuple[Mapping[str, Any], ...]
    restricted: bool
    documents_none: bool
    documents: tuple[DocumentRow, ...]
    papers: tuple[PaperRow, ...]
    conditions: Texts | None
    fields: tuple[str, ...]
    origin: str
    version: int
    offers: tuple[ServiceOffer, ...] = ()

    def papers_on(self, on: date) -> tuple[PaperRow, ...]:
        """What to bring on a day, in the order in which it is said."""
        return tuple(paper for paper in self.papers if paper.in_force(on))

    def documents_on(self, on: date) -> tuple[DocumentRow, ...]:
        """The documents accepted on a day."""
        return tuple(document for document in self.documents if document.in_force(on))


@dataclass(frozen=True)
class LineRow(Dated):
    """An emergency line."""

    code: str
    number: str
    name: Texts
    services: tuple[str, ...]
    verified: bool


@dataclass(frozen=True)
class PointRow(Dated):
    """An attention point."""

    code: str
    prefix: str
    name: Texts
    address: Texts | None


@dataclass(frozen=True)
class ConsentTextRow(Dated):
    """A consent text; ``content`` as ``data/consent_texts.yaml`` describes it, ``digest`` SHA-256 in hex."""

    version: str
    content: Mapping[str, Any]
    digest: str


@dataclass(frozen=True)
class Directory:
    """Everything, as it stood at one revision."""

    entities: Mapping[str, EntityRow]
    services: Mapping[str, ServiceRow]
    lines: tuple[LineRow, ...]
    points: Mapping[str, PointRow]
    texts: Mapping[str, ConsentTextRow]

    @cached_property
    def offers(self) -> tuple[OfferRow, ...]:
        """Every offer that counts on some day; worked out once a revision, so the same object until it changes."""
        return tuple(
            row
            for service in self.services.values()
            for offer in service.offers
            if (row := _offer_row(service, offer, self.entities[offer.entity])) is not None
        )


def _offer_row(service: ServiceRow, offer: ServiceOffer, entity: EntityRow) -> OfferRow | None:
    span = rules.overlap([(each.valid_from, each.valid_to) for each in (offer, service, entity)])
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
