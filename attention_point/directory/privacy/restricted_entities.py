"""Which entities receive people above all for confidential topics: their number alone would say why people came."""

from sqlalchemy.orm import Session

from attention_point.directory import queries


def find_restricted_entities(session: Session) -> frozenset[str]:
    """The codes of the entities of which at least half of the services are restricted, whenever they were offered."""
    # A month that is over must show the same entities after an offer has ended.
    services: dict[str, dict[str, bool]] = {}
    for service in queries.get_services_by_code(session).values():
        for offer in service.offers:
            services.setdefault(offer.entity, {})[service.code] = service.restricted
    return frozenset(code for code, flags in services.items() if 2 * sum(flags.values()) >= len(flags))
