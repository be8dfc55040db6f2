"""What is on offer, from the directory, as the rules take it."""

from sqlalchemy.orm import Session

from attention_point.directory.queries import current_offers
from attention_point.routing.offers import Offers


def offers(session: Session) -> Offers:
    """The index of every offer that the directory keeps, past and future ones too."""
    return Offers.from_rows(current_offers(session))
