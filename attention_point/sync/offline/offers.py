"""What each need leads to, by the directory alone: for the slip and the authorisation of a form without network."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from attention_point.accounts import queries as account_queries
from attention_point.directory import queries as directory_queries
from attention_point.directory.privacy.authorisations import Authorisation, describe_authorisation
from attention_point.directory.service_rows import OfferRow
from attention_point.foundation.paperwork.slip.content import SlipReferral
from attention_point.referrals.slip import describe_offer, list_offer_lines


class NeedOffer(NamedTuple):
    """An entity for a need. Only the first one of a service is asked about: to it the data would go.

    ``authorisation`` is what the person is told before that; None for the other entities. ``emergency_lines`` are of
    the service, so they stand at its first entity alone.
    """

    need: str
    service: str
    entity: str
    is_restricted: bool
    printed: SlipReferral
    authorisation: Authorisation | None
    emergency_lines: tuple[str, ...]


def list_need_offers(session: Session, day: date, municipality: str | None) -> list[NeedOffer]:
    """The entities of every need on a day, in the order in which the rules prefer them.

    ``municipality`` is that of the point: a place in another one says so.
    """
    offers = sorted(
        (offer for offer in directory_queries.list_offers(session) if offer.is_in_force(day)),
        key=lambda offer: (offer.need, offer.service, offer.order),
    )
    return list(_describe_offers(session, offers, day, municipality))


def _describe_offers(
    session: Session, offers: list[OfferRow], day: date, municipality: str | None
) -> Iterator[NeedOffer]:
    readers = account_queries.list_entities_with_account(session)
    asked_services: set[str] = set()
    for offer in offers:
        is_first = offer.service not in asked_services
        asked_services.add(offer.service)
        yield NeedOffer(
            need=offer.need,
            service=offer.service,
            entity=offer.entity,
            is_restricted=offer.restricted,
            printed=describe_offer(session, offer, day, municipality, readers),
            authorisation=describe_authorisation(session, offer.entity, offer.service) if is_first else None,
            emergency_lines=list_offer_lines(session, offer.service, day) if is_first and not offer.restricted else (),
        )
