"""What the public directory shows: each service at each entity that gives it, and where."""

from dataclasses import dataclass
from datetime import date

from attention_point.directory.service_rows import ServiceOfferRow, ServiceRow
from attention_point.directory.snapshot import Directory, EntityRow, PlaceRow


@dataclass(frozen=True)
class ProvidedService:
    """A service as one entity gives it; ``entity`` and ``offer`` are None for a service that nobody gives."""

    service: ServiceRow
    entity: EntityRow | None
    offer: ServiceOfferRow | None

    def is_open(self, day: date) -> bool:
        """Whether somebody may go there for it on a day."""
        return (
            self.entity is not None
            and self.offer is not None
            and self.entity.receives_referrals
            and all(row.is_in_force(day) for row in (self.service, self.entity, self.offer))
        )

    def find_validity(self, day: date) -> str:
        """``current``, ``future`` or ``past``: that of the service, its entity and its offer together."""
        rows = [row for row in (self.service, self.entity, self.offer) if row is not None]
        validities = {row.validity_on(day) for row in rows}
        return next((validity for validity in ("past", "future") if validity in validities), "current")


def list_provided_services(directory: Directory, day: date) -> list[ProvidedService]:
    """Every service at every entity that ever gives it, by code and in the order of preference."""
    provided: list[ProvidedService] = []
    for code in sorted(directory.services):
        service = directory.services[code]
        offers: dict[str, ServiceOfferRow] = {}
        for offer in service.offers:
            stored = offers.get(offer.entity)
            # Of several spans of one offer that of the day counts, else the last.
            if stored is None or (not stored.is_in_force(day) and offer.valid_from > stored.valid_from):
                offers[offer.entity] = offer
        provided += [ProvidedService(service, directory.entities[entity], offer) for entity, offer in offers.items()]
        if not offers:
            provided.append(ProvidedService(service, None, None))
    return provided


def list_open_services(directory: Directory, day: date) -> list[ProvidedService]:
    """Those to which somebody may go on a day."""
    return [provided for provided in list_provided_services(directory, day) if provided.is_open(day)]


def list_places_of(directory: Directory, provided: ProvidedService, day: date) -> tuple[PlaceRow, ...]:
    """The places in which an entity gives a service on a day."""
    if provided.entity is None:
        return ()
    return directory.list_places(provided.entity.code, provided.service.code, day)
