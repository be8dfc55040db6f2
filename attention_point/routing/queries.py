"""What is on offer, from the directory, as the rules take it."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from attention_point.directory.queries import current_offers
from attention_point.directory.rows import OfferRow
from attention_point.routing.facts import DocumentRule, Offer
from attention_point.routing.offers import Offers

_latest: tuple[tuple[OfferRow, ...], Offers] | None = None


def offers(session: Session) -> Offers:
    """The index of every offer that the directory keeps, past and future ones too.

    The directory hands over the same object until it changes, so the index is built once for each change.
    """
    global _latest
    rows = current_offers(session)
    known = _latest
    if known is None or known[0] is not rows:
        known = _latest = (rows, index(rows))
    return known[1]


def index(rows: Iterable[OfferRow]) -> Offers:
    """The index of the directory's rows; raises ValueError on a service that breaks M4."""
    return Offers(_offer(row) for row in rows)


def _offer(row: OfferRow) -> Offer:
    return Offer(
        service=row.service,
        need=row.need,
        entity=row.entity,
        order=row.order,
        documents=tuple(
            DocumentRule(d.type, d.valid_from, d.valid_to, d.expired_accepted, d.below_age) for d in row.documents
        ),
        documents_none=row.documents_none,
        restricted=row.restricted,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
