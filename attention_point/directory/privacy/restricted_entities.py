"""Which entities receive people above all for confidential topics: their number alone would say why people came."""

from sqlalchemy.orm import Session

from attention_point.directory import queries


def find_restricted_entities(session: Session) -> frozenset[str]:
    """The codes of the entities of which at least half of the needs are restricted, whenever they answered them."""
    # A month that is over must show the same entities after an offer has ended. By needs: several services of the
    # hospital answer violence, and yet most people go there for something else.
    needs: dict[str, dict[str, bool]] = {}
    for service in queries.get_services_by_code(session).values():
        for offer in service.offers:
            flags = needs.setdefault(offer.entity, {})
            flags[service.need] = service.restricted or flags.get(service.need, False)
    return frozenset(code for code, flags in needs.items() if 2 * sum(flags.values()) >= len(flags))
